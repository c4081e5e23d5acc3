"""The timeline: the whole trial on one line, with marks, and a place to click."""

from __future__ import annotations

from collections.abc import Sequence

from textual import events
from textual.message import Message

from bioblue_tui.numbers import counted
from bioblue_tui.trials.state import MarkKind, TrialState
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


class Timeline(Lines):
    """What has been played, where one looks, and the marks."""

    DEFAULT_CSS = """
    Timeline { height: 1; }
    """

    class Sought(Message):
        """Somebody clicked on a step."""

        def __init__(self, step: int) -> None:
            super().__init__()
            self.step = step

    def __init__(self, state: TrialState, *, id: str | None = None) -> None:  # noqa: A002 - Textual's word
        super().__init__(id=id)
        self._state = state
        self._shown, self._known = 0, 0
        self._onsets: Sequence[tuple[int, str]] = ()
        self.total = max(1, state.header.steps)

    def show_step(self, step: int, known: int) -> None:
        """Mark a step; marks are shown up to ``known``, the last step given away."""
        self._shown, self._known = step, known
        self.redraw()

    def show_onsets(self, onsets: Sequence[tuple[int, str]]) -> None:
        """Mark where failures begin.

        Args:
            onsets: Step and name of each.
        """
        self._onsets = onsets
        self.redraw()

    def draw(self, width: int, height: int) -> Sequence[Line]:
        """Draw the line, the marks and a legend of their kinds."""
        marks = [mark for mark in self._state.marks if mark.step <= self._known + 1 and mark.kind in _SIGNS]
        counts = {kind: sum(mark.kind == kind for mark in marks) for kind in _LEGEND}
        legend = "".join(f" {_SIGNS[kind][0]}{count} {_LEGEND[kind]}" for kind, count in counts.items() if count)
        if self._onsets:
            legend = f" {_ONSET[0]}{counted(len(self._onsets), 'onset')}{legend}"
        text = f" {self._shown}/{self.total}{legend} "
        cells = max(4, width - len(text) - 2)
        done = self._place(self._known, cells)
        line = [("━" if cell <= done else "┄", "accent" if cell <= done else "dim") for cell in range(cells)]
        if self._known == 0:
            line[0] = ("┄", "dim")
        for mark in marks:
            line[self._place(mark.step, cells)] = _SIGNS[mark.kind]
        for step, _ in self._onsets:
            line[self._place(step, cells)] = _ONSET
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
