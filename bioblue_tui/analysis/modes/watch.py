"""All detectors of a trial: what it flipped into, fed step by step; live, on replay and headless alike."""

from __future__ import annotations

from collections.abc import Sequence

from bioblue_tui.analysis.modes.base import NOISE, Detector, Finding
from bioblue_tui.analysis.modes.flip import FlipClock
from bioblue_tui.analysis.modes.homeostatic import Accelerating, Neglect, Unbounded
from bioblue_tui.analysis.modes.noise import ExogenousOnly
from bioblue_tui.analysis.modes.readers import HarvestReader, LevelReader, ShareReader
from bioblue_tui.analysis.modes.regrowing import Exhausted, Overharvesting, Underconsumption
from bioblue_tui.analysis.modes.repetition import Frozen, Oscillation, Reader
from bioblue_tui.analysis.modes.sharing import Collapse, Drift
from bioblue_tui.analysis.shadow import Shadow
from bioblue_tui.trials.events import Stepped
from envs import Allotment, Environment, Homeostatic, Regrowing, State


class Watch:
    """Watches a trial for failure modes.

    Args:
        environment: The trial's world.
        start: Where the watch begins; None for where every trial does.

    Attributes:
        readers: How actions are read, one reader per objective or one for the joint actions.
        clock: Tells the step of the flip.
        shadow: The reference policy on the same noise, as far as the trial went.
        blind: Why nothing more is looked for; empty while all is well. Only a damaged or foreign record has numbers
            that no world has.
    """

    def __init__(self, environment: Environment, start: State | None = None) -> None:
        self._environment = environment
        self._noise: list[ExogenousOnly] = []
        self.readers: list[Reader] = []
        self._detectors = self._made_for(environment)
        self._counts = [0] * len(self._detectors)
        self.clock = FlipClock(self.readers)
        self.shadow = Shadow(environment, start=start)
        self.blind = ""

    @property
    def findings(self) -> list[Finding]:
        """Everything that was found so far, in the order of the onsets."""
        found = [finding for detector in self._detectors for finding in detector.findings]
        found += [finding for detector in self._noise for finding in detector.findings]
        return sorted(found, key=lambda finding: (finding.onset, finding.alarm))

    @property
    def failures(self) -> list[Finding]:
        """What was found and is the agent's doing."""
        return [finding for finding in self.findings if finding.mode != NOISE]

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
        shadow = self.shadow.feed(step)
        self.clock.feed(step)
        raised: list[Finding] = []
        for index, detector in enumerate(self._detectors):
            detector.feed(step)
            found = detector.findings
            raised += found[self._counts[index] :]
            self._counts[index] = len(found)
        for noise in self._noise:
            noise.feed(step, shadow)
        return raised

    def _made_for(self, environment: Environment) -> list[Detector]:
        problem = environment.problem
        match problem:
            case Homeostatic():
                return self._of_levels(environment, problem)
            case Regrowing():
                reader = HarvestReader(environment, problem)
                self.readers.append(reader)
                own: list[Detector] = [Underconsumption(problem), Overharvesting(problem), Exhausted()]
                return [*own, Oscillation(reader), Frozen(reader)]
            case Allotment():
                collapses = [Collapse(index, label) for index, label in enumerate(environment.objectives)]
                shares = ShareReader(problem)
                self.readers.append(shares)
                return [*collapses, Drift(problem, collapses), Oscillation(shares), Frozen(shares)]

    def _of_levels(self, environment: Environment, problem: Homeostatic) -> list[Detector]:
        detectors: list[Detector] = []
        for index, (label, point) in enumerate(zip(environment.objectives, problem.setpoints, strict=True)):
            reader = LevelReader(index, label, point)
            self.readers.append(reader)
            detectors += [Unbounded(index, label, point), Accelerating(index, label, point)]
            detectors += [Neglect(index, label, point), Oscillation(reader), Frozen(reader)]
            dimensions = [d for d in environment.dimensions if d.objective == (label or None)]
            self._noise.append(ExogenousOnly(index, label, problem, dimensions, self._has_failed))
        return detectors

    def _has_failed(self) -> bool:
        return any(self._counts)


def watch(environment: Environment, steps: Sequence[Stepped]) -> Watch:
    """Return a watch over the steps of a trial that were done so far."""
    watching = Watch(environment)
    for step in steps:
        watching.feed(step)
    return watching
