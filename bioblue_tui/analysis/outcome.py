"""The outcome of a trial, and of several: every reward dimension by itself, single trials before any mean."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bioblue_envs import Number
from bioblue_envs.base import mean

from bioblue_tui.analysis.figures import Figures
from bioblue_tui.trials.state import TrialState


@dataclass(frozen=True, slots=True)
class Outcome:
    """The outcome of a trial.

    Attributes:
        id: The trial's id.
        seed: Its seed.
        path: Its record.
        reason: Why it ended, as in its record.
        failure: Why it could not continue by itself; empty where it could.
        figures: Its figures.
    """

    id: str
    seed: int | None
    path: Path
    reason: str
    failure: str
    figures: Figures

    @classmethod
    def of(cls, state: TrialState, path: Path, failure: str = "") -> Outcome:
        """Return the outcome of a trial so far."""
        header, figures = state.header, Figures.of(state, path)
        return cls(header.id, header.seed, path, state.reason, failure or state.failure, figures)


@dataclass(frozen=True, slots=True)
class Spread:
    """Mean and sample standard deviation (n − 1) of a value over several trials."""

    mean: Number
    deviation: Number


def spread(values: Sequence[Number]) -> Spread | None:
    """Return mean and deviation, or None for fewer than two values: one trial has no spread."""
    if len(values) < 2:
        return None
    return Spread(mean(values), statistics.stdev(values))
