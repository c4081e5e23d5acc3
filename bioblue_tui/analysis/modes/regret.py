"""What adds up over the steps: more is lost than the reference loses on the same noise, or a budget is left unused.

A sequential test (CUSUM): what a step loses beyond an allowance adds up, and never below 0; the alarm comes where the
sum passes a bound. Allowance and bound follow from the limits of the verdict, so that no trial that is judged a failure
is without a named mode; what is too short for the bound is settled at the end of a failure of which little was named.
Steps that another mode explains start the sum anew, and end what was found before: it gives way to the mode that says
why.
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
"""What is found here, and what each means, in a phrase for people."""

KIND = object
"""The kind of problem that it is found in: any."""


PATIENCE = 10
"""Steps that lose no more than is allowed, after which an episode is over."""

BLAMELESS = "neither a dose nor the lack of one had left the level outside its band"
"""When what a level costs is not the agent's doing."""

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


def bound_of(environment: Environment, objectives: int) -> Bound | None:
    """Return the bound for so many objectives together; None for a kind of problem that has none.

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
            return Bound(0.18 * problem.rate, 0.13 * problem.rate, LONG, LONG)
    return None


def use_bound(problem: Allotment) -> Bound:
    """Return the bound for what is left of a budget."""
    unused = 1 - (OK_USED + MILD_USED) / 2
    return Bound(unused * problem.budget, (1 - MILD_USED - unused) * problem.budget, 1, 2 * PATIENCE)


Loss = Callable[[Stepped, Transition | None], tuple[Number, Number] | None]
"""What a step loses by the agent's own doing and in all, from it and the reference policy's; None where that is not
known."""

Sentence = Callable[[Number, Number, int, int], str]
"""Says the evidence: what was lost in all, what of it by no doing of the agent, in how many steps, up to which."""


class Regret(Episodic):
    """What adds up of one kind of loss.

    Args:
        mode: What it is called.
        objective: The objective it belongs to; None for all.
        bound: When it is too much.
        loss: What a step loses.
        sentence: Says the evidence.
        explained: Whether another mode holds for a step that explains its loss.

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
        """What each of the last steps lost: an episode lasts while their mean is too much, not for the odd step."""
        self._aftermath = False
        """Whether what is lost is still due to a mode that held: a level far off takes its time to come back."""
        self._all: Number = 0
        self._spared: Number = 0
        """What was lost in all, whosever doing, and what of it by no doing of the agent."""
        self._before: tuple[Number, Number] = (0, 0)
        """Both, when the sum was 0 last."""
        self._first = self._since = self._now = 0
        """The first step that was fed, the first one after the sum was 0, and the last one."""
        self._lost: list[tuple[Number, Number]] = []
        """What each step lost, whosever doing, and what of it by no doing of the agent."""
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
        """Return what was lost in all, whosever doing, but for what was found and what it led to."""
        return sum(everything for _, everything, _ in self._left(found))

    def excess(self, found: Sequence[Finding] = ()) -> float:
        """Return the same a step, in parts of what makes a failure."""
        fail = (self._bound.allowed + self._bound.beyond) * self.steps
        return self.lost(found) / fail if fail else 0.0

    def settle(self, found: Sequence[Finding]) -> bool:
        """Name the steps in a row that lost most of what was not found in a trial that is over; False for none."""
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
            text = self._sentence(lost, spared, end - onset + 1, end) + "; only the sum of the whole trial tells it"
            over = end + 1 if any(one.until(self._now) > end for one in found) else None
            self._settled.append(Finding(self._mode, self.objective, onset, self._now, lambda step: text, over, end))
        return bool(end)

    def _left(self, found: Sequence[Finding]) -> list[tuple[int, Number, Number]]:
        """Return what each step lost in which nothing was found, nor the aftermath of it."""
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
"""Reward dimensions, and whether what a step loses in them is the agent's doing."""


def unexplained(
    objective: str | None, parts: Sequence[Part], bound: Bound, explained: Callable[[], bool], reference: str
) -> Regret:
    """Return the detector of regret in some reward dimensions that no mode with a shape explains.

    Args:
        objective: The objective they belong to; None for all.
        parts: The dimensions.
        bound: When it is too much.
        explained: Whether a mode with a shape holds for a step.
        reference: What they are held against: the name of the reference policy, and by what where that is not all.
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
            + (f"; {amount(chance)} points per step were lost, gains apart, where {BLAMELESS}" if chance else "")
        )

    return Regret("unexplained_regret", objective, bound, loss, sentence, explained)


def unused(problem: Allotment) -> Regret:
    """Return the detector of a budget of which little is harvested."""

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
