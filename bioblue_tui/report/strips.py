"""Small multiples: a row for each trial, with states and actions as strips by step, and marks where failures began."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby

from bioblue_envs import Number

from bioblue_tui.analysis.modes.base import Finding
from bioblue_tui.formatting.numbers import counted
from bioblue_tui.formatting.text import one_line
from bioblue_tui.report.axis import Amounts, action_measure, step_ticks
from bioblue_tui.report.svg import Drawing, bars
from bioblue_tui.report.trajectory import levels_of
from bioblue_tui.report.trials import Group, Shown
from bioblue_tui.widgets.scale import Scale

SIGNS = {"ok": "✓", "mild": "~", "fail": "✗"}
"""A sign for each verdict, in addition to its word."""

WIDTH = 960
"""Width of small multiples, in pixels."""

_LEFT, _RIGHT = 108, 236
_STATE, _ACTION, _PAD, _MARKS, _ROW = 28, 16, 3, 12, 10
_SHOWN_FINDINGS = 5
_COLUMNS = 600
"""Most bars in a strip: in longer trials several steps share one."""


def strips(group: Group, name: str) -> Drawing:
    """Draw a group's trials.

    Args:
        group: Trials of one environment.
        name: A name that is unique in the page.
    """
    environment = group.environment
    count = len(environment.objectives)
    row = _MARKS + count * (_STATE + _ACTION + 2 * _PAD) + _ROW
    height = 26 + row * len(group.trials) + 16
    title = f"{group.title}: {counted(len(group.trials), 'trial')}, states and actions by step"
    drawing = Drawing(name, WIDTH, height, title, " ".join(map(summary, group.trials)))
    steps = max(trial.header.steps for trial in group.trials)
    area = _Area(drawing, steps)
    drawing.text(0, 12, "trial", "small faint")
    drawing.text(_LEFT, 12, "upper strip: state · lower strip: action · ▼ onset, hatched while it lasts", "small faint")
    measures = [
        action_measure(environment, index, (step.action[index] for trial in group.trials for step in trial.steps))
        for index in range(count)
    ]
    for number, trial in enumerate(group.trials):
        area.draw_trial(trial, 22 + number * row, measures)
    for step in step_ticks(steps):
        drawing.text(area.x(step), height - 4, str(step), "small faint middle")
    return drawing


def summary(trial: Shown) -> str:
    """Say in a sentence how a trial went."""
    found = [finding.spell(trial.state.done) for finding in trial.failures]
    verdict = trial.verdict.word if trial.verdict else "no verdict"
    return f"Trial {trial.label}: {verdict}; {'; '.join(found) or trial.unfound}."


class _Area:
    """Where the strips are."""

    def __init__(self, drawing: Drawing, steps: int) -> None:
        self.drawing, self.steps = drawing, max(1, steps)
        self.width = WIDTH - _LEFT - _RIGHT

    def x(self, step: float) -> float:
        return _LEFT + self.width * step / self.steps

    def draw_trial(self, trial: Shown, top: float, measures: Sequence[Amounts]) -> None:
        drawing, environment = self.drawing, trial.environment
        y = top + _MARKS
        for index, label in enumerate(environment.objectives):
            if label:
                drawing.text(_LEFT - 6, y + _STATE - 6, label, "small faint end")
            self._draw_states(trial, index, y)
            y += _STATE + _PAD
            self._draw_actions(trial, index, y, measures[index])
            y += _ACTION + _PAD
        bottom = y - _PAD
        verdict = trial.verdict.word if trial.verdict else "–"
        drawing.text(0, top + _MARKS + 11, trial.label, "strong")
        drawing.text(0, top + _MARKS + 25, f"{SIGNS.get(verdict, '')} {verdict}".strip(), "")
        numbered = [(n, f) for n, f in enumerate(trial.analysis.findings, 1) if f in trial.failures]
        for _, finding in numbered:
            self._draw_span(finding, trial.state.done, top, bottom)
        for onset, numbers in self._flags(numbered):
            self._draw_flag(onset, numbers, top)
        self._list_findings(trial, top + _MARKS + 9)

    def _draw_states(self, trial: Shown, index: int, top: float) -> None:
        gauge = trial.environment.gauges[index]
        scale = Scale(gauge)
        base = scale.place(gauge.target) if gauge.target is not None else 0.0
        reach = max(base, 1 - base)
        zero = top + _STATE * (1 - base) if base else top + _STATE
        self.drawing.box(_LEFT, top, self.width, _STATE, "frame")
        classes: dict[str, list[tuple[float, float, float, float]]] = {"level": [], "low": [], "high": []}
        for left, width, value in self._columns(levels_of(trial, index)[1:]):
            kind = {"LOW": "low", "HIGH": "high"}.get(gauge.position(value), "level")
            # On an open-ended scale the two sides differ in size; each is stretched to its own.
            up = (scale.place(value) - base) / (reach if not base else 1)
            classes[kind].append((left, width, zero, zero - _STATE * up))
        for style, spans in classes.items():
            if spans:
                self.drawing.add("path", style, d=bars(spans))
        if base:
            self.drawing.line(_LEFT, zero, _LEFT + self.width, zero, "axis")

    def _draw_actions(self, trial: Shown, index: int, top: float, measure: Amounts) -> None:
        bottom = top + _ACTION
        self.drawing.line(_LEFT, bottom, _LEFT + self.width, bottom, "axis")
        doses: list[Number] = [0] * trial.state.done
        for done in trial.steps:
            doses[done.step - 1] = done.action[index]
        spans = [
            (left, width, bottom, bottom - _ACTION * measure.place(value))
            for left, width, value in self._columns(doses)
            if value
        ]
        self.drawing.add("path", "acted", d=bars(spans))

    def _columns(self, values: Sequence[Number]) -> Iterable[tuple[float, float, Number]]:
        """Yield left edge, width and value of every bar; for steps that share one, the value furthest from 0."""
        share = max(1, -(-self.steps // _COLUMNS))
        width = self.width * share / self.steps
        for place, part in groupby(range(len(values)), key=lambda i: i // share):
            yield self.x(place * share), width, max((values[i] for i in part), key=abs)

    def _draw_span(self, finding: Finding, done: int, top: float, bottom: float) -> None:
        x = self.x(finding.onset - 1)
        self.drawing.hatched(x, top + 4, max(2.0, self.x(finding.until(done)) - x), 5, "span")
        self.drawing.line(x, top + 2, x, bottom, "onset")

    def _flags(self, numbered: Sequence[tuple[int, Finding]]) -> list[tuple[int, list[int]]]:
        """Return onsets with the numbers of the findings that begin there; onsets too close together share a flag."""
        flags: list[tuple[int, list[int]]] = []
        for number, finding in numbered:
            if flags and self.x(finding.onset) - self.x(flags[-1][0]) < _flag_width(flags[-1][1]):
                flags[-1][1].append(number)
            else:
                flags.append((finding.onset, [number]))
        return flags

    def _draw_flag(self, onset: int, numbers: Sequence[int], top: float) -> None:
        x, text, width = self.x(onset - 1), _flag_text(numbers), _flag_width(numbers)
        # A patch of background keeps it legible on the hatching.
        left = min(x - 3.5, _LEFT + self.width - width)
        self.drawing.box(left, top + 1, width, 10, "paper")
        self.drawing.text(left, top + 9.5, text, "small flag")

    def _list_findings(self, trial: Shown, top: float) -> None:
        x = _LEFT + self.width + 10
        numbered = [(n, f) for n, f in enumerate(trial.analysis.findings, 1) if f in trial.failures]
        for line, (number, finding) in enumerate(numbered[:_SHOWN_FINDINGS]):
            text = f"{number} {one_line(finding.name)} {finding.onset}{_end(finding, trial.state.done)}"
            self.drawing.text(x, top + 11.5 * line, text, "small", limit=48)
        if len(numbered) > _SHOWN_FINDINGS:
            self.drawing.text(x, top + 11.5 * _SHOWN_FINDINGS, f"and {len(numbered) - _SHOWN_FINDINGS} more", "small")


def _flag_text(numbers: Sequence[int]) -> str:
    return f"▼{','.join(map(str, numbers))}"


def _flag_width(numbers: Sequence[int]) -> float:
    return 6.2 * len(_flag_text(numbers)) + 3


def _end(finding: Finding, done: int) -> str:
    """Return the last step, short, with a question mark where the end is not certain."""
    if finding.lasts(done):
        return "–"
    return f"–{finding.until(done)}{'?' * (finding.recovered is None)}"
