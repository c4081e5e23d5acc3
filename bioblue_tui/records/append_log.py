"""A file of lines that one writer at a time appends to, for trials, notes and study sessions.

Where the program is killed, at any moment, all lines are whole except perhaps the last, which readers leave out.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import ClassVar, Self

from bioblue_tui.records.files import must_be_there, read_bytes, what_failed
from bioblue_tui.records.flushing import put_on_disk
from bioblue_tui.records.locking import lock
from bioblue_tui.records.schema import RecordError

_BINARY = getattr(os, "O_BINARY", 0)


class AppendLog:
    """An open file. Each kind has a class of its own. It is a context manager that closes itself.

    Attributes:
        path: The file.
    """

    WHAT: ClassVar[str]
    """What messages call it, such as ``the record``."""
    TAKEN: ClassVar[str]
    """The message while another process writes it."""
    ADVICE: ClassVar[str]
    """What a person can do then."""

    def __init__(self, path: Path, descriptor: int) -> None:
        self.path = path
        self._descriptor: int | None = descriptor
        self._size = 0
        """Bytes of whole lines in the file."""

    @classmethod
    def new(cls, path: Path, first: str, *, to_disk: bool = True) -> Self:
        """Make a new file with its first line in it; an existing one is never touched.

        Where the system can make a file without a name, it gets its name once the line is in it: a program that is
        killed in between leaves nothing.

        Args:
            path: The file.
            first: The line.
            to_disk: False to put it on the disk only with a later line, or with ``flush``.

        Raises:
            FileExistsError: When the file exists.
            OSError: When it cannot be made.
            RecordError: When it cannot be written; then no file is left.
        """
        unnamed = _unnamed(path.parent)
        named = unnamed is None
        exclusive = os.O_RDWR | os.O_CREAT | os.O_EXCL | _BINARY
        made = cls(path, os.open(path, exclusive, 0o666) if unnamed is None else unnamed)
        try:
            made._take()
            made._append((first,), to_disk=to_disk)
            if not named:
                _give_name(made._held, path)
        except BaseException:
            made.close()
            if named:
                path.unlink(missing_ok=True)
            raise
        return made

    @classmethod
    def existing(cls, path: Path, *, make: bool = False) -> tuple[Self, bytes]:
        """Open a file to append to it.

        Args:
            path: The file.
            make: Whether to make it where it does not exist.

        Returns:
            The file, and what is in it. Call ``go_on`` before appending anything; it says how much of that stays.

        Raises:
            RecordError: When it cannot be read or written, or is being written by another process.
        """
        if not make and not path.is_file():
            read_bytes(path)
        try:
            found = cls(path, os.open(path, os.O_RDWR | (os.O_CREAT if make else 0) | _BINARY, 0o666))
        except OSError as error:
            raise what_failed(error, path, f"{cls.WHAT} cannot be written") from error
        with found.or_closed():
            found._take()
            return found, read_bytes(path)

    def _take(self) -> None:
        if not lock(self._held):
            self.close()
            raise RecordError(self.TAKEN, self.path, advice=self.ADVICE)

    @contextlib.contextmanager
    def or_closed(self) -> Iterator[None]:
        """Close the file when the body of the with statement fails."""
        try:
            yield
        except BaseException:
            self.close()
            raise

    @contextlib.contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise what_failed(error, self.path, f"{self.WHAT} cannot be written") from error

    def go_on(self, data: bytes, *, torn: bool) -> None:
        """Get ready to append after what is in the file: a last line that was cut off is removed.

        Args:
            data: What is in it.
            torn: Whether its last line was cut off; if not, it may still lack its newline, which is then added.
        """
        whole = data.rfind(b"\n") + 1 if torn else len(data)
        with self._told():
            os.ftruncate(self._held, whole)
            os.lseek(self._held, whole, os.SEEK_SET)
            if not data[:whole].endswith(b"\n") and whole:
                whole += os.write(self._held, b"\n")
        self._size = whole

    def overwrite(self, place: int, data: bytes) -> None:
        """Overwrite bytes inside the first line; its length stays the same."""
        with self._told():
            os.lseek(self._held, place, os.SEEK_SET)
            os.write(self._held, data)
            os.lseek(self._held, self._size, os.SEEK_SET)

    @property
    def _held(self) -> int:
        assert self._descriptor is not None
        return self._descriptor

    @property
    def empty(self) -> bool:
        """True while it has no whole line."""
        return not self._size

    @property
    def closed(self) -> bool:
        """True once nothing more can be written."""
        return self._descriptor is None

    def write(self, *lines: str, to_disk: bool = True) -> None:
        """Write lines. When this returns the operating system has them, or they are on the disk.

        Raises:
            RecordError: When they cannot be written; the file then still ends with its last whole line. Also when the
                file was removed.
        """
        if self._descriptor is None:
            raise RecordError(f"{self.WHAT} is closed", self.path)
        with self._told():
            must_be_there(self._descriptor, self.path)
        self._append(lines, to_disk=to_disk)

    def _append(self, lines: Sequence[str], *, to_disk: bool) -> None:
        rest = memoryview("".join(f"{line}\n" for line in lines).encode("ascii"))
        size = self._size + len(rest)
        try:
            while rest:
                rest = rest[os.write(self._held, rest) :]
            if to_disk:
                os.fsync(self._held)
        except OSError as error:
            self._cut_back()
            raise what_failed(error, self.path, f"{self.WHAT} cannot be written") from error
        self._size = size

    def _cut_back(self) -> None:
        # The next line would be appended to half a line if writing works again later.
        try:
            os.ftruncate(self._held, self._size)
            os.lseek(self._held, self._size, os.SEEK_SET)
        except OSError:
            self.close()

    async def flush(self) -> None:
        """Put all that was appended on the disk, without blocking the event loop.

        Raises:
            RecordError: When that fails.
        """
        with self._told():
            await put_on_disk(self._held)
            if self._descriptor is not None:
                must_be_there(self._descriptor, self.path)

    def close(self) -> None:
        """Close the file. Closing twice is fine."""
        if self._descriptor is not None:
            descriptor, self._descriptor = self._descriptor, None
            os.close(descriptor)

    def discard(self) -> None:
        """Close the file and remove it: a file without a first line is of no use."""
        self.close()
        self.path.unlink(missing_ok=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _unnamed(directory: Path) -> int | None:
    """Make a file without a name; None where the system cannot."""
    if not hasattr(os, "O_TMPFILE") or not Path("/proc/self/fd").is_dir():
        return None
    try:
        return os.open(directory, os.O_RDWR | os.O_TMPFILE, 0o666)
    except OSError:
        return None


def _give_name(descriptor: int, path: Path) -> None:
    # With src_dir_fd, Python follows the link in /proc to the file, as needed here; else it would link to that link.
    directory = os.open(path.parent, os.O_RDONLY)
    try:
        os.link(f"/proc/self/fd/{descriptor}", path, src_dir_fd=directory)
    finally:
        os.close(directory)
