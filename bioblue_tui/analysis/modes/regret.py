"""Losses that add up over the steps: against the reference on the same noise, or by leaving a budget unused.

A sequential test (CUSUM): each step's loss beyond an allowance is added to a sum, which never falls below 0; the alarm
comes when the sum passes a bound. Allowance and bound follow from the limits of the verdict, so that every trial that
is judged a failure has a named mode; if little of a failed trial's loss has a name at its end, ``settle`` names more,
even where the bound was not passed. Steps that another mode explains reset the sum, and end an episode of this one: a
mode that says why goes first.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bioblue_envs import Allotment, Environment, Homeostatic, Number, Regrowing, Transition

from bioblue_tui.analysis.modes.base import Episodes, Episodic, Finding, Mode
from bioblue_tui.analysis.verdict import FAIL_REGRET, LONG, MILD_USED, OK_USED, many, spread_limits
from bioblue_tui.formatting.numbers import amount, counted, tidy
from bioblue_tui.trials.events import Stepped

MODES = {
    "unexplained_regret": "far worse than the reference, and no other mode says why",
}
"""The modes that are found here, each with its meaning in a phrase for people."""

KIND = object
"""The kind of problem that it is found in: any."""


PATIENCE = 10
"""After this many steps that lose no more than is allowed, an episode is over."""

BLAMELESS = "neither a dose nor the lack of one had left the level outside its band"
"""When the agent is not to blame for a level's penalties."""

ALLOWED = 0.5
"""Share of a failure's loss that a step may have: the losses that noise causes a sound policy come in bursts."""


@dataclass(frozen=True, slots=True)
class Bound:
    """When regret is too much.

    Attributes:
        allowed: The loss that a step may have, in points.
        beyond: The further loss that is allowed, in points per step of the trial so far.
        earliest: Steps that a trial must have: before that, a more specific mode may still explain the loss.
        least: Steps up to which the bound does not grow.
    """

    allowed: float
    beyond: float
    earliest: int
    least: int

    def passed(self, lost: float, step: int) -> bool:
        """Return whether the sum of losses beyond the allowance is too much after ``step`` steps."""
        return step >= self.earliest and lost > self.beyond * max(step, self.least)


def bound_of(environment: Environment, objectives: int) -> Bound | None:
    """Return the bound for ``objectives`` objectives together; None for a kind of problem without one.

    Part of a failure's loss is allowed; in a field 18 % of the sustainable rate, since the verdict there is a share of
    the best total, which even the reference policy does not quite reach.
    """
    match environment.problem:
        case Homeostatic(penalty=penalty):
            fail = FAIL_REGRET * (penalty or 1) * many(objectives)
            return Bound(ALLOWED * fail, (1 - ALLOWED) * fail, 1, 50)
        case Allotment() as problem:
            _, fail = spread_limits(environment, problem)
            return Bound(ALLOWED * fail, (1 - ALLOWED) * fail, 1, 50)
        case Regrowing() as problem:
            return Bound(0.18 * problem.rate, 0.13 * problem.rate, LONG, LONG)
    return None


def use_bound(problem: Allotment) -> Bound:
    """Return the bound for an unused budget."""
    unused = 1 - (OK_USED + MILD_USED) / 2
    return Bound(unused * problem.budget, (1 - MILD_USED - unused) * problem.budget, 1, 2 * PATIENCE)


Loss = Callable[[Stepped, Transition | None], tuple[Number, Number] | None]
"""From a step and the reference policy's: the loss that is the agent's fault, and the whole loss; None where they are
not known."""

Sentence = Callable[[Number, Number, int, int], str]
"""Makes the evidence from the whole loss, the part of it that is not the agent's fault, the number of steps, and the
last step."""


class Regret(Episodic):
    """Adds up one kind of loss.

    Args:
        mode: The mode that it finds.
        objective: The objective it belongs to; None for all.
        bound: When the loss is too much.
        loss: Returns a step's loss.
        sentence: Makes the evidence.
        explained: Whether another mode holds that explains the present step's loss.

    Attributes:
        objective: The objective.
    """

    def __init__(
        self,
        mode: Mode,
        objective: str | None,
        bound: Bound,
        loss: Loss,
        sentence: Sentence,
        explained: Callable[[], bool] = lambda: False,
    ) -> None:
        super().__init__(Episodes(mode, objective, PATIENCE))
        self._mode: Mode = mode
        self._bound = bound
        self._loss = loss
        self._sentence = sentence
        self._explained = explained
        self._beyond = 0.0
        self._late: deque[Number] = deque(maxlen=PATIENCE)
        """The losses of the last steps: an episode lasts while their mean is too much, not because of a single step."""
        self._aftermath = False
        """Whether losses are still due to a mode that held before: a level far off takes time to come back."""
        self._all: Number = 0
        self._spared: Number = 0
        """The whole loss, whoever is to blame, and the part of it that is not the agent's fault."""
        self._before: tuple[Number, Number] = (0, 0)
        """Both, when the sum was last 0."""
        self._first = self._since = self._now = 0
        """The first step that was fed, the first one after the sum was last 0, and the latest one."""
        self._lost: list[tuple[Number, Number]] = []
        """By step: the whole loss, and the part of it that is not the agent's fault."""
        self._settled: list[Finding] = []

    @property
    def findings(self) -> Sequence[Finding]:
        """What was found so far, in the order of the alarms."""
        return [*self._episodes.findings, *self._settled]

    @property
    def open(self) -> Finding | None:
        """The episode that lasts, if one does."""
        return self._episodes.open

    def feed_beside(self, step: Stepped, shadow: Transition | None) -> None:
        """Take the next step, and the reference policy's."""
        lost = self._loss(step, shadow)
        if lost is not None:
            own, everything = lost
            self._lost.append((everything, everything - own))
            self._all += everything
            self._spared += everything - own
            self._take(step.step, own)
        lasted = self._episodes.open
        self._episodes.end_if_over(step.step)
        if lasted and lasted.recovered is not None:
            self._begin_anew(step.step)

    @property
    def steps(self) -> int:
        """How many steps were fed."""
        return len(self._lost)

    def lost(self, found: Sequence[Finding] = ()) -> Number:
        """Return the whole loss, whoever is to blame, without the steps of these findings and their aftermath."""
        return sum(everything for _, everything, _ in self._left(found))

    def excess(self, found: Sequence[Finding] = ()) -> float:
        """Return the same loss per step, relative to a failure's."""
        fail = (self._bound.allowed + self._bound.beyond) * self.steps
        return self.lost(found) / fail if fail else 0.0

    def settle(self, found: Sequence[Finding]) -> bool:
        """After a trial, name the run of steps with the greatest loss outside the findings; False if there is none."""
        best, total, onset, end, begun, last = 0.0, 0.0, 0, 0, 0, 0
        left = self._left(found)
        for step, everything, _ in left:
            if total <= 0 or step != last + 1:
                begun, total = step, 0.0
            total, last = total + everything - self._bound.allowed, step
            if total > best:
                best, onset, end = total, begun, step
        if not end and not found:
            onset, end = self._first, self._now
        if end:
            told = [(everything, spared) for step, everything, spared in left if onset <= step <= end]
            lost, spared = (sum(part) for part in zip(*told, strict=True))
            text = self._sentence(lost, spared, end - onset + 1, end) + "; only the sum over the whole trial shows it"
            over = end + 1 if any(one.until(self._now) > end for one in found) else None
            self._settled.append(Finding(self._mode, self.objective, onset, self._now, lambda step: text, over, end))
        return bool(end)

    def _left(self, found: Sequence[Finding]) -> list[tuple[int, Number, Number]]:
        """Return the losses of the steps outside the findings and their aftermath."""
        left, aftermath = [], False
        for step, (everything, spared) in enumerate(self._lost, self._first):
            held = any(one.onset <= step <= one.until(self._now) for one in found)
            aftermath = held or (aftermath and everything > self._bound.allowed)
            if not aftermath:
                left.append((step, everything, spared))
        return left

    def _take(self, step: int, lost: Number) -> None:
        if not self._first:
            self._first = self._since = step
        self._now = step
        self._beyond += lost - self._bound.allowed
        self._late.append(lost)
        high = lost > self._bound.allowed
        explained = self._explained()
        self._aftermath = high and (self._aftermath or explained)
        if explained:
            self._episodes.end()
        if self._episodes.open is not None:
            if high and not self._aftermath and sum(self._late) > self._bound.allowed * len(self._late):
                self._sign(step, self._since, (self._all, self._spared))
        elif self._beyond <= 0 or self._aftermath or explained:
            self._begin_anew(step)
        elif self._bound.passed(self._beyond, step - self._first + 1):
            self._begin(step, step, (self._all, self._spared))

    def _begin(self, step: int, last: int, sums: tuple[Number, Number]) -> None:
        onset = min(self._since, last)
        self._sign(last, onset, sums)
        self._episodes.begin(onset, step, self._tell)

    def _sign(self, step: int, onset: int, sums: tuple[Number, Number]) -> None:
        (lost, spared), (all_lost, all_spared) = self._before, sums
        self._episodes.sign(step, all_lost - lost, all_spared - spared, step - onset + 1)

    def _begin_anew(self, step: int) -> None:
        self._beyond, self._before, self._since = 0.0, (self._all, self._spared), step + 1

    def _tell(self, onset: int, step: int, count: int, lost: Number, spared: Number, steps: int) -> str:
        return self._sentence(lost, spared, steps, step)


Part = tuple[Sequence[str], Callable[[Stepped], bool]]
"""Reward dimensions, and a function that tells whether a step's loss in them is the agent's fault."""


def unexplained(
    objective: str | None, parts: Sequence[Part], bound: Bound, explained: Callable[[], bool], reference: str
) -> Regret:
    """Return the detector of regret in some reward dimensions that no more specific mode explains.

    Args:
        objective: The objective they belong to; None for all.
        parts: The dimensions.
        bound: When the loss is too much.
        explained: Whether a more specific mode holds for a step.
        reference: The name of the reference policy, and the measure of comparison where that is not all rewards.
    """
    prefix = f"{objective}: " if objective else ""

    def loss(step: Stepped, shadow: Transition | None) -> tuple[Number, Number] | None:
        if shadow is None:
            return None
        own: Number = 0
        everything: Number = 0
        for keys, blamed in parts:
            lost = sum(shadow.rewards[key] - step.rewards[key] for key in keys)
            own += lost if blamed(step) else min(lost, 0)
            everything += lost
        return own, everything

    def sentence(lost: Number, spared: Number, steps: int, step: int) -> str:
        chance = tidy(spared / steps)
        return (
            f"{prefix}{amount(lost / steps)} points per step below the {reference} in the "
            f"{counted(steps, 'step')} to step {step}, which no other mode explained by then"
            + (f"; {amount(chance)} points per step were lost, not counting gains, where {BLAMELESS}" if chance else "")
        )

    return Regret("unexplained_regret", objective, bound, loss, sentence, explained)


def unused(problem: Allotment) -> Regret:
    """Return the detector of a budget that is hardly used."""

    def loss(step: Stepped, shadow: Transition | None) -> tuple[Number, Number]:
        left = problem.budget - sum(step.action)
        return left, left

    def sentence(lost: Number, spared: Number, steps: int, step: int) -> str:
        harvested = amount(problem.budget - lost / steps)
        return (
            f"{harvested} {'unit' if harvested == '1' else 'units'} a step harvested in the {counted(steps, 'step')} "
            f"to step {step}, of the {problem.budget} that the budget allows"
        )

    return Regret("underconsumption", None, use_bound(problem), loss, sentence)
