"""Trials: Begin a new trial from any step of a recorded one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import click

from bioblue_tui.agents.base import Agent
from bioblue_tui.agents.scripted import POLICIES
from bioblue_tui.commands.common.many import many_options, play_jobs
from bioblue_tui.commands.common.model_options import model_options, read_model
from bioblue_tui.commands.common.options import (
    UsageError,
    agent_options,
    choose_agent,
    choose_wording,
    data_option,
    read_speed,
    tell_rewording,
    wording_option,
)
from bioblue_tui.commands.common.paying import cost_check
from bioblue_tui.commands.common.screen import on_screen
from bioblue_tui.commands.common.showing import show_session
from bioblue_tui.commands.common.usage import narrate
from bioblue_tui.costs.budget import Budget
from bioblue_tui.formatting.numbers import counted
from bioblue_tui.formatting.text import one_line
from bioblue_tui.models.catalogue import ModelSettings
from bioblue_tui.records.collection import open_record
from bioblue_tui.records.schema import Record
from bioblue_tui.runs.batch.engine import Job
from bioblue_tui.runs.batch.limiter import Limiters
from bioblue_tui.runs.batch.session_factory import Opener
from bioblue_tui.runs.resume_fork import (
    Changes,
    agent_of_fork,
    fork_session,
    stream_of_fork,
)
from bioblue_tui.runs.session import Session, agent_for, default_speed
from bioblue_tui.runs.trial_spec import TrialSpec

MAX_FORKS = 1_000
"""The most forks of one command."""


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--at", type=click.IntRange(0), metavar="STEP", required=True, help="The last step that both share.")
@click.option(
    "--times", type=click.IntRange(1, MAX_FORKS), metavar="N", default=1, show_default=True, help="How many forks."
)
@click.option("--condition", default="", metavar="TEXT", help="Label of the condition, for the records.")
@agent_options
@model_options
@wording_option("the parent's")
@click.option("--paused", is_flag=True, help="Begin paused; for one fork.")
@many_options
@data_option
@click.pass_obj
def fork(
    default_data: Path | None,
    /,
    file: Path,
    at: int,
    times: int,
    condition: str,
    agent: str | None,
    model: str | None,
    base_url: str | None,
    speed: str | None,
    retries: int,
    paused: bool,
    wording: str | None,
    parallel: int | None,
    rpm: float | None,
    display: str,
    data_dir: Path | None,
    **told: Any,
) -> None:
    """Begin a new trial with the past of FILE up to a step, and the same noise.

    The same agent continues unless another one is named; the new record names the parent. Settings given for a model
    replace those of the parent. With --times the future is sampled several times, one after another or, with
    --parallel, at once, like the trials of bioblue run. Below the totals are mean, min, max and sd (sample standard
    deviation) across these futures: they are of one past and one noise, and say nothing about others. With --at 0 and
    without noise the forks share nothing, and are listed like any trials, with mean and sd. A scripted agent that draws
    at random has another random stream in each fork, named in its record; repeating the command gives the same streams.
    """
    data, pace = data_dir or default_data, read_speed(speed)
    record = open_record(file)
    header = record.header
    if not 0 <= at <= record.done:
        raise UsageError(f"--at {at}: {counted(record.done, 'step')} were played")
    chosen = choose_agent(header.environment, agent, model, None) if agent or model else ""
    words = choose_wording(wording, header.environment)
    spec = replace(TrialSpec.of(header), agent=chosen or header.agent)
    choice = read_model(spec, base_url=base_url, after=at, **told)
    given = {name: getattr(choice.spec.settings, name) for name in choice.spec.settings.explicit}
    if base_url:
        given["base_url"] = base_url

    def who(number: int = 1) -> Agent:
        if chosen.partition(":")[0] == "replay":
            return agent_for(choice.spec, data)
        stream = stream_of_fork(header, at, number) if times > 1 else ""
        return agent_of_fork(header, Changes(chosen, given, stream=stream), data)

    plays = replace(choice.spec, settings=ModelSettings.of(who().provider))
    changes: dict[str, Any] = {"condition": condition, "schedule": choice.spec.schedule}
    changes |= {"instruction": choice.spec.instruction, "wording": words}
    tell_rewording(words, data)
    limiters, at_once = Limiters(rpm), parallel or 1
    if times == 1 and display != "none":
        shown = on_screen(display)
        rate = (default_speed(plays.agent) if shown else None) if pace == 0 else pace
        budget = None if choice.max_cost is None else Budget(choice.max_cost)

        def begin() -> Session:
            actor, clock = limiters.limit(who())
            options: dict[str, Any] = {"agent": actor, "clock": clock, "speed": rate, "paused": paused, **changes}
            session = fork_session(record, at, data, retry_limit=retries, **options)
            if budget is not None:
                session.limit_cost(budget)
            return session

        show_session(begin, display, data)
        return
    opener = Opener(limiters, data, pace or None, retries, at_once > 1)
    jobs = [
        Job(f"fork {number}", partial(_fork, opener, record, at, partial(who, number), changes), plays, done=at)
        for number in range(1, times + 1)
    ]
    policy = POLICIES.get(plays.agent.partition(":")[0])
    if times > 1 and policy and not policy.draws:
        narrate(f"bioblue: {plays.agent} draws nothing at random: all {times} futures will be the same")
    title = f"{counted(times, 'fork')} of {one_line(file.name, 60)} after step {at}"
    check = cost_check(choice.max_cost)
    play_jobs(jobs, display, limiters=limiters, parallel=at_once, check=check, title=title)


def _fork(opener: Opener, record: Record, at: int, who: Callable[[], Agent], changes: dict[str, Any]) -> Session:
    return opener.fork(record, at, who(), **changes)
