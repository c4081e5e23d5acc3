"""An overlay: several trials on one gauge, each with a number, a line style and a colour of its own."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_

from bioblue_envs import Gauge, Number

from bioblue_tui.analysis.comparison import FEWEST
from bioblue_tui.formatting.numbers import amount
from bioblue_tui.widgets.gauge import Cell, GaugeView
from bioblue_tui.widgets.lines import Line
from bioblue_tui.widgets.trend import Trend

LEFT, RIGHT = 0x01 | 0x02 | 0x04 | 0x40, 0x08 | 0x10 | 0x20 | 0x80
"""The dots of a braille character's two columns."""


@dataclass(frozen=True, slots=True)
class Pen:
    """How a trial's line is drawn.

    Attributes:
        sign: What the line looks like, as one character.
        pattern: The dot columns it fills, as a repeated pattern: ``x`` for a filled one.
        part: Its colour, as the name of a style.
    """

    sign: str
    pattern: str
    part: str


PENS = (
    Pen("━", "x", "trial1"),
    Pen("╍", "xxxx..", "trial2"),
    Pen("┉", "x.", "trial3"),
    Pen("╸", "xxxxx.x.", "trial4"),
    Pen("╺", "xx....", "trial5"),
    Pen("·", "x...", "trial6"),
)
"""In the trials' order. Colour alone never distinguishes them: number and style do, too."""

SHARED = "text"
"""The style of dots that several trials share."""

_AXIS = 6
_LEGEND = 17
"""Least columns of one trial's value in the legend."""


@dataclass(frozen=True, slots=True)
class Course:
    """A trial's values on a gauge.

    Attributes:
        levels: The objective's level after each step, step 0 first.
        values: The value drawn after each step; in most environments the same as the level.
    """

    levels: Sequence[Number]
    values: Sequence[Number]


class Overlay(GaugeView):
    """Scale and trends of one objective in several trials, on the same gauge that a single trial has.

    Args:
        gauge: The environment's gauge to draw.
        steps: How many steps the trends' width stands for.
        courses: The trials, in their order.
    """

    def __init__(self, gauge: Gauge, steps: int, courses: Sequence[Course]) -> None:
        super().__init__(gauge, steps)
        self._grid: tuple[tuple[object, ...], list[list[Cell]]] | None = None
        self._span = steps
        self.show_courses(courses)
        self._at = 0
        self._front: int | None = None
        self._failing: Collection[int] = ()
        self._dim: Sequence[Number] = ()
        self._least = 1
        """Rows of the legend when it was laid out."""

    def show_courses(self, courses: Sequence[Course]) -> None:
        """Use the trials as they are now when drawing next."""
        self._courses, self._grid = courses, None
        self._placed = [[self.scale.place(value) for value in course.values] for course in courses]

    def look(self, step: int, front: int | None, failing: Collection[int]) -> None:
        """Look at a step.

        Args:
            step: The step; for shorter trials their last step is shown.
            front: The trial, by its place, that is drawn over the others; None for none.
            failing: Places of the trials in which a failure of this objective holds.
        """
        if (step, front, failing) != (self._at, self._front, self._failing):
            self._at, self._front, self._failing = step, front, failing
            self.redraw()
            if len(self._legend(self.size.width)) != self._least:
                self.refresh(layout=True)

    def least(self, width: int) -> int:
        """Return the rows of the legend."""
        self._least = len(self._legend(width))
        return self._least

    def show_ghost(self, values: Sequence[Number]) -> None:
        """Draw a policy's course dimly behind all trials; empty for none."""
        if values is not self._dim:
            self._dim, self._grid = values, None
            self.redraw()

    def draw(self, width: int, height: int) -> Sequence[Line]:
        """Draw the legend with the values, the scale and, where there is room, the trends."""
        lines = self._legend(width)
        if height > len(lines):
            lines.append(self._scale_line(width))
        room = height - len(lines) - (1 if height > len(lines) + 2 else 0)
        return [*lines, *self._trends(width, room)][: max(1, height)]

    def _legend(self, width: int) -> list[Line]:
        name = f" {self.gauge.label} " if self.gauge.label else " level "
        indent = len(name)
        cells = [self._cell(place) for place in range(len(self._courses))]
        widest = max(_LEGEND, max(sum(len(text) for text, _ in cell) for cell in cells) + 2)
        across = max(1, (width - indent) // widest)
        rows = -(-len(cells) // across)
        across = -(-len(cells) // rows)
        share = (width - indent) // across
        lines: list[Line] = []
        for start in range(0, len(cells), across):
            line: list[tuple[str, str]] = [(name if not start else " " * indent, "strong+accent")]
            for cell in cells[start : start + across]:
                line += cell
                line.append((" " * max(1, share - sum(len(text) for text, _ in cell)), "text"))
            lines.append(line)
        return lines

    def _cell(self, place: int) -> list[tuple[str, str]]:
        course, pen = self._courses[place], PENS[place]
        step = min(self._at, len(course.values) - 1)
        value, level = course.values[step], course.levels[step]
        position = self.gauge.position(value)
        where = self._verdict(position, value)
        ended = step < self._at
        cell = [(f"{place + 1}{pen.sign} ", pen.part), (amount(level), "strong")]
        if where:
            cell.append((f" {where}", "good" if position == "in band" else "bad"))
        if ended:
            cell.append((f" (at {step})", "dim"))
        if place in self._failing:
            cell.append((" ⚠", "bad"))
        return cell

    def _scale_line(self, width: int) -> Line:
        cells = max(8, width - 2)
        line = self._empty_bar(cells)
        start, end = (round(edge * (cells - 1)) for edge in self.scale.linear)
        low, high = amount(self.gauge.low, 5), amount(self.gauge.high, 5)
        taken = self._markers(cells)
        for at, text in (
            (start if self.gauge.open_ended else 0, low),
            (end if self.gauge.open_ended else cells - len(high), high),
        ):
            # A trial's number next to a number of the scale would be read together with it.
            if at + len(text) <= cells and not any(at - 1 <= marker <= at + len(text) for marker in taken):
                line[1 + at : 1 + at + len(text)] = [(character, "dim") for character in text]
        for at, place in taken.items():
            under = "+band" if line[1 + at][1].startswith("band") else ""
            line[1 + at] = (str(place + 1), f"{PENS[place].part}{under}")
        return line

    def _markers(self, cells: int) -> dict[int, int]:
        """Return the cells of the scale that show a trial's number, with the trial."""
        taken: dict[int, int] = {}
        for place in self._order():
            course = self._courses[place]
            at = round(self.scale.place(course.values[min(self._at, len(course.values) - 1)]) * (cells - 1))
            # Next to each other where one would hide another.
            free = [cell for cell in (*range(at, cells), *range(at - 1, -1, -1)) if cell not in taken]
            taken[free[0]] = place
        return taken

    def _order(self) -> list[int]:
        """Return all trials, the one in front last."""
        places = [place for place in range(len(self._courses)) if place != self._front]
        return places if self._front is None else [*places, self._front]

    def _trends(self, width: int, height: int) -> list[Line]:
        count = len(self._courses)
        columns = width - _AXIS - 1 - count
        if columns < 8 or height < 1:
            return []
        of = (columns, height, self._front)
        if self._grid is None or self._grid[0] != of:
            self._grid = of, self._drawn_cells(columns, height)
        here = Trend(self._span, columns).column(self._at) // 2
        labels, ends = self._axis(height), self._ends(height)
        lines: list[Line] = []
        for row, cells in enumerate(self._grid[1]):
            axis = (f"{labels.get(row, ''):>{_AXIS - 1}}{'│' if self._row_kind(row, height)[1] else '┊'}", "dim")
            text, style = cells[here]
            lines.append([axis, *cells[:here], (text, f"{style}+here"), *cells[here + 1 :], *ends[row]])
        return lines

    def _ends(self, height: int) -> list[list[Cell]]:
        """Return, for the right of each row, the numbers of the trials whose lines end in it."""
        count = len(self._courses)
        rows = [[(" ", "text")] * count for _ in range(height)]
        for place, places in enumerate(self._placed):
            row = min(height - 1, round((1 - places[-1]) * (4 * height - 1)) // 4)
            rows[row][place] = (str(place + 1), PENS[place].part)
        return rows

    def _drawn_cells(self, columns: int, height: int) -> list[list[Cell]]:
        drawn = [self._dots(places, columns, height) for places in self._placed]
        behind = self._dots([self.scale.place(value) for value in self._dim], columns, height) if self._dim else None
        order = self._order()
        rows = []
        for row in range(height):
            under = "+band" if self._row_kind(row, height)[0] else ""
            cells = []
            for at in range(columns):
                text, style = self._one(drawn, order, row, at)
                if text == " " and behind is not None and behind[row][at]:
                    text, style = chr(0x2800 + behind[row][at]), "dim"
                cells.append((text, style + under))
            rows.append(cells)
        return rows

    def _one(self, drawn: Sequence[list[list[int]]], order: Sequence[int], row: int, at: int) -> Cell:
        """Draw one character: a trial's own dots, or those that several share."""
        there = [place for place in order if drawn[place][row][at]]
        if not there:
            return " ", SHARED
        dots = {drawn[place][row][at] for place in there}
        place = there[-1]
        if len(there) == 1 or (self._front in there and len(dots) > 1):
            # The trial in front is drawn completely, so that nothing of it is missed.
            whole = place == self._front
            bits = drawn[place][row][at] & (LEFT | RIGHT if whole else _mask(PENS[place].pattern, at))
            return (chr(0x2800 + bits) if bits else " "), PENS[place].part
        # Plain where they coincide. Of two that diverge, the second has its own style; a tangle of more is plain.
        apart = len(dots) > 1 and len(self._courses) == FEWEST
        return chr(0x2800 + reduce(or_, dots)), PENS[place].part if apart else SHARED

    def _dots(self, places: Sequence[float], columns: int, height: int) -> list[list[int]]:
        trend = Trend(self._span, columns)
        trend.extend(places)
        return [[0 if text == " " else ord(text) - 0x2800 for text in row] for row in trend.rows(height)]


def _mask(pattern: str, cell: int) -> int:
    """Return the dots of a character cell that a pattern fills."""
    left, right = (pattern[(2 * cell + side) % len(pattern)] == "x" for side in (0, 1))
    return LEFT * left | RIGHT * right
