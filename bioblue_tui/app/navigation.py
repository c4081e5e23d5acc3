"""Carrying out what a screen asks for: begin a trial, open a record, fork or resume one.

The application loads this, and the screens with it, once its first line is painted.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from bioblue_envs import ParameterError
from textual.app import App

from bioblue_tui.analysis.comparison import Comparison, open_comparison
from bioblue_tui.formatting.text import error_line, one_line
from bioblue_tui.records.collection import open_record
from bioblue_tui.records.schema import RecordError
from bioblue_tui.runs.resume_fork import Changes, agent_of_fork, fork_session, resume_session
from bioblue_tui.runs.session import ReplaySession, Session, default_speed, open_session
from bioblue_tui.runs.trial_spec import TrialSpec
from bioblue_tui.screens.batch.screen import ControlScreen
from bioblue_tui.screens.compare.screen import CompareScreen
from bioblue_tui.screens.home.screen import HomeScreen
from bioblue_tui.screens.overview.screen import OverviewScreen
from bioblue_tui.screens.trial.play import PlayScreen
from bioblue_tui.screens.trial.replay import ReplayScreen
from bioblue_tui.screens.trial.screen import TrialScreen
from bioblue_tui.screens.trial.watch import WatchScreen
from bioblue_tui.system.errors import BioBlueError
from bioblue_tui.system.paths import data_dir, references_file, trials_dir
from bioblue_tui.trials.trial import RETRY_LIMIT

if TYPE_CHECKING:
    from bioblue_tui.lessons.format import Lesson
    from bioblue_tui.lessons.performing import Performance
    from bioblue_tui.lessons.staging import Staging
    from bioblue_tui.screens.lesson.collection import LessonsScreen
    from bioblue_tui.screens.lesson.screen import LessonScreen

_REFUSALS = (BioBlueError, ParameterError)
"""Errors when a screen can't be made; each has a message for a person."""

Shown: TypeAlias = "TrialScreen | ControlScreen | CompareScreen | OverviewScreen | LessonScreen | LessonsScreen"
"""A screen that can be the first."""


class Wiring:
    """Wires the screens of an application to sessions.

    Args:
        app: The application.
        data: The data directory; None for the platform's.
        alone: True when the application ends with its first screen.
        models_refused: Why no model can be chosen here; empty where any can.
    """

    def __init__(self, app: App[str], data: Path | None, *, alone: bool, models_refused: str = "") -> None:
        self._app, self._data, self._alone, self._models_refused = app, data, alone, models_refused
        self._forked: set[Path] = set()
        """The directories of trials forked here: a fork in the data directory knows only its parent's name."""
        self._teaching = False
        """True from a lesson's first trial on: screens above the lesson lead back to it."""

    @property
    def shown(self) -> bool:
        """True when the requested screen is already in front: a second Enter at the same moment asks for it again."""
        from bioblue_tui.screens.lesson.screen import LessonScreen

        return isinstance(self._app.screen, TrialScreen | LessonScreen)

    def home(self) -> None:
        """Show the home screen."""
        self._app.push_screen(HomeScreen(self._data, self._models_refused))

    def show(self, screen: Shown, spec: TrialSpec | None = None) -> None:
        """Show a screen; ``spec`` is the trial it plays, so that it can be played again."""
        ends = self._alone and not self._teaching

        def left(again: bool | None) -> None:
            if isinstance(screen, ReplayScreen) and screen.resumed is not None:
                self.show(screen.resumed)
                return
            path = str(screen.session.path or "") if isinstance(screen, TrialScreen) else ""
            if again and spec is not None:
                self.start(replace(spec, seed=spec.seed + 1))
            elif ends:
                self._app.exit(path)
            elif spec is not None:
                self._app.notify(f"Kept as {one_line(Path(path).name, 300)}", title="Trial", markup=False)

        # Earlier messages, such as why a trial could not begin, are out of date and would cover the screen.
        self._app.clear_notifications()
        self._app.push_screen(screen, left)

    def start(self, spec: TrialSpec) -> None:
        """Begin a live trial and show it."""
        self._try("Not started", lambda: live_screen(spec, self._data), spec)

    def open(self, path: Path) -> None:
        """Replay a record."""
        self._try("Not opened", lambda: ReplayScreen(ReplaySession(open_record(path))))

    def fork(self, path: Path, step: int, changes: Changes, settle: Callable[[str], None], staging: Staging) -> None:
        """Begin a trial with a record's past.

        Args:
            path: The record.
            step: The last step that the fork shares with it.
            changes: What is to be different.
            settle: Receives why the fork can't begin; or an empty text when it has begun, before its screen is shown.
            staging: How it is shown.
        """
        try:
            record = open_record(path)
            agent = agent_of_fork(record.header, changes, self._data)
            words: dict[str, Any] = {"instruction": changes.instruction, "schedule": changes.schedule}
            words["wording"] = changes.wording
            speed = default_speed(agent.name)
            if changes.agent:
                staging = staging.given_to_another(record.header.agent, step)
            screen = _staged(fork_session(record, step, self._data, agent=agent, speed=speed, **words), staging)
        except _REFUSALS as error:
            settle(_why(error))
        else:
            settle("")
            self._forked.add(path.parent)
            self.show(screen)

    def resume(self, replay: ReplayScreen, path: Path) -> None:
        """Resume a trial that is replayed; a lesson's trial stays part of the lesson, at the speed of the replay.

        Args:
            replay: The replay, whose screen the trial replaces.
            path: Its record.
        """
        if replay.resumed is not None:
            return
        staging = replay.staging.resumed or replay.staging
        speed = default_speed(replay.replay.header.agent)
        if staging.lesson and speed is not None:
            speed = replay.replay.trial.speed
        try:
            session = resume_session(path, self._data, speed=speed)
        except _REFUSALS as error:
            self._refuse("Not resumed", error)
        else:
            replay.give_way(_staged(session, replace(staging, large=replay.large)))

    def look_into(self, path: Path, step: int | None = None) -> None:
        """Replay a record above the present screen, at a step or from the start."""
        try:
            session = ReplaySession(open_record(path), paused=step is not None)
        except _REFUSALS as error:
            self._refuse("Not opened", error)
            return
        session.trial.seek(step or 0)
        self._above(ReplayScreen(session))

    def compare(self, paths: Sequence[Path], at: int | None = None) -> None:
        """Compare trials, above the present screen.

        Args:
            paths: The records; a single one is a fork, whose parent is looked up.
            at: The step to begin at; None for the first difference.
        """
        self._app.run_worker(lambda: self._compare(paths, at), thread=True, group="compare", exclusive=True)

    def _compare(self, paths: Sequence[Path], at: int | None) -> None:
        try:
            comparison = open_comparison(paths, self._data, self._forked)
        except _REFUSALS as error:
            self._app.call_from_thread(self._refuse, "Not compared", error)
        else:
            self._app.call_from_thread(self._beside, comparison, at)

    def _beside(self, comparison: Comparison, at: int | None) -> None:
        self._app.push_screen(CompareScreen(comparison, at))

    def overview(self) -> None:
        """Show all trials of the data directory at a glance."""
        directory = trials_dir(data_dir(self._data))
        self._app.push_screen(OverviewScreen([directory], references_file(data_dir(self._data))))

    def lessons(self) -> None:
        """Show the lessons to choose from."""
        from bioblue_tui.lessons.collection import built_in
        from bioblue_tui.screens.lesson.collection import LessonsScreen

        self._app.push_screen(LessonsScreen(built_in()))

    def teach(self, lesson: Lesson, *, large: bool) -> None:
        """Give a lesson above the present screen."""
        from bioblue_tui.screens.lesson.screen import LessonScreen

        self._app.push_screen(LessonScreen(lesson, large=large))

    def perform(self, performance: Performance, done: Callable[[TrialScreen], Awaitable[None]]) -> None:
        """Show a lesson's trial above the lesson.

        Args:
            performance: What is to be shown.
            done: Called once its screen is left.
        """
        from bioblue_tui.lessons.performing import perform

        try:
            session = perform(performance, data_dir(self._data))
        except _REFUSALS as error:
            self._refuse("Not started", error)
            return
        self._teaching = True
        screen = ReplayScreen(session) if isinstance(session, ReplaySession) else screen_of(session)
        screen.staging = performance.staging

        self._above(screen, done)

    def _above(self, screen: TrialScreen, done: Callable[[TrialScreen], Awaitable[None]] | None = None) -> None:
        """Show a trial above the present screen; ``done`` receives the trial that was resumed in its place, if any."""

        async def left(_: bool | None) -> None:
            # Stopped first, since what is said about the trial may be read from its record.
            await screen.session.stop()
            if isinstance(screen, ReplayScreen) and screen.resumed is not None:
                self._above(screen.resumed, done)
            elif done is not None:
                await done(screen)

        self._app.clear_notifications()
        self._app.push_screen(screen, left)

    def trial_closed(self) -> None:
        """Update the home screen when a trial's record is complete, which may be after the screen is back."""
        # No screen is left where the application is ending.
        if self._app.screen_stack and isinstance(self._app.screen, HomeScreen):
            self._app.screen.refresh_files()

    def _try(self, failed: str, begin: Callable[[], TrialScreen], spec: TrialSpec | None = None) -> None:
        """Show a screen, or say why it can't be made."""
        try:
            screen = begin()
        except _REFUSALS as error:
            self._refuse(failed, error)
        else:
            self.show(screen, spec)

    def _refuse(self, failed: str, error: Exception) -> None:
        self._app.notify(_why(error), title=failed, severity="error", timeout=10, markup=False)


def _why(error: Exception) -> str:
    return error_line(error.brief if isinstance(error, RecordError) else error, 500)


def live_screen(
    spec: TrialSpec,
    data: Path | None,
    *,
    speed: float | None = 0,
    paused: bool = False,
    retry_limit: int = RETRY_LIMIT,
) -> TrialScreen:
    """Make the screen of a live trial.

    Args:
        spec: What to play.
        data: The data directory; None for the platform's.
        speed: Steps per second; None for no limit; 0 for the default: scripted agents are slowed down to be seen.
        paused: Whether to begin paused.
        retry_limit: Illegal answers to one observation before the trial pauses.

    Raises:
        ParameterError: For unacceptable parameters.
        AgentError: When the agent can't run.
        RecordError: When the record can't be written.
    """
    if speed == 0:
        speed = default_speed(spec.agent)
    return screen_of(open_session(spec, data, speed=speed, paused=paused, retry_limit=retry_limit))


def _staged(session: Session, staging: Staging) -> TrialScreen:
    """Make the screen of a trial that was resumed or forked, staged like its origin."""
    if staging.lesson:
        from bioblue_tui.lessons.performing import stage

        stage(session, staging)
    screen = screen_of(session)
    screen.staging = staging
    return screen


def screen_of(session: Session) -> TrialScreen:
    """Make the screen of a live trial: to play where a person is the agent, otherwise to watch."""
    return WatchScreen(session) if session.human is None else PlayScreen(session)
