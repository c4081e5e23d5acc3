"""A scripted teacher: gives a lesson from start to end with the keys a teacher has."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from textual.pilot import Pilot
from textual.widgets import Input

from bioblue_tui.app.bioblue import BioBlueApp
from bioblue_tui.lessons.collection import find
from bioblue_tui.lessons.format import Activity, Lesson, Prediction
from bioblue_tui.screens.lesson.cards import PredictionCard
from bioblue_tui.screens.lesson.screen import LessonScreen
from bioblue_tui.screens.trial.play import PlayScreen
from bioblue_tui.screens.trial.replay import ReplayScreen
from bioblue_tui.screens.trial.screen import TrialScreen
from bioblue_tui.screens.trial.summary import SummaryScreen
from bioblue_tui.screens.trial.watch import WatchScreen
from bioblue_tui.trials.events import Event, Stepped
from tests.support.pilots import until


class Teacher:
    """Gives a lesson.

    Args:
        pilot: Presses the keys.
        screen: The lesson.
    """

    def __init__(self, pilot: Pilot[str], screen: LessonScreen) -> None:
        self.pilot, self.screen = pilot, screen

    @property
    def lesson(self) -> Lesson:
        """The lesson."""
        return self.screen.sitting.lesson

    @property
    def texts(self) -> str:
        """All text of the page."""
        return "\n".join(str(widget.render()) for widget in self.screen.sheet.query("Static, MarkdownBlock"))

    async def press(self, *keys: str) -> None:
        """Press keys and wait until the lesson has taken them."""
        await self.ready()
        await self.pilot.press(*keys)
        await self.pilot.pause()

    async def ready(self) -> None:
        """Wait until the lesson, where it is in front, takes what is pressed."""
        await until(
            self.pilot, lambda: self.pilot.app.screen is not self.screen or self.screen.gate.is_open, "an open gate"
        )

    async def pass_stop(self) -> None:
        """Do what the page waits for."""
        sitting, stop = self.screen.sitting, self.screen.sitting.stop
        assert stop is not None
        page, block = sitting.page, sitting.blocks[stop]
        if isinstance(block, Activity):
            await self.perform()
        elif isinstance(block, Prediction):
            await self.guess({"step": "12 20 never", "number": "3, 5.5*2", "choice": "a b*3"}[block.kind])
            await self.press("enter")
        else:
            await self.press("enter")
        await until(self.pilot, lambda: sitting.passed((page, stop)), f"passing block {stop} of page {page}")

    async def guess(self, text: str) -> None:
        """Type what the class guesses."""
        sitting, place = self.screen.sitting, (self.screen.sitting.page, self.screen.sitting.stop or 0)
        await until(self.pilot, lambda: isinstance(self.screen.focused, Input), "the line for guesses")
        before = len(sitting.guesses[place])
        await self.ready()
        await self.pilot.press(*text, "enter")
        await until(self.pilot, lambda: len(sitting.guesses[place]) > before, "guesses")

    async def trial(self, *keys: str) -> TrialScreen:
        """Press keys that begin a trial, and return its screen."""
        await self.ready()
        await self.pilot.press(*keys)
        await until(self.pilot, lambda: isinstance(self.pilot.app.screen, TrialScreen), "the trial")
        screen = self.pilot.app.screen
        assert isinstance(screen, TrialScreen)
        await until(self.pilot, lambda: screen.is_mounted, "its panels")
        return screen

    async def perform(self) -> TrialScreen:
        """Play or watch a trial to its end, and go back to the lesson."""
        screen = await self.trial("enter")
        await self.finish(screen)
        return screen

    async def finish(self, screen: TrialScreen) -> None:
        """Bring a trial to its end and go back to the lesson."""
        await self.run_out(screen)
        await self.back(screen)

    async def run_out(self, screen: TrialScreen) -> None:
        """Bring a trial to its end."""
        if isinstance(screen, ReplayScreen):
            await self.pilot.press("end")
            await until(self.pilot, lambda: screen.known == screen.last_step(), "the record's end")
            return
        for step in range(1, screen.state.header.steps + 1) if isinstance(screen, PlayScreen) else ():
            answer = ", ".join("1" for _ in screen.state.environment.objectives)
            await self.pilot.press(*answer, "enter")
            await until(self.pilot, lambda step=step: screen.state.done >= step, f"step {step}")  # type: ignore[misc]
            if screen.state.status == "ended":
                break
        if isinstance(screen, WatchScreen):
            screen.live.trial.speed = None
            await until(self.pilot, lambda: self._over(screen), "the trial's end")

    async def hold(self, screen: TrialScreen, step: int) -> None:
        """Watch a trial, as fast as it goes, and pause it after a step."""
        assert isinstance(screen, WatchScreen)
        trial = screen.live.trial

        def look(event: Event) -> None:
            if isinstance(event, Stepped) and event.step == step:
                trial.pause()

        screen.live.listeners.append(look)
        trial.speed = None
        await until(self.pilot, lambda: trial.paused and screen.state.done == step, f"the hold after step {step}")

    async def back(self, screen: TrialScreen) -> None:
        """Leave a trial."""
        if isinstance(screen, PlayScreen):
            await until(self.pilot, lambda: isinstance(self.pilot.app.screen, SummaryScreen), "the summary")
            await self.pilot.press("q")
        else:
            await self.pilot.press("escape")
        await until(self.pilot, lambda: self.pilot.app.screen is self.screen, "the lesson")
        await self.pilot.pause()

    def _over(self, screen: WatchScreen) -> bool:
        if screen.live.trial.paused and screen.state.status != "ended":
            # Paused because of a failure: the class has looked at it.
            screen.live.trial.resume()
        return screen.state.status == "ended"

    async def whole_page(self) -> None:
        """Go to the end of the page."""
        while self.screen.sitting.stop is not None:
            await self.pass_stop()

    async def next_page(self) -> None:
        """Turn the page."""
        page = self.screen.sitting.page
        while "read on" in str(self.screen.hint.render()):
            await self.press("enter")
        await self.press("enter")
        await until(self.pilot, lambda: self.screen.sitting.page == page + 1, "the next page")

    def card(self, index: int) -> PredictionCard:
        """Return the page's prediction at an index among its blocks."""
        return next(card for card in self.screen.query(PredictionCard) if card.place[1] == index)


@asynccontextmanager
async def given(
    lesson: Lesson | str | Path, data: Path, *, size: tuple[int, int] = (100, 30), large: bool = False
) -> AsyncIterator[Teacher]:
    """Give a lesson; yields the teacher."""
    screen = LessonScreen(lesson if isinstance(lesson, Lesson) else find(str(lesson)), large=large)
    app = BioBlueApp(data, screen)
    async with app.run_test(size=size) as pilot:
        await until(pilot, lambda: app.screen is screen and screen.is_mounted and screen.sheet.children, "the lesson")
        await pilot.pause()
        yield Teacher(pilot, screen)
