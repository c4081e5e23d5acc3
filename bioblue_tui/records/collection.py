"""Finding and opening records. A file's content, never its name, decides what kind of file it is."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from heapq import heappop, heappush
from operator import itemgetter
from pathlib import Path

from bioblue_tui.formatting.numbers import counted
from bioblue_tui.records.decoding import decode_event
from bioblue_tui.records.files import leading_nowhere, read_bytes, reading, what_failed
from bioblue_tui.records.journal import SUFFIX, Journal, parse_journal
from bioblue_tui.records.locking import is_locked
from bioblue_tui.records.published_read import parse_published, summary
from bioblue_tui.records.schema import DecodeError, NotInstalled, Record, RecordError, decode_header, loads
from bioblue_tui.records.sidecar import SIDECAR, append_to_sidecar, read_sidecar
from bioblue_tui.system.regular import open_regular
from bioblue_tui.trials.events import (
    COMPLETE,
    INTERRUPTED,
    RUNNING,
    STOPPED,
    Ended,
    Header,
    Noted,
    Paused,
    Resumed,
    Stepped,
    is_open_end,
    standing_word,
)
from bioblue_tui.trials.state import TrialState

_CHUNK = 16 * 1024
"""Bytes read at once from the beginning or the end: more than a usual header or the last few events."""

_LONGEST = 16 * 1024 * 1024
"""Most bytes of a line that are read for a list."""

_NAMED = 5
"""How many of the records that can't be read are named in one sentence."""

_BOM = b"\xef\xbb\xbf"

_CREATED = re.compile(rb'"created": ?"([^"\\]{10,40})"')
"""The part of a header that says when its trial began: it is found without decoding the rest."""

_Found = tuple[int, str, str]
"""When a file was written, its name, and why it can't be looked at."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A record in a list.

    Attributes:
        path: The file.
        environment: Id of the environment; this and the fields below are empty or 0 where the file can't be read.
        agent: Name of the agent.
        seed: Seed of the noise; None where it is not known.
        done: How many steps were done.
        steps: How many steps were planned.
        ended: Why it ended, or an empty string when it did not.
        failed: Whether it ended because it could not continue by itself.
        last: If no end is recorded, why the last recorded step was the trial's last; empty where it was not.
        created: When it began, ISO 8601; empty where it is not known.
        error: Why it can't be opened here: the file is no readable record, or its environment is not installed.
        installed: False where only its environment is missing.
        damaged: True for a record of ours that can't be read.
        header: The whole header of a record of ours; None for other files.
    """

    path: Path
    environment: str = ""
    agent: str = ""
    seed: int | None = None
    done: int = 0
    steps: int = 0
    ended: str = ""
    created: str = ""
    error: str = ""
    installed: bool = True
    damaged: bool = False
    failed: bool = False
    last: str = ""
    header: Header | None = field(default=None, compare=False, repr=False)

    @property
    def unreadable(self) -> bool:
        """Whether no computer can read it."""
        return bool(self.error) and self.installed

    @property
    def standing(self) -> str:
        """How it ended; ``running`` or ``interrupted`` without an end; ``unreadable`` where it can't be read."""
        if self.unreadable:
            return "unreadable"
        ended = self.ended or self.last
        return standing_word(ended, failed=self.failed) if ended else unended(self.path)

    @property
    def over(self) -> bool:
        """Whether it can't be resumed: it came to its planned end, or its environment ended."""
        return bool(self.ended) and not is_open_end(self.ended)

    def read_whole(self) -> Entry:
        """Read every line; return this entry, or one that says where the file is damaged, or that it is gone."""
        if self.error and not self.damaged:
            return self
        try:
            open_record(self.path)
        except RecordError as error:
            return _damaged(self.path, error.within)
        return self


def unended(path: Path) -> str:
    """Return the state of a trial of which no end was read: running where its file is locked or has ended since."""
    return RUNNING if is_locked(path) or entry_at(path).ended else INTERRUPTED


def standing_of(state: TrialState, path: Path | None) -> str:
    """Return the state of a trial whose whole record was read; see ``Entry.standing``."""
    return unended(path) if path and state.standing == INTERRUPTED else state.standing


def open_record(path: Path) -> Record:
    """Open a record of ours or a tab-separated log.

    Raises:
        RecordError: When it is neither, cannot be read, or is damaged.
    """
    data = read_bytes(path)
    return parse_journal(data, path) if _is_ours(data, path) else _with_notes(parse_published(data, path), path)


def append_note(path: Path, note: Noted) -> Path:
    """Write a note into a record of ours, or beside a tab-separated log; when this returns it is on the disk.

    Args:
        path: The record or the log.
        note: A new note, a new version of an earlier one, or its deletion.

    Returns:
        The file that was written.

    Raises:
        RecordError: When that file cannot be read or written, is damaged, or is being written by another process; the
            file is then unchanged.
    """
    if not _is_ours(read_bytes(path), path):
        return append_to_sidecar(path, note)
    journal, _ = Journal.reopen(path)
    with journal:
        journal.append(note)
    return path


def _with_notes(record: Record, log: Path) -> Record:
    """Add the notes that are kept beside a log; faults in them are only warnings, since the log itself is whole."""
    try:
        notes, warnings = read_sidecar(log)
    except RecordError as error:
        record.warnings = (*record.warnings, f"the notes on it were left out: {error}")
        return record
    fitting = [note for note in notes if note.step <= record.header.steps]
    if len(fitting) < len(notes):
        warnings.append(f"{len(notes) - len(fitting)} notes on steps that it does not have were left out")
    record.events += fitting
    record.warnings = (*record.warnings, *warnings)
    return record


class Recent(list[Entry]):
    """The newest records of a directory.

    Attributes:
        total: How many there are in all.
    """

    total = 0


def names_in(directory: Path) -> set[str]:
    """Return the names of all files in a directory that may be records; none where it can't be read."""
    try:
        return {path.name for path in directory.iterdir() if may_be_record(path.name)}
    except OSError:
        return set()


def recent(directory: Path, limit: int, but: Collection[str] = ()) -> Recent:
    """Return the records in a directory, the latest beginning first. Never raises for a damaged file.

    Only the beginning and the end of each file are read, and the end only of those that are listed. A file that cannot
    be read is listed with the reason.

    Args:
        directory: Where to look; a directory that does not exist holds no records.
        limit: How many at most.
        but: Names to leave out.

    Raises:
        RecordError: When the path exists but is not a readable directory.
    """
    try:
        with os.scandir(directory) as entries:
            looked = [_look(entry) for entry in entries if entry.name not in but and may_be_record(entry.name)]
    except OSError as error:
        if isinstance(error, FileNotFoundError) and not leading_nowhere(directory):
            return Recent()
        raise what_failed(error, directory, "the records in it cannot be read", reading=True) from error
    found = sorted((one for one in looked if one is not None), reverse=True)
    listed = Recent(_newest(directory, found, limit) if limit > 0 else ())
    listed.total = len(found)
    return listed


def _newest(directory: Path, found: Sequence[_Found], limit: int) -> list[Entry]:
    """Return the records that began last; where a beginning is not known, the time of the last write stands for it.

    No trial begins after its file was last written: files last written before all listed trials began are not opened.

    Args:
        directory: Where they are.
        found: All of them, the last written first.
        limit: How many at most.
    """
    newest: list[tuple[int, _Found]] = []
    for one in found:
        written, name, why = one
        if len(newest) == limit and written < newest[0][0]:
            break
        began = written if why or limit >= len(found) else _began(directory / name, written)
        heappush(newest, (began, one))
        if len(newest) > limit:
            heappop(newest)
    entries = [
        (written, Entry(directory / name, error=why) if why else entry_at(directory / name))
        for _, (written, name, why) in sorted(newest, key=itemgetter(1), reverse=True)
    ]
    entries.sort(key=lambda pair: _moment(pair[1].created, pair[0]), reverse=True)
    return [entry for _, entry in entries]


def _began(path: Path, written: int) -> int:
    """Return when a record of ours began, if its first bytes say so; for anything else when it was written."""
    try:
        with open_regular(path) as file:
            told = _CREATED.search(file.read(_CHUNK).partition(b"\n")[0])
    except OSError:
        return written
    return _moment(told[1].decode("ascii", "replace"), written) if told else written


def _moment(created: str, otherwise: int) -> int:
    try:
        return int(datetime.fromisoformat(created).timestamp()) * 10**9
    except (ValueError, OverflowError, OSError):
        return otherwise


def left_out(entries: Sequence[Entry]) -> list[str]:
    """Return a sentence that names the records that cannot be read; an empty list if all can be read."""
    damaged = [f"{entry.path.name} ({entry.error})" for entry in entries if entry.unreadable]
    more = [f"and {len(damaged) - _NAMED} more"] if len(damaged) > _NAMED else []
    named = "; ".join([*damaged[:_NAMED], *more])
    return [f"{counted(len(damaged), 'record')} can't be read (left out): {named}"] if damaged else []


def may_be_record(name: str) -> bool:
    """Return whether a file of this name may hold a trial; the file of notes beside a log does not."""
    return name.endswith((SUFFIX, ".tsv")) and not name.endswith(SIDECAR)


def _look(entry: os.DirEntry[str]) -> _Found | None:
    """Return when a file was written, its name, and why it can't be read; None for a directory or a file now gone."""
    try:
        info = entry.stat()
    except OSError as error:
        if isinstance(error, FileNotFoundError) and not entry.is_symlink():
            return None
        written = entry.stat(follow_symlinks=False).st_mtime_ns if entry.is_symlink() else 0
        return written, entry.name, what_failed(error, Path(entry.path), "cannot be read", reading=True).what
    if stat.S_ISDIR(info.st_mode):
        return None
    return info.st_mtime_ns, entry.name, "" if stat.S_ISREG(info.st_mode) else "not a regular file"


def entry_at(path: Path) -> Entry:
    """Return the entry of one file in a list. Never raises for a damaged file."""
    missing = ""
    try:
        head, tail = _ends(path)
        if not _is_ours(head[0], path):
            return _published_entry(path, head, tail[-1] if tail else b"")
        try:
            header, _ = decode_header(loads(head[0].removeprefix(_BOM)))
        except NotInstalled as error:
            header, missing = error.header, str(error)
        done, ended, last, failed = _progress(tail, header.steps)
    except DecodeError as error:
        return _damaged(path, f"damaged: {error}")
    except RecordError as error:
        return Entry(path, error=error.what)
    named = (header.environment, header.agent, header.seed)
    return Entry(
        *(path, *named, done, header.steps, ended, header.created, missing, not missing),
        failed=failed,
        last=last,
        header=header,
    )


def _damaged(path: Path, why: str) -> Entry:
    return Entry(path, error=why, damaged=True)


def _published_entry(path: Path, head: list[bytes], last: bytes) -> Entry:
    rows = [*head, last] if last and last != head[-1] else head
    try:
        header, done, ended = summary(b"\n".join(rows), path)
    except RecordError:
        # A row that a spreadsheet has spread over several lines can only be read in its place.
        header, done, ended = summary(read_bytes(path), path)
    return Entry(path, header.environment, header.agent, header.seed, done, header.steps, ended, header.created)


def _progress(tail: Sequence[bytes], steps: int) -> tuple[int, str, str, bool]:
    """Return steps done, why it ended, why its last step was the last, and whether it failed, from its last lines.

    A trial has ended if nothing follows the event of its end.
    """
    last, ended, held = True, None, False
    for line in reversed(tail):
        if last or held or _tells(line) or _holds(line):
            event = decode_event(loads(line), [])
            if ended is not None and (held or isinstance(event, Paused | Resumed | Stepped | Ended)):
                if not held and isinstance(event, Paused) and event.reason:
                    held = True
                    continue
                # A pause at a finding follows a step; a pause because the trial could not continue follows an attempt.
                return ended.step, ended.reason, "", held and not isinstance(event, Stepped)
            if isinstance(event, Ended):
                if not last or event.reason != STOPPED:
                    return event.step, event.reason if last else "", "", False
                ended = event
            if isinstance(event, Stepped):
                return event.step, "", event.ended or (COMPLETE if event.step >= steps else ""), False
            last = last and event is None
    return (ended.step, ended.reason, "", False) if ended else (0, "", "", False)


def _tells(line: bytes) -> bool:
    """Return whether a line tells how many steps were done: a step or an end in a record, any row of a log."""
    return not line.startswith(b"{") or b'"event":"stepped"' in line or b'"event":"ended"' in line


def _holds(line: bytes) -> bool:
    """Return whether a line says that a trial was paused or resumed: that shows whether a trial had failed."""
    return b'"event":"paused"' in line or b'"event":"resumed"' in line


def _ends(path: Path) -> tuple[list[bytes], list[bytes]]:
    """Return the first two whole lines of a file, and as many of the last lines as it takes to find a step.

    Notes are left out. A last line that lacks only its newline counts as whole, as it does for readers.
    """
    with reading(path), open_regular(path) as file:
        head = [file.readline(_LONGEST), file.readline(_LONGEST)]
        begin = file.tell()
        size = file.seek(0, os.SEEK_END)
        span = _CHUNK
        while True:
            start = max(begin, size - span)
            file.seek(start)
            lines = file.read(size - start).split(b"\n")
            cut = lines.pop()
            lines += [cut] if _is_whole(cut) else []
            # The first line of the chunk may be only the rest of a line.
            found = [line for line in lines[start != begin :] if not _is_note(line)]
            if _suffices(found) or start == begin:
                break
            span *= 4
    first = [line.removesuffix(b"\n") for line in head if line.endswith(b"\n")] or [head[0]]
    second = [line for line in first[1:] if not _is_note(line)]
    return first, [*second, *found]


def _suffices(lines: Sequence[bytes]) -> bool:
    """Return whether lines tell how far a trial came and, if it was stopped, what had paused it."""
    stop = b'"reason":"%s"' % STOPPED.encode()
    told = [line for line in lines if _tells(line) and not (b'"event":"ended"' in line and stop in line)]
    return bool(told) or (any(map(_holds, lines[1:])) and any(map(_tells, lines)))


def _is_whole(line: bytes) -> bool:
    """Return whether a last line lacks nothing but its newline."""
    if not line.startswith(b"{"):
        return bool(line.strip(b"\0"))
    try:
        return decode_event(loads(line), []) is not None
    except DecodeError:
        return False


def _is_note(line: bytes) -> bool:
    # Quotes within texts are escaped, so only a note's line can contain this.
    return line.startswith(b"{") and b'"event":"noted"' in line


def _is_ours(data: bytes, path: Path) -> bool:
    """Tell a record of ours from a tab-separated log.

    Raises:
        RecordError: When it is neither.
    """
    # After a power failure, a file may end in zero bytes where nothing was ever written.
    if not data.strip(b"\0\t\n\r "):
        raise RecordError("empty", path, advice="There is no trial in it.")
    start = data[:_CHUNK].removeprefix(_BOM)
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise RecordError("UTF-16 text", path, advice="Save it as UTF-8.")
    if start.lstrip().startswith(b"{"):
        return True
    first = start.partition(b"\n")[0]
    tabs = b"\t" in first
    if b"\0" in (first if tabs else start):
        raise RecordError("a binary file, not a record", path, advice="Open a .jsonl record or a .tsv log.")
    if not tabs:
        advice = "Open a .jsonl record or a .tsv log."
        raise RecordError("neither a record of this program nor a tab-separated log", path, 1, advice)
    return False
