"""What follows from a screen's wish: begin a trial, open a record, fork one, go on with one.

The application loads this, and the screens with it, once its first line is painted.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from textual.app import App

from bioblue_tui.agents.base import AgentError
from bioblue_tui.continuing import Changes, agent_of_fork, fork_session, resume_session
from bioblue_tui.records.library import open_record
from bioblue_tui.records.schema import RecordError
from bioblue_tui.screens.control import ControlScreen
from bioblue_tui.screens.home import HomeScreen
from bioblue_tui.screens.play import PlayScreen
from bioblue_tui.screens.replay import ReplayScreen
from bioblue_tui.screens.trial import TrialScreen
from bioblue_tui.screens.watch import WatchScreen
from bioblue_tui.session import Plan, ReplaySession, Session, default_speed, open_session
from bioblue_tui.text import one_line
from bioblue_tui.trials.trial import RETRY_LIMIT
from envs import ParameterError

_REFUSALS = (ParameterError, AgentError, RecordError)
"""Why a screen can't be made: each says it for a person."""


class Wiring:
    """Wires the screens of an application to sessions.

    Args:
        app: The application.
        data: The data directory; None for the platform's.
        alone: True when the application ends with its first screen.
    """

    def __init__(self, app: App[str], data: Path | None, *, alone: bool) -> None:
        self._app, self._data, self._alone = app, data, alone

    def home(self) -> None:
        """Show the home screen."""
        self._app.push_screen(HomeScreen(self._data))

    def show(self, screen: TrialScreen | ControlScreen, plan: Plan | None = None) -> None:
        """Show a screen; ``plan`` is what it plays, so that it can be played again."""

        def left(again: bool | None) -> None:
            path = str(screen.session.path or "") if isinstance(screen, TrialScreen) else ""
            if again and plan is not None:
                self.start(replace(plan, seed=plan.seed + 1))
            elif self._alone:
                self._app.exit(path)
            elif plan is not None:
                self._app.notify(f"Kept as {one_line(Path(path).name, 300)}", title="Trial", markup=False)

        self._app.push_screen(screen, left)

    def start(self, plan: Plan) -> None:
        """Begin a live trial and show it."""
        self._try("Not started", lambda: live_screen(plan, self._data), plan)

    def open(self, path: Path) -> None:
        """Replay a record."""
        self._try("Not opened", lambda: ReplayScreen(ReplaySession(open_record(path))))

    def fork(self, path: Path, step: int, changes: Changes, settle: Callable[[str], None]) -> None:
        """Begin a trial with a record's past.

        Args:
            path: The record.
            step: Its last step that the fork has too.
            changes: What is to be different.
            settle: Is told why it can't begin; or, before its screen is shown, with an empty text that it has.
        """
        try:
            record = open_record(path)
            agent = agent_of_fork(record.header, changes, self._data)
            words = {"instruction": changes.instruction, "schedule": changes.schedule}
            speed = default_speed(agent.name)
            screen = screen_of(fork_session(record, step, self._data, agent=agent, speed=speed, **words))  # type: ignore[arg-type]
        except _REFUSALS as error:
            settle(one_line(str(error), 300))
        else:
            settle("")
            self.show(screen)

    def resume(self, path: Path) -> None:
        """Go on with a recorded trial."""

        def begin() -> TrialScreen:
            speed = default_speed(open_record(path).header.agent)
            return screen_of(resume_session(path, self._data, speed=speed))

        self._try("Not resumed", begin)

    def trial_closed(self) -> None:
        """Note that a trial's record is complete, which may be after the home screen is back."""
        if isinstance(self._app.screen, HomeScreen):
            self._app.screen.refresh_recent()

    def _try(self, failed: str, begin: Callable[[], TrialScreen], plan: Plan | None = None) -> None:
        """Show a screen, or say why it can't be made."""
        try:
            screen = begin()
        except _REFUSALS as error:
            self._app.notify(one_line(str(error), 300), title=failed, severity="error", timeout=10, markup=False)
        else:
            self.show(screen, plan)


def live_screen(
    plan: Plan,
    data: Path | None,
    *,
    speed: float | None = 0,
    paused: bool = False,
    retry_limit: int = RETRY_LIMIT,
) -> TrialScreen:
    """Make the screen of a live trial.

    Args:
        plan: What to play.
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
        speed = default_speed(plan.agent)
    return screen_of(open_session(plan, data, speed=speed, paused=paused, retry_limit=retry_limit))


def screen_of(session: Session) -> TrialScreen:
    """Make the screen of a live trial: to play where a person is the agent, else to watch."""
    return WatchScreen(session) if session.human is None else PlayScreen(session)
