"""The parts of strips: the signs of states and actions, and the text right of them."""

from __future__ import annotations

from collections.abc import Sequence

from bioblue_envs import Allotment, Gauge, Number

from bioblue_tui.analysis.digest import Digest
from bioblue_tui.analysis.verdict import spread_bounds
from bioblue_tui.analysis.words import standing_sign, until_words
from bioblue_tui.formatting.numbers import counted, difference
from bioblue_tui.widgets.gauge import Cell
from bioblue_tui.widgets.lines import Line
from bioblue_tui.widgets.scale import Scale
from bioblue_tui.widgets.trend import BLOCKS

LEGENDS = (
    "state · in band, ▴▲ above, ▾▼ below, full sign far off; blocks: stock   action ▁▂▃▄▅▆▇█ 1 2 4 … 128   ⚠ onset",
    "· in band ▴▾ outside ▲▼ far off; blocks: stock   action ▁▄█ 1 8 128   ⚠ onset",
    "· in band ▴▾ out ▲▼ far   action ▁▄█ 1 8 128   ⚠ onset",
)
"""What the signs mean, the longest text first."""

VERDICTS = {"ok": ("✓ ok", "good"), "mild": ("~ mild", "warn"), "fail": ("✗ fail", "bad")}

_LEAST = 4
"""Least columns for a failure: its step."""

_WORDY = 12
"""From this many columns on there is room for a verdict's word."""

_SEVERITY = {"good": 1, "accent": 1, "warn": 2, "bad": 3}
"""The order of states, to choose the worst where there is room for only one."""


class StripWriter:
    """Draws the strips of trials.

    Args:
        steps: How many steps a strip stands for.
        cells: Its cells.
    """

    def __init__(self, steps: int, cells: int) -> None:
        self._steps, self._cells = steps, cells

    def _buckets(self, values: Sequence[Number]) -> list[tuple[int, Sequence[Number]]]:
        """Return, for each cell with steps, the cell and the values of its steps."""
        cells, found = self._cells, []
        for cell in range(cells):
            first = cell * self._steps // cells
            last = max(first + 1, (cell + 1) * self._steps // cells)
            if first < len(values):
                found.append((cell, values[first:last]))
        return found

    def _place(self, step: int) -> tuple[int, int]:
        """Return the first and the last cell of a step; they differ where there are more cells than steps."""
        last = -(-step * self._cells // self._steps) - 1
        return min(last, -(-(step - 1) * self._cells // self._steps)), last

    def states(self, digest: Digest, index: int) -> list[Cell]:
        """Draw the states of an objective, and mark where its failures begin and hold."""
        gauge, strip = digest.environment.gauges[index], self._blank()
        for cell, values in self._buckets(digest.values[index]):
            strip[cell] = state_sign(gauge, values, _bounds(digest))
        label = digest.environment.objectives[index] or None
        self._mark_failures(strip, digest, (None, label))
        return strip

    def worst(self, digest: Digest) -> list[Cell]:
        """Draw the worst state of all objectives, and mark where any failure begins."""
        gauges, strip = digest.environment.gauges, self._blank()
        buckets = [self._buckets(values) for values in digest.values]
        for same in zip(*buckets, strict=True):
            states = [
                state_sign(gauge, values, _bounds(digest)) for gauge, (_, values) in zip(gauges, same, strict=True)
            ]
            strip[same[0][0]] = max(states, key=lambda state: _SEVERITY.get(state[1], 0))
        self._mark_failures(strip, digest, (None, *digest.environment.objectives))
        return strip

    def _mark_failures(self, strip: list[Cell], digest: Digest, objectives: Sequence[str | None]) -> None:
        cells = self._cells
        for finding in digest.failures:
            if finding.objective not in objectives:
                continue
            for cell in range(
                self._place(finding.onset)[0], min(cells, self._place(finding.until(digest.figures.steps))[1] + 1)
            ):
                strip[cell] = (strip[cell][0], f"{strip[cell][1].partition('+')[0]}+alert")
        for finding in digest.failures:
            if finding.objective in objectives:
                strip[min(cells - 1, self._place(finding.onset)[0])] = ("⚠", "bad+alert")

    def actions(self, digest: Digest, index: int) -> list[Cell]:
        """Draw the actions of an objective."""
        strip = self._blank()
        for cell, values in self._buckets(digest.actions[index]):
            strip[cell] = (dose_sign(max(values)), "accent")
        return strip

    def _blank(self) -> list[Cell]:
        return [(" ", "text")] * self._cells


def _bounds(digest: Digest) -> tuple[float, float] | None:
    """Return from which distance on states of a budget's objectives count as out, and far out, as in the verdict."""
    problem = digest.environment.problem
    return spread_bounds(digest.environment, problem) if isinstance(problem, Allotment) else None


def state_sign(gauge: Gauge, values: Sequence[Number], bounds: tuple[float, float] | None = None) -> Cell:
    """Return the sign for the states of some steps: that of the state farthest from the band.

    Args:
        gauge: The gauge of the states.
        values: The states.
        bounds: Distances from the target at which a state is out of the band, and far out; None for the gauge's own.
    """
    scale = Scale(gauge)
    if gauge.band is None:
        # Without a band the height itself is shown, the lowest of these steps, so that a stock running out is visible.
        return BLOCKS[min(7, int(scale.place(min(values)) * 8))], "accent"
    centre, (out, far_out) = gauge.target or 0, bounds or (0.0, 0.0)
    low, high = (centre - out, centre + out) if bounds else gauge.band
    bottom, top = (centre - far_out, centre + far_out) if bounds else (gauge.low, gauge.high)
    value = max(values, key=lambda value: _outside(value, low, high))
    if low <= value <= high:
        return "·", "good"
    far = value > top or value < bottom
    signs = ("▴", "▲") if value > high else ("▾", "▼")
    return signs[far], "bad" if far else "warn"


def _outside(value: Number, low: Number, high: Number) -> Number:
    """Return how far a value is from a band; 0 or less within it."""
    return difference(value, high) if value > high else -difference(value, low)


def dose_sign(value: Number) -> str:
    """Return a block for an action: its height counts doublings, so that actions of any size can be shown."""
    if value <= 0:
        return " "
    return BLOCKS[max(0, min(7, int(value).bit_length() - 1))]


def fit(text: str, width: int) -> str:
    """Return a text, cut where it is longer than the width."""
    return text if len(text) <= width else f"{text[: max(0, width - 1)]}…"


def judged(verdict: str, style: str, standing: str, width: int) -> list[tuple[str, str]]:
    """Return a verdict, with how far it goes.

    Args:
        verdict: Its sign and word.
        style: Its style; ``dim`` for none.
        standing: How a trial stands that was not played to its end.
        width: Columns that it may take.
    """
    words = until_words(standing) if style != "dim" else ()
    forms = [(verdict, word) for word in words] + [(verdict[0], word) for word in words[-1:]]
    fitting = (form for form in forms if sum(map(len, form)) + 2 <= width)
    shown, word = next(fitting, (verdict, fit(standing, max(0, width - len(verdict) - 2))))
    return [(f" {shown} ", style), (word, "warn")]


def ends(digest: Digest, width: int, told: str, *, dense: bool) -> list[Line]:
    """Return the text right of the strips, by line."""
    text, style = VERDICTS[digest.verdict.word] if digest.verdict else ("? none", "dim")
    early = digest.figures.unaveraged
    sign = standing_sign(early)
    if width < _WORDY:
        more = f"+{len(digest.failures) - 1}" if len(digest.failures) > 1 else ""
        onset = f"⚠{digest.onset}{more}" if digest.failures else ""
        return [[(f" {text[0]}{sign}", style), (fit(told or onset, width - 3), "strong" if told else "bad")]]
    worded = early and not (dense and digest.failures)
    room = width - (len(told) + 2 if told else 0)
    head = judged(text, style, early, room) if worded else [(f" {text:<6}{sign}", style)]
    if told:
        head.append((f"{' ' if len(head) > 1 else ''}{told} ", "strong"))
    failures = [f"⚠{finding.onset} {finding.name}" for finding in digest.failures]
    used = sum(len(part) for part, _ in head)
    if dense:
        more = f" +{len(failures) - 1}" if len(failures) > 1 else ""
        room = width - used - len(more)
        return [[*head, (fit(failures[0], room) + more, "bad")] if failures and room >= _LEAST else head]
    room = 2 * len(digest.environment.gauges) - 1
    lines: list[Line] = [head]
    for at, failure in enumerate(failures[:room]):
        last = at == room - 1 and len(failures) > room
        more = f" +{len(failures) - room}" if last else ""
        lines.append([(" " + fit(failure, width - 1 - len(more)) + more, "bad")])
    if not failures and not digest.figures.empty and digest.figures.unaveraged:
        lines.append([(f" {counted(digest.figures.steps, 'step')} only", "dim")])
    return lines
