"""Commands that go on with recorded trials: resume, fork."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from bioblue_tui.agents.base import Agent
from bioblue_tui.commands.screen import on_screen
from bioblue_tui.commands.series import play_series
from bioblue_tui.commands.trials import show_session
from bioblue_tui.continuing import fork_session, resumable, resume_session
from bioblue_tui.costs.budget import Budget
from bioblue_tui.model_options import model_options, read_model
from bioblue_tui.options import (
    Complaint,
    agent_options,
    choose_agent,
    data_option,
    display_option,
    guarded,
    read_speed,
    speed_option,
)
from bioblue_tui.paths import data_dir as directory
from bioblue_tui.paths import trials_dir
from bioblue_tui.records.library import open_record
from bioblue_tui.session import Plan, Session, agent_for, default_speed

MAX_FORKS = 1_000
"""The most forks of one command."""


@click.command()
@click.argument("files", nargs=-1, type=click.Path(path_type=Path))
@click.option("--all", "everything", is_flag=True, help="Every trial in the data directory that is open.")
@speed_option
@click.option("--paused", is_flag=True, help="Begin paused.")
@display_option
@data_option
@click.pass_obj
def resume(
    default_data: Path | None,
    /,
    files: tuple[Path, ...],
    everything: bool,
    speed: str | None,
    paused: bool,
    display: str,
    data_dir: Path | None,
) -> None:
    """Go on with the trials in FILES from their last whole step, in the same records.

    The noise goes on as it would have, and the agent sees all it did before. One trial is shown on the screen where
    there is a terminal; several are played one after another.
    """
    data = data_dir or default_data
    if everything:
        files = (*files, *resumable(trials_dir(directory(data))))
        if not files:
            click.echo("bioblue: no trial is open", err=True)
            return
    if not files:
        raise Complaint("which trial? Name its file, or give --all; bioblue list names the recent ones")
    pace = read_speed(speed)
    if len(files) == 1:
        file, shown = files[0], on_screen(display)

        def open_trial() -> Session:
            rate = (default_speed(open_record(file).header.agent) if shown else None) if pace == 0 else pace
            return resume_session(file, speed=rate, paused=paused)

        show_session(open_trial, display, data)
        return
    if display == "tui":
        raise Complaint("--display tui goes with one trial; several are played in lines")
    play_series(lambda path: resume_session(path, speed=pace or None), files, _style(display), "trial")


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--at", type=click.IntRange(0), metavar="STEP", required=True, help="The last step that they share.")
@click.option(
    "--times", type=click.IntRange(1, MAX_FORKS), metavar="N", default=1, show_default=True, help="How many forks."
)
@click.option("--condition", default="", metavar="TEXT", help="Label of the condition, for the records.")
@agent_options
@model_options
@click.option("--paused", is_flag=True, help="Begin paused.")
@display_option
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
    display: str,
    data_dir: Path | None,
    **told: Any,
) -> None:
    """Begin a new trial with the past of FILE up to a step, and the same noise.

    The same agent goes on unless another one is named; its record names the parent. With --times the future is sampled
    several times.
    """
    data, pace = data_dir or default_data, read_speed(speed)
    record = guarded(lambda: open_record(file))
    header = record.header
    chosen = choose_agent(header.environment, agent, model, base_url)[0] if agent or model or base_url else ""
    plan = Plan(header.environment, chosen or "the same agent", header.parameters, header.seed or 0, header.steps)
    choice = guarded(lambda: read_model(plan, base_url=base_url, **told))
    plan, budget = choice.plan, Budget(choice.max_cost) if choice.max_cost is not None else None

    def open_trial(_: int) -> Session:
        shown = times == 1 and on_screen(display)
        who: Agent | None = None
        if chosen:
            who = agent_for(plan, data)
        rate = (default_speed(chosen or header.agent) if shown else None) if pace == 0 else pace
        options: dict[str, Any] = {"speed": rate, "paused": paused, "retry_limit": retries}
        options |= {"condition": condition, "instruction": plan.instruction, "schedule": plan.schedule}
        session = fork_session(record, at, data, agent=who, **options)
        if budget is not None:
            session.limit_cost(budget)
        return session

    if times == 1:
        show_session(lambda: open_trial(1), display, data)
        return
    if display == "tui":
        raise Complaint("--display tui goes with one fork; several are played in lines")
    play_series(open_trial, range(1, times + 1), _style(display), "fork")


def _style(display: str) -> Any:
    return "jsonl" if display == "jsonl" else "plain"
