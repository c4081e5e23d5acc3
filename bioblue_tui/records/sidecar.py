"""Notes on a tab-separated log, kept beside it: a log has one row for each step, so nothing can be appended to it.

``LOG.tsv.notes.jsonl`` holds a line that says what it is, then notes as in a record, one per line. Like a record, it
has one writer at a time, and a note is on disk when appending returns; a last line that was cut off is left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from bioblue_tui.records.append_log import AppendLog
from bioblue_tui.records.decoding import decode_event
from bioblue_tui.records.files import read_bytes
from bioblue_tui.records.schema import (
    NOTES_MARK,
    SCHEMA_VERSION,
    DecodeError,
    RecordError,
    dumps,
    encode_event,
    is_newer,
    loads,
)
from bioblue_tui.trials.events import Noted

SIDECAR = ".notes.jsonl"
"""What is added to a log's name to name its notes."""

_ADVICE = "Correct it, or move it away."


class NotesFile(AppendLog):
    """The open file of the notes on a log."""

    WHAT = "the notes"
    TAKEN = "these notes are being written by another process"
    ADVICE = "Try again."


def sidecar_of(log: Path) -> Path:
    """Return the file of the notes on a log; it may not exist."""
    return log.with_name(log.name + SIDECAR)


def read_sidecar(log: Path) -> tuple[list[Noted], list[str]]:
    """Return the notes kept beside a log, with every edit and deletion, and warnings for a person.

    Raises:
        RecordError: When the file cannot be read, holds no notes, is too new, or any line but the last is damaged.
    """
    path = sidecar_of(log)
    if not path.exists():
        return [], []
    data = read_bytes(path)
    notes, warnings, _ = _parse(data, path)
    return notes, warnings


def append_to_sidecar(log: Path, note: Noted) -> Path:
    """Write a note beside a log; when this returns it is on the disk.

    Returns:
        The file.

    Raises:
        RecordError: When it cannot be written, is damaged, or is being written by another process; it is then
            unchanged.
    """
    path = sidecar_of(log)
    try:
        line = dumps(encode_event(note))
        first = dumps({"record": NOTES_MARK, "schema": SCHEMA_VERSION, "of": log.name})
    except DecodeError as error:
        raise RecordError(f"the note {error}", path) from error
    file, data = NotesFile.existing(path, make=True)
    with file:
        _, _, torn = _parse(data, path)
        file.go_on(data, torn=torn)
        file.write(*[first] * file.empty, line)
    return path


def _parse(data: bytes, path: Path) -> tuple[list[Noted], list[str], bool]:
    """Return notes, warnings, and whether the last line was cut off."""
    whole, end, tail = data.removeprefix(b"\xef\xbb\xbf").rpartition(b"\n")
    lines = whole.split(b"\n") if end else []
    if not lines:
        # Nothing is whole: the first line was cut off, or there is none yet.
        return [], [], bool(data)
    unknown: list[str] | None = [] if _newer(lines[0], path) else None
    notes = list(_notes(lines[1:], path, unknown))
    warnings = [f"{path.name}: {what} was skipped" for what in dict.fromkeys(unknown or ())]
    torn = False
    if tail:
        try:
            notes += _notes([tail], path, unknown)
        except RecordError:
            torn = True
            warnings.append(f"{path.name}: its last line was cut off and left out")
    return notes, warnings, torn


def _newer(line: bytes, path: Path) -> bool:
    try:
        first = loads(line)
        if not isinstance(first, dict) or first.get("record") != NOTES_MARK:
            raise DecodeError("not a file of notes of this program")
        return is_newer(first.get("schema"))
    except DecodeError as error:
        raise RecordError(str(error), path, 1, _ADVICE) from error


def _notes(lines: list[bytes], path: Path, unknown: list[str] | None) -> Iterator[Noted]:
    for number, line in enumerate(lines, 2):
        try:
            event = decode_event(loads(line), unknown)
            if event is not None and not isinstance(event, Noted):
                raise DecodeError("only notes are allowed here")
        except DecodeError as error:
            raise RecordError(f"damaged: {error}", path, number, _ADVICE) from error
        if event is not None:
            yield event
