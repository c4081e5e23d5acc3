"""What a wording can name: the facts of an environment, its state and its last rewards, as scopes."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from types import MappingProxyType

import bioblue_envs
from bioblue_envs import Environment, Facts, State, Transition

from bioblue_tui.wordings.template import Scope

VALUES: Mapping[str, str] = {
    "newline": "a line break, for a line of tags alone, which would be dropped",
    "count": "how many objectives there are",
    "objectives": "their labels: A, B",
    "objective": "an objective's label (inside {each objective}, and in the labels of rewards)",
    "taken": "the sum of the actions so far (for an objective: inside {each objective})",
    "name": "a reward's name, from the labels (inside {each reward})",
    "value": "its value in the last step (inside {each reward})",
    "consumption and so on": "a reward of the last step by its dimension, as in labels (of an objective: inside "
    "{each objective}); empty where there is none to show",
}
"""Placeholders of every environment; each environment's ``names`` explain its own."""

SWITCHES: Mapping[str, str] = {
    "rewards": "rewards are shown (in an observation: and there are some)",
    "more": "it is not the last one (inside {each …})",
    "low": "the level is below its band (inside {each objective}; no published text says so)",
    "high": "the level is above its band (the same)",
}
"""Conditions for {if …} in every environment."""


def rules(environment: Environment) -> Scope:
    """Return what can be named before the first step, in an instruction."""
    facts = environment.facts()
    shown = bool(environment.shown_dimensions)
    return _scope(environment, facts, {"rewards": shown}, [{} for _ in environment.objectives])


def news(environment: Environment, state: State, last: Transition | None, labels: Mapping[str, str]) -> Scope:
    """Return what can be named at a step, in observation, question and summary.

    Args:
        environment: The world.
        state: Its state.
        last: The step before; None before the first.
        labels: Names of reward dimensions by their keys.
    """
    facts = environment.facts(state)
    last_rewards = {} if last is None else {d.key: last.rewards[d.key] for d in environment.shown_dimensions}
    rewards = [{"name": labels[key], "value": value} for key, value in last_rewards.items()]
    # Each dimension is a placeholder that can stand anywhere; it is empty where there is no reward to show.
    mine = {
        objective or "": {
            d.label: last_rewards.get(d.key, "") for d in environment.dimensions if d.objective == objective
        }
        for objective in (None, *filter(None, environment.objectives))
    }
    each = [
        {"taken": taken, **(mine[label] if label else {})}
        for label, taken in zip(environment.objectives, state.taken, strict=True)
    ]
    scope = _scope(environment, facts, {"rewards": bool(rewards)}, each, mine[""])
    positions = map(lambda gauge, value: gauge.position(value), environment.gauges, environment.gauge_values(state))
    objectives = [
        Scope(one.values, {**one.switches, "low": position == "LOW", "high": position == "HIGH"})
        for one, position in zip(scope.loops["objective"], positions, strict=True)
    ]
    return Scope(scope.values, scope.switches, {"objective": objectives, "reward": _several(rewards)})


def label_scope(objective: str | None) -> Scope:
    """Return what can be named in the label of a reward dimension."""
    return Scope({} if objective is None else {"objective": objective})


def example(id_: str, **parameters: object) -> tuple[Environment, State, Transition]:
    """Return an environment after its first step: its words can name everything then.

    Raises:
        bioblue_envs.ParameterError: For unacceptable parameters.
    """
    environment = bioblue_envs.make(id_, **parameters)
    state = environment.initial()
    # The smallest action that does anything is legal everywhere; a reference policy's action can take long to find.
    action = (1, *(0 for _ in environment.objectives[1:]))
    last = environment.transition(state, action, environment.draw(random.Random(0)))
    return environment, last.after, last


def _scope(
    environment: Environment,
    facts: Facts,
    switches: Mapping[str, bool],
    more: Sequence[Mapping[str, object]],
    common: Mapping[str, object] = MappingProxyType({}),
) -> Scope:
    """Return the names for the whole and for each objective; a single objective's names are in both."""
    labels = environment.objectives
    values: dict[str, object] = {"newline": "\n", **facts.values, **common}
    each = [{**one, **added} for one, added in zip(facts.each, more, strict=True)]
    if labels == ("",):
        values |= each[0]
    else:
        values |= {"count": len(labels), "objectives": ", ".join(labels)}
        each = [{"objective": label, **one} for label, one in zip(labels, each, strict=True)]
    return Scope(values, {**facts.switches, **switches}, {"objective": _several(each)})


def _several(values: Sequence[Mapping[str, object]]) -> list[Scope]:
    return [Scope(one, {"more": number < len(values)}) for number, one in enumerate(values, 1)]
