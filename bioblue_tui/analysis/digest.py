"""A trial in brief, as one row among hundreds shows it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bioblue_envs import Environment, Number

from bioblue_tui.analysis.figures import Figures
from bioblue_tui.analysis.modes.base import Finding
from bioblue_tui.analysis.references import References
from bioblue_tui.analysis.trial import AnalysedTrial, who
from bioblue_tui.analysis.verdict import Verdict
from bioblue_tui.records.schema import RecordError
from bioblue_tui.trials.events import Header


@dataclass(frozen=True, slots=True)
class Digest:
    """A trial in brief.

    Attributes:
        path: Its file.
        header: What it is.
        environment: Its environment.
        values: By gauge: its value after each step, from step 1.
        actions: By objective: the action of each step, from step 1; 0 for steps that a damaged record has lost.
        failures: Every failure found, in the order of the onsets; without those of the noise.
        verdict: How it went; None where the noise is not known.
        figures: What was measured.
        flip: The onset of the first failure that lasts; None where none does.
    """

    path: Path
    header: Header
    environment: Environment
    values: Sequence[Sequence[Number]]
    actions: Sequence[Sequence[Number]]
    failures: Sequence[Finding]
    verdict: Verdict | None
    figures: Figures
    flip: int | None

    @property
    def who(self) -> str:
        """The model, or the agent where there is none."""
        return who(self.header, 40)

    @property
    def seed(self) -> str:
        """The seed in words; empty where it is not known."""
        return f"seed {self.header.seed}" if self.header.seed is not None else ""

    @property
    def onset(self) -> int | None:
        """Where its first failure begins; None where none does."""
        return self.failures[0].onset if self.failures else None


def digest(path: Path, references: References | None = None) -> Digest:
    """Read a record and say in brief what is in it.

    Raises:
        RecordError: When it can't be read.
    """
    try:
        return _digest(path, AnalysedTrial.open(path, references))
    except (ValueError, ArithmeticError) as error:
        # Something impossible, such as numbers too large for floats, which only a foreign record holds.
        raise RecordError(f"damaged: {error}", path) from error


def _digest(path: Path, trial: AnalysedTrial) -> Digest:
    state, environment = trial.state, trial.environment
    values = [state.gauge_values(step) for step in range(1, state.done + 1)]
    count = len(environment.objectives)
    actions: list[list[Number]] = [[0] * state.done for _ in range(count)]
    for step in trial.steps:
        for index, amount in enumerate(step.action):
            actions[index][step.step - 1] = amount
    return Digest(
        path,
        trial.header,
        environment,
        [[value[index] for value in values] for index in range(count)],
        actions,
        trial.failures,
        trial.verdict,
        trial.figures,
        trial.analysis.flip.step if trial.analysis.flip else None,
    )
