"""A replay, and a comparison, of trials that others still play: what is shown is what the record says now."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.widgets import Label

from bioblue_tui.analysis.words import UNREAD
from bioblue_tui.records.collection import entry_at, open_record
from bioblue_tui.screens.replay import ReplayScreen
from bioblue_tui.screens.summary import SummaryScreen
from tests.support.comparing import eats, recorded
from tests.support.pilots import replayed, text_of, until
from tests.support.writing import Writer


@pytest.fixture(autouse=True)
def _often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bioblue_tui.screens.refreshing.LOOK", 0.02)
    monkeypatch.setattr("bioblue_tui.screens.refreshing.REST", 1)
    monkeypatch.setattr("bioblue_tui.screens.refreshing.REST_AFTER_NEWS", 1)


@pytest.fixture
def writer(tmp_path: Path) -> Writer:
    writer = Writer(tmp_path, "aside")
    writer.play(4)
    return writer


def status(screen: ReplayScreen) -> str:
    return text_of(screen.status)


async def test_who_looks_at_an_earlier_step_stays_there_and_the_record_grows(writer: Writer) -> None:
    async with replayed(open_record(writer.path)) as (pilot, screen):
        await pilot.press("right", "right")
        await until(pilot, lambda: "step 2/40  4 recorded, running" in status(screen))
        writer.play(12)
        await until(pilot, lambda: "step 2/40  12 recorded, running" in status(screen))
        assert "‖ replay" in status(screen)
        assert screen.shown == 2
        assert screen.last_step() == 12
        assert " 3 ▸" not in text_of(screen.transcript)
        await until(pilot, lambda: "recomputed" in status(screen))


async def test_who_looks_at_the_end_follows_it_until_the_trial_has_ended(writer: Writer) -> None:
    whole = recorded(eats(77, 5), seed=8, agent="aside")
    async with replayed(open_record(writer.path)) as (pilot, screen):
        await pilot.press("end")
        await until(pilot, lambda: "▶ following" in status(screen))
        writer.play(9)
        await until(pilot, lambda: screen.shown == 9)
        assert "▶ following" in status(screen)
        assert "step 9/40  9 recorded, running" in status(screen)
        await until(pilot, lambda: " 9 ▸" in text_of(screen.transcript))
        writer.end()
        await until(pilot, lambda: "step 40/40" in status(screen))
        assert "following" not in status(screen)
        assert "running" not in status(screen)
        assert screen.state.status == "ended"
        assert [event.step for event in screen.replay.record.events] == [event.step for event in whole.events]
        await until(pilot, lambda: "⚠" in text_of(screen.timeline))
        # It is the same as one that was opened after its end.
        await until(pilot, lambda: screen.insight.companion.read == 40)
        lines = [text_of(panel) for panel in (screen.timeline, screen.transcript, screen.rewards, screen.status)]
    async with replayed(open_record(writer.path)) as (pilot, screen):
        await pilot.press("end")
        await until(pilot, lambda: "recomputed" in status(screen) and screen.insight.companion.read == 40)
        await pilot.pause()
        panels = (screen.timeline, screen.transcript, screen.rewards, screen.status)
        assert [text_of(panel) for panel in panels] == lines


async def test_a_writer_that_is_killed_leaves_an_interrupted_trial_in_header_and_summary(writer: Writer) -> None:
    async with replayed(open_record(writer.path)) as (pilot, screen):
        await pilot.press("end", "s")
        await until(pilot, lambda: isinstance(pilot.app.screen, SummaryScreen))
        assert ": 4 of 40 steps, running" in str(pilot.app.screen.query(Label).first().content)
        assert str(pilot.app.screen.query_one("#conclusion", Label).content).startswith("So far ok")
        await pilot.press("escape")
        writer.die()
        assert entry_at(writer.path).standing == "interrupted"
        await until(pilot, lambda: "4 recorded, interrupted" in status(screen))
        assert "following" not in status(screen)
        await pilot.press("s")
        await until(pilot, lambda: isinstance(pilot.app.screen, SummaryScreen))
        assert ": 4 of 40 steps, interrupted" in str(pilot.app.screen.query(Label).first().content)
        assert str(pilot.app.screen.query_one("#conclusion", Label).content).startswith("Until then ok")


async def test_nothing_is_taken_in_behind_a_summary_and_all_of_it_when_that_is_closed(writer: Writer) -> None:
    async with replayed(open_record(writer.path)) as (pilot, screen):
        await pilot.press("end", "s")
        await until(pilot, lambda: isinstance(pilot.app.screen, SummaryScreen) and not screen._looking)
        writer.play(9)
        for _ in range(40):
            await pilot.pause()
        assert screen.last_step() == 4
        await pilot.press("escape")
        await until(pilot, lambda: screen.shown == 9)


async def test_a_record_that_is_gone_or_another_one_is_told_and_what_was_read_stays(writer: Writer) -> None:
    async with replayed(open_record(writer.path)) as (pilot, screen):
        await pilot.press("end")
        await until(pilot, lambda: "▶ following" in status(screen))
        away = writer.path.rename(writer.path.with_name("away"))
        await until(pilot, lambda: f"4 recorded, {UNREAD}" in status(screen))
        assert f"The record {UNREAD} any more" in str(screen.notice.content)
        away.rename(writer.path)
        writer.play(6)
        await until(pilot, lambda: "6 recorded, running" in status(screen))
        assert "any more" not in str(screen.notice.content)
        lines = writer.path.read_bytes().splitlines(keepends=True)
        writer.path.write_bytes(b"".join([*lines[:2], *lines[4:]]))
        await until(pilot, lambda: "6 recorded, replaced" in status(screen))
        assert "open it again" in str(screen.notice.content)
        assert screen.shown == 6


@pytest.mark.parametrize("key", ["t", "i"])
async def test_keys_of_a_trial_that_goes_on_say_why_they_do_nothing(writer: Writer, key: str) -> None:
    async with replayed(open_record(writer.path)) as (pilot, screen):
        await pilot.press(key)
        await until(pilot, lambda: "This is a replay: " in str(screen.notice.content))
        assert "f forks it" in str(screen.notice.content)
