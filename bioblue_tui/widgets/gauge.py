"""A gauge: one objective's value on a fixed scale with its band, and its course."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from bioblue_envs import Gauge, Number

from bioblue_tui.formatting.numbers import amount, signed
from bioblue_tui.widgets.lines import Line, Lines
from bioblue_tui.widgets.scale import Scale, deviation
from bioblue_tui.widgets.trend import Trend

_AXIS = 6
"""Columns left of the trend, for the numbers of its scale."""


_ACTIONS = " actions "

Cell = tuple[str, str]
"""A character with the names of its styles."""


class _Curve(NamedTuple):
    """A trend as it was last drawn, and the state it shows: versions of line and reference, height, failures."""

    of: tuple[object, ...]
    rows: list[list[Cell]]


class GaugeView(Lines):
    """Title, scale and trend of one objective.

    Args:
        gauge: The environment's gauge to draw.
        steps: How many steps the trend's width stands for.
    """

    def __init__(self, gauge: Gauge, steps: int) -> None:
        super().__init__()
        self.gauge = gauge
        self.scale = Scale(gauge)
        self._steps = steps
        self._levels: list[Number] = []
        self._values: list[Number] = []
        self._places: list[float] = []
        self._actions: list[Number | None] = []
        self._sums = [0.0]
        """Sums of the places before each step."""
        self._shown, self._known, self._reached = 0, -1, -1
        self._trend: Trend | None = None
        self._ghost: Sequence[Number] = ()
        self._ghost_places: list[float] = []
        self._ghost_trend: Trend | None = None
        self._curve: _Curve | None = None
        self._alerts: Sequence[str] = ()
        self._spans: tuple[tuple[int, int], ...] = ()
        self._track: list[tuple[str, str]] = []
        """The scale without marker and numbers, kept as long as the width stays."""

    def least(self, width: int) -> int:
        """Return the rows it needs to show its values in this width."""
        return 1

    def add(self, level: Number, value: Number, action: Number | None) -> None:
        """Take in one more step, beginning with step 0.

        Args:
            level: The objective's level after it.
            value: The value that is drawn for it.
            action: The action on the objective; None at step 0, and where a record has lost it.
        """
        self._actions.append(action)
        self._levels.append(level)
        self._values.append(value)
        place = self.scale.place(value)
        self._places.append(place)
        self._sums.append(self._sums[-1] + place)

    def show_step(self, step: int, known: int, reached: int | None = None) -> None:
        """Mark the value of a step; the trend goes up to ``known``, the last step that may be shown.

        Args:
            step: The step.
            known: The last step that may be shown.
            reached: The last step of the dim line behind; None for the same step.
        """
        reached = known if reached is None else reached
        if (step, known, reached) != (self._shown, self._known, self._reached):
            self._shown, self._known, self._reached = step, known, reached
            self.redraw()

    def show_ghost(self, values: Sequence[Number]) -> None:
        """Draw another trial's or policy's course dimly behind the trend.

        Args:
            values: The values that the gauge would show after each step, step 0 first; may grow afterwards.
        """
        self._ghost, self._ghost_places, self._ghost_trend = values, [], None
        self.redraw()

    def show_alert(self, alerts: Sequence[str], spans: tuple[tuple[int, int], ...]) -> None:
        """Show which failures hold at the step looked at, and shade the steps of all failures found.

        Args:
            alerts: Each failure that holds, in a few words.
            spans: First and last step of each failure.
        """
        if (alerts, spans) != (self._alerts, self._spans):
            self._alerts, self._spans = alerts, spans
            self.redraw()

    def draw(self, width: int, height: int) -> Sequence[Line]:
        """Draw title, scale and, where there is room, the trend."""
        if not self._values:
            return []
        lines = [self._title(width), self._bar(width)]
        if height > 2:
            lines += self._trend_lines(width, height - 2 if height < 5 else height - 3)
        if height >= 5:
            lines.append(self._acted(width))
        return lines

    def _acted(self, width: int) -> Line:
        """Write the actions up to the step looked at, as many as fit, the newest last."""
        text = latest_actions(self._actions[1 : self._shown + 1], width - len(_ACTIONS) - 1)
        before, _, last = text.rpartition(" ")
        return [(_ACTIONS, "dim"), (f"{before} " if before else "", "text"), (last, "strong")]

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
        tone = "dim"
        if self._alerts:
            room = width - sum(len(text) for text, _ in left) - len(right) - 4
            detail, tone = _fitting(self._alerts, room), "bad"
        gap = width - sum(len(text) for text, _ in left) - len(detail) - len(right) - 3
        if gap < 1:
            # The value's place is always shown.
            gap, detail = gap + len(detail), ""
        if gap < 1:
            gap, right = gap + len(right) - len(position), position
        style = "good" if position == "in band" else "bad"
        end: Line = [(" " * max(1, gap), "text"), (right, style), (f" {arrow} ", "dim")]
        return [*left, (detail, tone), *end]

    def _verdict(self, position: str, value: Number) -> str:
        return f"{position} {signed(deviation(self.gauge, value))}" if position in ("HIGH", "LOW") else position

    def _bar(self, width: int) -> Line:
        """Draw the scale with the band and the marker: dotted where logarithmic, an arrow beyond its ends."""
        value = self._values[self._shown]
        cells = max(8, width - 2)
        if len(self._track) != cells + 1:
            self._track = self._empty_bar(cells)
        line = list(self._track)
        marker = round(self.scale.place(value) * (cells - 1))
        beyond = self.scale.beyond(value)
        style = "good" if self.gauge.position(value) in ("in band", "") else "bad"
        inside = line[1 + marker][1].startswith("band")
        line[1 + marker] = ("▶" if beyond > 0 else "◀" if beyond < 0 else "●", f"{style}+band" if inside else style)
        low, high = amount(self.gauge.low, 5), amount(self.gauge.high, 5)
        start, end = (round(edge * (cells - 1)) for edge in self.scale.linear)
        _label(line, start if self.gauge.open_ended else 1, low, marker)
        _label(line, end if self.gauge.open_ended else cells - len(high), high, marker)
        return line

    def _empty_bar(self, cells: int) -> list[tuple[str, str]]:
        start, end = (round(edge * (cells - 1)) for edge in self.scale.linear)
        line = [(" ", "text"), *(("─" if start <= cell <= end else "┄", "dim") for cell in range(cells))]
        if self.scale.band is not None:
            first, last = (round(edge * (cells - 1)) for edge in self.scale.band)
            line[1 + first : 2 + last] = [("━", "band+dim")] * (last - first + 1)
            target = self.gauge.target
            centre = -1 if target is None else round(self.scale.place(target) * (cells - 1))
            if first <= centre <= last:
                line[1 + centre] = ("┃", "band+dim")
        return line

    def _trend_lines(self, width: int, height: int) -> list[Line]:
        columns = width - _AXIS - 1
        if columns < 8 or height < 1:
            return []
        trend = self._trend = self._followed(self._trend, columns, self._places, self._known)
        if self._ghost:
            new = self._ghost[len(self._ghost_places) : self._reached + 1]
            self._ghost_places += [self.scale.place(value) for value in new]
            self._ghost_trend = self._followed(self._ghost_trend, columns, self._ghost_places, self._reached)
        ghost = self._ghost_trend
        of = (id(trend), trend.version, id(ghost), ghost.version if ghost else 0, height, self._spans)
        if self._curve is None or self._curve.of != of:
            self._curve = _Curve(of, self._cells(trend, ghost, height))
        here, labels = trend.column(self._shown) // 2, self._axis(height)
        lines: list[Line] = []
        for row, cells in enumerate(self._curve.rows):
            linear = self._row_kind(row, height)[1]
            text, style = cells[here]
            axis = (f"{labels.get(row, ''):>{_AXIS - 1}}{'│' if linear else '┊'}", "dim")
            lines.append([axis, *cells[:here], (text, f"{style}+here"), *cells[here + 1 :]])
        return lines

    def _followed(self, trend: Trend | None, columns: int, places: Sequence[float], known: int) -> Trend:
        """Return a trend of this width that shows all places up to a step; a new one if the old can't continue."""
        if trend is None or trend.width != columns or trend.count > known + 1:
            trend = Trend(self._steps, columns)
        trend.extend(places[trend.count : known + 1])
        return trend

    def _cells(self, trend: Trend, ghost: Trend | None, height: int) -> list[list[Cell]]:
        """Draw the line and the reference behind it, each character with its style; the line covers the reference."""
        tones = self._tones(trend)
        alerts = {
            (self._side(first, min(last, self._known), height), cell)
            for first, last in self._spans
            if first <= self._known
            for cell in range(trend.column(first) // 2, trend.column(min(last, self._known)) // 2 + 1)
        }
        behind = ghost.rows(height) if ghost else [" " * trend.width] * height
        rows = []
        for number, (own, other) in enumerate(zip(trend.rows(height), behind, strict=True)):
            under = "+band" if self._row_kind(number, height)[0] else ""
            cells = [
                (mine, tone + under) if mine != " " else (ghostly, f"dim{under}")
                for mine, ghostly, tone in zip(own, other, tones, strict=True)
            ]
            rows.append(
                [
                    (text, f"{style}+alert" if (number, at) in alerts else style)
                    for at, (text, style) in enumerate(cells)
                ]
            )
        return rows

    def _side(self, first: int, last: int, height: int) -> int:
        """Return the row that is shaded for a failure: at the end of the scale that is nearer to the values."""
        mean = (self._sums[last + 1] - self._sums[first]) / (last + 1 - first)
        band = self.scale.band
        return 0 if mean >= (sum(band) / 2 if band else 0.5) else height - 1

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
        """Return whether a row of the trend is in the band, and whether it is in the linear part."""
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


def latest_actions(actions: Sequence[Number | None], width: int, most: int | None = None) -> str:
    """Return the last actions with blanks between them, as many as fit, the newest last; ``…`` stands for the rest."""
    words: list[str] = []
    for action in reversed(actions):
        word = "?" if action is None else amount(action, 7)
        width -= len(word) + 1
        if width < 1 or len(words) == most:
            return " ".join(["…", *reversed(words)])
        words.append(word)
    return " ".join(reversed(words))


def _fitting(alerts: Sequence[str], room: int) -> str:
    """Return all alerts where there is room, otherwise the first and the number of others."""
    whole = f"⚠ {', '.join(alerts)}"
    if len(whole) <= room:
        return whole
    more = f" +{len(alerts) - 1}" if len(alerts) > 1 else ""
    first = f"⚠ {alerts[0]}"
    return f"{first if len(first) + len(more) <= room else f'{first[: max(0, room - len(more) - 1)]}…'}{more}"


def _label(line: list[tuple[str, str]], at: int, text: str, marker: int) -> None:
    """Write a number of the scale into the bar, unless the marker is there."""
    if at <= marker <= at + len(text) - 1:
        return
    for offset, character in enumerate(text):
        if 1 + at + offset < len(line):
            line[1 + at + offset] = (character, "dim")
