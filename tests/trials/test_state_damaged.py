"""The state of a trial fed from a damaged, foreign or hostile record: it can be shown, or says what is wrong."""

import dataclasses
import tracemalloc
from typing import Any

import bioblue_envs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bioblue_tui.trials.events import (
    MAX_STEPS,
    Answered,
    Asked,
    Ended,
    Event,
    Failed,
    Header,
    Paused,
    Rejected,
    Resumed,
    Stepped,
)
from bioblue_tui.trials.state import TrialState
from tests.support.core import header
from tests.support.state_events import HEADER, answered, asked, fed, stepped, whole


@pytest.mark.parametrize("lost", range(9))
def test_a_lost_event_loses_no_other_step(lost: int) -> None:
    events = [*whole(1), *whole(2), *whole(3)]
    missing = events.pop(lost)
    state = fed(*events)
    assert len(state.steps) == 3
    for step in range(1, 4):
        if isinstance(missing, Stepped) and missing.step == step == 3:
            assert state.done == 2
        else:
            # Where a step is lost, the next one tells what it led to.
            assert state.levels_after(step) == (100 + step,)


def test_a_record_may_begin_late() -> None:
    state = fed(asked(5))
    assert (state.done, state.levels, len(state.steps)) == (0, (100,), 5)
    state.feed([answered(5), stepped(5, 104), *whole(6)])
    assert (state.done, state.levels, state.levels_after(4)) == (6, (106,), (104,))
    # What was lost shows as what was last known: here, the start.
    assert (state.levels_after(2), state.recorded(2)) == ((100,), None)
    with pytest.raises(IndexError, match="step 7 has not been done"):
        state.levels_after(7)


def test_an_answer_without_its_question_finds_its_place() -> None:
    state = fed(answered(1, 2, "7"), Rejected(1, 1, 3, "none found"))
    assert [(attempt.number, attempt.text, attempt.rejection) for attempt in state.steps[0].attempts] == [
        (2, "7", ""),
        (3, None, "none found"),
    ]


OUT_OF_RANGE = [0, -1, 11, 10**9, 10**400]


@pytest.mark.parametrize("step", OUT_OF_RANGE)
@pytest.mark.parametrize("kind", [Asked, Answered, Rejected, Failed, Stepped])
def test_a_step_that_the_trial_does_not_have_is_refused_and_changes_nothing(kind: type, step: int) -> None:
    events: dict[type, Event] = {
        Asked: asked(step),
        Answered: answered(step),
        Rejected: Rejected(1, step, 1, "x"),
        Failed: Failed(1, step, 1, "x"),
        Stepped: stepped(step),
    }
    state = fed(*whole(1))
    with pytest.raises(ValueError, match="a trial of 10 steps has no such step"):
        state.apply(events[kind])
    assert (len(state.steps), state.version, state.marks, state.rejections) == (1, 3, [], 0)


@pytest.mark.parametrize(
    "event", [Paused(1, 12), Resumed(1, 10**9), Ended(1, 11, "x"), Ended(1, -1, "x"), Paused(1, 0)]
)
def test_the_timeline_is_not_stretched_by_a_hostile_step(event: Event) -> None:
    with pytest.raises(ValueError, match="no such step"):
        fed(event)


def test_the_ends_of_the_range_are_fine() -> None:
    fed(stepped(10), Paused(1, 11), Resumed(1, 11), Ended(1, 10, "complete"))
    fed(Ended(1, 0, "stopped"))


def test_a_hostile_header_and_step_together_take_little_memory() -> None:
    state = TrialState(dataclasses.replace(HEADER, steps=10**18))
    with pytest.raises(ValueError, match="no such step"):
        state.apply(asked(10**9))
    tracemalloc.start()
    state.apply(asked(MAX_STEPS))
    assert tracemalloc.get_traced_memory()[1] < 50_000_000
    tracemalloc.stop()


@pytest.mark.parametrize("wrong", [{"action": (1, 2)}, {"before": ()}, {"after": (1, 2)}, {"action": ()}])
def test_a_step_of_another_number_of_objectives_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="action and levels need 1 value"):
        fed(stepped(1, **wrong))


def test_a_header_that_describes_no_environment_is_refused() -> None:
    with pytest.raises(bioblue_envs.ParameterError, match="no environment"):
        TrialState(Header("nowhere", {}, 1, 10, "x"))
    with pytest.raises(bioblue_envs.ParameterError, match="no parameter"):
        TrialState(Header("homeostasis", {"id": 1}, 1, 10, "x"))


def test_levels_of_any_size_can_be_shown() -> None:
    state = TrialState(header(bioblue_envs.make("balancing"), steps=1))
    huge = 10**400
    state.apply(stepped(1, action=(0, 0), before=(1, 1), after=(0, 2 * huge)))
    assert state.gauge_values(1) == (-huge, huge)


STEPS = st.integers(-2, 13)
ANY_EVENT: st.SearchStrategy[Event] = st.one_of(
    st.builds(asked, STEPS, st.integers(-1, 4)),
    st.builds(answered, STEPS, st.integers(-1, 4)),
    st.builds(Rejected, st.just(1.0), STEPS, st.integers(-1, 4), st.text(max_size=5)),
    st.builds(Failed, st.just(1.0), STEPS, st.integers(-1, 4), st.text(max_size=5)),
    st.builds(stepped, STEPS),
    st.builds(Paused, st.just(1.0), STEPS, st.text(max_size=5)),
    st.builds(Resumed, st.just(1.0), STEPS),
    st.builds(Ended, st.just(1.0), STEPS, st.text(max_size=5)),
)


@given(st.lists(ANY_EVENT, max_size=30))
def test_any_order_of_events_leaves_a_state_that_can_be_shown(events: list[Event]) -> None:
    state = TrialState(HEADER)
    for event in events:
        try:
            state.apply(event)
        except ValueError:
            continue
        assert 0 <= state.done <= len(state.steps) <= 10
        assert len(state.levels) == 1
        assert [view.number for view in state.steps] == list(range(1, len(state.steps) + 1))
        assert all(0 <= mark.step <= 11 for mark in state.marks)
