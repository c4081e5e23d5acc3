"""One live trial on the screen, or in lines, and how its command ends."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Callable, Collection
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from bioblue_tui.commands.common.options import (
    tell_rewording,
)
from bioblue_tui.commands.common.recording import recorded
from bioblue_tui.commands.common.screen import on_screen, run_app
from bioblue_tui.commands.common.usage import narrate
from bioblue_tui.formatting.text import visible
from bioblue_tui.records.schema import RecordError
from bioblue_tui.runs.session import Session, default_speed, open_session
from bioblue_tui.runs.trial_spec import TrialSpec
from bioblue_tui.trials.trial import RETRY_LIMIT

if TYPE_CHECKING:
    from bioblue_tui.analysis.modes.base import Mode
    from bioblue_tui.screens.trial.screen import TrialScreen


def play_one(
    spec: TrialSpec,
    data: Path | None,
    display: str,
    max_cost: Decimal | None = None,
    modes: Collection[Mode] = (),
    *,
    speed: float | None,
    paused: bool = False,
    retries: int = RETRY_LIMIT,
) -> None:
    """Begin a trial and show it; see ``show_session``."""
    tell_rewording(spec.wording, data)
    if speed == 0:
        speed = default_speed(spec.agent) if on_screen(display) else None

    def begin() -> Session:
        session = open_session(spec, data, speed=speed, paused=paused, retry_limit=retries)
        if max_cost is not None:
            from bioblue_tui.costs.budget import Budget

            session.limit_cost(Budget(max_cost))
        if modes:
            from bioblue_tui.runs.pause_on import pause_on

            pause_on(session, modes)
        return session

    show_session(begin, display, data, spec)


def show_session(
    open_trial: Callable[[], Session], display: str, data: Path | None = None, spec: TrialSpec | None = None
) -> NoReturn:
    """Show a live trial on the screen, or play it in lines, and exit; with code 0 if it has reached its end.

    On the screen, the exit code and the named record are those of the last trial played.

    Args:
        open_trial: Begins it.
        display: The chosen display.
        data: The data directory; None for the platform's.
        spec: The trial, so that it can be played again.
    """
    session = open_trial()
    if on_screen(display):

        def screen() -> TrialScreen:
            from bioblue_tui.app.navigation import screen_of

            return screen_of(session)

        ended = False

        def left(path: str) -> None:
            nonlocal ended
            ended = _tell_record(Path(path or session.path))

        run_app(data, screen, spec, left)
        raise SystemExit(0 if ended else 1)
    narrate(f"record: {visible(str(session.path))}")
    raise SystemExit(0 if recorded(lambda: _headless(session, jsonl=display == "jsonl")) else 1)


def _tell_record(path: Path) -> bool:
    """Name a record, say how to resume a trial that is open, and return whether it has reached its end."""
    from bioblue_tui.records.collection import open_record
    from bioblue_tui.runs.resume_fork import can_resume

    narrate(f"record: {visible(str(path))}{'' if path.exists() else ' (removed meanwhile)'}")
    try:
        ended = bool(can_resume(open_record(path)))
    except RecordError:
        return False
    if not ended:
        narrate(f"to resume it: bioblue resume {visible(shlex.quote(str(path)))}")
    return ended


def _headless(session: Session, *, jsonl: bool) -> bool:
    from bioblue_tui.display import headless

    if session.human is None:
        return headless.watch(session, click.echo, narrate, jsonl=jsonl)
    read = sys.stdin.readline if sys.stdin is not None else str
    return headless.play(session, click.echo, read, jsonl=jsonl)
