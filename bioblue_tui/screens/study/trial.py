"""A trial in a study: a person plays it, and is told nothing that a model in the same condition is not told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import ClassVar, Protocol

from textual import on
from textual.binding import Binding, BindingType
from textual.widgets import Input

from bioblue_tui.analysis.reference import compare
from bioblue_tui.runs.session import Session
from bioblue_tui.screens.study.frame import Heading
from bioblue_tui.screens.study.score import ScoreScreen
from bioblue_tui.screens.trial.keys import PANEL_KEYS, TEXT_KEYS
from bioblue_tui.screens.trial.play import PlayScreen
from bioblue_tui.studies.flow import TrialView
from bioblue_tui.studies.log import TIME_LIMIT
from bioblue_tui.studies.measuring import Stopwatch
from bioblue_tui.trials.events import Asked, Event
from bioblue_tui.widgets.answer import AnswerInput
from bioblue_tui.widgets.lines import Line


class Noting(Protocol):
    """Writes a line into the session's file. Returns False when that failed."""

    def __call__(self, event: str, **fields: object) -> bool:
        """Write it."""


_KEPT = ("play.repeat", "play.back", "play.on", "play.jump", "play.fold", "play.help")
"""Keys that a trial in a study has, too: none leaves the trial, none writes anything."""


def _named(key: Binding) -> Binding:
    """Return a key whose help calls the panel "text", as the screen does."""
    return replace(key, tooltip=key.tooltip.replace("raw output", "text"))


class StudyTrialScreen(PlayScreen, inherit_bindings=False):
    """A trial of a study. Unlike other trials it measures, ends at a time limit, and shows no result.

    Args:
        session: The trial.
        heading: The text at the top.
        view: Which trial it is.
        watch: The stopwatch; held while the person is away.
        note: Writes the measures of every answer into the session's file. If it fails, nothing is submitted.
        left: Seconds until the time limit; 0 for none.
        before: Seconds for which the first question was open in earlier visits.
        feedback: Whether a score is shown at the end.
        beats: Whether to note every second for how long a question has been open: for trials with a time limit or
            ``hurry``.
    """

    ABOUT = (
        "Type your answer and press Enter; ↑ and ↓ change the number under the cursor, ctrl+r puts your last answer "
        "there. An answer that is not possible says why and costs nothing. F2 is a pause."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        *(_named(key) for key in PlayScreen.BINDINGS if isinstance(key, Binding) and key.id in _KEPT),
        *TEXT_KEYS,
        *PANEL_KEYS,
    ]

    def __init__(
        self,
        session: Session,
        heading: Heading,
        view: TrialView,
        watch: Stopwatch,
        note: Noting,
        *,
        left: float = 0,
        before: float = 0,
        feedback: bool = False,
        beats: bool = False,
    ) -> None:
        self._heading, self._view = heading, view
        super().__init__(session)
        self._watch, self._note_line = watch, note
        self._left, self._feedback, self._beats = left, feedback, beats
        self._open_before = before
        """Seconds for which the question was open in earlier visits."""
        self._noted = 0.0
        """Seconds for which the question has been open, as last noted."""
        self._used = 0.0
        """Seconds of all decisions here."""
        self._asked: Asked | None = None
        self._edits = self._removals_before = self._pastes_before = self._looks = 0
        self._repeating = self._hurried = False
        self.outcome = ""
        """How it ended; empty while it has not."""
        session.listeners.append(self._take_time)

    def heading(self) -> tuple[str, str]:
        """Return the text at the top, without environment's name and seed, which a model is not told."""
        kind = "practice" if self._view.trial.practice else "trial"
        return f"{kind} {self._view.number} of {self._view.count}", self._heading.line()

    def on_mount(self) -> None:
        """Name the panel with the text, and begin to measure; Textual calls the base class's handler by itself."""
        self.transcript.border_title = self.panel_names[-1]
        # Every character that is typed is part of an answer.
        self.bar.answer.free_keys = ()
        self.set_interval(0.25, self._tick)

    def show_bar(self) -> None:
        """Show the answer line; keys pressed before the trial was shown are counted at its first answer."""
        dropped, torn = self.gate.dropped, self.gate.torn
        super().show_bar()
        self.gate.dropped, self.gate.torn = dropped, torn

    @property
    def panel_names(self) -> Sequence[str]:
        """The panels' names, here and in exports."""
        return (*super().panel_names[:-1], "text")

    @property
    def reveals(self) -> bool:
        """Always False: participants are not told how well they play."""
        return False

    # Measuring

    def _take_time(self, event: Event) -> None:
        if isinstance(event, Asked):
            # After a refused answer it is still the same question, about which the participant was told to hurry.
            self._asked, self._hurried = event, self._hurried and event.attempt > 1
            self._edits = self._looks = 0
            self._repeating = False
            self._noted = 0.0
            if self.is_mounted:
                self._pastes_before, self._removals_before = self.bar.answer.pastes, self.bar.answer.removals
            self._watch.start()

    def unanswered(self) -> Mapping[str, object]:
        """Return the observation without an answer, with its seconds and excluded time; empty if there is none."""
        asked, self._asked = self._asked, None
        seconds, away = self._watch.read()
        if asked is None or not (seconds or away):
            return {}
        return {"seconds": seconds, "step": asked.step, "attempt": asked.attempt, "away": away}

    @on(Input.Changed)
    def _changed(self, event: Input.Changed) -> None:
        if isinstance(event.input, AnswerInput):
            self._edits += 1

    def seek(self, step: int) -> None:
        """Look at a step."""
        super().seek(step)
        self._looks += not self.following

    def action_repeat(self) -> None:
        """Put the last action on the line, and note it."""
        self._repeating |= bool(self.last_answer)
        super().action_repeat()

    def _submit(self, text: str, seconds: float | None = None) -> None:
        person, asked = self.person, self._asked
        if person is not None and person.asked and asked is not None:
            seconds, away = self._watch.read()
            self._used += seconds
            # Written first, so that every answer in the record has its measures, even if the program ends in between.
            kept = self._note_line(
                "decision",
                trial=self.session.header.id,
                step=asked.step,
                attempt=asked.attempt,
                seconds=seconds,
                away=away,
                edits=self._edits,
                deletions=self.bar.answer.removals - self._removals_before,
                pasted=self.bar.answer.pastes - self._pastes_before,
                repeated=self._repeating,
                late=self._hurried or 0 < self._view.trial.hurry < self._open_before,
                looks=self._looks,
                dropped=self._early.dropped,
                screen=self._on_screen(),
                question_in_view=self.transcript.question_in_view and "text" in self._panels(),
            )
            if not kept:
                return
            self._asked, self._open_before = None, 0.0
        super()._submit(text, seconds)

    def _on_screen(self) -> dict[str, object]:
        presentation = self.session.header.presentation
        size = {"columns": self.app.size.width, "rows": self.app.size.height}
        return {"presentation": presentation, "panels": self._panels(), "step": self.shown, **size}

    def _panels(self) -> list[str]:
        if self.has_class("-too-small"):
            return []
        if self.prompt_only:
            return ["text"]
        return [self.panel_names[self._tab]] if self.has_class("-tabbed") else list(self.panel_names)

    # What is told

    def status_line(self) -> Line:
        """Say whose turn it is, and how much time is left, if it is limited."""
        line = list(super().status_line())
        if self._left and not self.live.trial.ended:
            left = max(0, int(self._remaining()))
            line.append((f"  {left // 60}:{left % 60:02} left", "warn" if left < 60 else "dim"))
        return line

    def signature(self) -> tuple[object, ...]:
        """Return what else the screen depends on."""
        return (*super().signature(), int(self._remaining()) if self._left else 0)

    def _remaining(self) -> float:
        now = self._watch.read()[0] if self._asked else 0.0
        return self._left - self._used - now

    @property
    def broken(self) -> str:
        """Why the trial cannot continue now; empty while it can."""
        return self._broken

    def _tick(self) -> None:
        if self._broken and self.is_current:
            self.dismiss(False)
            return
        if self.outcome or self.live.trial.ended:
            return
        if self._left and self._remaining() <= 0:
            self.outcome = TIME_LIMIT
            self.gate.shut()
            # Help, or the question which step to look at, may lie over the trial: their time counts.
            while self.app.screen is not self:
                self.app.pop_screen()
            self.dismiss(False)
            return
        self._note_open()
        hurry = self._view.trial.hurry
        if hurry and self._asked and not self._hurried and self._open_before + self._watch.read()[0] > hurry:
            self._hurried = True
            self.bar.tell("Please answer now.")

    def _note_open(self) -> None:
        """Note for how long the question has been open, so that a crash does not extend the time limit."""
        seconds, away = self._watch.read() if self._asked and self._beats else (0.0, {})
        if self._asked and seconds >= self._noted + 1:
            self._noted, asked = seconds, self._asked
            about = {"trial": self.session.header.id, "step": asked.step, "attempt": asked.attempt}
            self._note_line("open", **about, seconds=seconds, away=away)

    # The end

    @property
    def over(self) -> bool:
        """True once no more answers are asked for here."""
        return bool(self.outcome) or self.live.trial.ended

    def _finished(self) -> None:
        if self.outcome:
            return
        self.outcome = self.state.reason
        found = compare(self.state) if self._feedback and self.state.environment.shown_dimensions else None
        if found is None:
            self.dismiss(False)
        else:
            self.app.push_screen(ScoreScreen(self.state, found, self.heading()[0], self.gate), self._score_seen)

    def _score_seen(self, _: None) -> None:
        self.dismiss(False)
