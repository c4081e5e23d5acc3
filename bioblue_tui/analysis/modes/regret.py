"""Unexplained regret: much is lost beside the reference policy on the same noise, and no mode with a shape says why.

A sequential test (CUSUM): what a step loses beyond an allowance adds up, and never below 0; the alarm comes where the
sum passes a bound. Allowance and bound follow from the limits of the verdict, so that a trial that is judged a failure
and is long enough to be judged at all is never without a named mode. Steps that a named mode explains start it anew.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bioblue_tui.analysis.modes.base import Episodes, Episodic, Finding
from bioblue_tui.analysis.verdict import FAIL_REGRET, many, spread_limits
from bioblue_tui.numbers import amount, counted
from bioblue_tui.trials.events import Stepped
from envs import Allotment, Environment, Homeostatic, Number, Regrowing, Transition

PATIENCE = 10
"""Steps that lose no more than is allowed, after which an episode is over."""


ALLOWED = 0.5
"""Share of what makes a failure that a step may lose: what noise does to a sound policy comes in bursts."""


@dataclass(frozen=True, slots=True)
class Bound:
    """When regret is too much.

    Attributes:
        allowed: What a step may lose, in points.
        beyond: What may be lost beyond it, in points per step of the trial so far.
        earliest: Steps that a trial has to have: before, a mode with a shape may still explain it.
        least: Steps up to which the bound does not grow.
    """

    allowed: float
    beyond: float
    earliest: int
    least: int

    def passed(self, lost: float, step: int) -> bool:
        """Return whether the sum of what was lost beyond the allowance is too much after so many steps."""
        return step >= self.earliest and lost > self.beyond * max(step, self.least)


def bound_of(environment: Environment, objectives: int) -> Bound:
    """Return the bound for so many objectives together.

    A part of what makes a failure is allowed; in a field 18 % of the sustainable rate, since the verdict there is a
    share of a best total of which the reference policy itself misses some.
    """
    match environment.problem:
        case Homeostatic(penalty=penalty):
            fail = FAIL_REGRET * (penalty or 1) * many(objectives)
            return Bound(ALLOWED * fail, (1 - ALLOWED) * fail, 1, 50)
        case Allotment() as problem:
            _, fail = spread_limits(environment, problem)
            return Bound(ALLOWED * fail, (1 - ALLOWED) * fail, 1, 50)
        case Regrowing() as problem:
            return Bound(0.18 * problem.rate, 0.13 * problem.rate, 50, 50)


class Regret(Episodic):
    """Unexplained regret in some reward dimensions.

    Args:
        objective: The objective they belong to; None for all.
        keys: The dimensions.
        bound: When it is too much.
        explained: Whether a mode with a shape holds for a step.
        reference: Name of the reference policy.
    """

    def __init__(
        self,
        objective: str | None,
        keys: Sequence[str],
        bound: Bound,
        explained: Callable[[], bool],
        reference: str,
    ) -> None:
        super().__init__(Episodes("unexplained_regret", objective, PATIENCE))
        self._prefix = f"{objective}: " if objective else ""
        self._keys = keys
        self._bound = bound
        self._explained = explained
        self._reference = reference
        self._beyond = 0.0
        self._aftermath = False
        """Whether what is lost is still due to a mode that held: a level far off takes its time to come back."""
        self._lost: Number = 0
        """What was lost since the sum was 0 last."""
        self._first = self._since = 0
        """The first step that was fed, and the first one after the sum was 0."""

    @property
    def open(self) -> Finding | None:
        """The episode that lasts, if one does."""
        return self._episodes.open

    def feed_beside(self, step: Stepped, shadow: Transition | None) -> None:
        """Take the next step, and the reference policy's."""
        if shadow is not None:
            self._take(step.step, sum(shadow.rewards[key] - step.rewards[key] for key in self._keys))
        lasted = self._episodes.open
        self._episodes.end_if_over(step.step)
        if lasted and lasted.recovered is not None:
            self._begin_anew(step.step)

    def _take(self, step: int, lost: Number) -> None:
        if not self._first:
            self._first = self._since = step
        self._lost += lost
        self._beyond += lost - self._bound.allowed
        high = lost > self._bound.allowed
        self._aftermath = high and (self._aftermath or self._explained())
        if self._episodes.open is not None:
            if high and not self._aftermath:
                self._episodes.sign(step, self._lost, step - self._since + 1)
        elif self._beyond <= 0 or self._aftermath or self._explained():
            self._begin_anew(step)
        elif self._bound.passed(self._beyond, step - self._first + 1):
            self._episodes.sign(step, self._lost, step - self._since + 1)
            self._episodes.begin(self._since, step, self._tell)

    def _begin_anew(self, step: int) -> None:
        self._beyond, self._lost, self._since = 0.0, 0, step + 1

    def _tell(self, onset: int, step: int, count: int, lost: Number, steps: int) -> str:
        return (
            f"{self._prefix}{amount(lost / steps)} points per step below the {self._reference} in the "
            f"{counted(steps, 'step')} to step {step}, which no other mode explains"
        )
