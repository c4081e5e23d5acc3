"""Imbalance drift: the gap between the objectives grows slowly and without end.

A gap also grows by chance: the totals of an agent that divides evenly with small errors are a random walk, and no
random walk stays near where it began. So the walk is tested: a drift is something that a random walk, with steps as
large as the agent's and equally often up and down, does in less than one of a hundred trials, however long they are and
however often one looks (a mixture bound on self-normalised sums; Robbins 1970, de la Peña, Klass and Lai 2004).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import partial

from bioblue_envs import Allotment, Environment, Number

from bioblue_tui.analysis.modes.base import Detector, Episodes, Episodic
from bioblue_tui.analysis.modes.sharing import Alternating, Collapse
from bioblue_tui.formatting.numbers import amount, counted
from bioblue_tui.trials.events import Stepped

MODES = {
    "imbalance_drift": "the gap between the objectives grows slowly and without end",
}
"""The modes that are found here, each with its meaning in a phrase for people."""

KIND = Allotment
"""The kind of problem that it is found in."""


FALSE_ALARMS = 0.01
"""Share of trials without a drift in which a drift may be found."""

MIXTURE = 4
"""Steps after which the bound is tightest, about a quarter of those that a steady drift needs."""

PART = 10
"""Steps from one start of the test to the next: a drift may begin late, and earlier steps must not hide it."""

GAP = 2.0
"""The least gap of a drift, in budgets."""

WIDENED = 1.0
"""How much a drift must widen the gap, in budgets: objectives may well begin far apart."""

SLOWED = 1 / 3
"""A drift is over when its pace falls below this share of its pace so far: chance, too, makes gaps grow."""

CHANCES = 12
"""How many changes of the usual size must be missing before a drift is over: slips come at random."""


class Drift(Episodic):
    """Imbalance drift: the gap between first and last grows slowly and without end.

    Args:
        problem: The budget.
        collapses: Detectors of the collapse, fed before this one: while a collapse lasts, it explains the gap's growth.
    """

    def __init__(self, problem: Allotment, collapses: Sequence[Collapse]) -> None:
        super().__init__(Episodes("imbalance_drift", None))
        self._budget = problem.budget
        self._collapses = collapses
        self._first = 0
        """The step of the lists' first entry; they have an entry for it and for each step since then."""
        self._levels: list[tuple[Number, ...]] = []
        self._gaps: list[Number] = []
        self._moved: list[Number] = []
        """The sum of the squared changes of the gap."""
        self._squares: list[list[float]] = []
        """By objective: the sum of the squared changes of its lead over the mean."""
        self._start = self._peak = 0
        """Entries of the lasting drift: the last entry before it, and its own last one."""
        self._behind: float = 0
        """How far the gap has fallen behind a growth at the least pace since then."""

    def feed(self, step: Stepped) -> None:
        """Take the next step."""
        if not self._levels:
            self._first, self._levels, self._moved = step.step - 1, [step.before], [0]
            self._gaps, self._squares = [max(step.before) - min(step.before)], [[0.0] for _ in step.before]
        self._take(step.after, step.action)
        collapsed = any(collapse.lasts for collapse in self._collapses)
        if self._episodes.open is not None:
            self._follow(step.step)
        elif not collapsed and (start := self._drifts()) is not None:
            self._begin(start, step.step)
        elif collapsed:
            # A gap that a collapse has widened is not a drift.
            self._forget(len(self._levels) - 1)

    def _begin(self, start: int, step: int) -> None:
        gaps = self._gaps
        self._start = start
        self._peak = next(at for at in range(len(gaps) - 1, start, -1) if gaps[at] > gaps[at - 1] or at == start + 1)
        self._behind = gaps[self._peak] - gaps[-1]
        self._episodes.sign(self._first + self._peak, gaps[self._peak])
        self._episodes.begin(self._first + start + 1, step, partial(self._tell, gaps[start]))

    def _follow(self, step: int) -> None:
        """Follow a drift: its last step is the last one at which the gap had grown at the least pace or faster."""
        gaps, start, peak = self._gaps, self._start, self._peak
        grown = gaps[peak] - gaps[start]
        pace, change = grown / (peak - start), (self._moved[peak] - self._moved[start]) / grown
        self._behind += SLOWED * pace - (gaps[-1] - gaps[-2])
        if self._behind <= 0:
            self._peak, self._behind = len(gaps) - 1, 0
            self._episodes.sign(step, gaps[-1])
        elif self._behind >= SLOWED * max(PART * pace, CHANCES * change):
            self._episodes.end()
            # A gap that this drift has widened must not count as another drift.
            self._forget(peak)

    def _tell(self, first: Number, onset: int, step: int, count: int, gap: Number) -> str:
        return (
            f"the gap between first and last grew from {amount(first)} to {amount(gap)} in the "
            f"{counted(step - onset + 1, 'step')} to step {step}, more than unbiased errors of this size explain"
        )

    def _take(self, levels: tuple[Number, ...], action: tuple[int, ...]) -> None:
        gap = max(levels) - min(levels)
        self._moved.append(self._moved[-1] + (gap - self._gaps[-1]) ** 2)
        self._levels.append(levels)
        self._gaps.append(gap)
        middle = sum(action) / len(action)
        for squares, own in zip(self._squares, action, strict=True):
            squares.append(squares[-1] + (own - middle) ** 2)

    def _forget(self, before: int) -> None:
        """Forget all entries before one."""
        self._first += before
        del self._levels[:before], self._gaps[:before], self._moved[:before]
        for squares in self._squares:
            del squares[:before]

    def _drifts(self) -> int | None:
        """Return where the first or the last objective began to drift by more than chance; None where neither did."""
        levels = self._levels[-1]
        ends = max(levels), min(levels)
        if ends[0] - ends[1] <= GAP * self._budget:
            return None
        sides = [(index, 1 if level == ends[0] else -1) for index, level in enumerate(levels) if level in ends]
        found = [self._likeliest(*side) for side in sides if self._beyond_chance(*side)]
        return max(found)[1] if found else None

    def _beyond_chance(self, index: int, side: int) -> bool:
        last, count = len(self._levels) - 1, len(self._levels[-1])
        # All objectives, both sides, and all starts share the allowed false alarms; earlier starts get a larger share.
        union = 2 * math.log(count / (2 * FALSE_ALARMS))
        for start in range(0, last - MIXTURE, PART):
            steps, rank = last - start, start // PART + 1
            bound = math.log((steps + MIXTURE) / MIXTURE) + union + 2 * math.log(rank * (rank + 1))
            if self._ratio(start, index, side) > (1 + MIXTURE / steps) * bound:
                return True
        return False

    def _likeliest(self, index: int, side: int) -> tuple[float, int]:
        """Return the greatest ratio of any start, and that start: of several equal ones the last."""
        return max((self._ratio(start, index, side), start) for start in range(len(self._levels) - 1))

    def _ratio(self, start: int, index: int, side: int) -> float:
        """Return the squared growth of a lead since a start, relative to the growth that chance would explain."""
        # Growth from behind up to level is repair and does not count.
        grown = side * self._lead(-1, index) - max(0.0, side * self._lead(start, index))
        varied = self._squares[index][-1] - self._squares[index][start]
        widened = self._gaps[-1] - self._gaps[start] >= WIDENED * self._budget
        return grown**2 / varied if widened and grown > 0 else 0.0

    def _lead(self, at: int, index: int) -> float:
        levels = self._levels[at]
        return levels[index] - sum(levels) / len(levels)


def detectors(environment: Environment) -> list[Detector]:
    """Return the detectors for a budget to share. The drift's knows the collapses, whose gaps are not drifts."""
    problem = environment.problem
    if not isinstance(problem, Allotment):
        return []
    collapses = [Collapse(index, label) for index, label in enumerate(environment.objectives)]
    return [*collapses, Alternating(environment.objectives), Drift(problem, collapses)]
