"""The timeline: the whole trial on one line, with marks, and a place to click."""

from __future__ import annotations

from bisect import insort
from collections import Counter
from collections.abc import Callable, Mapping, Sequence

from textual import events
from textual.message import Message

from bioblue_tui.formatting.numbers import counted
from bioblue_tui.trials.state import Mark, MarkKind, TrialState
from bioblue_tui.widgets.lines import Line, Lines

_SIGNS: dict[MarkKind, tuple[str, str]] = {
    "rejected": ("✗", "warn"),
    "retrying": ("↻", "warn"),
    "failed": ("!", "bad"),
    "interrupted": ("~", "warn"),
    "shortened": ("…", "warn"),
    "forked": ("↳", "accent"),
    "handed over": ("⇄", "accent"),
    "intervened": ("◆", "accent"),
    "paused": ("‖", "warn"),
    "ended": ("■", "dim"),
    "difference": ("≠", "bad"),
}
_ONSET = ("⚠", "bad")
_NOTE = ("✎", "accent")
_LEGEND: dict[MarkKind, str] = {
    "rejected": "rejected",
    "retrying": "retried",
    "failed": "no answer",
    "shortened": "past cut",
    "forked": "forked",
    "handed over": "handed over",
    "intervened": "intervened",
    "difference": "differs",
}


class _Marked:
    """The marks of steps that may be shown, counted and placed only once, since the line is drawn at every step.

    Args:
        marks: The trial's marks; more may come, also of earlier steps.
    """

    def __init__(self, marks: Sequence[Mark]) -> None:
        self._marks = marks
        self._sorted: list[tuple[int, int]] = []
        """Step and index of every mark that can be drawn."""
        self._taken = 0
        """How many of the trial's marks were taken in, including those that can't be drawn."""
        self._limit = self._reached = 0
        self._cells = self._placed = 0
        self._on: dict[int, MarkKind] = {}
        self.counts: Counter[MarkKind] = Counter()

    def reach(self, limit: int) -> None:
        """Take in the marks up to a step."""
        for index in range(self._taken, len(self._marks)):
            mark = self._marks[index]
            if mark.kind in _SIGNS:
                insort(self._sorted, (mark.step, index))
                if mark.step <= self._limit:
                    self._limit = self._reached = 0
        self._taken = len(self._marks)
        if limit < self._limit or not self._reached:
            self._reached, self._placed, self._on, self.counts = 0, 0, {}, Counter()
        self._limit = limit
        while self._reached < len(self._sorted) and self._sorted[self._reached][0] <= limit:
            self.counts[self._kind(self._reached)] += 1
            self._reached += 1

    def on(self, cells: int, place: Callable[[int, int], int]) -> Mapping[int, MarkKind]:
        """Return the last mark in each cell of a line of ``cells``; ``place`` says in which cell a step is."""
        if cells != self._cells:
            self._cells, self._placed, self._on = cells, 0, {}
        for number in range(self._placed, self._reached):
            self._on[place(self._sorted[number][0], cells)] = self._kind(number)
        self._placed = self._reached
        return self._on

    def _kind(self, number: int) -> MarkKind:
        return self._marks[self._sorted[number][1]].kind


class Timeline(Lines):
    """The steps that were played, the step looked at, and the marks."""

    DEFAULT_CSS = """
    Timeline { height: 1; }
    """

    class Sought(Message):
        """A step was clicked."""

        def __init__(self, step: int) -> None:
            super().__init__()
            self.step = step

    def __init__(self, state: TrialState, *, id: str | None = None) -> None:  # noqa: A002 - Textual's word
        super().__init__(id=id)
        self._marked = _Marked(state.marks)
        self._shown, self._known = 0, 0
        self._onsets: Sequence[tuple[int, str]] = ()
        self._notes: Sequence[int] = ()
        self.total = max(1, state.header.steps)

    def show_step(self, step: int, known: int) -> None:
        """Mark a step; marks are shown up to ``known``, the last step that may be shown."""
        self._shown, self._known = step, known
        self.redraw()

    def show_onsets(self, onsets: Sequence[tuple[int, str]]) -> None:
        """Mark where failures begin.

        Args:
            onsets: Step and name of each.
        """
        self._onsets = onsets
        self.redraw()

    def show_notes(self, steps: Sequence[int]) -> None:
        """Mark the steps of notes, one entry for each note."""
        self._notes = steps
        self.redraw()

    def draw(self, width: int, height: int) -> Sequence[Line]:
        """Draw the line, the marks and a legend of their kinds."""
        marked = self._marked
        marked.reach(self._known + 1)
        counts = ((kind, marked.counts[kind]) for kind in _LEGEND)
        legend = "".join(f" {_SIGNS[kind][0]}{count} {_LEGEND[kind]}" for kind, count in counts if count)
        if self._notes:
            legend += f" {_NOTE[0]}{counted(len(self._notes), 'note')}"
        if self._onsets:
            legend = f" {_ONSET[0]}{counted(len(self._onsets), 'onset')}{legend}"
        text = f" {self._shown}/{self.total}{legend} "
        cells = max(4, width - len(text) - 2)
        done = self._place(self._known, cells)
        line = [("━" if cell <= done else "┄", "accent" if cell <= done else "dim") for cell in range(cells)]
        if self._known == 0:
            line[0] = ("┄", "dim")
        for cell, kind in marked.on(cells, self._place).items():
            line[cell] = _SIGNS[kind]
        for step, _ in self._onsets:
            line[self._place(step, cells)] = _ONSET
        for step in self._notes:
            line[self._place(step, cells)] = _NOTE
        line[self._place(self._shown, cells)] = ("●", "strong")
        return [[("├", "dim"), *line, ("┤", "dim"), (text, "text")]]

    def on_click(self, event: events.Click) -> None:
        """Look at the step that was clicked."""
        marks = self.draw(self.size.width, 1)[0]
        cells = max(1, len(marks) - 3)
        if 1 <= event.x <= cells:
            self.post_message(self.Sought(round((event.x - 1) / max(1, cells - 1) * self.total)))

    def _place(self, step: int, cells: int) -> int:
        return min(cells - 1, max(0, round(step / self.total * (cells - 1))))
