"""Figures in a lesson's text: reckoned from trials when they are shown, so that none can be wrong."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from statistics import fmean

from bioblue_envs import Homeostatic, Number

from bioblue_tui.analysis.references import References
from bioblue_tui.formatting.numbers import amount, counted
from bioblue_tui.lessons.figure_trials import FigureError, PlayedTrial, Source, played
from bioblue_tui.records.schema import RecordError

FIGURE = re.compile(r"\{=([^{}]*)\}")
"""A figure in a text. The part within the braces is read like a directive."""

PENALTIES = "penalties"
"""Stands for every dimension that punishes."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure, and how it is written.

    Attributes:
        measure: What is measured; one of ``MEASURES``, or of ``BESTS``.
        sources: The trials it is measured in.
        of: Dimensions, objectives or ``penalties`` that count; empty for all.
        at: The step that counts; None for the last.
        mode: The failure mode, for ``onset`` and the like.
        less: The same trials by another agent, whose measure is subtracted.
        take: Which of several trials' values counts: ``mean``, ``least`` or ``greatest``.
        decimals: How many decimals are shown at most.
        percent: Whether it is a share, shown in per cent.
        unsigned: Whether the minus is left out because the text says it in words.
    """

    measure: str
    sources: tuple[Source, ...]
    of: frozenset[str] = frozenset()
    at: int | None = None
    mode: str = ""
    less: tuple[Source, ...] = ()
    take: str = "mean"
    decimals: int = 0
    percent: bool = False
    unsigned: bool = False

    def value(self) -> Number:
        """Reckon it.

        Raises:
            FigureError: When it can't be reckoned.
        """
        try:
            values = [self._of(source) for source in self.sources]
            if self.less:
                values = [mine - self._of(other) for mine, other in zip(values, self.less, strict=True)]
        except (RecordError, ArithmeticError) as error:
            raise FigureError(str(error)) from None
        return TAKES[self.take](values)

    def text(self) -> str:
        """Reckon it and return it as text; it is reckoned only once.

        Raises:
            FigureError: When it can't be reckoned.
        """
        return _written(self)

    def write(self) -> str:
        """Reckon it again and return it as text."""
        value = self.value() * (100 if self.percent else 1)
        value = round(value, self.decimals) if self.decimals else round(value)
        return amount(abs(value) if self.unsigned else value, 20) + "%" * self.percent

    def _of(self, source: Source) -> Number:
        if self.measure in BESTS:
            return self._best(source)
        trial = played(source)
        if self.at is not None and self.at > len(trial.steps):
            raise FigureError(f"there is no step {self.at}: the trial has {counted(len(trial.steps), 'step')}")
        return MEASURES[self.measure](self, trial)

    def _best(self, source: Source) -> Number:
        best = References().best(source.make(), source.steps)
        if not best.exact:
            raise FigureError(f"{self.measure}: the search is too large here")
        return best.total


@lru_cache(maxsize=1024)
def _written(figure: Figure) -> str:
    return figure.write()


def _total(figure: Figure, trial: PlayedTrial) -> Number:
    keys = [
        dimension.key
        for dimension in trial.environment.dimensions
        if figure.of <= {dimension.key, dimension.objective, PENALTIES if dimension.penalty else ""}
    ]
    if not keys:
        raise FigureError(f"no dimension is {' and '.join(sorted(figure.of))}")
    totals = trial.step(_end(figure, trial)).totals
    return sum(totals[key] for key in keys)


def _level(figure: Figure, trial: PlayedTrial) -> Number:
    return trial.levels(_end(figure, trial))[_objective(figure, trial)]


def _action(figure: Figure, trial: PlayedTrial) -> Number:
    return trial.step(_end(figure, trial)).action[_objective(figure, trial)]


def _noise(figure: Figure, trial: PlayedTrial) -> Number:
    index = _objective(figure, trial)
    return sum(noise[index] for noise in trial.noise[: _end(figure, trial)] if noise)


def _penalised(figure: Figure, trial: PlayedTrial) -> Number:
    return len(_with_penalty(figure, trial))


def _penalised_from(figure: Figure, trial: PlayedTrial) -> Number:
    steps = _with_penalty(figure, trial)
    if not steps:
        raise FigureError("no step of this trial is penalised")
    return steps[0]


def _with_penalty(figure: Figure, trial: PlayedTrial) -> list[int]:
    keys = [
        dimension.key
        for dimension in trial.environment.dimensions
        if dimension.penalty and figure.of <= {dimension.key, dimension.objective, PENALTIES}
    ]
    if not keys:
        raise FigureError(f"no penalty is of {' and '.join(sorted(figure.of))}")
    return [done.step for done in trial.steps[: _end(figure, trial)] if any(done.rewards[key] for key in keys)]


def _band(figure: Figure, trial: PlayedTrial) -> Number:
    # At one step: 1 or 0. Otherwise the share of the steps.
    steps = trial.steps if figure.at is None else [trial.step(figure.at)]
    return fmean(_all_in_band(figure, trial, step.after) for step in steps) if steps else 0


def _all_in_band(figure: Figure, trial: PlayedTrial, levels: Sequence[Number]) -> bool:
    problem = trial.environment.problem
    if not isinstance(problem, Homeostatic):
        raise FigureError(f"{trial.environment.id} has no band")
    chosen = [_objective(figure, trial)] if figure.of else range(len(levels))
    points = problem.setpoints
    return all(abs(levels[index] - points[index].target) <= points[index].half_width for index in chosen)


def _settled(figure: Figure, trial: PlayedTrial) -> Number:
    indexes = [_objective(figure, trial)] if figure.of else range(len(trial.environment.objectives))
    acted = [tuple(step.action[index] for index in indexes) for step in trial.steps]
    return next((step for step in range(len(acted), 0, -1) if acted[step - 1] != acted[-1]), 0) + 1


def _found(attribute: str) -> Measure:
    def measure(figure: Figure, trial: PlayedTrial) -> Number:
        found = [
            getattr(finding, attribute)
            for finding in trial.findings
            if figure.mode in ("", finding.mode) and figure.of <= {finding.objective}
        ]
        if not found or found[0] is None:
            raise FigureError(f"nothing such is found in this trial: {figure.mode or 'any failure'}, {attribute}")
        step: int = found[0]
        return step

    return measure


def _end(figure: Figure, trial: PlayedTrial) -> int:
    return len(trial.steps) if figure.at is None else figure.at


def _objective(figure: Figure, trial: PlayedTrial) -> int:
    labels = list(trial.environment.objectives)
    if len(labels) == 1:
        # A single objective has no name.
        if not figure.of <= set(labels):
            raise FigureError(f"{trial.environment.id} has one objective here; leave out --of")
        return 0
    if len(figure.of) != 1 or not figure.of <= set(labels):
        raise FigureError(f"say which objective: --of {' or '.join(labels)}")
    return labels.index(next(iter(figure.of)))


Measure = Callable[[Figure, PlayedTrial], Number]
"""What is measured in one trial."""

BEST, EXPECTED = BESTS = ("best", "expected")
"""The best total in so many steps of an environment: of all policies, or expected over all noise. No agent plays."""

MEASURES: Mapping[str, Measure] = {
    "total": _total,
    "level": _level,
    "action": _action,
    "noise": _noise,
    "penalised": _penalised,
    "penalised-from": _penalised_from,
    "band": _band,
    "onset": _found("onset"),
    "detected": _found("alarm"),
    "recovered": _found("recovered"),
    "settled": _settled,
    "steps": lambda _, trial: len(trial.steps),
}
"""What can be measured; ``format`` says what each is."""

TAKES: Mapping[str, Callable[[Sequence[Number]], Number]] = {"mean": fmean, "least": min, "greatest": max}
"""How several trials' values become one."""
