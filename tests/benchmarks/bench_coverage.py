"""How often intervals hold what they are to hold, by simulation: what their labels say is taken from here."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product

from bioblue_tui.analysis import paired
from bioblue_tui.analysis.effects import cliffs_delta, hedges_g
from bioblue_tui.analysis.intervals import ATTAINED, LAWS
from tests.benchmarks.report import Figure
from tests.support.coverage import AGENT, ALIKE, SEEDS, of_effects, of_means, of_pairs, true_delta, true_g

GOAL = 0.93
TIMES = 5_000
CROSSED_TIMES = 400
CROSSED = ((6, 5), (10, 5), (20, 5), (30, 5), (6, 10), (10, 10), (20, 10))
REGIMES = (ALIKE, SEEDS, AGENT)
"""What varies, in the order of ``paired.ATTAINED``."""

TOLD_OF_G = (0.90, 0.90, 0.87, 0.78)
"""What ``DESCRIBED`` says, by ``LAWS``."""

ERROR = 0.01
"""What so many samples may be off."""


def measure() -> Iterator[Figure]:
    """Draw samples whose mean is known, and count how many intervals miss it; the limit is what their label says."""
    for n, told in ATTAINED.items():
        for law, share in zip(LAWS, told, strict=True):
            yield _missed(f"mean of {n}, {law}", [of_means(law, n, TIMES)], min(GOAL, share))
    for (regime, told), several in zip(paired.ATTAINED.items(), REGIMES, strict=True):
        for (people, seeds), (law, share) in product(CROSSED, zip(LAWS, told, strict=True)):
            found = [of_pairs(law, people, seeds, sizes, CROSSED_TIMES) for sizes in several]
            yield _missed(f"{people} people × {seeds} seeds, {law}: {regime}", found, share)
    for law, share in zip(LAWS, TOLD_OF_G, strict=True):
        for n in ATTAINED:
            gs = [of_effects(hedges_g, true_g, law, shift, n, CROSSED_TIMES) for shift in (0.0, 1.0)]
            yield _missed(f"Hedges' g, two groups of {n}, {law}", gs, share)
            deltas = [of_effects(cliffs_delta, true_delta, law, shift, n, CROSSED_TIMES) for shift in (0.0, 1.0)]
            yield _missed(f"Cliff's delta, two groups of {n}, {law}", deltas, GOAL)


def _missed(name: str, held: Sequence[float], told: float) -> Figure:
    most, least = 1 - min(held), 1 - max(held)
    shown = f"{most:.1%} missed" if len(held) == 1 else f"{least:.1%} to {most:.1%} missed"
    return Figure(name, shown, f"{1 - told:.0%}", min(held) >= told - ERROR)
