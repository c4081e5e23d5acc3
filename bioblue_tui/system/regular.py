"""Opening files that others name: only those that never make a reader wait, as a pipe without a writer would."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path
from typing import BinaryIO


class IrregularError(OSError):
    """A pipe, a device or a socket where a file is wanted."""


def open_regular(path: Path) -> BinaryIO:
    """Open a regular file for reading; anything else is refused unopened.

    Raises:
        OSError: When the file does not exist, is not a regular file, or cannot be read.
        ValueError: When no file can have such a name.
    """
    mode = path.stat().st_mode
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    if not stat.S_ISREG(mode):
        raise IrregularError(errno.EINVAL, "not a regular file", str(path))
    return path.open("rb")


def read_regular(path: Path) -> bytes:
    """Return what is in a regular file; raises as ``open_regular`` does."""
    with open_regular(path) as file:
        return file.read()
