"""The timeline: however marks arrive, it shows those of the steps given away, each in its place."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bioblue_tui.trials.events import Header
from bioblue_tui.trials.state import Mark, MarkKind, TrialState
from bioblue_tui.widgets.timeline import Timeline

STEPS, WIDTH = 50, 80
KINDS: list[MarkKind] = ["rejected", "failed", "difference"]


def line_of(timeline: Timeline) -> str:
    return "".join(text for text, _ in timeline.draw(WIDTH, 1)[0])


def make(marks: list[Mark]) -> Timeline:
    state = TrialState(Header("homeostasis", {}, 1, STEPS, "random"))
    state.marks += marks
    return Timeline(state)


def look(timeline: Timeline, step: int, known: int) -> str:
    timeline._shown, timeline._known = step, known
    return line_of(timeline)


@given(
    st.lists(st.builds(Mark, st.integers(0, STEPS), st.sampled_from(KINDS), st.just("")), max_size=40),
    st.lists(st.tuples(st.integers(0, STEPS), st.integers(0, 5)), min_size=1, max_size=12),
)
def test_marks_taken_in_as_they_come_are_those_that_are_there(marks: list[Mark], moves: list[tuple[int, int]]) -> None:
    state = TrialState(Header("homeostasis", {}, 1, STEPS, "random"))
    timeline, rest = Timeline(state), list(marks)
    for known, more in moves:
        state.marks += [rest.pop(0) for _ in range(min(more, len(rest)))]
        assert look(timeline, 0, known) == look(make(list(state.marks)), 0, known)
        counted = sum(mark.kind == "rejected" and mark.step <= known + 1 for mark in state.marks)
        assert (f"✗{counted} rejected" in line_of(timeline)) == bool(counted)


def test_what_lies_beyond_the_steps_shown_is_not_given_away() -> None:
    timeline = make([Mark(5, "rejected", ""), Mark(30, "failed", "")])
    assert "!" not in look(timeline, 10, 10)
    assert "✗1 rejected" in line_of(timeline)
    assert "!1 no answer" in look(timeline, 10, 29)
