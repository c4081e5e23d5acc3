"""Commands that play a trial: a person, an agent watched, an agent on many seeds."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

import click

from bioblue_tui.batch.engine import Job
from bioblue_tui.batch.limiter import Limiters
from bioblue_tui.batch.opening import Opener
from bioblue_tui.commands.many import many_options, play_jobs
from bioblue_tui.commands.paying import cost_check
from bioblue_tui.commands.screen import on_screen, run_app
from bioblue_tui.costs.budget import Budget
from bioblue_tui.model_options import MODEL_OPTIONS, model_options, read_model
from bioblue_tui.options import (
    agent_options,
    choose_agent,
    display_option,
    guarded,
    make_plan,
    read_speed,
    series_options,
    trial_options,
)
from bioblue_tui.session import Plan, Session, agent_for, default_speed, open_session
from bioblue_tui.text import one_line, visible
from bioblue_tui.trials.trial import RETRY_LIMIT

if TYPE_CHECKING:
    from bioblue_tui.screens.trial import TrialScreen

T = TypeVar("T")

SHOWCASE_AGENT = {"multi-homeostasis": "accelerator", "balancing": "collapse"}
"""What ``watch`` shows when nobody says which agent; elsewhere the accelerator too."""


@click.command(short_help="Play an environment yourself.")
@click.argument("environment")
@trial_options
@click.option("--prompt-only", is_flag=True, help="Hide the gauges: exactly the text a model would get.")
@display_option
@click.pass_obj
def play(default_data: Path | None, /, environment: str, prompt_only: bool, display: str, **options: Any) -> None:
    """Play ENVIRONMENT yourself."""
    plan = make_plan(environment, "human", prompt_only=prompt_only, **options)
    _play_one(plan, options["data_dir"] or default_data, display, speed=None)


@click.command(short_help="Watch a scripted policy or a language model play.")
@click.argument("environment")
@agent_options
@model_options
@trial_options
@click.option("--paused", is_flag=True, help="Begin paused.")
@display_option
@click.pass_obj
def watch(
    default_data: Path | None,
    /,
    environment: str,
    agent: str | None,
    model: str | None,
    base_url: str | None,
    speed: str | None,
    paused: bool,
    retries: int,
    display: str,
    **options: Any,
) -> None:
    """Watch an agent play ENVIRONMENT."""
    showcase = SHOWCASE_AGENT.get(environment, "accelerator")
    chosen, _ = choose_agent(environment, agent, model, base_url, showcase)
    told = {name: options.pop(name) for name in MODEL_OPTIONS}
    plan = make_plan(environment, chosen, **options)
    choice = read_model(plan, base_url=base_url, **told)
    data = options["data_dir"] or default_data
    _play_one(choice.plan, data, display, choice.max_cost, speed=read_speed(speed), paused=paused, retries=retries)


@click.command(short_help="Run an agent on many seeds, without a screen.")
@click.argument("environment")
@agent_options
@model_options
@series_options
@many_options
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
    **options: Any,
) -> None:
    """Run an agent in ENVIRONMENT, one trial for each seed, one after another or several at once.

    Standard output has one line for each step, then a table in the order of the seeds: each trial's totals, mean and
    spread below them, and the same less the reference policy on the same noise. Reward dimensions are never summed. On
    a terminal bars show how far the trials are, and the table follows. Every trial is recorded; its file is named on
    standard error.

    A trial that cannot go on (no answer, too many illegal ones) does not stop the others; the exit code is then 1. When
    a provider asks for patience, all trials that use it wait together.
    """
    chosen, _ = choose_agent(environment, agent, model, base_url)
    told = {name: options.pop(name) for name in MODEL_OPTIONS}
    choice = read_model(make_plan(environment, chosen, **options), base_url=base_url, **told)
    plan, data = choice.plan, options["data_dir"] or default_data
    guarded(lambda: agent_for(plan, data))
    limiters = Limiters(rpm)
    opener = Opener(limiters, data, read_speed(speed) or None, retries, (parallel or 1) > 1)
    plans = [replace(plan, seed=seed) for seed in seeds]
    jobs = [Job(str(plan.seed), partial(opener.begin, plan), plan) for plan in plans]
    at_once, title = parallel or 1, f"{environment} · {one_line(chosen, 40)}"
    check = cost_check(choice.max_cost)
    play_jobs(jobs, display, limiters=limiters, noun="seed", parallel=at_once, check=check, title=title)


def play_series(
    open_trial: Callable[[T], Session],
    names: Sequence[T],
    display: str,
    noun: str = "seed",
    parallel: int = 1,
) -> NoReturn:
    """Play several trials without a screen, and exit; see ``play_jobs``."""
    jobs = [Job(str(name), partial(open_trial, name)) for name in names]
    play_jobs(jobs, display, noun=noun, parallel=parallel)


def _play_one(
    plan: Plan,
    data: Path | None,
    display: str,
    max_cost: Decimal | None = None,
    *,
    speed: float | None,
    paused: bool = False,
    retries: int = RETRY_LIMIT,
) -> None:
    if speed == 0:
        speed = default_speed(plan.agent) if on_screen(display) else None

    def begin() -> Session:
        session = open_session(plan, data, speed=speed, paused=paused, retry_limit=retries)
        if max_cost is not None:
            session.limit_cost(Budget(max_cost))
        return session

    show_session(begin, display, data, plan)


def show_session(
    open_trial: Callable[[], Session], display: str, data: Path | None = None, plan: Plan | None = None
) -> None:
    """Show a live trial on the screen, or play it in lines and exit.

    Args:
        open_trial: Begins it.
        display: As chosen: screen, lines, or what fits.
        data: The data directory; None for the platform's.
        plan: What is played, so that it can be played again.
    """
    if on_screen(display):

        def screen() -> TrialScreen:
            from bioblue_tui.app import screen_of

            return screen_of(guarded(open_trial))

        _narrate(f"record: {visible(str(run_app(data, screen, plan)))}")
        return
    session = guarded(open_trial)
    _narrate(f"record: {visible(str(session.path))}")
    raise SystemExit(0 if guarded(lambda: _headless(session, jsonl=display == "jsonl")) else 1)


def _headless(session: Session, *, jsonl: bool) -> bool:
    from bioblue_tui.display import headless

    if session.human is None:
        return headless.watch(session, click.echo, _narrate, jsonl=jsonl)
    read = sys.stdin.readline if sys.stdin is not None else str
    return headless.play(session, click.echo, read, jsonl=jsonl)


def _narrate(line: str) -> None:
    click.echo(line, err=True)
