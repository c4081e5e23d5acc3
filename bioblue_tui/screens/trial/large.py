"""A trial in large type, for an audience: a status word, the step, and one big gauge for each objective."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bioblue_envs import Gauge, Number
from textual.app import ComposeResult
from textual.containers import Grid, Vertical
from textual.renderables.digits import DIGITS, DIGITS3X3_BOLD

from bioblue_tui.formatting.numbers import amount, signed
from bioblue_tui.trials.state import TrialState
from bioblue_tui.widgets.gauge import latest_actions
from bioblue_tui.widgets.lines import Line, Lines
from bioblue_tui.widgets.scale import Scale, deviation

_ROWS = 3
"""Rows of a big digit."""

_THICK = 5
"""Most rows of a scale."""


_ACTIONS = "actions "

_LATEST = 30
"""Most actions that are shown. Where there are more, one more is passed on, so that the gauge can say so."""


def _short(value: Number) -> Number:
    """Return a number without decimals that cannot be read from afar."""
    return round(value, 1) if isinstance(value, float) else value


def big(text: str) -> list[str]:
    """Return three rows of big digits; a character without a big form is in the lowest row."""
    rows = ["", "", ""]
    for character in text.replace("−", "-"):
        place = DIGITS.find(character)
        # The glyphs' rows are not padded.
        glyph = DIGITS3X3_BOLD[place * _ROWS : place * _ROWS + _ROWS] if place >= 0 else ["", "", character]
        width = 1 if character in ".,: " or place < 0 else 3
        for row, part in enumerate(glyph):
            rows[row] += f"{part:<{width}}"[:width]
    return rows


class LargeBoard(Vertical):
    """What an audience sees of a trial.

    Args:
        state: The trial.
    """

    DEFAULT_CSS = """
    LargeBoard Grid { grid-gutter: 0 2; height: 1fr; }
    LargeBoard LargeHead { height: 3; margin: 0 0 1 0; }
    LargeBoard.-low LargeHead { margin: 0; }
    """

    def __init__(self, state: TrialState) -> None:
        super().__init__()
        self._state = state
        self._head = LargeHead(state.header.steps)
        self._gauges = [LargeGauge(gauge) for gauge in state.environment.gauges]

    def compose(self) -> ComposeResult:
        """Lay out the head above the gauges, which stand side by side where there are many."""
        yield self._head
        grid = Grid(*self._gauges)
        grid.styles.grid_size_columns = 1 if len(self._gauges) <= 2 else 2
        yield grid

    def on_resize(self) -> None:
        """Where there are few rows, leave out blank ones."""
        self.set_class(self.size.height < 20, "-low")

    def show_step(self, step: int, numbered: tuple[str, int], word: tuple[str, str], alerts: Mapping[str, str]) -> None:
        """Show a step.

        Args:
            step: The step after which everything is shown.
            numbered: The step in the head, as a word and a number: a person is asked for the next step.
            word: How the trial stands, and the style of this word.
            alerts: Which failure holds, by objective; an empty label for all objectives.
        """
        self._head.show_step(numbered, word)
        state, first = self._state, max(1, step - _LATEST)
        acted = list(zip(*(state.actions_in(number) for number in range(first, step + 1)), strict=True))
        shows = zip(self._gauges, state.levels_after(step), state.gauge_values(step), strict=True)
        for index, (gauge, level, value) in enumerate(shows):
            actions = acted[index] if acted else ()
            gauge.show_value(level, value, actions, alerts.get(gauge.gauge.label, alerts.get("", "")))


class LargeHead(Lines):
    """The status word, and the step in big digits.

    Args:
        steps: How many steps the trial has.
    """

    def __init__(self, steps: int) -> None:
        super().__init__()
        self._steps = steps
        self._step, self._word = ("step", 0), ("", "text")

    def show_step(self, step: tuple[str, int], word: tuple[str, str]) -> None:
        """Show a step and how the trial stands."""
        if (step, word) != (self._step, self._word):
            self._step, self._word = step, word
            self.redraw()

    def draw(self, width: int, height: int) -> Sequence[Line]:
        """Draw the word on the left and the step on the right."""
        word, style = self._word
        banner = f"   {word.upper()}   "
        named, number = self._step
        digits, of = big(str(number)), f" of {self._steps} "
        lines: list[Line] = []
        for row in range(_ROWS):
            left = banner if row == 1 else " " * len(banner)
            right = digits[row] + (of if row == 2 else " " * len(of))
            gap = max(1, width - len(left) - len(right) - len(named) - 3)
            label = f"{named}  " if row == 2 else " " * (len(named) + 2)
            lines.append(
                [
                    (left, f"{style}+strong+here"),
                    (" " * gap, "text"),
                    (label, "dim"),
                    (right, "strong"),
                ]
            )
        return lines


class LargeGauge(Lines):
    """One objective: its level in big digits, its place relative to the band, and a thick scale.

    Args:
        gauge: What is drawn.
    """

    def __init__(self, gauge: Gauge) -> None:
        super().__init__()
        self.gauge = gauge
        self._scale = Scale(gauge)
        self._level: Number = 0
        self._value: Number = 0
        self._actions: Sequence[Number | None] = ()
        self._alert = ""

    def show_value(self, level: Number, value: Number, actions: Sequence[Number | None], alert: str) -> None:
        """Show a level, the value drawn for it, the actions that led there, and the failure that holds."""
        if (level, value, actions, alert) != (self._level, self._value, self._actions, self._alert):
            self._level, self._value, self._actions, self._alert = level, value, actions, alert
            self.redraw()

    def draw(self, width: int, height: int) -> Sequence[Line]:
        """Draw digits, scale and the scale's numbers, as far as there is room."""
        if height < _ROWS + 1:
            return [self._small(width), *([self._bar(width, middle=True)] if height > 1 else [])]
        # Where there is room, a blank row separates it from the next one.
        thick = max(1, min(_THICK, height - _ROWS - (2 if height > _ROWS + 4 else 1)))
        lines: list[Line] = [*self._digits(width)]
        lines += [self._bar(width, middle=row == thick // 2) for row in range(thick)]
        if height > _ROWS + 1:
            lines.append(self._numbers(width))
        return lines

    @property
    def _style(self) -> str:
        return "good" if self.gauge.position(self._value) in ("in band", "") else "bad"

    def _verdict(self) -> str:
        position, band = self.gauge.position(self._value), self.gauge.band
        if band is None or not position:
            return (
                self.gauge.quantity
                if self._value == self._level
                else f"{signed(_short(self._value))} {self.gauge.quantity}"
            )
        if position == "in band":
            return "IN BAND"
        return f"{position}  {signed(deviation(self.gauge, self._value))}"

    def _small(self, width: int) -> Line:
        text = f" {self.gauge.label or 'level'}  {amount(_short(self._level))}  "
        return [(text, "strong"), (self._verdict(), self._style), (f"  {self._warning}", "bad")]

    @property
    def _warning(self) -> str:
        return f"⚠ {self._alert}" if self._alert else ""

    def _digits(self, width: int) -> Sequence[Line]:
        rows, label = big(amount(_short(self._level), 8)), f" {self.gauge.label} " if self.gauge.label else " "
        room = width - len(label) - len(rows[0]) - 4
        acted = latest_actions(self._actions, room - len(_ACTIONS), _LATEST)
        sides = [
            (f"{_ACTIONS}{acted}" if acted else "", "text"),
            (self._verdict(), f"{self._style}+strong"),
            (self._warning, "bad"),
        ]
        return [
            [
                (label if row == 1 else " " * len(label), "strong+accent"),
                (digits, f"{self._style}+strong"),
                ("   ", "text"),
                (side if len(side) <= room else f"{side[: max(0, room - 1)]}…", style),
            ]
            for row, (digits, (side, style)) in enumerate(zip(rows, sides, strict=True))
        ]

    def _bar(self, width: int, *, middle: bool) -> Line:
        cells = max(8, width - 2)
        band, marker = self._band(cells), self._cell(self._value, cells)
        line: list[tuple[str, str]] = [(" ", "text")]
        for cell in range(cells):
            inside = band is not None and band[0] <= cell <= band[1]
            if abs(cell - marker) <= 1:
                line.append(("█", self._style))
            else:
                line.append(("─" if middle else " ", "dim+band" if inside else "dim"))
        return line

    def _numbers(self, width: int) -> Line:
        """Write the edges of the band, or the ends of a scale without a band, below their places."""
        cells, gauge = max(8, width - 2), self.gauge
        row, free = [" "] * (cells + 1), 0
        for value in gauge.band or (gauge.low, gauge.high):
            text, place = amount(value, 7), self._cell(value, cells)
            # A blank separates two that are close together: −1 and 1 must not read −11.
            first = max(free, min(cells - len(text), place - len(text) // 2)) + 1
            row[first : first + len(text)] = text
            free = first + len(text)
        return [("".join(row)[: cells + 1], "dim")]

    def _band(self, cells: int) -> tuple[int, int] | None:
        band = self.gauge.band
        return (self._cell(band[0], cells), self._cell(band[1], cells)) if band else None

    def _cell(self, value: Number, cells: int) -> int:
        return round(self._scale.place(value) * (cells - 1))
