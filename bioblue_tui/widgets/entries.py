"""The lines of the raw output: a step's prompt, every answer exactly as given, and how it was read."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from rich.cells import cell_len, set_cell_size

from bioblue_tui.agents.base import OUTGREW
from bioblue_tui.formatting.numbers import amount
from bioblue_tui.formatting.text import SHOWN_LIMIT, one_line, visible
from bioblue_tui.trials.events import Stepped
from bioblue_tui.trials.state import Attempt, StepView, TrialState, read_words
from bioblue_tui.trials.tally import rejected_as
from bioblue_tui.trials.telling import forked
from bioblue_tui.widgets.lines import Line
from bioblue_tui.widgets.wrap import wrap

_NUMBER = 3
"""Columns that a step's number takes at least."""

_RULE = "│ "
"""The rule left of a prompt, after the margin; as wide as the signs left of answers."""

_OUTCOME = 26
"""Column at which the reading of a short answer begins."""

_QUICK = 0.01
"""Seconds below which an answer's time is not shown: no person and no model is that quick."""

_TAIL = 2_000
"""Most characters shown of an answer that is still arriving: more than fits on most screens."""

_DIGITS = 9
"""Digits of the numbers in an ordinary answer."""


class EntryWriter:
    """Draws the entries of a trial's steps.

    Args:
        state: The trial.
        prompt_only: Draw exactly the text a model gets, unfolded, and apart from it only rejected answers.

    Attributes:
        width: The width in cells.
        folded: Whether prompts of past steps are folded to one line.
    """

    def __init__(self, state: TrialState, *, prompt_only: bool = False) -> None:
        self.width = 0
        self.folded = not prompt_only
        self.live = False
        """Whether the trial is live: an answer on hold may still be applied, an open question still be answered."""
        self.cost: Callable[[int], str] | None = None
        """Returns what a step's answers cost; None where that is not known."""
        self.alerts: Mapping[int, Sequence[str]] = {}
        """By step: the failures that were found after it, a sentence each."""
        self.notes: Mapping[int, Sequence[str]] = {}
        """By step: people's notes on it; step 0 is the trial as a whole."""
        self._state = state
        self._prompt_only = prompt_only
        self._margin = max(_NUMBER, len(str(state.header.steps))) + 1
        """Columns of a step's number and the blank after it."""
        self._left = self._margin + cell_len(_RULE)
        """Columns left of every text; all lines are wrapped to the room right of them."""
        labels = [cell_len(label) for label in state.environment.objectives]
        self._reading_width = sum(labels) + len(labels) * (_DIGITS + 3)
        """Most cells of an ordinary reading of an answer, with its arrow and the gaps between its numbers."""

    def opening(self) -> Iterator[Line]:
        """Draw the text before the first step: the instruction."""
        remark = self._state.header.provider.get("remark")
        if isinstance(remark, str) and not self._prompt_only:
            yield from self._block("! ", "warn", f"{one_line(self._state.header.agent, 60)}: {remark}", "warn")
        if (text := forked(self._state.header)) and not self._prompt_only:
            yield from self._block("↳ ", "accent", text, "accent")
        yield from self._noted(0)
        text = self._state.header.instruction
        if text:
            yield from self._prompt("", "instruction", text, opened=self._prompt_only or not self.folded)

    def entry(self, view: StepView) -> Iterator[Line]:
        """Draw a step's prompt and every answer to it."""
        yield from self.question(view)
        for count in range(len(view.attempts) + 1):
            for kind, text, after in view.happened:
                if after == count:
                    yield from self._block("◆ " if kind == "intervened" else "⇄ ", "accent", text, "accent")
            if count < len(view.attempts):
                yield from self._attempt(view, view.attempts[count])
        for alert in self.alerts.get(view.number, ()):
            yield from self._block("⚠ ", "bad", alert, "bad")
        yield from self._noted(view.number)

    def question(self, view: StepView) -> Iterator[Line]:
        """Draw a step's prompt: the first lines of its entry."""
        number = "" if self._prompt_only else str(view.number)
        yield from self._prompt(number, "", view.observation, opened=not self.folded or view.done is None)

    def _noted(self, step: int) -> Iterator[Line]:
        for note in () if self._prompt_only else self.notes.get(step, ()):
            yield from self._block("✎ ", "accent", note, "accent")

    def height(self, view: StepView) -> int:
        """Return how many lines ``entry`` draws; for ordinary steps without drawing them."""
        quick = self._quick_height(view)
        return sum(1 for _ in self.entry(view)) if quick is None else quick

    def _quick_height(self, view: StepView) -> int | None:
        """Return the height of a step with one plain, accepted answer, or None where it must be drawn."""
        if view.done is None or len(view.attempts) != 1 or view.happened:
            return None
        if view.number in self.alerts or view.number in self.notes:
            return None
        attempt, action = view.attempts[0], view.done.action
        if attempt.rejection or attempt.failure or attempt.reasoning or attempt.notes or not attempt.text:
            return None
        if attempt.actor != self._state.header.agent or not 0 <= min(action) <= max(action) < 10**_DIGITS:
            return None
        prompt = 1 if self.folded else self._plain_height(view.observation)
        said = self._plain_height(attempt.text)
        if prompt is None or said is None or self._prompt_only:
            return None if prompt is None or said is None else prompt + said
        outcome = self._reading_width + len(self._costs(view, attempt))
        if how := self._how(view.done):
            if len(how) > self._room:
                return None
            prompt += 1
        if said == 1 and self._left + len(attempt.text) < _OUTCOME:
            return prompt + 1 if _OUTCOME + outcome < self.width else None
        return prompt + said + 1 if self._left + outcome < self.width else None

    def _plain_height(self, text: str) -> int | None:
        """Return how many lines a text takes if none of its lines is too long for the width, otherwise None."""
        lines = text.split("\n")
        plain = text.isascii() and all(map(str.isprintable, lines)) and len(text) <= SHOWN_LIMIT
        fits = max(map(len, lines)) <= self._room
        # Blank lines at the end are drawn for answers, but not for prompts.
        return len(lines) if plain and fits and lines[-1].strip() else None

    def _prompt(self, number: str, title: str, text: str, *, opened: bool) -> Iterator[Line]:
        head = f"{number:>{self._margin - 1}} "
        if not opened:
            room = max(10, self._room - (len(title) + 2 if title else 0))
            first = one_line(text, 2 * room)
            first = first if cell_len(first) <= room else f"{set_cell_size(first, room - 1)}…"
            yield [(head, "dim"), ("▸ ", "dim"), (f"{title}  " if title else "", "dim"), (first, "dim")]
            return
        lines = self._wrapped(text)
        while lines and not lines[-1].strip():
            lines.pop()
        for index, part in enumerate(lines):
            yield [(head if index == 0 else " " * len(head), "dim"), (_RULE, "dim"), (part, "text")]

    def _attempt(self, view: StepView, attempt: Attempt) -> Iterator[Line]:
        done = view.done if attempt is view.answer else None
        if attempt.failure:
            yield from self._block("! ", "bad", f"no answer: {attempt.failure}", "bad")
            return
        yield from self._reasoning(attempt)
        if attempt.text is None:
            yield from self._on_its_way(attempt)
            return
        mark = "✗ " if attempt.rejection else "◂ "
        style = "warn" if attempt.rejection else "strong"
        said = list(self._block(mark, style, attempt.text or "(empty)", style))
        outcome: list[tuple[str, str]] = []
        if attempt.rejection:
            outcome = [(f"{rejected_as(attempt.kind)}: ", "warn"), (visible(attempt.rejection, 300), "warn")]
            if self._by_another(attempt):
                outcome.append((f"   (by {one_line(attempt.actor, 30)})", "dim"))
        elif not self._prompt_only:
            reading = self._reading(view) if done else self._unapplied(view, attempt)
            outcome = [("→ ", "dim"), (reading, "good"), (self._costs(view, attempt), "dim")]
        elif attempt is not view.attempts[-1]:
            outcome = [("→ not applied: asked again", "warn")]
        used = cell_len("".join(text for text, _ in said[-1]))
        if len(said) == 1 and used < _OUTCOME and _OUTCOME + sum(cell_len(text) for text, _ in outcome) <= self.width:
            yield [*said[0], (" " * (_OUTCOME - used), "dim"), *outcome]
        else:
            yield from said
            text = "".join(text for text, _ in outcome)
            if cell_len(text) > self._room:
                yield from self._block("  ", "dim", text, outcome[0][1])
            elif outcome:
                yield [(" " * self._left, "dim"), *outcome]
        if done and (how := self._how(done)):
            yield from self._block("  ", "dim", how, "dim")
        for note in () if self._prompt_only else attempt.notes:
            sign, style = ("… ", "warn") if note.startswith(OUTGREW) else ("  ", "dim")
            yield from self._block(sign, style, f"note: {note}", style)

    def _how(self, done: Stepped) -> str:
        """Return how an answer was read, while prompts are unfolded; empty where there is nothing to say."""
        return "" if self.folded or self._prompt_only else read_words(done)

    def _reasoning(self, attempt: Attempt) -> Iterator[Line]:
        text = attempt.reasoning
        if text and not self.folded:
            yield from self._block("~ ", "dim", text if attempt.text else text[-_TAIL:], "dim")
        elif text:
            yield [(" " * self._margin, "dim"), ("~ ", "dim"), (f"reasoning, {len(text)} characters", "dim")]

    def _on_its_way(self, attempt: Attempt) -> Iterator[Line]:
        """Draw an answer that is not complete: awaited, arriving, waiting for another try, or interrupted."""
        heard = attempt.heard
        # It is drawn again with every piece, so only the end of a very long one.
        shown = f"… {heard[-_TAIL:]}" if len(heard) > _TAIL else heard
        if attempt.interrupted and not heard and attempt.actor == "human":
            # A person handed back control without an answer.
            return
        if attempt.interrupted:
            yield from self._block("◂ ", "warn", f"{shown} (interrupted)".strip(), "warn")
        elif not self.live:
            # The question was open when the record ended or was read; nobody is asked here.
            last = f"; next was {attempt.waiting}" if attempt.waiting else ""
            yield from self._block("◂ ", "dim", f"no answer in the record{last}", "dim")
        elif attempt.waiting:
            yield from self._block("↻ ", "warn", attempt.waiting, "warn")
        elif heard:
            yield from self._block("◂ ", "accent", f"{shown}▌", "strong")
        else:
            waiting = "your answer below" if attempt.actor == "human" else f"{one_line(attempt.actor, 40)} is asked …"
            yield [(" " * self._margin, "dim"), ("◂ ", "accent"), (waiting, "dim")]

    @property
    def _room(self) -> int:
        """Cells right of the margin and the sign."""
        return self.width - self._left

    def _wrapped(self, text: str) -> list[str]:
        return [part for raw in visible(text).split("\n") for part in wrap(raw, self._room)]

    def _block(self, mark: str, style: str, text: str, body: str) -> Iterator[Line]:
        for index, part in enumerate(self._wrapped(text)):
            yield [(" " * self._margin, "dim"), (mark if index == 0 else "  ", style), (part, body)]

    def _unapplied(self, view: StepView, attempt: Attempt) -> str:
        # After a later handover the next player is asked again.
        since = any(kind == "handed over" and at >= len(view.attempts) for kind, _, at in view.happened)
        last = attempt is view.attempts[-1] and view.done is None and not since
        return "held until you resume" if last and self.live and self._state.status == "paused" else "not applied"

    def _reading(self, view: StepView) -> str:
        assert view.done is not None
        pairs = zip(self._state.environment.objectives, view.done.action, strict=False)
        reading = "  ".join(f"{label} {number}".strip() for label, number in pairs)
        given = view.attempts[-1]
        return f"{reading}   (answered by {one_line(given.actor, 30)})" if self._by_another(given) else reading

    def _by_another(self, attempt: Attempt) -> bool:
        return attempt.actor != self._state.header.agent and self._state.header.source == "live"

    def _costs(self, view: StepView, attempt: Attempt) -> str:
        cost = self.cost(view.number) if self.cost and attempt is view.attempts[-1] else ""
        # Next to time and tokens of one attempt, it must say that the cost is of all attempts.
        whole = " for the step" if len(view.attempts) > 1 else ""
        return _time_and_tokens(attempt) + (f"   {cost}{whole}" if cost else "")


def _time_and_tokens(attempt: Attempt) -> str:
    parts = []
    if attempt.seconds is not None and attempt.seconds >= _QUICK:
        quick = attempt.seconds < 9.9995
        parts.append(f"{attempt.seconds * 1000:.0f} ms" if quick else f"{attempt.seconds:.1f} s")
    usage = attempt.usage
    if usage and usage.input is not None:
        cached = f" ({amount(usage.cached)} cached)" if usage.cached else ""
        parts.append(f"{amount(usage.input)} tokens in{cached}, {amount(usage.output or 0)} out")
    return "".join(f"   {part}" for part in parts)
