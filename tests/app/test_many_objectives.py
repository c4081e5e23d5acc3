"""However many objectives there are, at every size all is within the screen, and can be shown by keys."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.screen import Screen

from bioblue_tui.analysis.comparison import Comparison
from bioblue_tui.app.bioblue import BioBlueApp
from bioblue_tui.records.collection import open_record
from bioblue_tui.runs.session import open_session, run_unattended
from bioblue_tui.runs.trial_spec import TrialSpec
from bioblue_tui.screens.compare.screen import CompareScreen
from bioblue_tui.widgets.panel import ScrollPanel
from tests.support.pilots import done, opened, painted, replayed, trial, until

SIZES = ((60, 20), (80, 24), (110, 30), (120, 36), (160, 48))
STEPS = 12

FAILING = {"multi-homeostasis": "neglect", "balancing": "collapse"}


@asynccontextmanager
async def shown(kind: str, environment: str, objectives: int, folder: Path) -> AsyncIterator[tuple[Pilot[Any], Any]]:
    """Show a trial of a world with so many objectives, in one of the ways that there are."""
    parameters = {"objectives": objectives}
    agent = {"play": "human", "replay": "accelerator", "compare": "accelerator", "watch": "random"}[kind]
    spec = TrialSpec(environment, agent, parameters, seed=5, steps=STEPS)
    if kind == "play":
        async with trial(spec, folder, size=SIZES[0]) as (pilot, screen):
            await opened(pilot, screen, 1)
            await pilot.press(*", ".join(["1"] * objectives), "enter")
            await opened(pilot, screen, 2)
            yield pilot, screen
    elif kind == "watch":
        async with trial(spec, folder, size=SIZES[0]) as (pilot, screen):
            await until(pilot, lambda: done(screen, STEPS))
            if not screen.is_current:
                await pilot.press("escape")
            yield pilot, screen
    else:
        session = open_session(spec, folder)
        await run_unattended(session)
        if kind == "replay":
            async with replayed(open_record(session.path), size=SIZES[0]) as (pilot, screen):
                await pilot.press("end")
                yield pilot, screen
        else:
            other = open_session(TrialSpec(environment, FAILING[environment], parameters, seed=5, steps=STEPS), folder)
            await run_unattended(other)
            records = [open_record(each.path) for each in (session, other)]
            app = BioBlueApp(None, CompareScreen(Comparison(records)))
            async with app.run_test(size=SIZES[0]) as pilot:
                await until(pilot, lambda: isinstance(app.screen, CompareScreen))
                yield pilot, app.screen


def within(screen: Screen[Any]) -> None:
    """All that is laid out is on the screen, and nothing of the screen is scrolled to."""
    assert not screen.max_scroll_y
    for widget in screen.children:
        if widget.display and widget.region:
            assert screen.region.contains_region(widget.region), widget
    for panel in screen.query(".panel"):
        if panel.region:
            assert screen.region.contains_region(panel.region), panel


async def read_whole(pilot: Pilot[Any], panel: ScrollPanel) -> str:
    """Scroll through a panel by its key; return all that was seen in it."""
    await pilot.press(*["shift+up"] * (panel.max_scroll_y and 8))
    seen = []
    while True:
        rows = painted(pilot.app).splitlines()
        left, top, width, height = panel.scrollable_content_region
        assert height >= 2, f"{panel} has {height} rows"
        seen += [row[left : left + width] for row in rows[top : top + height]]
        rest = panel.rest
        assert bool(rest) == ("more line" in str(panel.border_subtitle))
        if not rest:
            return "\n".join(seen)
        await pilot.press("shift+down")
        assert panel.rest < rest, "shift+↓ scrolls nothing"


async def front(pilot: Pilot[Any], screen: Any, panel: ScrollPanel) -> None:
    """Bring a panel to the front where panels share the space."""
    for _ in range(4):
        if panel.region:
            return
        await pilot.press("tab")
        await pilot.pause()
    raise AssertionError(f"{panel} is never shown")


@pytest.mark.parametrize(
    ("kind", "environment", "objectives"),
    [
        ("play", "multi-homeostasis", 6),
        ("play", "balancing", 5),
        ("replay", "balancing", 6),
        ("replay", "multi-homeostasis", 3),
        ("compare", "multi-homeostasis", 6),
        ("watch", "multi-homeostasis", 4),
    ],
)
async def test_every_objective_is_seen_at_every_size(
    kind: str, environment: str, objectives: int, tmp_path: Path
) -> None:
    async with shown(kind, environment, objectives, tmp_path) as (pilot, screen):
        for size in SIZES:
            await pilot.resize_terminal(*size)
            await pilot.pause()
            within(screen)
            await front(pilot, screen, screen.gauges)
            seen = await read_whole(pilot, screen.gauges)
            for letter in "ABCDEF"[:objectives]:
                assert f" {letter} " in seen, f"{letter} at {size}: {painted(pilot.app)}"
            if kind == "compare":
                assert seen.count("2╍") == objectives, f"values of trial 2 at {size}: {painted(pilot.app)}"
            numbers = screen.numbers if kind == "compare" else screen.rewards_panel
            await front(pilot, screen, numbers)
            within(screen)
            seen = await read_whole(pilot, numbers)
            world = screen.comparison.first.state.environment if kind == "compare" else screen.state.environment
            for letter in "ABCDEF"[:objectives]:
                assert f"{letter} " in seen, f"rewards of {letter} at {size}: {painted(pilot.app)}"
            for label in {
                dimension.label for dimension in (world.shown_dimensions if kind == "play" else world.dimensions)
            }:
                assert seen.count(label[:10]) >= 1, f"{label} at {size}: {painted(pilot.app)}"
