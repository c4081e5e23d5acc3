"""Trials that are no different ones: the same noise, or the same actions, by one agent."""

from __future__ import annotations

import envs
from bioblue_tui.analysis.sameness import sameness
from bioblue_tui.records.schema import Record
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
    assert "2 trials share one noise stream" in warning
    assert "(x, y)" in warning


def test_one_sequence_of_actions_is_told() -> None:
    same = {name: record(seed, "sustainability") for name, seed in (("x", 1), ("y", 2), ("z", 3))}
    (warning,) = sameness(same)
    assert "3 trials share one sequence of actions" in warning


def test_different_agents_on_the_same_noise_are_compared_on_purpose() -> None:
    assert sameness({"x": record(1, agent="a"), "y": record(1, agent="b")}) == []


def test_short_trials_may_well_be_alike() -> None:
    assert sameness({"x": record(1, steps=9), "y": record(1, steps=9)}) == []
    assert sameness({}) == []
