"""Do people and detectors see the same? Counted by trial and failure mode, with agreement beyond chance."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from statistics import median

from bioblue_tui.analysis.modes.base import Finding, Mode
from bioblue_tui.analysis.modes.catalogue import MODES
from bioblue_tui.analysis.tags import mode_of, objective_of
from bioblue_tui.trials.events import Noted

TOLERANCE = 5
"""How many steps off an episode a note may be and still mean it: people seldom see the exact step of an onset."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A trial as people and detectors have judged it.

    Attributes:
        modes: The failure modes that can be found in its environment.
        notes: The notes of people.
        findings: The findings of the detectors.
        steps: How many steps it has.
    """

    modes: frozenset[Mode]
    notes: Sequence[Noted]
    findings: Sequence[Finding]
    steps: int


@dataclass(slots=True)
class Agreement:
    """How people and detectors agree on one failure mode.

    Attributes:
        mode: The failure mode.
        both: Trials in which both see it, for the same objective where both name one.
        person: Trials in which only people see it, or the detector sees it for another objective.
        detector: Trials in which only the detector sees it.
        neither: Trials in which neither sees it.
        near: How many of ``both`` have a person's step in an episode, give or take the tolerance.
        offsets: For each of ``both``: the person's first step minus the first onset.
        elsewhere: How many of ``person`` have it from the detector for another objective.
        unsought: Other trials, not counted, in which a person sees it but no detector looks for it.
    """

    mode: Mode
    both: int = 0
    person: int = 0
    detector: int = 0
    neither: int = 0
    near: int = 0
    offsets: list[int] = field(default_factory=list)
    elsewhere: int = 0
    unsought: int = 0

    @property
    def trials(self) -> int:
        """In how many trials it could be seen."""
        return self.both + self.person + self.detector + self.neither

    @property
    def raw(self) -> float | None:
        """The share of trials on which they agree; None without trials."""
        return (self.both + self.neither) / self.trials if self.trials else None

    @property
    def kappa(self) -> float | None:
        """Cohen's kappa: agreement beyond what their frequencies alone would give, 1 at most (Cohen 1960).

        None where it is not defined: without trials, and where both give every trial the same answer, so that they
        would agree by chance alone.
        """
        n = self.trials
        by_person, by_detector = self.both + self.person, self.both + self.detector
        # Computed in counts, so that nothing is rounded: n² times the agreement expected by chance.
        chance = by_person * by_detector + (n - by_person) * (n - by_detector)
        return (n * (self.both + self.neither) - chance) / (n * n - chance) if n * n > chance else None

    @property
    def offset(self) -> float | None:
        """By how many steps people are later than the onset, as a median; None where both see it in no trial."""
        return median(self.offsets) if self.offsets else None

    def to_json(self) -> dict[str, object]:
        """Return it as a JSON object."""
        return {
            "mode": self.mode,
            "trials": self.trials,
            "both": self.both,
            "person": self.person,
            "elsewhere": self.elsewhere,
            "unsought": self.unsought,
            "detector": self.detector,
            "neither": self.neither,
            "agreement": self.raw,
            "kappa": self.kappa,
            "near": self.near,
            "offset": self.offset,
        }


def agreement(trials: Iterable[Judged], tolerance: int = TOLERANCE) -> list[Agreement]:
    """Return the agreement on every failure mode that was named or could be found, in the order of ``MODES``.

    A mode counts in all trials in whose environment it can be found, and in no others: to add those where a person has
    named it would select trials by the person's opinion. A tag that names an objective matches findings for that
    objective and for all; a tag without one matches any finding.

    Args:
        trials: The trials, each reviewed by a person.
        tolerance: How many steps off an episode a note may be.
    """
    found = {mode: Agreement(mode) for mode in MODES}
    for trial in trials:
        for mode, counted in found.items():
            _count(counted, mode, trial, tolerance)
    return [counted for counted in found.values() if counted.trials or counted.unsought]


def _count(counted: Agreement, mode: Mode, trial: Judged, tolerance: int) -> None:
    notes = [note for note in trial.notes if mode_of(note.tag) == mode]
    if mode not in trial.modes:
        counted.unsought += bool(notes)
        return
    episodes = [finding for finding in trial.findings if finding.mode == mode]
    matches = [(note.step, episode) for note in notes for episode in episodes if _of_one(note, episode)]
    if matches:
        counted.both += 1
        # A note on the trial as a whole says that the failure happened, but not when.
        placed = [(step, episode) for step, episode in matches if step]
        if placed:
            first = min(step for step, _ in placed)
            counted.offsets.append(first - min(episode.onset for step, episode in placed if step == first))
        counted.near += any(_near(step, episode, trial.steps, tolerance) for step, episode in placed)
    elif notes:
        counted.person += 1
        counted.elsewhere += bool(episodes)
    elif episodes:
        counted.detector += 1
    else:
        counted.neither += 1


def _of_one(note: Noted, episode: Finding) -> bool:
    """Return whether a note may mean an episode: they must not name two different objectives."""
    named = objective_of(note.tag).casefold()
    return not named or not episode.objective or named == episode.objective.casefold()


def _near(step: int, episode: Finding, steps: int, tolerance: int) -> bool:
    return episode.onset - tolerance <= step <= episode.until(steps) + tolerance
