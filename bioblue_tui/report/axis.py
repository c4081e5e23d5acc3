"""Axes of charts, which turn values into heights, with ticks. Usual values are to scale, runaway ones compressed."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from bioblue_envs import Allotment, Environment, Homeostatic, Number, Regrowing

from bioblue_tui.formatting.numbers import amount
from bioblue_tui.report.svg import Drawing
from bioblue_tui.widgets.scale import DECADES, Scale

LINEAR = 0.6
"""The linear part's share of the height, where values go beyond it."""

_HUGE = 1e300
_APART = 11
"""Pixels needed between the labels of two ticks."""


class Measure(Protocol):
    """Turns a value into a place between 0 (bottom) and 1 (top)."""

    @property
    def ticks(self) -> Sequence[Number]:
        """Values to label, the most important first."""

    @property
    def breaks(self) -> Sequence[float]:
        """Places where a logarithmic part begins."""

    def place(self, value: Number) -> float:
        """Return where a value lies; values beyond the axis lie on its ends."""


@dataclass(frozen=True, slots=True)
class Levels:
    """The scale of a gauge, the same on the screen and in charts: linear to twice the band, logarithmic beyond.

    Attributes:
        scale: The gauge's scale.
    """

    scale: Scale

    @property
    def ticks(self) -> Sequence[Number]:
        """Target, band, ends of the linear part, and powers of ten beyond."""
        gauge = self.scale.gauge
        middle, half = (gauge.low + gauge.high) / 2, (gauge.high - gauge.low) / 2
        found: list[Number] = [*([gauge.target] if gauge.target is not None else []), *(gauge.band or ())]
        found += [gauge.low, gauge.high]
        if gauge.open_ended:
            found += [middle + half * 10**power for power in range(1, int(DECADES) + 1)]
            found += [middle - half * 10**DECADES]
        elif gauge.target is None:
            found.append(middle)
        return found

    @property
    def breaks(self) -> Sequence[float]:
        """Where the linear part begins and ends."""
        return self.scale.linear if self.scale.gauge.open_ended else ()

    def place(self, value: Number) -> float:
        """Return where a level lies."""
        return self.scale.place(value)


@dataclass(frozen=True, slots=True)
class Amounts:
    """Amounts of one sign, from 0: linear up to ``usual``; if any is larger, logarithmic to a thousand times that.

    Attributes:
        usual: Magnitude at the end of the linear part, above 0.
        beyond: Whether there is a logarithmic part.
        negative: Whether the amounts are penalties, 0 or less; 0 is then at the top.
    """

    usual: float
    beyond: bool
    negative: bool = False

    @classmethod
    def of(cls, values: Iterable[Number], usual: float | None = None, *, negative: bool = False) -> Amounts:
        """Return the axis for values.

        Args:
            values: All values to be drawn on it.
            usual: Where the linear part ends; None for the bound that nine of ten values other than 0 stay within.
            negative: Whether they are penalties.
        """
        sizes = sorted(min(_HUGE, abs(value)) for value in values if value)
        top = float(sizes[-1]) if sizes else 1.0
        if usual is None:
            common = float(sizes[len(sizes) * 9 // 10]) if sizes else 1.0
            usual = common if top > 4 * common else top
        return cls(max(usual, 1e-6), top > usual, negative)

    @property
    def ticks(self) -> Sequence[Number]:
        """0, the end of the linear part, and powers of ten beyond."""
        sizes = [0, self.usual, *([self.usual * 10**power for power in (1, 2, 3)] if self.beyond else [])]
        return [-size if self.negative else size for size in sizes]

    @property
    def breaks(self) -> Sequence[float]:
        """Where the linear part ends."""
        if not self.beyond:
            return ()
        return (1 - LINEAR,) if self.negative else (LINEAR,)

    def place(self, value: Number) -> float:
        """Return where an amount lies."""
        size = float(min(_HUGE, max(0, -value if self.negative else value))) / self.usual
        if not self.beyond:
            place = min(1.0, size)
        elif size <= 1:
            place = LINEAR * size
        else:
            place = LINEAR + (1 - LINEAR) * min(1.0, math.log10(size) / DECADES)
        return 1 - place if self.negative else place


@dataclass(frozen=True, slots=True)
class Panel:
    """A frame in a drawing, with the steps to the right and a measure upwards.

    Attributes:
        drawing: The drawing that it is in.
        left: Left edge.
        top: Upper edge.
        width: Width.
        height: Height.
        steps: How many steps the width stands for.
        measure: What the height stands for.
    """

    drawing: Drawing
    left: float
    top: float
    width: float
    height: float
    steps: int
    measure: Measure

    @property
    def bottom(self) -> float:
        """Lower edge."""
        return self.top + self.height

    @property
    def right(self) -> float:
        """Right edge."""
        return self.left + self.width

    def x(self, step: float) -> float:
        """Return where a step lies."""
        return self.left + self.width * step / max(1, self.steps)

    def y(self, value: Number) -> float:
        """Return the height at which a value lies."""
        return self.bottom - self.height * self.measure.place(value)

    def draw_frame(self, *, labels: bool = True) -> None:
        """Draw the frame, the grid of steps, and the ticks with their labels."""
        for step in step_ticks(self.steps):
            self.drawing.line(self.x(step), self.top, self.x(step), self.bottom, "grid")
        for place in self.measure.breaks:
            height = self.bottom - self.height * place
            self.drawing.line(self.left, height, self.right, height, "break")
        self.drawing.box(self.left, self.top, self.width, self.height, "frame")
        if labels:
            self._label_ticks()

    def draw_steps(self) -> None:
        """Write the numbers of steps under the frame."""
        for step in step_ticks(self.steps):
            self.drawing.text(self.x(step), self.bottom + 12, str(step), "small faint middle")

    def _label_ticks(self) -> None:
        taken: list[float] = []
        for value in self.measure.ticks:
            height = self.y(value)
            if all(abs(height - other) >= _APART for other in taken):
                taken.append(height)
                self.drawing.line(self.left - 3, height, self.left, height, "axis")
                self.drawing.text(self.left - 5, height + 3.5, amount(_short(value), 8), "small faint end")


def action_measure(environment: Environment, index: int, actions: Iterable[Number]) -> Amounts:
    """Return the axis of one objective's actions: usual actions to scale, the same for all trials of an environment."""
    match environment.problem:
        case Homeostatic() as problem:
            usual = float(max(1, problem.setpoints[index].half_width))
        case Regrowing() as problem:
            usual = 2.0 * max(1.0, problem.rate)
        case Allotment() as problem:
            usual = float(max(1, problem.budget))
        case _:
            usual = 1.0
    return Amounts.of(actions, usual)


def step_ticks(steps: int) -> range:
    """Return the steps to label: round numbers, six to twelve of them where there are enough steps."""
    raw = max(1, steps) / 5
    power = 10 ** math.floor(math.log10(raw)) if raw >= 1 else 1
    size = max(1, next(int(power * f) for f in (5, 2, 1) if power * f <= max(raw, 1)))
    return range(0, steps + 1, size)


def _short(value: Number) -> Number:
    """Round to four digits: a tick needs no more."""
    if isinstance(value, int) or value == 0:
        return value
    return round(value, max(0, 3 - math.floor(math.log10(abs(value)))))
