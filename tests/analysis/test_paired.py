"""Differences on the same seeds: over people and seeds, both of which are drawn anew."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bioblue_tui.analysis.intervals import interval
from bioblue_tui.analysis.paired import Paired, Played, holm, paired
from tests.support.coverage import Sizes, of_pairs

AGENT: list[Played] = [(seed, "", 0.0) for seed in range(6)]


def found_for(first: list[Played], second: list[Played]) -> Paired:
    found = paired(first, second)
    assert found is not None
    return found


def people(count: int, seeds: int, spread: float = 1.0, name: str = "P") -> list[Played]:
    """Return trials in which each person has a level of their own, and each seed a little."""
    return [
        (s, f"{name}{p}", 3 + spread * ((p * 7) % 5 - 2) + 0.1 * ((s * 3 + p) % 4))
        for p in range(count)
        for s in range(seeds)
    ]


def test_the_difference_is_that_of_the_seeds_both_have() -> None:
    found = found_for(
        [(1, "", 5), (1, "", 7), (2, "", 1), (9, "", 100)], [(1, "", 2), (2, "", 2), (2, "", 4), (8, "", 0)]
    )
    assert (found.seeds, found.people) == (2, 0)
    assert found.difference == pytest.approx((4 + -2) / 2)
    assert (found.interval, found.p, found.told) == (None, None, "too few")
    assert paired([(1, "", 1)], [(2, "", 1)]) is None


@pytest.mark.parametrize(("law", "least"), [("normal", 0.93), ("exponential", 0.92), ("log-normal", 0.88)])
@pytest.mark.parametrize("sizes", [(1, 1, 1, 0), (1, 0, 1, 0), (1, 1, 0, 0)])
def test_it_holds_the_true_difference_for_other_people_and_other_seeds(law: str, least: float, sizes: Sizes) -> None:
    assert of_pairs(law, 6, 5, sizes, 200, seed=3) >= least


def test_people_who_differ_widen_it() -> None:
    alike, different = found_for(people(6, 6, 0.01), AGENT), found_for(people(6, 6, 4), AGENT)
    assert alike.drawn == different.drawn == "people and seeds"
    assert alike.interval is not None
    assert different.interval is not None
    assert different.interval.high - different.interval.low > 5 * (alike.interval.high - alike.interval.low)


def test_what_is_too_few_is_not_drawn_and_that_is_said() -> None:
    assert found_for(people(4, 6), AGENT).drawn == "seeds"
    assert found_for(people(6, 3), AGENT).drawn == "people"
    assert found_for(people(6, 3), AGENT).interval is not None
    assert found_for(people(2, 3), AGENT).told == "too few"
    assert found_for([(s, "", 1.0) for s in range(6)], AGENT).told == "all equal"


def test_agents_alone_are_compared_over_seeds() -> None:
    values = [4.0, 1.0, -2.0, 8.0, 3.0, 3.0]
    found = found_for([(seed, "", value) for seed, value in enumerate(values)], AGENT)
    assert (found.drawn, found.people) == ("seeds", 0)
    assert found.interval is not None
    alone = interval(values)
    assert alone is not None
    assert (found.interval.low, found.interval.high) == pytest.approx((alone.low, alone.high))


def test_who_plays_for_both_groups_is_one_person() -> None:
    before = people(6, 6, 4)
    after = [(seed, who, value + 1 + 0.1 * (seed % 3)) for seed, who, value in before]
    strangers = [(seed, f"other {who}", value) for seed, who, value in after]
    within, between = found_for(after, before), found_for(strangers, before)
    assert (within.people, between.people) == (6, 12)
    assert within.interval is not None
    assert between.interval is not None
    assert within.interval.low > 0 > between.interval.low
    assert within.p is not None
    assert between.p is not None
    assert within.p < 0.01 < between.p


@given(st.lists(st.integers(-50, 50), min_size=36, max_size=36).filter(lambda values: len(set(values)) > 3))
def test_turned_round_it_is_the_same_the_other_way(values: list[int]) -> None:
    mine: list[Played] = [(place % 6, f"P{place // 6}", value) for place, value in enumerate(values)]
    one, other = found_for(mine, AGENT), found_for(AGENT, mine)
    assert one.difference == pytest.approx(-other.difference)
    assert (one.interval is None) == (other.interval is None)
    if one.interval and other.interval:
        assert (one.interval.low, one.interval.high) == pytest.approx((-other.interval.high, -other.interval.low))
        assert one.p == pytest.approx(other.p)
        assert one.p is not None
        assert (one.interval.low <= 0 <= one.interval.high) == (one.p > 0.05) or one.p == pytest.approx(0.05, abs=0.01)


def test_gaps_in_who_played_what_are_no_fault() -> None:
    whole = people(8, 6)
    gaps = [trial for place, trial in enumerate(whole) if place % 5]
    found = found_for(gaps, AGENT)
    assert found.interval is not None
    assert found.difference == pytest.approx(found_for(whole, AGENT).difference, abs=0.5)


def test_holm_adjusts_for_how_many_there_are() -> None:
    assert holm([0.01, 0.04, None, 0.03]) == [pytest.approx(0.03), pytest.approx(0.06), None, pytest.approx(0.06)]
    assert holm([0.6, 0.7]) == [1.0, 1.0]
    assert holm([]) == []
