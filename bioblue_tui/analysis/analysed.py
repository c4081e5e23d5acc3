"""The analysis of a trial: which failure modes, from which step, how far from the references.

It is fed the same events as the trial's state.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from bioblue_envs import Environment, Number, Regrowing, State

from bioblue_tui.analysis.best import Best
from bioblue_tui.analysis.modes.base import NOISE, Finding
from bioblue_tui.analysis.modes.detector_set import DetectorSet
from bioblue_tui.analysis.modes.flip import Flip
from bioblue_tui.analysis.references import References
from bioblue_tui.analysis.shadow import Shadow, noise_of, total
from bioblue_tui.analysis.verdict import LONG, Played, Verdict, judge, may_fail
from bioblue_tui.formatting.numbers import amount, difference
from bioblue_tui.trials.events import Event, Header, Stepped
from bioblue_tui.trials.tally import Tally

PARENTS = "in its parent: "
"""Put before a failure in the steps that a fork shares with its parent."""


@dataclass(frozen=True, slots=True)
class Metric:
    """What the paper measures besides rewards, over the steps of a trial.

    Attributes:
        name: Name of the metric, such as ``deviation A``.
        mean: Mean over the steps.
        mean_absolute: Mean of its absolute value.
        greatest: The greatest absolute value.
    """

    name: str
    mean: float
    mean_absolute: float
    greatest: Number


class Analysis:
    """What a trial means, as far as it has come.

    A fork's record also has its parent's steps. The fork is not judged by them: failures and verdict are those from
    the fork on, as in a trial that begins there; but its totals, and those of the references, are over all steps.

    Args:
        header: What the trial is.
        environment: Its environment.

    Attributes:
        watch: The detectors.
        tally: Attempts without a legal action.
    """

    def __init__(self, header: Header, environment: Environment) -> None:
        self._header = header
        self._environment = environment
        self.watch = DetectorSet(environment, agent=header.agent)
        self._shadow, self._cautious = self.watch.shadow, self.watch.cautious
        self._forked = header.forked_after or 0
        self._inherited: Sequence[Finding] | None = None if self._forked else ()
        """What was found in the parent's steps; None while they are being read."""
        self._given: Mapping[str, Number] = {}
        """The totals of a fork's parent at the fork, by reward dimension."""
        self._taken: list[int] = [0] * len(environment.objectives)
        self._taken_before = 0
        """Sum of all actions, and of those before a fork."""
        self.tally = Tally(header.agent, header.forked_after or 0)
        self._last: Stepped | None = None
        self._gap = False
        self._sums: dict[str, tuple[float, float, Number]] = {}
        self._steps = 0

    @property
    def steps(self) -> int:
        """How many steps were read."""
        return self._steps

    @property
    def over(self) -> bool:
        """True when all steps were played, or the environment ended the trial."""
        return self._last is not None and (bool(self._last.ended) or self._last.step >= self._header.steps)

    @property
    def total(self) -> Number:
        """Sum of all reward dimensions so far."""
        return total(self._last.totals) if self._last else 0

    @property
    def totals(self) -> Mapping[str, Number]:
        """Sum of each reward dimension so far, by key."""
        return self._last.totals if self._last else {}

    @property
    def findings(self) -> list[Finding]:
        """Every failure mode found so far, in the order of the onsets; for a fork, in its own steps."""
        return [] if self._inherited is None else self.watch.findings

    @property
    def failures(self) -> list[Finding]:
        """The findings that are failures of the agent: all but those of the noise."""
        return [] if self._inherited is None else self.watch.failures

    @property
    def inherited_failures(self) -> list[Finding]:
        """The failures in the steps that a fork shares with its parent; they are the parent's."""
        return [finding for finding in self.inherited if finding.mode != NOISE]

    @property
    def empty(self) -> bool:
        """Whether it is a fork without steps of its own."""
        return self._inherited is None

    @property
    def inherited(self) -> Sequence[Finding]:
        """Failure modes found in the steps that a fork shares with its parent; they end at the fork."""
        return self.watch.findings if self._inherited is None else self._inherited

    @property
    def told(self) -> list[tuple[str, Finding]]:
        """Every failure in all steps, each after a prefix that says whose it is: empty for the trial's own."""
        theirs = [(PARENTS, finding) for finding in self.inherited_failures]
        return [*theirs, *(("", finding) for finding in self.failures)]

    @property
    def flip(self) -> Flip | None:
        """The onset of the first failure that lasts; None where none does."""
        return None if self._inherited is None else self.watch.flip

    @property
    def shadows(self) -> Mapping[str, Shadow]:
        """The references on the same noise, by name, the better one first.

        Where the environment ended the trial they continue to the planned end: what the agent lost by that counts, too.
        Empty where the noise is not known, as after steps that a damaged record has lost.
        """
        if self._gap or self.watch.blind:
            return {}
        shadows = {self._environment.reference_name: self._shadow}
        if self._cautious is not self._shadow:
            return {self._environment.cautious_name: self._cautious, **shadows}
        return shadows

    @property
    def metrics(self) -> list[Metric]:
        """The paper's metrics, in the environment's order."""
        return [
            Metric(name, plain / self._steps, absolute / self._steps, greatest)
            for name, (plain, absolute, greatest) in self._sums.items()
        ]

    def feed(self, events: Iterable[Event]) -> Analysis:
        """Take events in order and return this analysis."""
        for event in events:
            self.apply(event)
        return self

    def apply(self, event: Event) -> list[Finding]:
        """Take the next event and return the failures for which it raises the alarm."""
        self.tally.apply(event)
        return self._step(event) if isinstance(event, Stepped) else []

    def verdict(self, references: References | None = None, *, wait: bool = True) -> Verdict | None:
        """Return how the trial went so far; None where that can't be judged, see ``unjudged``.

        Args:
            references: Where best totals are looked up; None to judge by the reference policy instead.
            wait: Whether a best total that is not known may be computed, which may take seconds.
        """
        if self._last is None or self.empty or not self.shadows:
            return None
        # A fork is judged by its own steps: its reference begins at the fork, too.
        look_up = (references.best if wait else references.known) if references and self._against_best else None
        verdict = self._judged(look_up(self._environment, self._header.steps) if look_up else None)
        if verdict is None or (verdict.word == "fail" and not self.watch.failures):
            return None
        verdict = replace(verdict, reason=f"{verdict.reason}, from the fork on") if self._since else verdict
        if person := self.tally.person():
            verdict = replace(verdict, reason=f"{verdict.reason}; {person}")
        return verdict

    @property
    def unjudged(self) -> str:
        """Why there is no verdict."""
        if self.empty:
            return "no own steps yet"
        if self._last is None:
            return "no step was played"
        if self.watch.unread:
            return "no detector reads this kind of problem"
        verdict = self._judged(None) if self.shadows else None
        if verdict is None:
            return self._nothing_to_share() or "the noise is not known"
        return f"too early to tell, {verdict.reason}"

    def _nothing_to_share(self) -> str:
        """Say that the reference policy has nothing yet; empty where it has, or where no share of it is needed."""
        known = total(self.watch.shadow.totals)
        if not self.shadows or known > 0 or not isinstance(self._environment.problem, Regrowing):
            return ""
        name, own = self._environment.reference_name, difference(self.total, total(self._given))
        return f"{amount(own)} against the {name}'s {amount(known)}: no percentage can be given"

    @property
    def _since(self) -> int:
        """The last step that belongs to the parent."""
        return self._forked if self._inherited is not None else 0

    @property
    def _against_best(self) -> bool:
        """Whether the trial is over and must be judged by the best total."""
        field, planned = isinstance(self._environment.problem, Regrowing), self._header.steps
        return field and self.over and not self._since and planned >= LONG

    def _judged(self, best: Best | None) -> Verdict | None:
        """Judge its own steps so far; None where they can't be judged."""
        assert self._last is not None
        planned = self._header.steps - self._since
        # Where the environment ended the trial, the missing steps are the agent's fault, and count.
        steps = planned if self._last.ended else self._last.step - self._since
        played = Played(steps, planned, self.over, sum(self._taken) - self._taken_before)
        try:
            totals = {key: difference(value, self._given.get(key, 0)) for key, value in self._last.totals.items()}
            return judge(self._environment, totals, self.watch.shadow.totals, best, played)
        except (ValueError, ArithmeticError):
            return None

    def _step(self, step: Stepped) -> list[Finding]:
        expected = self._last.step + 1 if self._last else 1
        self._gap = self._gap or step.step != expected
        self._last = step
        self._steps += 1
        if self._inherited is None and step.step > self._forked:
            self._begin_own(step)
        raised = self.watch.feed(step)
        try:
            self._measure(step)
            if self._shadow is not self.watch.shadow:
                self._shadow.feed(step)
                if self._cautious is not self._shadow:
                    self._cautious.feed(step)
            if step.ended:
                self._go_on(step)
        except (ValueError, ArithmeticError):
            self._gap = True
        self._taken = [sum_ + part for sum_, part in zip(self._taken, step.action, strict=True)]
        if self.over and self.shadows:
            verdict, named = self._judged(None), bool(self.watch.failures)
            if verdict is not None and may_fail(verdict, against_best=self._against_best and not named):
                raised += self.watch.settle()
        return [] if self._inherited is None else raised

    def _go_on(self, last: Stepped) -> None:
        """Let the references continue to the planned end after a step that ended the trial."""
        noise = noise_of(self._header, self._environment, [last])
        self._gap = self._gap or noise is None
        for shadow in {self._shadow, self._cautious, self.watch.shadow}:
            for change in (noise or [])[last.step :]:
                shadow.play(change)

    def _begin_own(self, step: Stepped) -> None:
        """Look for the fork's own failures from its first own step on."""
        found = self.watch.findings
        self._inherited = [replace(f, recovered=f.until(self._forked) + 1) for f in found]
        self._gap = self._gap or bool(self.watch.blind)
        self._taken_before = sum(self._taken)
        self._given = {key: difference(value, step.rewards.get(key, 0)) for key, value in step.totals.items()}
        self.watch = DetectorSet(
            self._environment, State(step.before, tuple(self._taken), step.step - 1), self._header.agent
        )

    def _measure(self, step: Stepped) -> None:
        for name in self._environment.metrics:
            if name in step.metrics:
                value = step.metrics[name]
                plain, absolute, greatest = self._sums.get(name, (0.0, 0.0, 0))
                self._sums[name] = plain + value, absolute + abs(value), max(greatest, abs(value))
