"""Statistics over trials: every quantity for each trial by itself, and a mean with its interval."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from bioblue_envs import Dimension, Environment, Number
from bioblue_envs.base import mean

from bioblue_tui.analysis.figures import Figures
from bioblue_tui.analysis.intervals import Interval, alone, interval, why_none
from bioblue_tui.analysis.sameness import kin
from bioblue_tui.analysis.words import noisy
from bioblue_tui.trials.tally import UNCOUNTED

Kind = Literal["total", "difference", "metric", "rejected"]
"""A reward dimension's total; its difference to the reference policy on the same noise; a metric's mean absolute
value over the steps; the number of rejected answers."""


@dataclass(frozen=True, slots=True)
class Quantity:
    """One quantity over several trials.

    Attributes:
        kind: What it is.
        key: Key of the reward dimension, or name of the metric; empty for rejected answers.
        label: Its name for people.
        values: Its value in each trial, in the trials' order; None where it is not known.
        mean: Mean of the known values that count in means; values that belong together count as one. None without any.
        interval: Interval of the mean; None where there is none.
        why_none: Why there is no interval; empty where there is one.
    """

    kind: Kind
    key: str
    label: str
    values: tuple[Number | None, ...]
    mean: Number | None
    interval: Interval | None
    why_none: str


def quantities(environment: Environment, trials: Sequence[Figures]) -> list[Quantity]:
    """Return every quantity over trials of one environment: totals, differences, metrics, rejected answers."""
    counting = [trial for trial in trials if not trial.unaveraged]
    alike = kin([trial.trace for trial in counting])

    def add(
        kind: Kind, key: str, label: str, values: Iterable[Number | None], sign: int = 1, bound: Number = 0
    ) -> None:
        every = tuple(None if t.empty else value for t, value in zip(trials, values, strict=True))
        known, whose = known_of([value for t, value in zip(trials, every, strict=True) if not t.unaveraged], alike)
        middle = mean(alone(known, whose)) if known else None
        between, why = interval(known, whose, sign, bound), why_none(known, whose)
        found.append(Quantity(kind, key, label, every, middle, between, why))

    named = [(d, f"{d.label} {d.objective}" if d.objective else d.label) for d in environment.dimensions]
    found: list[Quantity] = []
    for dimension, label in named:
        add("total", dimension.key, label, (t.totals[dimension.key] for t in trials), *possible(dimension))
    for dimension, label in named:
        differences = (t.difference(dimension.key) for t in trials)
        add("difference", dimension.key, label, differences, *possible_difference(environment, dimension, counting))
    for name in environment.metrics:
        known = [t.metrics.get(name) for t in trials]
        values = (metric.mean_absolute if metric else None for metric in known)
        add("metric", name, f"{name.replace('_', ' ')}, mean absolute", values)
    add("rejected", "", "rejected answers", (t.tally.rejected for t in trials))
    for kind, label in UNCOUNTED.items():
        counts = [t.tally.by_kind[kind] for t in trials]
        if any(counts):
            add("rejected", kind, label, counts)
    return found


def possible(dimension: Dimension) -> tuple[int, Number]:
    """Return on which side of a bound all totals of a reward dimension must be (1 above, −1 below), and the bound."""
    return (-1 if dimension.penalty else 1), 0


def possible_difference(
    environment: Environment, dimension: Dimension, trials: Iterable[Figures]
) -> tuple[int, Number]:
    """Return the same for differences: without noise, the reference's total is the same in all trials.

    With noise its mean is not known, so nothing bounds a mean difference.
    """
    if noisy(environment):
        return 0, 0
    others = {trial.reference[dimension.key] for trial in trials if trial.reference is not None}
    sign, bound = possible(dimension)
    return (sign, bound - others.pop()) if len(others) == 1 else (0, 0)


def known_of(values: Sequence[Number | None], alike: Sequence[Hashable]) -> tuple[list[Number], list[Hashable]]:
    """Return the known values, and for each the group it belongs to."""
    pairs = [(value, whose) for value, whose in zip(values, alike, strict=True) if value is not None]
    return [value for value, _ in pairs], [whose for _, whose in pairs]
