"""Many trials at a glance: one tile each, all of them drawn by one widget.

One widget for all tiles costs a fraction of a widget for each; a tile is drawn anew only when its trial has changed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from bioblue_tui.numbers import amount
from bioblue_tui.text import one_line
from bioblue_tui.trials.state import TrialState
from bioblue_tui.widgets.lines import Line, Styled
from bioblue_tui.widgets.scale import Scale
from envs import Gauge, Number

WIDTH = 38
"""Least columns of a tile: name and step in one line, and a trend that says something."""

GAUGES = 3
"""Most objectives of a tile; of more, those furthest out of their bands are shown."""

_EIGHTHS = "▁▂▃▄▅▆▇█"
_SIGNS = {
    "waiting": ("·", "dim"),
    "running": ("▶", "good"),
    "paused": ("‖", "warn"),
    "done": ("■", "accent"),
    "failed": ("!", "bad"),
}


@dataclass(slots=True)
class Tile:
    """What a tile shows.

    Attributes:
        name: What tells the trial from the others.
        status: ``waiting``, ``running``, ``paused``, ``done`` or ``failed``.
        state: The trial, once it has begun.
        detail: What else is to be said, such as the cost so far or why it failed.
    """

    name: str
    status: str = "waiting"
    state: TrialState | None = None
    detail: str = ""

    @property
    def key(self) -> tuple[object, ...]:
        """Whatever the look of the tile depends on."""
        return (self.status, self.state.version if self.state else -1, self.detail)

    @property
    def trouble(self) -> float:
        """How far the worst objective is out of its band, in half-widths of the scale's linear part; for sorting."""
        state = self.state
        if self.status == "failed":
            return float("inf")
        if state is None:
            return -1.0
        values = state.gauge_values(state.done)
        found = [_distance(gauge, value) for gauge, value in zip(state.environment.gauges, values, strict=True)]
        return max(found, default=0.0) + 0.01 * state.rejections


def _distance(gauge: Gauge, value: Number) -> float:
    if gauge.band is None:
        return 0.0
    outside = max(gauge.band[0] - value, value - gauge.band[1], 0)
    return float(min(outside, 10**300)) / ((gauge.high - gauge.low) / 2)


class TileGrid(ScrollView, Styled, can_focus=True):
    """Tiles in as many columns as fit; one of them is chosen."""

    DEFAULT_CSS = """
    TileGrid { overflow-x: hidden; scrollbar-size-vertical: 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "choose(-1, 0)", show=False),
        Binding("right", "choose(1, 0)", show=False),
        Binding("up", "choose(0, -1)", show=False),
        Binding("down", "choose(0, 1)", show=False),
        Binding("home", "first", show=False),
        Binding("end", "last", show=False),
    ]

    class Opened(Message):
        """The chosen tile was clicked twice."""

    def __init__(self, tiles: Sequence[Tile], *, id: str | None = None) -> None:  # noqa: A002 - Textual's word
        super().__init__(id=id)
        self._tiles = list(tiles)
        self._drawn: dict[int, tuple[tuple[object, ...], list[Strip]]] = {}
        self._trends: dict[int, _TileTrend] = {}
        self._height = 0
        """Lines of a tile as the tiles are arranged now."""
        self.chosen = 0
        """Index of the chosen tile."""

    @property
    def chosen_tile(self) -> Tile | None:
        """The chosen tile, or None where there is none."""
        return self._tiles[self.chosen] if self.chosen < len(self._tiles) else None

    @property
    def tile_height(self) -> int:
        """Lines of a tile: a heading, a line for each gauge, and one for what else is to be said."""
        most = max((len(t.state.environment.gauges) for t in self._tiles if t.state), default=1)
        return 2 + min(GAUGES, most)

    @property
    def columns(self) -> int:
        """How many tiles lie beside each other."""
        return max(1, self.scrollable_content_region.width // WIDTH)

    def show(self, tiles: Sequence[Tile]) -> None:
        """Show these tiles, drawing anew only what has changed."""
        moved = len(tiles) != len(self._tiles) or any(a is not b for a, b in zip(tiles, self._tiles, strict=True))
        if moved:
            chosen = self._tiles[self.chosen] if self.chosen < len(self._tiles) else None
            self._tiles = list(tiles)
            # The same trial stays chosen wherever it has gone.
            self.chosen = next((i for i, tile in enumerate(self._tiles) if tile is chosen), 0)
        if moved or self._height != self.tile_height:
            self._fit()
            return
        for index, tile in enumerate(self._tiles):
            if id(tile) not in self._drawn or self._drawn[id(tile)][0][3:] != tile.key:
                self.refresh(self._region(index))

    def _fit(self) -> None:
        self._height = self.tile_height
        rows = -(-len(self._tiles) // self.columns)
        self.virtual_size = Size(self.scrollable_content_region.width, rows * self.tile_height)
        self.refresh()

    def on_resize(self) -> None:
        """Arrange the tiles anew."""
        self._fit()

    def notify_style_update(self) -> None:
        """Draw all anew when theme or classes change."""
        super().notify_style_update()
        self._drawn.clear()

    def _region(self, index: int) -> Region:
        row, column = divmod(index, self.columns)
        width = self.scrollable_content_region.width // self.columns
        y = row * self.tile_height - self.scroll_offset.y
        return Region(column * width, y, width, self.tile_height)

    def render_line(self, y: int) -> Strip:
        """Return one line of all tiles that lie in it (Textual's Line API)."""
        total = self.scrollable_content_region.width
        columns, width = self.columns, total // self.columns
        row, line = divmod(y + self.scroll_offset.y, self.tile_height)
        first = row * columns
        strips = [self._strips(index, width)[line] for index in range(first, min(first + columns, len(self._tiles)))]
        return Strip.join(strips).adjust_cell_length(total, self.part_style())

    def _strips(self, index: int, width: int) -> list[Strip]:
        tile, chosen = self._tiles[index], index == self.chosen and self.has_focus
        key = (width, self.tile_height, chosen, *tile.key)
        known = self._drawn.get(id(tile))
        if known is None or known[0] != key:
            drawn = enumerate(self._draw(tile, width))
            lines = [self.strip(line, width, "here" if chosen and not number else "") for number, line in drawn]
            blank = Strip.blank(width, self.part_style())
            known = (key, [*lines, *[blank] * (self.tile_height - len(lines))])
            self._drawn[id(tile)] = known
        return known[1]

    def _draw(self, tile: Tile, width: int) -> list[Line]:
        sign, style = _SIGNS.get(tile.status, ("?", "dim"))
        state = tile.state
        where = f"{state.done}/{state.header.steps}" if state else ""
        rejected = f" ✗{state.rejections}" if state and state.rejections else ""
        right = f"{rejected} {where} "
        room = width - len(right) - 3
        name = one_line(tile.name, room)[:room]
        heading = [
            (f" {sign} ", style),
            (f"{name:<{room}}", "strong"),
            (rejected, "warn"),
            (f" {where} ", "text"),
        ]
        lines = [heading, *(self._gauges(tile, state, width) if state else [])]
        if tile.detail:
            lines.append([(f"   {one_line(tile.detail, width)[: width - 4]}", "warn")])
        return lines

    def _gauges(self, tile: Tile, state: TrialState, width: int) -> list[Line]:
        trend = self._trends.get(id(tile))
        columns = max(6, width - 20)
        if trend is None or trend.columns != columns:
            trend = self._trends[id(tile)] = _TileTrend(state, columns)
        trend.update()
        values = state.gauge_values(state.done)
        gauges = list(enumerate(state.environment.gauges))
        if len(gauges) > GAUGES:
            worst = sorted(gauges, key=lambda pair: -_distance(pair[1], values[pair[0]]))[:GAUGES]
            gauges = sorted(worst, key=lambda pair: pair[0])
        lines: list[Line] = []
        levels = state.levels
        for index, gauge in gauges:
            position = gauge.position(values[index])
            tone = "good" if position in ("in band", "") else "bad"
            said = {"in band": "ok", "": ""}.get(position, position)
            label = f" {gauge.label or ' ':1} {amount(levels[index], 8):>8} {said:<4} "
            lines.append([(label[:3], "accent"), (label[3:12], "strong"), (label[12:], tone), *trend.line(index)])
        return lines

    def watch_has_focus(self, value: bool) -> None:
        """Show the choice only while keys come here."""
        super().watch_has_focus(value)
        self.refresh()

    def action_choose(self, across: int, down: int) -> None:
        """Move the choice."""
        self._choose(self.chosen + across + down * self.columns)

    def action_first(self) -> None:
        """Choose the first tile."""
        self._choose(0)

    def action_last(self) -> None:
        """Choose the last tile."""
        self._choose(len(self._tiles) - 1)

    def _choose(self, index: int) -> None:
        if 0 <= index < len(self._tiles) and index != self.chosen:
            self.chosen = index
            row = index // self.columns
            self.scroll_to_region(Region(0, row * self.tile_height, 1, self.tile_height), animate=False)
            self.refresh()

    def on_click(self, event: events.Click) -> None:
        """Choose the tile under the pointer; the second click opens it."""
        width = max(1, self.scrollable_content_region.width // self.columns)
        row = (event.y + self.scroll_offset.y) // self.tile_height
        index = row * self.columns + min(self.columns - 1, event.x // width)
        if index < len(self._tiles):
            self._choose(index)
            if event.chain > 1:
                self.post_message(self.Opened())


class _TileTrend:
    """The course of each objective in a few characters, kept in buckets as the steps arrive."""

    def __init__(self, state: TrialState, columns: int) -> None:
        self._state, self.columns = state, columns
        self._scales = [Scale(gauge) for gauge in state.environment.gauges]
        self._steps = max(1, state.header.steps)
        self._cells: list[list[tuple[str, str]]] = [[] for _ in self._scales]
        self._next = 0

    def update(self) -> None:
        """Take in the steps that are new. A column keeps the last value that fell into it."""
        state = self._state
        while self._next <= state.done:
            column = min(self.columns - 1, self._next * self.columns // (self._steps + 1))
            values = state.gauge_values(self._next)
            for cells, scale, value in zip(self._cells, self._scales, values, strict=True):
                del cells[column:]
                place = scale.place(value)
                inside = scale.band is None or scale.band[0] <= place <= scale.band[1]
                cells += [cells[-1] if cells else (" ", "dim")] * (column - len(cells))
                cells.append((_EIGHTHS[min(7, int(place * 8))], "good+band" if inside else "bad"))
            self._next += 1

    def line(self, index: int) -> Line:
        """Return the course of an objective."""
        cells = self._cells[index]
        return [*cells, ("·" * (self.columns - len(cells)), "dim")]
