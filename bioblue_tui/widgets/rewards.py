"""The reward panel: every dimension by itself, this step, in total, and its course. Never one sum."""

from __future__ import annotations

from collections.abc import Sequence

from bioblue_tui.numbers import amount, signed
from bioblue_tui.trials.state import TrialState
from bioblue_tui.widgets.lines import Line, Lines
from bioblue_tui.widgets.trend import blocks
from envs import Dimension

_NUMBER = 12
"""Columns of a number: enough for the totals of a runaway trial without powers of ten."""


class RewardPanel(Lines):
    """Rewards of one step, and their totals up to it."""

    BORDER_TITLE = "rewards"

    def __init__(self, state: TrialState, *, id: str | None = None) -> None:  # noqa: A002 - Textual's word
        super().__init__(id=id, classes="panel")
        self._state = state
        self._shown = 0

    def show_step(self, step: int) -> None:
        """Show the rewards of a step; 0 is before the first."""
        self._shown = step
        self.redraw()

    def draw(self, width: int, height: int) -> Sequence[Line]:
        """Draw a heading and one line per dimension."""
        dimensions = self._state.environment.dimensions
        many = any(dimension.objective for dimension in dimensions)
        name = 16 if many else 14
        course = max(0, width - name - 2 * _NUMBER - 2)
        heading = f"{'':{name}}{'this step':>{_NUMBER}}{'total':>{_NUMBER}}  {'trend' if course > 5 else ''}"
        lines: list[Line] = [[(heading, "dim")]]
        owner = ""
        for dimension in dimensions:
            label = f"{dimension.objective or '':2}" if many else ""
            shown = label if (dimension.objective or "") != owner else " " * len(label)
            owner = dimension.objective or ""
            lines.append(self._row(dimension, shown, name, course))
        return lines

    def _row(self, dimension: Dimension, owner: str, name: int, course: int) -> Line:
        shown, state = self._shown, self._state
        step = state.recorded(shown)
        reward = step.rewards.get(dimension.key, 0) if step else 0
        total = step.totals.get(dimension.key, 0) if step else 0
        first = max(1, shown - course + 1)
        # Steps that a damaged record has lost show as none.
        steps = [state.recorded(i) for i in range(first, shown + 1)]
        values = [done.rewards.get(dimension.key, 0) if done else 0 for done in steps]
        floats = [float(min(abs(value), 10**300)) for value in values]
        bad = "bad" if dimension.penalty else "good"
        return [
            (owner, "strong+accent"),
            (f"{dimension.label:<{name - len(owner)}}", "text"),
            (f"{signed(reward, _NUMBER - 1) if reward else '0':>{_NUMBER}}", bad if reward else "dim"),
            (f"{amount(total, _NUMBER - 1):>{_NUMBER}}", "strong" if total else "dim"),
            ("  ", "text"),
            (blocks(floats, max([1.0, *floats])) if course > 5 else "", "warn" if dimension.penalty else "accent"),
        ]
