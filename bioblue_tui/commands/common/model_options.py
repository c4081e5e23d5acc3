"""Options for a model's settings, how much of its past it sees, what it may cost, and planned interventions."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, TypeVar

import bioblue_envs
import click

from bioblue_tui.commands.common.options import UsageError
from bioblue_tui.formatting.text import error_line, one_line
from bioblue_tui.models.catalogue import ModelSettings
from bioblue_tui.models.providers import is_model
from bioblue_tui.runs.settings_text import SETTINGS, read_instruction, read_setting
from bioblue_tui.runs.trial_spec import TrialSpec
from bioblue_tui.trials.events import Planned
from bioblue_tui.trials.interventions import HELP, InterventionError, read_planned

Command = TypeVar("Command", bound=Callable[..., Any])

MODEL_OPTIONS = (*SETTINGS, "interventions", "system_prompt", "max_cost")
"""Names of the arguments that ``model_options`` adds to a command."""


@dataclass(frozen=True, slots=True)
class ModelChoice:
    """The values of the options.

    Attributes:
        spec: The spec with the options applied.
        max_cost: US dollars at most; None for no limit.
    """

    spec: TrialSpec
    max_cost: Decimal | None = None


def max_cost_option(command: Command) -> Command:
    """Add a limit to the cost."""
    text = "Pause before more than this is spent, in all trials."
    return click.option("--max-cost", metavar="DOLLARS", help=text)(command)


def model_options(command: Command) -> Command:
    """Add the settings of models."""
    for option in reversed(
        [
            click.option(
                "--temperature", metavar="N", help="Sampling temperature, or none to leave it out (default: 1)."
            ),
            click.option("--top-p", metavar="N", help="Nucleus sampling, or none to leave it out (default: 1)."),
            click.option("--max-tokens", metavar="N", help="Most tokens of an answer, or none (default: 100)."),
            click.option(
                "--effort",
                metavar="WORD",
                help="How hard to think, in the provider's words, such as low or none (default, or '': left out).",
            ),
            click.option("--thinking", metavar="N", help="Tokens for thinking, for models that think."),
            click.option(
                "--history", metavar="HOW", help="What it sees of its past: full, window:K or none (default: full)."
            ),
            click.option(
                "--system-prompt", metavar="FILE", type=click.Path(path_type=Path), help="Another instruction."
            ),
            click.option(
                "--grammar/--no-grammar",
                default=None,
                help="Let the server restrict answers to integers, as llama.cpp can (default: for local models only).",
            ),
            click.option(
                "--send-reasoning/--no-send-reasoning",
                default=None,
                help="Also send back reasoning inside the text of its answers; separate reasoning never is.",
            ),
            click.option("--extra", metavar="JSON", help="More for the body of each request, as a JSON object."),
            max_cost_option,
            click.option(
                "--intervene",
                "interventions",
                metavar="STEP:WHAT",
                multiple=True,
                help=f"At a step, from then on: {HELP}. Repeatable.",
            ),
        ]
    ):
        command = option(command)
    return command


def read_model(
    spec: TrialSpec,
    *,
    base_url: str | None,
    interventions: Sequence[str],
    system_prompt: Path | None,
    max_cost: str | None,
    after: int = 0,
    **given: str | bool | None,
) -> ModelChoice:
    """Read the options of ``model_options``.

    Args:
        spec: What to play, and who plays.
        base_url: Where the model's server is.
        interventions: As written.
        system_prompt: File with another instruction.
        max_cost: As written.
        after: Steps that are played already.
        **given: Settings by their names, as written; None for what was not given.

    Raises:
        UsageError: When one is not valid.
    """
    values = _values(given)
    instruction = read_instruction(system_prompt, "--system-prompt") if system_prompt else ""
    if not is_model(spec.agent) and (values or system_prompt or max_cost):
        first = next(iter(values), "system_prompt" if system_prompt else "max_cost").replace("_", "-")
        raise UsageError(f"--{first} goes with --model")
    environment = bioblue_envs.make(spec.environment, **spec.parameters)
    spec = replace(
        spec,
        settings=ModelSettings(base_url=base_url, **values, explicit=frozenset(values)),
        instruction=instruction,
        schedule=tuple(_planned(text, environment, spec.steps, after) for text in interventions),
    )
    return ModelChoice(spec, read_dollars(max_cost) if max_cost else None)


def _values(given: Mapping[str, str | bool | None]) -> dict[str, Any]:
    """Return the given values by the names of settings. An empty text counts only for the effort."""
    values: dict[str, Any] = {}
    for name, text in given.items():
        if isinstance(text, bool):
            values[name] = text
        elif text or (name == "effort" and text is not None):
            values[name] = read_setting(name, text, f"--{name.replace('_', '-')}")
    return values


def _planned(text: str, environment: bioblue_envs.Environment, steps: int, after: int) -> Planned:
    try:
        return read_planned(text, environment, steps, after)
    except InterventionError as error:
        raise UsageError(f"--intervene {one_line(text, 60)}: {error_line(error, 200)}") from None


def read_dollars(text: str) -> Decimal:
    """Read an amount of US dollars.

    Raises:
        UsageError: When the text is not an amount.
    """
    try:
        value = Decimal(text.strip().removeprefix("$"))
    except InvalidOperation:
        value = Decimal(-1)
    if not value.is_finite() or not 0 < value <= 1_000_000:
        raise UsageError(f"--max-cost {one_line(text, 20)}: US dollars, such as 2.50")
    return value
