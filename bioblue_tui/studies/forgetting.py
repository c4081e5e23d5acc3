"""Removing a participant: their session, the records of their trials, and what was forked from these.

Only a number stays: how many were removed.
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Sequence
from pathlib import Path

from bioblue_tui.records.collection import Entry, recent
from bioblue_tui.records.files import what_failed
from bioblue_tui.records.locking import is_locked
from bioblue_tui.records.schema import RecordError
from bioblue_tui.records.sidecar import SIDECAR
from bioblue_tui.studies.loading import StudyError
from bioblue_tui.studies.removed import UNKNOWN, Stood, count_removed
from bioblue_tui.studies.sessions import holds_nothing, is_running, read_session, session_file, study_dir
from bioblue_tui.studies.study import Study
from bioblue_tui.studies.versions import kept_versions
from bioblue_tui.system.paths import data_dir, trials_dir


def what_there_is(name: str, participant: str, data: Path | None = None) -> Sequence[Path]:
    """Return every file of a participant: records first, their session last.

    Args:
        name: Name of the study.
        participant: Their code.
        data: The data directory; None for the platform's.

    Raises:
        StudyError: When they are playing now.
    """
    session = session_file(study_dir(name, data), participant)
    there = session.exists() or session.is_symlink()
    if there and is_running(session):
        raise StudyError(f"{participant} is playing now; nothing was removed")
    directory = trials_dir(data_dir(data))
    named = set()
    with contextlib.suppress(RecordError):
        named = {file for _, file in read_session(session).trials.values()} if session.exists() else set()
    entries = recent(directory, sys.maxsize)
    own = {entry.path for entry in entries if entry.path.name in named or _is_theirs(entry, name, participant)}
    own |= _forks(entries, own)
    busy = next((path for path in own if is_locked(path)), None)
    if busy is not None:
        raise StudyError(f"{busy.name} is being written; nothing was removed")
    beside = [path.with_name(f"{path.name}{SIDECAR}") for path in own]
    found = [*sorted(own), *(path for path in beside if path.exists())]
    return [*found, session] if there else found


def _is_theirs(entry: Entry, name: str, participant: str) -> bool:
    study = entry.header.study if entry.header else None
    return study is not None and study.get("name") == name and study.get("participant") == participant


def _forks(entries: Sequence[Entry], own: set[Path]) -> set[Path]:
    """Return records whose past is one of these records: a fork repeats the answers it began with."""
    ids = {entry.header.id for entry in entries if entry.path in own and entry.header is not None}
    found: set[Path] = set()
    while True:
        new = {
            entry.path: entry.header.id
            for entry in entries
            if entry.header is not None
            and entry.path not in found | own
            and entry.header.parent is not None
            and entry.header.parent.get("id") in ids
        }
        if not new:
            return found
        found |= set(new)
        ids |= set(new.values())


def forget(
    name: str, participant: str, files: Sequence[Path], study: Study | None = None, data: Path | None = None
) -> str:
    """Remove a participant's files, and count that one more was removed.

    Args:
        name: Name of the study.
        participant: Their code.
        files: The files that ``what_there_is`` found.
        study: The study as its file is now, for sessions of which no version was kept; None without a file.
        data: The data directory; None for the platform's.

    Returns:
        Why the removal could not be counted, though the files are gone; empty where it was counted, or needs no count.

    Raises:
        RecordError: When a file cannot be removed; the session is removed last.
    """
    directory = study_dir(name, data)
    session = session_file(directory, participant)
    stood = _stood(session, study)
    if session not in remove(files) or stood is None:
        return ""
    try:
        # Counted only now: a failed count must not prevent the removal, and the disk may have room only now.
        count_removed(directory, stood)
    except RecordError as error:
        return str(error)
    return ""


def _stood(session: Path, study: Study | None) -> Stood | None:
    """Return how a participant stands; None where they have not begun."""
    if holds_nothing(session):
        return None
    try:
        log = read_session(session)
    except RecordError:
        return Stood(0, UNKNOWN)
    version = kept_versions(session.parent).of(log, study)
    return Stood.of(log, version.number if version else log.opening.version)


def remove(files: Sequence[Path]) -> Sequence[Path]:
    """Remove files; one that is gone already is no error, so that this can be repeated.

    Returns:
        Those that were there.

    Raises:
        RecordError: When one cannot be removed.
    """
    removed = []
    for path in files:
        try:
            path.unlink()
            removed.append(path)
        except FileNotFoundError:
            continue
        except OSError as error:
            raise what_failed(error, path, "cannot be removed") from error
    return removed
