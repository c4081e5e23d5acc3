"""The outcome of a lesson's trial, next to its outcomes under other rules."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest

from bioblue_envs import Dimension

from bioblue_tui.formatting.numbers import amount
from bioblue_tui.formatting.text import one_line
from bioblue_tui.lessons.outcome import Outcome
from bioblue_tui.widgets.lines import Line, Lines
from bioblue_tui.widgets.wrap import wrap

_COLUMN = 18
"""Width of an outcome, in columns."""

_LABEL = 20


class ResultTable(Lines):
    """A row for each reward dimension, a column for each outcome, and where failures began. Never one sum."""

    def __init__(self) -> None:
        super().__init__()
        self._outcomes: list[tuple[str, Outcome]] = []
        self._onsets = False

    def show_outcomes(self, outcomes: Sequence[tuple[str, Outcome]], *, onsets: bool) -> None:
        """Show outcomes.

        Args:
            outcomes: A heading for each, and the outcome.
            onsets: Whether failures may be shown.
        """
        self._outcomes, self._onsets = list(outcomes), onsets
        self.refresh(layout=True)
        self.notify_style_update()

    def draw(self, width: int, height: int) -> Sequence[Line]:
        """Draw the table; outcomes are compared at the last step that all of them have."""
        if not self._outcomes:
            return []
        column = min(_COLUMN, max(8, (width - _LABEL) // len(self._outcomes)))
        step = min(outcome.steps for _, outcome in self._outcomes)
        heads = [wrap(one_line(name, 60), column - 2) for name, _ in self._outcomes]
        lines: list[Line] = []
        for row, told in enumerate(zip_longest(*heads, fillvalue="")):
            label = "" if row else f"after step {step}"
            lines.append([(f"{label:<{_LABEL}}{''.join(f'{part:>{column}}' for part in told)}", "dim")])
        lines += [self._row(dimension, step, column) for dimension in self._dimensions()]
        if self._onsets:
            lines += self._failures(column, width)
        return lines

    def _dimensions(self) -> list[Dimension]:
        found = {dimension.key: dimension for _, outcome in self._outcomes for dimension in outcome.dimensions}
        return list(found.values())

    def _row(self, dimension: Dimension, step: int, column: int) -> Line:
        owner = f"{dimension.objective} " if dimension.objective else ""
        line: list[tuple[str, str]] = [(owner, "strong+accent"), (f"{dimension.label:<{_LABEL - len(owner)}}", "text")]
        for _, outcome in self._outcomes:
            total = outcome.total(dimension.key, step)
            text = "–" if total is None else amount(round(total, 3), column - 1)
            line.append((f"{text:>{column}}", "bad" if dimension.penalty and total else "strong"))
        return line

    def _failures(self, column: int, width: int) -> list[Line]:
        cells = [_first(outcome, column) for _, outcome in self._outcomes]
        lines: list[Line] = [[(f"{'first failure':<{_LABEL}}", "text"), *cells]]
        for name, outcome in self._outcomes:
            whose = f"{one_line(name, 40)}: " if len(self._outcomes) > 1 else ""
            told = [f"⚠ {whose}{failure}" for failure in outcome.failures]
            told += [f"{whose}flip: step {outcome.flip}"] * bool(outcome.flip)
            lines += [[(f"  {line}", "dim")] for text in told for line in wrap(text, max(10, width - 2))]
        return lines


def _first(outcome: Outcome, column: int) -> tuple[str, str]:
    """Return where the first failure began; in a trial that was left, it may be still to come."""
    if outcome.onsets:
        return f"{f'⚠ step {outcome.onsets[0][0]}':>{column}}", "bad"
    return (f"{'none yet':>{column}}", "text") if outcome.partial else (f"{'none':>{column}}", "good")
