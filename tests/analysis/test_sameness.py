"""Trials that are no different ones: the same noise, or the same actions, by one agent."""

from __future__ import annotations

import envs
from bioblue_tui.analysis.sameness import SHORT, Trace, kin, sameness
from bioblue_tui.records.schema import Record
from bioblue_tui.trials.events import Stepped
from envs import Environment, State
from tests.support.records import header_for, play, reference


def record(seed: int, environment: str = "homeostasis", steps: int = 12, agent: str = "a", extra: int = 0) -> Record:
    """Play a trial of the reference policy, with so much eaten beyond it in each step."""

    def choose(world: Environment, state: State) -> str:
        return str(int(reference(world, state)) + extra)

    header = header_for(envs.make(environment), steps, seed, agent=agent)
    return Record(header, list(play(header, choose)))


def test_one_stream_of_noise_is_told_once_with_the_names() -> None:
    (warning,) = sameness({"x": record(1), "y": record(1, extra=1), "z": record(2)})
    assert "2 trials use the same noise: they are not independent" in warning
    assert "(x, y)" in warning


def test_several_groups_are_one_sentence() -> None:
    (warning,) = sameness({"x": record(1), "y": record(1, extra=1), "z": record(2), "u": record(2, extra=1)})
    assert "4 trials, in 2 groups, each within itself, use the same noise" in warning
    assert "(x, y; z, u)" in warning


def test_one_sequence_of_actions_is_told() -> None:
    same = {name: record(seed, "sustainability") for name, seed in (("x", 1), ("y", 2), ("z", 3))}
    (warning,) = sameness(same)
    assert "3 trials share one sequence of actions" in warning


def test_different_agents_on_the_same_noise_are_compared_on_purpose() -> None:
    assert sameness({"x": record(1, agent="a"), "y": record(1, agent="b")}) == []


def test_without_noise_the_same_actions_are_one_trial_however_few() -> None:
    taken = {name: record(seed, "sustainability", steps=1) for name, seed in (("x", 4), ("y", 10), ("z", 11))}
    (warning,) = sameness(taken)
    assert "3 trials share one sequence of actions" in warning
    traces = [Trace.of(e for e in each.events if isinstance(e, Stepped)) for each in taken.values()]
    assert kin([*traces, Trace.of([])]) == [0, 0, 0, 3]


def test_short_trials_may_well_be_alike() -> None:
    assert sameness({"x": record(1, steps=9), "y": record(1, steps=9)}) == []
    assert sameness({}) == []


def test_kin_are_those_that_share_noise_or_all_actions_with_the_same_third() -> None:
    traces = [Trace(1, 10), Trace(2, 20), Trace(1, 30), Trace(3, 20), Trace(4, 40), Trace(3, 30)]
    assert kin(traces) == [0, 0, 0, 0, 4, 0]
    assert kin([Trace(), Trace(), Trace(0, 5)]) == [0, 1, 2], "what is too short shares nothing"
    steps = [event for event in record(1).events if isinstance(event, Stepped)]
    assert Trace.of(steps[: SHORT - 1]) == Trace()
    assert Trace.of(steps).noise != 0
