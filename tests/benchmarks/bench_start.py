"""First paint: from the start of the process to the first whole frame, beside an empty Textual application."""

from __future__ import annotations

import statistics
import sys
from collections.abc import Iterator, Sequence

import pyte

from tests.benchmarks.report import Figure, ratio
from tests.benchmarks.typist import SIZE, typing
from tests.support.command import COMMAND

ROUNDS = 11
"""Starts of each program; they alternate, so that what else the computer does meets all of them."""

EMPTY = [sys.executable, "-c", "from textual.app import App; App().run()"]

PROGRAMS = {
    "first paint, home screen": [COMMAND],
    "first paint, bioblue watch homeostasis --paused": [COMMAND, "watch", "homeostasis", "--paused"],
}


def measure() -> Iterator[Figure]:
    """Start all programs in turn and compare the medians."""
    times: dict[str, list[float]] = {name: [] for name in ("", *PROGRAMS)}
    for number in range(ROUNDS + 1):
        for name, command in {"": EMPTY, **PROGRAMS}.items():
            time = first_paint(command, "BioBlue" if name else "")
            # The first round only fills the caches of the system.
            if number:
                times[name].append(time)
    for name in PROGRAMS:
        yield ratio(name, statistics.median(times[name]), statistics.median(times[""]), 1.25)


def first_paint(command: Sequence[str], title: str) -> float:
    """Return the milliseconds until every row of the screen is painted and the title stands on it."""
    with typing(command) as typist:
        typist.settle()
    screen = pyte.Screen(*SIZE)
    stream = pyte.ByteStream(screen)
    for seconds, data in typist.chunks:
        stream.feed(data)
        painted = all(
            any(cell.bg != "default" for cell in row.values()) for row in map(screen.buffer.get, range(SIZE[1])) if row
        )
        if painted and len(screen.buffer) >= SIZE[1] and title in "\n".join(screen.display):
            return seconds * 1000
    raise AssertionError(f"{command} painted no whole frame")
