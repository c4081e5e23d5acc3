"""A trial's charts, one for each objective: findings with their spans, the level with its band, the actions."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from bioblue_envs import Gauge, Number, Transition

from bioblue_tui.analysis.modes.base import NOISE, Finding
from bioblue_tui.analysis.shadow import Shadow
from bioblue_tui.formatting.numbers import amount, counted
from bioblue_tui.report.axis import Levels, Panel, action_measure
from bioblue_tui.report.svg import Drawing, Point, bars, polyline, thinned
from bioblue_tui.report.trials import Shown
from bioblue_tui.trials.tally import of_person
from bioblue_tui.widgets.scale import Scale

WIDTH = 880
"""Width of a trial's chart, in pixels; a page may draw it larger or smaller."""

_LEFT, _RIGHT = 62, 96
_LEVELS, _ACTIONS, _LANE, _GAP = 150, 52, 15, 18
_HEAD = 20
_STYLES = ("ghost", "cautious")


def trial_charts(trial: Shown) -> list[Drawing]:
    """Return one chart for each objective of a trial."""
    return [_chart(trial, index) for index in range(len(trial.environment.gauges))]


def found_for(trial: Shown, label: str) -> list[tuple[int, Finding]]:
    """Return the findings for an objective, including those for all objectives, with their numbers in the trial."""
    return [
        (number, finding)
        for number, finding in enumerate(trial.analysis.findings, 1)
        if finding.objective in (None, "", label)
    ]


def levels_of(trial: Shown, index: int) -> list[Number]:
    """Return the values of an objective's gauge at the start and after every step."""
    return [trial.state.gauge_values(step)[index] for step in range(trial.state.done + 1)]


def ghosts_of(trial: Shown, index: int) -> dict[str, list[Number]]:
    """Return the same values for each reference policy on the same noise, by its name; see ``_beside``."""
    environment = trial.environment
    start = environment.gauge_values(environment.initial())[index]
    return {
        name: [start, *(environment.gauge_values(played.after)[index] for played in _beside(trial, shadow))]
        for name, shadow in trial.analysis.shadows.items()
    }


def _beside(trial: Shown, shadow: Shadow) -> Sequence[Transition]:
    """Return a reference's steps as far as the trial went; to the planned end where the environment ended the trial."""
    ended = bool(trial.steps and trial.steps[-1].ended)
    return shadow.played[: trial.header.steps if ended else trial.state.done]


def _chart(trial: Shown, index: int) -> Drawing:
    gauge, label = trial.environment.gauges[index], trial.environment.objectives[index]
    found, levels, ghosts = found_for(trial, label), levels_of(trial, index), ghosts_of(trial, index)
    lanes = _LANE * len(found)
    height = _HEAD + lanes + _LEVELS + _GAP + _ACTIONS + 30
    title = f"Trial {trial.label}, {gauge.label}: {gauge.quantity} and actions over {counted(trial.state.done, 'step')}"
    drawing = Drawing(f"trial-{trial.number}-{index}", WIDTH, height, title, describe(trial, index))
    width, steps = WIDTH - _LEFT - _RIGHT, trial.header.steps
    top = _HEAD + lanes
    panel = Panel(drawing, _LEFT, top, width, _LEVELS, steps, Levels(Scale(gauge)))
    _draw_band(panel, trial, index)
    panel.draw_frame()
    _draw_lines(panel, levels, ghosts)
    _draw_notes(panel, trial)
    doses = [step.action[index] for step in trial.steps]
    below = Panel(
        drawing, _LEFT, panel.bottom + _GAP, width, _ACTIONS, steps, action_measure(trial.environment, index, doses)
    )
    _draw_actions(below, trial, index)
    below.draw_steps()
    for lane, (_, finding) in enumerate(found):
        _draw_span(panel, below, finding, _reach(panel, finding, trial), _HEAD + lane * _LANE)
    for lane, (number, finding) in enumerate(found):
        _name_span(panel, number, finding, _reach(panel, finding, trial), _HEAD + lane * _LANE)
    drawing.text(_LEFT, 12, f"{gauge.label} · {gauge.quantity}", "strong")
    _draw_legend(drawing, list(ghosts), gauge)
    drawing.text(_LEFT, below.top - 5, "action", "small strong")
    drawing.text(below.right, height - 4, "step", "small faint end")
    return drawing


def _draw_legend(drawing: Drawing, ghosts: Sequence[str], gauge: Gauge) -> None:
    x = WIDTH - _RIGHT
    entries = [("agent", "agent"), *((style, name) for style, name in zip(_STYLES, ghosts, strict=False))]
    if gauge.band:
        entries.append(("band", "band"))
    if gauge.open_ended:
        entries.append(("break", "log scale beyond"))
    for style, name in reversed(entries):
        x -= 6 * len(name) + 4
        drawing.text(x, 12, name, "small faint")
        if style == "band":
            drawing.box(x - 24, 4, 20, 9, style)
        else:
            drawing.line(x - 24, 9, x - 4, 9, style)
        x -= 38


def _draw_band(panel: Panel, trial: Shown, index: int) -> None:
    gauge, drawing = trial.environment.gauges[index], panel.drawing
    if gauge.band:
        low, high = panel.y(gauge.band[0]), panel.y(gauge.band[1])
        drawing.box(panel.left, high, panel.width, low - high, "band")
        for edge in (low, high):
            drawing.line(panel.left, edge, panel.right, edge, "edge")
    if gauge.target is not None:
        drawing.line(panel.left, panel.y(gauge.target), panel.right, panel.y(gauge.target), "target")


def _draw_lines(panel: Panel, levels: Sequence[Number], ghosts: dict[str, list[Number]]) -> None:
    for style, values in zip(_STYLES, ghosts.values(), strict=False):
        panel.drawing.add("path", style, d=polyline(_points(panel, values)))
    panel.drawing.add("path", "agent", d=polyline(_points(panel, levels)))
    end, last = panel.x(len(levels) - 1), levels[-1]
    beyond = panel.measure.scale.beyond(last) if isinstance(panel.measure, Levels) else 0
    arrow = {1: " ▲", -1: " ▼", 0: ""}[beyond]
    panel.drawing.add("circle", "acted", cx=end, cy=panel.y(last), r=2.6)
    panel.drawing.text(end + 6, panel.y(last) + 3.5, f"{amount(last)}{arrow}", "small strong")


def _points(panel: Panel, values: Sequence[Number]) -> list[Point]:
    points = [(panel.x(step), panel.y(value)) for step, value in enumerate(values)]
    return thinned(points, int(panel.width))


def _draw_actions(panel: Panel, trial: Shown, index: int) -> None:
    panel.draw_frame()
    width = max(0.4, panel.width / max(1, panel.steps) * 0.7)
    spans = [
        (panel.x(done.step) - width / 2, width, panel.bottom, panel.y(done.action[index]))
        for done in trial.steps
        if done.action[index]
    ]
    panel.drawing.add("path", "acted", d=bars(spans))
    for shadow in list(trial.analysis.shadows.values())[:1]:
        ticks = [
            (panel.x(step), panel.y(played.action[index]))
            for step, played in enumerate(_beside(trial, shadow), 1)
            if played.action[index]
        ]
        path = "".join(polyline([(x - width * 0.7, y), (x + width * 0.7, y)]) for x, y in ticks)
        panel.drawing.add("path", "ghosted", d=path)
    for view in trial.state.steps:
        if any(a.rejection and not of_person(a.actor, trial.header.agent) for a in view.attempts):
            x, y = panel.x(view.number), panel.top + 5
            cross = polyline([(x - 3, y - 3), (x + 3, y + 3), None, (x - 3, y + 3), (x + 3, y - 3)])
            panel.drawing.add("path", "cross", d=cross)


def _draw_notes(panel: Panel, trial: Shown) -> None:
    for step in sorted({note.step for note in trial.state.notes.all if note.step}):
        x, y = panel.x(step), panel.bottom - 7
        panel.drawing.add("path", "note", d=f"{polyline([(x, y - 5), (x + 4, y), (x, y + 5), (x - 4, y)])}Z")


def _reach(panel: Panel, finding: Finding, trial: Shown) -> tuple[float, float]:
    """Return where a finding begins, and how wide it is."""
    onset = panel.x(finding.onset)
    return onset, max(3.0, panel.x(finding.until(trial.state.done)) - onset)


def _draw_span(panel: Panel, below: Panel, finding: Finding, reach: tuple[float, float], top: float) -> None:
    onset, width = reach
    middle = top + _LANE / 2
    if finding.mode == NOISE:
        panel.drawing.line(onset, middle, onset + width, middle, "edge")
    else:
        panel.drawing.hatched(onset, top + 4, width, _LANE - 8, "span")
        panel.drawing.line(onset, middle, onset, below.bottom, "onset")


def _name_span(panel: Panel, number: int, finding: Finding, reach: tuple[float, float], top: float) -> None:
    onset, width = reach
    middle = top + _LANE / 2
    panel.drawing.add("circle", "badge", cx=onset, cy=middle, r=6.5)
    panel.drawing.text(onset, middle + 3.4, str(number), "small flag middle")
    name = finding.name if finding.recovered is None else f"{finding.name}, recovered {finding.recovered}"
    # The name is on the side with more room, beside the hatching.
    if onset - panel.left > panel.right - onset - width:
        panel.drawing.text(onset - 10, middle + 3.5, name, "small over end")
    else:
        panel.drawing.text(onset + max(width, 8) + 5, middle + 3.5, name, "small over")


def describe(trial: Shown, index: int) -> str:
    """Say in sentences what an objective's chart shows."""
    gauge, levels = trial.environment.gauges[index], levels_of(trial, index)
    named = f"{gauge.quantity} of {gauge.label}" if gauge.label else gauge.quantity
    parts = [
        f"{named}: {amount(levels[0])} at the start, lowest {amount(min(levels))}, "
        f"highest {amount(max(levels))}, {amount(levels[-1])} at the end"
    ]
    if gauge.band:
        places = [gauge.position(level) for level in levels[1:]]
        parts.append(
            f"band {amount(gauge.band[0])} to {amount(gauge.band[1])}: {places.count('in band')} steps in it, "
            f"{places.count('LOW')} below, {places.count('HIGH')} above"
        )
    doses = [step.action[index] for step in trial.steps]
    if doses:
        swings = sum(a != b for a, b in pairwise(doses))
        parts.append(f"actions from {amount(min(doses))} to {amount(max(doses))}, changed {swings} times")
    for name, ghost in ghosts_of(trial, index).items():
        parts.append(f"{name} in its place ends at {amount(ghost[-1])}")
    found = found_for(trial, trial.environment.objectives[index])
    parts += [
        f"{number}: {finding.name} from step {finding.onset}"
        + f" {finding.ending(trial.state.done)}"
        + (f", recovered in step {finding.recovered}" if finding.recovered is not None else "")
        for number, finding in found
    ]
    return " ".join(f"{part[:1].upper()}{part[1:]}." for part in parts)
