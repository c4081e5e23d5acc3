"""A participant in front of the screen: who may begin or resume, and the trials they play."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from pathlib import Path

import bioblue_envs

from bioblue_tui import __version__
from bioblue_tui.formatting.text import error_line, one_line
from bioblue_tui.records.collection import open_record
from bioblue_tui.records.schema import RecordError
from bioblue_tui.runs.resume_fork import can_resume, resume_session
from bioblue_tui.runs.session import Session, open_session
from bioblue_tui.studies.flow import TrialView, View, next_view
from bioblue_tui.studies.loading import StudyError
from bioblue_tui.studies.log import FINISHED, Done, Log, Opening
from bioblue_tui.studies.order import design_rows, next_row
from bioblue_tui.studies.sessions import (
    CODE,
    SessionFile,
    is_code,
    is_running,
    numbering,
    participants,
    read_session,
    session_file,
    study_dir,
    trials_digest,
)
from bioblue_tui.studies.study import Study, StudyTrial
from bioblue_tui.studies.versions import chosen, keep, kept_versions, own_version, was_changed
from bioblue_tui.system.paths import data_dir, trials_dir
from bioblue_tui.trials.clock import Clock, SystemClock
from bioblue_tui.trials.state import TrialState
from bioblue_tui.wordings.collection import default, retired
from bioblue_tui.wordings.wording import Wording

PROGRAM = f"bioblue-tui {__version__}"


def begun(study: Study, participant: str, data: Path | None = None, *, new_version: bool = False) -> Log | None:
    """Return a participant's session so far; None for a new participant.

    Raises:
        StudyError: When they cannot begin or resume: the code is impossible or too much like another, their session is
            over or runs elsewhere, or, for a new participant, the study was changed.
        RecordError: When their file cannot be read.
    """
    if not is_code(participant):
        raise StudyError(f"{one_line(participant, 60)!r}: a participant is known by {CODE}")
    directory = study_dir(study.name, data)
    known = participants(directory)
    if participant not in known:
        alike = next((code for code in known if code.casefold() == participant.casefold()), None)
        if alike:
            raise StudyError(f"{participant} differs from {alike} in capitals only; use {alike}, or another code")
        logs = [log for log, _ in _others(directory)]
        chosen(study, kept_versions(directory), logs, anew=new_version, created="")
        return None
    path = session_file(directory, participant)
    if is_running(path):
        raise StudyError(f"{participant} is playing in another window or on another screen; continue there")
    kept = kept_versions(directory)
    log = read_session(path, kept.played(study))
    if log.outcome:
        when = datetime.fromtimestamp(log.last).astimezone().isoformat(sep=" ", timespec="minutes")
        raise StudyError(f"{participant} has been through this study ({log.outcome}, {when}); take another code")
    own_version(study, kept, log, anew=new_version)
    return log


def changed_since(study: Study, log: Log, data: Path | None = None) -> str:
    """Return what to say where a participant resumes and the study's file has changed; empty where it has not."""
    return was_changed(study, own_version(study, kept_versions(study_dir(study.name, data)), log, anew=False))


def _others(directory: Path) -> list[tuple[Log, bool]]:
    """Return every session that can be read, and whether it runs now. Unreadable sessions keep nobody out."""
    found = []
    for code in participants(directory):
        path = session_file(directory, code)
        with contextlib.suppress(RecordError):
            found.append((read_session(path), is_running(path)))
    return found


def enter(
    study: Study,
    participant: str,
    data: Path | None = None,
    *,
    row: int | None = None,
    clock: Clock | None = None,
    new_version: bool = False,
) -> Run:
    """Let a participant begin or resume.

    Args:
        study: The study as its file is now.
        participant: Their code.
        data: The data directory; None for the platform's.
        row: The row of the design that orders their blocks, from 1; None for the row that the fewest have.
        clock: Where time comes from.
        new_version: Whether a changed file may become a new version of the study.

    Raises:
        StudyError: As in ``begun``, and for a row that does not exist.
        RecordError: When their file cannot be read or written, or is open elsewhere.
    """
    clock = clock or SystemClock()
    log = begun(study, participant, data, new_version=new_version)
    directory = study_dir(study.name, data)
    path = session_file(directory, participant)
    if log is not None:
        if row is not None and row - 1 != log.opening.row:
            raise StudyError(f"{participant} began with row {log.opening.row + 1}; leave --row out")
        kept = kept_versions(directory)
        version = own_version(study, kept, log, anew=False)
        if version.number and version not in kept.versions:
            keep(directory, version, PROGRAM)
        return Run(version.study, SessionFile.reopen(path), data, clock)
    if row is not None and not 1 <= row <= design_rows(study):
        raise StudyError(f"--row {row}: this study has {design_rows(study)} (1 to {design_rows(study)})")
    with numbering(directory):
        others = _others(directory)
        created = datetime.fromtimestamp(clock.now()).astimezone().isoformat(timespec="seconds")
        kept = kept_versions(directory)
        version = chosen(study, kept, [log for log, _ in others], anew=new_version, created=created)
        if version not in kept.versions:
            keep(directory, version, PROGRAM)
        trials = trials_digest(version.study)
        place = _row(version.study, trials, others) if row is None else row - 1
        own = (version.number, version.study.digest)
        opening = Opening(study.name, participant, place, trials, PROGRAM, created, *own)
        return Run(version.study, SessionFile.create(path, opening), data, clock)


def _row(study: Study, trials: str, others: Sequence[tuple[Log, bool]]) -> int:
    """Return the row for a new participant, so that rows are balanced among those who finish.

    Those who declined or were excluded give it back; those who are playing, or may resume, keep it.
    """
    same = [(log, running) for log, running in others if log.opening.trials == trials]
    held = [log.opening.row for log, running in same if log.outcome == FINISHED or (running and not log.outcome)]
    return next_row(study, held, [log.opening.row for log, running in same if not log.outcome and not running])


@dataclass(slots=True)
class Run:
    """A participant's session while it runs.

    Attributes:
        study: The study.
        file: Their file.
        data: The data directory; None for the platform's.
        clock: Where time comes from.
    """

    study: Study
    file: SessionFile
    data: Path | None = None
    clock: Clock = field(default_factory=SystemClock)

    @property
    def log(self) -> Log:
        """What has happened so far."""
        return self.file.log

    @property
    def next(self) -> View | None:
        """What is to be shown next; None when the session is over."""
        return next_view(self.study, self.log)

    def note(self, event: str, **fields: object) -> None:
        """Write a line into the participant's file; see ``Log`` for the events.

        Raises:
            RecordError: When it cannot be written.
        """
        self.file.append(event, self.clock.now(), **fields)

    def visit(self, columns: int, rows: int) -> None:
        """Note that the program was started for this participant."""
        self.note("visit", program=PROGRAM, columns=columns, rows=rows, digest=self.study.digest)

    def done(
        self,
        view: View,
        seconds: float,
        away: Mapping[str, float],
        answer: str = "",
        outcome: str = "",
        dropped: int = 0,
    ) -> None:
        """Note that a view is over; for the arguments see ``Done``."""
        own = Done(view.key, 0.0, seconds, dict(away), answer, outcome, dropped)
        line = asdict(own.after(self.log.interrupted.get(view.key)))
        del line["at"]
        self.note("done", **{key: value for key, value in line.items() if key != "dropped" or value})

    def open_trial(self, view: TrialView) -> Session | str:
        """Begin a trial, or resume it.

        Returns:
            The trial; or why it ended, where it had ended without a note in the session.

        Raises:
            StudyError: When its record is no longer there, or cannot be resumed.
            RecordError: When a record cannot be written.
        """
        known = self.log.trials.get(view.key)
        if known is None:
            return self._begin(view)
        path = trials_dir(data_dir(self.data)) / Path(known[1]).name
        answered = any(decision.trial == known[0] for decision in self.log.decisions)
        if not answered and (not path.exists() or path.stat().st_size == 0):
            # The program ended before the record held anything; nothing is lost.
            return self._begin(view)
        try:
            record = open_record(path)
            if can_resume(record, in_study=True):
                state = TrialState(record.header).feed(record.events)
                done = state.recorded(state.done)
                return state.reason or (done.ended if done else "") or "complete"
            return resume_session(path, self.data, clock=self.clock, in_study=True)
        except RecordError as error:
            raise StudyError(f"trial {view.number} cannot be resumed: {error_line(error)}") from error

    def _begin(self, view: TrialView) -> Session:
        trial, opening = view.trial, self.log.opening
        about = {
            "name": opening.study,
            "participant": opening.participant,
            "block": trial.block,
            "trial": trial.key,
            "practice": trial.practice,
        }
        spec = replace(trial.spec, wording=self._wording(trial), study=about)
        session = open_session(spec, self.data, clock=self.clock)
        self.note("trial", view=view.key, id=session.header.id, file=session.path.name)
        return session

    def instruction(self, trial: StudyTrial) -> str:
        """Return exactly what a model is told before a trial: the instruction in the trial's record."""
        words = self._wording(trial).of(trial.spec.environment)
        return words.instruction(bioblue_envs.make(trial.spec.environment, **trial.spec.parameters))

    def _wording(self, trial: StudyTrial) -> Wording:
        wording = trial.spec.wording or default()
        # A participant who began with a program that kept no versions keeps that program's wording to the end.
        return wording if self.log.opening.version or wording != default() else retired()[0]

    def played(self, view: TrialView) -> float:
        """Return how long a trial has been played, without excluded time."""
        known = self.log.trials.get(view.key)
        return self.log.played(known[0]) if known else 0.0
