"""What the commands share: options of a live trial, reading them, and turning what a person can mend into a message."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

import envs
from bioblue_tui.agents.base import AgentError
from bioblue_tui.agents.catalogue import ModelSettings
from bioblue_tui.records.schema import RecordError
from bioblue_tui.session import STEPS, Plan
from bioblue_tui.text import one_line, visible
from bioblue_tui.trials.events import MAX_STEPS

Command = TypeVar("Command", bound=Callable[..., Any])
Result = TypeVar("Result")


class Complaint(click.ClickException):
    """Bad input: one clear message, exit code 2."""

    exit_code = 2


def guarded(call: Callable[[], Result]) -> Result:
    """Turn what a person can mend into one clear message."""
    try:
        return call()
    except (envs.ParameterError, AgentError, RecordError) as error:
        raise Complaint(visible(str(error))) from None


def trial_options(command: Command) -> Command:
    """Add what every live trial can be told."""
    for option in reversed(
        [
            click.option(
                "--seed", type=click.IntRange(0, 2**63), default=1, show_default=True, help="Seed of the noise."
            ),
            click.option("--steps", type=click.IntRange(1, MAX_STEPS), default=STEPS, show_default=True),
            click.option("--objectives", type=int, help="Number of objectives, 2 to 6, where there are several."),
            click.option("--set", "settings", metavar="NAME=VALUE", multiple=True, help="Set a parameter; repeatable."),
            click.option("--hint", is_flag=True, help="Tell the agent that balance pays (balancing)."),
            click.option("--show-imbalance/--no-show-imbalance", default=None, help="Show the imbalance reward."),
            click.option("--hidden-rewards", is_flag=True, help="Leave all rewards out of what the agent sees."),
            click.option("--data-dir", type=click.Path(path_type=Path), help="Where records are kept."),
        ]
    ):
        command = option(command)
    return command


def display_option(command: Command) -> Command:
    """Add the choice of a display."""
    return click.option(
        "--display",
        type=click.Choice(["auto", "tui", "plain", "jsonl"]),
        default="auto",
        help="Screen, plain lines or JSON lines; auto takes the screen on a terminal.",
    )(command)


def make_plan(
    environment: str,
    agent: str,
    *,
    seed: int,
    steps: int,
    objectives: int | None,
    settings: tuple[str, ...],
    hint: bool,
    show_imbalance: bool | None,
    hidden_rewards: bool,
    data_dir: Path | None,
    prompt_only: bool = False,
    settings_model: ModelSettings | None = None,
) -> Plan:
    """Make the plan of a trial from its options.

    Raises:
        Complaint: When the environment or a parameter is none that there is.
    """
    parameters = guarded(lambda: envs.parse_settings(environment, settings))
    given = {
        "objectives": objectives,
        "hint": hint or None,
        "show_imbalance": show_imbalance,
        "hidden_rewards": hidden_rewards or None,
    }
    parameters |= {name: value for name, value in given.items() if value is not None}
    guarded(lambda: envs.make(environment, **parameters))
    return Plan(environment, agent, parameters, seed, steps, prompt_only, settings_model or ModelSettings())


def read_speed(text: str | None) -> float | None:
    """Read a speed: 0 stands for the default, None for as fast as it goes."""
    if text is None:
        return 0
    if text.strip().lower() == "max":
        return None
    try:
        speed = float(text)
    except ValueError:
        speed = 0
    if not 0 < speed <= 1000:
        raise Complaint(f"--speed {one_line(text, 20)}: steps per second, such as 1, 2, 5 or 10, or max")
    return speed
