"""The raw output: for every step what the agent was asked, what it said to the letter, and how that was read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from rich.cells import cell_len, set_cell_size
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from bioblue_tui.numbers import amount
from bioblue_tui.text import one_line, visible
from bioblue_tui.trials.state import Attempt, StepView, TrialState
from bioblue_tui.widgets.lines import COMPONENTS, Line, Styled, styles_of
from bioblue_tui.widgets.wrap import wrap

_GUTTER = 5
"""Columns left of every text, for step numbers and signs."""

_OUTCOME = 26
"""Column from which the reading of a short answer is written beside it."""

_QUICK = 0.01
"""Seconds below which the time of an answer says nothing: no person and no model is that quick."""


class Transcript(ScrollView, Styled, can_focus=True):
    """A long text drawn by line: entries are wrapped once and kept; only the last one is made anew as it grows.

    It follows the end only while it stands at the end; otherwise its border counts what is new.

    Args:
        state: What is shown.
        prompt_only: Show exactly the text a model gets, unfolded, and nothing beside it but what was rejected.
    """

    BORDER_TITLE = "raw output"

    COMPONENT_CLASSES: ClassVar[set[str]] = COMPONENTS
    # Textual inherits rules and component classes along the first base class only.
    DEFAULT_CSS = f"""
    Transcript {{ overflow-y: scroll; overflow-x: hidden; scrollbar-size-vertical: 1; }}
    {styles_of("Transcript")}
    """

    def __init__(
        self,
        state: TrialState,
        *,
        prompt_only: bool = False,
        id: str | None = None,  # noqa: A002 - Textual's word
    ) -> None:
        super().__init__(id=id, classes="panel")
        self._state = state
        self._prompt_only = prompt_only
        self.folded = not prompt_only
        self._entries: list[Line] = []
        self._starts: list[int] = []
        """First line of each step's entry, by step − 1."""
        self._settled = 0
        """How many entries at the front will not change any more."""
        self._width = 0
        self._limit = 0
        self._marked = 0
        self._seen = 0
        self.following = True

    def show_steps(self, limit: int, marked: int, follow: bool) -> None:
        """Show the entries of steps up to ``limit``.

        Args:
            limit: The last step given away.
            marked: The step one looks at.
            follow: True at the live end: keep the end in view, unless the reader scrolled away from it.
        """
        at_end = self.scroll_offset.y >= self.max_scroll_y - 1
        if limit < self._limit:
            self._settled = 0
        self._limit, marked_before, self._marked = limit, self._marked, marked
        self._rebuild()
        if follow and (at_end or self.following or marked_before):
            self.following = True
            self._seen = limit
            self.scroll_end(animate=False, immediate=True)
        elif not follow:
            if marked != marked_before:
                self._reveal(marked)
            # Also where all of it still fits and nothing was scrolled.
            self.following = False
        self._announce()
        self.refresh()

    def toggle_fold(self) -> None:
        """Fold prompts to one line, or unfold them."""
        self.folded = not self.folded
        self._settled = 0
        self._rebuild()
        if self.following:
            self.scroll_end(animate=False, immediate=True)
        else:
            self._reveal(self._marked)
        self.refresh()

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Follow again once the reader is back at the end."""
        super().watch_scroll_y(old_value, new_value)
        self.following = new_value >= self.max_scroll_y - 1
        if self.following:
            self._seen = self._limit
        self._announce()

    def on_resize(self) -> None:
        """Wrap anew for another width."""
        self._rebuild()
        if self.following:
            self.scroll_end(animate=False, immediate=True)

    def render_line(self, y: int) -> Strip:
        """Return one line (Textual's Line API)."""
        index = y + self.scroll_offset.y
        width = self.scrollable_content_region.width
        if index >= len(self._entries):
            return Strip.blank(width, self.rich_style)
        line = self._entries[index]
        marked = self._marked and self._step_at(index) == self._marked
        return self.strip(line, width, *(["here"] if marked else []))

    def _announce(self) -> None:
        new = self._limit - self._seen
        self.border_subtitle = f"+{new} new" if new > 0 and not self.following else ""

    def _reveal(self, step: int) -> None:
        if 1 <= step <= len(self._starts):
            start = self._starts[step - 1]
            end = self._starts[step] if step < len(self._starts) else len(self._entries)
            height = max(1, self.scrollable_content_region.height)
            top = max(0, min(start - 1, end - height + 1)) if end - start < height else start
            self.scroll_to(y=top, animate=False, immediate=True)

    def _step_at(self, index: int) -> int:
        low, high = 0, len(self._starts)
        while low < high:
            middle = (low + high) // 2
            if self._starts[middle] <= index:
                low = middle + 1
            else:
                high = middle
        return low

    def _rebuild(self) -> None:
        width = self.scrollable_content_region.width
        if width <= _GUTTER:
            return
        if width != self._width:
            self._width, self._settled = width, 0
        if not self._settled:
            self._entries, self._starts = list(self._opening(width)), []
        del self._entries[self._starts[self._settled] if self._settled < len(self._starts) else len(self._entries) :]
        del self._starts[self._settled :]
        steps = self._state.steps
        # The question that is open now belongs to the live end only: a replay does not give it away.
        shown = [v for v in steps[self._settled : self._limit + 1] if v.done is None or v.number <= self._limit]
        for view in shown:
            self._starts.append(len(self._entries))
            self._entries += self._entry(view, width)
        self._settled = min(self._limit, len(steps))
        if self._settled and steps[self._settled - 1].done is None:
            self._settled -= 1
        self.virtual_size = Size(width, len(self._entries))

    def _opening(self, width: int) -> Iterator[Line]:
        text = self._state.header.instruction
        if text:
            yield from self._prompt("", "instruction", text, width, opened=self._prompt_only or not self.folded)

    def _entry(self, view: StepView, width: int) -> Iterator[Line]:
        current = view.done is None
        number = "" if self._prompt_only else str(view.number)
        yield from self._prompt(number, "", view.observation, width, opened=not self.folded or current)
        for attempt in view.attempts:
            yield from self._attempt(view, attempt, width)

    def _prompt(self, number: str, title: str, text: str, width: int, *, opened: bool) -> Iterator[Line]:
        head = f"{number:>{_GUTTER - 2}} "
        if not opened:
            room = max(10, width - _GUTTER - len(title) - 2)
            first = one_line(text, 2 * room)
            first = first if cell_len(first) <= room else f"{set_cell_size(first, room - 1)}…"
            yield [(head, "dim"), ("▸ ", "dim"), (f"{title}  " if title else "", "dim"), (first, "dim")]
            return
        lines = [part for raw in visible(text).split("\n") for part in wrap(raw, width - _GUTTER)]
        while lines and not lines[-1].strip():
            lines.pop()
        for index, part in enumerate(lines):
            yield [(head if index == 0 else " " * len(head), "dim"), ("│ ", "dim"), (part, "text")]

    def _attempt(self, view: StepView, attempt: Attempt, width: int) -> Iterator[Line]:
        indent = " " * (_GUTTER - 2)
        accepted = view.done is not None and attempt is view.attempts[-1]
        if attempt.failure:
            yield from self._block(indent, "! ", "bad", f"no answer: {attempt.failure}", "bad", width)
            return
        if attempt.text is None:
            waiting = "your answer below" if attempt.actor == "human" else f"{one_line(attempt.actor, 40)} is asked …"
            yield [(f"{indent} ", "dim"), ("◂ ", "accent"), (waiting, "dim")]
            return
        if attempt.reasoning and not self.folded:
            yield from self._block(indent, "~ ", "dim", attempt.reasoning, "dim", width)
        elif attempt.reasoning:
            yield [(f"{indent} ~ ", "dim"), (f"reasoning, {len(attempt.reasoning)} characters", "dim")]
        mark = "✗ " if attempt.rejection else "◂ "
        style = "warn" if attempt.rejection else "strong"
        said = list(self._block(indent, mark, style, attempt.text or "(empty)", style, width))
        outcome: list[tuple[str, str]] = []
        if attempt.rejection:
            outcome = [("rejected: ", "warn"), (visible(attempt.rejection, 300), "warn")]
        elif not self._prompt_only:
            outcome = [("→ ", "dim"), (self._reading(view, accepted), "good"), (_costs(attempt), "dim")]
        used = cell_len("".join(text for text, _ in said[-1]))
        if len(said) == 1 and used < _OUTCOME and _OUTCOME + sum(len(text) for text, _ in outcome) < width:
            yield [*said[0], (" " * (_OUTCOME - used), "dim"), *outcome]
        else:
            yield from said
            text = "".join(text for text, _ in outcome)
            if len(text) > width - _GUTTER - 2:
                yield from self._block(indent, "  ", "dim", text, outcome[0][1], width)
            elif outcome:
                yield [(f"{indent}   ", "dim"), *outcome]
        for note in attempt.notes:
            yield from self._block(indent, "  ", "dim", f"note: {note}", "dim", width)

    def _block(self, indent: str, mark: str, style: str, text: str, body: str, width: int) -> Iterator[Line]:
        parts = [part for raw in visible(text).split("\n") for part in wrap(raw, width - _GUTTER)]
        for index, part in enumerate(parts):
            yield [(f"{indent} ", "dim"), (mark if index == 0 else "  ", style), (part, body)]

    def _reading(self, view: StepView, accepted: bool) -> str:
        if not accepted or view.done is None:
            return "held until you go on"
        pairs = zip(self._state.environment.objectives, view.done.action, strict=False)
        reading = "  ".join(f"{label} {number}".strip() for label, number in pairs)
        given = view.attempts[-1].actor
        other = given != self._state.header.agent and self._state.header.source == "live"
        return f"{reading}   (answered by {one_line(given, 30)})" if other else reading


def _costs(attempt: Attempt) -> str:
    parts = []
    if attempt.seconds is not None and attempt.seconds >= _QUICK:
        quick = attempt.seconds < 9.9995
        parts.append(f"{attempt.seconds * 1000:.0f} ms" if quick else f"{attempt.seconds:.1f} s")
    usage = attempt.usage
    if usage and usage.input is not None:
        cached = f" ({amount(usage.cached)} cached)" if usage.cached else ""
        parts.append(f"{amount(usage.input)} tokens in{cached}, {amount(usage.output or 0)} out")
    return "".join(f"   {part}" for part in parts)
