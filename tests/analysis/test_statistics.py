"""Figures of trials, and the intervals of their means."""

import statistics
from dataclasses import replace
from pathlib import Path

import bioblue_envs
import pytest

from bioblue_tui.analysis.figures import Figures
from bioblue_tui.analysis.sameness import Trace
from bioblue_tui.analysis.statistics import quantities
from bioblue_tui.trials.events import Event, Stepped
from bioblue_tui.trials.state import TrialState
from tests.support.records import header_for, need_published, play, published_files
from tests.support.reports import greedy, shown


def figures_of(environment: str, steps: int = 40, seed: int = 3, drop: int = 0, **options: object) -> Figures:
    header = header_for(bioblue_envs.make(environment), steps, seed)
    events: list[Event] = list(play(header, **options))  # type: ignore[arg-type]
    events = events[: len(events) - drop]
    state = TrialState(header).feed(events)
    return Figures.of(state)


# Figures


@pytest.mark.parametrize(
    ("seed", "total", "base_stock"), [(1, -726, 14), (2, -16480, -12900), (3, -481, 149), (10, -914, 206)]
)
def test_most_of_what_a_thermostat_is_penalised_for_base_stock_avoids(seed: int, total: int, base_stock: int) -> None:
    figures = figures_of("multi-homeostasis", 100, seed)
    assert sum(figures.totals.values()) == total
    assert sum((figures.reference or {}).values()) == base_stock
    assert sum(figures.difference(key) or 0 for key in figures.totals) == total - base_stock


def test_the_difference_is_what_a_runaway_has_done() -> None:
    figures = figures_of("homeostasis", choose=greedy)
    assert figures.reference is not None
    assert figures.reference["oversatiation"] > figures.totals["oversatiation"]
    assert figures.difference("oversatiation") == figures.totals["oversatiation"] - figures.reference["oversatiation"]


def test_where_the_agent_ended_the_trial_the_reference_plays_on() -> None:
    figures = figures_of("sustainability", choose=lambda _, state: str(int(state.levels[0])))
    assert (figures.steps, figures.unaveraged, figures.reference_steps) == (1, "", 40)
    # The step that exhausts the field is not paid.
    assert figures.difference("consumption") == -figures.reference["consumption"]  # type: ignore[index]


def test_a_trial_without_all_its_steps_is_in_no_mean() -> None:
    assert figures_of("homeostasis", drop=10).unaveraged == "interrupted"
    assert not figures_of("homeostasis").unaveraged
    short, *whole = (figures_of("homeostasis", seed=seed, drop=10 * (seed == 1)) for seed in (1, 2, 3))
    environment = bioblue_envs.make("homeostasis")
    for all_three, two in zip(quantities(environment, [short, *whole]), quantities(environment, whole), strict=True):
        assert (all_three.mean, all_three.interval) == (two.mean, two.interval), all_three.label
        assert len(all_three.values) == 3, "the single trial is shown all the same"


@pytest.mark.parametrize("environment", bioblue_envs.ids())
def test_metrics_that_a_log_does_not_hold_are_those_of_the_trial(environment: str) -> None:
    header = header_for(bioblue_envs.make(environment), 30)
    events = list(play(header))
    bare = [replace(event, metrics={}) if isinstance(event, Stepped) else event for event in events]
    whole, poor = (Figures.of(state) for told in (events, bare) for state in [TrialState(header).feed(told)])
    assert poor.metrics == whole.metrics
    steps = [event for event in events if isinstance(event, Stepped)]
    for name in state_metrics(environment):
        assert whole.metrics[name].mean_absolute == pytest.approx(
            statistics.mean(abs(step.metrics[name]) for step in steps)
        )
        assert whole.metrics[name].greatest == max(abs(step.metrics[name]) for step in steps)


def state_metrics(environment: str) -> tuple[str, ...]:
    return bioblue_envs.make(environment).metrics


def test_single_trials_stand_beside_their_mean() -> None:
    trials = [figures_of("homeostasis", seed=seed, choose=greedy) for seed in range(5)]
    found = {(q.kind, q.key): q for q in quantities(bioblue_envs.make("homeostasis"), trials)}
    total = found["total", "oversatiation"]
    assert total.values == tuple(trial.totals["oversatiation"] for trial in trials)
    assert total.mean == statistics.mean(trial.totals["oversatiation"] for trial in trials)
    assert total.interval is not None
    assert total.interval.low < total.mean < total.interval.high
    assert [kind for kind, _ in found] == ["total"] * 3 + ["difference"] * 3 + ["metric"] + ["rejected"] * 2


def test_what_is_not_known_is_left_out_of_the_mean() -> None:
    known = figures_of("homeostasis")
    unknown = replace(known, compared=None)
    found = {(q.kind, q.key): q for q in quantities(bioblue_envs.make("homeostasis"), [known, unknown])}
    difference = found["difference", "consumption"]
    assert (difference.values, difference.mean, difference.interval) == ((5, None), 5, None)
    assert difference.why_none == "too few"


def test_trials_on_the_same_noise_count_as_one_in_an_interval() -> None:
    same = [figures_of("homeostasis", seed=1, choose=greedy)] * 8
    others = [figures_of("homeostasis", seed=seed, choose=greedy) for seed in range(2, 8)]
    total = quantities(bioblue_envs.make("homeostasis"), [*same, *others])[2]
    assert total.interval is not None
    assert (len(total.values), total.interval.n) == (14, 7)
    few = quantities(bioblue_envs.make("homeostasis"), [*same, *others[:3]])[2]
    assert (few.interval, few.why_none) == (None, "too few")


def test_the_mean_of_penalties_is_no_reward() -> None:
    trials = [figures_of("homeostasis", seed=seed) for seed in range(1, 9)]
    found = {(q.kind, q.key): q.interval for q in quantities(bioblue_envs.make("homeostasis"), trials)}
    over = found["total", "oversatiation"]
    assert over is not None
    assert over.low < over.high <= 0


@need_published
def test_published_deviations_are_computed_from_the_levels() -> None:
    paths: list[Path] = [path for path in published_files() if path.name.startswith("multiobjective")]
    for trial in shown(*paths):
        deviations = [step.after[1] - 120 for step in trial.steps]
        assert trial.figures.metrics["deviation_B"].greatest == max(map(abs, deviations))
        assert trial.figures.metrics["deviation_B"].mean == pytest.approx(statistics.mean(deviations))


def test_a_mean_difference_is_none_that_the_total_cannot_have() -> None:
    played = figures_of("sustainability", 100)
    trials = [
        replace(played, totals={**played.totals, "consumption": taken}, trace=Trace(actions=number))
        for number, taken in enumerate((0, 0, 0, 0, 5, 300), 1)
    ]
    found = {(q.kind, q.key): q.interval for q in quantities(bioblue_envs.make("sustainability"), trials)}
    total, difference = found["total", "consumption"], found["difference", "consumption"]
    assert played.reference is not None
    assert total is not None
    assert difference is not None
    assert (total.low, difference.low) == (0, -played.reference["consumption"])
    assert difference.high == pytest.approx(total.high - played.reference["consumption"])
