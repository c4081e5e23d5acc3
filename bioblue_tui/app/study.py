"""The application of a study: one screen after the other, as the flow says, and nothing else."""

from __future__ import annotations

import os
import sys
from typing import Any, ClassVar

from textual import events, work
from textual.binding import BindingType
from textual.screen import Screen
from textual.worker import Worker

from bioblue_tui.app.base import AppBase
from bioblue_tui.config import Config
from bioblue_tui.records.schema import RecordError
from bioblue_tui.screens.actions import command
from bioblue_tui.screens.dialogs import ConfirmDialog
from bioblue_tui.screens.study.frame import Heading, StudyScreen
from bioblue_tui.screens.study.page import ConsentScreen, InstructionScreen, PageScreen
from bioblue_tui.screens.study.pause import PauseScreen
from bioblue_tui.screens.study.presses import Presses
from bioblue_tui.screens.study.question import QuestionScreen
from bioblue_tui.screens.study.score import ScoreScreen
from bioblue_tui.screens.study.trial import StudyTrialScreen
from bioblue_tui.studies.flow import ConsentView, InstructionView, PageView, QuestionView, TrialView, View
from bioblue_tui.studies.loading import StudyError
from bioblue_tui.studies.log import OUT_OF_TIME
from bioblue_tui.studies.measuring import Stopwatch
from bioblue_tui.studies.running import Run
from bioblue_tui.system.errors import BioBlueError
from bioblue_tui.widgets.gate import MOST, Gate
from bioblue_tui.widgets.orderly import is_new

PAUSE, LEAVING, FOCUS = "pause", "leaving", "focus"
"""Why time does not count: a pause, the question whether to leave, another window in front."""


class StudyApp(AppBase, inherit_bindings=False):
    """Leads a participant through a study. Its result is an error message, or empty.

    Args:
        run: The participant's session; it is open.
        config: The lasting choices of the person at this computer.
    """

    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = [
        command("study.pause", "f2", "pause", "Pause", "Pause; time does not count", footer="Pause", priority=True),
        command("study.leave", "escape", "leave", "Leave", "Leave; you can continue later from here", footer="Leave"),
        command("study.quit", "ctrl+c,ctrl+q", "leave", "Leave", "Leave; you can continue later", priority=True),
    ]

    def __init__(self, run: Run, config: Config | None = None) -> None:
        super().__init__(config)
        self._run_ = run
        self._heading = Heading(run.study.title, run.log.opening.participant)
        self._watch = Stopwatch(run.clock.monotonic)
        self._size_known = (0, 0)
        self._flowing: Worker[None] | None = None
        self._view: View | None = None
        """The page or question that is on the screen."""
        self._presses = Presses()
        self._between, self._before = Gate(), Gate()
        """Counts keys pressed between two screens, and on the last screen once it was over."""

    async def on_event(self, event: events.Event) -> None:
        """Say when a key was pressed, be it one that is held down."""
        if is_new(event) or isinstance(event, events.MouseDown):
            self._presses.date(event)
        await super().on_event(event)

    async def deal(self, event: events.Event) -> None:
        """Drop keys that were pressed before what they would answer was on the screen."""
        if not is_new(event) or not self.screen_stack or self._admits(event):
            await super().deal(event)

    def _admits(self, event: events.Key | events.Paste) -> bool:
        """Return whether a key counts. If not, it is counted as dropped, for this view or for the next."""
        screen = self.screen
        if isinstance(screen, StudyScreen | ScoreScreen):
            return screen.admits(event)
        if isinstance(screen, StudyTrialScreen) and screen.over:
            gate = screen.gate
        elif len(self.screen_stack) == 1:
            gate = self._between
        else:
            return True
        return getattr(event, "key", "") in StudyScreen.FREE or gate.admits(event)

    def _carry(self, gate: Gate) -> None:
        """Count keys that were pressed since the last view was over as dropped for the view that comes now."""
        for earlier in (self._before, self._between):
            gate.take(earlier)
        self._before = gate

    def _front_changed(self, screen: Screen[Any]) -> None:
        super()._front_changed(screen)
        gate = getattr(screen, "gate", None)
        if isinstance(gate, Gate):
            # Keys that were pressed while it was on its way to the screen.
            gate.take(self._between)

    def _begin(self) -> None:
        self._size_known = (self.size.width, self.size.height)
        self.watch(self, "app_focus", self._focus_changed, init=False)
        self._flowing = self._flow()
        self.set_interval(0.25, self._note_dropped)

    @work(exclusive=True)
    async def _flow(self) -> None:
        try:
            self._run_.visit(*self._size_known)
            while (view := self._run_.next) is not None:
                self._run_.note("shown", view=view.key)
                self._watch.start()
                await self._show(view)
        except BioBlueError as error:
            self.exit(str(error))
        else:
            self.exit("")

    async def _show(self, view: View) -> None:
        if isinstance(view, TrialView):
            await self._play(view)
            return
        if isinstance(view, PageView) and view.closing:
            # Noted now, however this page is left: nothing more is asked on it.
            self._run_.note("ended", outcome=view.closing)
        screen = self._screen_of(view)
        self._carry(screen.gate)
        self._view = view
        answer = await self.push_screen_wait(screen)
        self._view = None
        self._run_.done(view, *self._watch.read(), answer=answer or "", dropped=screen.gate.close().dropped)

    def _screen_of(self, view: ConsentView | PageView | QuestionView | InstructionView) -> StudyScreen[str]:
        match view:
            case ConsentView():
                return ConsentScreen(self._heading, view.page, self._watch)
            case PageView():
                return PageScreen(self._heading, view.page, self._watch, last=bool(view.closing))
            case QuestionView():
                return QuestionScreen(self._heading, view.question, view.number, view.count)
            case InstructionView():
                kind = "practice" if view.trial.practice else "trial"
                more = f"{kind} {view.number} of {view.count}"
                return InstructionScreen(self._heading, more, self._run_.instruction(view.trial))

    async def _play(self, view: TrialView) -> None:
        run, trial = self._run_, view.trial
        if not view.begin:
            run.done(view, 0.0, {}, outcome=OUT_OF_TIME)
            return
        played = run.played(view)
        session = run.open_trial(view)
        if isinstance(session, str):
            run.done(view, played, {}, outcome=session)
            return
        left = max(0.01, trial.limit - played) if trial.limit else 0.0
        screen = StudyTrialScreen(
            session,
            self._heading,
            view,
            self._watch,
            self._note,
            left=left,
            before=run.log.open_before(session.header.id),
            feedback=run.study.feedback,
            beats=bool(trial.limit or trial.hurry or run.study.limit),
        )
        self._carry(screen.gate)
        await self.push_screen_wait(screen)
        if screen.broken:
            raise StudyError(screen.broken)
        if not self._note_unanswered(screen):
            return
        # The trial can't be resumed until its record is closed.
        await session.stop()
        outcome, dropped = screen.outcome or session.state.reason, screen.gate.close().dropped
        run.done(view, run.played(view), {}, outcome=outcome, dropped=dropped)

    def _note_unanswered(self, screen: StudyTrialScreen, dropped: int = 0) -> bool:
        """Note how long an observation without an answer was looked at, and how many keys were dropped."""
        left = screen.unanswered()
        if dropped:
            left = {"seconds": 0.0, "away": {}, **left, "dropped": dropped}
        return not left or self._note("unanswered", trial=screen.session.header.id, **left)

    def _note_left(self) -> None:
        """Note that this visit ends, and for how long its last page or question was open."""
        if self._view is None:
            self._note("left")
            return
        seconds, away = self._watch.read()
        self._note("left", view=self._view.key, seconds=seconds, away=away, dropped=self._before.close().dropped)

    def _note(self, event: str, **fields: object) -> bool:
        """Write a line; where that fails, end the program and return False: nothing may continue unmeasured."""
        try:
            self._run_.note(event, **fields)
        except RecordError as error:
            self.exit(str(error))
            return False
        return True

    def _note_dropped(self) -> None:
        """Note how many keys did not count so far in the open view, so that they are known however the program ends."""
        screen = next((own for own in self.screen_stack if isinstance(own, StudyScreen | StudyTrialScreen)), None)
        keys = min(screen.gate.dropped, MOST) if screen else 0
        if keys and keys != self._run_.log.dropped_now:
            self._note("dropped", keys=keys)

    # Away

    def _focus_changed(self, focused: bool) -> None:
        if focused:
            self._back(FOCUS)
        else:
            self._hold(FOCUS)

    def _hold(self, why: str) -> None:
        if self._watch.hold(why):
            self._note("away", why=why)

    def _back(self, why: str) -> None:
        seconds = self._watch.release(why)
        if seconds is not None:
            self._note("back", why=why, seconds=seconds)

    def on_resize(self, event: events.Resize) -> None:
        """Note a new size of the terminal; a closed terminal has none, whatever Textual assumes."""
        size = (event.size.width, event.size.height)
        if self._size_known not in ((0, 0), size) and not self._hung_up:
            self._size_known = size
            self._note("resized", columns=size[0], rows=size[1])

    @property
    def _hung_up(self) -> bool:
        """True when a signal ends the program, or its terminal is gone, which may happen before the signal comes."""
        if self.ended_by or self.is_headless:
            return bool(self.ended_by)
        try:
            os.get_terminal_size(sys.__stdout__.fileno() if sys.__stdout__ else 1)
        except (OSError, ValueError):
            return True
        return False

    @property
    def _asking(self) -> bool:
        return isinstance(self.screen, PauseScreen | ConfirmDialog)

    def action_pause(self) -> None:
        """Pause."""
        if not self._asking:
            self._hold(PAUSE)
            self.push_screen(PauseScreen(), lambda _: self._back(PAUSE))

    async def action_leave(self) -> None:
        """Leave, after a question."""
        if self._asking:
            return
        self._hold(LEAVING)
        question = "Leave the study? What you did so far is kept, and you can continue from here later."
        self.push_screen(ConfirmDialog(question, "Leave", "Stay"), self._leave)

    async def _leave(self, sure: bool | None) -> None:
        self._back(LEAVING)
        if sure:
            await self._end()

    def _end_by_signal(self, code: int) -> None:
        self.ended_by = code
        self.run_worker(self._end(), exclusive=False)

    async def _end(self) -> None:
        """End this visit; everything done so far is kept."""
        if self._flowing is not None:
            # The flow must not take the trial that is stopped below as over.
            self._flowing.cancel()
        for why in self._watch.held:
            self._back(why)
        for screen in self.screen_stack:
            if isinstance(screen, StudyTrialScreen):
                self._note_unanswered(screen, screen.gate.close().dropped)
                # Before the screens close: the record must say that the trial was stopped.
                await screen.session.stop()
        self._note_left()
        self.exit("", return_code=self.ended_by)
