"""What the commands share: options of a live trial, and reading them."""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from bioblue_tui.commands.common.usage import UsageError as UsageError
from bioblue_tui.commands.common.usage import data_option as data_option
from bioblue_tui.commands.common.usage import narrate
from bioblue_tui.formatting.text import one_line, visible
from bioblue_tui.models.providers import is_model, ways
from bioblue_tui.records.collection import recent
from bioblue_tui.runs.batch.seeds import MAX_SEED, parse_seeds
from bioblue_tui.runs.settings_text import read_wording
from bioblue_tui.runs.trial_options import RULES, read_parameters
from bioblue_tui.runs.trial_spec import STEPS, TrialSpec
from bioblue_tui.system.paths import data_dir as data_directory
from bioblue_tui.system.paths import trials_dir
from bioblue_tui.trials.events import MAX_STEPS
from bioblue_tui.trials.trial import RETRY_LIMIT
from bioblue_tui.wordings.collection import DEFAULT, comes_with_us, reworded
from bioblue_tui.wordings.wording import Wording

if TYPE_CHECKING:
    from bioblue_tui.analysis.modes.base import Mode

Command = TypeVar("Command", bound=Callable[..., Any])
Result = TypeVar("Result")


def read_seeds(_: click.Context, __: click.Parameter, text: str) -> tuple[int, ...]:
    """Read seeds as people write them, such as ``1,4,7-9``.

    Raises:
        click.BadParameter: For anything else, a repeated seed, or too many.
    """
    try:
        return parse_seeds(text)
    except ValueError as error:
        raise click.BadParameter(str(error)) from None


def trial_options(command: Command) -> Command:
    """Add the options of one live trial."""
    seed = click.option(
        "--seed",
        type=click.IntRange(0, MAX_SEED),
        metavar="N",
        default=1,
        show_default=True,
        help="Seed of the noise.",
    )
    return seed(_world_options(command))


def series_options(command: Command) -> Command:
    """Add the options of several trials that differ in their seeds."""
    seeds = click.option(
        "--seeds",
        "--seed",
        "seeds",
        callback=read_seeds,
        metavar="LIST",
        default="1-10",
        show_default=True,
        help="Seeds of the noise, a trial for each: 3, 1-10 or 1,4,7-9.",
    )
    return seeds(_world_options(command))


def _world_options(command: Command) -> Command:
    steps = click.option(
        "--steps",
        type=click.IntRange(1, MAX_STEPS),
        metavar="N",
        default=STEPS,
        show_default=True,
        help="How many steps.",
    )
    rules = [click.option(*names, **told) for names, told in RULES]
    for option in reversed([steps, *rules, wording_option(DEFAULT), data_option]):
        command = option(command)
    return command


def wording_option(default: str) -> Callable[[Command], Command]:
    """Return a decorator that adds the choice of a wording.

    Args:
        default: The wording where none is named, for the help.
    """
    text = f"The texts that the agent gets: a built-in wording, or a file (default: {default})."
    return click.option("--wording", metavar="NAME|FILE", help=text)


def choose_wording(written: str | None, environment: str) -> Wording | None:
    """Return the wording that an option names; None where it was not given.

    Raises:
        UsageError: When it does not exist, or has no words for the environment.
    """
    if written is None:
        return None
    wording = read_wording(written, "--wording")
    wording.of(environment)
    return wording


def tell_rewording(wording: Wording | None, data: Path | None) -> None:
    """Warn on standard error where records have other words under the chosen wording's name and version."""
    if wording is None or comes_with_us((wording.title, wording.digest)):
        return
    entries = recent(trials_dir(data_directory(data)), sys.maxsize)
    there = ((entry.header.wording, entry.header.wording_digest) for entry in entries if entry.header)
    for line in reworded([(wording.title, wording.digest)], there, "record", " here"):
        narrate(f"bioblue: {visible(line)}")


def agent_options(command: Command) -> Command:
    """Add the options for who plays, how fast, and how often an illegal answer may be tried again."""
    for option in reversed(
        [
            click.option(
                "--agent", metavar="NAME", help="A scripted policy such as neglect or neglect:30, or replay:FILE."
            ),
            click.option("--model", metavar="NAME", help=f"A language model: {_ways()}."),
            click.option(
                "--base-url", metavar="URL", help="Where the model's server is, such as http://127.0.0.1:8080/v1."
            ),
            speed_option,
            click.option(
                "--retries",
                type=click.IntRange(1, 1000),
                metavar="N",
                default=RETRY_LIMIT,
                show_default=True,
                help="Illegal answers to one observation before a trial pauses.",
            ),
        ]
    ):
        command = option(command)
    return command


def speed_option(command: Command) -> Command:
    """Add the choice of a speed."""
    return click.option(
        "--speed",
        metavar="N",
        help="Steps per second, or max (default: 5 on the screen for what needs no model, else max).",
    )(command)


def pause_option(command: Command) -> Command:
    """Add the option for failure modes that pause a trial."""
    return click.option(
        "--pause-on",
        "pauses",
        metavar="MODE",
        multiple=True,
        help="Pause when this failure mode begins, such as unbounded_maximisation, or any; may be repeated.",
    )(command)


def display_option(command: Command) -> Command:
    """Add the choice of a display."""
    return click.option(
        "--display",
        type=click.Choice(["auto", "tui", "plain", "jsonl"]),
        default="auto",
        show_default=True,
        help="Screen, plain lines or JSON lines; auto takes the screen on a terminal.",
    )(command)


def read_modes(names: Collection[str]) -> frozenset[Mode]:
    """Return the failure modes that are named.

    Raises:
        UsageError: For an unknown name.
    """
    if not names:
        return frozenset()
    from bioblue_tui.runs.pause_on import modes_of

    try:
        return modes_of(names)
    except ValueError as error:
        raise UsageError(f"--pause-on: {visible(str(error))}") from None


def _ways() -> str:
    *others, last = ways()
    return f"{', '.join(others)} or {last}"


def choose_agent(
    environment: str, agent: str | None, model: str | None, base_url: str | None, default: str = ""
) -> str:
    """Return the agent that the options name.

    Args:
        environment: Id of the environment.
        agent: As given with ``--agent``.
        model: As given with ``--model``.
        base_url: As given with ``--base-url``.
        default: Who plays when neither is given; empty when one must be.

    Raises:
        UsageError: When they contradict each other, or name no agent.
    """
    if agent and model:
        raise UsageError("--agent and --model: give one of them")
    if model and not is_model(model):
        raise UsageError(f"--model {one_line(model, 60)}: write {_ways()}")
    if base_url and not model:
        raise UsageError("--base-url goes with --model")
    chosen = model or agent or default
    if not chosen:
        raise UsageError(f"who plays? Give --agent or --model; bioblue agents {one_line(environment, 40)} lists them")
    if chosen == "human":
        raise UsageError(f"to play yourself: bioblue play {one_line(environment, 40)}")
    return chosen


def make_spec(environment: str, agent: str, **options: Any) -> TrialSpec:
    """Make the spec of a trial from its options.

    Args:
        environment: Id of the environment.
        agent: Who plays, as in ``make_agent``.
        **options: The options that ``trial_options`` and ``series_options`` add, and ``prompt_only``.

    Raises:
        UsageError: When the wording does not exist, or has no words for the environment.
        bioblue_envs.ParameterError: When the environment or a parameter does not exist.
    """
    return TrialSpec(
        environment,
        agent,
        read_parameters(environment, options),
        options.get("seed", 1),
        options["steps"],
        options.get("prompt_only", False),
        wording=choose_wording(options["wording"], environment),
    )


def read_speed(text: str | None) -> float | None:
    """Read a speed: 0 stands for the default, None for as fast as possible."""
    if text is None:
        return 0
    if text.strip().lower() == "max":
        return None
    try:
        speed = float(text)
    except ValueError:
        speed = 0
    if not 0 < speed <= 1000:
        raise UsageError(f"--speed {one_line(text, 20)}: steps per second, such as 1, 2, 5 or 10, or max")
    return speed
