"""The figures of one trial: totals, the reference on the same noise, metrics, attempts without a legal action."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bioblue_envs import Number, State
from bioblue_envs.base import mean

from bioblue_tui.analysis.analysed import Metric
from bioblue_tui.analysis.reference import Comparison, compare
from bioblue_tui.analysis.sameness import Trace, trace_of
from bioblue_tui.formatting.numbers import difference, tidy
from bioblue_tui.records.collection import standing_of
from bioblue_tui.trials.state import TrialState
from bioblue_tui.trials.tally import Tally


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of one trial.

    Attributes:
        steps: How many steps were done.
        standing: How it ended, or its present state, in a word.
        unaveraged: Why it is left out of means over trials, as in ``TrialState``; empty where it counts.
        inherited: How many steps it shares with its parent, where it is a fork.
        totals: Sum of each reward dimension, by key.
        compared: The better reference on the same noise; None before the first step, and where the noise is not known.
        metrics: The paper's metrics, by name; for a fork, this and the fields below are over its own steps.
        tally: Attempts without a legal action.
        trace: Tells whether it is a copy of another trial.
        cut: Its own steps at which the oldest turns were left out, since the model's context was full.
        empty: True where no step was played, or a fork played none of its own: there is nothing to measure, and the
            trial counts nowhere.
    """

    steps: int
    standing: str
    unaveraged: str
    inherited: int
    totals: Mapping[str, Number]
    compared: Comparison | None
    metrics: Mapping[str, Metric]
    tally: Tally
    trace: Trace
    cut: tuple[int, ...] = ()
    empty: bool = False

    @classmethod
    def of(cls, state: TrialState, path: Path | None = None) -> Figures:
        """Return the figures of a trial.

        Args:
            state: The trial.
            path: Its record, to find out whether a trial without an end is still running.
        """
        standing, last = standing_of(state, path), state.recorded(state.done)
        steps = (view.number for view in state.steps if view.done)
        shared = state.header.forked_after or 0
        totals = last.totals if last else {dimension.key: 0 for dimension in state.environment.dimensions}
        own = [metrics for step, metrics in zip(steps, metrics_by_step(state), strict=True) if step > shared]
        return cls(
            state.done,
            standing,
            state.unaveraged if state.whole else standing,
            shared,
            {key: tidy(value) for key, value in totals.items()},
            compare(state),
            {name: found for name in state.environment.metrics if (found := _metric(name, own))},
            state.tally,
            trace_of(state),
            tuple(mark.step for mark in state.marks if mark.kind == "shortened" and mark.step > shared),
            state.done <= shared,
        )

    @property
    def reference(self) -> Mapping[str, Number] | None:
        """Sum of each reward dimension for the reference; None without a reference."""
        return {key: other for key, (_, other) in self.compared.rows.items()} if self.compared else None

    @property
    def reference_steps(self) -> int:
        """How many steps the reference played: more than the agent, if the agent's actions ended the trial early."""
        return self.compared.reference_steps if self.compared else 0

    def difference(self, key: str) -> Number | None:
        """Return the difference in a reward dimension: the agent's total minus the reference's on the same noise."""
        if self.reference is None:
            return None
        return difference(self.totals[key], self.reference[key])


def metrics_by_step(state: TrialState) -> list[Mapping[str, Number]]:
    """Return the metrics of every step that was done, in order.

    Metrics that a log does not hold, such as deviations in published logs, are computed from its levels and actions.
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
                pass  # A damaged or foreign record may hold impossible steps; its other metrics are shown.
        taken = tuple(t + a for t, a in zip(taken, step.action, strict=True))
        found.append(metrics)
    return found


def _metric(name: str, measured: Sequence[Mapping[str, Number]]) -> Metric | None:
    values = [metrics[name] for metrics in measured if name in metrics]
    if not values:
        return None
    sizes = [abs(value) for value in values]
    return Metric(name, mean(values), mean(sizes), max(sizes))
