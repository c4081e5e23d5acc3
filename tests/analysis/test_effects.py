"""Effect sizes: figures worked out by hand, and what must hold for any values."""

import math
import statistics

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bioblue_tui.analysis.effects import cliffs_delta, hedges_g
from tests.support.coverage import of_effects, true_delta, true_g

values = st.lists(st.floats(-1000, 1000).map(lambda value: round(value, 3)), min_size=2, max_size=8)


def each(*numbers: float) -> list[list[float]]:
    return [[number] for number in numbers]


def test_figures_worked_out_by_hand() -> None:
    g = hedges_g(each(2, 4, 6), each(1, 3, 5))
    assert g is not None
    # Means 4 and 3, both standard deviations 2: d = 0.5, less the bias 1 − 3 / (4 · 4 − 1) = 0.8.
    assert g.value == pytest.approx(0.4)
    delta = cliffs_delta(each(2, 4, 6), each(1, 3, 5))
    assert delta is not None
    # Of nine pairs six are above and three below.
    assert delta.value == pytest.approx(1 / 3)


@pytest.mark.parametrize("turned", [False, True])
def test_groups_that_are_wholly_apart_are_so_few_that_not_all_need_be(turned: bool) -> None:
    groups = each(*range(10, 16)), each(*range(5))
    delta = cliffs_delta(*(groups[::-1] if turned else groups))
    assert delta is not None
    assert delta.interval is not None
    ends = sorted((abs(delta.interval.low), abs(delta.interval.high)))
    # Wilson's interval for 5 of 5 begins at 0.566.
    assert [abs(delta.value), *ends] == pytest.approx([1, 2 * 0.5655 - 1, 1], abs=1e-3)


@pytest.mark.parametrize(("law", "least"), [("normal", 0.93), ("exponential", 0.91), ("log-normal", 0.83)])
def test_the_intervals_hold_the_true_size(law: str, least: float) -> None:
    assert of_effects(hedges_g, true_g, law, 1, 10, 150) >= least
    assert of_effects(cliffs_delta, true_delta, law, 1, 10, 150) >= 0.93


def test_what_is_not_there() -> None:
    assert hedges_g(each(1), each(1, 2)) is None
    assert hedges_g(each(3, 3), each(3, 3)) is None
    assert cliffs_delta([], each(1)) is None
    for size in (hedges_g, cliffs_delta):
        alone = size([[1, 2, 3]], each(1, 2, 4, 5, 6))
        assert alone is not None
        assert alone.interval is None, "one person alone has no spread between people"
        few = size(each(1, 2, 3, 4), each(1, 2, 4, 5, 6))
        assert few is not None
        assert few.interval is None


def test_what_one_person_did_belongs_together() -> None:
    """Four trials of one person tell less about people than one trial of four persons."""
    others = each(*range(12))
    values = [0, 0, 0, 0, 5, 5, 5, 5, 6, 6, 6, 6, 7, 7, 7, 7, 12, 12, 12, 12]
    apart = cliffs_delta(each(*values), others)
    together = cliffs_delta([values[at : at + 4] for at in range(0, 20, 4)], others)
    assert apart is not None
    assert together is not None
    assert apart.interval is not None
    assert together.interval is not None
    assert apart.value == together.value
    assert together.interval.high - together.interval.low > apart.interval.high - apart.interval.low


@given(values, values)
def test_turned_round_they_are_the_same_the_other_way(first: list[float], second: list[float]) -> None:
    for size in (hedges_g, cliffs_delta):
        one, other = size(each(*first), each(*second)), size(each(*second), each(*first))
        assert (one is None) == (other is None)
        if one is not None and other is not None:
            assert math.isclose(one.value, -other.value, abs_tol=1e-9)
    delta = cliffs_delta(each(*first), each(*second))
    assert delta is not None
    assert -1 <= delta.value <= 1
    pairs = [(a > b) - (a < b) for a in first for b in second]
    assert delta.value == pytest.approx(statistics.fmean(pairs))
    if delta.interval is not None:
        assert -1 <= delta.interval.low <= delta.interval.high <= 1


def test_values_beyond_measure_have_no_size_and_are_no_fault() -> None:
    for huge in (1e308, 1e200, -1e308):
        g = hedges_g(each(huge, -huge, 1), each(1, 2, 3))
        assert g is None or math.isfinite(g.value)
        assert cliffs_delta(each(huge, -huge), each(1, 2)) is not None
