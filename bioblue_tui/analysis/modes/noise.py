"""Exogenous only: penalties come from the noise, and the agent does nothing wrong that a person could name."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from bioblue_tui.analysis.modes.base import Finding, Marks
from bioblue_tui.numbers import amount, counted
from bioblue_tui.trials.events import Stepped
from envs import Dimension, Homeostatic, Number, Transition

REGRET = 0.8
"""Penalised units of deviation per step, more than the thermostat's, up to which noise alone is to blame."""


class ExogenousOnly:
    """Penalties above the band that the agent did not cause, in one objective.

    It stands as long as nothing speaks against it: it is taken back when a failure is found anywhere in the trial, or
    when the agent has lost much more than the thermostat on the same noise.

    Args:
        index: The objective.
        label: Its label; empty where there is but one.
        problem: Its band and penalty.
        dimensions: Its reward dimensions.
        failed: Says whether any failure of the agent has been found.
    """

    def __init__(
        self,
        index: int,
        label: str,
        problem: Homeostatic,
        dimensions: Sequence[Dimension],
        failed: Callable[[], bool],
    ) -> None:
        self._index = index
        self._label = label
        self._point = problem.setpoints[index]
        self._keys = [dimension.key for dimension in dimensions]
        self._bound = REGRET * problem.penalty
        self._failed = failed
        self._regret: Number = 0
        self._finding: Finding | None = None
        self._marks = Marks()
        self._worst: Number = 0
        self._steps = 0

    @property
    def findings(self) -> Sequence[Finding]:
        """It, as long as it stands."""
        stands = self._finding is not None and not self._failed() and self._regret < self._bound * self._steps
        return [self._finding] if self._finding and stands else []

    def feed(self, step: Stepped, shadow: Transition | None) -> None:
        """Take the next step, and the shadow's."""
        self._steps += 1
        if shadow is not None:
            self._regret += sum(shadow.rewards[key] - step.rewards[key] for key in self._keys)
        excess = step.after[self._index] - self._point.target - self._point.half_width
        if excess > 0:
            self._meet(step.step, excess)
        elif self._finding and self._finding.recovered is None:
            self._finding.recovered = step.step

    def _meet(self, step: int, excess: Number) -> None:
        self._worst = max(self._worst, excess)
        self._marks.add(step, self._worst, self._regret)
        if self._finding is None:
            tell = partial(self._marks.tell, self._tell, step)
            self._finding = Finding("exogenous_only", self._label or None, step, step, tell)
        self._finding.recovered = None

    def _tell(self, onset: int, step: int, count: int, worst: Number, regret: Number) -> str:
        prefix = f"{self._label}: " if self._label else ""
        return (
            f"{prefix}noise raised the level above the band in {counted(count, 'step')}, at worst by {amount(worst)}; "
            f"{amount(regret)} lost beside the thermostat on the same noise"
        )
