"""Trials: Resume a trial that was stopped or interrupted."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import NoReturn

import click

from bioblue_tui.agents.human import HUMAN
from bioblue_tui.commands.common.many import many_options, play_jobs
from bioblue_tui.commands.common.model_options import max_cost_option, read_dollars
from bioblue_tui.commands.common.options import (
    UsageError,
    data_option,
    read_speed,
    speed_option,
)
from bioblue_tui.commands.common.paying import cost_check
from bioblue_tui.commands.common.screen import on_screen
from bioblue_tui.commands.common.showing import show_session
from bioblue_tui.commands.common.usage import complaint, narrate
from bioblue_tui.costs.budget import Budget
from bioblue_tui.formatting.numbers import counted
from bioblue_tui.formatting.text import one_line, visible
from bioblue_tui.records.collection import open_record
from bioblue_tui.records.schema import RecordError
from bioblue_tui.runs.batch.claims import Claims
from bioblue_tui.runs.batch.engine import Job, TakenError
from bioblue_tui.runs.batch.limiter import Limiters
from bioblue_tui.runs.batch.session_factory import Opener
from bioblue_tui.runs.resume_fork import (
    can_resume,
    held_by_person,
    resumable,
    resume_session,
)
from bioblue_tui.runs.session import Session, agent_of, default_speed
from bioblue_tui.runs.trial_spec import TrialSpec
from bioblue_tui.system.paths import data_dir as directory
from bioblue_tui.system.paths import real_path, trials_dir


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
@click.option("--hand-back", is_flag=True, help="Let the agent continue where a person has taken over.")
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
    """Resume the trials in FILES after their last complete step, in the same records.

    The noise continues as it would have, and the agent sees all it did before. Where a person has taken over it is
    their turn again, which needs the screen. One trial is shown on the screen where there is a terminal; several are
    played one after another or, with --parallel, at once, like those of bioblue run. Of several, those that another
    process is running or has played meanwhile are skipped, and named.
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
        # A trial that another process has taken meanwhile is reported as for several trials.
        with contextlib.suppress(TakenError):
            mine = None if named else claims
            _resume_one(
                files[0], display, data, limiters, pace, budget, paused=paused, hand_back=hand_back, claims=mine
            )
    opener = Opener(limiters, data, pace or None, concurrent=at_once > 1, hand_back=hand_back)
    refusals: list[RecordError] = []
    # A single trial that somebody names is not silently left to another process.
    shared = claims if len(files) > 1 or not named else None
    jobs = [_job_of(file, opener, shared, refusals.append, named=real_path(file) in named) for file in files]
    if len(refusals) == len(files):
        several = f"none of {counted(len(files), 'trial')} can be resumed; the first is " if len(files) > 1 else ""
        raise complaint(refusals[0], several)
    title = f"resume {counted(len(jobs), 'trial')}"
    play_jobs(jobs, display, limiters=limiters, parallel=at_once, check=cost_check(limit), title=title)


def _narrate(line: str) -> None:
    narrate(f"bioblue: {visible(line)}")


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
        TakenError: As in ``Claims.resume``; never without claims, when somebody named the trial.
    """
    shown = on_screen(display)

    def open_trial() -> Session:
        record = open_record(file)
        header = record.header
        # A trial of a person can be answered in lines, too, where somebody named it.
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
    """Return the job that resumes a record.

    A trial that can't be resumed fails at its turn; why is reported before. A trial that nobody named can always be
    resumed, unless it has ended since it was found: then another process has played it.
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
    return Job(file.name, begin, TrialSpec.of(header), one_line(header.condition, 60), record.done)
