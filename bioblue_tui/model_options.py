"""Options for what a model is sent, how much of its past it sees, what it may cost, and planned interventions."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, TypeVar

import click

import envs
from bioblue_tui.agents.settings import ModelSettings, parse_history
from bioblue_tui.options import Complaint, guarded
from bioblue_tui.records.files import read_bytes
from bioblue_tui.session import Plan
from bioblue_tui.text import one_line
from bioblue_tui.trials.events import MAX_STEPS, Planned
from bioblue_tui.trials.interventions import HELP, InterventionError, read_intervention

Command = TypeVar("Command", bound=Callable[..., Any])

LONGEST_PROMPT = 200_000
"""Most characters of a system prompt from a file: more than any model's instruction, less than a slip of the finger."""

_SENT = ("temperature", "top_p", "max_tokens", "effort", "thinking", "history", "extra")

MODEL_OPTIONS = (*_SENT, "interventions", "system_prompt", "max_cost")
"""Names of the arguments that ``model_options`` adds to a command."""


@dataclass(frozen=True, slots=True)
class ModelChoice:
    """What the options say.

    Attributes:
        plan: The plan with all of it.
        max_cost: US dollars at most; None for no limit.
    """

    plan: Plan
    max_cost: Decimal | None = None


def max_cost_option(command: Command) -> Command:
    """Add a limit to the cost."""
    text = "Pause before more than this is spent, in all trials."
    return click.option("--max-cost", metavar="DOLLARS", help=text)(command)


def model_options(command: Command) -> Command:
    """Add what a model can be told."""
    for option in reversed(
        [
            click.option(
                "--temperature", metavar="N", help="Sampling temperature, or none to leave it out (default: 1)."
            ),
            click.option("--top-p", metavar="N", help="Nucleus sampling, or none to leave it out (default: 1)."),
            click.option("--max-tokens", metavar="N", help="Most tokens of an answer, or none (default: 100)."),
            click.option(
                "--effort", metavar="WORD", help="How hard to think, such as low or high, where a model has it."
            ),
            click.option("--thinking", metavar="N", help="Tokens to think with, where a model has it."),
            click.option(
                "--history", metavar="HOW", help="What it sees of its past: full, window:K or none (default: full)."
            ),
            click.option(
                "--system-prompt", metavar="FILE", type=click.Path(path_type=Path), help="Another instruction."
            ),
            click.option("--extra", metavar="JSON", help="More for the body of each request, a JSON object."),
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
    plan: Plan,
    *,
    base_url: str | None,
    interventions: Sequence[str],
    system_prompt: Path | None,
    max_cost: str | None,
    **given: str | None,
) -> ModelChoice:
    """Read the options of ``model_options``.

    Raises:
        Complaint: When one makes no sense.
    """
    values: dict[str, Any] = {
        name: _READ[name](text, f"--{name.replace('_', '-')}") for name, text in given.items() if text
    }
    scripted = plan.agent.partition(":")[0] not in ("openai", "anthropic", "local")
    if scripted and (values or system_prompt or max_cost):
        first = next(iter(values), "system_prompt" if system_prompt else "max_cost").replace("_", "-")
        raise Complaint(f"--{first} goes with --model")
    environment = envs.make(plan.environment, **plan.parameters)
    plan = replace(
        plan,
        settings=ModelSettings(base_url=base_url, **values, explicit=frozenset(values)),
        instruction=_instruction(system_prompt) if system_prompt else "",
        schedule=tuple(_planned(text, environment) for text in interventions),
    )
    return ModelChoice(plan, read_dollars(max_cost) if max_cost else None)


def _number(text: str, option: str) -> float | None:
    if text.strip().lower() == "none":
        return None
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value <= 1000:
        raise Complaint(f"{option} {one_line(text, 20)}: a number from 0 on, or none")
    return value


def _count(text: str, option: str) -> int | None:
    if text.strip().lower() == "none":
        return None
    if not (text.isascii() and text.isdigit() and 0 < len(text) < 9 and int(text)):
        raise Complaint(f"{option} {one_line(text, 20)}: a whole number above 0, or none")
    return int(text)


def _word(text: str, option: str) -> str | None:
    return None if text.strip().lower() == "none" else text.strip()


def _history(text: str, option: str) -> str:
    guarded(lambda: parse_history(text))
    return text


def _object(text: str, option: str) -> dict[str, object]:
    try:
        value = json.loads(text)
    except ValueError as error:
        raise Complaint(f"{option}: not valid JSON ({error})") from None
    if not isinstance(value, dict):
        raise Complaint(f'{option}: a JSON object expected, such as {{"seed": 1}}')
    return value


_READ: dict[str, Callable[[str, str], object]] = {
    "temperature": _number,
    "top_p": _number,
    "max_tokens": _count,
    "effort": _word,
    "thinking": _count,
    "history": _history,
    "extra": _object,
}


def _instruction(path: Path) -> str:
    data = guarded(lambda: read_bytes(path))
    try:
        text = data.decode("utf-8-sig").strip()
    except UnicodeDecodeError:
        raise Complaint(f"--system-prompt {one_line(str(path), 200)}: not UTF-8 text") from None
    if not text or len(text) > LONGEST_PROMPT:
        raise Complaint(f"--system-prompt {one_line(str(path), 200)}: from 1 to {LONGEST_PROMPT} characters expected")
    return text


def _planned(text: str, environment: envs.Environment) -> Planned:
    step, colon, what = text.partition(":")
    step = step.strip()
    if not colon or not (step.isascii() and step.isdigit() and 0 < len(step) < 7 and 1 <= int(step) <= MAX_STEPS):
        raise Complaint(f"--intervene {one_line(text, 60)}: write a step and what to do, such as 30:rewards off")
    try:
        return (int(step), *read_intervention(what, environment))
    except InterventionError as error:
        raise Complaint(f"--intervene {one_line(text, 60)}: {one_line(str(error), 200)}") from None


def read_dollars(text: str) -> Decimal:
    """Read an amount of US dollars.

    Raises:
        Complaint: When it is none.
    """
    try:
        value = Decimal(text.strip().removeprefix("$"))
    except InvalidOperation:
        value = Decimal(-1)
    if not value.is_finite() or not 0 < value <= 1_000_000:
        raise Complaint(f"--max-cost {one_line(text, 20)}: US dollars, such as 2.50")
    return value
