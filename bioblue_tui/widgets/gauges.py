"""The panel of all gauges: however many there are, each is visible or can be scrolled to."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from textual.app import ComposeResult
from textual.geometry import NULL_OFFSET, NULL_SPACING, Region, Size
from textual.layout import ArrangeResult, Layout, WidgetPlacement
from textual.widget import Widget

from bioblue_tui.widgets.gauge import GaugeView
from bioblue_tui.widgets.panel import ScrollPanel

FULL = 2
"""Rows of a gauge that shows its values and its scale."""

NARROWEST = 26
"""Least columns of a gauge next to others."""


SLIM = 18
"""Least columns of a gauge that shows only its values."""


class GaugesLayout(Layout):
    """Gauges share the rows; where each would have too few, they are in columns, or take the rows they need."""

    name = "gauges"

    def arrange(self, parent: Widget, children: list[Widget], size: Size, greedy: bool = True) -> ArrangeResult:
        """Place all gauges, of one height and down the columns."""
        gauges = [child for child in children if isinstance(child, GaugeView)]
        width, height = size
        columns = self._columns(gauges, width, height)
        rows = -(-len(gauges) // columns)
        height = max(height, rows * self._least(gauges, width // columns))
        placements = []
        for index, gauge in enumerate(gauges):
            column, row = divmod(index, rows)
            left, right = (width * edge // columns for edge in (column, column + 1))
            top, bottom = (height * edge // rows for edge in (row, row + 1))
            region = Region(left, top, right - left, bottom - top)
            placements.append(WidgetPlacement(region, NULL_OFFSET, NULL_SPACING, gauge))
        return placements

    def _columns(self, gauges: Sequence[GaugeView], width: int, height: int) -> int:
        """Return the smallest number of columns in which all are visible; side by side they keep their scale."""
        count = len(gauges)
        if count * FULL <= height and count * self._least(gauges, width) <= height:
            return 1
        for columns in (2, 1, 3):
            wide = columns == 1 or width // columns >= (NARROWEST if columns == 2 else SLIM)
            if wide and -(-count // columns) * self._least(gauges, width // columns) <= height:
                return columns
        return 1

    @staticmethod
    def _least(gauges: Sequence[GaugeView], width: int) -> int:
        return max((gauge.least(width) for gauge in gauges), default=1)


_LAYOUT = GaugesLayout()


class GaugesPanel(ScrollPanel, can_focus=False):
    """All gauges of a screen; its border names the line behind them, or how much is below.

    Args:
        gauges: One per objective.
    """

    keys = "shift+↓"

    def __init__(self, gauges: Iterable[GaugeView]) -> None:
        super().__init__(id="gauges", classes="panel")
        self.border_title = "gauges"
        self._gauges: Sequence[GaugeView] = list(gauges)

    def compose(self) -> ComposeResult:
        """Lay out the gauges."""
        yield from self._gauges

    @property
    def layout(self) -> Layout:
        """The gauges' own layout."""
        return _LAYOUT

    def name_behind(self, text: str) -> None:
        """Name the line that is drawn behind the gauges; empty for none."""
        self.otherwise = text
        self._tell_rest()
