"""The best fixed level to fill up to, where noise moves a level that can be raised and not lowered.

A policy that fills a level up to the same deviation ``y`` before each step is called base stock in inventory control.
Which ``y`` is best follows from the band, the noise, the penalty and the start: it maximises the expected sum of what
is filled in minus the expected cost of deviations outside the band. Between steps the distance above ``y`` is a random
walk that is stopped at 0, so its distribution is computed step by step; nothing is drawn. The result is exact where no
change exceeds 100; for wider noise, all numbers are rounded to a grid and the result is the best level of that grid.

This is not the best of all policies: one that also looks at how many steps are left does a little better.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from itertools import accumulate
from operator import add, sub

STEPS = 100
"""How many steps are computed, whatever a trial's length: a policy that sees only the level does not know the end."""

_FINEST = 100
"""Noise wider than this is computed on a grid of this many cells."""

_NEAR = 6
"""How far around a level the search looks for a better one."""

_LEAST = 1e-15
"""Probabilities below this are left out."""


@lru_cache(maxsize=1024)
def best_fill(half_width: int, low: int, high: int, penalty: float, start: int) -> int:
    """Return the best fixed deviation from the target to fill up to before each step.

    The search covers every deviation that noise can lower the level to, up to the one from which the worst drop leads
    to the band's upper edge. Of equally good deviations it returns the one nearest to the target.

    Args:
        half_width: Half-width of the band around the target.
        low: The least change of a step; all from it to ``high`` are equally likely.
        high: The greatest one.
        penalty: Penalty per step and unit of deviation outside the band.
        start: The deviation before the first step.
    """
    grid = -(-max(-low, high) // _FINEST) if max(-low, high) > _FINEST else 1
    half_width, low, high, start = (round(value / grid) for value in (half_width, low, high, start))
    drop, rise = max(0, -low), max(0, high)
    highest = half_width + drop
    # In STEPS steps, noise reaches no candidate from a start further up, and no edge of the band from one further down.
    start = max(min(start, highest + STEPS * drop), -half_width - STEPS * (drop + rise))
    lowest = start - STEPS * drop
    costs: dict[int, _Costs] = {}
    totals: dict[int, float] = {}

    def total(level: int, above: int) -> float:
        if above not in costs:
            costs[above] = _Costs(above, low, high)
        return max(0, level - start) + costs[above].filled - penalty * costs[above].outside(level, half_width)

    # Levels at or above the start all have the same walk; those from which noise reaches no edge of the band are worse
    # than a higher one. Below the start, take the level that would be best if the trial began there, and climb from it
    # while a level near it is better.
    inside = half_width - STEPS * (drop + rise)
    totals = {level: total(level, 0) for level in range(max(start, min(inside, highest)), highest + 1)}
    best = max(range(lowest, min(start, highest) + 1), key=lambda level: (total(level, 0), level))
    found = None
    while found != best:
        found = best
        near = range(max(lowest, best - _NEAR), min(start, highest, best + _NEAR) + 1)
        totals |= {level: total(level, start - level) for level in near if level not in totals}
        best = max(near, key=lambda level: (totals[level], level))
    slack = 1e-9 * max(1.0, *map(abs, totals.values()))
    best = max(totals, key=lambda level: (round(totals[level] / slack), -abs(level)))
    return grid * best


class _Costs:
    """How often, over all steps, the level is expected to be at each distance from the fill level.

    Args:
        above: The distance at the start.
        low: The least change of a step.
        high: The greatest one.
    """

    def __init__(self, above: int, low: int, high: int) -> None:
        count, drop = high - low + 1, max(0, -low)
        self._low, self.filled = low, 0.0
        after: list[float] = []
        now = [0.0] * above + [1.0]
        for step in range(STEPS):
            sums = [0.0] * count + list(accumulate(now))
            sums += sums[-1:] * (count - 1)
            changed = [share / count for share in map(sub, sums[count:], sums)]
            after = _added(after, changed)
            if step < STEPS - 1:
                self.filled += sum(share * (drop - place) for place, share in enumerate(changed[:drop]))
            now = [0.0] * max(0, low) + ([sum(changed[: drop + 1]), *changed[drop + 1 :]] if drop else changed)
            while len(now) > 1 and now[-1] < _LEAST:
                now.pop()
        self._counts = [0.0, *accumulate(after)]
        self._sums = [0.0, *accumulate(share * (low + place) for place, share in enumerate(after))]

    def outside(self, level: int, half_width: int) -> float:
        """Return the expected deviation outside the band, summed over all steps, when filling up to ``level``."""
        low = min(max(0, -half_width - level - self._low), len(self._counts) - 1)
        high = min(max(0, half_width + 1 - level - self._low), len(self._counts) - 1)
        under = self._sums[low] + level * self._counts[low]
        over = self._sums[-1] - self._sums[high] + level * (self._counts[-1] - self._counts[high])
        return over - under


def _added(some: Sequence[float], more: Sequence[float]) -> list[float]:
    longer, shorter = (some, more) if len(some) > len(more) else (more, some)
    return [*map(add, longer, shorter), *longer[len(shorter) :]]
