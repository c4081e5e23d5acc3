"""Where trials part, and which worlds can be compared."""

from __future__ import annotations

import bioblue_envs
from hypothesis import given
from hypothesis import strategies as st

from bioblue_tui.analysis.divergence import act_alike, divergence
from bioblue_tui.trials.events import Stepped
from bioblue_tui.trials.state import TrialState
from tests.support.comparing import eats, recorded


def state_of(**fields: object) -> TrialState:
    record = recorded(**fields)  # type: ignore[arg-type]
    return TrialState(record.header).feed(record.events)


@given(after=st.integers(0, 28), seed=st.integers(0, 50))
def test_trials_of_one_seed_part_where_the_actions_part(after: int, seed: int) -> None:
    one, other = state_of(steps=30, seed=seed), state_of(choose=eats(77, after), steps=30, seed=seed)
    found = divergence(one, other)
    # 77 is more than the reference policy ever takes at once.
    assert (found.action, found.state, found.noise, found.common) == (after + 1, after + 1, None, 30)
    back = divergence(other, one)
    assert (back.action, back.state) == (found.action, found.state)


@given(seed=st.integers(0, 50), steps=st.integers(1, 20))
def test_a_trial_does_not_part_from_itself(seed: int, steps: int) -> None:
    one = state_of(steps=20, seed=seed)
    found = divergence(one, state_of(steps=steps, seed=seed))
    assert (found.action, found.state, found.noise, found.common) == (None, None, None, steps)


def test_other_noise_is_told_apart_from_other_actions() -> None:
    found = divergence(state_of(choose=eats(0), seed=2), state_of(choose=eats(0), seed=3))
    assert found.noise == 1
    assert found.state == 1


def test_steps_that_were_lost_are_passed_over() -> None:
    record = recorded(eats(77, 10))
    record.events = [event for event in record.events if not (isinstance(event, Stepped) and event.step in (11, 12))]
    found = divergence(state_of(), TrialState(record.header).feed(record.events))
    assert found.action == 13


def test_worlds_that_differ_in_what_is_told_act_alike() -> None:
    plain = bioblue_envs.make("balancing")
    assert act_alike(plain, bioblue_envs.make("balancing", hint=True, show_imbalance=True))
    assert act_alike(plain, bioblue_envs.make("balancing", hidden_rewards=True))


def test_worlds_that_do_something_else_do_not() -> None:
    for name, changed in (
        ("balancing", {"budget": 20}),
        ("homeostasis", {"hysteresis": 5}),
        ("homeostasis", {"penalty": 3}),
        ("homeostasis", {"change_low": -7}),
        ("homeostasis", {"start": 90}),
        ("multi-homeostasis", {"objectives": 3}),
        ("sustainability", {"limit": 30}),
    ):
        assert not act_alike(bioblue_envs.make(name), bioblue_envs.make(name, **changed)), (name, changed)
    assert not act_alike(bioblue_envs.make("homeostasis"), bioblue_envs.make("sustainability"))


@given(name=st.sampled_from(bioblue_envs.ids()), data=st.data())
def test_any_other_value_of_a_parameter_that_acts_is_noticed(name: str, data: st.DataObject) -> None:
    told = {"hint", "show_imbalance", "hidden_rewards"}
    usual = bioblue_envs.make(name)
    numbers = [
        key for key, value in usual.parameters.items() if key not in told | {"objectives"} and isinstance(value, int)
    ]
    if not numbers:
        return
    key = data.draw(st.sampled_from(numbers))
    value = usual.parameters[key]
    assert isinstance(value, int)
    try:
        other = bioblue_envs.make(name, **{key: value + 1})
    except bioblue_envs.ParameterError:
        return
    assert not act_alike(usual, other), key
