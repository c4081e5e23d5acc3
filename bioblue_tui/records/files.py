"""Reading and writing files, with errors that a person understands."""

from __future__ import annotations

import contextlib
import errno
import os
from collections.abc import Iterator
from pathlib import Path

from bioblue_tui.records.fields import shown
from bioblue_tui.records.schema import MARK, NOTES_MARK, RecordError
from bioblue_tui.system.descriptors import ADVICE, SHORT
from bioblue_tui.system.errors import NoRoom
from bioblue_tui.system.regular import IrregularError, open_regular
from bioblue_tui.system.room import FULL

MAX_BYTES = 512 * 1024 * 1024
"""Largest file that is read: far more than any trial, little enough to be held in memory."""

_ADVICE = {
    errno.ENOENT: "Check the name.",
    errno.EISDIR: "Name a file in it.",
    errno.EACCES: "Check the permissions of file and directory.",
    errno.EPERM: "Check the permissions of file and directory.",
    errno.EROFS: "The file system is read-only; choose another place.",
    errno.ENOSPC: "The disk is full; free some space.",
    errno.EFBIG: "No file may become that large here: look at ulimit -f, or choose another place.",
    errno.EDQUOT: "The disk quota is used up; free some space.",
    errno.ENAMETOOLONG: "Choose a shorter name.",
    **dict.fromkeys(SHORT, f"In other words: {ADVICE}."),
    errno.ELOOP: "It is a link that leads back to itself; remove it.",
    errno.EEXIST: "Something else has this name; choose another place.",
    errno.ENOTDIR: "Part of the path is a file; choose another place.",
}


class FullError(RecordError, NoRoom):
    """A file that could not be written because there is no room for it."""


def what_failed(error: OSError, path: Path, what: str, *, reading: bool = False) -> RecordError:
    """Return the RecordError for an error of the operating system.

    Args:
        error: The error.
        path: What it is about.
        what: What could not be done.
        reading: Whether the file was only read.
    """
    kind = FullError if error.errno in FULL and not reading else RecordError
    advice = _ADVICE.get(error.errno or 0, "")
    if error.errno in (errno.ENOENT, errno.EEXIST) and (link := leading_nowhere(path)):
        advice = f"{link}."
    return kind(f"{what} ({error.strerror or type(error).__name__})", path, advice=advice)


def leading_nowhere(path: Path) -> str:
    """Return a message if a path, or a directory above it, is a link to nothing; else an empty string."""
    link = next((part for part in (path, *path.parents) if part.is_symlink() and not part.exists()), None)
    return f"{shown(str(link), 300)} is a link that leads nowhere; make what it leads to, or remove it" if link else ""


class RemovedError(RecordError):
    """A file that others removed or changed while it was being written: nothing more can be written to it."""


def must_be_there(descriptor: int, path: Path) -> None:
    """Raise RemovedError where an open file is no longer as we left it: writing to it would not fail by itself.

    It may have been removed, alone or with its directory, or its length may not be what was written; writing after the
    end of a shortened file would leave a hole. A file that was only moved is fine, and some file systems do not count
    links.

    Args:
        descriptor: The open file; we are at its end.
        path: Its name.
    """
    file = os.fstat(descriptor)
    if file.st_size != os.lseek(descriptor, 0, os.SEEK_CUR):
        advice = "Another program has written to it. Look at what is left of it, or begin anew."
        raise RemovedError("changed while it was being written", path, advice=advice)
    if file.st_nlink == 0:
        with contextlib.suppress(OSError):
            if os.path.samestat(file, path.stat()):
                return
        advice = "Somebody, or another program, has removed it. Nothing of it is kept; begin anew."
        raise RemovedError("removed while it was being written", path, advice=advice)


@contextlib.contextmanager
def reading(path: Path) -> Iterator[None]:
    """Turn errors of reading a file into errors that a person understands.

    Raises:
        RecordError: Instead of what the operating system or ``open_regular`` raises within.
    """
    try:
        yield
    except IsADirectoryError as error:
        raise RecordError("a directory, not a file", path, advice="Name a file in it.") from error
    except IrregularError as error:
        raise RecordError("not a regular file", path, advice="Copy its content into a file.") from error
    except OSError as error:
        raise what_failed(error, path, "cannot be read", reading=True) from error
    except ValueError as error:
        raise RecordError("not a possible file name", path, advice="Check the name.") from error


def must_exist(path: Path) -> None:
    """Raise RecordError unless there is a file or a directory of this name."""
    with reading(path):
        path.stat()


def read_bytes(path: Path) -> bytes:
    """Return the whole content of a regular file.

    Raises:
        RecordError: When it does not exist, cannot be read, or is too large.
    """
    with reading(path), open_regular(path) as file:
        if os.fstat(file.fileno()).st_size > MAX_BYTES:
            advice = "No file of ours is that long."
            raise RecordError(f"larger than {MAX_BYTES // 1024**2} MiB", path, advice=advice)
        return file.read()


def write_text(path: Path, text: str, overwrite: bool = False) -> None:
    """Write text as UTF-8; see ``write_bytes``."""
    write_bytes(path, text.encode(), overwrite)


def _is_record(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(60).startswith(tuple(f'{{"record":"{mark}"'.encode() for mark in (MARK, NOTES_MARK)))


def write_bytes(path: Path, data: bytes, overwrite: bool = False) -> None:
    """Write a file as a whole: a reader finds all of it or nothing. A device or a pipe is written to directly.

    Args:
        path: Where; its directory is made if it does not exist.
        data: The content.
        overwrite: Whether a file of that name may be replaced.

    Raises:
        RecordError: When it cannot be written, or exists and may not be replaced; a record of ours never may.
    """
    try:
        if path.is_char_device() or path.is_fifo():
            with path.open("wb") as device:
                device.write(data)
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        if overwrite and path.exists() and _is_record(path):
            raise RecordError("is the record of a trial", path, advice="Choose another name.")
        if not overwrite:
            with path.open("xb"):
                pass
    except FileExistsError as error:
        raise RecordError("exists already", path, advice="Choose another name, or remove it.") from error
    except OSError as error:
        raise what_failed(error, path, "cannot be written") from error
    try:
        _replace(path, data)
    except OSError as error:
        if not overwrite:
            with contextlib.suppress(OSError):
                path.unlink()
        raise what_failed(error, path, "cannot be written") from error


def _replace(path: Path, data: bytes) -> None:
    beside = path.with_name(f".{path.name[:100]}.{os.getpid()}.part")
    try:
        with beside.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
