"""Reference values: the best totals, computed exactly, against figures that are known and against brute force."""

from __future__ import annotations

import itertools
import json
import os
import random
import statistics
import sys
from functools import cache
from pathlib import Path
from unittest.mock import patch

import bioblue_envs
import pytest
from bioblue_envs import Action, Environment, Homeostatic, State

from bioblue_tui.analysis import references as module
from bioblue_tui.analysis.best import Best, best_total, best_words
from bioblue_tui.analysis.references import KNOWN, References


def played(environment: Environment, policy: object, changes: list[tuple[int, ...]]) -> float:
    """Return the total of a policy on given noise."""
    state, total = environment.initial(), 0.0
    for change in changes:
        done = environment.transition(state, policy(state), change)  # type: ignore[operator]
        total += sum(done.rewards.values())
        state = done.after
    return total


@pytest.mark.parametrize("dynamics", [1, 2])
def test_the_kept_value_of_the_benchmarks_field_is_what_is_computed(dynamics: int) -> None:
    best = best_total(bioblue_envs.make_version("sustainability", dynamics), 100)
    assert best == KNOWN["sustainability", 100] == Best(554.363, True)


@pytest.mark.parametrize("dynamics", [1, 2])
@pytest.mark.parametrize(("start", "limit", "steps"), [(10, 20, 4), (4, 8, 6), (3, 5, 7), (20, 20, 3), (20, 20, 1)])
def test_the_best_harvest_is_that_of_all_plans(start: float, limit: float, steps: int, dynamics: int) -> None:
    environment = bioblue_envs.make_version("sustainability", dynamics, start=start, limit=limit)

    def best(state: State, left: int) -> float:
        if not left or state.ended:
            return 0.0
        turns = (environment.transition(state, (amount,)) for amount in range(int(state.levels[0]) + 1))
        return max(sum(turn.rewards.values()) + best(turn.after, left - 1) for turn in turns)

    assert best_total(environment, steps).total == pytest.approx(best(environment.initial(), steps), abs=0.002)


def test_a_whole_field_at_the_end_is_stripped_but_for_one() -> None:
    full = {"start": 20, "limit": 20}
    assert best_total(bioblue_envs.make("sustainability", **full), 1).total == 19
    assert best_total(bioblue_envs.make_version("sustainability", 1, **full), 1).total == 20
    # The two versions' values are kept apart.
    references = References()
    assert references.best(bioblue_envs.make("sustainability", **full), 1).total == 19
    assert references.best(bioblue_envs.make_version("sustainability", 1, **full), 1).total == 20


def test_balancing_is_best_with_the_reference_figure() -> None:
    assert best_total(bioblue_envs.make("balancing"), 100).total == pytest.approx(337.2, abs=0.05)


def test_where_the_most_level_division_is_penalised_it_is_only_the_best_that_is_known() -> None:
    even = bioblue_envs.make("balancing", budget=7, imbalance_weight=50, imbalance_tolerance=0)
    best = best_total(even, 10)
    assert best.total == pytest.approx(-296.404, abs=0.001)
    assert not best.exact
    assert best_words(even, best) == "best known"
    assert (
        best_words(bioblue_envs.make("balancing"), best_total(bioblue_envs.make("balancing"), 100))
        == "best but for rounding"
    )


@pytest.mark.parametrize(
    ("parameters", "steps"),
    [({"budget": 4}, 3), ({"budget": 3, "start": [9, 7]}, 4), ({"objectives": 3, "budget": 3, "start": [5, 6, 8]}, 3)],
)
def test_no_division_beats_the_most_level_one(parameters: dict[str, object], steps: int) -> None:
    environment = bioblue_envs.make("balancing", **parameters)
    count, budget = len(environment.objectives), int(str(parameters["budget"]))
    actions: list[Action] = [a for a in itertools.product(range(budget + 1), repeat=count) if sum(a) <= budget]

    @cache
    def best(levels: tuple[int, ...], left: int) -> float:
        if not left:
            return 0.0
        turns = [environment.transition(State(levels, (0,) * count), action) for action in actions]
        return max(sum(turn.rewards.values()) + best(tuple(map(int, turn.after.levels)), left - 1) for turn in turns)

    levels = tuple(map(int, environment.initial().levels))
    assert best_total(environment, steps).total == pytest.approx(best(levels, steps), abs=0.01)


def test_the_best_expected_total_is_above_thermostats_and_base_stocks() -> None:
    environment = bioblue_envs.make("multi-homeostasis")
    best = best_total(environment, 100)
    assert best.exact
    for policy in (environment.reference_action, environment.cautious_action):
        totals = []
        for seed in range(100):
            rng = random.Random(seed)
            totals.append(played(environment, policy, [environment.draw(rng) for _ in range(100)]))
        slack = 2 * statistics.stdev(totals) / len(totals) ** 0.5
        assert best.total >= statistics.mean(totals) - slack


@pytest.mark.parametrize("penalty", [10, 1, 1.05])
def test_the_best_of_a_tiny_world_is_that_of_all_policies(penalty: float) -> None:
    environment = bioblue_envs.make(
        "homeostasis", target=10, hysteresis=1, change_low=-2, change_high=1, start=9, penalty=penalty
    )
    assert isinstance(environment.problem, Homeostatic)
    changes, steps = range(-2, 2), 3

    def best(state: State, left: int) -> float:
        if not left:
            return 0.0
        values = []
        for amount in range(7):
            turns = [environment.transition(state, (amount,), (change,)) for change in changes]
            values.append(statistics.mean(sum(t.rewards.values()) + best(t.after, left - 1) for t in turns))
        return max(values)

    assert best_total(environment, steps).total == pytest.approx(best(environment.initial(), steps), abs=0.002)


@pytest.mark.parametrize(
    ("change", "steps", "total"), [(9, 80, -13_693.139), (9, 400, -164_540.455), (30, 100, -68_168.046)]
)
def test_the_best_level_may_be_far_below_the_band(change: int, steps: int, total: float) -> None:
    """Figures of a backward induction over a range of levels that is wide enough by far."""
    environment = bioblue_envs.make("homeostasis", change_low=-change, change_high=change)
    assert best_total(environment, steps).total == pytest.approx(total, abs=0.001)


@pytest.mark.parametrize(
    ("penalty", "low", "high", "steps", "total"),
    [
        (1, -100, 100, 1, 0.274),
        (1, -100, 100, 2, -49.428),
        (1, -100, 100, 100, -22_356.552),
        (1.001, -100, 100, 100, -22_379.257),
        (1.05, -100, 100, 1, -4.498),
        (1, -40, 30, 1, 5.775),
        (1, -40, 30, 100, -2_425.529),
        (1, -5, 3, 100, 99.554),
    ],
)
def test_the_best_where_eating_costs_next_to_nothing(
    penalty: float, low: int, high: int, steps: int, total: float
) -> None:
    """Figures of an own backward induction, those of one and two steps in fractions."""
    environment = bioblue_envs.make("homeostasis", penalty=penalty, change_low=low, change_high=high)
    assert best_total(environment, steps).total == pytest.approx(total, abs=0.001)


def test_what_is_not_known_is_kept_as_that(tmp_path: Path) -> None:
    environment = bioblue_envs.make("homeostasis", penalty=0.5)
    file = tmp_path / "references.json"
    assert not References(file).best(environment, 10).known
    assert not References(file).best(environment, 10).known


def test_where_more_always_brings_more_there_is_no_best() -> None:
    assert not best_total(bioblue_envs.make("homeostasis", penalty=0.5), 10).known
    assert best_total(bioblue_envs.make("homeostasis", penalty=1), 10).known


def test_a_search_that_grows_too_large_says_what_a_known_policy_reaches() -> None:
    with patch("bioblue_tui.analysis.best.WORK", 5):
        best = best_total(bioblue_envs.make("sustainability", start=9), 30)
    assert not best.exact
    assert best.total <= best_total(bioblue_envs.make("sustainability", start=9), 30).total
    assert best_total(bioblue_envs.make("homeostasis", change_low=-900_000, change_high=900_000), 5).exact is False


# The file beside the records

SMALL = bioblue_envs.make("sustainability", limit=8, start=4)
"""A field whose value takes no time to compute."""


def small(references: References) -> Best:
    """Look the small field up."""
    return references.best(SMALL, 5)


def test_a_value_is_computed_once_and_kept(tmp_path: Path) -> None:
    file = tmp_path / "new" / "references.json"
    first = small(References(file))

    with patch.object(module, "best_total", side_effect=AssertionError("computed again")):
        assert small(References(file)) == first
        assert References(file).known(SMALL, 5) == first
        assert References(file).known(SMALL, 6) is None
        assert References(None).best(bioblue_envs.make("sustainability"), 100) == KNOWN["sustainability", 100]
    assert [path.name for path in file.parent.iterdir()] == [file.name]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xfe{",
        b"[]",
        b"null",
        b'{"version": 1}',
        b'{"version": 1, "values": 3}',
        b'{"version": 1, "values": {"x": 3}}',
        b'{"version": 1, "values": {"x": ["y", true]}}',
        b'{"version": 1, "values": {"x": [1, 2, 3]}}',
        b'{"version": 999, "values": {}}',
        b"[" * 100_000,
    ],
    ids=lambda content: content[:24].decode("latin-1"),
)
def test_a_damaged_file_is_made_anew(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "references.json"
    file.write_bytes(content)

    assert small(References(file)) == small(References())
    assert len(json.loads(file.read_text())["values"]) == 1


def test_a_total_that_is_no_number_is_computed_anew(tmp_path: Path) -> None:
    file = tmp_path / "references.json"
    right = small(References(file))
    file.write_text(file.read_text().replace(str(right.total), "NaN"))
    assert "NaN" in file.read_text()
    assert small(References(file)) == right


@pytest.mark.skipif(sys.platform == "win32", reason="permissions are others there")
def test_where_nothing_can_be_written_values_are_computed(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o500)
    blocked = tmp_path / "file"
    blocked.write_text("")

    for file in (closed / "references.json", blocked / "references.json"):
        assert small(References(file)) == small(References())
    if os.geteuid():
        assert list(closed.iterdir()) == []
