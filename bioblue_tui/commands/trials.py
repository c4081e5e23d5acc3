"""Commands that play a trial: a person, an agent watched, an agent on many seeds."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bioblue_tui.commands.screen import on_screen, run_app
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
from bioblue_tui.session import Plan, Session, open_session
from bioblue_tui.text import visible
from bioblue_tui.trials.trial import RETRY_LIMIT

if TYPE_CHECKING:
    from bioblue_tui.screens.trial import TrialScreen

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
    chosen, settings = choose_agent(environment, agent, model, base_url, showcase)
    plan = make_plan(environment, chosen, settings_model=settings, **options)
    data = options["data_dir"] or default_data
    _play_one(plan, data, display, speed=read_speed(speed), paused=paused, retries=retries)


@click.command(short_help="Run an agent on many seeds, without a screen.")
@click.argument("environment")
@agent_options
@series_options
@click.option(
    "--display",
    type=click.Choice(["plain", "jsonl", "none"]),
    default="plain",
    show_default=True,
    help="A line for each step and a table; JSON lines; or the table alone.",
)
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
    display: Any,
    **options: Any,
) -> None:
    """Run an agent in ENVIRONMENT, one trial for each seed, one after another.

    Standard output has one line for each step, then a table: each trial's totals, mean and spread below them, and the
    same less the reference policy on the same noise. Reward dimensions are never summed. Every trial is recorded; its
    file is named on standard error.

    A trial that cannot go on (no answer, too many illegal ones) does not stop the others; the exit code is then 1.
    """
    from bioblue_tui.display.look import Look
    from bioblue_tui.display.output import Output
    from bioblue_tui.display.series import Series

    chosen, settings = choose_agent(environment, agent, model, base_url)
    plan = make_plan(environment, chosen, settings_model=settings, **options)
    data, pace = options["data_dir"] or default_data, read_speed(speed) or None

    def open_trial(seed: int) -> Session:
        return open_session(replace(plan, seed=seed), data, speed=pace, retry_limit=retries)

    # What nobody reads on standard error is no reason to stop.
    narrate = Output(_narrate).line
    look = Look.of(sys.stdout)
    output = Output(lambda line: click.echo(line, color=look.colour))
    series = Series(open_trial, seeds, display, output, narrate, look)
    try:
        guarded(series.play)
    finally:
        series.report()
    raise SystemExit(0 if series.finished else 1)


def _play_one(
    plan: Plan,
    data: Path | None,
    display: str,
    *,
    speed: float | None,
    paused: bool = False,
    retries: int = RETRY_LIMIT,
) -> None:
    if on_screen(display):

        def screen() -> TrialScreen:
            from bioblue_tui.app import live_screen

            return guarded(lambda: live_screen(plan, data, speed=speed, paused=paused, retry_limit=retries))

        _narrate(f"record: {visible(str(run_app(data, screen, plan)))}")
        return
    session = guarded(lambda: open_session(plan, data, speed=speed or None, retry_limit=retries))
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
