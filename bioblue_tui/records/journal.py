"""The journal: a record as it is written while a trial runs, one line per event, on disk before the trial goes on.

A program that is killed at any moment leaves a file with whole lines, except perhaps the last one, which readers drop.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from bioblue_tui.records.decoding import decode_event
from bioblue_tui.records.files import must_be_there, read_bytes, what_failed
from bioblue_tui.records.flushing import put_on_disk
from bioblue_tui.records.locking import lock
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
"""How names of journals end."""

_BATCH = 256
"""Lines parsed together."""

_OLDER = ("1.0",)
"""Older versions of the format that a record may be gone on with in."""

_BEFORE_VERSION = f'{{"record":"{MARK}","schema":"'.encode()
"""How a record of ours begins."""

_FOREIGN = (Answered, Intervened, Noted)
"""Events with values from outside: what no reader would take is refused before it is in the file."""

_MAX_SAME_NAME = 10_000
_UNSAFE = re.compile(r"[^A-Za-z0-9.]+")


class Journal:
    """An open journal. Use ``Journal.create``; it is a context manager that closes itself.

    Attributes:
        path: The file.
    """

    def __init__(self, path: Path, descriptor: int) -> None:
        self.path = path
        self._descriptor: int | None = descriptor
        self._size = 0
        """Bytes of whole lines in the file."""

    @classmethod
    def create(cls, directory: Path, header: Header, *, to_disk: bool = True) -> Journal:
        """Make a new file with its header in it; an existing file is never touched.

        Args:
            directory: Where to put it; made if it does not exist.
            header: What the trial is; time, environment, agent and seed also make the name.
            to_disk: False to leave that to the first step, or to ``flush``.

        Raises:
            RecordError: When the directory or the file cannot be made or written.
        """
        stem = file_stem(header)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
        try:
            directory.mkdir(parents=True, exist_ok=True)
            for number in range(1, _MAX_SAME_NAME):
                path = directory / (f"{stem}{SUFFIX}" if number == 1 else f"{stem}_{number}{SUFFIX}")
                try:
                    journal = cls(path, os.open(path, flags, 0o666))
                except FileExistsError:
                    continue
                if not lock(journal._held):
                    journal.close()
                    raise RecordError("a new record is taken by another process", path, advice="Try again.")
                journal._write_first(header, to_disk)
                return journal
        except OSError as error:
            raise what_failed(error, directory, "the record cannot be made") from error
        raise RecordError(f"there are {_MAX_SAME_NAME} records named {stem}", directory, advice="Move some away.")

    @classmethod
    def reopen(cls, path: Path) -> tuple[Journal, Record]:
        """Open a record to go on with it. A last line that was cut off is taken out of the file.

        Returns:
            The journal, and what is in it.

        Raises:
            RecordError: When it cannot be read or written, is damaged, or is being written by another process; the
                file is then as it was.
        """
        if not path.is_file():
            read_bytes(path)
        try:
            journal = cls(path, os.open(path, os.O_RDWR | getattr(os, "O_BINARY", 0)))
        except OSError as error:
            raise what_failed(error, path, "the record cannot be written") from error
        try:
            if not lock(journal._held):
                advice = "Wait until it has ended, or end it."
                raise RecordError("this record is being written by another process", path, advice=advice)
            data = read_bytes(path)
            record = parse_journal(data, path)
            journal._cut_to_whole_lines(data, record.torn)
            journal._raise_version(data)
        except BaseException:
            journal.close()
            raise
        return journal, record

    @property
    def _held(self) -> int:
        assert self._descriptor is not None
        return self._descriptor

    def _cut_to_whole_lines(self, data: bytes, torn: bool) -> None:
        whole = data.rfind(b"\n") + 1
        try:
            if torn:
                os.ftruncate(self._held, whole)
            os.lseek(self._held, 0, os.SEEK_END)
            self._size = whole if torn else len(data)
            if not torn and whole < len(data):
                # A last line that lacks nothing but its end.
                os.write(self._held, b"\n")
                self._size += 1
        except OSError as error:
            raise what_failed(error, self.path, "the record cannot be written") from error

    def _raise_version(self, data: bytes) -> None:
        """Let a header of an older minor version say ours, so that older readers skip what they do not know.

        The version stands at the same place in every record of ours, and each is as long as the others.
        """
        place = len(_BEFORE_VERSION)
        ours = SCHEMA_VERSION.encode()
        if data.startswith(tuple(_BEFORE_VERSION + version.encode() + b'"' for version in _OLDER)):
            try:
                os.lseek(self._held, place, os.SEEK_SET)
                os.write(self._held, ours)
                os.lseek(self._held, 0, os.SEEK_END)
            except OSError as error:
                raise what_failed(error, self.path, "the record cannot be written") from error

    @property
    def closed(self) -> bool:
        """True once nothing more can be written."""
        return self._descriptor is None

    def append(self, event: Event, *, to_disk: bool = True) -> None:
        """Write one event. When this returns, the event is with the operating system; a step is on the disk.

        Args:
            event: The event.
            to_disk: False to leave that to the next step, or to ``flush``.

        Raises:
            RecordError: When it cannot be written; the file then still ends with its last whole line. When the file
                was removed.
        """
        try:
            line = dumps(encode_event(event))
            if isinstance(event, _FOREIGN):
                decode_event(loads(line), None)
        except DecodeError as error:
            raise RecordError(f"an event {error}", self.path) from error
        self._write(line, to_disk and isinstance(event, Stepped | Ended | Noted))

    async def flush(self) -> None:
        """Put all that was appended on the disk, while the event loop goes on.

        Raises:
            RecordError: When that fails.
        """
        try:
            await put_on_disk(self._held)
            if self._descriptor is not None:
                must_be_there(self._descriptor, self.path)
        except OSError as error:
            raise what_failed(error, self.path, "the record cannot be written") from error

    def close(self) -> None:
        """Close the file. Closing twice is fine."""
        if self._descriptor is not None:
            descriptor, self._descriptor = self._descriptor, None
            os.close(descriptor)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _write_first(self, header: Header, to_disk: bool) -> None:
        try:
            self._write(dumps(encode_header(header)), to_disk)
        except DecodeError as error:
            self.discard()
            raise RecordError(f"the header {error}", self.path) from error
        except RecordError:
            self.discard()
            raise

    def discard(self) -> None:
        """Close the file and remove it: what has no header, or no trial, is no record."""
        self.close()
        self.path.unlink(missing_ok=True)

    def _write(self, line: str, to_disk: bool) -> None:
        if self._descriptor is None:
            raise RecordError("the record is closed", self.path)
        rest = memoryview(line.encode("ascii") + b"\n")
        size = self._size + len(rest)
        try:
            must_be_there(self._descriptor, self.path)
            while rest:
                rest = rest[os.write(self._descriptor, rest) :]
            if to_disk:
                os.fsync(self._descriptor)
        except OSError as error:
            self._cut_back()
            raise what_failed(error, self.path, "the record cannot be written") from error
        self._size = size

    def _cut_back(self) -> None:
        # Half a line would be glued to the next one if writing works again later.
        assert self._descriptor is not None
        try:
            os.ftruncate(self._descriptor, self._size)
            os.lseek(self._descriptor, self._size, os.SEEK_SET)
        except OSError:
            self.close()


def file_stem(header: Header) -> str:
    """Return a file name without ending for a trial: time, environment, agent and seed, safe on every system.

    With a condition it has that too, and the beginning of the id: such trials run on many computers at once, and their
    records are put into one directory later.
    """
    seed = "no-seed" if header.seed is None else f"seed-{header.seed}"
    unique = (header.condition, header.id[:6]) if header.condition else ()
    parts = (header.created[:19], header.environment, header.agent, seed, *unique)
    return "_".join(_UNSAFE.sub("-", part).strip("-.")[:40] or "unnamed" for part in parts)


def read_journal(path: Path) -> Record:
    """Read a record of ours. A last line that was cut off is left out, and ``torn`` says so.

    Raises:
        RecordError: When the file cannot be read, is no record, is too new, or any other line is damaged.
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
    """Keep a last line that lacks nothing but its line end, as some editors leave it."""
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
