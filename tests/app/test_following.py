"""A replay, and a comparison, of trials that others still play: what is shown is what the record says now."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Label

from bioblue_tui.analysis.comparison import Comparison
from bioblue_tui.analysis.words import UNREAD
from bioblue_tui.app.bioblue import BioBlueApp
from bioblue_tui.records.collection import entry_at, open_record
from bioblue_tui.screens.compare.screen import CompareScreen
from bioblue_tui.screens.trial.replay import ReplayScreen
from bioblue_tui.screens.trial.summary import SummaryScreen
from tests.support.comparing import eats, on_disk, recorded
from tests.support.pilots import letters, painted, replayed, text_of, until
from tests.support.writing import Writer

pytestmark = pytest.mark.usefixtures("often")


@pytest.fixture
def writer(tmp_path: Path) -> Writer:
    writer = Writer(tmp_path, "aside")
    writer.play(4)
    return writer


def status(screen: ReplayScreen) -> str:
    return text_of(screen.status)


def seen_of(screen: ReplayScreen | CompareScreen) -> list[str]:
    """Return what the panels show."""
    if isinstance(screen, ReplayScreen):
        return [text_of(panel) for panel in (screen.timeline, screen.transcript, screen.rewards, screen.status)]
    panels = (screen.timelines, screen.table, screen.raw, screen.status, *screen._overlays)
    return [text_of(panel) for panel in panels]


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
        lines = seen_of(screen)
    async with replayed(open_record(writer.path)) as (pilot, screen):
        await pilot.press("end")
        await until(pilot, lambda: "recomputed" in status(screen) and screen.insight.companion.read == 40)
        await pilot.pause()
        assert seen_of(screen) == lines


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
        await until(pilot, lambda: "4 recorded, running" in status(screen))
        writer.play(6)
        await until(pilot, lambda: "6 recorded, running" in status(screen))
        assert "any more" not in str(screen.notice.content)
        writer.path.write_bytes(on_disk(writer.path.parent / "other", seed=9, agent="other").read_bytes())
        await until(pilot, lambda: "6 recorded, replaced" in status(screen))
        assert "open it again" in str(screen.notice.content)
        assert screen.shown == 6


def table(screen: CompareScreen) -> str:
    return text_of(screen.timelines)


@asynccontextmanager
async def compared(*paths: Path, size: tuple[int, int] = (120, 36)) -> AsyncIterator[tuple[Pilot[str], CompareScreen]]:
    screen = CompareScreen(Comparison([open_record(path) for path in paths]))
    app = BioBlueApp(first=screen)
    async with app.run_test(size=size) as pilot:
        await until(pilot, lambda: screen.is_mounted and app.screen is screen)
        yield pilot, screen


async def test_compared_trials_that_run_grow_and_a_verdict_says_up_to_where_it_goes(writer: Writer) -> None:
    other = Writer(writer.path.parent, "other")
    other.play(5)
    async with compared(writer.path, other.path) as (pilot, screen):
        await until(pilot, lambda: table(screen).count("✓ ok so far, running") == 2)
        await pilot.press("end")
        await until(pilot, lambda: "step 5/40  ▶ following" in text_of(screen.status))
        assert "trial 1: 4, trial 2: 5 steps" in str(screen.notes.content)
        other.play(9)
        await until(pilot, lambda: "step 9/40  ▶ following" in text_of(screen.status))
        assert "trial 1: 4, trial 2: 9 steps" in str(screen.notes.content)
        await pilot.press("home")
        other.play(10)
        await until(pilot, lambda: "trial 1: 4, trial 2: 10 steps" in str(screen.notes.content))
        assert screen.shown == 0
        writer.die()
        await until(pilot, lambda: "✓ ok until interrupted" in table(screen).splitlines()[0])
        other.end()
        await until(pilot, lambda: "✗ fail ⚠" in table(screen).splitlines()[1])
        assert "40 steps" in str(screen.notes.content)
        # It is the same as a comparison that was opened afterwards.
        await pilot.press("end")
        lines = seen_of(screen)
    async with compared(writer.path, other.path) as (pilot, screen):
        await pilot.press("end")
        await pilot.pause()
        assert seen_of(screen) == lines


async def test_a_compared_record_that_is_gone_is_told_until_it_is_back(writer: Writer) -> None:
    other = Writer(writer.path.parent, "other")
    other.play(6)
    async with compared(writer.path, other.path) as (pilot, screen):
        away = writer.path.rename(writer.path.with_name("away"))
        await until(pilot, lambda: "Not read again: trial 1: " in str(screen.notes.content))
        first, second = (line for line in table(screen).splitlines() if "seed 8" in line)
        assert ("running" in first, "so far, not read again" in first, "running" in second) == (False, True, True)
        # The others go on meanwhile.
        other.play(9)
        await until(pilot, lambda: "trial 1: 4, trial 2: 9 steps" in str(screen.notes.content))
        assert "Not read again: trial 1: " in str(screen.notes.content)
        other.die()
        await until(pilot, lambda: "interrupted" in table(screen))
        away.rename(writer.path)
        await until(pilot, lambda: "ok so far, running" in table(screen))
        assert "Not read again" not in str(screen.notes.content)


async def test_a_compared_record_that_is_damaged_or_another_one_stops_no_other(writer: Writer) -> None:
    other, third = Writer(writer.path.parent, "other"), Writer(writer.path.parent, "third")
    other.play(6)
    third.play(6)
    async with compared(writer.path, other.path, third.path) as (pilot, screen):
        with writer.path.open("ab") as file:
            file.write(b"no line of a record\n{}\n")
        strange = on_disk(writer.path.parent / "strange", environment="balancing", steps=5, agent="strange")
        other.path.write_bytes(strange.read_bytes())
        third.play(9)
        await until(pilot, lambda: "trial 1: 4, trial 2: 6, trial 3: 9 steps" in str(screen.notes.content))
        assert "another trial's record now" in str(screen.notes.content)
        assert table(screen).count("not read again") == 2
        assert table(screen).count("so far, running") == 1


@pytest.mark.parametrize("size", [(160, 48), (120, 36), (100, 30), (80, 24), (60, 20)])
async def test_what_must_be_known_before_comparing_is_seen_at_every_size(tmp_path: Path, size: tuple[int, int]) -> None:
    files = [on_disk(tmp_path, seed=2), on_disk(tmp_path, seed=3, steps=30)]
    files += [on_disk(tmp_path, seed=4, steps=20, agent="third", parameters={}) for _ in range(3)]
    async with compared(*files, size=size) as (pilot, screen):
        await pilot.press("end")
        await until(pilot, lambda: "Not equally long" in painted(pilot.app))
        for line in (screen.notes, screen.notice):
            told = text_of(line)
            whole = screen._notice() if line is screen.notice else " ".join(screen.comparison.notes)
            assert letters(told) == letters(whole) or "? tells all" in told or told.endswith("…")
        await pilot.press("question_mark")
        await until(pilot, lambda: "differences to" in str(pilot.app.screen.query(Label).first().content))


@pytest.mark.parametrize("key", ["t", "i"])
async def test_keys_of_a_trial_that_goes_on_say_why_they_do_nothing(writer: Writer, key: str) -> None:
    async with replayed(open_record(writer.path)) as (pilot, screen):
        await pilot.press(key)
        await until(pilot, lambda: "This is a replay: " in str(screen.notice.content))
        assert "f forks it" in str(screen.notice.content)
