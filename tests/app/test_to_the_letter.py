"""What is asked and answered can be read off the painted screen to the letter, at every width."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from textual.app import App, ComposeResult
from textual.pilot import Pilot

from bioblue_tui.app.study import StudyApp
from bioblue_tui.runs.trial_spec import TrialSpec
from bioblue_tui.studies.flow import InstructionView, TrialView, View
from bioblue_tui.studies.running import enter
from bioblue_tui.trials.state import TrialState
from bioblue_tui.widgets.transcript import Transcript
from tests.studies.small import load, right, walk
from tests.support.pilots import letters, painted, trial, until

ENVIRONMENTS = {"sustainability": 1, "homeostasis": 1, "multi-homeostasis": 2, "balancing": 2}
"""The environments, and how many numbers an answer to each has."""

WIDTHS = range(60, 201)

ROWS = 80
"""More than all of it takes at the smallest width."""

PROSE = "Ich nehme nichts, 我什么也不吃, e\u0301te\u0301 naı\u0308f 🍎🍎 nothing at all, and say so at length. " * 3


class Panels(App[None]):
    """The same text in panels of many widths."""

    def __init__(self, state: TrialState, prompt_only: bool, widths: range) -> None:
        super().__init__()
        self._state, self._prompt_only, self._widths = state, prompt_only, widths

    def compose(self) -> ComposeResult:
        for width in self._widths:
            panel = Transcript(self._state, prompt_only=self._prompt_only)
            panel.styles.width, panel.styles.height = width, ROWS
            yield panel


@pytest.mark.parametrize("environment", ENVIRONMENTS)
@pytest.mark.parametrize("prompt_only", [True, False], ids=["prompt-only", "full"])
async def test_all_that_was_asked_and_answered_is_on_the_screen(
    environment: str, prompt_only: bool, tmp_path: Path
) -> None:
    spec = TrialSpec(environment, "human", seed=1, steps=3, prompt_only=prompt_only)
    async with trial(spec, tmp_path) as (pilot, screen):
        for answer in (PROSE, "  ".join(["0"] * ENVIRONMENTS[environment])):
            await until(pilot, lambda: screen.person.asked)
            screen.person.submit(answer)
            await until(pilot, lambda: not screen.person.asked)
        await until(pilot, lambda: len(screen.state.steps) == 2)
    state = screen.state
    asked = [state.header.instruction, *(step.observation for step in state.steps[:1]), PROSE]
    # Each environment has a quarter of the widths, all together have each.
    widths = WIDTHS[list(ENVIRONMENTS).index(environment) :: len(ENVIRONMENTS)]
    app = Panels(state, prompt_only, widths)
    async with app.run_test(size=(WIDTHS[-1], ROWS * len(widths))) as pilot:
        for panel in app.query(Transcript):
            panel.show_steps(1, 0, True)
            if not prompt_only:
                panel.toggle_fold()
        await pilot.pause()
        rows = painted(app).split("\n")
        for panel in app.query(Transcript):
            seen = letters("\n".join(rows[panel.region.y : panel.region.bottom]))
            for text in asked:
                assert letters(text) in seen, (panel.size.width, text)


@pytest.mark.parametrize("environment", ENVIRONMENTS)
@pytest.mark.parametrize("view", [InstructionView, TrialView])
async def test_a_studys_text_panel_shows_every_letter(environment: str, view: type[View], tmp_path: Path) -> None:
    run = enter(
        load(
            tmp_path,
            environments=f'["{environment}"]',
            conditions='[[conditions]]\nname = "t"\npresentation = "prompt-only"\n',
        ),
        "P1",
        tmp_path,
    )
    with run.file:
        await asyncio.to_thread(walk, run, right, lambda shown: isinstance(shown, view))
        shown = run.next
        assert isinstance(shown, InstructionView | TrialView)
        instruction = run.instruction(shown.trial)
        app = StudyApp(run)
        async with app.run_test(size=(120, 60)) as pilot:
            await until(pilot, lambda: len(app.screen_stack) > 1, "the first screen")
            for width in (60, 61, 79, 80, 81, 88, 89, 90, 120, 200):
                # Too few rows for all of it, so that there is a scroll bar; then all of it is gone through.
                await pilot.resize_terminal(width, 20)
                await until(pilot, lambda width=width: app.screen.size.width == width)  # type: ignore[misc]
                assert letters(instruction) in letters(await scrolled(pilot)), width


async def scrolled(pilot: Pilot[Any]) -> str:
    """Return what the text panel shows from its beginning to its end, page by page."""
    # What follows from a new size is laid out first.
    await pilot.pause()
    panel = pilot.app.screen.query("#sheet, #raw").first()
    lines: list[str] = []
    while True:
        region = panel.scrollable_content_region
        top, last = len(lines), int(panel.max_scroll_y)
        panel.scroll_to(y=min(top, last), animate=False, immediate=True)
        await pilot.pause()
        rows = painted(pilot.app).split("\n")[region.y : region.bottom]
        lines += rows[max(0, top - last) :]
        if top >= last:
            return "\n".join(lines)
