"""Simulated samples whose true mean is known: how often do intervals hold it?"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from itertools import product

import numpy as np
from numpy.typing import NDArray

from bioblue_tui.analysis.effects import Effect
from bioblue_tui.analysis.intervals import LAWS, Interval, intervals
from bioblue_tui.analysis.paired import paired

Floats = NDArray[np.float64]

RUNAWAYS = 0.2
"""The share of trials that run away in the mixture: about what was published."""

Sizes = tuple[float, float, float, float]
"""How much people, seeds, their single trials and an agent's vary, for crossed samples."""

ALIKE: tuple[Sizes, ...] = ((1, 1, 1, 0), (1, 0, 1, 0), (0, 1, 1, 0), (0, 0, 1, 0), (1, 1, 0, 0))
SEEDS: tuple[Sizes, ...] = ((0.3, 1, 0.3, 0), (1, 3, 1, 0))
AGENT: tuple[Sizes, ...] = ((1, 0, 1, 3), (0, 0, 1, 1))
"""Where all vary alike, where seeds vary most, and where an agent does."""


def sample(law: str, rng: np.random.Generator, *shape: int) -> Floats:
    """Draw values of one of ``LAWS``."""
    match LAWS.index(law):
        case 0:
            return rng.normal(size=shape)
        case 1:
            return rng.exponential(size=shape)
        case 2:
            return rng.lognormal(size=shape)
    runaways = rng.random(size=shape) < RUNAWAYS
    return np.where(runaways, -rng.lognormal(3, 1, size=shape), rng.normal(size=shape))


def truth(law: str) -> float:
    """Return the true mean of one of ``LAWS``."""
    return (0.0, 1.0, math.exp(0.5), -RUNAWAYS * math.exp(3.5))[LAWS.index(law)]


def of_means(law: str, n: int, times: int, seed: int = 1) -> float:
    """Return how many of the intervals of the mean of ``n`` values hold it."""
    rows = sample(law, np.random.default_rng(seed), times, n)
    return held(intervals(rows.tolist()), truth(law))


def of_pairs(law: str, people: int, seeds: int, sizes: Sizes, times: int, seed: int = 1) -> float:
    """Return how many intervals hold the mean difference of people and an agent, on crossed seeds."""
    rng, found = np.random.default_rng(seed), list[Interval | None]()
    person, world, chance, agent = sizes
    for _ in range(times):
        values = person * sample(law, rng, people, 1) + world * sample(law, rng, 1, seeds)
        values = values + chance * sample(law, rng, people, seeds)
        mine = [(s, f"P{p}", float(values[p, s])) for p, s in product(range(people), range(seeds))]
        others = agent * sample(law, rng, seeds)
        pair = paired(mine, [(s, "", float(others[s])) for s in range(seeds)])
        assert pair is not None
        found.append(pair.interval)
    return held(found, (person + world + chance - agent) * truth(law))


def of_effects(
    size: Callable[[list[list[float]], list[list[float]]], Effect | None],
    true: Callable[[Floats, Floats], float],
    law: str,
    shift: float,
    n: int,
    times: int,
) -> float:
    """Return how many intervals of an effect size of two groups of ``n`` hold it."""
    rng = np.random.default_rng(1)
    known, found = true(sample(law, rng, 300_000) + shift, sample(law, rng, 300_000)), list[Interval | None]()
    for _ in range(times):
        effect = size((sample(law, rng, n, 1) + shift).tolist(), sample(law, rng, n, 1).tolist())
        found.append(effect.interval if effect else None)
    return held(found, known)


def true_g(first: Floats, second: Floats) -> float:
    """Return the size that Hedges' g estimates."""
    return float((first.mean() - second.mean()) / math.sqrt((first.var() + second.var()) / 2))


def true_delta(first: Floats, second: Floats) -> float:
    """Return the size that Cliff's delta estimates."""
    ordered = np.sort(second)
    below, up_to = np.searchsorted(ordered, first, "left"), np.searchsorted(ordered, first, "right")
    return float((below + up_to - len(ordered)).mean() / len(ordered))


def held(found: Iterable[Interval | None], true: float) -> float:
    """Return how many of the intervals that there are hold a value."""
    there = [interval for interval in found if interval]
    return sum(interval.low <= true <= interval.high for interval in there) / len(there)
