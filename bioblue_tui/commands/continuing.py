"""Commands that go on with recorded trials: resume, fork."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, NoReturn

import click

from bioblue_tui.agents.base import Agent
from bioblue_tui.agents.human import HUMAN
from bioblue_tui.agents.scripted import POLICIES
from bioblue_tui.commands.many import many_options, play_jobs
from bioblue_tui.commands.model_options import max_cost_option, model_options, read_dollars, read_model
from bioblue_tui.commands.options import (
    UsageError,
    agent_options,
    choose_agent,
    choose_wording,
    data_option,
    read_speed,
    speed_option,
    tell_rewording,
    wording_option,
)
from bioblue_tui.commands.paying import cost_check
from bioblue_tui.commands.screen import on_screen
from bioblue_tui.commands.trials import show_session
from bioblue_tui.commands.usage import complaint
from bioblue_tui.costs.budget import Budget
from bioblue_tui.formatting.numbers import counted
from bioblue_tui.formatting.text import one_line, visible
from bioblue_tui.models.catalogue import ModelSettings
from bioblue_tui.records.collection import open_record
from bioblue_tui.records.schema import Record, RecordError
from bioblue_tui.runs.batch.claims import Claims
from bioblue_tui.runs.batch.engine import Job, TakenError
from bioblue_tui.runs.batch.limiter import Limiters
from bioblue_tui.runs.batch.session_factory import Opener
from bioblue_tui.runs.resume_fork import (
    Changes,
    agent_of_fork,
    can_resume,
    fork_session,
    held_by_person,
    resumable,
    resume_session,
    stream_of_fork,
)
from bioblue_tui.runs.session import Plan, Session, agent_for, agent_of, default_speed
from bioblue_tui.system.paths import data_dir as directory
from bioblue_tui.system.paths import real_path, trials_dir
from bioblue_tui.trials.events import Header, Stepped

MAX_FORKS = 1_000
"""The most forks of one command."""


@click.command()
@click.argument("files", nargs=-1, type=click.Path(path_type=Path))
@click.option(
    "--all",
    "everything",
    is_flag=True,
    help="Every trial in the data directory that was stopped, interrupted or failed.",
)
@speed_option
@click.option("--paused", is_flag=True, help="Begin paused; for one trial.")
@click.option("--hand-back", is_flag=True, help="Let the agent go on where a person has taken over.")
@max_cost_option
@many_options
@data_option
@click.pass_obj
def resume(
    default_data: Path | None,
    /,
    files: tuple[Path, ...],
    everything: bool,
    speed: str | None,
    paused: bool,
    hand_back: bool,
    max_cost: str | None,
    parallel: int | None,
    rpm: float | None,
    display: str,
    data_dir: Path | None,
) -> None:
    """Go on with the trials in FILES from their last whole step, in the same records.

    The noise goes on as it would have, and the agent sees all it did before. Where a person has taken over it is their
    turn again, which needs the screen. One trial is shown on the screen where
    there is a terminal; several are played one after another or, with --parallel, at once, like those of bioblue run.
    Of these, what another process is running or has played meanwhile is left to it, and said to be.
    """
    data, pace = data_dir or default_data, read_speed(speed)
    limit = read_dollars(max_cost) if max_cost else None
    records, named = trials_dir(directory(data)), set(map(real_path, files))
    if everything:
        found, running = resumable(records, _narrate)
        files = (*files, *found)
        elsewhere = f"{counted(running, 'trial')} running in another process" if running else ""
        if told := "; ".join(filter(None, ("" if files else "no trial to resume", elsewhere))):
            _narrate(told)
        if not files:
            return
    if not files:
        raise UsageError("which trial? Name its file, or give --all; bioblue list names the recent ones")
    files = tuple({real_path(file): file for file in files}.values())
    limiters, at_once, claims = Limiters(rpm), parallel or 1, Claims(records)
    if len(files) == 1 and display != "none":
        budget = None if limit is None else Budget(limit)
        # What another process has taken meanwhile is told as it is of several.
        with contextlib.suppress(TakenError):
            mine = None if named else claims
            _resume_one(
                files[0], display, data, limiters, pace, budget, paused=paused, hand_back=hand_back, claims=mine
            )
    opener = Opener(limiters, data, pace or None, concurrent=at_once > 1, hand_back=hand_back)
    refusals: list[RecordError] = []
    # One that somebody names, and no other, is not left to another process in silence.
    shared = claims if len(files) > 1 or not named else None
    jobs = [_job_of(file, opener, shared, refusals.append, named=real_path(file) in named) for file in files]
    if len(refusals) == len(files):
        several = f"none of {counted(len(files), 'trial')} can go on; the first is " if len(files) > 1 else ""
        raise complaint(refusals[0], several)
    title = f"resume {counted(len(jobs), 'trial')}"
    play_jobs(jobs, display, limiters=limiters, parallel=at_once, check=cost_check(limit), title=title)


def _narrate(line: str) -> None:
    click.echo(f"bioblue: {visible(line)}", err=True)


def _resume_one(
    file: Path,
    display: str,
    data: Path | None,
    limiters: Limiters,
    pace: float | None,
    budget: Budget | None,
    *,
    paused: bool,
    hand_back: bool,
    claims: Claims | None,
) -> NoReturn:
    """Resume one trial, and exit.

    Raises:
        TakenError: As in ``Claims.resume``; never where there are no claims, since somebody named the trial.
    """
    shown = on_screen(display)

    def open_trial() -> Session:
        record = open_record(file)
        header = record.header
        # A person's own trial is answered in lines, too, where somebody named it.
        unasked = not shown and not (claims is None and header.agent == HUMAN)
        if unasked and (why := held_by_person(record, hand_back=hand_back)):
            raise RecordError(why, file)
        rate = (default_speed(header.agent) if shown else None) if pace == 0 else pace
        agent, clock = limiters.limit(agent_of(header, data))
        session = resume_session(file, agent=agent, clock=clock, speed=rate, paused=paused, hand_back=hand_back)
        if budget is not None:
            session.limit_cost(budget)
        return session

    show_session(partial(claims.resume, file, open_trial) if claims else open_trial, display, data)


def _job_of(
    file: Path, opener: Opener, claims: Claims | None, refuse: Callable[[RecordError], None], *, named: bool
) -> Job:
    """Return the job of going on with a record.

    One that can't go on fails when it is its turn, and why is told before. Unless somebody named it, it can: what has
    ended since it was found is another process's.
    """
    begin = partial(opener.resume, file)
    try:
        record = open_record(file)
    except RecordError as error:
        refuse(error)
        return Job(file.name, begin)
    if named and (why := can_resume(record)):
        refuse(RecordError(f"cannot be resumed: {why}", file))
    elif claims:
        begin = partial(claims.resume, file, begin)
    header = record.header
    return Job(file.name, begin, _plan_of(header), one_line(header.condition, 60), _done(record))


def _plan_of(header: Header) -> Plan:
    """Return what a record's trial plays; without the label, which is the record's own business."""
    told = ModelSettings.of(header.provider)
    return Plan(
        header.environment,
        header.agent,
        header.parameters,
        header.seed or 0,
        header.steps,
        settings=told,
        schedule=header.schedule,
        instruction=header.instruction,
    )


def _done(record: Record) -> int:
    return max((event.step for event in record.events if isinstance(event, Stepped)), default=0)


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--at", type=click.IntRange(0), metavar="STEP", required=True, help="The last step that they share.")
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

    The same agent goes on unless another one is named; its record names the parent. What is given of a model's
    parameters replaces what the parent's had. With --times the future is sampled several times, one after another or,
    with --parallel, at once, like the trials of bioblue run. Below the totals stand mean, min, max and sd
    (sample standard deviation) across these futures: of one past and one noise, they say nothing of others. With --at 0
    and without noise they share nothing, and stand as any trials do, with mean and sd. A scripted agent that draws at
    random then has another random stream in each fork, the same one whenever the command is given, and named in the
    record.
    """
    data, pace = data_dir or default_data, read_speed(speed)
    record = open_record(file)
    header = record.header
    if not 0 <= at <= _done(record):
        raise UsageError(f"--at {at}: {counted(_done(record), 'step')} were played")
    chosen = choose_agent(header.environment, agent, model, None)[0] if agent or model else ""
    words = choose_wording(wording, header.environment)
    plan = replace(_plan_of(header), agent=chosen or header.agent)
    choice = read_model(plan, base_url=base_url, after=at, **told)
    given = {name: getattr(choice.plan.settings, name) for name in choice.plan.settings.explicit}
    if base_url:
        given["base_url"] = base_url

    def who(number: int = 1) -> Agent:
        if chosen.partition(":")[0] == "replay":
            return agent_for(choice.plan, data)
        stream = stream_of_fork(header, at, number) if times > 1 else ""
        return agent_of_fork(header, Changes(chosen, given, stream=stream), data)

    plays = replace(choice.plan, settings=ModelSettings.of(who().provider))
    changes: dict[str, Any] = {"condition": condition, "schedule": choice.plan.schedule}
    changes |= {"instruction": choice.plan.instruction, "wording": words}
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
        click.echo(f"bioblue: {plays.agent} draws nothing at random: all {times} futures will be the same", err=True)
    title = f"{counted(times, 'fork')} of {one_line(file.name, 60)} after step {at}"
    check = cost_check(choice.max_cost)
    play_jobs(jobs, display, limiters=limiters, parallel=at_once, check=check, title=title)


def _fork(opener: Opener, record: Record, at: int, who: Callable[[], Agent], changes: dict[str, Any]) -> Session:
    return opener.fork(record, at, who(), **changes)
