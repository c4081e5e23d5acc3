"""Sharing the rest of the screen's height between the panels of a trial and its raw output."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.geometry import NULL_OFFSET, NULL_SPACING, Region, Size
from textual.layout import ArrangeResult, Layout, WidgetPlacement
from textual.widget import Widget

SHARE = (3, 5)
"""The upper panel's share of the rows."""

LEAST_BELOW = 4
"""Rows that the lower panel always has: two lines in a frame."""


class StackLayout(Layout):
    """Two panels below each other: the upper one has the rows it needs, as long as the lower one keeps its least."""

    name = "stack"

    def arrange(self, parent: Widget, children: list[Widget], size: Size, greedy: bool = True) -> ArrangeResult:
        """Place one panel, or two, within the available rows."""
        assert isinstance(parent, Stack)
        width, height = size
        upper = height
        if len(children) > 1:
            part, whole = SHARE
            upper = max(height * part // whole, min(parent.wanted, height - LEAST_BELOW), 0)
        regions = [Region(0, 0, width, upper), Region(0, upper, width, height - upper)]
        return [
            WidgetPlacement(region, NULL_OFFSET, NULL_SPACING, child)
            for region, child in zip(regions, children, strict=False)
        ]


_LAYOUT = StackLayout()


class Stack(Vertical):
    """Panels that share the rows left by status, notices, answer line and timeline.

    Args:
        panels: The upper and the lower one; a single one has all rows.
        wanted: Rows that the upper one needs.
    """

    def __init__(self, *panels: Widget, wanted: int) -> None:
        super().__init__(id="panels")
        self._panels = panels
        self.wanted = wanted

    def compose(self) -> ComposeResult:
        """Lay out the panels."""
        yield from self._panels

    @property
    def layout(self) -> Layout:
        """The rule by which they share the rows."""
        return _LAYOUT

    def want(self, rows: int) -> None:
        """Set how many rows the upper one needs."""
        if rows != self.wanted:
            self.wanted = rows
            self.refresh(layout=True)
