"""Statistics over trials: every quantity for each trial by itself, and beside them a mean with its interval."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from bioblue_envs import Dimension, Environment, Number, State
from bioblue_envs.base import mean

from bioblue_tui.analysis.analysed import Analysis, Metric
from bioblue_tui.analysis.intervals import Interval, alone, interval, why_none
from bioblue_tui.analysis.reference import compare
from bioblue_tui.analysis.sameness import Trace, kin, trace_of
from bioblue_tui.analysis.words import noisy
from bioblue_tui.formatting.numbers import difference
from bioblue_tui.records.collection import standing_of
from bioblue_tui.trials.state import TrialState
from bioblue_tui.trials.tally import UNCOUNTED, Tally

Kind = Literal["total", "difference", "metric", "rejected"]
"""A reward dimension's total; its difference to the reference policy on the same noise; a metric's mean absolute
value over the steps; the number of rejected answers."""


@dataclass(frozen=True, slots=True)
class Figures:
    """What was measured in one trial.

    Attributes:
        steps: How many steps were done.
        standing: How it ended, or stands, in a word.
        unaveraged: Why it is left out of means over trials, as in ``TrialState``; empty where it counts.
        inherited: How many steps it shares with its parent, where it is a fork.
        totals: Sum of each reward dimension, by key.
        reference: The same for the reference policy on the same noise; None where the noise is not known.
        reference_steps: How many steps the reference policy played: more where the agent's doing ended the trial early.
        metrics: The paper's metrics, by name; of a fork over its own steps, as what follows.
        tally: Attempts that did not count.
        trace: What tells whether it is another trial than the others.
        empty: True where no step was played, or by a fork none of its own: there is nothing to measure, and it counts
            nowhere.
    """

    steps: int
    standing: str
    unaveraged: str
    inherited: int
    totals: Mapping[str, Number]
    reference: Mapping[str, Number] | None
    reference_steps: int
    metrics: Mapping[str, Metric]
    tally: Tally
    trace: Trace
    empty: bool = False

    @classmethod
    def of(cls, state: TrialState, reading: Analysis, path: Path | None = None) -> Figures:
        """Return the figures of a trial.

        Args:
            state: The trial.
            reading: Fed with the same events.
            path: Its record: where it has no end it may still be written.
        """
        standing = standing_of(state, path)
        last = state.recorded(state.done)
        steps = (view.number for view in state.steps if view.done)
        shared = state.header.forked_after or 0
        own = [metrics for step, metrics in zip(steps, metrics_by_step(state), strict=True) if step > shared]
        compared = compare(state)
        return cls(
            state.done,
            standing,
            state.unaveraged if state.whole else standing,
            shared,
            last.totals if last else {dimension.key: 0 for dimension in state.environment.dimensions},
            {key: other for key, (_, other) in compared.rows.items()} if compared else None,
            compared.reference_steps if compared else 0,
            {name: found for name in state.environment.metrics if (found := _metric(name, own))},
            reading.tally,
            trace_of(state),
            reading.empty or not state.done,
        )

    def difference(self, key: str) -> Number | None:
        """Return what the agent did to a reward dimension: its total less the reference policy's on the same noise."""
        if self.reference is None:
            return None
        return difference(self.totals[key], self.reference[key])


def metrics_by_step(state: TrialState) -> list[Mapping[str, Number]]:
    """Return the metrics of every step that was done, in order.

    Those that a log does not hold, such as the published ones' deviations, are computed from its levels and actions.
    """
    environment, found = state.environment, list[Mapping[str, Number]]()
    taken = (0,) * len(environment.objectives)
    for step in (view.done for view in state.steps if view.done):
        metrics = step.metrics
        if any(name not in metrics for name in environment.metrics):
            try:
                before = State(step.before, taken, step.step - 1)
                metrics = {**environment.transition(before, step.action, step.change).metrics, **metrics}
            except (ValueError, ArithmeticError):
                pass  # A damaged or foreign record may hold what no world does; its other metrics are shown.
        taken = tuple(t + a for t, a in zip(taken, step.action, strict=True))
        found.append(metrics)
    return found


def _metric(name: str, measured: Sequence[Mapping[str, Number]]) -> Metric | None:
    values = [metrics[name] for metrics in measured if name in metrics]
    if not values:
        return None
    sizes = [abs(value) for value in values]
    return Metric(name, mean(values), mean(sizes), max(sizes))


@dataclass(frozen=True, slots=True)
class Quantity:
    """One quantity over several trials.

    Attributes:
        kind: What it is.
        key: Key of the reward dimension, or name of the metric; empty for rejected answers.
        label: Its name for people.
        values: Its value in each trial, in the trials' order; None where it is not known.
        mean: Mean of those that are known and count in means, where those that belong together are one; None where
            none is.
        interval: Interval of the mean; None where there is none.
        why_none: Why there is none; empty where there is one.
    """

    kind: Kind
    key: str
    label: str
    values: tuple[Number | None, ...]
    mean: Number | None
    interval: Interval | None
    why_none: str


def quantities(environment: Environment, trials: Sequence[Figures]) -> list[Quantity]:
    """Return every quantity over trials of one environment: totals, differences, metrics, rejected answers."""
    counting = [trial for trial in trials if not trial.unaveraged]
    alike = kin([trial.trace for trial in counting])

    def add(
        kind: Kind, key: str, label: str, values: Iterable[Number | None], sign: int = 1, bound: Number = 0
    ) -> None:
        every = tuple(None if t.empty else value for t, value in zip(trials, values, strict=True))
        known, whose = known_of([value for t, value in zip(trials, every, strict=True) if not t.unaveraged], alike)
        middle = mean(alone(known, whose)) if known else None
        between, why = interval(known, whose, sign, bound), why_none(known, whose)
        found.append(Quantity(kind, key, label, every, middle, between, why))

    named = [(d, f"{d.label} {d.objective}" if d.objective else d.label) for d in environment.dimensions]
    found: list[Quantity] = []
    for dimension, label in named:
        add("total", dimension.key, label, (t.totals[dimension.key] for t in trials), *possible(dimension))
    for dimension, label in named:
        differences = (t.difference(dimension.key) for t in trials)
        add("difference", dimension.key, label, differences, *possible_difference(environment, dimension, counting))
    for name in environment.metrics:
        known = [t.metrics.get(name) for t in trials]
        values = (metric.mean_absolute if metric else None for metric in known)
        add("metric", name, f"{name.replace('_', ' ')}, mean absolute", values)
    add("rejected", "", "rejected answers", (t.tally.rejected for t in trials))
    for kind, label in UNCOUNTED.items():
        counts = [t.tally.by_kind[kind] for t in trials]
        if any(counts):
            add("rejected", kind, label, counts)
    return found


def possible(dimension: Dimension) -> tuple[int, Number]:
    """Return the sign that totals of a reward dimension can only have about a bound, and the bound."""
    return (-1 if dimension.penalty else 1), 0


def possible_difference(
    environment: Environment, dimension: Dimension, trials: Iterable[Figures]
) -> tuple[int, Number]:
    """Return the same for differences: in a world without noise the reference's total is the same in all trials.

    With noise its mean is not known, so nothing bounds a mean difference.
    """
    if noisy(environment):
        return 0, 0
    others = {trial.reference[dimension.key] for trial in trials if trial.reference is not None}
    sign, bound = possible(dimension)
    return (sign, bound - others.pop()) if len(others) == 1 else (0, 0)


def known_of(values: Sequence[Number | None], alike: Sequence[Hashable]) -> tuple[list[Number], list[Hashable]]:
    """Return the values that are known, and for each what it shares with others."""
    pairs = [(value, whose) for value, whose in zip(values, alike, strict=True) if value is not None]
    return [value for value, _ in pairs], [whose for _, whose in pairs]
