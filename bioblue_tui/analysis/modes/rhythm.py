"""A rhythm within equal states: in states that look alike, an agent's own last action decides what it does next.

Such a rhythm repeats no pattern exactly, and the state may even explain most actions; but at displayed stock 3 an agent
may harvest on nine of nine even steps and on none of nineteen odd ones. The test compares only steps with equal states:
does the agent take more than usual less often after a step in which it did so? A policy that depends on the state,
random or not, does not; nor does one that changes its habit once, which makes neighbouring actions alike.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from math import comb

FALSE_ALARMS = 0.005
"""Share of trials in which chance alone may look like a rhythm."""

SPAN = 100
"""Steps that are looked at together."""

EVERY = 10
"""Steps from one look to the next."""

SWITCHES = 8
"""Least number of changes from more to less or back: fewer are not a rhythm."""


@dataclass(frozen=True, slots=True)
class Rhythm:
    """A rhythm that was found.

    Attributes:
        steps: How many steps ago it began; 0 is the last step.
        after_less: How many of the steps after one with less had more, and how many such steps there were.
        after_more: The same for steps after one with more.
    """

    steps: int
    after_less: tuple[int, int]
    after_more: tuple[int, int]


def beats_of(done: Sequence[tuple[object, int]]) -> int:
    """Return the number of steps up to the last change from more to less or back; 0 without a change."""
    more = _more(done)
    return next((at + 1 for at in range(len(more) - 1, 0, -1) if more[at] != more[at - 1]), 0)


def _more(done: Sequence[tuple[object, int]]) -> list[bool]:
    """Return for each step whether more than usual, that is than the mean, was taken."""
    usual = sum(taken for _, taken in done) / len(done)
    return [taken > usual for _, taken in done]


def rhythm_in(done: Sequence[tuple[object, int]], looks: int) -> Rhythm | None:
    """Return the rhythm in the last steps; None where chance or the state may explain them.

    Args:
        done: What was seen in each step, and how much was taken.
        looks: How often a rhythm was looked for, this time included, in all objectives together.
    """
    more = _more(done)
    if sum(a != b for a, b in pairwise(more)) < SWITCHES:
        return None
    strata: defaultdict[object, list[tuple[bool, bool]]] = defaultdict(list)
    for (seen, _), last, now in zip(done[1:], more, more[1:], strict=False):
        strata[seen].append((last, now))
    if _chance(list(strata.values())) > FALSE_ALARMS / (looks * (looks + 1)):
        return None
    pairs = [pair for pairs in strata.values() for pair in pairs]
    begun = len(more) - 1
    while begun > 0 and not (more[begun] and more[begun - 1]):
        begun -= 1
    while begun < len(more) - 2 and more[begun] == more[begun + 1]:
        begun += 1
    less, much = ([now for last, now in pairs if last is side] for side in (False, True))
    return Rhythm(len(more) - 1 - begun, (sum(less), len(less)), (sum(much), len(much)))


def _chance(strata: Sequence[Sequence[tuple[bool, bool]]]) -> float:
    """Return how likely it is by chance that more follows more this rarely, if in each state the order is random."""
    seen, spread = 0, [1.0]
    for pairs in strata:
        size, before, now = len(pairs), sum(last for last, _ in pairs), sum(now for _, now in pairs)
        seen += sum(last and now for last, now in pairs)
        spread = _sums(spread, _both(size, before, now))
    return sum(spread[: seen + 1])


@cache
def _both(size: int, before: int, now: int) -> tuple[float, ...]:
    """Return the chances that 0, 1, 2 … of ``size`` steps have both, by the hypergeometric law."""
    ways = comb(size, now)
    return tuple(
        comb(before, both) * comb(size - before, now - both) / ways if both <= now else 0.0
        for both in range(min(before, now) + 1)
    )


def _sums(one: Sequence[float], other: Sequence[float]) -> list[float]:
    found = [0.0] * (len(one) + len(other) - 1)
    for i, a in enumerate(one):
        for j, b in enumerate(other):
            found[i + j] += a * b
    return found
