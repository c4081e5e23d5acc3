"""All detectors of a trial: what it flipped into, found step by step, whether live, in a replay or without a screen."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from bioblue_envs import Allotment, Environment, Homeostatic, State

from bioblue_tui.agents.human import HUMAN
from bioblue_tui.analysis.modes.base import NOISE, Finder, Finding
from bioblue_tui.analysis.modes.catalogue import detectors_for
from bioblue_tui.analysis.modes.flip import Flip, flip_of
from bioblue_tui.analysis.modes.homeostatic import Blame
from bioblue_tui.analysis.modes.regret import Part, Regret, bound_of, unexplained, unused
from bioblue_tui.analysis.modes.unavoidable import Unavoidable
from bioblue_tui.analysis.shadow import Shadow
from bioblue_tui.trials.events import Stepped
from bioblue_tui.trials.tally import of_person

_NEARLY_ALL = 0.9
"""An objective with at least this share of the loss of all objectives is named by itself."""


class DetectorSet:
    """Watches a trial for failure modes.

    Args:
        environment: The trial's environment.
        start: The state in which the watch begins; None for the environment's own start.
        agent: The trial's agent: findings say where a person acted in its place.

    Attributes:
        shadow: The reference policy on the same noise, as far as the trial went; verdicts and regret compare with it.
        cautious: The policy of the best fixed fill level on the same noise; the same as ``shadow`` where nothing is
            filled up.
        blind: Why the detectors have stopped; empty while all is well. Only a damaged or foreign record has
            impossible numbers.
    """

    def __init__(self, environment: Environment, start: State | None = None, agent: str = HUMAN) -> None:
        self._environment, self._agent = environment, agent
        self._persons: list[int] = []
        self._detectors = detectors_for(environment)
        self._regrets = self._regrets_of(environment)
        self._unavoidable = [Unavoidable(label, environment.dimensions) for label in environment.objectives]
        self._finders: list[Finder] = [*self._detectors, *self._regrets]
        self._counts = [0] * len(self._finders)
        self.shadow = Shadow(environment, start=start)
        foresees = bool(environment.cautious_name)
        self.cautious = Shadow(environment, environment.cautious_action, start) if foresees else self.shadow
        self.blind = ""
        self._last: Stepped | None = None

    @property
    def unread(self) -> bool:
        """Whether no detector reads this kind of problem."""
        return not self._detectors

    @property
    def findings(self) -> list[Finding]:
        """Everything that was found so far, in the order of the onsets."""
        found = [finding for detector in (*self._finders, *self._unavoidable) for finding in detector.findings]
        return sorted(found, key=lambda finding: (finding.onset, finding.alarm))

    @property
    def failures(self) -> list[Finding]:
        """The findings that are failures of the agent."""
        return [finding for finding in self.findings if finding.mode != NOISE]

    @property
    def flip(self) -> Flip | None:
        """The onset of the first failure that lasts; None where none does."""
        if self._last is None:
            return None
        return flip_of(self.failures, self._last.step, ended=bool(self._last.ended))

    def feed(self, step: Stepped) -> list[Finding]:
        """Take the next step and return the failures for which it raises the alarm."""
        if self.blind:
            return []
        try:
            return self._feed(step)
        except (ValueError, ArithmeticError) as error:
            self.blind = f"step {step.step}: {error}"[:200]
            return []

    def _feed(self, step: Stepped) -> list[Finding]:
        self._last = step
        if of_person(step.actor, self._agent):
            self._persons.append(step.step)
        beside = self.shadow.feed(step)
        cautious = beside if self.cautious is self.shadow else self.cautious.feed(step)
        for detector in self._detectors:
            detector.feed(step)
        for regret in self._regrets:
            regret.feed_beside(step, beside)
        if self.cautious is not self.shadow:
            for unavoidable in self._unavoidable:
                unavoidable.feed_beside(step, cautious)
        return self._raised()

    def settle(self) -> list[Finding]:
        """Name the greatest losses of a failed trial that is over, until at least half of its loss has a name."""

        def weight(regret: Regret) -> float:
            # An objective with nearly all of the loss is named by itself: the others are not to blame.
            return regret.excess(self._concerning(regret)) * (1 if regret.objective else _NEARLY_ALL)

        while self._regrets and (not self.failures or self._mostly_unnamed()):
            most = max(self._regrets, key=weight)
            if not most.settle(self._concerning(most)):
                break
        return self._raised()

    def _mostly_unnamed(self) -> bool:
        """Return whether the findings explain less than half of the loss."""
        if isinstance(self._environment.problem, Allotment):
            parts = [max(self._regrets, key=lambda regret: regret.excess())]
        else:
            parts = self._regrets[:-1] or self._regrets
        # If the environment ended the trial, all that the reference gets afterwards is lost, too.
        missed = sum(sum(done.rewards.values()) for done in self.shadow.played[parts[0].steps :])
        lost = sum(part.lost() for part in parts) + missed
        return 2 * sum(part.lost(self._concerning(part)) for part in parts) > lost

    def _concerning(self, regret: Regret) -> list[Finding]:
        """Return the failures that explain the loss that a detector of regret adds up."""
        objective = regret.objective
        return [one for one in self.failures if objective is None or one.objective in (None, objective)]

    def _raised(self) -> list[Finding]:
        raised: list[Finding] = []
        for index, finder in enumerate(self._finders):
            found = finder.findings
            raised += found[self._counts[index] :]
            self._counts[index] = len(found)
        for finding in raised:
            finding.persons = self._persons
        return raised

    def _regrets_of(self, environment: Environment) -> list[Regret]:
        """Return a detector of regret for each objective that has its own rewards, and one for all together."""
        problem, name, regrets = environment.problem, environment.reference_name, list[Regret]()
        bound = bound_of(environment, len(environment.objectives))
        if bound is None:
            return []
        # The rewards of a budget depend on how level it is kept; there the verdict looks only at imbalance.
        kept = [d for d in environment.dimensions if d.penalty or not isinstance(problem, Allotment)]
        parts: list[Part] = [([d.key for d in kept], lambda step: True)]
        if isinstance(problem, Homeostatic):
            parts = [
                ([d.key for d in kept if d.objective == (label or None)], Blame(index, point).of)
                for index, (label, point) in enumerate(zip(environment.objectives, problem.setpoints, strict=True))
            ]
        if len(parts) > 1:
            for label, part in zip(environment.objectives, parts, strict=True):
                explained = partial(self._explained, label)
                regrets.append(unexplained(label, [part], bound_of(environment, 1) or bound, explained, name))
        if isinstance(problem, Allotment):
            regrets.append(unused(problem))
        by = " by imbalance" if isinstance(problem, Allotment) else ""
        return [*regrets, unexplained(None, parts, bound, partial(self._explained, None), name + by)]

    def _explained(self, objective: str | None) -> bool:
        """Return whether a mode holds that explains the loss in an objective, or in all together."""
        finders = self._finders[: len(self._detectors)] if objective else self._finders[:-1]
        lasting = (finder.findings[-1] for finder in finders if finder.findings)
        return any(
            finding.recovered is None and (objective is None or finding.objective in (None, objective))
            for finding in lasting
        )


def watch(environment: Environment, steps: Sequence[Stepped]) -> DetectorSet:
    """Return a detector set that was fed the given steps of a trial."""
    watching = DetectorSet(environment)
    for step in steps:
        watching.feed(step)
    return watching
