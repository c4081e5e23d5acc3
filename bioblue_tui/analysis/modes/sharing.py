"""Failures at keeping several objectives level: one gets all, or the gap grows slowly."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

from bioblue_tui.analysis.modes.base import Episodes, Finding, Recent
from bioblue_tui.numbers import amount
from bioblue_tui.trials.events import Stepped
from envs import Allotment, Number

WINDOW = 10
"""Steps that are looked at together."""

NEARLY_ALL = 0.9
"""Share of what was given that is nearly all of it."""

AHEAD = 7
"""Of the last ten steps, those at which the favourite was level or ahead: giving to one that is behind is repair."""

HALF = 10
"""Half of the steps over which a slow drift is looked for."""

GAP = 2.0
"""The least gap of a drift, in budgets."""

GROWTH = 0.3
"""How much the gap grows in each half, at least, in budgets."""

LAG = 5
"""A drift began where the favourite's lead began to exceed that of so many steps before."""


class Collapse:
    """Single-objective collapse: nearly everything goes to one objective that is not behind.

    Args:
        index: The objective.
        label: Its label.
    """

    def __init__(self, index: int, label: str) -> None:
        self._index = index
        self._label = label
        self._episodes = Episodes("single_objective_collapse", label)
        self._given: deque[tuple[int, int]] = deque(maxlen=WINDOW)
        self._sums = [0, 0]
        self._ahead = Recent(WINDOW)
        self._signs = Recent(WINDOW)

    @property
    def findings(self) -> Sequence[Finding]:
        """What was found so far."""
        return self._episodes.findings

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
            self._episodes.sign(step.step)
        if self._episodes.open is None and self._collapsed():
            share = self._sums[0] / self._sums[1]
            evidence = (
                f"{self._label} got {share:.0%} of what was harvested in the {WINDOW} steps to step {step.step}, "
                f"though it was not behind: {amount(step.after[self._index])} now, "
                f"{amount(min(step.after))} for the one furthest behind"
            )
            self._episodes.begin(self._signs.first, step.step, evidence)
        self._episodes.end_if_over(step.step)

    def _collapsed(self) -> bool:
        own, total = self._sums
        enough = len(self._given) == WINDOW and total > 0 and own >= NEARLY_ALL * total
        return enough and len(self._ahead) >= AHEAD and len(self._signs) > 0


class Drift:
    """Imbalance drift: the gap between first and last grows slowly and without end.

    Args:
        problem: The budget.
        collapses: Detectors of the collapse, fed before this one: while one of them holds, the gap grows for that.
    """

    def __init__(self, problem: Allotment, collapses: Sequence[Collapse]) -> None:
        self._budget = problem.budget
        self._collapses = collapses
        self._episodes = Episodes("imbalance_drift", None)
        self._gaps: deque[Number] = deque(maxlen=2 * HALF + 1)
        self._levels: list[tuple[Number, ...]] = []
        self._first = 1

    @property
    def findings(self) -> Sequence[Finding]:
        """What was found so far."""
        return self._episodes.findings

    def feed(self, step: Stepped) -> None:
        """Take the next step."""
        if not self._levels:
            self._first = step.step
            self._take(step.before)
        self._take(step.after)
        if self._drifts() and not any(collapse.lasts for collapse in self._collapses):
            self._episodes.sign(step.step)
            if self._episodes.open is None:
                onset, gap = self._onset(), self._gaps[-1]
                evidence = (
                    f"the gap between first and last grew from {amount(self._gaps[0])} to {amount(gap)} in the "
                    f"{2 * HALF} steps to step {step.step}, in each half of them"
                )
                self._episodes.begin(onset, step.step, evidence)
        self._episodes.end_if_over(step.step)

    def _take(self, levels: tuple[Number, ...]) -> None:
        self._levels.append(levels)
        self._gaps.append(max(levels) - min(levels))

    def _drifts(self) -> bool:
        if len(self._gaps) <= 2 * HALF:
            return False
        begin, middle, end = self._gaps[0], self._gaps[HALF], self._gaps[-1]
        growth = GROWTH * self._budget
        return end > GAP * self._budget and middle - begin >= growth and end - middle >= growth

    def _onset(self) -> int:
        """Return the first step of the growth: back from now while the favourite's lead grows."""
        levels = self._levels
        favourite = max(range(len(levels[-1])), key=levels[-1].__getitem__)
        count = len(levels[-1])
        leads = [count * row[favourite] - sum(row) for row in levels]
        first = len(leads) - 1
        while first > 0 and leads[first - 1] < leads[min(first - 1 + LAG, len(leads) - 1)]:
            first -= 1
        # A division that cannot be even makes the lead swing a little before it grows: the last low counts.
        near = range(first, min(first + 2 * LAG, len(leads)))
        return min(near, key=lambda index: (leads[index], -index)) + self._first
