"""Orders: balanced over participants, the same for the same participant."""

from collections import Counter
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from bioblue_tui.studies.order import balanced, design_rows, next_row, ordered_blocks, rows_of
from bioblue_tui.studies.study import Study
from tests.studies.small import load


@given(st.integers(1, 12))
def test_every_item_is_at_every_place_and_after_every_other_equally_often(count: int) -> None:
    rows = [balanced(count, row) for row in range(rows_of(count))]
    places = Counter((place, item) for row in rows for place, item in enumerate(row))
    pairs = Counter(pair for row in rows for pair in pairwise(row))
    assert all(sorted(row) == list(range(count)) for row in rows)
    assert (len(set(places.values())), len(places)) == (1, count * count)
    assert len(pairs) == count * (count - 1)
    assert len(set(pairs.values())) <= 1


def order_of(study: Study, row: int, participant: str = "P1") -> list[str]:
    return [trial.key for _, trials in ordered_blocks(study, row, participant) for trial in trials]


def test_blocks_and_the_trials_in_them_are_balanced_together(tmp_path: Path) -> None:
    study = load(tmp_path, blocks=[("a", "1-3", "balanced"), ("b", "1-2", "fixed")], order="balanced")
    rows = design_rows(study)
    assert rows == 12, "two orders of blocks, six of three trials"
    orders = [tuple(order_of(study, row)) for row in range(rows)]
    assert len(set(orders)) == rows
    first = Counter(order[0].partition(".")[0] for order in orders)
    assert first == {"a": 6, "b": 6}
    within = Counter(tuple(key for key in order if key.startswith("a")) for order in orders)
    assert set(within.values()) == {2}


def test_a_random_order_is_the_participants_own_and_stays(tmp_path: Path) -> None:
    study = load(tmp_path, blocks=[("a", "1-9", "random")], order="random")
    codes = [f"P{number}" for number in range(20)]
    orders = {code: tuple(order_of(study, 0, code)) for code in codes}
    assert {code: tuple(order_of(study, 0, code)) for code in codes} == orders
    assert len(set(orders.values())) > 15
    other = replace(study, seed=study.seed + 1)
    assert order_of(other, 0, "P1") != list(orders["P1"])


def test_a_fixed_order_is_as_written(tmp_path: Path) -> None:
    study = load(tmp_path, blocks=[("b", "2,1", "fixed"), ("a", "1", "fixed")])
    assert design_rows(study) == 1
    assert order_of(study, 5) == ["b.1", "b.2", "a.1"]
    assert [trial.spec.seed for block in study.blocks for trial in block.trials] == [2, 1, 1]


@given(st.lists(st.integers(0, 5), max_size=30))
def test_the_next_participant_gets_the_row_that_fewest_have(taken: list[int]) -> None:
    study = load_three()
    row = next_row(study, taken)
    counts = Counter(taken)
    assert counts[row] == min(counts[other] for other in range(design_rows(study)))


def load_three() -> Study:
    import tempfile

    with tempfile.TemporaryDirectory() as root:
        return load(Path(root), blocks=[("a", "1-3", "balanced")])
