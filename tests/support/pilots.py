"""Driving the application in tests: start it, wait for conditions, read what its widgets show."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from time import monotonic
from typing import Any

from textual.app import App
from textual.pilot import Pilot
from textual.widget import Widget

from bioblue_tui.app.bioblue import BioBlueApp
from bioblue_tui.app.navigation import live_screen
from bioblue_tui.records.collection import open_record
from bioblue_tui.records.schema import Record
from bioblue_tui.runs.session import ReplaySession
from bioblue_tui.runs.trial_spec import TrialSpec
from bioblue_tui.screens.trial.play import PlayScreen
from bioblue_tui.screens.trial.replay import ReplayScreen
from bioblue_tui.screens.trial.screen import TrialScreen
from bioblue_tui.screens.trial.watch import WatchScreen
from tests.support.terminal import DEADLINE


async def until(pilot: Pilot[Any], condition: Callable[[], object], what: str = "condition") -> None:
    """Let the application work until a condition holds."""
    end = monotonic() + DEADLINE
    while not condition():
        assert monotonic() < end, f"{what} did not come true"
        await pilot.pause()


async def opened(pilot: Pilot[Any], screen: Any, step: int) -> None:
    """Wait until the question of a step is on the screen."""
    await until(pilot, lambda: screen.bar.gate.is_open and screen.state.done == step - 1, f"question {step}")


@asynccontextmanager
async def trial(
    spec: TrialSpec, data: Path, *, size: tuple[int, int] = (120, 36), speed: float | None = None, paused: bool = False
) -> AsyncIterator[tuple[Pilot[str], Any]]:
    """Show a live trial; yields the pilot and its screen, once a person who plays is asked."""
    screen = live_screen(spec, data, speed=speed, paused=paused)
    async with shown(screen, data, spec, size) as (pilot, found):
        if spec.agent == "human" and not paused:
            await opened(pilot, found, 1)
        yield pilot, found


@asynccontextmanager
async def replayed(
    record: Record, *, size: tuple[int, int] = (120, 36), paused: bool = True, speed: float | None = None
) -> AsyncIterator[tuple[Pilot[str], ReplayScreen]]:
    """Show a replay; yields the pilot and its screen."""
    screen = ReplayScreen(ReplaySession(record, speed=speed, paused=paused))
    async with shown(screen, None, None, size) as (pilot, _):
        yield pilot, screen


@asynccontextmanager
async def shown(
    screen: TrialScreen, data: Path | None, spec: TrialSpec | None, size: tuple[int, int]
) -> AsyncIterator[tuple[Pilot[str], TrialScreen]]:
    """Run the application on one trial screen."""
    app = BioBlueApp(data, screen, spec)
    async with app.run_test(size=size) as pilot:
        await until(pilot, lambda: screen.is_mounted and app.screen is screen, "the trial screen")
        yield pilot, screen


def done(screen: TrialScreen, steps: int) -> bool:
    """Whether exactly this many steps have been played."""
    return screen.state.done == steps


def watching(screen: object) -> WatchScreen:
    """Return the screen, known to be a watch screen."""
    assert isinstance(screen, WatchScreen)
    return screen


def playing(screen: object) -> PlayScreen:
    """Return the screen, known to be a play screen."""
    assert isinstance(screen, PlayScreen)
    return screen


def text_of(widget: Widget) -> str:
    """Return what a widget shows, line by line."""
    return "\n".join(widget.render_line(y).text.rstrip() for y in range(widget.size.height))


def on_disk(screen: TrialScreen) -> Record:
    """Read the record of a screen's trial back."""
    path = screen.session.path
    assert path is not None
    return open_record(path)


def painted(app: App[Any]) -> str:
    """Return all that is painted on the screen, line by line."""
    return "\n".join(strip.text for strip in app.screen._compositor.render_strips(app.size))


_DRAWN = re.compile(r"[\s\u2500-\u259f\U0001fb00-\U0001fbff]+")


def letters(text: str) -> str:
    """Return a text without blanks, lines and blocks: what is left must be the same wherever it is wrapped."""
    return _DRAWN.sub("", text)
