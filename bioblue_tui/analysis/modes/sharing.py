"""Failures at keeping several objectives level: one gets all, or the gap grows slowly."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from functools import partial
from itertools import accumulate, pairwise

from bioblue_tui.analysis.modes.base import Episodes, Episodic, Recent
from bioblue_tui.numbers import amount, counted
from bioblue_tui.trials.events import Stepped
from envs import Allotment, Number

WINDOW = 10
"""Steps that are looked at together."""

NEARLY_ALL = 0.9
"""Share of what was given that is nearly all of it."""

AHEAD = 7
"""Of the last ten steps, those at which the favourite was level or ahead: giving to one that is behind is repair."""

PART = 10
"""Steps of one part of the time over which a drift is looked for."""

GROWTHS = ((2, 0.3, 3), (6, 0.15, 2))
"""In how many parts in a row the gap has to grow, and how much in each at least: in budgets, and in units, so that
single slips of a small budget are no growth. What grows more slowly has to grow for longer."""

GAP = 2.0
"""The least gap of a drift, in budgets."""

WIDENED = 1.0
"""How much wider it is than the least gap so far, in budgets: objectives may well begin far apart."""

BACK = 0.5
"""How far the gap may fall back between two steps of a drift, as a share of its growth."""

LAG = 5
"""A drift began where the favourite's lead began to exceed that of so many steps before."""


class Collapse(Episodic):
    """Single-objective collapse: nearly everything goes to one objective that is not behind.

    Args:
        index: The objective.
        label: Its label.
    """

    def __init__(self, index: int, label: str) -> None:
        super().__init__(Episodes("single_objective_collapse", label))
        self._index = index
        self._label = label
        self._given: deque[tuple[int, int]] = deque(maxlen=WINDOW)
        self._sums = [0, 0]
        self._ahead = Recent(WINDOW)
        self._signs = Recent(WINDOW)

    @property
    def lasts(self) -> bool:
        """True while it holds."""
        return self._episodes.open is not None

    def feed(self, step: Stepped) -> None:
        """Take the next step."""
        own, total = step.action[self._index], sum(step.action)
        if len(self._given) == WINDOW:
            self._sums = [total - part for total, part in zip(self._sums, self._given[0], strict=True)]
        self._given.append((own, total))
        self._sums = [self._sums[0] + own, self._sums[1] + total]
        ahead = step.before[self._index] * len(step.before) >= sum(step.before)
        self._ahead.add(step.step, ahead)
        sign = ahead and total > 0 and own >= NEARLY_ALL * total
        self._signs.add(step.step, sign)
        if sign:
            share = self._sums[0] / self._sums[1]
            self._episodes.sign(step.step, len(self._given), share, step.after[self._index], min(step.after))
        if self._episodes.open is None and self._collapsed():
            self._episodes.begin(self._signs.first, step.step, self._tell)
        self._episodes.end_if_over(step.step)

    def _tell(self, onset: int, step: int, count: int, steps: int, share: float, level: Number, least: Number) -> str:
        within = f"in the {steps} steps to step {step}" if steps > 1 else f"in step {step}"
        return (
            f"{self._label} got {share:.0%} of what was harvested {within}, though it was not behind: {amount(level)} "
            f"then, {amount(least)} for the one furthest behind"
        )

    def _collapsed(self) -> bool:
        own, total = self._sums
        enough = len(self._given) == WINDOW and total > 0 and own >= NEARLY_ALL * total
        return enough and len(self._ahead) >= AHEAD and len(self._signs) > 0


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
        self._gaps: deque[Number] = deque(maxlen=PART * max(parts for parts, _, _ in GROWTHS) + 1)
        self._least: Number = 0
        self._levels: list[tuple[Number, ...]] = []
        """The levels after each step since ``_first``."""
        self._first = 0

    def feed(self, step: Stepped) -> None:
        """Take the next step."""
        if not self._levels:
            self._begin_at(step.step - 1, step.before)
        self._take(step.after)
        collapsed = any(collapse.lasts for collapse in self._collapses)
        parts = self._growing()
        if parts or (self._episodes.open and self._grew(1, max(GROWTHS[0][1] * self._budget, GROWTHS[0][2]))):
            self._episodes.sign(step.step, self._gaps[-1])
        if parts and self._episodes.open is None and not collapsed:
            onset = self._onset(parts * PART)
            levels = self._levels[onset - 1 - self._first]
            self._episodes.begin(onset, step.step, partial(self._tell, max(levels) - min(levels)))
        self._episodes.end_if_over(step.step)
        if collapsed and self._episodes.open is None:
            # What a collapse has widened is no drift.
            self._begin_at(step.step, step.after)

    def _tell(self, first: Number, onset: int, step: int, count: int, gap: Number) -> str:
        return (
            f"the gap between first and last grew from {amount(first)} to {amount(gap)} in the "
            f"{counted(step - onset + 1, 'step')} to step {step}"
        )

    def _begin_at(self, step: int, levels: tuple[Number, ...]) -> None:
        self._gaps.clear()
        self._levels.clear()
        self._first = step
        self._take(levels)
        self._least = self._gaps[-1]

    def _take(self, levels: tuple[Number, ...]) -> None:
        gap = max(levels) - min(levels)
        self._least = min(self._least, gap)
        self._levels.append(levels)
        self._gaps.append(gap)

    def _growing(self) -> int:
        """Return in how many parts in a row the gap has grown to what it is; 0 where that is no drift."""
        gap = self._gaps[-1]
        if gap > GAP * self._budget and gap - self._least >= WIDENED * self._budget:
            for parts, share, units in GROWTHS:
                if self._grew(parts, max(share * self._budget, units)) and not self._swings(parts * PART):
                    return parts
        return 0

    def _grew(self, parts: int, growth: float) -> bool:
        if len(self._gaps) <= parts * PART:
            return False
        marks = [self._gaps[-1 - part * PART] for part in range(parts + 1)]
        return all(later - earlier >= growth for later, earlier in pairwise(marks))

    def _swings(self, steps: int) -> bool:
        """Return whether the gap fell back far on its way: then it comes and goes, as with long rounds."""
        gaps = list(self._gaps)[-steps - 1 :]
        fallen = max(highest - gap for gap, highest in zip(gaps, accumulate(gaps, max), strict=True))
        return fallen > BACK * (gaps[-1] - gaps[0])

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

        before = self._episodes.findings[-1].recovered if self._episodes.findings else None
        floor = max(0, (before or 0) - 1 - self._first)
        first = max(floor, len(levels) - 1 - steps)
        # What is given to one that is behind is repair, no drift.
        while first > floor and lead(first) > 0 and lead(first - 1) < lead(first - 1 + LAG):
            first -= 1
        # A division that cannot be even makes the lead swing a little before it grows: the last low counts.
        low = min(range(first, min(first + PART, len(levels) - 1)), key=lambda index: (max(0, lead(index)), -index))
        return self._first + low + 1
