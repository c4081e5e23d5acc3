"""Raw outputs of several trials side by side; each step begins on the same line in all of them."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Sequence

from textual.geometry import Size
from textual.reactive import Reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

from bioblue_tui.analysis.comparison import Comparison, Member
from bioblue_tui.formatting.text import one_line
from bioblue_tui.widgets.entries import EntryWriter
from bioblue_tui.widgets.lines import Line, Styled
from bioblue_tui.widgets.overlay import PENS
from bioblue_tui.widgets.strips_cells import fit

NARROWEST = 38
"""Least cells of a column: an answer and its reading fit on one line."""

_SMALLEST = 12
"""Cells below which nothing is drawn."""

_KEPT = 256
"""Steps whose lines are kept once drawn."""

_HEAD = 1
"""Lines at the top that name each column's trial, and stay there."""


class RawColumns(ScrollView, Styled, can_focus=False):
    """As many columns as fit; the first trial stays, the others can be changed.

    Args:
        comparison: The trials.
    """

    BORDER_TITLE = "raw output"

    DEFAULT_CSS = """
    RawColumns { overflow-y: scroll; overflow-x: hidden; scrollbar-size-vertical: 1; }
    """

    virtual_size = Reactive(Size(0, 0))
    """Lines and columns of the whole text; a change does not lay out the screen again."""

    def __init__(self, comparison: Comparison, *, id: str | None = None) -> None:  # noqa: A002 - Textual's word
        super().__init__(id=id, classes="panel")
        self._writers: list[EntryWriter] = []
        self.show(comparison)
        self._offset = 0
        self._at = 0
        self._columns: list[int] = []
        self._starts: list[int] = [0]
        """First line of each step's entries, by step; step 0 holds the text before the first step."""
        self._length = 0
        self._drawn: dict[int, list[Sequence[Line]]] = {}

    def show(self, comparison: Comparison) -> None:
        """Show the trials as they are now, when they are next drawn; unfolded prompts stay unfolded."""
        folded = [writer.folded for writer in self._writers]
        self._members = comparison.members
        self._writers = [_writer(member) for member in self._members]
        for writer, was in zip(self._writers, folded, strict=False):
            writer.folded = was
        self._width = 0

    @property
    def shown(self) -> list[int]:
        """The trials in view, by their place."""
        return self._columns

    @property
    def turns(self) -> bool:
        """Whether there are more trials than columns."""
        return len(self._columns) < len(self._members)

    def look(self, step: int) -> None:
        """Mark a step and bring it into view."""
        self._at = step
        self._rebuild()
        self._reveal()
        self.refresh()

    def turn(self, by: int) -> None:
        """Show the next trials, or the previous ones, in all columns except the first."""
        self._offset += by
        self._width = 0
        self.look(self._at)

    def show_trial(self, place: int) -> None:
        """Bring a trial into view."""
        if place not in self._columns:
            self._offset = place - 1 if len(self._columns) > 1 else place
            self._width = 0
            self.look(self._at)

    def toggle_fold(self) -> None:
        """Fold prompts to one line, or unfold them."""
        for writer in self._writers:
            writer.folded = not writer.folded
        self._width = 0
        self.look(self._at)

    def watch_virtual_size(self, size: Size) -> None:
        """Update the scrollbar, and stay within the text when it became shorter."""
        self.vertical_scrollbar.window_virtual_size = size.height
        self.scroll_y = self.validate_scroll_y(self.scroll_y)

    def on_resize(self) -> None:
        """Arrange the columns for the new size."""
        self._rebuild()
        self._reveal()

    def render_line(self, y: int) -> Strip:
        """Return one line (Textual's Line API)."""
        width = self.scrollable_content_region.width
        if not self._columns or width < _SMALLEST:
            return Strip.blank(width, self.part_style())
        if y < _HEAD:
            return self._joined([self._head(place) for place in self._columns], width, "", "│")
        index = y - _HEAD + self.scroll_offset.y
        if index >= self._length:
            return Strip.blank(width, self.part_style())
        step = bisect_right(self._starts, index) - 1
        inside = index - self._starts[step]
        entries = self._entries(step)
        lines = [entry[inside] if inside < len(entry) else [] for entry in entries]
        return self._joined(lines, width, "here" if step and step == self._at else "", "│", step if not inside else 0)

    def _joined(self, lines: Sequence[Line], width: int, extra: str, between: str, step: int = 0) -> Strip:
        share = self._share
        strips: list[Strip] = []
        for column, line in enumerate(lines):
            if column:
                differs = step and self._differs(self._columns[column], step)
                strips.append(self.strip([("≠" if differs else between, "strong" if differs else "dim")], 1, extra))
            strips.append(self.strip(line, share, extra))
        return Strip.join(strips).adjust_cell_length(width, self.part_style(extra))

    def _head(self, place: int) -> Line:
        member, pen = self._members[place], PENS[place]
        number, name = f"  {place + 1}{pen.sign} ", member.named(self._share - 6)
        room = self._share - len(number) - len(name)
        path = fit(f" · {_path(member)}", room) if room > len(" · …") else ""
        return [(number, pen.part), (name, "strong"), (path, "dim")]

    def _differs(self, place: int, step: int) -> bool:
        mine, first = self._members[place].state.recorded(step), self._members[0].state.recorded(step)
        return mine is not None and first is not None and mine.action != first.action

    @property
    def _share(self) -> int:
        """Cells of a column."""
        width = self.scrollable_content_region.width
        return max(1, (width - len(self._columns) + 1) // max(1, len(self._columns)))

    def _choose(self, width: int) -> list[int]:
        count = len(self._members)
        fitting = max(1, min(count, (width + 1) // (NARROWEST + 1)))
        if fitting >= count:
            return list(range(count))
        if fitting == 1:
            return [self._offset % count]
        others = [1 + (self._offset + step) % (count - 1) for step in range(fitting - 1)]
        return [0, *sorted(others)]

    def _entries(self, step: int) -> list[Sequence[Line]]:
        if step not in self._drawn:
            if len(self._drawn) >= _KEPT:
                self._drawn.clear()
            self._drawn[step] = [self._entry(place, step) for place in self._columns]
        return self._drawn[step]

    def _entry(self, place: int, step: int) -> Sequence[Line]:
        writer, steps = self._writers[place], self._members[place].state.steps
        if not step:
            return list(writer.opening())
        return list(writer.entry(steps[step - 1])) if step <= len(steps) else []

    def _height(self, place: int, step: int) -> int:
        writer, steps = self._writers[place], self._members[place].state.steps
        return writer.height(steps[step - 1]) if step <= len(steps) else 0

    def _rebuild(self) -> None:
        width = self.scrollable_content_region.width
        if width < _SMALLEST or width == self._width:
            return
        self._width = width
        self._columns = self._choose(width)
        for place in self._columns:
            self._writers[place].width = self._share
        self._drawn.clear()
        steps = max(len(self._members[place].state.steps) for place in self._columns)
        self._starts = [0]
        self._length = max(map(len, self._entries(0)))
        for step in range(1, steps + 1):
            self._starts.append(self._length)
            self._length += max(self._height(place, step) for place in self._columns)
        self.virtual_size = Size(width, self._length + _HEAD)
        count = len(self._members)
        hidden = f"{len(self._columns)} of {count} trials; [ ] others" if len(self._columns) < count else ""
        self.border_subtitle = hidden

    def _reveal(self) -> None:
        step = min(self._at, len(self._starts) - 1)
        start = self._starts[step]
        end = self._starts[step + 1] if step + 1 < len(self._starts) else self._length
        height = max(1, self.scrollable_content_region.height - _HEAD)
        top = max(0, min(start - 1, end - height + 1)) if end - start < height else start
        self.scroll_to(y=top if step else 0, animate=False, immediate=True)


def _writer(member: Member) -> EntryWriter:
    writer = EntryWriter(member.state)
    alerts: defaultdict[int, list[str]] = defaultdict(list)
    for finding in member.failures:
        alerts[finding.alarm].append(f"{finding.name} since step {finding.onset}")
    writer.alerts = alerts
    return writer


def _path(member: Member) -> str:
    return one_line(member.record.path.name, 100) if member.record.path else ""
