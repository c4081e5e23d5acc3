"""The numbers of several trials at one step: actions, states, rewards, totals, and how they differ."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from bioblue_envs import Dimension, Number

from bioblue_tui.analysis.comparison import Comparison, Member
from bioblue_tui.analysis.reference import better_reference
from bioblue_tui.formatting.numbers import amount, difference, signed
from bioblue_tui.widgets.lines import Line, Lines
from bioblue_tui.widgets.overlay import PENS

View = Literal["step", "total", "first", "reference"]
"""Rewards of this step; totals; totals minus the first trial's; totals minus the reference's on the same noise."""

VIEWS: tuple[View, ...] = ("total", "first", "reference", "step")

_NAME = 17
_USUAL, _WIDEST = 9, 13
"""Columns of a number: enough for most numbers, and the most that help to tell the trials apart."""


@dataclass(frozen=True, slots=True)
class _Section:
    title: str
    value: Callable[[Member, Dimension], Number | None]
    differs: bool


class TrialsTable(Lines):
    """One column for each trial: above what it did in the step, below its rewards.

    As many views of the rewards as fit are shown, the chosen one first.

    Args:
        comparison: The trials.
    """

    def __init__(self, comparison: Comparison, *, id: str | None = None) -> None:  # noqa: A002 - Textual's word
        super().__init__(id=id)
        self._comparison = comparison
        self._at = 0
        self.view: View = "total" if comparison.met_alike else "reference"
        """The view that comes first."""

    @property
    def rows(self) -> int:
        """How many lines the shortest table takes, with one view of the rewards."""
        return len(self._doings(_NAME, _WIDEST)) + 1 + self._section_rows

    @property
    def _section_rows(self) -> int:
        return 1 + len(self._comparison.first.state.environment.dimensions)

    def show(self, comparison: Comparison) -> None:
        """Use the trials as they are now when drawing next."""
        self._comparison = comparison

    def look(self, step: int) -> None:
        """Show a step; 0 is before the first."""
        self._at = step
        self.redraw()

    def next_view(self) -> None:
        """Begin with the next view of the rewards."""
        self.view = VIEWS[(VIEWS.index(self.view) + 1) % len(VIEWS)]
        self.redraw()

    def draw(self, width: int, height: int) -> Sequence[Line]:
        """Draw the table."""
        count = len(self._comparison.members)
        # Views are side by side where they fit, and below each other where rows are left.
        across = max(1, min(len(VIEWS), (width - _NAME) // (count * _USUAL)))
        column = max(5, min(_WIDEST, (width - _NAME) // (count * across)))
        lines = self._doings(_NAME, column)
        down = max(1, (height - len(lines)) // (self._section_rows + (across > 1)))
        start = VIEWS.index(self.view)
        views = [*VIEWS[start:], *VIEWS[:start]][: across * down]
        for at in range(0, len(views), across):
            lines += self._rewards([self._section(view) for view in views[at : at + across]], column)
        return lines

    def _doings(self, name: int, column: int) -> list[Line]:
        members = self._comparison.members
        environment = self._comparison.first.state.environment
        title = f" step {self._at}" if self._at else " start"
        heads = [_heading(member, column) for member in members]
        lines: list[Line] = [[(f"{title:<{name}}", "strong"), *heads]]
        noisy, alone = self._comparison.noisy, not self._comparison.same_noise
        for index, objective in enumerate(environment.objectives):
            label = f" {objective:1} " if objective else " "
            first = [(label, "strong+accent"), (f"{'action':<{name - len(label)}}", "text")]
            lines.append([*first, *(self._action(m, index, column) for m in members)])
            if noisy:
                # One column is enough where all met the same noise.
                of = members if alone else members[:1]
                cells = [self._noise(m, index, column) for m in of]
                lines.append([(f"{'':{len(label)}}{'noise':<{name - len(label)}}", "dim"), *cells])
            if self._comparison.disturbed:
                cells = [self._disturbance(m, index, column) for m in members]
                lines.append([(f"{'':{len(label)}}{'disturbance':<{name - len(label)}}", "dim"), *cells])
            state = [(f"{'':{len(label)}}{'state':<{name - len(label)}}", "text")]
            lines.append([*state, *(self._state(m, index, column) for m in members)])
        return lines

    def _action(self, member: Member, index: int, column: int) -> tuple[str, str]:
        done = member.state.recorded(self._at)
        if done is None:
            return f"{'·':>{column}}", "dim"
        first = self._comparison.first.state.recorded(self._at)
        other = first is not None and first.action[index] != done.action[index]
        return _right(f"{'≠ ' if other else ''}{amount(done.action[index], column - 3)}", column), "strong"

    def _noise(self, member: Member, index: int, column: int) -> tuple[str, str]:
        done = member.state.recorded(self._at)
        noise = member.state.noise(self._at) if done else ()
        return _right(signed(noise[index], column - 1) if noise else "·", column), "warn"

    def _disturbance(self, member: Member, index: int, column: int) -> tuple[str, str]:
        added = member.state.disturbed(self._at) if self._at <= member.state.done else ()
        return _right(f"◆ {signed(added[index], column - 3)}" if added else "·", column), "warn"

    def _state(self, member: Member, index: int, column: int) -> tuple[str, str]:
        state = member.state
        if self._at > state.done:
            return _right(member.absence(), column), "dim"
        level, value = state.levels_after(self._at)[index], state.gauge_values(self._at)[index]
        position = state.environment.gauges[index].position(value)
        sign = {"HIGH": "▲ ", "LOW": "▼ "}.get(position, "")
        return _right(f"{sign}{amount(level, column - 3)}", column), "bad" if sign else "good" if position else "text"

    def _section(self, view: View) -> _Section:
        first, at = self._comparison.first, self._at
        match view:
            case "step":
                return _Section("this step", lambda m, d: self._reward(m, d), False)
            case "total":
                return _Section("total so far", lambda m, d: m.totals(at)[d.key], False)
            case "first":
                return _Section(
                    f"− trial {first.number}",
                    lambda m, d: None if m is first else difference(m.totals(at)[d.key], first.totals(at)[d.key]),
                    True,
                )
            case "reference":
                name = better_reference(first.state.environment)
                return _Section(f"− {name}", lambda m, d: (m.agents_own(at) or {}).get(d.key), True)

    def _reward(self, member: Member, dimension: Dimension) -> Number | None:
        done = member.state.recorded(self._at)
        return done.rewards.get(dimension.key, 0) if done else None

    def _rewards(self, sections: Sequence[_Section], column: int) -> list[Line]:
        environment, members = self._comparison.first.state.environment, self._comparison.members
        across = column * len(members)
        titles = "".join(f"{section.title[: across - 1]:>{across}}" for section in sections)
        lines: list[Line] = [[(f"{' rewards':<{_NAME}}{titles}", "dim")]]
        if len(sections) > 1:
            lines.append([(" " * _NAME, "dim"), *(_heading(member, column) for _ in sections for member in members)])
        owner = ""
        for dimension in environment.dimensions:
            objective = dimension.objective or ""
            label = f" {objective if objective != owner else '':1} " if len(environment.objectives) > 1 else " "
            owner = objective
            cells = [(label, "strong+accent"), (f"{dimension.label:<{_NAME - len(label)}}", "text")]
            values = ((section, section.value(member, dimension)) for section in sections for member in members)
            lines.append([*cells, *(_number(value, part.differs, dimension, column) for part, value in values)])
        return lines


def _heading(member: Member, column: int) -> tuple[str, str]:
    pen = PENS[member.number - 1]
    return _right(f"{member.number}{pen.sign}", column), pen.part


def _number(value: Number | None, differs: bool, dimension: Dimension, column: int) -> tuple[str, str]:
    if value is None:
        return _right("·", column), "dim"
    text = signed(value, column - 1) if differs else amount(value, column - 1)
    tone = "dim" if not value else "bad" if value < 0 and dimension.penalty else "text"
    return _right(text, column), tone


def _right(text: str, column: int) -> str:
    return f"{text:>{column}}"
