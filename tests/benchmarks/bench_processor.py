"""Processor time of a trial screen at ten steps a second, beside the same view made of Textual's own widgets."""

from __future__ import annotations

import resource
import statistics
import sys
from collections.abc import Iterator, Sequence

from tests.benchmarks.bench_keys import TRIAL
from tests.benchmarks.report import Figure, ratio
from tests.benchmarks.typist import typing
from tests.support.command import COMMAND

SHORT, LONG = 3.0, 11.0
"""Seconds that each program runs. The difference between both runs holds no start-up."""

ROUNDS = 3

OURS = [COMMAND, *TRIAL, "9999", "--speed", "10"]
STOCK = [sys.executable, "-m", "tests.benchmarks.stock_view"]


def measure() -> Iterator[Figure]:
    """Run both programs in turn and compare the medians."""
    times: dict[bool, list[float]] = {True: [], False: []}
    for _ in range(ROUNDS):
        for stock in (False, True):
            command = STOCK if stock else OURS
            times[stock].append(processor_time(command, LONG) - processor_time(command, SHORT))
    share = {stock: 100 * statistics.median(found) / (LONG - SHORT) for stock, found in times.items()}
    yield ratio("processor share at 10 steps a second", share[False], share[True], 1 / 3, "%")


def processor_time(command: Sequence[str], seconds: float) -> float:
    """Return the seconds of processor time, of user and system, that a program takes when it is ended after a while."""
    before = _children()
    with typing(command) as typist:
        typist.drain(seconds)
    return _children() - before


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
