"""Six objectives have more rewards than a terminal has rows: all can be reached, and what is cut says so."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from bioblue_tui.records.collection import open_record
from bioblue_tui.runs.session import open_session, run_unattended
from bioblue_tui.runs.trial_spec import TrialSpec
from bioblue_tui.screens.trial.summary import SummaryScreen
from bioblue_tui.widgets.panel import ScrollPanel
from tests.support.pilots import opened, replayed, trial, until

SIX = {"objectives": 6}


async def last_seen(pilot: Pilot[Any], panel: ScrollPanel, key: str) -> None:
    """Press a key until nothing is below, counting what is said to be."""
    before = panel.max_scroll_y
    await until(pilot, lambda: f"↓ {before} more line" in str(panel.border_subtitle))
    while panel.rest:
        rest = panel.rest
        await pilot.press(key)
        assert panel.rest < rest
    assert not panel.border_subtitle
    assert panel.scroll_y == before


@pytest.mark.parametrize(("size", "keys"), [((80, 24), ("shift+down", "pagedown")), ((120, 36), ("shift+down",))])
async def test_the_rewards_of_six_objectives_are_reached_by_keys(
    tmp_path: Path, size: tuple[int, int], keys: tuple[str, ...]
) -> None:
    session = open_session(TrialSpec("multi-homeostasis", "thermostat", SIX, seed=3, steps=4), tmp_path)
    await run_unattended(session)
    for key in keys:
        async with replayed(open_record(session.path), size=size) as (pilot, screen):
            await pilot.press("end", *(["tab"] if size == (80, 24) else []))
            await until(pilot, lambda: screen.rewards_panel.max_scroll_y > 0)
            await last_seen(pilot, screen.rewards_panel, key)


async def test_who_plays_reaches_them_too_and_their_answer_stays(tmp_path: Path) -> None:
    spec = TrialSpec("multi-homeostasis", "human", SIX, steps=3)
    async with trial(spec, tmp_path, size=(80, 24)) as (pilot, screen):
        await opened(pilot, screen, 1)
        await pilot.press("7", "tab")
        await until(pilot, lambda: screen.rewards_panel.max_scroll_y > 0)
        await last_seen(pilot, screen.rewards_panel, "shift+down")
        await pilot.press("shift+up", "shift+up", "shift+up", "shift+up")
        assert screen.rewards_panel.scroll_y == 0
        assert screen.bar.answer.value == "7"
        assert screen.focused is screen.bar.answer


@pytest.mark.parametrize("size", [(80, 24), (60, 20)])
async def test_the_summary_opens_at_its_top_and_is_scrolled_by_keys(tmp_path: Path, size: tuple[int, int]) -> None:
    session = open_session(TrialSpec("multi-homeostasis", "thermostat", SIX, seed=3, steps=4), tmp_path)
    await run_unattended(session)
    async with replayed(open_record(session.path), size=size) as (pilot, _):
        await pilot.press("s")
        await until(pilot, lambda: isinstance(pilot.app.screen, SummaryScreen))
        panel = pilot.app.screen.query_one(ScrollPanel)
        await until(pilot, lambda: panel.max_scroll_y > 0)
        assert panel.scroll_y == 0
        assert pilot.app.screen.query_one(".title").region.y >= panel.region.y
        button = pilot.app.screen.query_one("#leave")
        assert panel.region.contains_region(button.region)
        await pilot.press("pagedown", "up")
        assert 0 < panel.scroll_y < panel.max_scroll_y
        await last_seen_of_summary(pilot, panel)
        assert panel.region.contains_region(button.region)


async def last_seen_of_summary(pilot: Pilot[Any], panel: ScrollPanel) -> None:
    """Go down line by line; the last line stands above the buttons."""
    while panel.rest:
        await pilot.press("down")
    hint = panel.query(".hint").last()
    assert hint.region.bottom <= panel.query_one(".buttons").region.y
