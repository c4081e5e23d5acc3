"""Many trials at a glance: one tile each, all of them drawn by one widget.

One widget for all tiles costs a fraction of one widget for each. A tile is drawn again only when it is in view and its
trial has changed, and only rows with such a tile are painted.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.filter import LineFilter
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from bioblue_tui.widgets.lines import Styled
from bioblue_tui.widgets.tile import GAUGES, Tile, TileDrawing

WIDTH = 38
"""Least columns of a tile: name and step fit in one line, and the trend is readable."""


class TileGrid(ScrollView, Styled, can_focus=True):
    """Tiles in as many columns as fit; one of them is chosen.

    Args:
        tiles: The tiles to show.
    """

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
        self._drawings: dict[Tile, TileDrawing] = {}
        self._filtered: dict[str, Style] = {}
        self._width = 0
        """Columns for tiles. Textual computes them again at each access."""
        self._top = 0
        """First line in view."""
        self.tile_height = 3
        """Lines of a tile: a heading, a line for each gauge, and one for anything else."""
        self.chosen = 0
        """Index of the chosen tile."""

    @property
    def chosen_tile(self) -> Tile | None:
        """The chosen tile, or None where there is none."""
        return self._tiles[self.chosen] if self.chosen < len(self._tiles) else None

    @property
    def columns(self) -> int:
        """How many tiles are side by side."""
        return max(1, self._width // WIDTH)

    @property
    def tile_width(self) -> int:
        """Columns of a tile."""
        return self._width // self.columns

    def show(self, tiles: Sequence[Tile]) -> None:
        """Show these tiles; only changed ones are drawn again."""
        tiles = list(tiles)
        if self._tiles != tiles:
            chosen = self.chosen_tile
            self._tiles = tiles
            # The same trial stays chosen wherever it has moved.
            self.chosen = next((i for i, tile in enumerate(self._tiles) if tile is chosen), 0)
            self._fit()
        elif self._least_height() != self.tile_height:
            self._fit()
        elif stale := self._stale():
            self.refresh(*stale)

    def _least_height(self) -> int:
        most = max((len(tile.state.environment.gauges) for tile in self._tiles if tile.state), default=1)
        return 2 + min(GAUGES, most)

    def _stale(self) -> list[Region]:
        """Return the regions to paint: in every visible row of tiles, from the first changed tile to the last."""
        columns, height, top = self.columns, self.tile_height, self.scroll_offset.y
        first, last = top // height, -(-(top + self.size.height) // height)
        regions = []
        for row in range(first, last):
            lines = [self._drawing(tile).stale_lines() for tile in self._tiles[row * columns : (row + 1) * columns]]
            stale = [column for column, count in enumerate(lines) if count]
            if stale:
                regions.append(self._region(row, stale[0], stale[-1], max(lines)))
        return regions

    def _region(self, row: int, first: int, last: int, lines: int) -> Region:
        width, y = self.tile_width, row * self.tile_height - self.scroll_offset.y
        return Region(first * width, y, (last - first + 1) * width, lines)

    def _fit(self) -> None:
        self.tile_height = self._least_height()
        self._width = self.scrollable_content_region.width
        self.virtual_size = Size(self._width, -(-len(self._tiles) // self.columns) * self.tile_height)
        self.refresh()

    def on_resize(self) -> None:
        """Arrange the tiles for the new size."""
        self._fit()

    def notify_style_update(self) -> None:
        """Draw all tiles again when theme or classes change."""
        super().notify_style_update()
        self._drawings.clear()
        self._filtered.clear()

    def render_lines(self, crop: Region) -> list[Strip]:
        """Return the lines of a region, after updating its tiles."""
        self._width, self._top = self.scrollable_content_region.width, self.scroll_offset.y
        columns, width, height = self.columns, self.tile_width, self.tile_height
        chosen = self.chosen_tile if self.has_focus else None
        first, last = (crop.y + self._top) // height, -(-(crop.bottom + self._top) // height)
        for tile in self._tiles[first * columns : last * columns]:
            self._drawing(tile).draw(width, height, tile is chosen)
        return super().render_lines(crop)

    def render_line(self, y: int) -> Strip:
        """Return one line, across all its tiles (Textual's Line API)."""
        columns = self.columns
        row, line = divmod(y + self._top, self.tile_height)
        segments: list[Segment] = []
        tiles = self._tiles[row * columns : (row + 1) * columns]
        for tile in tiles:
            segments += self._drawings[tile].lines[line]
        if self._width < WIDTH:
            return Strip(segments).adjust_cell_length(self._width)
        rest = self._width - len(tiles) * self.tile_width
        segments.append(Segment(" " * rest, self.part_style()))
        return Strip(segments, self._width)

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Return none: we apply the application's filters once to each of our few styles, not to every text."""
        return ()

    def part_style(self, parts: str = "") -> Style:
        """Return the style of some parts, after the application's filters."""
        if parts not in self._filtered:
            segments = [Segment(" ", super().part_style(parts))]
            for line_filter in self.app.get_line_filters():
                segments = line_filter.apply(segments, self.background_colors[1])
            self._filtered[parts] = segments[0].style or Style.null()
        return self._filtered[parts]

    def _drawing(self, tile: Tile) -> TileDrawing:
        drawing = self._drawings.get(tile)
        if drawing is None:
            drawing = self._drawings[tile] = TileDrawing(tile, self.part_style)
        return drawing

    def watch_has_focus(self, value: bool) -> None:
        """Show the choice only while this has the focus."""
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
            before, self.chosen = self.chosen, index
            row = index // self.columns
            self.scroll_to_region(Region(0, row * self.tile_height, 1, self.tile_height), animate=False)
            for place in (before, index):
                row, column = divmod(place, self.columns)
                self.refresh(self._region(row, column, column, 1))

    def on_click(self, event: events.Click) -> None:
        """Choose the tile under the pointer; the second click opens it."""
        row = (event.y + self.scroll_offset.y) // self.tile_height
        index = row * self.columns + min(self.columns - 1, event.x // max(1, self.tile_width))
        if index < len(self._tiles):
            self._choose(index)
            if event.chain > 1:
                self.post_message(self.Opened())
