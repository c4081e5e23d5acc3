"""Statistics over trials: every quantity for each trial by itself, and beside them a mean with its interval.

Intervals are bootstrapped over trials, not over steps: the steps of one trial depend on each other. They are
bias-corrected and accelerated (BCa; Efron 1987, "Better bootstrap confidence intervals"), since totals of runaway
trials are skewed, and seeded, so that the same trials always give the same interval.
"""

from __future__ import annotations

import functools
import math
import random
import statistics
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Literal

from bioblue_tui.analysis.reading import Metric, Reading
from bioblue_tui.analysis.reference import compare
from bioblue_tui.trials.state import TrialState
from envs import Environment, Number, State
from envs.base import mean

LEVEL = 0.95
"""What share of such intervals is to hold the true mean."""

RESAMPLES = 10_000
"""How often trials are drawn anew; fewer for hundreds of trials, whose means hardly differ."""

FEW = 5
"""With fewer trials an interval says little, and readers are told so."""

_DRAWS = 1_000_000
_NORMAL = statistics.NormalDist()

Kind = Literal["total", "difference", "metric", "rejected"]
"""A reward dimension's total; its difference to the reference policy on the same noise; a metric's mean absolute
value over the steps; the number of rejected answers."""


@dataclass(frozen=True, slots=True)
class Figures:
    """What was measured in one trial.

    Attributes:
        steps: How many steps were done.
        cut_short: True where the trial has fewer steps than planned although its environment had not ended.
        totals: Sum of each reward dimension, by key.
        reference: The same for the reference policy on the same noise; None where the noise is not known.
        reference_steps: How many steps the reference policy played: more where the agent's doing ended the trial early.
        metrics: The paper's metrics, by name.
        rejected: How many answers were rejected.
    """

    steps: int
    cut_short: bool
    totals: Mapping[str, Number]
    reference: Mapping[str, Number] | None
    reference_steps: int
    metrics: Mapping[str, Metric]
    rejected: int

    @classmethod
    def of(cls, state: TrialState, reading: Reading) -> Figures:
        """Return the figures of a trial; ``state`` and ``reading`` were fed with the same events."""
        last = state.recorded(state.done)
        measured = metrics_by_step(state)
        compared = compare(state)
        return cls(
            state.done,
            state.done < state.header.steps and not (last and last.ended),
            last.totals if last else {dimension.key: 0 for dimension in state.environment.dimensions},
            {key: other for key, (_, other) in compared.rows.items()} if compared else None,
            compared.reference_steps if compared else 0,
            {name: found for name in state.environment.metrics if (found := _metric(name, measured))},
            reading.rejections,
        )

    def difference(self, key: str) -> Number | None:
        """Return what the agent did to a reward dimension: its total less the reference policy's on the same noise."""
        if self.reference is None:
            return None
        total, other = self.totals[key], self.reference[key]
        try:
            return total - other
        except OverflowError:
            # An integer too large for a float: a fraction is noise at that size.
            return int(total) - int(other)


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
class Interval:
    """A confidence interval of a mean."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Quantity:
    """One quantity over several trials.

    Attributes:
        kind: What it is.
        key: Key of the reward dimension, or name of the metric; empty for rejected answers.
        label: Its name for people.
        values: Its value in each trial, in the trials' order; None where it is not known.
        mean: Mean of those that are known; None where none is.
        interval: Interval of the mean; None for fewer than two trials, and for numbers too large for it.
    """

    kind: Kind
    key: str
    label: str
    values: tuple[Number | None, ...]
    mean: Number | None
    interval: Interval | None


def quantities(environment: Environment, trials: Sequence[Figures]) -> list[Quantity]:
    """Return every quantity over trials of one environment: totals, differences, metrics, rejected answers."""
    dimensions = [(d.key, f"{d.label} {d.objective}" if d.objective else d.label) for d in environment.dimensions]
    found = [_quantity("total", key, label, (t.totals[key] for t in trials)) for key, label in dimensions]
    found += [_quantity("difference", key, label, (t.difference(key) for t in trials)) for key, label in dimensions]
    for name in environment.metrics:
        known = [t.metrics.get(name) for t in trials]
        values = (metric.mean_absolute if metric else None for metric in known)
        found.append(_quantity("metric", name, f"{name.replace('_', ' ')}, mean absolute", values))
    found.append(_quantity("rejected", "", "rejected answers", (t.rejected for t in trials)))
    return found


def _quantity(kind: Kind, key: str, label: str, values: Iterable[Number | None]) -> Quantity:
    every = tuple(values)
    known = [value for value in every if value is not None]
    return Quantity(kind, key, label, every, mean(known) if known else None, interval(known))


def interval(values: Sequence[Number], resamples: int = RESAMPLES) -> Interval | None:
    """Return the bootstrap interval (BCa, ``LEVEL``) of the mean.

    Args:
        values: One value per trial.
        resamples: How often trials are drawn anew at most; the same draws every time.

    Returns:
        The interval; None for fewer than two values, and where a value is too large for a float.
    """
    if len(values) < 2:
        return None
    try:
        numbers = [float(value) for value in values]
        middle = math.fsum(numbers) / len(numbers)
    except OverflowError:
        return None
    if min(numbers) == max(numbers):
        return Interval(numbers[0], numbers[0])
    count = len(numbers)
    means = sorted(sum(draw(numbers)) / count for draw in _draws(count, resamples))
    low, high = _corrected(numbers, middle, means)
    return Interval(low, high) if math.isfinite(low) and math.isfinite(high) else None


@functools.lru_cache(maxsize=16)
def _draws(count: int, most: int) -> tuple[Callable[[Sequence[float]], tuple[float, ...]], ...]:
    rng, places = random.Random(count), range(count)
    return tuple(itemgetter(*rng.choices(places, k=count)) for _ in range(max(200, min(most, _DRAWS // count))))


def _corrected(numbers: Sequence[float], middle: float, means: Sequence[float]) -> tuple[float, float]:
    """Return the quantiles of the drawn means that the bias and the skewness of the sample ask for."""
    below = sum(value < middle for value in means) + sum(value == middle for value in means) / 2
    bias = _NORMAL.inv_cdf(min(max(below, 0.5), len(means) - 0.5) / len(means))
    # For a mean, the jackknife's acceleration is the sample's skewness over 6 √n; scaled, so that no power overflows.
    widest = max(abs(value - middle) for value in numbers)
    offsets = [(value - middle) / widest for value in numbers]
    acceleration = sum(o**3 for o in offsets) / (6 * sum(o**2 for o in offsets) ** 1.5)

    def bound(z: float) -> float:
        shifted = bias + z
        scale = 1 - acceleration * shifted
        place = _NORMAL.cdf(bias + shifted / scale) if scale > 0 else float(shifted > 0)
        return _quantile(means, place)

    tail = _NORMAL.inv_cdf((1 + LEVEL) / 2)
    return bound(-tail), bound(tail)


def _quantile(ordered: Sequence[float], share: float) -> float:
    place = share * (len(ordered) - 1)
    lower = math.floor(place)
    upper = min(lower + 1, len(ordered) - 1)
    return ordered[lower] + (ordered[upper] - ordered[lower]) * (place - lower)
