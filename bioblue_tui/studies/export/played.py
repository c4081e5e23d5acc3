"""The trials of a study, read from their records and beside them what was measured."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bioblue_tui.analysis.reference import Comparison, compare
from bioblue_tui.paths import data_dir, trials_dir
from bioblue_tui.records.library import open_record
from bioblue_tui.records.schema import Record, RecordError
from bioblue_tui.studies.flow import trial_places
from bioblue_tui.studies.log import Decision, Log
from bioblue_tui.studies.sessions import participants, read_session, session_file, study_dir
from bioblue_tui.studies.study import Study, StudyTrial
from bioblue_tui.trials.state import TrialState


@dataclass(frozen=True, slots=True)
class Played:
    """A trial that somebody has played or begun.

    Attributes:
        log: Their session.
        trial: What it is in the study.
        place: At which place it came for them, from 1; 0 for practice.
        record: Its record.
        state: The trial's state at its end.
        compared: The reference policy on the same noise; None before the first step.
        decisions: How its answers came about, by step and attempt.
        outcome: How it ended; empty while it has not.
    """

    log: Log
    trial: StudyTrial
    place: int
    record: Record
    state: TrialState
    compared: Comparison | None
    decisions: Mapping[tuple[int, int], Decision]
    outcome: str

    @property
    def complete(self) -> bool:
        """True when it was played to its end: all steps, or until its environment ended."""
        last = self.state.recorded(self.state.done)
        return self.state.done == self.record.header.steps or bool(last and last.ended)

    @property
    def seconds(self) -> float:
        """How long it was played, less what is excluded."""
        return round(sum(decision.seconds for decision in self.decisions.values()), 6)


@dataclass(frozen=True, slots=True)
class Collected:
    """Everything a study has so far.

    Attributes:
        study: The study.
        logs: Every session that can be read, by participants' codes.
        trials: Every trial that was begun, practice too, participant by participant, in the order they were played.
        problems: What could not be read, a sentence each.
    """

    study: Study
    logs: Sequence[Log]
    trials: Sequence[Played]
    problems: Sequence[str]

    @property
    def counting(self) -> Sequence[Played]:
        """The trials that are no practice."""
        return [played for played in self.trials if not played.trial.practice]


def collect(study: Study, data: Path | None = None) -> Collected:
    """Read what a study has so far. What cannot be read is told and left out.

    Args:
        study: The study.
        data: The data directory; None for the platform's.
    """
    directory = study_dir(study.name, data)
    logs, trials, problems = [], [], []
    for code in participants(directory):
        try:
            log = read_session(session_file(directory, code))
        except RecordError as error:
            problems.append(f"{code}: {error}")
            continue
        logs.append(log)
        for found in _trials(study, log, trials_dir(data_dir(data))):
            if isinstance(found, Played):
                trials.append(found)
            else:
                problems.append(f"{code}: {found}")
    return Collected(study, logs, trials, problems)


def _trials(study: Study, log: Log, directory: Path) -> Iterator[Played | str]:
    places = trial_places(study, log)
    for view, (_, file) in log.trials.items():
        trial = study.trial(view.removeprefix("trial/"))
        if trial is None:
            yield f"{view}: the study has no such trial any more"
            continue
        try:
            record = open_record(directory / Path(file).name)
        except RecordError as error:
            yield str(error)
            continue
        state = TrialState(record.header).feed(record.events)
        decisions = {(d.step, d.attempt): d for d in log.decisions if d.trial == record.header.id}
        done = log.done.get(view)
        outcome = done.outcome if done else ""
        yield Played(log, trial, places.get(trial.key, 0), record, state, compare(state), decisions, outcome)
