"""The directives of a lesson: their options, which are those of the command line, checked as they are read."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import bioblue_envs
import click

from bioblue_tui.agents.base import AgentError
from bioblue_tui.formatting.text import one_line
from bioblue_tui.lessons.format import Activity, Prediction, PredictionKind, WhatIf
from bioblue_tui.models.catalogue import make_agent
from bioblue_tui.models.providers import is_model
from bioblue_tui.records.collection import open_record
from bioblue_tui.records.schema import RecordError
from bioblue_tui.runs import trial_options
from bioblue_tui.runs.pause_on import modes_of
from bioblue_tui.runs.trial_options import read_parameters
from bioblue_tui.system.errors import BioBlueError
from bioblue_tui.system.paths import real_path
from bioblue_tui.trials.events import MAX_STEPS

_KINDS: dict[str, PredictionKind] = {"step": "step", "number": "number", "choice": "choice"}

RULES = [click.Option(list(names), **told) for names, told in trial_options.RULES]
"""The directives' options for an environment's parameters."""

_SET = next(option for option in RULES if option.name == "settings")
_WORLD = [
    click.Argument(["environment"]),
    click.Option(["--seed"], type=click.IntRange(0), default=1),
    click.Option(["--steps"], type=click.IntRange(1, MAX_STEPS), default=20),
    *RULES,
]
_SHOW = [
    click.Option(["--speed"], type=click.FloatRange(0, min_open=True)),
    click.Option(["--hide-agent"], is_flag=True),
    click.Option(["--pause-on", "pauses"], multiple=True),
]
_COMMANDS = {
    "play": click.Command("play", params=[*_WORLD, click.Option(["--prompt-only"], is_flag=True)]),
    "watch": click.Command("watch", params=[*_WORLD, *_SHOW, click.Option(["--agent"], required=True)]),
    "replay": click.Command("replay", params=[click.Argument(["file"], type=click.Path(path_type=Path)), *_SHOW]),
    "what-if": click.Command("what-if", params=[click.Argument(["words"], nargs=-1, required=True), _SET]),
    "lesson": click.Command("lesson", params=[click.Option(["--minutes"], type=click.IntRange(1, 600), required=True)]),
}


class DirectiveError(BioBlueError, ValueError):
    """A directive that can't be followed. The message tells the lesson's author what is wrong."""


def options_of(command: click.Command, text: str) -> dict[str, Any]:
    """Read the options of a directive as a shell would.

    Raises:
        DirectiveError: When the directive has no such options, or their values are wrong.
    """
    try:
        words = shlex.split(text)
    except ValueError as error:
        raise DirectiveError(f"quotes that do not match ({error})") from None
    try:
        # Help would end the program.
        return command.make_context(command.name, words, help_option_names=[]).params
    except click.ClickException as error:
        raise DirectiveError(one_line(error.format_message(), 300).rstrip(".")) from None


def read_minutes(text: str) -> int:
    """Return how long a lesson takes.

    Raises:
        DirectiveError: When the text does not say.
    """
    minutes: int = options_of(_COMMANDS["lesson"], text)["minutes"]
    return minutes


def read_activity(name: str, text: str, folder: Path) -> Activity:
    """Read a trial that is to be played, watched or replayed.

    Args:
        name: ``play``, ``watch`` or ``replay``.
        text: The rest of the directive.
        folder: Where the lesson's own files are.

    Raises:
        DirectiveError: When there is no such trial.
    """
    options = options_of(_COMMANDS[name], text)
    shown = {key: options.get(key) for key in ("speed", "hide_agent")}
    pauses = modes_named(options.get("pauses") or ())
    if name == "replay":
        record = record_beside(folder, options["file"])
        steps = open_record(record).header.steps
        return Activity(record=record, steps=steps, agent="", pause_on=pauses, **shown)  # type: ignore[arg-type]
    agent = options.get("agent") or "human"
    parameters = parameters_of(options["environment"], options)
    check_agent(agent, options["environment"])
    return Activity(
        agent=agent,
        environment=options["environment"],
        parameters=parameters,
        seed=options["seed"],
        steps=options["steps"],
        prompt_only=bool(options.get("prompt_only")),
        speed=options.get("speed"),
        hide_agent=bool(options.get("hide_agent")),
        pause_on=pauses,
    )


def read_what_if(text: str, activity: Activity) -> WhatIf:
    """Read an alternative rule for a trial.

    Raises:
        DirectiveError: When it changes nothing, or something that can't be changed.
    """
    options = options_of(_COMMANDS["what-if"], text)
    if not options["settings"]:
        raise DirectiveError("say what changes, such as --set hysteresis=20")
    try:
        changed = bioblue_envs.parse_settings(activity.environment, options["settings"])
        bioblue_envs.make(activity.environment, **{**activity.parameters, **changed})
    except (bioblue_envs.ParameterError, ValueError) as error:
        raise DirectiveError(str(error)) from None
    return WhatIf(" ".join(options["words"]), changed)


def read_prediction(text: str) -> Prediction:
    """Read a question whose answers the class types in.

    Raises:
        DirectiveError: When its kind is not known, or it asks nothing.
    """
    word, colon, rest = text.partition(":")
    kind = _KINDS.get(word.strip().lower())
    if kind is None or not colon:
        raise DirectiveError("write step:, number: or choice: and the question")
    question, *choices = (part.strip() for part in rest.split("|"))
    if not question:
        raise DirectiveError("the question is missing")
    if kind == "choice" and (len(choices) < 2 or not all(choices)):
        raise DirectiveError("a choice has two answers or more, each behind a |")
    if len(set(choices)) < len(choices):
        raise DirectiveError("two of its answers are the same")
    if kind != "choice" and choices:
        raise DirectiveError("only a choice: has answers to choose from")
    return Prediction(kind, question, tuple(choices))


def parameters_of(environment: str, options: dict[str, Any]) -> dict[str, object]:
    """Return an environment's parameters.

    Raises:
        DirectiveError: When the environment or the parameter is unknown, or a value is wrong.
    """
    try:
        return read_parameters(environment, options)
    except (bioblue_envs.ParameterError, ValueError) as error:
        raise DirectiveError(str(error)) from None


def check_agent(agent: str, environment: str) -> None:
    """Check that an agent can play an environment.

    Raises:
        DirectiveError: When it can't.
    """
    if is_model(agent):
        # Whether it can run depends on the computer the lesson is given on.
        return
    try:
        make_agent(agent, environment, 1)
    except AgentError as error:
        raise DirectiveError(str(error)) from None


def modes_named(names: Sequence[str]) -> frozenset[str]:
    """Read names of failure modes.

    Raises:
        DirectiveError: For an unknown name.
    """
    try:
        return frozenset(modes_of(names))
    except ValueError as error:
        raise DirectiveError(str(error)) from None


def record_beside(folder: Path, file: Path) -> Path:
    """Return a record that lies beside a lesson.

    Raises:
        DirectiveError: When it lies elsewhere, or can't be read.
    """
    # A lesson from elsewhere must not show other files of the person who opens it.
    path = real_path(folder / file)
    if not path.is_relative_to(real_path(folder)):
        raise DirectiveError("the record must lie beside the lesson, or in a folder there")
    try:
        open_record(path)
    except RecordError as error:
        raise DirectiveError(str(error)) from None
    return path
