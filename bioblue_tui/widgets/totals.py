"""One line of figures about many trials: in words where there is room, otherwise in a few characters each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from rich.cells import cell_len

from bioblue_tui.widgets.lines import Line, Lines


class Total(NamedTuple):
    """A figure.

    Attributes:
        words: Its text where there is room.
        brief: Its text where there is little room; empty to leave it out.
        style: The names of its styles.
    """

    words: str
    brief: str
    style: str


class TotalsLine(Lines):
    """The figures side by side; they are shortened, beginning with the first, until all fit."""

    DEFAULT_CSS = """
    TotalsLine { height: 1; }
    """

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's word
        super().__init__(id=id)
        self._totals: Sequence[Total] = ()

    def show(self, totals: Sequence[Total]) -> None:
        """Show these figures."""
        if totals != self._totals:
            self._totals = totals
            self.redraw()

    def draw(self, width: int, height: int) -> Sequence[Line]:
        """Draw the line."""
        for shortened in range(len(self._totals) + 1):
            texts = [
                (total.brief if index < shortened else total.words, total.style)
                for index, total in enumerate(self._totals)
            ]
            line = [(f" {text} ", style) for text, style in texts if text]
            if sum(cell_len(text) for text, _ in line) <= width:
                return [line]
        return [line if self._totals else []]
