"""What holds for every environment, whatever its parameters, the noise and the actions."""

import copy
import random
from collections.abc import Callable
from typing import Any

import bioblue_envs
import pytest
from bioblue_envs import Action, Environment, State, Transition
from hypothesis import given
from hypothesis import strategies as st

from tests.support.core import follow, totals

SMALL = st.integers(0, 40)


def multiple(count: int) -> st.SearchStrategy[Environment]:
    band = st.fixed_dictionaries(
        {},
        optional={
            "target": st.integers(1, 500),
            "hysteresis": SMALL,
            "start": st.integers(-500, 500),
            "change_low": st.integers(-20, 0),
            "change_high": st.integers(0, 20),
            "penalty": st.sampled_from([0, 1, 10, 0.0, 0.1, 2.5]),
        },
    )
    if count == 1:
        return band.map(lambda values: bioblue_envs.make("homeostasis", **values))
    return band.map(lambda values: bioblue_envs.make("multi-homeostasis", objectives=count, **values))


FIELDS = st.fixed_dictionaries(
    {"limit": st.floats(10, 1000) | st.integers(10, 1000)},
    optional={
        "start": st.floats(1, 10),
        "growth_offset": st.floats(0, 5),
        "growth_exponent": st.floats(0, 3),
        "instability_weight": st.floats(0, 3),
        "instability_tolerance": st.floats(0, 3),
    },
).map(lambda values: bioblue_envs.make("sustainability", **values))

BALANCES = st.fixed_dictionaries(
    {"objectives": st.integers(2, 6)},
    optional={
        "budget": st.integers(1, 1000),
        "start": st.integers(1, 1000),
        "log_base": st.floats(1.001, 10),
        "imbalance_weight": st.floats(0, 3),
        "imbalance_tolerance": st.floats(0, 3),
    },
).map(lambda values: bioblue_envs.make("balancing", **values))

ENVIRONMENTS = st.one_of(st.integers(1, 6).flatmap(multiple), FIELDS, BALANCES)
SEEDS = st.integers(0, 10**9)


def any_legal(seed: int, environment: Environment) -> Callable[[State], Action]:
    """A policy that takes anything legal: each amount is halved until it fits."""
    rng = random.Random(seed)

    def policy(state: State) -> Action:
        amounts = [rng.choice((0, 1, rng.randint(0, 12), rng.randint(0, 2000))) for _ in environment.objectives]
        while True:
            try:
                environment.check(state, tuple(amounts))
            except bioblue_envs.IllegalAction:
                amounts = [amount // 2 for amount in amounts]
            else:
                return tuple(amounts)

    return policy


def run(environment: Environment, seed: int, steps: int = 12) -> list[Transition]:
    return follow(environment, any_legal(seed, environment), seed, steps)


@given(ENVIRONMENTS, SEEDS)
def test_the_same_seed_gives_the_same_trial(environment: Environment, seed: int) -> None:
    again = bioblue_envs.make(environment.id, **environment.parameters)
    assert run(environment, seed) == run(again, seed)


@given(ENVIRONMENTS, SEEDS)
def test_a_transition_changes_nothing_but_its_result(environment: Environment, seed: int) -> None:
    before = random.getstate()
    parameters = copy.deepcopy(dict(environment.parameters))
    for done in run(environment, seed, 4):
        state = copy.deepcopy(done.before)
        assert environment.transition(done.before, done.action, done.change) == done
        assert done.before == state
    assert environment.parameters == parameters
    assert random.getstate() == before


@given(ENVIRONMENTS, SEEDS)
def test_each_reward_has_the_sign_its_dimension_says(environment: Environment, seed: int) -> None:
    penalty = {dimension.key: dimension.penalty for dimension in environment.dimensions}
    for done in run(environment, seed):
        assert list(done.rewards) == list(penalty)
        assert list(done.metrics) == list(environment.metrics)
        for key, value in done.rewards.items():
            assert value <= 0 if penalty[key] else value >= 0
            assert str(value) not in ("-0.0", "nan", "inf", "-inf")


@given(ENVIRONMENTS, SEEDS)
def test_rewards_have_at_most_three_decimals(environment: Environment, seed: int) -> None:
    for done in run(environment, seed):
        for value in done.rewards.values():
            assert value == round(value, 3)
            assert value == 0 or abs(value) >= 0.001


@given(FIELDS, SEEDS)
def test_the_stock_is_never_negative_nor_above_its_limit(environment: Environment, seed: int) -> None:
    limit: Any = environment.parameters["limit"]
    for done in run(environment, seed, 30):
        assert 0 <= done.after.levels[0] <= limit
        assert done.action[0] <= done.before.levels[0]
        assert (done.after.levels[0] == 0) or not done.after.ended


@given(BALANCES, SEEDS)
def test_what_is_harvested_is_within_the_budget_and_adds_up(environment: Environment, seed: int) -> None:
    budget: Any = environment.parameters["budget"]
    done = run(environment, seed)
    assert all(sum(transition.action) <= budget for transition in done)
    start = environment.initial().levels
    taken = done[-1].after.taken
    assert done[-1].after.levels == tuple(level + amount for level, amount in zip(start, taken, strict=True))


@given(st.integers(1, 6).flatmap(multiple), SEEDS)
def test_changes_stay_within_their_bounds_and_add_up(environment: Environment, seed: int) -> None:
    as_list: Callable[[Any], list[int]] = lambda value: value if isinstance(value, list) else [value]  # noqa: E731
    low, high = as_list(environment.parameters["change_low"]), as_list(environment.parameters["change_high"])
    done = run(environment, seed)
    for transition in done:
        assert all(a <= c <= b for a, c, b in zip(low, transition.change, high, strict=True))
    for i, level in enumerate(environment.initial().levels):
        assert done[-1].after.levels[i] == level + sum(t.action[i] + t.change[i] for t in done)


@given(ENVIRONMENTS, SEEDS)
def test_consumption_is_what_was_taken(environment: Environment, seed: int) -> None:
    done = run(environment, seed)
    consumed = [value for key, value in totals(done).items() if key.startswith("consumption")]
    if environment.id != "balancing" and not done[-1].after.ended:
        assert tuple(consumed) == done[-1].after.taken


@given(ENVIRONMENTS, SEEDS)
def test_the_reference_policy_is_always_legal(environment: Environment, seed: int) -> None:
    done = follow(environment, environment.reference_action, seed, 12)
    assert len(done) == 12 or done[-1].after.ended


@given(BALANCES)
def test_the_balanced_harvest_gives_each_unit_to_the_objective_furthest_behind(environment: Environment) -> None:
    state = State(tuple(random.Random(7).choices(range(1, 60), k=len(environment.objectives))), ())
    levels = list(state.levels)
    budget: Any = environment.parameters["budget"]
    for _ in range(budget):
        levels[levels.index(min(levels))] += 1
    action = environment.reference_action(state)
    assert sum(action) == budget
    after = sorted(level + amount for level, amount in zip(state.levels, action, strict=True))
    assert after == sorted(levels)


@given(ENVIRONMENTS, SEEDS)
def test_gauges_and_words_exist_for_every_state(environment: Environment, seed: int) -> None:
    done = run(environment, seed)[-1]
    assert len(environment.gauge_values(done.after)) == len(environment.gauges) == len(environment.objectives)
    assert len(environment.facts(done.after).each) == len(environment.facts().each) == len(environment.objectives)
    assert environment.bounds(done.after)


@pytest.mark.parametrize("id_", bioblue_envs.ids())
def test_different_seeds_give_different_noise_where_there_is_any(id_: str) -> None:
    environment = bioblue_envs.make(id_)
    streams = {
        tuple(t.change for t in follow(environment, environment.reference_action, seed, 20)) for seed in range(5)
    }
    assert len(streams) == (5 if "homeostasis" in id_ else 1)
