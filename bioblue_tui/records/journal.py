"""The journal: a record while its trial runs. It gets one line per event, on disk before the trial continues."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from bioblue_tui.records.append_log import AppendLog
from bioblue_tui.records.decoding import decode_event
from bioblue_tui.records.files import read_bytes, what_failed
from bioblue_tui.records.schema import (
    MARK,
    SCHEMA_VERSION,
    DecodeError,
    NotInstalled,
    Order,
    Record,
    RecordError,
    decode_header,
    dumps,
    encode_event,
    encode_header,
    loads,
    loads_lines,
)
from bioblue_tui.trials.events import Answered, Ended, Event, Header, Intervened, Noted, Stepped

SUFFIX = ".jsonl"
"""The ending of journals' names."""

_BATCH = 256
"""Lines parsed together."""

_OLDER = ("1.0",)
"""Older versions of the format whose records can be continued."""

_BEFORE_VERSION = f'{{"record":"{MARK}","schema":"'.encode()
"""How a record of ours begins."""

_FOREIGN = (Answered, Intervened, Noted)
"""Events with values from outside: values that no reader would accept are refused before they are in the file."""

_MAX_SAME_NAME = 10_000
_UNSAFE = re.compile(r"[^A-Za-z0-9.]+")


class Journal(AppendLog):
    """An open journal. Use ``Journal.create``."""

    WHAT = "the record"
    TAKEN = "this record is being written by another process"
    ADVICE = "Wait until that process has ended, or end it."

    @classmethod
    def create(cls, directory: Path, header: Header, *, to_disk: bool = True) -> Journal:
        """Make a new file with its header in it; an existing file is never touched.

        Args:
            directory: Where to put it; made if it does not exist.
            header: What the trial is; time, environment, agent and seed also make the name.
            to_disk: False to put it on the disk only with the first step, or with ``flush``.

        Raises:
            RecordError: When the directory or the file cannot be made or written.
        """
        stem = file_stem(header)
        try:
            first = dumps(encode_header(header))
        except DecodeError as error:
            raise RecordError(f"the header {error}", directory / f"{stem}{SUFFIX}") from error
        try:
            directory.mkdir(parents=True, exist_ok=True)
            for number in range(1, _MAX_SAME_NAME):
                path = directory / (f"{stem}{SUFFIX}" if number == 1 else f"{stem}_{number}{SUFFIX}")
                with contextlib.suppress(FileExistsError):
                    return cls.new(path, first, to_disk=to_disk)
        except OSError as error:
            raise what_failed(error, directory, "the record cannot be made") from error
        raise RecordError(f"there are {_MAX_SAME_NAME} records named {stem}", directory, advice="Move some away.")

    @classmethod
    def reopen(cls, path: Path) -> tuple[Journal, Record]:
        """Open a record to continue it. A last line that was cut off is removed from the file.

        Returns:
            The journal, and what is in it.

        Raises:
            RecordError: When it cannot be read or written, is damaged, or is being written by another process; the
                file is then unchanged.
        """
        journal, data = cls.existing(path)
        with journal.or_closed():
            record = parse_journal(data, path)
            journal.go_on(data, torn=record.torn)
            # A header of an older minor version is given ours, so that older readers skip what they do not know. The
            # version is at the same place in every record of ours, and all versions have the same length.
            if data.startswith(tuple(_BEFORE_VERSION + version.encode() + b'"' for version in _OLDER)):
                journal.overwrite(len(_BEFORE_VERSION), SCHEMA_VERSION.encode())
        return journal, record

    def append(self, event: Event, *, to_disk: bool = True) -> None:
        """Write one event. When this returns, the operating system has the event; a step is on the disk.

        Args:
            event: The event.
            to_disk: False to put it on the disk only with the next step, or with ``flush``.

        Raises:
            RecordError: When it cannot be written; the file then still ends with its last whole line. Also when the
                file was removed.
        """
        try:
            line = dumps(encode_event(event))
            if isinstance(event, _FOREIGN):
                decode_event(loads(line), None)
        except DecodeError as error:
            raise RecordError(f"an event {error}", self.path) from error
        self.write(line, to_disk=to_disk and isinstance(event, Stepped | Ended | Noted))


def file_stem(header: Header) -> str:
    """Return a file name without ending for a trial: time, environment, agent and seed, safe on every system.

    Where the trial has a condition, the name also has that and the beginning of the id: such trials run on many
    computers at once, and their records are put into one directory later.
    """
    seed = "no-seed" if header.seed is None else f"seed-{header.seed}"
    unique = (header.condition, header.id[:6]) if header.condition else ()
    parts = (header.created[:19], header.environment, header.agent, seed, *unique)
    return "_".join(_UNSAFE.sub("-", part).strip("-.")[:40] or "unnamed" for part in parts)


def read_journal(path: Path) -> Record:
    """Read a record of ours. A last line that was cut off is left out, and ``torn`` says so.

    Raises:
        RecordError: When the file cannot be read, is not a record, is too new, or any other line is damaged.
    """
    return parse_journal(read_bytes(path), path)


def parse_journal(data: bytes, path: Path | None = None) -> Record:
    """Read a record of ours from the bytes of its file; see ``read_journal``."""
    whole, _, tail = data.removeprefix(b"\xef\xbb\xbf").rpartition(b"\n")
    lines = _decoded(whole, path).split("\n") if whole else []
    if not lines:
        lines, tail = [_decoded(tail, path)], b""
    try:
        header, newer = decode_header(loads(lines[0]))
        order = Order(header)
    except NotInstalled as error:
        raise RecordError(str(error), path, advice=error.ADVICE) from error
    except DecodeError as error:
        raise RecordError(str(error), path, 1, "Without its first line a record cannot be read.") from error
    unknown: list[str] | None = [] if newer else None
    events: list[Event] = []
    for number, value in _values(lines, path):
        try:
            event = decode_event(value, unknown)
            if event is None:
                continue
            order.take(event)
        except DecodeError as error:
            raise RecordError(f"damaged: {error}", path, number, error.ADVICE) from error
        events.append(event)
    torn = bool(tail) and not _recovered(tail, order, unknown, events)
    warnings = ["written by a newer version of the program; what this one does not know was skipped"] * newer
    warnings += [f"{what} was skipped" for what in dict.fromkeys(unknown or ())]
    if torn:
        warnings.append(f"line {len(lines) + 1} was cut off and left out")
    return Record(header, events, path, torn, tuple(warnings))


def _values(lines: Sequence[str], path: Path | None) -> Iterator[tuple[int, object]]:
    """Yield the number and the JSON value of every line after the first."""
    for start in range(1, len(lines), _BATCH):
        batch = lines[start : start + _BATCH]
        try:
            values = loads_lines(batch)
        except DecodeError:
            values = _one_by_one(batch, start + 1, path)
        yield from enumerate(values, start + 1)


def _one_by_one(lines: Sequence[str], first: int, path: Path | None) -> list[object]:
    values: list[object] = []
    for number, line in enumerate(lines, first):
        try:
            values.append(loads(line))
        except DecodeError as error:
            raise RecordError(f"damaged: {error}", path, number, error.ADVICE) from error
    return values


def _decoded(data: bytes, path: Path | None) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise RecordError("damaged: not UTF-8 text", path, line) from error


def _recovered(tail: bytes, order: Order, unknown: list[str] | None, events: list[Event]) -> bool:
    """Keep a last line that lacks only its newline, as some editors leave it. Returns whether it was kept."""
    try:
        event = decode_event(loads(tail), unknown)
        if event is not None:
            order.take(event)
    except ValueError:
        return False
    if event is None:
        return False
    events.append(event)
    return True
