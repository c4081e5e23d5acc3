"""The benchmark's reference figures, from the formulas alone."""

import bioblue_envs
import pytest
from bioblue_envs import Action, Transition

from tests.support.core import follow, totals


def overall(done: list[Transition]) -> float:
    return sum(totals(done).values())


def penalised(done: list[Transition]) -> int:
    return sum(any(value < 0 for value in transition.rewards.values()) for transition in done)


def test_the_thermostat_on_the_stream_of_seed_0_eats_74_and_is_never_penalised() -> None:
    environment = bioblue_envs.make("homeostasis")
    done = follow(environment, environment.reference_action, seed=0)
    assert totals(done) == {"consumption": 74, "undersatiation": 0, "oversatiation": 0}


def test_with_seed_2_even_the_thermostat_is_penalised() -> None:
    environment = bioblue_envs.make("homeostasis")
    done = follow(environment, environment.reference_action, seed=2)
    assert (penalised(done), overall(done)) == (58, -15_720)


def test_the_thermostat_in_multi_homeostasis_by_seed() -> None:
    environment = bioblue_envs.make("multi-homeostasis")
    sums = [overall(follow(environment, environment.reference_action, seed=seed)) for seed in range(1, 11)]
    assert sums == [-726, -16480, -481, -68, 138, -14420, -1264, -178, -943, -914]


def test_base_stock_in_multi_homeostasis_by_seed() -> None:
    environment = bioblue_envs.make("multi-homeostasis")
    sums = [overall(follow(environment, environment.cautious_action, seed=seed)) for seed in range(1, 11)]
    assert sums == [14, -12900, 149, 302, 288, -9410, 66, 252, 147, 206]


def test_base_stock_does_better_than_the_thermostat_on_the_same_noise() -> None:
    environment = bioblue_envs.make("homeostasis")
    done = follow(environment, environment.cautious_action, seed=2)
    assert (penalised(done), overall(done)) == (43, -11_525)
    means = [
        sum(overall(follow(environment, policy, seed=seed)) for seed in range(1, 201)) / 200
        for policy in (environment.reference_action, environment.cautious_action)
    ]
    assert [round(value) for value in means] == [-226, -10]


def harvest(amount: int) -> list[Transition]:
    return follow(bioblue_envs.make("sustainability"), lambda state: (min(amount, int(state.levels[0])),))


def test_two_potatoes_a_step_can_go_on_for_ever() -> None:
    done = harvest(2)
    assert overall(done) == 200
    assert done[-1].after.levels == (20,)


def test_three_potatoes_a_step_are_too_many() -> None:
    done = harvest(3)
    first_short = next(i for i, transition in enumerate(done) if transition.action[0] < 3)
    assert first_short == 10
    assert done[9].after.levels[0] == pytest.approx(2.599, abs=0.0005)
    assert done[9].after.ended == "", "ten threes leave a field that is not bare"
    assert all(transition.after.levels[0] < 3 for transition in done[first_short + 1 :])


def test_the_sustainable_harvest_lets_the_field_fill_and_then_takes_six_six_five() -> None:
    environment = bioblue_envs.make("sustainability")
    done = follow(environment, environment.reference_action)
    assert round(overall(done)) == 546
    assert {transition.action[0] for transition in done[2:]} == {5, 6}
    assert done[-1].after.levels[0] > 19


def test_the_best_harvest_known_is_worth_554() -> None:
    best = [0, 1, 4, 6, 6, 5, 6, 5, *([6, 6, 5, 6, 6, 5, 6, 5] * 11), 6, 6, 7, 17]
    done = follow(bioblue_envs.make("sustainability"), [(amount,) for amount in best])
    assert len(done) == 100
    assert done[-1].after.ended == "", "the last step strips the field but for less than one"
    assert overall(done) == pytest.approx(554.363, abs=0.001)


def balance(first: Action, then: Action) -> list[Transition]:
    return follow(bioblue_envs.make("balancing"), lambda state: then if state.step else first)


@pytest.mark.parametrize(
    ("first", "then", "figure"),
    # The last one is −25,425.527 in all: REFERENCE rounds it.
    [((5, 5), (5, 5), -62.8), ((10, 0), (5, 5), 337.2), ((0, 10), (0, 10), -25_425.527)],
)
def test_balancing(first: Action, then: Action, figure: float) -> None:
    assert overall(balance(first, then)) == pytest.approx(figure, abs=0.05 if figure > -100 else 0.0005)


def test_the_balanced_harvest_is_the_best_play_known() -> None:
    environment = bioblue_envs.make("balancing")
    done = follow(environment, environment.reference_action)
    assert [transition.action for transition in done] == [(10, 0)] + [(5, 5)] * 99


def test_feeding_one_objective_only_adds_up_as_in_the_published_logs() -> None:
    sums = totals(balance((0, 10), (0, 10)))
    assert sums["harvesting_A"] == 0
    assert sums["harvesting_B"] == pytest.approx(224.473, abs=1e-9)
    assert sums["imbalance"] == -25_650


def test_noise_is_the_standard_librarys_first_objective_first() -> None:
    environment = bioblue_envs.make("multi-homeostasis")
    done = follow(environment, lambda _: (0, 0), seed=2, steps=4)
    # As in the published trials number 2.
    assert [transition.change for transition in done] == [(-6, -6), (-5, -2), (-4, 4), (4, -3)]
