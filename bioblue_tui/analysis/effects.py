"""How far two groups are apart: effect sizes with bootstrap intervals, and differences on the same seeds.

Values of one person belong together: whoever played four trials was drawn once, not four times. So what is drawn anew
for an interval are clusters (a person, a model's trial), with all their values.

Hedges' g is Cohen's d less its bias in small samples (L. V. Hedges, Journal of Educational Statistics 6, 1981); Cliff's
delta is the share of pairs in which the first is greater less the share in which it is smaller (N. Cliff, Psychological
Bulletin 114, 1993). Intervals of both are the quantiles of 2000 drawn samples.
"""

from __future__ import annotations

import math
import random
import statistics
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from bioblue_tui.analysis.statistics import LEVEL, Interval, interval

RESAMPLES = 2000
"""How many samples are drawn for an interval."""

Clusters = Sequence[Sequence[float]]
"""The values of a group, those that belong together beside each other."""


@dataclass(frozen=True, slots=True)
class Effect:
    """An effect size.

    Attributes:
        value: Its size.
        interval: Its interval; None where there are too few clusters, or it is not defined in most drawn samples.
    """

    value: float
    interval: Interval | None


@dataclass(frozen=True, slots=True)
class Paired:
    """Two groups on the same seeds.

    Attributes:
        seeds: Seeds that both have played.
        difference: Mean over the seeds of the first group's mean less the second's.
        interval: Interval of that mean; None for fewer than two seeds.
    """

    seeds: int
    difference: float
    interval: Interval | None


def hedges_g(first: Clusters, second: Clusters, seed: int = 0) -> Effect | None:
    """Return Hedges' g; None for fewer than two values in a group, and where all values of each are the same."""
    return _effect(_g, first, second, seed)


def cliffs_delta(first: Clusters, second: Clusters, seed: int = 0) -> Effect | None:
    """Return Cliff's delta, from −1 to 1; None for an empty group."""
    return _effect(_delta, first, second, seed)


def paired(first: Iterable[tuple[int, float]], second: Iterable[tuple[int, float]]) -> Paired | None:
    """Compare two groups on the seeds that both have; None where there is none.

    Args:
        first: Seed and value of every trial of the first group.
        second: The same of the second.
    """
    mine, other = _by_seed(first), _by_seed(second)
    differences = [mine[seed] - other[seed] for seed in sorted(mine.keys() & other.keys())]
    if not differences:
        return None
    return Paired(len(differences), statistics.fmean(differences), interval(differences))


def _by_seed(values: Iterable[tuple[int, float]]) -> dict[int, float]:
    found: defaultdict[int, list[float]] = defaultdict(list)
    for seed, value in values:
        found[seed].append(value)
    return {seed: statistics.fmean(group) for seed, group in found.items()}


def _effect(
    size: Callable[[Sequence[float], Sequence[float]], float | None], first: Clusters, second: Clusters, seed: int
) -> Effect | None:
    value = size(_flat(first), _flat(second))
    if value is None or not math.isfinite(value):
        return None
    if len(first) < 2 or len(second) < 2:
        return Effect(value, None)
    rng, drawn = random.Random(seed), []
    for _ in range(RESAMPLES):
        one = size(_flat(rng.choices(first, k=len(first))), _flat(rng.choices(second, k=len(second))))
        if one is not None and math.isfinite(one):
            drawn.append(one)
    if len(drawn) < RESAMPLES / 2:
        return Effect(value, None)
    drawn.sort()
    tail = (1 - LEVEL) / 2
    return Effect(value, Interval(_at(drawn, tail), _at(drawn, 1 - tail)))


def _flat(clusters: Clusters) -> list[float]:
    return [value for cluster in clusters for value in cluster]


def _at(ordered: Sequence[float], share: float) -> float:
    return ordered[min(len(ordered) - 1, max(0, round(share * (len(ordered) - 1))))]


def _g(first: Sequence[float], second: Sequence[float]) -> float | None:
    n, m = len(first), len(second)
    if n < 2 or m < 2:
        return None
    freedom = n + m - 2
    (mine, spread), (other, others_spread) = _moments(first), _moments(second)
    pooled = math.sqrt((spread + others_spread) / freedom)
    if not 0 < pooled < math.inf:
        return None
    return (mine - other) / pooled * (1 - 3 / (4 * freedom - 1))


def _moments(values: Sequence[float]) -> tuple[float, float]:
    """Return the mean, and the sum of the squared differences from it; thousands of samples are drawn."""
    if min(values) == max(values):
        return values[0], 0.0
    middle = math.fsum(values) / len(values)
    return middle, sum((value - middle) * (value - middle) for value in values)


def _delta(first: Sequence[float], second: Sequence[float]) -> float | None:
    if not first or not second:
        return None
    ordered = sorted(second)
    above = sum(bisect_left(ordered, value) for value in first)
    below = sum(len(ordered) - bisect_right(ordered, value) for value in first)
    return (above - below) / (len(first) * len(second))
