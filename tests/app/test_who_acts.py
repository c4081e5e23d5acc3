"""Who acts in a trial sees what an agent sees, and is asked before they leave it."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from bioblue_tui.runs.resume_fork import can_resume
from bioblue_tui.runs.trial_spec import TrialSpec
from bioblue_tui.screens.dialogs import ConfirmDialog
from bioblue_tui.screens.trial.summary import SummaryScreen
from tests.support.pilots import on_disk, opened, painted, trial, until


@pytest.mark.parametrize(
    ("spec", "unseen"),
    [
        (TrialSpec("homeostasis", "human", {"hidden_rewards": True}, steps=3), "consumption"),
        (TrialSpec("sustainability", "human", {"hidden_rewards": True}, steps=3), "consumption"),
        (TrialSpec("balancing", "human", steps=3), "imbalance"),
    ],
    ids=["homeostasis", "sustainability", "balancing without the imbalance"],
)
async def test_who_plays_sees_no_reward_that_an_agent_does_not_see_until_the_end(
    spec: TrialSpec, unseen: str, tmp_path: Path
) -> None:
    answer = "5,5" if spec.environment == "balancing" else "3"
    async with trial(spec, tmp_path) as (pilot, screen):
        for step in (1, 2, 3):
            await opened(pilot, screen, step)
            seen = painted(pilot.app)
            assert unseen not in seen.partition("raw output")[0]
            assert unseen not in str(screen.bar.feedback.render())
            assert ("Rewards:" in str(screen.bar.feedback.render())) == (step > 1 and spec.environment == "balancing")
            await pilot.press(*answer, "enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, SummaryScreen))
        await pilot.press("escape")
        await until(pilot, lambda: pilot.app.screen is screen)
        await until(pilot, lambda: unseen in painted(pilot.app).partition("raw output")[0])
        assert "Repeat" not in painted(pilot.app).splitlines()[-1]


async def test_who_takes_over_is_told_what_the_agent_does_not_see(tmp_path: Path) -> None:
    spec = TrialSpec("homeostasis", "thermostat", {"hidden_rewards": True}, steps=9)
    async with trial(spec, tmp_path, paused=True) as (pilot, screen):
        await until(pilot, lambda: screen.state.status == "paused")
        assert "does not see" not in screen.notice_text()
        await pilot.press("t")
        await opened(pilot, screen, 1)
        await until(pilot, lambda: "thermostat does not see rewards; you do." in painted(pilot.app))
        screen.live.trial.intervene("rewards", True)
        # The question stays the same: nothing is too early for it, and a refusal is told.
        await pilot.press("x", "enter")
        await until(pilot, lambda: "Not a number" in painted(pilot.app))
        await pilot.press("3", "enter")
        await opened(pilot, screen, 2)
        await until(pilot, lambda: "does not see" not in painted(pilot.app))


@pytest.mark.parametrize("agent", ["human", "thermostat"])
async def test_who_acts_is_asked_before_leaving_and_told_that_it_can_be_resumed(agent: str, tmp_path: Path) -> None:
    async with trial(TrialSpec("homeostasis", agent, steps=9), tmp_path, paused=agent != "human") as (pilot, screen):
        if agent != "human":
            await until(pilot, lambda: screen.state.status == "paused")
            await pilot.press("t")
        await opened(pilot, screen, 1)
        await pilot.press("3", "enter")
        await opened(pilot, screen, 2)
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(pilot.app.screen, ConfirmDialog))
        await until(pilot, lambda: "bioblue resume" in painted(pilot.app))
        await pilot.press("n")
        await until(pilot, lambda: pilot.app.screen is screen)
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(pilot.app.screen, ConfirmDialog))
        await pilot.press("y")
        await until(pilot, lambda: screen.live.trial.ended)
        assert not can_resume(on_disk(screen)), "what was said is true"


async def test_the_summary_of_a_trial_that_goes_on_is_of_one_step(tmp_path: Path) -> None:
    spec = TrialSpec("multi-homeostasis", "accelerator", seed=1, steps=400)
    async with trial(spec, tmp_path, paused=True) as (pilot, screen):
        await until(pilot, lambda: screen.state.status == "paused")
        screen.live.trial.resume()
        # As it is between two frames: steps are done that were not read yet.
        while screen.insight.companion.read >= screen.state.done:  # noqa: ASYNC110 (no event says so)
            await asyncio.sleep(0)
        screen.action_summary()
        known = screen.state.done
        assert screen.insight.companion.read == known
        await until(pilot, lambda: screen.state.done > known)
        await until(pilot, lambda: isinstance(pilot.app.screen, SummaryScreen) and pilot.app.screen.is_mounted)
        await until(pilot, lambda: f"{known} of 400 steps" in painted(pilot.app))
        screen.live.trial.pause()
