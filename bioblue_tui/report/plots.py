"""The plots of the paper for any set of trials: mean and interval by step, and behind them every single trial, thin."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from bioblue_envs import Number
from bioblue_envs.base import mean

from bioblue_tui.analysis.intervals import FEW, Interval, alone, described, intervals
from bioblue_tui.report.axis import Amounts, Levels, Measure, Panel, action_measure
from bioblue_tui.report.svg import Drawing, area, polyline, thinned
from bioblue_tui.report.trajectory import levels_of
from bioblue_tui.report.trials import Group, Shown
from bioblue_tui.widgets.scale import Scale

WIDTH = 960
"""Width of a group's plots, in pixels."""

_ACROSS = 3
_LEFT, _GAP, _BELOW = 56, 14, 34
_HEIGHT = 124
_BOLD, _SMALL = 130, 170
"""Characters of a heading and of a caption that fit in a line, however wide they are."""
_HEADING, _LINE = 14, 12
"""Height of a line of each."""
_MOST_INTERVALS = 400
"""Most steps at which an interval is computed; between them it is drawn straight."""


@dataclass(frozen=True, slots=True)
class Series:
    """One quantity by step, of each trial of a group.

    Attributes:
        name: What it is, for people.
        first: Its first step: 0 for levels, 1 for actions and rewards.
        values: For each trial, its value at each step.
        measure: The axis it is drawn on.
        band: The hysteresis band, where there is one.
    """

    name: str
    first: int
    values: tuple[tuple[Number, ...], ...]
    measure: Measure
    band: tuple[float, float] | None = None

    @property
    def sign(self) -> int:
        """1 where no value can be negative, −1 where none can be positive, 0 where both can be."""
        return (-1 if self.measure.negative else 1) if isinstance(self.measure, Amounts) else 0

    def at(self, step: int) -> list[Number]:
        """Return the values at a step, of the trials that reached it."""
        return [self.values[trial][step - self.first] for trial in self.there(step)]

    def there(self, step: int) -> tuple[int, ...]:
        """Return the trials that reached a step, by number from 0."""
        return tuple(trial for trial, values in enumerate(self.values) if 0 <= step - self.first < len(values))


@dataclass(frozen=True, slots=True)
class Band:
    """Means over trials by step, with intervals, if any."""

    points: tuple[tuple[int, Number, Interval | None], ...]


def series_of(group: Group, alike: Sequence[Group]) -> list[Series]:
    """Return every series to plot for a group: levels, actions, every reward dimension.

    Args:
        group: The trials.
        alike: All groups of the same environment: they get the same axes.
    """
    environment = group.environment
    others = [trial for other in alike for trial in other.trials]
    found: list[Series] = []
    for index, gauge in enumerate(environment.gauges):
        name = f"{gauge.quantity} {gauge.label}" if environment.objectives[index] else gauge.quantity
        levels = tuple(tuple(levels_of(trial, index)) for trial in group.played)
        found.append(Series(name, 0, levels, Levels(Scale(gauge)), gauge.band))
    for index, label in enumerate(environment.objectives):
        doses = _per_step(group.played, lambda step, i=index: step.action[i])
        actions: list[Number] = [step.action[index] for trial in others for step in trial.steps]
        found.append(Series(f"action {label}".strip(), 1, doses, action_measure(environment, index, actions)))
    for dimension in environment.dimensions:
        name = f"{dimension.label} {dimension.objective}" if dimension.objective else dimension.label
        rewards = _per_step(group.played, lambda step, key=dimension.key: step.rewards[key])
        every = [step.rewards[dimension.key] for trial in others for step in trial.steps]
        found.append(Series(f"reward: {name}", 1, rewards, Amounts.of(every, negative=dimension.penalty)))
    return found


def means(series: Series, steps: int, kin: Sequence[Hashable] | None = None) -> Band:
    """Return the mean at every step, with its interval, over the trials that reached the step.

    Args:
        series: The quantity.
        steps: The last step.
        kin: For each trial a key; trials with the same key count as one value, their mean.
    """
    every = max(1, -(-steps // _MOST_INTERVALS))
    points: list[tuple[int, Number, Interval | None]] = []
    for there, run in groupby(range(series.first, steps + 1), series.there):
        if not there:
            continue
        numbers = list(run)
        looked_at = [step for step in numbers if step % every == 0 or step == steps]
        whose = [kin[trial] for trial in there] if kin else None
        between = intervals([series.at(step) for step in looked_at], whose, series.sign)
        found = dict(zip(looked_at, between, strict=True))
        points += [(step, mean(alone(series.at(step), whose)), found.get(step)) for step in numbers]
    return Band(tuple(points))


def plots(group: Group, alike: Sequence[Group], name: str) -> Drawing:
    """Draw the plots of a group.

    Args:
        group: The trials.
        alike: All groups of the same environment: they get the same axes.
        name: A name that is unique in the page.
    """
    found = series_of(group, alike)
    steps = max(trial.header.steps for trial in group.trials)
    rows = -(-len(found) // _ACROSS)
    heading = textwrap.wrap(f"{group.title} · n = {group.averaged}", _BOLD)
    below = textwrap.wrap(caption(group), _SMALL)
    start = 12 + _HEADING * (len(heading) - 1) + _LINE * len(below) + 14
    cell = WIDTH / _ACROSS
    row = _HEIGHT + _GAP + _BELOW
    title = f"{group.title}: mean by step over {group.averaged}"
    described = f"{caption(group)} Panels: {', '.join(series.name for series in found)}."
    drawing = Drawing(name, WIDTH, start + rows * row, title, described)
    for number, line in enumerate(heading):
        drawing.text(0, 12 + _HEADING * number, line, "strong")
    for number, line in enumerate(below, 1):
        drawing.text(0, 12 + _HEADING * (len(heading) - 1) + 2 + _LINE * number, line, "small faint")
    for place, series in enumerate(found):
        left = place % _ACROSS * cell + _LEFT
        top = start + _GAP + place // _ACROSS * row
        panel = Panel(drawing, left, top, cell - _LEFT - 10, _HEIGHT, steps, series.measure)
        _draw(panel, series, steps, group)
        drawing.text(left, top - 4, series.name, "small strong")
    return drawing


def caption(group: Group) -> str:
    """Say what the lines and the shaded area are."""
    if not group.played:
        return "No step was played: there is no mean and no interval."
    if len(group.whole) < 2:
        return f"No mean and no interval: {group.averaged}."
    told = f"Thick: mean of {group.averaged}; thin: single trials; {_shading(group.independent)}."
    if any(trial.figures.steps < trial.header.steps for trial in group.whole):
        told += " Trials that their environment ended count while they last."
    return told


def _shading(n: int) -> str:
    return described(n) if n < FEW else f"shaded: interval of the mean at each step by itself ({described(n)})"


def _draw(panel: Panel, series: Series, steps: int, group: Group) -> None:
    drawing = panel.drawing
    if series.band:
        low, high = panel.y(series.band[0]), panel.y(series.band[1])
        drawing.box(panel.left, high, panel.width, low - high, "band")
        for edge in (low, high):
            drawing.line(panel.left, edge, panel.right, edge, "edge")
    panel.draw_frame()
    panel.draw_steps()
    style = "agent" if len(series.values) == 1 else "one"
    for values in series.values:
        line = thinned(
            [(panel.x(series.first + i), panel.y(value)) for i, value in enumerate(values)], int(panel.width)
        )
        drawing.add("path", style, d=polyline(line))
    if len(group.whole) < 2:
        return
    whole = tuple(values for values, trial in zip(series.values, group.played, strict=True) if trial in group.whole)
    band = means(replace(series, values=whole), steps, group.kin)
    shaded = [(step, between) for step, _, between in band.points if between]
    upper = [(panel.x(step), panel.y(between.high)) for step, between in shaded]
    lower = [(panel.x(step), panel.y(between.low)) for step, between in shaded]
    drawing.add("path", "spread", d=area(upper, lower))
    middle = thinned([(panel.x(step), panel.y(value)) for step, value, _ in band.points], int(panel.width))
    drawing.add("path", "agent", d=polyline(middle))


def _per_step(trials: Sequence[Shown], value: Callable[..., Number]) -> tuple[tuple[Number, ...], ...]:
    return tuple(tuple(value(step) for step in trial.steps) for trial in trials)
