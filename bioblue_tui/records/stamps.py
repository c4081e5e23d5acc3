"""Which files were written since they were read last: told without reading them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from bioblue_tui.records.locking import is_locked

Stamp = tuple[int, int]
"""When a file was written last, and how long it was then."""

GONE: Stamp = (0, 0)
"""The stamp of what can't be looked at."""


def stamps(paths: Iterable[Path]) -> dict[Path, Stamp]:
    """Return the stamp of each file, in their order.

    To be taken before the file is read: what is written meanwhile then shows in the next one.
    """
    return {path: _stamp(path) for path in paths}


def ended(running: Iterable[Path]) -> bool:
    """Return whether somebody has stopped writing one of these records: a writer that is killed writes no end."""
    return not all(map(is_locked, running))


def _stamp(path: Path) -> Stamp:
    try:
        info = path.stat()
    except OSError:
        return GONE
    return info.st_mtime_ns, info.st_size
