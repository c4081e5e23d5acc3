"""Trials: Run an agent on many seeds, one after another or at once."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import click

from bioblue_tui.commands.common.many import many_options, play_jobs
from bioblue_tui.commands.common.model_options import MODEL_OPTIONS, model_options, read_model
from bioblue_tui.commands.common.options import (
    agent_options,
    choose_agent,
    make_spec,
    pause_option,
    read_modes,
    read_speed,
    series_options,
    tell_rewording,
)
from bioblue_tui.commands.common.paying import cost_check
from bioblue_tui.formatting.text import one_line
from bioblue_tui.runs.batch.engine import Job
from bioblue_tui.runs.batch.limiter import Limiters
from bioblue_tui.runs.batch.session_factory import Opener
from bioblue_tui.runs.session import agent_for


@click.command()
@click.argument("environment")
@agent_options
@model_options
@series_options
@many_options
@pause_option
@click.pass_obj
def run(
    default_data: Path | None,
    /,
    environment: str,
    agent: str | None,
    model: str | None,
    base_url: str | None,
    speed: str | None,
    retries: int,
    seeds: tuple[int, ...],
    parallel: int | None,
    rpm: float | None,
    display: str,
    pauses: tuple[str, ...],
    **options: Any,
) -> None:
    """Run an agent in ENVIRONMENT, one trial for each seed, one after another or several at once.

    Standard output has one line for each step, then a table in the order of the seeds: each trial's totals, with mean
    and spread below, and differences from the reference on the same noise. An agent never sees a sum of its reward
    dimensions. On a terminal, bars show how far the trials are, and the table follows. Every trial is recorded; its
    file is named on standard error.

    A trial that cannot continue (no answer, too many illegal ones) does not stop the others; the exit code is then 1.
    When a provider asks for patience, all trials that use it wait together. A trial that --pause-on pauses waits for
    you in mission control; without mission control it is stopped, and bioblue resume continues it.
    """
    chosen = choose_agent(environment, agent, model, base_url)
    told = {name: options.pop(name) for name in MODEL_OPTIONS}
    choice = read_model(make_spec(environment, chosen, **options), base_url=base_url, **told)
    spec, data = choice.spec, options["data_dir"] or default_data
    agent_for(spec, data)
    tell_rewording(spec.wording, data)
    limiters = Limiters(rpm)
    opener = Opener(limiters, data, read_speed(speed) or None, retries, (parallel or 1) > 1, read_modes(pauses))
    specs = [replace(spec, seed=seed) for seed in seeds]
    jobs = [Job(str(spec.seed), partial(opener.begin, spec), spec) for spec in specs]
    at_once, title = parallel or 1, f"{environment} · {one_line(chosen, 40)}"
    check = cost_check(choice.max_cost)
    play_jobs(jobs, display, limiters=limiters, noun="seed", parallel=at_once, check=check, title=title)
