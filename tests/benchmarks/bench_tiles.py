"""Mission control while every trial moves ten times a second: what more tiles cost, and how soon a key is seen."""

from __future__ import annotations

import random
import re
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from itertools import cycle, islice
from pathlib import Path

from tests.benchmarks.bench_keys import PRESSES
from tests.benchmarks.report import Figure, at_most, percentile, ratio
from tests.benchmarks.tiles_view import MEASURED, WARM
from tests.benchmarks.typist import PATIENCE, SIZE, Typist, typing
from tests.support.terminal import KEYS

ROUNDS = 3

ROOMY = (240, 72)
"""Columns and rows that all hundred tiles fit into."""

FEW, SOME, MANY = 10, 50, 100

GROUND = rb"(48;[\d;]+)mseed 1 "
"""The background of the first tile's name, which is chosen at the beginning."""


def measure() -> Iterator[Figure]:
    """Compare the processor time of a round of steps with few, some and many tiles; then press keys over many."""
    for size in (ROOMY, SIZE):
        times: dict[int, list[float]] = {FEW: [], SOME: [], MANY: []}
        for _ in range(ROUNDS):
            for count, found in times.items():
                found.append(_milliseconds(count, size))
        few, some, many = (statistics.median(found) for found in times.values())
        room = f"{size[0]}×{size[1]}"
        yield ratio(f"{SOME} tiles beside {FEW}, a round, {room}", some, few, 2)
        yield ratio(f"{MANY} tiles beside {FEW}, a round, {room}", many, few, 2.5)
    for size in (ROOMY, SIZE):
        found = _key_times(size)
        detail = f"median {statistics.median(found):.3g}"
        yield at_most(
            f"key to paint over {MANY} tiles, {size[0]}×{size[1]}, p95", percentile(found, 95), 35, detail=detail
        )


def _milliseconds(count: int, size: tuple[int, int]) -> float:
    with tempfile.TemporaryDirectory() as directory:
        report = Path(directory) / "report"
        with typing(_command(count, report), size) as typist:
            _begin(typist)
            typist.drain(WARM + MEASURED)
            _wait(typist, lambda: report.exists() and report.read_text())
            return float(report.read_text())


def _key_times(size: tuple[int, int]) -> list[float]:
    """Move the choice between two tiles at irregular moments, as a person does; the chosen one has another ground."""
    moments, times = random.Random(1), []
    with tempfile.TemporaryDirectory() as directory, typing(_command(MANY, Path(directory) / "report"), size) as typist:
        _begin(typist)
        typist.drain(WARM)
        _wait(typist, lambda: re.search(GROUND, _said(typist)))
        chosen = re.findall(GROUND, _said(typist))[-1]
        first, second = (re.compile(re.escape(chosen + b"mseed %d " % number)) for number in (1, 2))
        for key, shows in islice(cycle([(KEYS["right"], second), (KEYS["left"], first)]), PRESSES):
            typist.drain(moments.uniform(0.06, 0.2))
            times.append(typist.time_key(key, shows))
    return times


def _said(typist: Typist) -> bytes:
    return b"".join(data for _, data in typist.chunks)


def _begin(typist: Typist) -> None:
    _wait(typist, lambda: typist.chunks)


def _wait(typist: Typist, condition: Callable[[], object]) -> None:
    end = time.perf_counter() + PATIENCE
    while not condition():
        assert time.perf_counter() < end, f"the screen has not come: {typist.chunks[-1:]}"
        typist.drain(0.1)


def _command(count: int, report: Path) -> list[str]:
    return [sys.executable, "-m", "tests.benchmarks.tiles_view", str(count), str(report)]
