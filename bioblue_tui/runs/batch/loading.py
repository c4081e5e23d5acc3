"""A batch: environments × agents × conditions × seeds, described in a TOML file that is checked when it is loaded.

``EXAMPLE`` in ``example.py`` shows and explains every key.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import bioblue_envs

from bioblue_tui.agents.base import AgentError
from bioblue_tui.analysis.sameness import instruction_digest, plain, settings_of
from bioblue_tui.formatting.text import error_line, one_line
from bioblue_tui.models.catalogue import ModelSettings, make_agent
from bioblue_tui.models.endpoint import PLACEHOLDER_KEY
from bioblue_tui.models.providers import services
from bioblue_tui.runs.batch.engine import MOST_AT_ONCE
from bioblue_tui.runs.batch.items import Item, read_agents, read_conditions, read_environments, read_words
from bioblue_tui.runs.batch.seeds import MAX_SEED, MAX_TRIALS, parse_seeds
from bioblue_tui.runs.spec_file import Source
from bioblue_tui.runs.trial_spec import STEPS, TrialSpec
from bioblue_tui.runs.values import label, number, whole
from bioblue_tui.trials.events import MAX_STEPS, Header, Planned
from bioblue_tui.trials.interventions import InterventionError, read_planned
from bioblue_tui.trials.trial import RETRY_LIMIT
from bioblue_tui.wordings.collection import default, digest_of
from bioblue_tui.wordings.wording import Wording
from bioblue_tui.wordings.words import WordingError

NEEDED = ("name", "seeds", "environments", "agents")
KEYS = (*NEEDED, "steps", "parallel", "retries", "rpm", "wording", "conditions")


@dataclass(frozen=True, slots=True)
class BatchTrial:
    """A trial of a batch.

    Attributes:
        spec: What to play.
        name: Its name for people.
        group: What names its table in addition to environment and agent.
        identity: What identifies its record.
    """

    spec: TrialSpec
    name: str
    group: str
    identity: str


@dataclass(frozen=True, slots=True)
class Batch:
    """A batch as it was loaded.

    Attributes:
        name: How its records are labelled.
        trials: All trials: setup by setup, and in each the seeds in their order.
        parallel: How many run at once.
        retries: Illegal answers to one observation before a trial pauses.
        rpm: Requests a minute at most at each provider; None for the provider's own limit.
    """

    name: str
    trials: Sequence[BatchTrial]
    parallel: int
    retries: int
    rpm: float | None

    def shard(self, index: int, count: int) -> Sequence[BatchTrial]:
        """Return every ``count``-th trial, beginning with the ``index``-th, from 1.

        The shards of a batch share no trial and together make up all of it, whatever is played already.
        """
        return self.trials[index - 1 :: count]


def load_batch(
    path: Path, data: Path | None = None, environ: Mapping[str, str] = os.environ, wording: Wording | None = None
) -> Batch:
    """Load and check a batch.

    Args:
        path: The file.
        data: The data directory, where local models are; None for the platform's.
        environ: Environment variables, for the keys that its models need; see ``with_keys``.
        wording: What agents are told where the file names no wording; None for the default wording.

    Raises:
        SpecError: When the file can't be read, or anything in it is wrong.
    """
    source = Source(path)
    values = source.values
    source.known((), values, KEYS)
    for key in NEEDED:
        if not values.get(key):
            raise source.error((), f"{key} is missing or empty; bioblue batch --example shows a whole file")
    name = source.read(("name",), values["name"], label, "a short name without a slash")
    seeds = source.read(("seeds",), values["seeds"], _seeds, 'seeds such as "1-10" or [1, 4, 7]')
    steps = _whole(source, "steps", STEPS, MAX_STEPS)
    parallel = _whole(source, "parallel", 1, MOST_AT_ONCE)
    retries = _whole(source, "retries", RETRY_LIMIT, 1000)
    rpm = source.read(("rpm",), values["rpm"], _above_0, "a number above 0") if "rpm" in values else None
    common = TrialSpec("", "", steps=steps, condition=name, wording=read_words(source, (), values) or wording)
    trials = list(_trials(source, common, seeds, data, environ))
    return Batch(name, trials, parallel, retries, rpm)


def with_keys(environ: Mapping[str, str]) -> Mapping[str, str]:
    """Return environment variables in which every provider has a key: for looking at a batch, not for playing it."""
    return {
        **{service.key_variable: PLACEHOLDER_KEY for service in services().values()},
        **{key: value for key, value in environ.items() if value.strip()},
    }


def identity_of(header: Header) -> str:
    """Return what identifies a trial's record: everything that decides what is played, and its label."""
    provider, instruction = settings_of(header), instruction_digest(header)
    words = header.wording_digest or digest_of(header.wording)
    setup = (header.environment, header.parameters, header.agent, header.model, provider, instruction, words)
    return json.dumps(plain([*setup, header.seed, header.steps, header.condition, header.schedule]), sort_keys=True)


def _trials(
    source: Source, common: TrialSpec, seeds: Sequence[int], data: Path | None, environ: Mapping[str, str]
) -> Iterator[BatchTrial]:
    environments = list(read_environments(source))
    names = [item.name for item in environments]
    agents = list(read_agents(source, names))
    conditions = list(read_conditions(source, names)) or [Item((), "")]
    setups = [
        (environment, agent, condition)
        for condition in conditions
        for environment in environments
        for agent in agents
        if not agent.environments or environment.name in agent.environments
    ]
    if len(setups) * len(seeds) > MAX_TRIALS:
        raise source.error((), f"{len(setups) * len(seeds)} trials; a batch has at most {MAX_TRIALS}")
    known: dict[str, str] = {}
    for setup in setups:
        for planned in _planned(setup, *_checked(source, setup, common, seeds[0], data, environ), seeds):
            if planned.identity in known:
                what = f"{planned.name}: what matters is the same as in {known[planned.identity]}; leave one out"
                raise source.error((), what)
            known[planned.identity] = planned.name
            yield planned


def _planned(
    setup: tuple[Item, Item, Item], header: Header, spec: TrialSpec, seeds: Sequence[int]
) -> Iterator[BatchTrial]:
    """Yield a trial for each seed in an environment with an agent under a condition."""
    where, who, condition = setup
    group = ", ".join(filter(None, (where.words, who.words, condition.name)))
    name = " ".join(filter(None, (where.title, who.title, condition.name)))
    for seed in seeds:
        identity = identity_of(replace(header, seed=seed))
        yield BatchTrial(replace(spec, seed=seed), f"{name} seed {seed}", group, identity)


def _checked(
    source: Source,
    setup: tuple[Item, Item, Item],
    common: TrialSpec,
    seed: int,
    data: Path | None,
    environ: Mapping[str, str],
) -> tuple[Header, TrialSpec]:
    """Return what the records of a setup will say, and its spec, when environment and agent can be made."""
    where, who, condition = setup
    parameters = {**where.parameters, **condition.parameters}
    settings = {**who.settings, **condition.settings}
    told = ModelSettings(**settings, explicit=frozenset(settings))  # type: ignore[arg-type]
    try:
        environment = bioblue_envs.make(where.name, **parameters)
    except bioblue_envs.ParameterError as error:
        raise source.error((condition if condition.parameters else where).way, str(error), where.name) from None
    try:
        agent = make_agent(who.name, where.name, seed, told, environ, data)
    except AgentError as error:
        raise source.error(who.way, str(error), who.name) from None
    labels = "/".join(filter(None, (common.condition, condition.name)))
    steps = condition.steps or common.steps
    # Scripted policies are told nothing, so an instruction would only make their records look different.
    instruction = (condition.instruction or who.instruction) if agent.model else ""
    spec = replace(
        common,
        environment=where.name,
        agent=who.name,
        parameters=parameters,
        steps=steps,
        settings=told,
        condition=labels,
        schedule=_schedule(source, condition, environment, steps),
        instruction=instruction,
        wording=condition.wording or common.wording,
    )
    try:
        words = (spec.wording or default()).header(environment, instruction)
    except WordingError as error:
        raise source.error((*condition.way, "wording"), str(error)) from None
    header = Header(
        where.name,
        environment.parameters,
        seed,
        steps,
        *(agent.name, agent.model, agent.provider),
        **words,
        condition=labels,
        schedule=spec.schedule,
        dynamics=environment.dynamics,
    )
    return header, spec


def _schedule(
    source: Source, condition: Item, environment: bioblue_envs.Environment, steps: int
) -> tuple[Planned, ...]:
    """Return the interventions of a condition as they are in one environment."""
    planned = []
    for written in condition.intervene:
        try:
            planned.append(read_planned(written, environment, steps))
        except InterventionError as error:
            what = f"{one_line(written, 60)}: {error_line(error, 200)} (for {environment.id})"
            raise source.error((*condition.way, "intervene"), what, written) from None
    return tuple(planned)


def _whole(source: Source, key: str, default: int, most: int) -> int:
    return source.read((key,), source.values.get(key, default), whole(1, most), f"a whole number from 1 to {most}")


def _seeds(value: object) -> Sequence[int]:
    if isinstance(value, int) and not isinstance(value, bool):
        value = [value]
    if isinstance(value, str):
        return parse_seeds(value)
    if not isinstance(value, list) or len(value) > MAX_TRIALS:
        raise ValueError
    seeds = [whole(0, MAX_SEED)(seed) for seed in value]
    if len(set(seeds)) < len(seeds):
        raise ValueError("one is there twice")
    return seeds


def _above_0(value: object) -> float:
    if not (rpm := number(value)):
        raise ValueError
    return rpm
