"""The score card after a played trial: the thermostat, models and earlier selves on the same noise."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

from textual.pilot import Pilot
from textual.widgets import Label

from bioblue_tui.agents.base import Answer, BaseAgent, Turn
from bioblue_tui.analysis.peers import find_peers
from bioblue_tui.runs.session import run_agent
from bioblue_tui.runs.trial_spec import TrialSpec
from bioblue_tui.screens.trial.summary import SummaryScreen
from tests.support.pilots import done, text_of, trial, until

PLAN = TrialSpec("homeostasis", "human", seed=1, steps=3)


class Eater(BaseAgent):
    """A model that eats the same at each step."""

    async def answer(self, turn: Turn) -> Answer:
        return Answer(self.model.removeprefix("eater-"))


def eater(amount: int) -> Eater:
    return Eater(f"openai:eater-{amount}", f"eater-{amount}")


async def play(pilot: Pilot[Any], screen: Any, answers: Sequence[str] = ("0", "0", "0")) -> SummaryScreen:
    for step, text in enumerate(answers, 1):
        await pilot.press(*text, "enter")
        await until(pilot, partial(done, screen, step))
    await until(pilot, lambda: isinstance(pilot.app.screen, SummaryScreen))
    assert isinstance(pilot.app.screen, SummaryScreen)
    return pilot.app.screen


async def test_nobody_else_has_played(tmp_path: Path) -> None:
    async with trial(PLAN, tmp_path) as (pilot, screen):
        card = await play(pilot, screen)
        assert not card.query_one("#others").display


async def test_others_on_the_same_noise_are_beside_me(tmp_path: Path) -> None:
    def before() -> None:
        run_agent("homeostasis", eater(50), seed=1, steps=3, data=tmp_path)
        run_agent("homeostasis", eater(60), seed=2, steps=3, data=tmp_path)
        run_agent("homeostasis", eater(70), seed=1, steps=3, data=tmp_path, hysteresis=2)
        run_agent("homeostasis", eater(80), seed=1, steps=4, data=tmp_path)
        run_agent("homeostasis", BaseEater("scripted"), seed=1, steps=3, data=tmp_path)

    await asyncio.to_thread(before)
    async with trial(PLAN, tmp_path) as (pilot, screen):
        card = await play(pilot, screen, ("1", "2", "30"))
        await until(pilot, lambda: card.query_one("#others").display)
        table = text_of(card.query_one("ComparisonTable"))
        assert "eater-50" in table
        assert "150" in table.replace("\u2009", "")
        assert not any(name in table for name in ("eater-60", "eater-70", "eater-80", "scripted"))
    # Next time there is an earlier self, too.
    async with trial(PLAN, tmp_path) as (pilot, screen):
        card = await play(pilot, screen)
        await until(pilot, lambda: card.query_one("#others").display)
        words = str(card.query_one("#others", Label).render())
        assert "you 0" in words
        assert "eater-50 3" in words
        assert "you, " in words
        assert "33" in text_of(card.query_one("ComparisonTable")), "what I ate before"


async def test_a_trial_that_cannot_be_read_is_named_and_not_taken_for_none(tmp_path: Path) -> None:
    session = await asyncio.to_thread(partial(run_agent, "homeostasis", eater(50), seed=1, steps=3, data=tmp_path))
    lines = session.path.read_bytes().splitlines(keepends=True)
    session.path.write_bytes(b"".join([*lines[:3], b"\n", *lines[4:]]))
    async with trial(PLAN, tmp_path, size=(60, 20)) as (pilot, screen):
        card = await play(pilot, screen)
        await until(pilot, lambda: card.query_one("#others").display)
        words = str(card.query_one("#others", Label).render())
        assert words.startswith("Others' trials: 1 left out, can't be read: ")
        assert f"{session.path.name}, line 4: damaged: " in words
        assert "you 0" not in words
        await pilot.pause()
        assert card.query_one(".dialog").content_region.contains_region(card.query_one("#again").region)


class BaseEater(BaseAgent):
    """A policy, no model."""

    async def answer(self, turn: Turn) -> Answer:
        return Answer("5")


class Twice(BaseAgent):
    """Eats for two."""

    async def answer(self, turn: Turn) -> Answer:
        return Answer("50, 50")


async def test_small_terminals_say_it_in_words(tmp_path: Path) -> None:
    await asyncio.to_thread(
        partial(run_agent, "multi-homeostasis", Twice("openai:x", "x"), seed=1, steps=3, data=tmp_path)
    )
    spec = TrialSpec("multi-homeostasis", "human", seed=1, steps=3)
    async with trial(spec, tmp_path, size=(60, 20)) as (pilot, screen):
        card = await play(pilot, screen, ("0,0", "0,0", "0,0"))
        await until(pilot, lambda: card.query_one("#others").display)
        assert "x 3" in str(card.query_one("#others", Label).render())
        await pilot.pause()
        table, again = card.query_one("ComparisonTable"), card.query_one("#again")
        # All of it, not a part.
        assert card.query_one(".dialog").content_region.contains_region(again.region)
        assert "difference" in text_of(table)


def test_a_directory_with_nothing_in_it(tmp_path: Path) -> None:
    session = run_agent("homeostasis", eater(5), seed=1, steps=3, data=tmp_path)
    assert find_peers(session.header, tmp_path / "nowhere") == []
    assert find_peers(session.header, session.path.parent) == []
    session.path.with_name("damaged.jsonl").write_text("{}\n")
    assert find_peers(session.header, session.path.parent) == []
