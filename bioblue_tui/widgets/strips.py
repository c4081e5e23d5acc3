"""Small multiples: a row for each trial, with states and actions as strips by step, and marks where failures begin."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import Reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

from bioblue_tui.analysis.digest import Digest
from bioblue_tui.analysis.words import UNFOLLOWED
from bioblue_tui.formatting.text import one_line
from bioblue_tui.records.stamps import GONE, Stamp
from bioblue_tui.trials.events import RUNNING
from bioblue_tui.widgets.lines import Line, Styled
from bioblue_tui.widgets.strips_cells import StripWriter, ends, fit

_HEAD = 1
"""Lines at the top that name the columns, and stay there."""

_ROOMY = 74
"""From this many columns on, which fit a terminal of 80, a trial's seed is shown."""

_WHERE, _LEAST = 11, 8
"""Columns of an environment's name where several environments are shown, and the least columns of an agent's name."""

_BESIDE = 18
"""Columns right of the strips from which on the full heading fits."""

_GUTTER = 4
"""Columns for the cursor and the mark."""


@dataclass(slots=True, eq=False)
class Row:
    """A file in the overview.

    Attributes:
        path: The file.
        digest: Its content; None while it has not been read, or can't be.
        problem: Why it can't be read; empty as long as that is not known.
        stamp: The file's stamp when it was read; None before.
        version: How often it was read.
        lines: Its lines as last drawn, and the settings they were drawn for.
    """

    path: Path
    digest: Digest | None = None
    problem: str = ""
    stamp: Stamp | None = None
    version: int = 0
    lines: tuple[tuple[object, ...], list[Line]] | None = field(default=None, repr=False)

    def take(self, found: Digest | str, stamp: Stamp) -> None:
        """Take in the content that was read, or why it can't be read."""
        self.digest, self.problem = (None, found) if isinstance(found, str) else (found, "")
        self.stamp = stamp
        self.version += 1

    def lose(self) -> None:
        """Mark a trial that was running as unreadable: its present standing is not known."""
        if self.running and self.digest is not None:
            figures = replace(self.digest.figures, standing=UNFOLLOWED, unaveraged=UNFOLLOWED)
            self.take(replace(self.digest, figures=figures), GONE)

    @property
    def running(self) -> bool:
        """Whether a process was writing it when it was read."""
        return self.digest is not None and self.digest.figures.standing == RUNNING


class Strips(ScrollView, Styled, can_focus=True):
    """All trials as strips, drawn by line: only visible lines are drawn, and only once."""

    DEFAULT_CSS = """
    Strips { overflow-y: scroll; overflow-x: hidden; scrollbar-size-vertical: 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "choose(-1)", show=False),
        Binding("down", "choose(1)", show=False),
        Binding("pageup", "page(-1)", show=False),
        Binding("pagedown", "page(1)", show=False),
        Binding("home", "first", show=False),
        Binding("end", "last", show=False),
    ]
    virtual_size = Reactive(Size(0, 0))
    """Lines and columns of all rows; a change does not lay out the screen again."""

    class Opened(Message):
        """A row was clicked twice."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's word
        super().__init__(id=id, classes="panel")
        self._rows: list[Row] = []
        self._starts: list[int] = []
        self._length = 0
        self._marks: Sequence[Path] = ()
        self._told: Callable[[Digest], str] = _nothing
        self._several = False
        """Whether trials of several environments are shown."""
        self.dense = False
        """One line a trial, with the worst state of all objectives."""
        self.chosen = 0
        """Index of the row under the cursor."""
        self.steps = 1
        """How many steps the strips stand for: those of the longest trial."""

    @property
    def row(self) -> Row | None:
        """The row under the cursor."""
        return self._rows[self.chosen] if self.chosen < len(self._rows) else None

    def show(
        self, rows: Sequence[Row], marks: Sequence[Path], told: Callable[[Digest], str], *, still: bool = False
    ) -> None:
        """Show rows, in this order.

        Args:
            rows: The rows to show; the chosen row stays chosen wherever it has moved.
            marks: Files that are marked, in the order of marking.
            told: Returns a text about a trial to show before its failures, such as the total it is sorted by.
            still: Keep the visible rows where they are on the screen, whatever changes above them.
        """
        held = self._held() if still else None
        row = self.row
        self._rows, self._marks, self._told = list(rows), tuple(marks), told
        self.chosen = next((at for at, other in enumerate(self._rows) if other is row), min(self.chosen, len(rows) - 1))
        self.chosen = max(0, self.chosen)
        self._several = len({row.digest.header.environment for row in rows if row.digest}) > 1
        self.steps = max([1, *(row.digest.header.steps for row in rows if row.digest)])
        self._arrange()
        if held and held[0] in self._rows:
            top = self._starts[self._rows.index(held[0])] - held[1]
            self.scroll_to(y=top, animate=False, immediate=True)
        self.refresh()

    def _held(self) -> tuple[Row, int] | None:
        """Return the chosen row, or the first visible one where that is out of sight, and its distance from the top."""
        if not self._rows:
            return None
        at, top = self.chosen, self.scroll_offset.y
        room = max(1, self.scrollable_content_region.height - _HEAD)
        if not top - self._height(self._rows[at]) < self._starts[at] < top + room:
            at = max(0, bisect_right(self._starts, top) - 1)
        return self._rows[at], self._starts[at] - top

    def toggle_density(self) -> None:
        """Switch between all objectives of a trial and one line for each trial."""
        self.dense = not self.dense
        self._arrange()
        self._reveal()
        self.refresh()

    def step_cells(self) -> tuple[int, int]:
        """Return the column where the strips begin, and how many they have."""
        width = self.scrollable_content_region.width
        left, right = self._sides(width)
        return left, max(4, width - left - right)

    def watch_virtual_size(self, size: Size) -> None:
        """Update the scrollbar, and stay within the rows when they became fewer."""
        self.vertical_scrollbar.window_virtual_size = size.height
        self.scroll_y = self.validate_scroll_y(self.scroll_y)

    def on_resize(self) -> None:
        """Keep the chosen row in view."""
        self._arrange()
        self._reveal()

    def render_line(self, y: int) -> Strip:
        """Return one line (Textual's Line API)."""
        width = self.scrollable_content_region.width
        if y < _HEAD:
            return self.strip(self._heading(width), width)
        index = y - _HEAD + self.scroll_offset.y
        if index >= self._length:
            return Strip.blank(width, self.part_style())
        at = bisect_right(self._starts, index) - 1
        row, inside = self._rows[at], index - self._starts[at]
        line = self._lines(row, width)[inside]
        chosen = at == self.chosen
        gutter = f"{'▸' if chosen and not inside else ' '}{self._mark(row) if not inside else '  '} "
        return self.strip([(gutter, "strong+accent"), *line], width, "here" if chosen and self.has_focus else "")

    def _mark(self, row: Row) -> str:
        return f"●{self._marks.index(row.path) + 1}"[:2] if row.path in self._marks else "  "

    def _heading(self, width: int) -> Line:
        left, cells = self.step_cells()
        scale = [" "] * cells
        ticks = (0, 0.25, 0.5, 0.75, 1) if cells >= 40 else (0, 0.5, 1)
        for share in ticks:
            text = str(max(1, round(self.steps * share)))
            at = min(cells - len(text), max(0, round(share * (cells - 1)) - (len(text) - 1) // 2))
            scale[at : at + len(text)] = text
        beside = " verdict" if width - left - cells < _BESIDE else " verdict, failures"
        return [(f"{'     trial':<{left}}", "dim"), ("".join(scale), "dim"), (beside, "dim")]

    def _height(self, row: Row) -> int:
        return 1 if self.dense or row.digest is None else 2 * len(row.digest.environment.gauges)

    def _sides(self, width: int) -> tuple[int, int]:
        """Return the columns left and right of the strips."""
        if width >= 110:
            return _GUTTER + 36, 32
        return (_GUTTER + 22, 18) if width >= _ROOMY else (_GUTTER + 15, 9)

    def _lines(self, row: Row, width: int) -> list[Line]:
        left, cells = self.step_cells()
        told = self._told(row.digest) if row.digest else ""
        of = (width, cells, self.steps, self.dense, self._several, told, row.version)
        if row.lines is None or row.lines[0] != of:
            row.lines = of, list(self._drawn(row, left - _GUTTER, cells, width - left - cells, told))
        return row.lines[1]

    def _drawn(self, row: Row, left: int, cells: int, right: int, told: str) -> list[Line]:
        digest = row.digest
        if digest is None:
            name, why = one_line(row.path.name, 200), one_line(row.problem, 300) or "…"
            return [[(f"{name[: left - 1]:<{left}}", "dim"), (f"✗ {why}" if row.problem else why, "dim")]]
        writer = StripWriter(self.steps, cells)
        beside = ends(digest, right, told, dense=self.dense)
        if self.dense:
            return [[*self._titled(digest, left), *writer.worst(digest), *beside[0]]]
        names = [digest.who, " · ".join(filter(None, (digest.seed, digest.header.environment)))]
        lines: list[Line] = []
        for index, label in enumerate(digest.environment.objectives):
            wide = left >= 30
            strips = (
                (f"{label} state " if wide else f"{label:1} ", writer.states(digest, index)),
                ("action " if wide else "  ", writer.actions(digest, index)),
            )
            for what, strip in strips:
                at = len(lines)
                name = fit(names[at], left - len(what) - 1) if at < len(names) else ""
                end = beside[at] if at < len(beside) else []
                style = "strong" if at == 0 else "dim"
                lines.append([(f"{name:<{left - len(what)}}", style), (what, "dim"), *strip, *end])
        return lines

    def _titled(self, digest: Digest, left: int) -> Line:
        """Return a line with the agent, the environment, and the seed or the end of the file's name."""
        which = f"{digest.seed or f'…{one_line(digest.path.stem[-6:])}':<8}"[:9]
        where = f"{digest.header.environment[:_WHERE]:<{_WHERE}} " if self._several and left > 2 * _WHERE else ""
        room = left - 2 - len(where) - len(which)
        if room < _LEAST:
            which, room = "", left - 2 - len(where)
        line: Line = [(f"{fit(digest.who, room):<{room}} ", "text"), (where, "dim"), (which, "dim")]
        return [*line, (" " * (left - sum(len(text) for text, _ in line)), "text")]

    def _arrange(self) -> None:
        self._starts, self._length = [], 0
        for row in self._rows:
            self._starts.append(self._length)
            self._length += self._height(row)
        self.virtual_size = Size(self.scrollable_content_region.width, self._length + _HEAD)

    def _reveal(self) -> None:
        if not self._rows:
            return
        start, height = self._starts[self.chosen], self._height(self._rows[self.chosen])
        room = max(1, self.scrollable_content_region.height - _HEAD)
        top = self.scroll_offset.y
        if start < top or height > room:
            top = start
        elif start + height > top + room:
            top = start + height - room
        self.scroll_to(y=top, animate=False, immediate=True)

    def watch_has_focus(self, value: bool) -> None:
        """Show the cursor only while this has the focus."""
        super().watch_has_focus(value)
        self.refresh()

    def choose(self, index: int) -> None:
        """Put the cursor on a row."""
        index = max(0, min(index, len(self._rows) - 1))
        if index != self.chosen:
            before, self.chosen = self.chosen, index
            top = self.scroll_offset.y
            self._reveal()
            if self.scroll_offset.y == top:
                width = self.scrollable_content_region.width
                for at in (before, index):
                    y = self._starts[at] - top + _HEAD
                    self.refresh(Region(0, y, width, self._height(self._rows[at])))

    def action_choose(self, by: int) -> None:
        """Move the cursor."""
        self.choose(self.chosen + by)

    def action_page(self, by: int) -> None:
        """Move the cursor by a page."""
        height = self._height(self._rows[self.chosen]) if self._rows else 1
        self.choose(self.chosen + by * max(1, (self.scrollable_content_region.height - _HEAD) // height))

    def action_first(self) -> None:
        """Put the cursor on the first row."""
        self.choose(0)

    def action_last(self) -> None:
        """Put the cursor on the last row."""
        self.choose(len(self._rows) - 1)

    def on_click(self, event: events.Click) -> None:
        """Choose the row under the pointer; the second click opens it."""
        index = event.y - _HEAD - self.gutter.top + self.scroll_offset.y
        if 0 <= index < self._length:
            self.choose(bisect_right(self._starts, index) - 1)
            if event.chain > 1:
                self.post_message(self.Opened())


def _nothing(_: Digest) -> str:
    return ""
