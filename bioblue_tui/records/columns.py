"""The columns of the published logs, and which environment a set of columns belongs to.

This is the only module of the records that names environments: each has its own columns in the published logs.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import TypeVar, cast

from bioblue_envs import Environment
from bioblue_envs.base import labels

from bioblue_tui.trials.events import Header

MODEL, STEP, TRIAL, PROMPT = "Model name", "Step number", "Trial number", "Prompt message"
ANSWER, REASONING = "Verbatim LLM response", "Action reasoning / explanation"
REVIEW, AUTOMATED = "Review comment", "Automated review comment"
SEED, REJECTED, DETAILS, SETUP = "Seed", "Rejected answers", "Step details", "Trial setup"

COMMON = (MODEL, STEP, TRIAL, PROMPT)
"""Columns that every log has."""

ADDED = (SEED, REVIEW, AUTOMATED, REJECTED, DETAILS, SETUP)
"""Columns that this program adds after the published ones. ``Trial setup`` marks a file as ours."""

MAX_OBJECTIVES = 6

_HOMEOSTASIS = ("consumption", "undersatiation", "oversatiation")
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Layout:
    """Which column holds what, for one environment with one number of objectives.

    Attributes:
        environment: Id of the environment.
        objectives: Labels of its objectives.
        columns: The published columns in the published order, with the verbatim answer.
        action: Column of each objective's action.
        before: Column of each objective's level before the step.
        after: Column of each objective's level after it.
        rewards: Column by reward dimension.
        totals: Column by reward dimension.
        change: Column of each objective's exogenous change; empty where the environment has none.
        target: Column of each objective's target; empty where the environment has none.
        metrics: Column by name of metric, for those that have one.
        seeded: True when the trial number of a published log is the seed of its noise.
    """

    environment: str
    objectives: tuple[str, ...]
    columns: tuple[str, ...]
    action: tuple[str, ...]
    before: tuple[str, ...]
    after: tuple[str, ...]
    rewards: Mapping[str, str]
    totals: Mapping[str, str]
    change: tuple[str, ...] = ()
    target: tuple[str, ...] = ()
    metrics: Mapping[str, str] = field(default_factory=dict)
    seeded: bool = False

    @property
    def required(self) -> tuple[str, ...]:
        """The columns without which a log cannot be read."""
        return tuple(column for column in self.columns if column not in (ANSWER, REASONING))

    @property
    def own(self) -> tuple[str, ...]:
        """The columns that tell this environment from others."""
        return tuple(column for column in self.required if column not in COMMON)


def trial_condition(trial: object) -> str:
    """Return the words that keep a published log's trial number in a header's condition."""
    return f"trial {trial}"


def trial_number(header: Header) -> int:
    """Return the trial number to write into a log: that of the published log, else the seed, else 0."""
    match = re.search(r"\btrial ([0-9]{1,9})$", header.condition)
    return int(match.group(1)) if match else header.seed or 0


def targets_of(environment: Environment) -> tuple[int, ...]:
    """Return the homeostatic targets of an environment; none where it has no such parameter."""
    target = environment.parameters.get("target", [])
    return tuple(target) if isinstance(target, list) else (cast(int, target),)


def layout(environment: str, objectives: tuple[str, ...]) -> Layout:
    """Return the layout for an environment and its objectives.

    Raises:
        KeyError: When the published logs have no columns for this environment.
    """
    return _LAYOUTS[environment](objectives)


def recognise(columns: Collection[str]) -> tuple[Layout | None, tuple[str, ...]]:
    """Find the layout that a header belongs to, by its column names alone.

    Returns:
        The layout that the columns fit best, or None when no column belongs to any; and those of its required columns
        that are missing.
    """
    present = set(columns)

    def fit(candidate: Layout) -> tuple[int, int]:
        found = sum(column in present for column in candidate.own)
        return found, found - len(candidate.own)

    best = max(_candidates(), key=fit)
    if not fit(best)[0]:
        return None, ()
    return best, tuple(column for column in best.required if column not in present)


@cache
def _candidates() -> list[Layout]:
    several = [labels(count) for count in range(2, MAX_OBJECTIVES + 1)]
    found = [layout("sustainability", ("",)), layout("homeostasis", ("",))]
    return found + [
        layout(environment, names) for environment in ("multi-homeostasis", "balancing") for names in several
    ]


def _sustainability(objectives: tuple[str, ...]) -> Layout:
    action, before, after = "Amount food harvested", "Previous amount of food available", "New amount of food available"
    metric = "Instability metric"
    rewards = {"consumption": "Consumption reward", "instability": "Instability reward"}
    totals = {"consumption": "Total consumption reward", "instability": "Total instability reward"}
    mixed = [column for key in rewards for column in (rewards[key], totals[key])]
    columns = (*COMMON, ANSWER, action, REASONING, before, after, metric, *mixed)
    return Layout(
        "sustainability",
        objectives,
        columns,
        (action,),
        (before,),
        (after,),
        rewards,
        totals,
        metrics={"instability": metric},
    )


def _homeostasis(objectives: tuple[str, ...]) -> Layout:
    action, change, target = "Amount food consumed", "Random homeostatic level change", "Homeostatic target"
    before, after = "Previous homeostatic actual", "New homeostatic actual"
    rewards = {name: f"{name.capitalize()} reward" for name in _HOMEOSTASIS}
    totals = {name: f"Total {name} reward" for name in _HOMEOSTASIS}
    level = (change, target, before, after)
    columns = (*COMMON, ANSWER, action, REASONING, *level, *rewards.values(), *totals.values())
    return Layout(
        "homeostasis",
        objectives,
        columns,
        (action,),
        (before,),
        (after,),
        rewards,
        totals,
        (change,),
        (target,),
    )


def _multi(objectives: tuple[str, ...]) -> Layout:
    action = tuple(f"Amount food consumed for objective {x}" for x in objectives)
    change = tuple(f"Random homeostatic level change of objective {x}" for x in objectives)
    target = tuple(f"Homeostatic target of objective {x}" for x in objectives)
    before = tuple(f"Previous homeostatic actual of objective {x}" for x in objectives)
    after = tuple(f"New homeostatic actual of objective {x}" for x in objectives)
    rewards = {f"{name}_{x}": f"{name.capitalize()} reward {x}" for x in objectives for name in _HOMEOSTASIS}
    totals = {f"{name}_{x}": f"Total {name} reward of objective {x}" for x in objectives for name in _HOMEOSTASIS}
    levels = (*_zipped(change, target), *_zipped(before, after))
    columns = (*COMMON, ANSWER, REASONING, *action, *levels, *rewards.values(), *totals.values())
    return Layout(
        "multi-homeostasis",
        objectives,
        columns,
        action,
        before,
        after,
        rewards,
        totals,
        change,
        target,
        seeded=True,
    )


def _balancing(objectives: tuple[str, ...]) -> Layout:
    action = tuple(f"Amount resources harvested for objective {x}" for x in objectives)
    before = tuple(f"Previous total of objective {x}" for x in objectives)
    after = tuple(f"New total of objective {x}" for x in objectives)
    metric = "Imbalance metric"
    rewards = {f"harvesting_{x}": f"Harvesting reward {x}" for x in objectives}
    totals = {f"harvesting_{x}": f"Total harvesting reward of objective {x}" for x in objectives}
    common = (MODEL, TRIAL, STEP, PROMPT, ANSWER, REASONING)
    ending = ("Imbalance reward", "Total imbalance reward")
    columns = (*common, *action, *_zipped(before, after), metric, *rewards.values(), *totals.values(), *ending)
    rewards["imbalance"], totals["imbalance"] = ending
    return Layout(
        "balancing",
        objectives,
        columns,
        action,
        before,
        after,
        rewards,
        totals,
        metrics={"imbalance": metric},
    )


def _zipped(first: tuple[_T, ...], second: tuple[_T, ...]) -> tuple[_T, ...]:
    return tuple(item for pair in zip(first, second, strict=True) for item in pair)


_LAYOUTS: dict[str, Callable[[tuple[str, ...]], Layout]] = {
    "sustainability": _sustainability,
    "homeostasis": _homeostasis,
    "multi-homeostasis": _multi,
    "balancing": _balancing,
}
