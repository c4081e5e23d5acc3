"""What came of a trial: totals by dimension, and onsets, kept for the lesson when the trial's screen is gone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bioblue_envs import Dimension, Number

from bioblue_tui.analysis.analysed import Analysis
from bioblue_tui.trials.state import TrialState


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a trial.

    Attributes:
        steps: How many steps were played.
        planned: How many steps were planned.
        dimensions: Its reward dimensions.
        totals: Running totals by dimension key after each step; step 1 first.
        onsets: Step and name of each failure that was found, in order; a fork has its parent's, too.
        partial: Whether it was left before its end.
        failures: Each failure and the steps for which it holds, in the order of the onsets.
        flip: The onset of the first failure that lasts, with any doubts about it; empty where none lasts.
        in_place: What a person did in the agent's place; empty for nothing.
        intervened: Steps at which somebody intervened, or had planned to.
    """

    steps: int
    planned: int
    dimensions: Sequence[Dimension]
    totals: Sequence[Mapping[str, Number]]
    onsets: Sequence[tuple[int, str]]
    partial: bool = False
    failures: Sequence[str] = ()
    flip: str = ""
    in_place: str = ""
    intervened: Sequence[int] = ()

    def total(self, key: str, step: int) -> Number | None:
        """Return a dimension's total after a step; None where there is no such dimension or step."""
        return self.totals[step - 1].get(key) if 1 <= step <= len(self.totals) else None


def outcome_of(state: TrialState) -> Outcome:
    """Read what came of a trial."""
    reading = Analysis(state.header, state.environment)
    totals: list[Mapping[str, Number]] = []
    ended = False
    for step in range(1, state.done + 1):
        done = state.recorded(step)
        if done is not None:
            reading.apply(done)
            ended = bool(done.ended)
        totals.append(done.totals if done is not None else {})
    planned = state.header.steps
    return Outcome(
        len(totals),
        planned,
        state.environment.dimensions,
        totals,
        onsets=sorted((finding.onset, f"{whose}{finding.name}") for whose, finding in reading.told),
        partial=len(totals) < planned and not ended,
        failures=[f"{whose}{finding.spell(len(totals))}" for whose, finding in reading.told],
        flip=reading.flip.told if reading.flip else "",
        in_place=reading.tally.person(),
        intervened=sorted({event.step for event in state.interventions if event.step <= state.done}),
    )
