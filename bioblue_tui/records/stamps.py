"""Finding out whether a file was written since it was last read, without reading it."""

from __future__ import annotations

from pathlib import Path

Stamp = tuple[int, int]
"""When a file was last written, and its length then."""

GONE: Stamp = (0, 0)
"""The stamp of a file that can't be looked at."""


def stamp_of(path: Path) -> Stamp:
    """Return the stamp of a file.

    Take it before reading the file: then a write in between shows in the next stamp.
    """
    try:
        info = path.stat()
    except OSError:
        return GONE
    return info.st_mtime_ns, info.st_size
