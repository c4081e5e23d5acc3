"""The best fixed fill level: beside all others on the same noise, and what it is in the benchmark."""

import random
import statistics

import numpy as np
import pytest
from numpy.typing import NDArray

import envs
from envs import Homeostatic, Setpoint, State
from envs.filling import best_fill


@pytest.mark.parametrize("id_", ["homeostasis", "multi-homeostasis"])
def test_in_the_benchmark_it_is_the_lower_edge_plus_the_worst_drop(id_: str) -> None:
    problem = envs.make(id_).problem
    assert isinstance(problem, Homeostatic)
    assert [point.base_stock for point in problem.setpoints] == [
        point.drop - point.half_width for point in problem.setpoints
    ]
    assert {point.base_stock for point in problem.setpoints} == {-5}


@pytest.mark.parametrize(
    ("values", "level"),
    [
        ({"hysteresis": 5, "penalty": 3, "change_low": -9}, 2),
        ({"hysteresis": 5, "change_low": -9}, 2),
        ({"change_low": -12, "change_high": 8}, -2),
        ({"hysteresis": 3}, 0),
        ({"hysteresis": 20}, -5),
        ({"change_low": -3, "change_high": 5, "start": 90}, None),
        ({"change_low": -1, "change_high": 1, "start": 115}, None),
        ({"change_low": -3, "change_high": 2, "start": 140, "penalty": 1}, -1),
    ],
)
def test_it_is_the_best_of_all_fixed_levels(values: dict[str, int], level: int | None) -> None:
    environment = envs.make("homeostasis", **values)
    assert isinstance(environment.problem, Homeostatic)
    (point,) = environment.problem.setpoints
    assert level in (point.base_stock, None)
    noise = [[environment.draw(rng) for _ in range(100)] for rng in map(random.Random, range(150))]

    def totals(fill: int) -> list[float]:
        found = []
        for stream in noise:
            state, total = environment.initial(), 0.0
            for change in stream:
                done = environment.transition(state, (max(0, int(point.target + fill - state.levels[0])),), change)
                state, total = done.after, total + sum(done.rewards.values())
            found.append(total)
        return found

    best = totals(point.base_stock)
    for other in (-30, -20, -12, -8, -5, -3, -1, 0, 1, 3, 6, 10, point.base_stock - 1, point.base_stock + 1):
        gained = [mine - theirs for mine, theirs in zip(best, totals(other), strict=True)]
        slack = 3 * statistics.stdev(gained) / len(gained) ** 0.5
        assert statistics.mean(gained) >= -slack, other


def test_it_is_the_best_where_further_objectives_of_the_benchmark_vary_more() -> None:
    problem = envs.make("multi-homeostasis", objectives=6).problem
    assert isinstance(problem, Homeostatic)
    assert [point.base_stock for point in problem.setpoints] == [-5, -5, -5, -6, -7, -8]
    for point in problem.setpoints[3:]:
        noise = np.random.default_rng(1).integers(point.changes[0], point.changes[1] + 1, (100, 8_000))
        totals = {fill: _totals(point, fill, noise) for fill in range(point.base_stock - 4, point.base_stock + 5)}
        for other, theirs in totals.items():
            gained = totals[point.base_stock] - theirs
            assert gained.mean() >= -3 * gained.std() / len(gained) ** 0.5, other


def _totals(point: Setpoint, fill: int, noise: NDArray[np.int64]) -> NDArray[np.float64]:
    """Play a fill level on many streams of noise at once."""
    level, total = np.full(noise.shape[1], float(point.start)), np.zeros(noise.shape[1])
    for change in noise:
        dose = np.maximum(0, fill - level)
        level = level + dose + change
        total += dose - np.where(abs(level) > point.half_width, point.penalty * abs(level), 0)
    return total


def test_it_is_found_for_any_numbers() -> None:
    wide = 1_000_000
    assert best_fill(wide, -5, 3, 10.0, 0) > wide - 500
    assert isinstance(best_fill(10, -wide, wide, 10.0, 5), int)
    assert best_fill(10, 0, 0, 10.0, 0) == 10, "nothing takes it back, so that the band's upper edge brings most"
    assert best_fill(0, wide, wide, 0.0, -wide) is not None


def test_policies_fill_up_to_it() -> None:
    environment = envs.make("homeostasis", hysteresis=5, penalty=3, change_low=-9)
    assert environment.cautious_action(State((90,), (0,))) == (12,)
    assert environment.cautious_action(State((103,), (0,))) == (0,)
