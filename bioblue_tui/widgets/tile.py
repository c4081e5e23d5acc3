"""One trial at a glance: its name and step, the course of its objectives, its cost, and any problem."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bioblue_envs import Gauge, Number, State
from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style

from bioblue_tui.formatting.numbers import amount
from bioblue_tui.formatting.text import one_line
from bioblue_tui.trials.state import TrialState
from bioblue_tui.widgets.scale import Scale
from bioblue_tui.widgets.trend import BLOCKS

GAUGES = 3
"""Most objectives on a tile; of more, those furthest out of their bands are shown."""

_LEVEL = 8
"""Columns of a level."""

_GAP = "  "
"""The gap between a course and the next tile."""

_FIGURES = 3 + _LEVEL + 1 + 6 + len(_GAP)
"""Columns beside the course of an objective: its label, level and position, and the gap to the next tile."""

_SIGNS = {
    "waiting": ("·", "dim"),
    "running": ("▶", "good"),
    "your turn": ("●", "warn"),
    "paused": ("‖", "warn"),
    "done": ("■", "accent"),
    "failed": ("!", "bad"),
}


@dataclass(slots=True, eq=False)
class Tile:
    """The content of a tile.

    Attributes:
        name: What distinguishes the trial from the others.
        status: ``waiting``, ``running``, ``your turn``, ``paused``, ``done`` or ``failed``.
        state: The trial, once it has begun.
        detail: Why it failed, or waits for a person; empty otherwise.
        alert: A failure that the analysis found, such as ``42 accelerating B``; empty for none.
        cost: What it has cost so far, or the tokens used where no price is known; empty where nothing is paid.
    """

    name: str
    status: str = "waiting"
    state: TrialState | None = None
    detail: str = ""
    alert: str = ""
    cost: str = ""

    @property
    def key(self) -> tuple[object, ...]:
        """Everything that the look of the tile depends on."""
        state = self.state
        progress = (state.done, state.rejections) if state else (-1, 0)
        return (self.status, *progress, self.detail, self.alert, self.cost)

    @property
    def attention(self) -> bool:
        """True when a person should look at it: it failed, waits for a decision, or has an alert."""
        return bool(self.detail or self.alert) or self.status == "failed"

    @property
    def trouble(self) -> tuple[int, float]:
        """How urgently it needs a person, for sorting.

        Failed trials come first, then those that wait for a decision, those with an alert, and the rest. Within each
        group, first come those whose worst objective is furthest out of its band, in half-widths of the scale's linear
        part, and with more rejected answers.
        """
        rank = 3 if self.status == "failed" else 2 if self.detail else 1 if self.alert else 0
        state = self.state
        if state is None:
            return rank, -1.0
        values = state.gauge_values(state.done)
        found = [_distance(gauge, value) for gauge, value in zip(state.environment.gauges, values, strict=True)]
        return rank, max(found, default=0.0) + 0.01 * state.rejections


def _distance(gauge: Gauge, value: Number) -> float:
    if gauge.band is None:
        return 0.0
    outside = max(gauge.band[0] - value, value - gauge.band[1], 0)
    return float(min(outside, 10**300)) / ((gauge.high - gauge.low) / 2)


class TileDrawing:
    """A tile as it was last drawn.

    Its lines are kept as segments, not as strips: a strip is made once for a whole line of tiles.

    Args:
        tile: The tile to draw.
        style: Returns a style by the names of its parts.

    Attributes:
        lines: Its lines; each is as wide as the tile.
    """

    def __init__(self, tile: Tile, style: Callable[[str], Style]) -> None:
        self._tile, self._style = tile, style
        self._course: Course | None = None
        self._key: tuple[object, ...] | None = None
        self._size = (0, 0, False)
        self._footed: tuple[object, ...] = ()
        self._began = False
        """Whether objectives are drawn between its first and its last line."""
        self._named: tuple[int, str] = (-1, "")
        self.lines: list[list[Segment]] = []

    def stale_lines(self) -> int:
        """Return how many lines, from the first on, are out of date."""
        if self._key == self._tile.key:
            return 0
        height = self._size[1]
        # The line below the objectives rarely changes.
        return height - 1 if self._began and self._footed == self._foot_key else height

    def draw(self, width: int, height: int, chosen: bool) -> None:
        """Update its lines."""
        tile, size, key = self._tile, (width, height, chosen), self._tile.key
        if size == self._size and key == self._key:
            return
        fresh = size != self._size or not self.lines or not self._began
        self._size, self._key = size, key
        blank = [Segment(" " * width, self._style(""))]
        above = [self._heading(width, chosen)]
        if tile.state is None:
            # Before it begins, a trial has no lines between its name and the text below.
            self._footed = self._foot_key
            self.lines = [*above, self._foot(width), *[blank] * (height - 2)]
            return
        self._began = True
        above += self._gauges(tile.state, width)
        above += [blank] * (height - 1 - len(above))
        if fresh or self._footed != self._foot_key:
            self._footed = self._foot_key
            self.lines = [*above[: height - 1], self._foot(width)]
        else:
            self.lines[:-1] = above[: height - 1]

    @property
    def _foot_key(self) -> tuple[object, ...]:
        tile = self._tile
        return tile.detail, tile.alert, tile.cost

    def _heading(self, width: int, chosen: bool) -> list[Segment]:
        tile, style, extra = self._tile, self._style, "+here" if chosen else ""
        sign, tone = _SIGNS.get(tile.status, ("?", "dim"))
        state = tile.state
        where = f" {state.done}/{state.header.steps} " if state else " "
        rejected = f" ✗{state.rejections}" if state and state.rejections else ""
        room = max(0, width - len(where) - len(rejected) - 3)
        if self._named[0] != room:
            self._named = (room, _end_of(one_line(tile.name), room))
        begin, strong = Segment(f" {sign} ", style(tone + extra)), style("strong" + extra)
        if not rejected:
            return [begin, Segment(self._named[1] + where, strong)]
        name = Segment(self._named[1], strong)
        return [begin, name, Segment(rejected, style("warn" + extra)), Segment(where, strong)]

    def _foot(self, width: int) -> list[Segment]:
        tile, style = self._tile, self._style
        cost = f" {tile.cost} " if tile.cost else ""
        said = tile.detail or (f"⚠ {tile.alert}" if tile.alert else "")
        room = max(0, width - 3 - len(cost))
        text = one_line(said, 2 * room)
        if cell_len(text) > room:
            text = f"{set_cell_size(text, max(0, room - 1))}…"
        return [Segment(f"   {set_cell_size(text, room)}", style("warn")), Segment(cost, style("dim"))]

    def _gauges(self, state: TrialState, width: int) -> list[list[Segment]]:
        columns = max(1, width - _FIGURES)
        course = self._course
        if course is None or course.columns != columns or course.state is not state:
            course = self._course = Course(state, columns, self._style)
        course.update()
        gauges, levels, values = state.environment.gauges, course.levels, course.values
        good, bad = self._style("good"), self._style("bad")
        lines = []
        for index in _worst(gauges, values):
            gauge = gauges[index]
            position = gauge.position(values[index])
            said = "ok" if position == "in band" else position
            level = amount(levels[index], _LEVEL)[:_LEVEL]
            figure = f" {gauge.label[:1]:1} {level:>{_LEVEL}} {said:<4}  "
            lines.append([Segment(figure, bad if position in ("LOW", "HIGH") else good), *course.line(index)])
        return lines


def _end_of(name: str, room: int) -> str:
    """Return a name in exactly ``room`` cells; of a long one the end, which distinguishes it from others."""
    if cell_len(name) > room > 0:
        cut = next(at for at in range(1, len(name) + 1) if cell_len(name[at:]) < room)
        name = f"…{name[cut:]}"
    return set_cell_size(name, room)


def _worst(gauges: Sequence[Gauge], values: Sequence[Number]) -> Sequence[int]:
    """Return the gauges to show, in their order."""
    if len(gauges) <= GAUGES:
        return range(len(gauges))
    furthest = sorted(range(len(gauges)), key=lambda index: -_distance(gauges[index], values[index]))
    return sorted(furthest[:GAUGES])


class Course:
    """The course of each objective in a few characters, kept as the steps arrive.

    Args:
        state: The trial.
        columns: How many characters stand for all its steps.
        style: Returns a style by the names of its parts.

    Attributes:
        levels: The levels after the latest step.
        values: The gauges' values for these levels.
    """

    def __init__(self, state: TrialState, columns: int, style: Callable[[str], Style]) -> None:
        self.state, self.columns = state, columns
        gauges = state.environment.gauges
        self._steps = state.header.steps + 1
        self._next = 0
        self._column = -1
        """The column that the latest step fell into."""
        self._scales = [(Scale(gauge), gauge.band) for gauge in gauges]
        self._settled: list[list[Segment]] = [[] for _ in gauges]
        """The columns before it: runs of characters in the same style."""
        self._latest: list[Segment] = []
        self._rest: Segment = Segment("")
        self._inside, self._outside, self._dim = style("good+band"), style("bad"), style("dim")
        self.levels: tuple[Number, ...] = ()
        self.values: Sequence[Number] = ()

    def update(self) -> None:
        """Take in new steps. A column keeps the last value that fell into it."""
        state, done = self.state, self.state.done
        for step in range(self._next, done + 1):
            column = step * self.columns // self._steps
            if column > self._column:
                self._settle(column - self._column)
                self._column = column
                self._rest = Segment(f"{'·' * (self.columns - column - 1)}{_GAP}", self._dim)
            if step == done or (step + 1) * self.columns // self._steps > column:
                self.levels = state.levels_after(step)
                self.values = state.environment.gauge_values(State(self.levels, ()))
                cells = zip(self._scales, self.values, strict=True)
                self._latest = [self._cell(scale, band, value) for (scale, band), value in cells]
        self._next = done + 1

    def line(self, index: int) -> list[Segment]:
        """Return the course of an objective, and the gap after it."""
        return [*self._settled[index], self._latest[index], self._rest]

    def _settle(self, columns: int) -> None:
        """Fill this many columns with the latest value, for good."""
        for runs, (character, style, _) in zip(self._settled, self._latest, strict=False):
            if runs and runs[-1].style is style:
                runs[-1] = Segment(runs[-1].text + character * columns, style)
            else:
                runs.append(Segment(character * columns, style))

    def _cell(self, scale: Scale, band: tuple[float, float] | None, value: Number) -> Segment:
        inside = band is None or band[0] <= value <= band[1]
        block = BLOCKS[min(7, int(scale.place(value) * 8))]
        return Segment(block, self._inside if inside else self._outside)
