"""A trial that was taken over and left: who has control when it goes on."""

from __future__ import annotations

from pathlib import Path

from bioblue_tui.analysis.verify import verify
from bioblue_tui.records.collection import open_record
from bioblue_tui.runs.resume_fork import fork_session, resume_session
from bioblue_tui.runs.trial_spec import TrialSpec
from bioblue_tui.screens.trial.watch import WatchScreen
from bioblue_tui.trials.events import HandedOver, Stepped
from tests.support.pilots import opened, shown, text_of, trial, until


async def _taken_over(data: Path) -> Path:
    """Play two steps, take over, answer 7 as the third, and leave."""
    async with trial(TrialSpec("homeostasis", "thermostat", seed=2, steps=8), data, paused=True) as (pilot, screen):
        await pilot.press("n", "n")
        await until(pilot, lambda: screen.state.done == 2)
        await pilot.press("t")
        await opened(pilot, screen, 3)
        await pilot.press("7", "enter")
        await until(pilot, lambda: screen.state.done == 3)
        return Path(screen.live.path)


async def test_who_had_taken_over_has_control_after_a_resume(tmp_path: Path) -> None:
    path = await _taken_over(tmp_path)
    screen = WatchScreen(resume_session(path, speed=None))
    async with shown(screen, tmp_path, None, (120, 36)) as (pilot, _):
        await opened(pilot, screen, 4)
        assert "● your turn  step 4/8" in text_of(screen.status)
        await pilot.press("5", "enter")
        await opened(pilot, screen, 5)
        await pilot.press("t")
        await until(pilot, lambda: screen.state.status == "ended")
    record = open_record(path)
    actors = [event.actor for event in record.events if isinstance(event, Stepped)]
    assert actors == ["thermostat"] * 2 + ["human"] * 2 + ["thermostat"] * 4
    assert [(e.step, e.actor) for e in record.events if isinstance(e, HandedOver)] == [(3, "human"), (5, "thermostat")]
    assert not verify(record)


async def test_a_fork_of_a_trial_that_was_taken_over_says_that_its_agent_acts_again(tmp_path: Path) -> None:
    record = open_record(await _taken_over(tmp_path))
    session = fork_session(record, 3, tmp_path)
    await session.run()
    handed = [event for event in open_record(session.path).events if isinstance(event, HandedOver)]
    assert [(event.step, event.actor) for event in handed] == [(3, "human"), (4, "thermostat")]
    assert session.state.stepped(4).actor == "thermostat"
