"""Finding and opening records. What a file is, is told by its content, never by its name."""

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
"""Bytes read at once from head or tail: more than a usual header or the last few events."""

_LONGEST = 16 * 1024 * 1024
"""Bytes of the longest line that is read for a list."""

_NAMED = 5
"""How many of the records that can't be read are named in one sentence."""

_BOM = b"\xef\xbb\xbf"

_CREATED = re.compile(rb'"created": ?"([^"\\]{10,40})"')
"""Where a header says when its trial began: it is found without decoding the rest."""

_Found = tuple[int, str, str]
"""When a file was written, its name, and why it can't be looked at."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A record in a list.

    Attributes:
        path: The file.
        environment: Id of the environment; this and all that follows is empty or 0 where the file can't be read.
        agent: Name of the agent.
        seed: Seed of the noise; None where it is not known.
        done: How many steps were done.
        steps: How many the trial was to have.
        ended: Why it ended, or an empty string when it did not.
        failed: Whether it ended because it could not go on by itself.
        last: Without an end, why its last step was the last one; empty where it was not.
        created: When it began, ISO 8601; empty where it is not known.
        error: Why it can't be opened here: the file is no readable record, or its environment is not installed.
        installed: False where nothing but its environment is missing.
        damaged: True for a record of ours that can't be read.
        header: The whole header of a record of ours; None where there is none.
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
        """Whether it can't be read, on whatever computer."""
        return bool(self.error) and self.installed

    @property
    def standing(self) -> str:
        """How it ended; without an end, whether somebody is writing it; of one that can't be read, that."""
        if self.unreadable:
            return "unreadable"
        ended = self.ended or self.last
        return standing_word(ended, failed=self.failed) if ended else unended(self.path)

    @property
    def over(self) -> bool:
        """Whether nobody can go on with it: it came to its end, or to that of its environment."""
        return bool(self.ended) and not is_open_end(self.ended)

    def read_whole(self) -> Entry:
        """Return it, or that it is damaged, and in which line, or gone: every line is read."""
        if self.error and not self.damaged:
            return self
        try:
            open_record(self.path)
        except RecordError as error:
            return _damaged(self.path, error.within)
        return self


def unended(path: Path) -> str:
    """Say how a trial stood of which no end was read: whether somebody was writing it, who may have ended it since."""
    return RUNNING if is_locked(path) or entry_at(path).ended else INTERRUPTED


def standing_of(state: TrialState, path: Path | None) -> str:
    """Say how a trial stands whose whole record was read; see ``Entry.standing``."""
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
        note: A new note, the last form of one that is there, or its deletion.

    Returns:
        The file that was written.

    Raises:
        RecordError: When that file cannot be read or written, is damaged, or is being written by another process; it
            is then as it was.
    """
    if not _is_ours(read_bytes(path), path):
        return append_to_sidecar(path, note)
    journal, _ = Journal.reopen(path)
    with journal:
        journal.append(note)
    return path


def _with_notes(record: Record, log: Path) -> Record:
    """Add the notes that are kept beside a log; what is wrong with them is a warning, for the log itself is whole."""
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
    """Return the records in a directory, the one that began last first. Never raises for a damaged file.

    Only the beginning and the end of each file are read, and the end only of those that are listed. A file that cannot
    be looked at is listed with the reason.

    Args:
        directory: Where to look; one that does not exist holds none.
        limit: How many at most.
        but: Names to leave out.

    Raises:
        RecordError: When something of that name exists and is no directory that can be read.
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
    """Return the records that began last. Where that is not known, they were written last.

    Nothing begins after it was last written: what was written before all that are listed began is not looked into.

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
    """Return when a record of ours says near its beginning that it began; for anything else when it was written."""
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
    """Return a sentence on the records that cannot be read, for whoever goes on without them; none for none."""
    damaged = [f"{entry.path.name} ({entry.error})" for entry in entries if entry.unreadable]
    more = [f"and {len(damaged) - _NAMED} more"] if len(damaged) > _NAMED else []
    named = "; ".join([*damaged[:_NAMED], *more])
    return [f"{counted(len(damaged), 'record')} can't be read and left out: {named}"] if damaged else []


def may_be_record(name: str) -> bool:
    """Return whether a file of this name may hold a trial; notes on a log, which lie beside it, are none."""
    return name.endswith((SUFFIX, ".tsv")) and not name.endswith(SIDECAR)


def _look(entry: os.DirEntry[str]) -> _Found | None:
    """Return when a file was written, its name, and why it can't be read; None for a directory and what has gone."""
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
    """Return what a list says of one file. Never raises for a damaged one."""
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

    It ended if nothing follows its end.
    """
    last, ended, held = True, None, False
    for line in reversed(tail):
        if last or held or _tells(line) or _holds(line):
            event = decode_event(loads(line), [])
            if ended is not None and (held or isinstance(event, Paused | Resumed | Stepped | Ended)):
                if not held and isinstance(event, Paused) and event.reason:
                    held = True
                    continue
                # What a finding has paused follows a step; what could not go on, an attempt.
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
    """Return whether a line tells that a trial was held, or went on: by that one that failed is told from others."""
    return b'"event":"paused"' in line or b'"event":"resumed"' in line


def _ends(path: Path) -> tuple[list[bytes], list[bytes]]:
    """Return the first two whole lines of a file, and the last ones below the first: as many as tell of a step.

    Notes are left out. A last line without its end counts where it is whole otherwise, as it does for readers.
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
            # The first one may be the rest of a longer line.
            found = [line for line in lines[start != begin :] if not _is_note(line)]
            if _suffices(found) or start == begin:
                break
            span *= 4
    first = [line.removesuffix(b"\n") for line in head if line.endswith(b"\n")] or [head[0]]
    second = [line for line in first[1:] if not _is_note(line)]
    return first, [*second, *found]


def _suffices(lines: Sequence[bytes]) -> bool:
    """Return whether lines tell how far a trial came, and of one that was stopped what had held it."""
    stop = b'"reason":"%s"' % STOPPED.encode()
    told = [line for line in lines if _tells(line) and not (b'"event":"ended"' in line and stop in line)]
    return bool(told) or (any(map(_holds, lines[1:])) and any(map(_tells, lines)))


def _is_whole(line: bytes) -> bool:
    """Return whether a last line lacks nothing but its end."""
    if not line.startswith(b"{"):
        return bool(line.strip(b"\0"))
    try:
        return decode_event(loads(line), []) is not None
    except DecodeError:
        return False


def _is_note(line: bytes) -> bool:
    # Quotes within texts have backslashes before them, so that this stands for nothing else.
    return line.startswith(b"{") and b'"event":"noted"' in line


def _is_ours(data: bytes, path: Path) -> bool:
    """Tell a record of ours from a tab-separated log.

    Raises:
        RecordError: When it is neither.
    """
    # Where the power went off, a file may end in zero bytes that were never written.
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
