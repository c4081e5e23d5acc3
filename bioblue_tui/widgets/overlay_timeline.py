"""The timelines of several trials below each other: their names, where they diverge, where failures begin."""

from __future__ import annotations

from collections.abc import Sequence

from textual import events

from bioblue_tui.analysis.comparison import Comparison, Member
from bioblue_tui.widgets.lines import Line, Lines
from bioblue_tui.widgets.overlay import PENS
from bioblue_tui.widgets.strips_cells import VERDICTS, fit, judged
from bioblue_tui.widgets.timeline import Timeline

_NAMED = 100
"""From this many columns on there is room for the name of a trial's first failure."""


_LEAST = 16
"""Least columns for a verdict with how far it goes."""


class Timelines(Lines):
    """One line for each trial; the step looked at is marked in all of them.

    Args:
        comparison: The trials.
    """

    def __init__(self, comparison: Comparison, *, id: str | None = None) -> None:  # noqa: A002 - Textual's word
        super().__init__(id=id)
        self._comparison = comparison
        self._at = 0
        self._front: int | None = None
        self._edge, self._cells = 0, 1
        self.styles.height = len(comparison.members)

    def show(self, comparison: Comparison) -> None:
        """Use the trials as they are now when drawing next."""
        self._comparison = comparison

    def look(self, step: int, front: int | None) -> None:
        """Mark a step, and the trial that is drawn over the others."""
        self._at, self._front = step, front
        self.redraw()

    def draw(self, width: int, height: int) -> Sequence[Line]:
        """Draw a line for each trial."""
        members = self._comparison.members
        ends = [self._end(member, width) for member in members]
        right = max(sum(len(text) for text, _ in end) for end in ends)
        name = min(max(len(member.who) for member in members), max(8, width // 3 - 6))
        self._edge = 4 + name + 2
        self._cells = max(8, width - self._edge - right - 2)
        return [self._line(member, name, end) for member, end in zip(members, ends, strict=True)]

    def _line(self, member: Member, name: int, end: Line) -> Line:
        place = member.number - 1
        pen, cells = PENS[place], self._cells
        who = member.named(name)
        done = self._place(member.state.done)
        apart_at = (member.parted.action, member.parted.state) if member.parted else ()
        parts = min((step for step in apart_at if step is not None), default=None)
        # A trial that never diverges from the first is the same all along.
        apart = 0 if member.parted is None else cells if parts is None else self._place(parts)
        line: list[tuple[str, str]] = []
        for cell in range(cells):
            if cell > done:
                line.append((" ", "dim"))
            elif member.parted and cell < apart and not _alone(member):
                line.append(("─", "dim"))
            else:
                line.append((pen.sign, pen.part))
        forked = member.record.header.forked_after
        if forked is not None and forked <= member.state.done:
            line[self._place(forked)] = ("↳", "accent")
        for finding in member.failures:
            line[self._place(finding.onset)] = ("⚠", "bad")
        for step in (member.parted.state, member.parted.action) if member.parted else ():
            if step is not None:
                cell = self._place(step)
                # Next to an onset in the same cell, not over it.
                line[cell if line[cell][0] != "⚠" else cell - 1 if cell else 1] = ("≠", "strong")
        at = self._place(self._at)
        text, style = line[at]
        line[at] = ("│" if text in ("─", " ", pen.sign) else text, f"{style}+here")
        front = "▸" if self._front == place else " "
        head: Line = [(f"{front}{member.number}{pen.sign} ", pen.part), (f"{who:<{name}} ", "text"), ("├", "dim")]
        return [*head, *line, ("┤", "dim"), *end]

    def _end(self, member: Member, width: int) -> Line:
        text, style = VERDICTS[member.verdict.word] if member.verdict else ("? no verdict", "dim")
        early = member.early
        end = judged(text, style, early, max(_LEAST, width // 4)) if early else [(f" {text:<6}", style)]
        found = member.failures
        if not found:
            return end
        first = found[0]
        named = f" {first.name}" if width >= _NAMED else ""
        more = f" +{len(found) - 1}" if len(found) > 1 else ""
        return [*end, (f" ⚠{first.onset}{fit(named, 30)}{more}", "bad")]

    def _place(self, step: int) -> int:
        return min(self._cells - 1, max(0, round(step / max(1, self._comparison.steps) * (self._cells - 1))))

    def on_click(self, event: events.Click) -> None:
        """Look at the step that was clicked."""
        cell = event.x - self._edge
        if 0 <= cell < self._cells:
            share = cell / max(1, self._cells - 1)
            self.post_message(Timeline.Sought(round(share * self._comparison.steps)))


def _alone(member: Member) -> bool:
    """Return whether a trial shares nothing with the first, having met other noise from the start."""
    return member.parted is not None and member.parted.noise == 1
