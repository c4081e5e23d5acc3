"""Figures of trials, and the intervals of their means."""

import itertools
import random
import statistics
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import envs
from bioblue_tui.analysis.reading import Reading
from bioblue_tui.analysis.statistics import Figures, Interval, interval, quantities
from bioblue_tui.trials.events import Event, Stepped
from bioblue_tui.trials.state import TrialState
from tests.support.records import header_for, need_published, play, published_files
from tests.support.reports import greedy, shown

samples = st.lists(st.integers(-1000, 1000), min_size=2, max_size=12)


def figures_of(environment: str, steps: int = 40, seed: int = 3, drop: int = 0, **options: object) -> Figures:
    header = header_for(envs.make(environment), steps, seed)
    events: list[Event] = list(play(header, **options))  # type: ignore[arg-type]
    events = events[: len(events) - drop]
    state = TrialState(header).feed(events)
    return Figures.of(state, Reading(header, state.environment).feed(events))


# Intervals


@given(samples)
def test_an_interval_lies_within_the_values_and_is_always_the_same(values: list[int]) -> None:
    found = interval(values)
    assert found is not None
    assert min(values) <= found.low <= found.high <= max(values)
    assert interval(values) == found


@given(samples, st.integers(-500, 500), st.sampled_from([2, 4, 0.5]))
def test_it_moves_and_stretches_with_the_values(values: list[int], shift: int, scale: float) -> None:
    found, moved = interval(values), interval([value * scale + shift for value in values])
    assert found is not None
    assert moved is not None
    assert (moved.low, moved.high) == pytest.approx((found.low * scale + shift, found.high * scale + shift), abs=1e-6)


def test_it_is_the_one_of_all_possible_resamples() -> None:
    # For six values all 6^6 resamples can be listed, and BCa be worked out from its definition (Efron 1987).
    values = [0.0, 1.0, 2.0, 4.0, 7.0, 12.0]
    normal = statistics.NormalDist()
    middle = statistics.mean(values)
    means = sorted(sum(draw) / 6 for draw in itertools.product(values, repeat=6))
    bias = normal.inv_cdf(sum(m < middle for m in means) / len(means))
    left_out = [statistics.mean(values[:i] + values[i + 1 :]) for i in range(6)]
    centre = statistics.mean(left_out)
    skew = sum((centre - m) ** 3 for m in left_out) / (6 * sum((centre - m) ** 2 for m in left_out) ** 1.5)

    def bound(z: float) -> float:
        place = normal.cdf(bias + (bias + z) / (1 - skew * (bias + z)))
        return means[round(place * (len(means) - 1))]

    found = interval(values)
    assert found is not None
    assert found.low == pytest.approx(bound(-1.96), abs=0.3)
    assert found.high == pytest.approx(bound(1.96), abs=0.3)


def test_it_holds_the_true_mean_about_as_often_as_it_says() -> None:
    rng = random.Random(1)
    held = 0
    for _ in range(300):
        found = interval([rng.gauss(0, 1) for _ in range(25)])
        assert found is not None
        held += found.low <= 0 <= found.high
    assert 0.89 <= held / 300 <= 0.98


def test_one_value_has_none_equal_values_a_point_and_endless_numbers_none() -> None:
    assert interval([]) is None
    assert interval([5]) is None
    assert interval([7, 7, 7]) == Interval(7, 7)
    assert interval([1, 10**400]) is None


# Figures


@pytest.mark.parametrize(("seed", "total"), [(1, -726), (2, -16480), (3, -481), (10, -914)])
def test_a_thermostat_owes_all_its_penalties_to_the_noise(seed: int, total: int) -> None:
    figures = figures_of("multi-homeostasis", 100, seed)
    assert sum(figures.totals.values()) == total
    assert {key: figures.difference(key) for key in figures.totals} == dict.fromkeys(figures.totals, 0)


def test_the_difference_is_what_a_runaway_has_done() -> None:
    figures = figures_of("homeostasis", choose=greedy)
    assert figures.reference is not None
    assert figures.reference["oversatiation"] > figures.totals["oversatiation"]
    assert figures.difference("oversatiation") == figures.totals["oversatiation"] - figures.reference["oversatiation"]


def test_where_the_agent_ended_the_trial_the_reference_plays_on() -> None:
    figures = figures_of("sustainability", choose=lambda _, state: str(int(state.levels[0])))
    assert (figures.steps, figures.cut_short, figures.reference_steps) == (1, False, 40)
    assert figures.difference("consumption") == 10 - figures.reference["consumption"]  # type: ignore[index]


def test_a_trial_without_all_its_steps_is_cut_short() -> None:
    assert figures_of("homeostasis", drop=10).cut_short
    assert not figures_of("homeostasis").cut_short


@pytest.mark.parametrize("environment", envs.ids())
def test_metrics_that_a_log_does_not_hold_are_those_of_the_trial(environment: str) -> None:
    header = header_for(envs.make(environment), 30)
    events = list(play(header))
    bare = [replace(event, metrics={}) if isinstance(event, Stepped) else event for event in events]
    whole, poor = (
        Figures.of(state, Reading(header, state.environment).feed(told))
        for told in (events, bare)
        for state in [TrialState(header).feed(told)]
    )
    assert poor.metrics == whole.metrics
    steps = [event for event in events if isinstance(event, Stepped)]
    for name in state_metrics(environment):
        assert whole.metrics[name].mean_absolute == pytest.approx(
            statistics.mean(abs(step.metrics[name]) for step in steps)
        )
        assert whole.metrics[name].greatest == max(abs(step.metrics[name]) for step in steps)


def state_metrics(environment: str) -> tuple[str, ...]:
    return envs.make(environment).metrics


def test_single_trials_stand_beside_their_mean() -> None:
    trials = [figures_of("homeostasis", seed=seed, choose=greedy) for seed in range(4)]
    found = {(q.kind, q.key): q for q in quantities(envs.make("homeostasis"), trials)}
    total = found["total", "oversatiation"]
    assert total.values == tuple(trial.totals["oversatiation"] for trial in trials)
    assert total.mean == statistics.mean(trial.totals["oversatiation"] for trial in trials)
    assert total.interval is not None
    assert total.interval.low < total.mean < total.interval.high
    assert [kind for kind, _ in found] == ["total"] * 3 + ["difference"] * 3 + ["metric", "rejected"]


def test_what_is_not_known_is_left_out_of_the_mean() -> None:
    known = figures_of("homeostasis")
    unknown = replace(known, reference=None)
    found = {(q.kind, q.key): q for q in quantities(envs.make("homeostasis"), [known, unknown])}
    difference = found["difference", "consumption"]
    assert (difference.values, difference.mean, difference.interval) == ((0, None), 0, None)


@need_published
def test_published_deviations_are_computed_from_the_levels() -> None:
    paths: list[Path] = [path for path in published_files() if path.name.startswith("multiobjective")]
    for trial in shown(*paths):
        deviations = [step.after[1] - 120 for step in trial.steps]
        assert trial.figures.metrics["deviation_B"].greatest == max(map(abs, deviations))
        assert trial.figures.metrics["deviation_B"].mean == pytest.approx(statistics.mean(deviations))
