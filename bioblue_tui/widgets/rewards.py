"""The reward panel: for every dimension this step's reward, the total and the course. Never one sum."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bioblue_envs import Dimension, Number

from bioblue_tui.formatting.numbers import amount, difference, signed, tidy
from bioblue_tui.trials.state import TrialState
from bioblue_tui.widgets.lines import Line, Lines
from bioblue_tui.widgets.step import StepPanel
from bioblue_tui.widgets.trend import blocks

_NUMBER = 12
"""Columns of a number: enough for the totals of a runaway trial without powers of ten."""

_NARROW = 8
"""The least columns of a number where four numbers are side by side."""

_COURSE = 6
"""The least columns a trend is drawn in."""


class RewardPanel(Lines):
    """Rewards of one step, and their totals up to it."""

    with_step = False
    """Whether the step is shown below, because it has no panel of its own."""

    def __init__(self, state: TrialState, steps: StepPanel, *, id: str | None = None) -> None:  # noqa: A002 - Textual's word
        super().__init__(id=id)
        self._state, self._steps = state, steps
        self.dimensions: Sequence[Dimension] = state.environment.dimensions
        """The dimensions that are shown, without those hidden from a person."""
        self._shown = 0
        self._shadow: Sequence[Mapping[str, Number]] = ()

    def show_shadow(self, totals: Sequence[Mapping[str, Number]]) -> None:
        """Compare each total with a reference: its total on the same noise, and agent − reference.

        Args:
            totals: The reference's running totals after each step on the same noise, step 0 first; may grow.
                Empty for none.
        """
        self._shadow = totals
        self.redraw()

    def show_step(self, step: int) -> None:
        """Show the rewards of a step; 0 is before the first."""
        self._shown = step
        self.redraw()

    @property
    def own_rows(self) -> int:
        """How many lines the rewards need."""
        return 1 + len(self.dimensions) if self.dimensions else 0

    @property
    def rows(self) -> int:
        """How many lines it needs."""
        return self.own_rows + (1 + self._steps.rows if self.with_step else 0)

    def draw(self, width: int, height: int) -> Sequence[Line]:
        """Draw a heading and one line per dimension, and below them the step, where it has no panel of its own."""
        lines = self._reward_lines(width) if self.dimensions else []
        if self.with_step:
            lines += [[(f" {self._steps.border_title}", "strong")], *self._steps.draw(width, self._steps.rows)]
        return lines

    def _reward_lines(self, width: int) -> list[Line]:
        dimensions = self.dimensions
        many = any(dimension.objective for dimension in dimensions)
        name = 16 if many else 14
        split = self._shown < len(self._shadow) and width >= name + 4 * _NARROW
        narrow = split and width < name + 4 * _NUMBER + _COURSE + 2
        # A total is written as in the summary, where there is room.
        columns = (
            [_NARROW, *[min(_NUMBER, (width - name - _NARROW) // 3)] * 3] if narrow else [_NUMBER] * (2 + 2 * split)
        )
        compared = ("reference", "difference") if columns[-1] > len("difference") else ("ref.", "diff.")
        titles = ("step" if narrow else "this step", "total", *compared)
        course = max(0, width - name - sum(columns) - 2)
        heading = "".join(f"{title:>{column}}" for title, column in zip(titles, columns, strict=False))
        trend = "  trend" if course >= _COURSE else ""
        lines: list[Line] = [[(f"{'':{name}}{heading}{trend}", "dim")]]
        owner = ""
        for dimension in dimensions:
            label = f"{dimension.objective or '':2}" if many else ""
            shown = label if (dimension.objective or "") != owner else " " * len(label)
            owner = dimension.objective or ""
            cells = [(shown, "strong+accent"), (f"{dimension.label:<{name - len(shown)}}", "text")]
            cells += self._numbers(dimension, columns)
            lines.append([*cells, *(self._course(dimension, course) if course >= _COURSE else ())])
        return lines

    def _numbers(self, dimension: Dimension, columns: Sequence[int]) -> list[tuple[str, str]]:
        step = self._state.recorded(self._shown)
        reward = step.rewards.get(dimension.key, 0) if step else 0
        total = step.totals.get(dimension.key, 0) if step else 0
        bad = "bad" if dimension.penalty else "good"
        first, column = columns[:2]
        cells = [
            (f"{signed(reward, first - 1) if reward else '0':>{first}}", bad if reward else "dim"),
            (f"{amount(total, column - 1):>{column}}", "strong" if total else "dim"),
        ]
        if len(columns) > 2:
            shadow = tidy(self._shadow[self._shown][dimension.key])
            mine = difference(total, shadow)
            cells.append((f"{amount(shadow, column - 1):>{column}}", "dim"))
            tone = "dim" if not mine else "bad" if mine < 0 and dimension.penalty else "text"
            cells.append((f"{signed(mine, column - 1) if mine else '0':>{column}}", tone))
        return cells

    def _course(self, dimension: Dimension, width: int) -> list[tuple[str, str]]:
        first = max(1, self._shown - width + 1)
        # Steps that a damaged record has lost are shown as 0.
        steps = [self._state.recorded(i) for i in range(first, self._shown + 1)]
        values = [done.rewards.get(dimension.key, 0) if done else 0 for done in steps]
        floats = [float(min(abs(value), 10**300)) for value in values]
        tone = "warn" if dimension.penalty else "accent"
        return [("  ", "text"), (blocks(floats, max([1.0, *floats])), tone)]
