"""The application of a small study, shown and driven by tests."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from textual import events
from textual.pilot import Pilot
from textual.widgets import Markdown

from bioblue_tui.app.study import StudyApp
from bioblue_tui.screens.study.page import PageScreen
from bioblue_tui.screens.study.question import QuestionScreen
from bioblue_tui.screens.study.score import ScoreScreen
from bioblue_tui.screens.study.trial import StudyTrialScreen
from bioblue_tui.studies.flow import TrialView, View
from bioblue_tui.studies.running import Run, enter
from bioblue_tui.trials.clock import Clock, SystemClock
from tests.studies.small import load, right, walk
from tests.support.pilots import until

GAUGES = '[[conditions]]\nname = "g"\npresentation = "gauges"\n'


TEXT = '[[conditions]]\nname = "t"\npresentation = "prompt-only"\n'


LIMITED = '[[blocks]]\nname = "z"\nenvironments = ["homeostasis"]\nseeds = 1\nsteps = 9\nminutes = 2\n'


HURRIED = LIMITED + "hurry = 60\n"


def text_on(app: StudyApp) -> str:
    return "\n".join(strip.text for strip in app.screen._compositor.render_strips())


def is_trial(view: View) -> bool:
    return isinstance(view, TrialView)


@asynccontextmanager
async def showing(
    root: Path,
    stop: Callable[[View], bool],
    *,
    size: tuple[int, int] = (100, 32),
    clock: Clock | None = None,
    **told: object,
) -> AsyncIterator[tuple[Pilot[Any], StudyApp, Run]]:
    """Go through a study without a screen up to a view, and show that."""
    run = enter(load(root, **told), "P1", root, clock=clock)  # type: ignore[arg-type]
    with run.file:
        # It has an event loop of its own.
        await asyncio.to_thread(walk, run, right, stop)
        app = StudyApp(run)
        async with app.run_test(size=size) as pilot:
            await until(pilot, lambda: len(app.screen_stack) > 1, "the first screen")
            yield pilot, app, run


def playing(app: StudyApp) -> StudyTrialScreen:
    assert isinstance(app.screen, StudyTrialScreen)
    return app.screen


def answers(screen: StudyTrialScreen) -> bool:
    """Tell whether a trial waits for an answer, and its question is on the screen: keys before that are dropped."""
    return screen.person is not None and screen.person.asked and screen.bar.gate.is_open


def asks(app: StudyApp, text: str) -> bool:
    """Tell whether a question with this text is on the screen, and open."""
    screen = app.screen
    return isinstance(screen, QuestionScreen) and screen.gate.is_open and text in screen.query_one(Markdown).source


def shows(app: StudyApp, run: Run, page: str) -> bool:
    """Tell whether a page is what comes next, on the screen, and open."""
    screen, view = app.screen, run.next
    return isinstance(screen, PageScreen) and screen.gate.is_open and view is not None and view.key == page


def burst(app: StudyApp, text: str) -> None:
    """Press keys as one packet brings them: all of them before anything is done about the first."""
    for character in text:
        app.post_message(events.Key("enter" if character == "\r" else character, character))


async def card_of(pilot: Pilot[Any], app: StudyApp) -> str:
    """Play the only step of a trial, and return what its score card shows."""
    screen = playing(app)
    await until(pilot, lambda: answers(screen))
    await pilot.press(*"9,0", "enter")
    await until(pilot, lambda: isinstance(app.screen, ScoreScreen))
    await pilot.pause()
    return text_on(app)


class StandingClock(SystemClock):
    """A clock whose durations are as long as a test says."""

    seconds = 0.0

    def monotonic(self) -> float:
        return self.seconds


def enter_at(app: StudyApp, *times: float) -> None:
    """Press Enter at some times."""
    for at in times:
        key = events.Key("enter", None)
        key.time = at
        app.post_message(key)


def repeats(begun: float) -> list[float]:
    """Return when a key comes that is held down from some time on, for two seconds."""
    return [begun + 0.5 + 0.033 * count for count in range(45)]


CHOICES = """
questionnaire = [
    {key = "c", text = "Which one?", kind = "choice", options = ["this", "that", "neither"]},
    {key = "s", text = "How hard?", kind = "scale", low = 0, high = 10, labels = ["easy", "hard"]},
    {key = "n", text = "How many?", kind = "number"},
    {key = "m", text = "How many more?", kind = "number", required = false},
]
"""
