"""One writer for each record: a lock that is released when the process ends, however it ends.

Readers are not kept out. On Windows, where a locked part of a file can't be read, a byte far beyond the end is locked.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

PATIENCE = 0.2
"""Seconds to try for a lock: checking whether a record is being written also holds it for a moment."""

_FAR = 1 << 40
"""Where the locked byte lies on Windows: beyond the end of any record."""

if sys.platform == "win32":
    import msvcrt

    def _lock(descriptor: int, shared: bool) -> None:
        place = os.lseek(descriptor, 0, os.SEEK_CUR)
        try:
            os.lseek(descriptor, _FAR, os.SEEK_SET)
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        finally:
            os.lseek(descriptor, place, os.SEEK_SET)

else:
    import fcntl

    def _lock(descriptor: int, shared: bool) -> None:
        fcntl.flock(descriptor, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)


def is_locked(path: Path) -> bool:
    """Return whether a process is writing a record."""
    if not path.is_file():
        return False
    try:
        descriptor = os.open(path, os.O_RDWR | getattr(os, "O_BINARY", 0))
    except OSError:
        return False
    try:
        return not _try(descriptor, shared=True)
    finally:
        os.close(descriptor)


def lock(descriptor: int) -> bool:
    """Take the lock of an open file; closing the file releases it. Returns False when another process has it.

    Where a file system has no locks, the file counts as locked by us: a trial must be possible there too.
    """
    end = time.monotonic() + PATIENCE
    while not _try(descriptor, shared=False):
        if time.monotonic() > end:
            return False
        time.sleep(PATIENCE / 20)
    return True


def _try(descriptor: int, *, shared: bool) -> bool:
    try:
        _lock(descriptor, shared)
    except (BlockingIOError, PermissionError):
        return False
    except OSError:
        return True
    return True
