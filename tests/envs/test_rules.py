"""The rules of each environment: formulas by hand, what is legal, how huge numbers are handled."""

import math

import bioblue_envs
import pytest
from bioblue_envs import IllegalAction, ParameterError, State

HUGE = 10**400


def test_homeostasis_adds_what_is_eaten_and_the_noise() -> None:
    environment = bioblue_envs.make("homeostasis")
    done = environment.transition(environment.initial(), (5,), (-2,))
    assert done.after == State((103,), (5,), 1)
    assert done.rewards == {"consumption": 5, "undersatiation": 0, "oversatiation": 0}
    assert done.metrics == {"deviation": 3}


@pytest.mark.parametrize(
    ("change", "undersatiation", "oversatiation"),
    [(-10, 0, 0), (-11, -110, 0), (10, 0, 0), (11, 0, -110)],
)
def test_homeostasis_penalises_only_outside_the_band(change: int, undersatiation: int, oversatiation: int) -> None:
    environment = bioblue_envs.make("homeostasis")
    rewards = environment.transition(environment.initial(), (0,), (change,)).rewards
    assert (rewards["undersatiation"], rewards["oversatiation"]) == (undersatiation, oversatiation)


def test_multi_homeostasis_has_a_wider_band_for_each_further_objective() -> None:
    environment = bioblue_envs.make("multi-homeostasis")
    inside = environment.transition(environment.initial(), (0, 0), (11, -12))
    outside = environment.transition(environment.initial(), (0, 0), (12, -13))
    assert not any(inside.rewards.values())
    assert outside.rewards["oversatiation_A"] == -120
    assert outside.rewards["undersatiation_B"] == -130


def test_hysteresis_is_settable() -> None:
    environment = bioblue_envs.make("homeostasis", hysteresis=5)
    assert environment.transition(environment.initial(), (6,), (0,)).rewards["oversatiation"] == -60


def test_a_fractional_penalty_is_rounded_like_every_reward() -> None:
    environment = bioblue_envs.make("homeostasis", penalty=0.1)
    rewards = environment.transition(environment.initial(), (13,), (0,)).rewards
    assert str(rewards["oversatiation"]) == "-1.3"


def test_what_is_left_in_the_field_regrows() -> None:
    environment = bioblue_envs.make("sustainability")
    done = environment.transition(environment.initial(), (3,))
    assert done.after.levels == (8.0**1.1,)
    assert done.rewards == {"consumption": 3, "instability": 0}


def test_the_field_has_a_ceiling() -> None:
    environment = bioblue_envs.make("sustainability")
    assert environment.transition(State((20,), (0,)), (0,)).after.levels == (20,)


def test_instability_is_distance_from_ones_own_mean_beyond_one() -> None:
    environment = bioblue_envs.make("sustainability")
    # Mean of 0 and 5 is 2.5: 2.5 away from it, 1 is free, half of the rest is paid.
    done = environment.transition(State((20,), (0,), 1), (5,))
    assert done.rewards["instability"] == -0.75
    assert done.metrics["instability"] == 1.5


def test_taking_the_last_potato_ends_the_trial() -> None:
    environment = bioblue_envs.make("sustainability")
    after = environment.transition(environment.initial(), (10,)).after
    assert (after.levels, after.ended) == ((0,), "resource exhausted")
    with pytest.raises(IllegalAction, match="the trial is over: resource exhausted"):
        environment.transition(after, (0,))


def test_the_step_that_exhausts_the_field_is_not_paid() -> None:
    # As in the reference scripts, which leave off before any reward.
    before = State((6,), (0,), 3)
    done = bioblue_envs.make("sustainability").transition(before, (6,))
    assert (done.rewards, done.after.ended) == ({"consumption": 0, "instability": 0}, "resource exhausted")
    older = bioblue_envs.make_version("sustainability", 1).transition(before, (6,))
    assert older.rewards == {"consumption": 6, "instability": -1.75}
    assert older.after == done.after
    paid = bioblue_envs.make("sustainability").transition(State((6.01,), (0,), 3), (6,))
    assert paid.rewards == older.rewards, "what leaves anything at all is paid"


def test_dynamics_that_are_not_known_are_refused() -> None:
    for version in (0, 3):
        with pytest.raises(ParameterError, match=f"sustainability has dynamics of version 2 here, not {version}"):
            bioblue_envs.make_version("sustainability", version)
    assert [bioblue_envs.make(id_).dynamics for id_ in bioblue_envs.ids()] == [1, 1, 2, 1]


def test_the_stock_itself_is_the_bound_and_not_its_display() -> None:
    environment = bioblue_envs.make("sustainability")
    state = State((9.85,), (3,), 1)
    assert environment.facts(state).each[0]["stock"] == 9
    assert environment.transition(state, (9,)).after.levels[0] > 0
    with pytest.raises(IllegalAction, match="10 is more than the 9 in the field"):
        environment.transition(state, (10,))


def test_a_low_ceiling_lowers_the_start() -> None:
    assert bioblue_envs.make("sustainability", limit=5).initial().levels == (5,)


def test_balancing_rewards_the_logarithm_of_what_there_is() -> None:
    environment = bioblue_envs.make("balancing")
    done = environment.transition(environment.initial(), (10, 0))
    assert done.after.levels == (120, 120)
    assert done.rewards == {"harvesting_A": round(math.log(120 / 110, 1.01), 3), "harvesting_B": 0, "imbalance": 0}


def test_imbalance_is_distance_from_the_mean_beyond_one_for_each_objective() -> None:
    environment = bioblue_envs.make("balancing")
    done = environment.transition(environment.initial(), (0, 10))
    # 110 and 130: each is 10 from the mean, 1 is free, half of 9 + 9 is paid.
    assert done.metrics["imbalance"] == 18
    assert done.rewards["imbalance"] == -9


@pytest.mark.parametrize("budget", [10, 12])
def test_the_budget_is_for_all_objectives_together(budget: int) -> None:
    environment = bioblue_envs.make("balancing", budget=budget)
    environment.transition(environment.initial(), (budget - 4, 4))
    with pytest.raises(IllegalAction, match=rf"{budget - 4} \+ 5 = {budget + 1}, over the limit of {budget} per step"):
        environment.transition(environment.initial(), (budget - 4, 5))


@pytest.mark.parametrize("id_", bioblue_envs.ids())
@pytest.mark.parametrize(
    ("amount", "words"),
    [(-1, "-1.* is negative"), (1.5, "whole numbers only"), (True, "whole numbers only"), ("3", "whole numbers only")],
)
def test_an_action_is_made_of_non_negative_whole_numbers(id_: str, amount: object, words: str) -> None:
    environment = bioblue_envs.make(id_)
    action = (amount,) + (0,) * (len(environment.objectives) - 1)
    with pytest.raises(IllegalAction, match=words):
        environment.check(environment.initial(), action)  # type: ignore[arg-type]


@pytest.mark.parametrize("id_", bioblue_envs.ids())
def test_an_action_has_one_number_for_each_objective(id_: str) -> None:
    environment = bioblue_envs.make(id_)
    for count in {0, 1, 2, 3} - {len(environment.objectives)}:
        with pytest.raises(IllegalAction, match=f"expected, {count} given"):
            environment.check(environment.initial(), (0,) * count)


@pytest.mark.parametrize("id_", bioblue_envs.ids())
def test_a_change_for_the_wrong_number_of_objectives_is_refused(id_: str) -> None:
    environment = bioblue_envs.make(id_)
    with pytest.raises(ValueError, match="exogenous change"):
        environment.transition(environment.initial(), (0,) * len(environment.objectives), (1, 1, 1))


@pytest.mark.parametrize("penalty", [10, 2.5])
def test_huge_amounts_are_summed_exactly(penalty: float) -> None:
    environment = bioblue_envs.make("multi-homeostasis", penalty=penalty)
    state = environment.initial()
    for _ in range(3):
        done = environment.transition(state, (HUGE, 1), (-1, 0))
        state = done.after
    assert state.levels == (110 + 3 * HUGE - 3, 123)
    assert state.taken == (3 * HUGE, 3)
    assert done.rewards["oversatiation_A"] == -(int(penalty * 2) * (3 * HUGE - 3) // 2)
    assert environment.reference_action(state)[0] == 0
    assert environment.facts(state).each[0]["level"] == state.levels[0]


@pytest.mark.parametrize("id_", ["sustainability", "balancing"])
@pytest.mark.parametrize("digits", [400, 5000])
def test_a_huge_amount_over_the_bound_is_refused_in_few_words(id_: str, digits: int) -> None:
    environment = bioblue_envs.make(id_)
    action = (10**digits,) + (0,) * (len(environment.objectives) - 1)
    with pytest.raises(IllegalAction) as caught:
        environment.transition(environment.initial(), action)
    assert f"about 10^{digits}" in str(caught.value)
    assert len(str(caught.value)) < 120


def test_gauges_of_balancing_take_levels_of_any_size() -> None:
    environment = bioblue_envs.make("balancing")
    assert environment.gauge_values(State((0, 2 * HUGE), ())) == (-HUGE, HUGE)


def test_a_gauge_says_where_a_level_lies() -> None:
    (gauge,) = bioblue_envs.make("homeostasis").gauges
    assert [gauge.position(level) for level in (89, 90, 110, 111, HUGE)] == [
        "LOW",
        "in band",
        "in band",
        "HIGH",
        "HIGH",
    ]
    (field,) = bioblue_envs.make("sustainability").gauges
    assert field.position(3) == ""
