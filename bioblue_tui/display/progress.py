"""The progress of something slow: a bar at a terminal, elsewhere a line now and then."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator

from bioblue_tui.display.look import Look

_PARTS = 4
"""How many lines report the progress of one thing where there is no bar."""


@contextlib.contextmanager
def progress(write: Callable[[str], None]) -> Iterator[Callable[[str, int, int], None]]:
    """Show progress on standard error.

    Args:
        write: Receives lines where there is no terminal.

    Yields:
        A function that takes what is being done, how many bytes are done, and how many there are.
    """
    look = Look.of(sys.stderr)
    if not look.drawn or look.width is None:
        yield _Lines(write).tell
        return
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

    console = Console(stderr=True, no_color=not look.colour, highlight=False)
    columns = (TextColumn("{task.description:<9}", markup=False), BarColumn(), DownloadColumn(), TransferSpeedColumn())
    with Progress(*columns, console=console) as bars:
        tasks = {}

        def tell(what: str, done: int, total: int) -> None:
            if what not in tasks:
                tasks[what] = bars.add_task(what, total=total)
            bars.update(tasks[what], completed=min(done, total))

        yield tell


class _Lines:
    """A line at the beginning of each thing, at each quarter, and at its end."""

    def __init__(self, write: Callable[[str], None]) -> None:
        self._write = write
        self._told: dict[str, int] = {}

    def tell(self, what: str, done: int, total: int) -> None:
        part = _PARTS * min(done, total) // total if total else _PARTS
        if part > self._told.get(what, -1):
            self._told[what] = part
            self._write(f"{what}: {100 * part // _PARTS} % of {total / 1e6:.0f} MB")
