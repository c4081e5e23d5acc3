"""The environments, agents and conditions of a batch's file, each checked by itself."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import bioblue_envs

from bioblue_tui.formatting.text import one_line
from bioblue_tui.models.redaction import without
from bioblue_tui.runs.settings_text import SETTINGS as MODEL_SETTINGS
from bioblue_tui.runs.settings_text import ToldError, read_instruction, read_wording
from bioblue_tui.runs.spec_file import Source
from bioblue_tui.runs.values import label, table, text, whole
from bioblue_tui.system.toml_lines import Path as Way
from bioblue_tui.trials.events import MAX_STEPS
from bioblue_tui.wordings.wording import Wording

NOT_IN_BATCHES = ("human", "replay")
"""Agents that need a person, or take their answers from one trial."""

SETTINGS: Mapping[str, tuple[Callable[[object], object], str]] = {
    "base_url": (text, 'an address such as "http://127.0.0.1:8080/v1"'),
    **{name: (setting.check, setting.in_file) for name, setting in MODEL_SETTINGS.items()},
}
"""Settings of models, by their names in ``ModelSettings``: how each is checked, and what is expected."""

PLANNED = ("steps", "intervene", "system_prompt", "wording")
"""What a condition may hold besides its name, parameters and settings: it goes into the spec of a trial."""


@dataclass(frozen=True, slots=True)
class Item:
    """An environment, an agent or a condition.

    Attributes:
        way: Where it stands in the file.
        name: Id of the environment, the agent as in ``make_agent``, or the condition's name.
        parameters: Parameters of environments that are set.
        settings: What is set for models.
        environments: Ids of those that an agent is to play; empty for all.
        steps: How many steps; None for those of the batch.
        intervene: Planned interventions as written; they are read for each environment.
        instruction: The system instruction; empty for the environment's own.
        file: Name of the instruction's file, as written.
        wording: What agents are told; None for the batch's wording.
    """

    way: Way
    name: str
    parameters: Mapping[str, object] = field(default_factory=dict)
    settings: Mapping[str, object] = field(default_factory=dict)
    environments: Sequence[str] = ()
    steps: int | None = None
    intervene: Sequence[str] = ()
    instruction: str = ""
    file: str = ""
    wording: Wording | None = None

    @property
    def words(self) -> str:
        """What is set, for people to read; the server's address is left out."""
        given = {**self.parameters, **self.settings}
        if self.file:
            given["system_prompt"] = self.file
        shown = (f"{key}={one_line(_brief(without(value)), 40)}" for key, value in given.items() if key != "base_url")
        return ", ".join(shown)

    @property
    def title(self) -> str:
        """Its name, with what is set."""
        return f"{one_line(self.name, 60)}({self.words})" if self.words else one_line(self.name, 60)


def read_environments(source: Source) -> Iterator[Item]:
    """Yield the environments.

    Raises:
        SpecError: When anything in it is wrong; the same goes for all functions here.
    """
    for way, value in source.items("environments"):
        yield read_environment(source, way, value)


def read_environment(source: Source, way: Way, value: object) -> Item:
    """Return an environment, written as its id, or as a table with id and parameters; each is checked by itself."""
    wanted = "an id or a table with an id"
    given = {"id": value} if isinstance(value, str) else source.read(way, value, table, wanted)
    if "id" not in given:
        raise source.error(way, 'an id is missing, such as id = "homeostasis"')
    name = source.read((*way, "id"), given["id"], text, "the id of an environment")
    try:
        bioblue_envs.parameters(name)
    except bioblue_envs.ParameterError as error:
        raise source.error(way, str(error), name) from None
    parameters = {key: value for key, value in given.items() if key != "id"}
    return Item(way, name, {key: read_parameter(source, way, name, key, value) for key, value in parameters.items()})


def read_agents(source: Source, environments: Sequence[str]) -> Iterator[Item]:
    """Yield the agents."""
    for way, value in source.items("agents"):
        wanted = "an agent, or a table with agent or model"
        given = {"agent": value} if isinstance(value, str) else source.read(way, value, table, wanted)
        kinds = [kind for kind in ("agent", "model") if kind in given]
        if len(kinds) != 1:
            raise source.error(way, f"{wanted} expected")
        name = source.read((*way, kinds[0]), given[kinds[0]], text, "the name of an agent")
        if name.partition(":")[0] in NOT_IN_BATCHES:
            raise source.error(way, f"{one_line(name, 40)}: a batch is played by scripted policies and models", name)
        told = (*SETTINGS, "system_prompt") if kinds[0] == "model" else ()
        source.known(way, given, [kinds[0], "environments", *told])
        only = source.read(
            (*way, "environments"),
            given.get("environments", []),
            _names(environments),
            "ids of environments of this file",
        )
        instruction, file = _instruction(source, way, given)
        yield Item(way, name, {}, _settings(source, way, given), only, instruction=instruction, file=file)


def read_conditions(source: Source, environments: Sequence[str]) -> Iterator[Item]:
    """Yield the conditions."""
    names: set[str] = set()
    for way, value in source.items("conditions"):
        given = source.read(way, value, table, "a table with a name")
        if "name" not in given:
            raise source.error(way, 'a name is missing, such as name = "hidden"')
        name = source.read((*way, "name"), given["name"], label, "a short name without a slash")
        if name in names:
            raise source.error(way, f"there are two conditions named {name}", name)
        names.add(name)
        parameters: dict[str, object] = {}
        for key, value in given.items():
            if key not in ("name", *SETTINGS, *PLANNED):
                for environment in environments:
                    parameters[key] = read_parameter(source, way, environment, key, value)
        yield Item(way, name, parameters, _settings(source, way, given), **_planned(source, way, given))


def _planned(source: Source, way: Way, given: Mapping[str, object]) -> dict[str, Any]:
    """Return the part of a condition that goes into the spec, by the names in ``Item``."""
    steps = None
    if "steps" in given:
        wanted = f"a whole number from 1 to {MAX_STEPS}"
        steps = source.read((*way, "steps"), given["steps"], whole(1, MAX_STEPS), wanted)
    wanted = 'a list such as ["30:rewards off"]'
    intervene = source.read((*way, "intervene"), given.get("intervene", []), _texts, wanted)
    instruction, file = _instruction(source, way, given)
    words = {"instruction": instruction, "file": file, "wording": read_words(source, way, given)}
    return {"steps": steps, "intervene": intervene, **words}


def read_words(source: Source, way: Way, given: Mapping[str, object]) -> Wording | None:
    """Return the wording that is named; a file is looked for beside the batch's or the study's file."""
    if "wording" not in given:
        return None
    place = (*way, "wording")
    name = source.read(place, given["wording"], text, 'the name of a wording, or of its file, such as "my.toml",')
    try:
        return read_wording(name, "the wording", source.path.parent)
    except ToldError as error:
        raise source.error(place, str(error)) from None


def _instruction(source: Source, way: Way, given: Mapping[str, object]) -> tuple[str, str]:
    """Return the system instruction, and the name of its file, which is looked for beside the batch's file."""
    if "system_prompt" not in given:
        return "", ""
    place = (*way, "system_prompt")
    name = source.read(place, given["system_prompt"], text, 'the name of a text file, such as "calm.txt",')
    try:
        return read_instruction(source.path.parent / Path(name).expanduser(), "the instruction"), name
    except ToldError as error:
        raise source.error(place, str(error)) from None


def _settings(source: Source, way: Way, given: Mapping[str, object]) -> dict[str, object]:
    return {key: source.read((*way, key), given[key], *SETTINGS[key]) for key in SETTINGS if key in given}


def read_parameter(source: Source, way: Way, environment: str, key: str, value: object) -> object:
    """Return a parameter that an environment has, with a value that it can have by itself."""
    known = {parameter.name: parameter for parameter in bioblue_envs.parameters(environment)}
    if key not in known:
        more = (*SETTINGS, *PLANNED) if way[0] == "conditions" else ()
        source.known(way, {key: value}, [*known, *more])
    try:
        return known[key].check(value)
    except bioblue_envs.ParameterError as error:
        raise source.error((*way, key), str(error)) from None


def _names(known: Sequence[str]) -> Callable[[object], list[str]]:
    def check(value: object) -> list[str]:
        if isinstance(value, list) and all(name in known for name in value):
            return value
        raise ValueError

    return check


def _texts(value: object) -> list[str]:
    if isinstance(value, list) and all(isinstance(line, str) for line in value):
        return value
    raise ValueError


def _brief(value: object) -> str:
    return value if isinstance(value, str) else "none" if value is None else json.dumps(value)
