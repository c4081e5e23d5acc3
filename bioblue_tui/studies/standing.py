"""Who has done what in a study."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bioblue_tui.formatting.text import error_line
from bioblue_tui.records.collection import entry_at
from bioblue_tui.records.schema import RecordError
from bioblue_tui.studies.flow import next_view
from bioblue_tui.studies.log import FINISHED, Log
from bioblue_tui.studies.sessions import is_running, participants, read_session, session_file
from bioblue_tui.studies.study import Study
from bioblue_tui.studies.versions import Kept, kept_versions


@dataclass(frozen=True, slots=True)
class Standing:
    """How a participant stands.

    Attributes:
        participant: Their code.
        row: Their row of the design, from 1; 0 where their file cannot be read.
        state: ``finished``, ``declined``, ``excluded``, ``playing now``, ``not finished``, or ``damaged``.
        trials: How many trials that count are over.
        planned: How many there are; 0 where the study is not known.
        at: The key of what they see next; empty where the study is over for them or not known.
        began: When they began, ISO 8601.
        last: When something last happened, seconds since the epoch; 0 where that is not known.
        problem: What is wrong with their file.
        version: Number of the study's version that they play; 0 where it was not kept.
        unread: What is wrong with records of their trials that can't be read, a sentence each.
    """

    participant: str
    row: int = 0
    state: str = "damaged"
    trials: int = 0
    planned: int = 0
    at: str = ""
    began: str = ""
    last: float = 0.0
    problem: str = ""
    version: int = 0
    unread: Sequence[str] = ()

    @property
    def finished(self) -> bool:
        """True when they have come to the last page."""
        return self.state == FINISHED


def standings(directory: Path, study: Study | None = None, trials: Path | None = None) -> Sequence[Standing]:
    """Return how everybody stands, in the order of their codes.

    Args:
        directory: The study's directory.
        study: The study as its file is now, for sessions without a kept version; None where only its name is known.
        trials: The directory of the trials' records; None to leave them out.
    """
    kept = kept_versions(directory)
    return [_standing(session_file(directory, code), code, kept, study, trials) for code in participants(directory)]


def _standing(path: Path, code: str, kept: Kept, study: Study | None, trials: Path | None) -> Standing:
    try:
        log = read_session(path, kept.played(study))
    except RecordError as error:
        return Standing(code, problem=error_line(error))
    version = kept.of(log, study)
    own = version.study if version else None
    view = next_view(own, log) if own else None
    state = log.outcome or ("playing now" if is_running(path) else "not finished")
    return Standing(
        code,
        log.opening.row + 1,
        state,
        log.trials_done,
        len(own.trials) if own else 0,
        view.key if view else "",
        log.opening.created,
        log.last,
        version=version.number if version else log.opening.version,
        unread=_unread(log, trials) if trials else (),
    )


def _unread(log: Log, trials: Path) -> Sequence[str]:
    """Look for damaged records of a session's trials; every line is read, since an export needs all of them."""
    found = (entry_at(trials / Path(file).name) for _, file in log.trials.values())
    entries = [entry.read_whole() for entry in found]
    return [f"{entry.path}: {entry.error}" for entry in entries if entry.error]
