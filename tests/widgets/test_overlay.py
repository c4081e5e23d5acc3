"""Several trials on one gauge: whatever they did, every one of them can be found, and nothing leaves its place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import bioblue_envs
import pytest
from bioblue_envs import Number
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from bioblue_tui.analysis.comparison import Comparison
from bioblue_tui.records.schema import Record
from bioblue_tui.trials.events import Stepped
from bioblue_tui.widgets.lines import Line
from bioblue_tui.widgets.overlay import PENS, Course, Overlay
from bioblue_tui.widgets.overlay_table import VIEWS, TrialsTable
from bioblue_tui.widgets.overlay_timeline import Timelines
from tests.support.comparing import eats, recorded

LEVELS = st.one_of(st.integers(-50, 400), st.integers(-(10**400), 10**400), st.floats(-1e12, 1e12))
COURSES = st.lists(st.lists(LEVELS, min_size=1, max_size=12), min_size=2, max_size=6)
GAUGES = st.sampled_from([gauge for name in bioblue_envs.ids() for gauge in bioblue_envs.make(name).gauges])


def overlay(gauge: bioblue_envs.Gauge, courses: Sequence[Sequence[Number]], steps: int = 11) -> Overlay:
    return Overlay(gauge, steps, [Course(values, values) for values in courses])


def text(line: Line) -> str:
    return "".join(part for part, _ in line)


@given(gauge=GAUGES, courses=COURSES, step=st.integers(0, 11), width=st.integers(40, 130), height=st.integers(1, 20))
def test_it_keeps_to_its_place_and_names_every_trial(
    gauge: bioblue_envs.Gauge, courses: list[list[Number]], step: int, width: int, height: int
) -> None:
    drawn = overlay(gauge, courses)
    drawn.look(step, None, frozenset({0}))
    lines = drawn.draw(width, height)
    assert 1 <= len(lines) <= height
    if height >= 8 and width >= 60:
        legend = "\n".join(map(text, lines))
        for number, pen in enumerate(PENS[: len(courses)], 1):
            assert f"{number}{pen.sign} " in legend
        (scale,) = [line for line in lines if any("━" in part or "─" in part for part, style in line if "dim" in style)]
        markers = {part for part, style in scale if style.startswith("trial")}
        assert markers == {str(number) for number in range(1, len(courses) + 1)}
    for line in lines[-max(0, height - 4) :] if height > 8 else ():
        assert cell_len(text(line)) <= width


def dots(line: Line) -> str:
    return "".join(part if "⠀" < part <= "⣿" else " " for part, _ in line if len(part) == 1)


def test_the_one_in_front_is_whole_and_others_have_gaps() -> None:
    gauge = bioblue_envs.make("homeostasis").gauges[0]
    drawn = overlay(gauge, [[100] * 12, [130] * 12])
    plain = [line for line in drawn.draw(60, 12) if any(style == "trial2" for part, style in line if "⠀" < part <= "⣿")]
    drawn.look(0, 1, frozenset())
    front = [line for line in drawn.draw(60, 12) if any(style == "trial2" for part, style in line if "⠀" < part <= "⣿")]
    assert "⠉⠉ " in dots(plain[0]).replace("⠒", "⠉").replace("⠤", "⠉").replace("⣀", "⠉")
    assert " " not in dots(front[0]).strip()


def test_what_two_share_is_drawn_once_and_plain() -> None:
    gauge = bioblue_envs.make("homeostasis").gauges[0]
    same = overlay(gauge, [[100, 104, 98] * 4, [100, 104, 98] * 4])
    styles = {style.partition("+")[0] for line in same.draw(60, 12) for part, style in line if "⠀" < part <= "⣿"}
    assert styles == {"text"}


def wild(record: Record, level: Number) -> Record:
    """A record that holds numbers no world has."""
    events = [
        replace(event, after=(level,) * len(event.after), totals=dict.fromkeys(event.totals, level))
        if isinstance(event, Stepped) and event.step > 5
        else event
        for event in record.events
    ]
    return replace(record, events=events)


@pytest.mark.parametrize("environment", bioblue_envs.ids())
@pytest.mark.parametrize("level", [10**400, -(10**400), 1e300, 0.5])
def test_numbers_that_no_world_has_are_shown(environment: str, level: Number) -> None:
    records = [recorded(environment=environment, steps=12), wild(recorded(environment=environment, steps=12), level)]
    found = Comparison(records)
    table, lines = TrialsTable(found), Timelines(found)
    for step in (0, 5, 6, 12):
        table.look(step)
        lines.look(step, None)
        assert len(lines.draw(90, 2)) == 2
        for view in VIEWS:
            table.view = view
            assert all(cell_len(text(line)) <= 80 for line in table.draw(80, 30))


@given(width=st.integers(58, 200), count=st.integers(2, 6))
def test_timelines_fill_their_width_and_mark_where_trials_part(width: int, count: int) -> None:
    found = Comparison([recorded(eats(77, 10 * number), steps=60) for number in range(count)])
    drawn = Timelines(found).draw(width, count)
    assert len(drawn) == count
    for number, line in enumerate(drawn):
        assert cell_len(text(line)) <= width
        assert ("≠" in text(line)) == (number > 0)
