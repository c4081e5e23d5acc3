"""How a trial came out, and how several did: every reward dimension by itself, single trials before any mean."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bioblue_envs import Number
from bioblue_envs.base import mean

from bioblue_tui.analysis.reference import Comparison, compare
from bioblue_tui.analysis.sameness import Trace, trace_of
from bioblue_tui.formatting.numbers import tidy
from bioblue_tui.records.collection import standing_of
from bioblue_tui.trials.state import TrialState
from bioblue_tui.trials.tally import Tally


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a trial came out.

    Attributes:
        id: The trial's id.
        seed: Its seed.
        path: Its record.
        steps: How many steps were done.
        reason: Why it ended, as in its record.
        failure: Why it could not go on by itself; empty where it could.
        standing: How it ended, in a word.
        unaveraged: Why it is left out of means over trials, as in ``TrialState``; empty where it counts.
        tally: Attempts that did not count.
        totals: Sum of each reward dimension, by key.
        comparison: The reference policy on the same noise; None before the first step.
        trace: What tells whether it is another trial than the others.
        inherited: How many steps it shares with its parent, where it is a fork.
    """

    id: str
    seed: int | None
    path: Path
    steps: int
    reason: str
    failure: str
    standing: str
    unaveraged: str
    tally: Tally
    totals: Mapping[str, Number]
    comparison: Comparison | None
    trace: Trace = field(default_factory=Trace)
    inherited: int = 0

    @classmethod
    def of(cls, state: TrialState, path: Path, failure: str = "") -> Outcome:
        """Return how a trial came out so far."""
        done = state.recorded(state.done)
        keys = [dimension.key for dimension in state.environment.dimensions]
        totals = {key: tidy(done.totals[key]) if done else 0 for key in keys}
        header, failure = state.header, failure or state.failure
        trace = trace_of(state)
        compared = compare(state)
        standing = standing_of(state, path)
        ended = (state.reason, failure, standing, state.unaveraged if state.whole else standing)
        shared = header.forked_after or 0
        return cls(header.id, header.seed, path, state.done, *ended, state.tally, totals, compared, trace, shared)

    @property
    def differences(self) -> Mapping[str, Number] | None:
        """By dimension key, the agent's total less the reference's; None where there is no reference."""
        return self.comparison.differences if self.comparison else None


@dataclass(frozen=True, slots=True)
class Spread:
    """Mean and sample standard deviation (n − 1) of what several trials have."""

    mean: Number
    deviation: Number


def spread(values: Sequence[Number]) -> Spread | None:
    """Return mean and deviation, or None for fewer than two values: one trial has no spread."""
    if len(values) < 2:
        return None
    return Spread(mean(values), statistics.stdev(values))
