"""A disturbance beside the noise, and whose the totals of a trial are, on the screen."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import bioblue_envs

from bioblue_tui.analysis.reference import compare
from bioblue_tui.records.collection import open_record
from bioblue_tui.runs.resume_fork import fork_session
from bioblue_tui.runs.session import open_session, run_unattended
from bioblue_tui.runs.trial_spec import TrialSpec
from bioblue_tui.screens.trial.summary import SummaryScreen
from bioblue_tui.trials.interventions import read_planned
from tests.support.pilots import replayed, text_of, until


async def test_the_step_panel_tells_noise_from_disturbance(tmp_path: Path) -> None:
    quiet = TrialSpec("homeostasis", "thermostat", steps=4)
    planned = read_planned("3:disturb -20", bioblue_envs.make("homeostasis"))
    sessions = [open_session(replace(quiet, schedule=schedule), tmp_path) for schedule in ((), (planned,))]
    for session in sessions:
        await run_unattended(session)
    rows = []
    for session in sessions:
        async with replayed(open_record(session.path)) as (pilot, screen):
            await pilot.press("right", "right", "right")
            await until(pilot, lambda screen=screen: screen.shown == 3)  # type: ignore[misc]
            await pilot.pause()
            rows.append(text_of(screen.steps).splitlines()[-1].split()[:2])
            title = str(screen.steps.border_title)
            await pilot.press("right")
            await pilot.pause()
            assert str(screen.steps.border_title) == "step 4"
    assert rows[0] == rows[1]
    assert title == "step 3 ◆ disturbance −20"


async def test_the_summary_of_a_fork_says_whose_its_totals_are(tmp_path: Path) -> None:
    parent = open_session(TrialSpec("homeostasis", "accelerator", steps=6), tmp_path)
    await run_unattended(parent)
    fork = fork_session(open_record(parent.path), 4, tmp_path)
    await run_unattended(fork)
    async with replayed(open_record(fork.path)) as (pilot, screen):
        assert compare(screen.state) is not None
        await pilot.press("s")
        await until(pilot, lambda: isinstance(pilot.app.screen, SummaryScreen))
        said = " ".join(text_of(label) for label in pilot.app.screen.query("Label"))
        assert "Totals of accelerator (the first 4 steps of its parent, by accelerator)." in " ".join(said.split())


async def test_no_noise_is_spoken_of_where_there_is_none(tmp_path: Path) -> None:
    session = open_session(
        TrialSpec("homeostasis", "thermostat", {"change_low": 0, "change_high": 0}, steps=4), tmp_path
    )
    await run_unattended(session)
    async with replayed(open_record(session.path)) as (pilot, screen):
        await until(pilot, lambda: "faint line: " in str(screen.gauges.border_subtitle))
        assert "noise" not in str(screen.gauges.border_subtitle)
        await pilot.press("s")
        await until(pilot, lambda: isinstance(pilot.app.screen, SummaryScreen))
        said = " ".join(text_of(label) for label in pilot.app.screen.query("Label"))
        assert "4 steps on the same start" in " ".join(said.split())
