"""Several trials beside each other: single trials first, mean and spread of those that reached their end."""

from __future__ import annotations

import statistics
from dataclasses import replace
from pathlib import Path
from typing import Any

import bioblue_envs
import pytest
from bioblue_envs import Number

from bioblue_tui.analysis.figures import Figures
from bioblue_tui.analysis.outcome import Outcome, spread
from bioblue_tui.analysis.reference import Comparison
from bioblue_tui.analysis.sameness import Trace
from bioblue_tui.display.outcomes import outcome_tables
from bioblue_tui.trials.events import Failed, Rejected, standing_word
from bioblue_tui.trials.tally import Tally

HOMEOSTASIS = bioblue_envs.make("homeostasis")


def outcome(seed: int, consumed: Number, reason: str = "complete", failure: str = "", steps: int = 100) -> Outcome:
    totals = {"consumption": consumed, "undersatiation": 0, "oversatiation": -10}
    rows = {key: (total, 5) for key, total in totals.items()}
    comparison = Comparison("thermostat", steps, steps, rows) if steps else None
    standing = standing_word(reason, failed=bool(failure))
    out = "" if reason == "complete" else standing
    path = Path(f"{seed}.jsonl")
    figures = Figures(steps, standing, out, 0, totals, comparison, {}, Tally(), Trace())
    return Outcome(f"id{seed}", seed, path, reason, failure, figures)


def measured(trial: Outcome, **changed: Any) -> Outcome:
    return replace(trial, figures=replace(trial.figures, **changed))


def test_mean_and_spread_are_those_of_finished_trials() -> None:
    outcomes = [outcome(1, 10), outcome(2, 1000, "stopped", "no answer: none", 7), outcome(3, 20)]
    totals, differences = outcome_tables(HOMEOSTASIS, "x", outcomes)
    assert [row[:3] for row in totals.rows] == [[1, 100, 10], [2, 7, 1000], [3, 100, 20]]
    assert [row[-1] for row in totals.rows] == ["complete", "failed", "complete"]
    (mean, deviation) = totals.below
    assert mean == ["mean", 100, 15, 0, -10, 0, 0, "2 trials"]
    assert deviation[2] == pytest.approx(statistics.stdev([10, 20]))
    assert [row[:2] for row in differences.rows] == [[1, 5], [2, 995], [3, 15]]
    assert differences.below[0][1] == 10
    left_out = "; 1 left out, not played to the end: 1 failed"
    assert totals.title == f"homeostasis, x: totals{left_out}"
    same = "homeostasis, x: difference to refill to target (thermostat) on the same noise"
    assert differences.title == f"{same}{left_out}"


def test_copies_of_a_trial_are_counted_as_what_they_are() -> None:
    copies = [measured(outcome(seed, 10), trace=Trace(seed, 5)) for seed in (1, 2, 3)]
    totals, _ = outcome_tables(HOMEOSTASIS, "x", [*copies, measured(outcome(4, 20), trace=Trace(4, 6))])
    mean, deviation = totals.below
    assert (mean[2], mean[-1]) == (15, "2 independent trials (4 played)")
    assert deviation[2] == pytest.approx(statistics.stdev([10, 20]))


def test_futures_of_one_step_have_a_spread_and_it_says_across_what() -> None:
    futures = [measured(outcome(1, consumed), trace=Trace(7, consumed)) for consumed in (10, 13, 22)]
    totals, differences = outcome_tables(HOMEOSTASIS, "x", futures)
    for table, place, less in ((totals, 2, 0), (differences, 1, 5)):
        assert table.title.endswith("; min, max, sd: across the 3 played, which share noise, actions or first steps")
        assert [(row[0], row[place]) for row in table.below] == [
            ("mean", 15 - less),
            ("min", 10 - less),
            ("max", 22 - less),
            ("sd", pytest.approx(statistics.stdev([10, 13, 22]))),
        ]
    assert totals.below[0][-1] == "1 independent trial (3 played)"


def test_attempts_that_did_not_count_are_told_apart() -> None:
    found = [outcome(1, 10), outcome(2, 20)]
    for kind in ("illegal", "", "cut", "cut", "provider"):
        found[0].figures.tally.apply(Rejected(0, 1, 1, "because", kind))
    found[0].figures.tally.apply(Failed(0, 1, 1, "because"))
    totals, _ = outcome_tables(HOMEOSTASIS, "x", found)
    # A record of an older program does not say which a rejected answer was.
    assert [column.label for column in totals.columns][-4:] == ["rejected", "cut", "provider", "ended"]
    assert [row[-4:-1] for row in totals.rows] == [[2, 2, 2], [0, 0, 0]]


def test_illegal_and_unreadable_answers_have_columns_of_their_own() -> None:
    found = [outcome(1, 10), outcome(2, 20)]
    for kind in ("illegal", "unreadable", "unreadable", "cut"):
        found[1].figures.tally.apply(Rejected(0, 1, 1, "because", kind))
    totals, _ = outcome_tables(HOMEOSTASIS, "x", found)
    assert [column.label for column in totals.columns][-4:] == ["illegal", "unreadable", "cut", "ended"]
    assert [row[-4:-1] for row in totals.rows] == [[0, 0, 0], [1, 2, 1]]


def test_one_trial_has_no_mean() -> None:
    for table in outcome_tables(HOMEOSTASIS, "x", [outcome(1, 10), outcome(2, 3, "stopped")]):
        assert list(table.below) == []
        assert table.title.endswith("; 1 left out, not played to the end: 1 stopped")
    assert spread([3]) is None


def test_what_never_began_is_compared_with_nothing() -> None:
    (totals,) = outcome_tables(HOMEOSTASIS, "x", [outcome(1, 0, "stopped", "no answer: none", 0)])
    assert totals.rows[0][1] == 0


def test_a_world_without_noise_has_none_to_share() -> None:
    environment = bioblue_envs.make("balancing")
    totals = dict.fromkeys((dimension.key for dimension in environment.dimensions), 1)
    comparison = Comparison("balanced harvest", 1, 1, dict.fromkeys(totals, (1, 1)))
    found = measured(outcome(1, 1), totals=totals, compared=comparison)
    *_, differences = outcome_tables(environment, "x", [found])
    assert differences.title.endswith("difference to balanced harvest")


def test_totals_of_forks_are_over_all_steps_and_what_did_not_count_at_their_own_stands_apart() -> None:
    forks = [measured(outcome(1, consumed), inherited=60) for consumed in (10, 20)]
    totals, differences = outcome_tables(HOMEOSTASIS, "x", forks)
    for table in (totals, differences):
        assert " over all steps, the parent's first 60 too" in table.title
    forks[1].figures.tally.apply(Rejected(0, 70, 1, "because", "illegal"))
    totals, own, _ = outcome_tables(HOMEOSTASIS, "x", forks)
    assert "illegal" not in [column.label for column in totals.columns]
    assert own.title == "homeostasis, x: attempts that did not count over own steps, without the parent's first 60"
    assert own.rows == [[1, 0, 0], [1, 1, 0]]
