"""Intervals of means and shares: what they hold, what they are called, and where there is none."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bioblue_tui.analysis.intervals import (
    ATTAINED,
    FEW,
    LAWS,
    Interval,
    alone,
    described,
    interval,
    intervals,
    student,
    student_tail,
    why_none,
    wilson,
)
from tests.support.coverage import of_means

samples = st.lists(st.integers(-1000, 1000), min_size=FEW, max_size=12).filter(lambda values: len(set(values)) > 1)


def found_for(values: list[float] | list[int], kin: list[str] | None = None) -> Interval:
    found = interval(values, kin)
    assert found is not None
    return found


@given(samples)
def test_an_interval_holds_the_mean_of_its_own_values_and_is_always_the_same(values: list[int]) -> None:
    found = found_for(values)
    assert found.low < sum(values) / len(values) < found.high
    assert found.n == len(values)
    assert interval(values) == found


@given(samples, st.integers(-500, 500), st.sampled_from([2, 4, 0.5, -1]))
def test_it_moves_and_stretches_with_the_values(values: list[int], shift: int, scale: float) -> None:
    found, moved = found_for(values), found_for([value * scale + shift for value in values])
    low, high = sorted((found.low * scale + shift, found.high * scale + shift))
    assert (moved.low, moved.high) == pytest.approx((low, high), abs=1e-6)


@given(samples)
def test_it_is_never_narrower_than_students(values: list[int]) -> None:
    n, middle = len(values), sum(values) / len(values)
    error = math.sqrt(sum((value - middle) ** 2 for value in values) / (n - 1) / n)
    found, reach = found_for(values), student(n - 1) * error
    assert found.low <= middle - reach + 1e-9
    assert found.high >= middle + reach - 1e-9


@pytest.mark.parametrize("n", list(ATTAINED))
@pytest.mark.parametrize("law", LAWS)
def test_it_holds_the_true_mean_as_often_as_its_label_says(law: str, n: int) -> None:
    told = ATTAINED[n][LAWS.index(law)]
    assert of_means(law, n, 1_500, seed=2) == pytest.approx(told, abs=0.02)
    if law in ("normal", "exponential"):
        assert told >= 0.93


def test_its_label_says_method_number_resamples_and_what_is_attained() -> None:
    label = described(10)
    for part in (
        "95% nominal",
        "bootstrap-t",
        "at least 0.2 ×",
        "Student's t",
        "n = 10 trials",
        "4,000 resamples",
        "91% if log-normal",
    ):
        assert part in label
    assert "by simulation with 10 trials: 96%" in described(13), "those of another number are not its own"
    assert described(13) == label.replace("n = 10", "n = 13")
    assert described(3) == "no interval: 3 independent trials, at least 5 are needed"


def test_where_there_is_none_it_says_why() -> None:
    cases = {"too few": [1, 2, 3, 4], "all equal": [7] * 6, "too large": [1, 2, 3, 4, 10**400], "": [1, 2, 3, 4, 5]}
    for why, values in cases.items():
        assert why_none(values) == why
        assert (interval(values) is None) == bool(why)
    assert why_none([]) == "too few"
    assert why_none([1e308, -1e308, 0, 0, 0]) == "too large"


def test_what_belongs_together_counts_as_one() -> None:
    values = [1, 2, 3, 4, 5, 9]
    assert found_for(values * 3, [*"abcdef"] * 3) == found_for(values)
    assert interval(values, [*"aabbcc"]) is None
    together, apart = found_for([*values, 9, 9], [*"abcdefff"]), found_for([*values, 9, 9])
    assert (together.n, apart.n) == (6, 8)
    assert together.high - together.low > apart.high - apart.low


def test_copies_move_neither_a_mean_nor_its_interval() -> None:
    values, heads = [1, 2, 3, 4, 5, 9], [*"abcdef"]
    assert interval([*values, *[9] * 20], [*heads, *"f" * 20]) == interval(values)
    assert alone([*values, 9, 11], [*heads, "f", "f"]) == [1, 2, 3, 4, 5, pytest.approx(29 / 3)]
    assert why_none([1] * 5 + [0, 2], [*"abcde", "e", "e"]) == "all equal"


def test_with_twenty_copies_of_one_trial_it_holds_the_mean_as_often_as_its_label_says() -> None:
    rng = np.random.default_rng(5)
    drawn, whose = rng.normal(size=(400, 6)), [*range(6), *[5] * 20]
    found = intervals([[*row, *[row[5]] * 20] for row in drawn.tolist()], whose)
    assert sum(one is not None and one.low <= 0 <= one.high for one in found) / 400 >= 0.95


def test_many_rows_are_each_as_alone() -> None:
    rows = [[1, 2, 3, 4, 9], [5, 5, 5, 5, 5], [0, -1, -5, -2, -1]]
    assert intervals(rows) == [interval(row) for row in rows]
    assert intervals([]) == []


def test_the_mean_of_what_has_one_sign_has_it_too() -> None:
    values = [0] * 8 + [100]
    assert found_for(values).low < 0
    clipped = interval(values, sign=1)
    assert clipped is not None
    assert (clipped.low, clipped.high) == (0, found_for(values).high)
    impossible = interval([-1, 0, 0, 0, 0, 100], sign=1)
    assert impossible is not None
    assert impossible.low < 0, "a damaged record's value is not hidden"


def test_a_mean_is_not_beyond_what_any_value_can_be() -> None:
    values = [-551] * 8 + [-400]
    assert found_for(values).low < -551
    for sign in (1, -1):
        clipped = interval([sign * value for value in values], sign=sign, bound=sign * -551)
        assert clipped is not None
        assert sign * -551 in (clipped.low, clipped.high)


def test_students_t_is_that_of_the_tables() -> None:
    tables = {1: 12.706, 4: 2.776, 9: 2.262, 19: 2.093, 120: 1.980}
    for freedom, quantile in tables.items():
        assert student(freedom) == pytest.approx(quantile, abs=0.002)
        assert student_tail(quantile, freedom) == pytest.approx(0.05, abs=1e-4)
    assert student_tail(0, 5) == pytest.approx(1)


def test_wilsons_interval_is_that_of_the_books() -> None:
    found = wilson(1, 10)
    assert found is not None
    assert (found.low, found.high) == pytest.approx((0.0179, 0.4042), abs=1e-4)
    none, every = wilson(0, 10), wilson(10, 10)
    assert none is not None
    assert every is not None
    assert (none.low, none.high) == pytest.approx((0, 0.2775), abs=1e-4)
    assert (every.low, every.high) == pytest.approx((0.7225, 1), abs=1e-4)
    assert wilson(0, 0) is None
