"""Two groups on the same seeds, compared so that the result holds for other seeds, and for other people.

People and seeds are crossed: each person plays several seeds, and each seed is played by several people. An interval
over seeds alone covers half of what it promises, since other people would differ, too. So both are resampled, and each
resample is studentised by the sum of two variances: that of the seeds' differences and that of each person's
contribution. As for a mean, each end is the farther one of bootstrap-t and Student's t (with the degrees of freedom of
the smaller sample: with Satterthwaite's, which are more, intervals hold the mean less often than promised where few
seeds carry much of the spread). The chance differences of an agent's trials from seed to seed are part of the seeds'
variance.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bioblue_tui.analysis.intervals import FEW, FLOOR, LAWS, METHOD, Interval, draws, student, student_tail, tails

if TYPE_CHECKING:
    from bioblue_tui.analysis.intervals import Floats

Played = tuple[int, str, float]
"""A trial: its seed, who played it (empty for an agent: one agent is not a sample of agents), and its value."""


ATTAINED: Mapping[str, tuple[float, float, float, float]] = {
    "people, seeds and chance vary alike": (0.95, 0.91, 0.87, 0.82),
    "the seeds make most of the spread": (0.95, 0.90, 0.84, 0.70),
    "the single trials of an agent do": (0.95, 0.90, 0.85, 0.60),
}
"""By what varies most, the share of intervals that hold the mean for each of ``LAWS``; a benchmark measures it."""


@dataclass(frozen=True, slots=True)
class Paired:
    """Two groups on the same seeds.

    Attributes:
        seeds: Seeds that both have played.
        independent: How many of them count: those on which the same trial was played count as one.
        people: People in either group.
        difference: Mean over the independent seeds of the first group's mean minus the second's.
        interval: Interval of that mean; None where neither people nor seeds are enough, or all differences are equal.
        p: How probable a difference this large would be by chance; None where there is no interval.
        drawn: What was resampled, so what the interval holds for: ``people and seeds``, ``seeds``, ``people`` or empty.
    """

    seeds: int
    independent: int
    people: int
    difference: float
    interval: Interval | None
    p: float | None
    drawn: str

    @property
    def told(self) -> str:
        """What the interval is over, or why there is no interval, for people."""
        if self.interval is None:
            return "all equal" if self.drawn else "too few"
        return self.drawn


def described() -> str:
    """Describe the intervals of paired differences."""
    held = "; ".join(
        f"{', '.join(f'{share:.0%}' for share in told)} where {regime}" for regime, told in ATTAINED.items()
    )
    return (
        f"{METHOD}, over people and seeds, both drawn anew (where there are fewer than {FEW} people or seeds, those "
        "are taken as they are and the interval says nothing about others); p is the larger of what both give; from "
        "6 people × 5 seeds on it holds the mean by simulation at least in these shares (if "
        f"{', if '.join(LAWS)}): {held}"
    )


def holm(p_values: Sequence[float | None]) -> list[float | None]:
    """Return p values adjusted for their number (S. Holm, Scandinavian Journal of Statistics 6, 1979).

    Args:
        p_values: One for each contrast; None for a contrast without one, which does not count.
    """
    order = sorted((p, place) for place, p in enumerate(p_values) if p is not None)
    adjusted: list[float | None] = [None] * len(p_values)
    least = 0.0
    for rank, (p, place) in enumerate(order):
        least = max(least, min(1.0, p * (len(order) - rank)))
        adjusted[place] = least
    return adjusted


def paired(
    first: Iterable[Played], second: Iterable[Played], kin: Mapping[int, Hashable] | None = None
) -> Paired | None:
    """Compare two groups on the seeds that both have; None where they have none.

    Args:
        first: Every trial of the first group.
        second: Every trial of the second. A name in both groups is the same person.
        kin: For each seed the group it belongs to; seeds of a group count as one. None where all are independent.
    """
    groups = [list(first), list(second)]
    seeds = sorted({seed for seed, _, _ in groups[0]} & {seed for seed, _, _ in groups[1]})
    if not seeds:
        return None
    return _Crossed(groups, seeds, [kin[seed] if kin else seed for seed in seeds]).paired()


class _Crossed:
    """Both groups as tables of who played which seed."""

    def __init__(self, groups: Sequence[Sequence[Played]], seeds: Sequence[int], kin: Sequence[Hashable]) -> None:
        import numpy as np

        groups = [[played for played in group if played[0] in set(seeds)] for group in groups]
        names = [{who for _, who, _ in group if who} for group in groups]
        # People who play in only one group are resampled within it; if anyone plays in both, all are one sample.
        strata = [names[0] | names[1]] if names[0] & names[1] else [who for who in names if who]
        self.people = sum(map(len, strata))
        self.strata = [sorted(stratum) for stratum in strata] if all(len(s) >= FEW for s in strata) else []
        heads = list(dict.fromkeys(kin))
        # For each seed, which independent seed it belongs to: the independent ones are resampled.
        self.heads = np.array([[head == own for head in heads] for own in kin], dtype=float)
        self.drawn_seeds = len(heads) >= FEW
        rows = {who: row for row, who in enumerate(who for stratum in self.strata for who in stratum)}
        fixed = len(rows)
        self.count, self.sums = np.zeros((2, fixed + 1, len(seeds))), np.zeros((2, fixed + 1, len(seeds)))
        columns = {seed: column for column, seed in enumerate(seeds)}
        cells: defaultdict[tuple[int, int, int], list[float]] = defaultdict(list)
        for side, group in enumerate(groups):
            for seed, who, value in group:
                cells[side, rows.get(who, fixed), columns[seed]].append(value)
        for cell, values in cells.items():
            self.count[cell], self.sums[cell] = len(values), math.fsum(values)

    def paired(self) -> Paired:
        """Return the mean difference with its interval."""
        import numpy as np

        people, (seeds, independent) = self.count.shape[1] - 1, self.heads.shape
        drawn = " and ".join(["people"] * bool(self.strata) + ["seeds"] * self.drawn_seeds)
        means, by_people, by_seeds = self._measured(np.ones((1, people + 1)), np.ones((1, independent)))
        middle, variance = float(means[0]), float(by_people[0] + by_seeds[0])
        none = Paired(seeds, independent, self.people, middle, None, None, drawn)
        scale = float(np.abs(self.sums).max()) or 1.0
        if not drawn or not math.isfinite(variance) or math.sqrt(variance) <= 1e-9 * scale:
            return none
        error, freedom = math.sqrt(variance), self._freedom(float(by_people[0]), float(by_seeds[0]))
        ratios = self._ratios(middle, variance)
        low, high = tails(ratios, student(freedom))
        t = middle / error
        beyond = min(float((ratios >= t).sum()), float((ratios <= t).sum()))
        p = max(student_tail(t, freedom), min(1.0, 2 * (beyond + 1) / (len(ratios) + 1)))
        n = min([len(stratum) for stratum in self.strata] + [independent] * self.drawn_seeds)
        interval = Interval(middle - float(high) * error, middle - float(low) * error, n)
        return Paired(seeds, independent, self.people, middle, interval, p, drawn)

    def _ratios(self, middle: float, variance: float) -> Floats:
        """Return how many standard errors each resample's mean is off."""
        import numpy as np

        counts = [draws(len(stratum), stream) for stream, stratum in enumerate(self.strata, 1)]
        seeds = draws(self.heads.shape[1]) if self.drawn_seeds else None
        drawn = min(len(table) for table in [*counts, *([] if seeds is None else [seeds])])
        people = np.column_stack([*(table[:drawn] for table in counts), np.ones(drawn)])
        means, by_people, by_seeds = self._measured(
            people, np.ones((drawn, self.heads.shape[1])) if seeds is None else seeds[:drawn]
        )
        errors = np.sqrt(np.maximum(np.nan_to_num(by_people + by_seeds), FLOOR**2 * variance))
        ratios = (means - middle) / errors
        # A resample is useless if none of its people has played any of its seeds.
        return np.asarray(ratios[np.isfinite(ratios)])

    def _measured(self, people: Floats, heads: Floats) -> tuple[Floats, Floats, Floats]:
        """Return mean difference, and its variance by people and by seeds, for each resample of people and seeds."""
        import numpy as np

        with np.errstate(invalid="ignore", divide="ignore"):
            counts, sums = people @ self.count, people @ self.sums
            played = (counts > 0).all(axis=0)
            # Seeds that count as one share one weight.
            shares = played / np.maximum((played @ self.heads) @ self.heads.T, 1)
            known = (heads @ self.heads.T) * shares
            seed_means = np.where(counts > 0, sums / counts, 0)
            differences = seed_means[0] - seed_means[1]
            drawn = known.sum(axis=1)
            means = (known * differences).sum(axis=1) / drawn
            off = np.where(played, shares * (differences - means[:, None]), 0) @ self.heads
            independent = (heads * (played @ self.heads > 0)).sum(axis=1)
            by_seeds = (heads * off**2).sum(axis=1) / drawn**2 * independent / np.maximum(independent - 1, 1)
            share = np.where(counts > 0, known / drawn[:, None] / counts, 0)
            # Each person's contribution to the mean: the distance from the mean of each seed, over the seeds.
            adds = share @ self.sums.transpose(0, 2, 1) - (share * seed_means) @ self.count.transpose(0, 2, 1)
            adds = adds[0] - adds[1]
        by_people, start = np.zeros(len(people)), 0
        for stratum in self.strata:
            mine = slice(start, start + len(stratum))
            by_people += (people[:, mine] * adds[:, mine] ** 2).sum(axis=1) * len(stratum) / (len(stratum) - 1)
            start += len(stratum)
        return means, by_people, by_seeds if self.drawn_seeds else np.zeros(len(people))

    def _freedom(self, by_people: float, by_seeds: float) -> int:
        """Return the degrees of freedom: those of the smallest sample that varies."""
        least = min((len(stratum) for stratum in self.strata), default=2)
        parts = [(by_people, least), (by_seeds, len(self.heads[0]))]
        return min(size for part, size in parts if part) - 1
