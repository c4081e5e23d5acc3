"""Replaying: the same screen over a record, with what differs from the environment."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from bioblue_tui.records.schema import Record
from bioblue_tui.session import Plan
from bioblue_tui.trials.events import Stepped
from tests.support.pilots import on_disk, replayed, text_of, trial, until


async def recorded(tmp_path: Path, steps: int = 20) -> Record:
    """The record of a short trial."""
    async with trial(Plan("multi-homeostasis", "accelerator", seed=5, steps=steps), tmp_path) as (pilot, screen):
        await until(pilot, lambda: screen.state.status == "ended")
    return on_disk(screen)


async def test_it_plays_pauses_steps_and_seeks(tmp_path: Path) -> None:
    record = await recorded(tmp_path)
    async with replayed(record) as (pilot, screen):
        assert screen.shown == 0
        await pilot.press("right", "right", "right")
        assert screen.shown == 3
        await pilot.press("left")
        assert screen.shown == 2
        assert screen.known == 3
        await pilot.press("j", "1", "0", "enter")
        await until(pilot, lambda: screen.shown == 10)
        await pilot.press("9", "space")
        await until(pilot, lambda: screen.shown == 20)
        await until(pilot, lambda: "✓ recomputed" in text_of(screen.status))


async def test_what_comes_is_not_given_away(tmp_path: Path) -> None:
    record = await recorded(tmp_path)
    async with replayed(record) as (pilot, screen):
        await pilot.press("right")
        await pilot.pause()
        shown = text_of(screen.transcript)
        assert f"◂ {screen.state.steps[0].attempts[0].text}" in shown
        assert " 2 ▸" not in shown
        assert " 3 ▸" not in shown


async def test_a_difference_is_marked_and_named_with_its_step(tmp_path: Path) -> None:
    record = await recorded(tmp_path)
    index = next(i for i, event in enumerate(record.events) if isinstance(event, Stepped) and event.step == 7)
    step = record.events[index]
    assert isinstance(step, Stepped)
    record.events[index] = replace(step, after=(step.after[0] + 1, step.after[1]))
    async with replayed(record) as (pilot, screen):
        await until(pilot, lambda: "≠" in text_of(screen.status))
        notice = str(screen.notice.render())
        assert "step 7" in notice
        await pilot.press("end")
        await until(pilot, lambda: "differs" in text_of(screen.timeline))


async def test_space_at_the_end_begins_again(tmp_path: Path) -> None:
    record = await recorded(tmp_path)
    async with replayed(record, speed=1) as (pilot, screen):
        await pilot.press("end")
        assert screen.shown == 20
        await pilot.press("space")
        await until(pilot, lambda: screen.shown < 20)
