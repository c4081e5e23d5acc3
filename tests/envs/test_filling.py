"""The best fixed fill level: beside all others on the same noise, and what it is in the benchmark."""

from collections.abc import Iterable

import bioblue_envs
import numpy as np
import pytest
from bioblue_envs import Homeostatic, Setpoint, State
from bioblue_envs.filling import best_fill
from numpy.typing import NDArray


@pytest.mark.parametrize("id_", ["homeostasis", "multi-homeostasis"])
def test_in_the_benchmark_it_is_the_lower_edge_plus_the_worst_drop(id_: str) -> None:
    problem = bioblue_envs.make(id_).problem
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
    environment = bioblue_envs.make("homeostasis", **values)
    assert isinstance(environment.problem, Homeostatic)
    (point,) = environment.problem.setpoints
    assert level in (point.base_stock, None)
    _beats(point, (-30, -20, -12, -8, -5, -3, -1, 0, 1, 3, 6, 10, point.base_stock - 1, point.base_stock + 1))


def test_it_is_the_best_where_further_objectives_of_the_benchmark_vary_more() -> None:
    problem = bioblue_envs.make("multi-homeostasis", objectives=6).problem
    assert isinstance(problem, Homeostatic)
    assert [point.base_stock for point in problem.setpoints] == [-5, -5, -5, -6, -7, -8]
    for point in problem.setpoints[3:]:
        _beats(point, range(point.base_stock - 4, point.base_stock + 5))


def _beats(point: Setpoint, others: Iterable[int]) -> None:
    """Hold the level to fill to against others."""
    best = _expected(point, point.base_stock)
    for other in others:
        assert _expected(point, other) <= best + 1e-6, other


def _expected(point: Setpoint, fill: int) -> float:
    """Return the expected total of 100 steps: the distribution over all levels is carried from step to step."""
    (low, high), reach = point.changes, 2_000
    levels = np.arange(-reach, reach + 1)
    chances: NDArray[np.float64] = np.where(levels == point.start, 1.0, 0.0)
    total = 0.0
    penalties = np.where(abs(levels) > point.half_width, point.penalty * abs(levels), 0)
    for _ in range(100):
        total += float(chances @ np.maximum(0, fill - levels))
        filled = np.where(levels < fill, 0.0, chances)
        filled[fill + reach] += chances[levels < fill].sum()
        chances = np.convolve(filled, np.full(high - low + 1, 1 / (high - low + 1)))[-low : -high or None]
        total -= float(chances @ penalties)
    return total


def test_it_is_found_for_any_numbers() -> None:
    wide = 1_000_000
    assert best_fill(wide, -5, 3, 10.0, 0) > wide - 500
    assert isinstance(best_fill(10, -wide, wide, 10.0, 5), int)
    assert best_fill(10, 0, 0, 10.0, 0) == 10, "nothing takes it back, so that the band's upper edge brings most"
    assert best_fill(0, wide, wide, 0.0, -wide) is not None


def test_policies_fill_up_to_it() -> None:
    environment = bioblue_envs.make("homeostasis", hysteresis=5, penalty=3, change_low=-9)
    assert environment.cautious_action(State((90,), (0,))) == (12,)
    assert environment.cautious_action(State((103,), (0,))) == (0,)
