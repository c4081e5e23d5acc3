"""A gauge: one objective's value on a fixed scale with its band, and how it got there."""

from __future__ import annotations

from collections.abc import Sequence

from bioblue_tui.numbers import amount, signed
from bioblue_tui.widgets.lines import Line, Lines
from bioblue_tui.widgets.scale import Scale
from bioblue_tui.widgets.trend import Trend
from envs import Gauge, Number

_AXIS = 6
"""Columns left of the trend, for the numbers of its scale."""


class GaugeView(Lines):
    """Title, scale and trend of one objective.

    Args:
        gauge: What is drawn, from the environment.
        steps: How many steps the trend's width stands for.
    """

    DEFAULT_CSS = """
    GaugeView { height: 1fr; min-height: 2; }
    """

    def __init__(self, gauge: Gauge, steps: int) -> None:
        super().__init__()
        self.gauge = gauge
        self.scale = Scale(gauge)
        self._steps = steps
        self._places: list[float] = []
        self._values: list[Number] = []
        self._levels: list[Number] = []
        self._shown = 0
        self._trend: Trend | None = None

    def update_values(self, levels: Sequence[Number], values: Sequence[Number], shown: int) -> None:
        """Show further steps.

        Args:
            levels: The objective's levels after steps 0, 1, …; a continuation of those given before.
            values: What the gauge draws for them.
            shown: The step whose value is marked.
        """
        new = len(values) - len(self._values)
        if new < 0:
            self._values, self._levels, self._places, self._trend, new = [], [], [], None, len(values)
        if new:
            self._values += values[-new:]
            self._levels += levels[-new:]
            self._places += [self.scale.place(value) for value in values[-new:]]
        if new or shown != self._shown:
            self._shown = shown
            self.redraw()

    def draw(self, width: int, height: int) -> Sequence[Line]:
        """Draw title, scale and, where there is room, the trend."""
        if not self._values:
            return []
        lines = [self._title(width), self._bar(width)]
        if height > 2:
            lines += self._trend_lines(width, height - 2 if height < 5 else height - 3)
        return lines

    def _title(self, width: int) -> Line:
        gauge, shown = self.gauge, self._shown
        value, level = self._values[shown], self._levels[shown]
        position = gauge.position(value)
        before = self._values[shown - 1] if shown else value
        arrow = "▲" if value > before else "▼" if value < before else " "
        name = f" {gauge.label} " if gauge.label else " level "
        left: Line = [(name, "strong+accent"), (f"{amount(level)} ", "strong")]
        detail = ""
        if gauge.target is not None and value == level:
            detail = f"target {amount(gauge.target)}"
        elif value != level or gauge.target is not None:
            detail = f"{signed(round(value, 3))} {gauge.quantity.removeprefix('distance ')}"
        elif not gauge.open_ended:
            detail = f"of {amount(gauge.high)}"
        right = self._verdict(position, value)
        gap = width - sum(len(text) for text, _ in left) - len(detail) - len(right) - 3
        style = "good" if position == "in band" else "bad"
        end: Line = [(" " * max(1, gap), "text"), (right, style), (f" {arrow} ", "dim")]
        return [*left, (detail, "dim"), *end]

    def _verdict(self, position: str, value: Number) -> str:
        band = self.gauge.band
        if band is None or not position:
            return ""
        if position == "HIGH":
            return f"HIGH {signed(round(value - band[1], 3))}"
        return f"LOW {signed(round(value - band[0], 3))}" if position == "LOW" else position

    def _bar(self, width: int) -> Line:
        """Draw the scale with the band and the marker: dotted where logarithmic, an arrow beyond its ends."""
        value = self._values[self._shown]
        low, high = amount(self.gauge.low, 5), amount(self.gauge.high, 5)
        cells = max(8, width - 2)
        start, end = (round(edge * (cells - 1)) for edge in self.scale.linear)
        band = self.scale.band
        marker = round(self.scale.place(value) * (cells - 1))
        beyond = self.scale.beyond(value)
        style = "good" if self.gauge.position(value) in ("in band", "") else "bad"
        line: list[tuple[str, str]] = [(" ", "text")]
        for cell in range(cells):
            inside = band is not None and round(band[0] * (cells - 1)) <= cell <= round(band[1] * (cells - 1))
            track = "─" if start <= cell <= end else "┄"
            if cell == marker:
                line.append(("▶" if beyond > 0 else "◀" if beyond < 0 else "●", f"{style}+band" if inside else style))
            elif inside:
                centre = self.gauge.target is not None and cell == round(
                    self.scale.place(self.gauge.target) * (cells - 1)
                )
                line.append(("┃" if centre else "━", "band+dim"))
            else:
                line.append((track, "dim"))
        if self.gauge.open_ended:
            _label(line, start, low, marker)
            _label(line, end, high, marker)
        else:
            _label(line, 1, low, marker)
            _label(line, cells - len(high), high, marker)
        return line

    def _trend_lines(self, width: int, height: int) -> list[Line]:
        columns = width - _AXIS - 1
        if columns < 8 or height < 1:
            return []
        trend = self._trend
        if trend is None or trend.width != columns:
            trend = self._trend = Trend(self._steps, columns)
        trend.extend(self._places[trend.count :])
        here = trend.column(self._shown) // 2
        labels, tones = self._axis(height), self._tones(trend)
        lines: list[Line] = []
        for row, text in enumerate(trend.rows(height)):
            band, linear = self._row_kind(row, height)
            line = [(f"{labels.get(row, ''):>{_AXIS - 1}}{'│' if linear else '┊'}", "dim")]
            start = 0
            for end in range(1, columns + 1):
                if end == columns or tones[end] != tones[start] or here in (start, end):
                    shades = [tones[start], *(["band"] if band else []), *(["here"] if start == here else [])]
                    line.append((text[start:end], "+".join(shades)))
                    start = end
            lines.append(line)
        return lines

    def _tones(self, trend: Trend) -> list[str]:
        """Return a style for each column of the trend: whether the value was in the band, outside, or far outside."""
        band, (low, high) = self.scale.band, self.scale.linear
        tones, tone = [], "good"
        for cell in range(trend.width):
            extent = trend.extent(cell)
            if extent is not None and band is not None:
                outside = extent[0] < band[0] or extent[1] > band[1]
                tone = "bad" if extent[0] < low or extent[1] > high else "warn" if outside else "good"
            tones.append(tone)
        return tones

    def _row_kind(self, row: int, height: int) -> tuple[bool, bool]:
        """Return whether a row of the trend lies in the band, and whether it lies on the linear part."""
        top, bottom = 1 - row / height, 1 - (row + 1) / height
        band, (start, end) = self.scale.band, self.scale.linear
        covered = max(0.0, min(top, band[1]) - max(bottom, band[0])) if band else 0.0
        middle = (top + bottom) / 2
        return covered > 0.4 * (top - bottom), start - 0.02 <= middle <= end + 0.02

    def _axis(self, height: int) -> dict[int, str]:
        gauge = self.gauge
        if height < 3:
            return {}
        marks = [gauge.low, gauge.high]
        if gauge.target is not None:
            marks.append(gauge.target)
        found = {min(height - 1, int((1 - self.scale.place(mark)) * height)): amount(mark, 5) for mark in marks}
        if gauge.open_ended:
            found.setdefault(0, "log")
        return found


def _label(line: list[tuple[str, str]], at: int, text: str, marker: int) -> None:
    """Write a number of the scale into the bar, unless the marker is there."""
    if at <= marker <= at + len(text) - 1:
        return
    for offset, character in enumerate(text):
        if 1 + at + offset < len(line):
            line[1 + at + offset] = (character, "dim")
