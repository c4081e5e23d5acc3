"""The panel of all gauges: however many objectives there are, each is shown, or can be scrolled to."""

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
"""Least columns of gauges beside each other."""


class GaugesLayout(Layout):
    """Gauges share the rows; where each would have too few they stand in columns, or take what they need."""

    name = "gauges"

    def arrange(self, parent: Widget, children: list[Widget], size: Size, greedy: bool = True) -> ArrangeResult:
        """Place all gauges, of one height and down the columns."""
        gauges = [child for child in children if isinstance(child, GaugeView)]
        width, height = size
        least = max((gauge.least(width) for gauge in gauges), default=1)
        columns = self._columns(len(gauges), least, width, height)
        rows = -(-len(gauges) // columns)
        height = max(height, rows * least)
        placements = []
        for index, gauge in enumerate(gauges):
            column, row = divmod(index, rows)
            left, right = (width * edge // columns for edge in (column, column + 1))
            top, bottom = (height * edge // rows for edge in (row, row + 1))
            region = Region(left, top, right - left, bottom - top)
            placements.append(WidgetPlacement(region, NULL_OFFSET, NULL_SPACING, gauge))
        return placements

    def _columns(self, count: int, least: int, width: int, height: int) -> int:
        if least > 1 or count * FULL <= height:
            # Gauges that need several rows need all columns, too.
            return 1
        beside = 2 if width >= 2 * NARROWEST else 1
        return max(beside, -(-count // max(1, height)))


_LAYOUT = GaugesLayout()


class GaugesPanel(ScrollPanel, can_focus=False):
    """All gauges of a screen, and in its border what is drawn behind them or how much is below.

    Args:
        gauges: One per objective.
    """

    keys = "shift+↓"

    DEFAULT_CSS = """
    GaugesPanel { width: 1fr; scrollbar-size-vertical: 1; }
    """

    def __init__(self, gauges: Iterable[GaugeView]) -> None:
        super().__init__(id="gauges", classes="panel")
        self.border_title = "gauges"
        self._gauges: Sequence[GaugeView] = list(gauges)

    def compose(self) -> ComposeResult:
        """Lay out the gauges."""
        yield from self._gauges

    @property
    def layout(self) -> Layout:
        """The gauges' own rule."""
        return _LAYOUT

    def name_behind(self, text: str) -> None:
        """Say what is drawn behind the gauges; empty for nothing."""
        self.otherwise = text
        self._tell_rest()
