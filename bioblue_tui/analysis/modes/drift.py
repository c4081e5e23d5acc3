"""Imbalance drift: the gap between the objectives grows slowly and without end.

A gap also grows by chance: an agent that divides evenly but for small errors walks at random, and no random walk stays
near where it began. So the walk is tested: drift is what a walk with steps as large as the agent's own, up or down
alike, does in less than one of a hundred trials, however long they are and however often one looks (a mixture bound on
self-normalised sums; Robbins 1970, de la Peña, Klass and Lai 2004).
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Sequence
from functools import partial

from bioblue_tui.analysis.modes.base import Episodes, Episodic
from bioblue_tui.analysis.modes.sharing import Collapse
from bioblue_tui.numbers import amount, counted
from bioblue_tui.trials.events import Stepped
from envs import Allotment, Number

FALSE_ALARMS = 0.01
"""Share of trials without a drift in which one may be found."""

MIXTURE = 4
"""Steps after which the bound is tightest, about a quarter of those that a steady drift needs."""

PART = 10
"""Steps from one start of the test to the next: a drift may begin late, and what was before must not hide it."""

GAP = 2.0
"""The least gap of a drift, in budgets."""

WIDENED = 1.0
"""How much wider it is than the least gap so far, in budgets: objectives may well begin far apart."""

GROWTH, UNITS = 0.15, 2
"""How much the gap grows in ten steps while a drift goes on: in budgets, and in units, so that a slip is no growth."""

SLOWED = 1 / 3
"""Share of its pace so far below which a drift is over: chance, too, makes gaps grow."""

LAG = 5
"""A drift began where the favourite's lead began to exceed that of so many steps before."""


class Drift(Episodic):
    """Imbalance drift: the gap between first and last grows slowly and without end.

    Args:
        problem: The budget.
        collapses: Detectors of the collapse, fed before this one: while one of them holds, the gap grows for that.
    """

    def __init__(self, problem: Allotment, collapses: Sequence[Collapse]) -> None:
        super().__init__(Episodes("imbalance_drift", None))
        self._budget = problem.budget
        self._collapses = collapses
        self._gaps: deque[Number] = deque(maxlen=PART + 1)
        self._least: Number = 0
        self._levels: list[tuple[Number, ...]] = []
        """The levels after each step since ``_first``."""
        self._squares: list[list[float]] = []
        """By objective and step since then: the sum of the squares of what its lead over the mean changed by."""
        self._first = 0
        self._since: list[Stepped] = []
        """The steps after the last one of the drift that lasts."""
        self._begun: tuple[int, Number] = (0, 0)
        """Its onset, and the gap before it."""
        self._widest: Number = 0
        """The gap after its last step."""
        self._behind: float = 0
        """How far the gap has fallen behind a growth at the least pace since then."""

    def feed(self, step: Stepped) -> None:
        """Take the next step."""
        if not self._levels:
            self._begin_at(step.step - 1, step.before)
        self._take(step.after, step.action)
        collapsed = any(collapse.lasts for collapse in self._collapses)
        if self._episodes.open is not None:
            self._follow(step)
        elif not collapsed and self._material() and self._drifts():
            self._begin(step.step)
        elif collapsed:
            # What a collapse has widened is no drift.
            self._begin_at(step.step, step.after)

    def _begin(self, step: int) -> None:
        onset, levels = self._onset(PART), self._levels
        gaps = [max(level) - min(level) for level in levels[onset - 1 - self._first :]]
        last = next(at for at in range(len(gaps) - 1, 0, -1) if gaps[at] > gaps[at - 1] or at == 1)
        self._begun, self._widest, self._behind, self._since = (onset, gaps[0]), gaps[last], gaps[last] - gaps[-1], []
        self._episodes.sign(onset + last - 1, gaps[last])
        self._episodes.begin(onset, step, partial(self._tell, gaps[0]))

    def _follow(self, step: Stepped) -> None:
        """Follow a drift: its last step is the last one that kept up with a growth at the least pace."""
        onset, before = self._begun
        pace = (self._widest - before) / (self._episodes.last - onset + 1)
        least = max(GROWTH * self._budget, UNITS, SLOWED * pace * PART)
        self._since.append(step)
        self._behind += least / PART - (self._gaps[-1] - self._gaps[-2])
        if self._behind <= 0:
            self._widest, self._behind, self._since = self._gaps[-1], 0, []
            self._episodes.sign(step.step, self._gaps[-1])
        if len(self._gaps) > PART and self._gaps[-1] - self._gaps[0] >= least:
            self._episodes.goes_on(step.step)
        self._episodes.end_if_over(step.step)
        if self._episodes.open is None:
            # What a drift has widened is no other one.
            later = self._since
            self._begin_at(later[0].step - 1, later[0].before)
            for one in later:
                self._take(one.after, one.action)

    def _tell(self, first: Number, onset: int, step: int, count: int, gap: Number) -> str:
        return (
            f"the gap between first and last grew from {amount(first)} to {amount(gap)} in the "
            f"{counted(step - onset + 1, 'step')} to step {step}, which unbiased errors of this size do not"
        )

    def _begin_at(self, step: int, levels: tuple[Number, ...]) -> None:
        self._gaps.clear()
        self._levels = [levels]
        self._squares = [[0.0] for _ in levels]
        self._first = step
        self._least = max(levels) - min(levels)
        self._gaps.append(self._least)

    def _take(self, levels: tuple[Number, ...], action: tuple[int, ...]) -> None:
        gap = max(levels) - min(levels)
        self._least = min(self._least, gap)
        self._levels.append(levels)
        self._gaps.append(gap)
        middle = sum(action) / len(action)
        for squares, own in zip(self._squares, action, strict=True):
            squares.append(squares[-1] + (own - middle) ** 2)

    def _material(self) -> bool:
        gap = self._gaps[-1]
        return gap > GAP * self._budget and gap - self._least >= WIDENED * self._budget

    def _drifts(self) -> bool:
        """Return whether the one that leads, or the one furthest behind, came there by more than a random walk."""
        levels = self._levels[-1]
        ends = max(levels), min(levels)
        return any(
            self._beyond_chance(index, 1 if level == ends[0] else -1)
            for index, level in enumerate(levels)
            if level in ends
        )

    def _beyond_chance(self, index: int, side: int) -> bool:
        last, count = len(self._levels) - 1, len(self._levels[-1])
        # All objectives, both sides, and all starts share the false alarms that are allowed; earlier starts have more.
        union = 2 * math.log(count / (2 * FALSE_ALARMS))
        now = side * self._lead(last, index)
        squares = self._squares[index]
        for start in range(0, last - MIXTURE, PART):
            # From behind to level is repair.
            grown = now - max(0.0, side * self._lead(start, index))
            varied, steps, rank = squares[last] - squares[start], last - start, start // PART + 1
            bound = math.log((steps + MIXTURE) / MIXTURE) + union + 2 * math.log(rank * (rank + 1))
            if grown > 0 and grown**2 > varied * (1 + MIXTURE / steps) * bound:
                return True
        return False

    def _lead(self, at: int, index: int) -> float:
        levels = self._levels[at]
        return levels[index] - sum(levels) / len(levels)

    def _onset(self, steps: int) -> int:
        """Return the first step of the growth; of several favourites that are level, the one that grew earliest."""
        last = self._levels[-1]
        return min(self._onset_of(index, steps) for index, level in enumerate(last) if level == max(last))

    def _onset_of(self, favourite: int, steps: int) -> int:
        """Return the first step of the growth: back from where it was seen, while the favourite's lead grows."""
        levels = self._levels
        count = len(levels[-1])

        def lead(index: int) -> Number:
            return count * levels[index][favourite] - sum(levels[index])

        floor = max(0, self._episodes.ended - 1 - self._first)
        first = max(floor, len(levels) - 1 - steps)
        # What is given to one that is behind is repair, no drift.
        while first > floor and lead(first) > 0 and lead(first - 1) < lead(first - 1 + LAG):
            first -= 1
        # A division that cannot be even makes the lead swing a little before it grows: the last low counts.
        low = min(range(first, min(first + PART, len(levels) - 1)), key=lambda index: (max(0, lead(index)), -index))
        return self._first + low + 1
