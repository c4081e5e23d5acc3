"""The analysis of a trial as screens need it: the failures at a step, and reference policies on the same noise."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from bioblue_envs import Environment, Number

from bioblue_tui.analysis.analysed import Analysis
from bioblue_tui.analysis.modes.base import Finding
from bioblue_tui.trials.state import TrialState

AT_ONCE = 150
"""Steps to read before a screen may paint again: about ten milliseconds."""


@dataclass(slots=True)
class Ghost:
    """A reference policy on the noise of the trial.

    Attributes:
        name: Its name, for people.
        values: By gauge: what the gauge would show after each step, step 0 first.
        totals: Its running totals by reward dimension after each step, step 0 first.
    """

    name: str
    values: list[list[Number]] = field(default_factory=list)
    totals: list[Mapping[str, Number]] = field(default_factory=list)


class Companion:
    """Follows a trial's state and analyses it.

    Args:
        state: The trial.
    """

    def __init__(self, state: TrialState) -> None:
        self._state = state
        self._environment: Environment = state.environment
        self.analysis = Analysis(state.header, state.environment)
        self._read = 0
        start = self._environment.gauge_values(self._environment.initial())
        zero = {dimension.key: 0 for dimension in self._environment.dimensions}
        self.ghosts = [Ghost(name, [[value] for value in start], [zero]) for name in self.analysis.shadows]

    @property
    def read(self) -> int:
        """The last step that was read."""
        return self._read

    @property
    def onsets(self) -> list[int]:
        """The steps at which failures begin, each once."""
        return sorted({finding.onset for finding in self.analysis.failures})

    def active(self, step: int) -> list[Finding]:
        """Return the failures that hold for a step, the latest last."""
        return [finding for finding in self.analysis.failures if finding.holds(step)]

    def follow(self, known: int) -> list[Finding]:
        """Read on, up to a step and not too many steps at once; return the failures for which an alarm was raised.

        Args:
            known: The last step that may be revealed.
        """
        raised: list[Finding] = []
        last = min(known, self._read + AT_ONCE)
        while self._read < last:
            self._read += 1
            done = self._state.recorded(self._read)
            if done is not None:
                raised += self.analysis.apply(done)
                self._extend()
        return raised

    def reached(self, known: int) -> int:
        """Return the last step to draw ghosts to: after the trial's last only where its environment ended it."""
        ended = self._read == known == self._state.done and bool(self._state.done and self._ends(known))
        return self._state.header.steps if ended else known

    def _ends(self, step: int) -> bool:
        done = self._state.recorded(step)
        return done is not None and bool(done.ended)

    def _extend(self) -> None:
        shadows = self.analysis.shadows
        for ghost in self.ghosts:
            # None where the noise is no longer known. Where the environment ended the trial, the shadow has continued.
            shadow = shadows.get(ghost.name)
            for played in shadow.played[len(ghost.totals) - 1 :] if shadow else ():
                for values, value in zip(ghost.values, self._environment.gauge_values(played.after), strict=True):
                    values.append(value)
                so_far = ghost.totals[-1]
                ghost.totals.append({key: value + played.rewards.get(key, 0) for key, value in so_far.items()})
