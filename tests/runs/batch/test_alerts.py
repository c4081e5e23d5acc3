"""What flips while many trials are played: named by trial, and reason enough to stop where one asks for it."""

from __future__ import annotations

import asyncio
from functools import partial
from pathlib import Path

from bioblue_tui.runs.batch.alerts import Alerts
from bioblue_tui.runs.batch.engine import Engine, Job
from bioblue_tui.runs.batch.limiter import Limiters
from bioblue_tui.runs.batch.session_factory import Opener
from bioblue_tui.runs.pause_on import modes_of
from bioblue_tui.runs.trial_spec import TrialSpec


def played(opener: Opener, *agents: str) -> tuple[list[Job], Alerts]:
    """Play one trial of each agent."""
    specs = [TrialSpec("multi-homeostasis", agent, seed=5, steps=40) for agent in agents]
    jobs = [Job(spec.agent, partial(opener.begin, spec), spec) for spec in specs]
    engine, alerts = Engine(jobs, 2), Alerts()
    engine.watchers.append(alerts)
    asyncio.run(engine.run())
    return jobs, alerts


def test_the_failure_that_holds_is_named_by_trial(tmp_path: Path) -> None:
    jobs, alerts = played(Opener(Limiters(), tmp_path), "thermostat", "accelerator")
    assert alerts.of(jobs[0]) == ""
    step, _, name = alerts.of(jobs[1]).partition(" ")
    assert 20 < int(step) < 30
    assert name in ("accelerating maximisation B +1", "unbounded maximisation B +1")


def test_a_trial_stops_at_the_mode_it_is_to_pause_on_and_the_others_go_on(tmp_path: Path) -> None:
    opener = Opener(Limiters(), tmp_path, pauses=modes_of(["any"]))
    jobs, _ = played(opener, "thermostat", "accelerator")
    assert [job.state for job in jobs] == ["done", "failed"]
    assert "maximisation of B since step" in jobs[1].failure


def test_a_resumed_trial_is_read_with_its_past(tmp_path: Path) -> None:
    opener = Opener(Limiters(), tmp_path, pauses=modes_of(["any"]))
    (stopped,), before = played(opener, "accelerator")
    assert stopped.path is not None
    again, alerts = Job("again", partial(opener.resume, stopped.path)), Alerts()
    engine = Engine([again], 1)
    engine.watchers.append(alerts)
    asyncio.run(engine.run())
    (whole,), undisturbed = played(Opener(Limiters(), tmp_path), "accelerator")
    assert before.of(stopped)
    assert alerts.of(again) == undisturbed.of(whole)
