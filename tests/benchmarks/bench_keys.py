"""From a key to the first bytes of what it changes on the screen, at rest and while a trial goes on."""

from __future__ import annotations

import random
import re
import statistics
import sys
from collections.abc import Iterator, Sequence
from itertools import cycle, islice

from tests.benchmarks.report import Figure, at_most, percentile
from tests.benchmarks.typist import typing
from tests.support.command import COMMAND
from tests.support.terminal import KEYS

PRESSES = 150
"""Keys for each figure."""

TRIAL = ["watch", "multi-homeostasis", "--objectives", "6", "--agent", "thermostat", "--steps"]

Key = tuple[str, re.Pattern[bytes]]
"""What is pressed, and what of its effect comes out."""

ECHO = [sys.executable, "-c", "import os, tty; tty.setraw(0)\nwhile os.read(0, 9): os.write(1, b'\\x1b[1;1Hx')"]
"""A program that answers each key at once: how late its answers come is no doing of ours."""

ANY = re.compile(rb"\x1b\[\d+;\d+H")
"""Anything drawn at all: at rest nothing else is."""

AWAY, BACK = re.compile(rb"looking at \d"), re.compile(rb"  step \d")
"""How the status line begins to tell the step while one looks back, and while one follows."""


def measure() -> Iterator[Figure]:
    """Time keys on the home screen and on a trial screen at rest, then on a trial screen at ten steps a second."""
    yield Figure("an echo alone, p95: what this computer adds", f"{percentile(_times(ECHO, [('x', ANY)]), 95):.3g} ms")
    home = [(KEYS["down"], ANY), (KEYS["up"], ANY)]
    looks = [(KEYS["left"], AWAY), (KEYS["end"], BACK)]
    yield _figure("key to paint at rest, home", _times([COMMAND], home), 10)
    yield _figure("key to paint at rest, trial", _times([COMMAND, *TRIAL, "30", "--speed", "max"], looks), 10)
    yield _figure("key to paint at 10 steps a second", _times([COMMAND, *TRIAL, "9999", "--speed", "10"], looks), 30)


def _figure(name: str, times: Sequence[float], limit: float) -> Figure:
    return at_most(f"{name}, p95", percentile(times, 95), limit, detail=f"median {statistics.median(times):.3g}")


def _times(command: Sequence[str], keys: Sequence[Key]) -> list[float]:
    """Press keys at irregular moments, as a person does; each of them changes something."""
    moments = random.Random(1)
    times = []
    with typing(command) as typist:
        typist.drain(3)
        for key, shows in islice(cycle(keys), PRESSES):
            typist.drain(moments.uniform(0.06, 0.2))
            times.append(typist.time_key(key, shows))
    return times
