"""Which files were written since they were read last: told without reading them."""

from __future__ import annotations

from pathlib import Path

Stamp = tuple[int, int]
"""When a file was written last, and how long it was then."""

GONE: Stamp = (0, 0)
"""The stamp of what can't be looked at."""


def stamp_of(path: Path) -> Stamp:
    """Return the stamp of a file.

    To be taken before the file is read: what is written meanwhile then shows in the next one.
    """
    try:
        info = path.stat()
    except OSError:
        return GONE
    return info.st_mtime_ns, info.st_size
