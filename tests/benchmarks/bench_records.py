"""How long a record of ten thousand steps takes to be seen, and how soon a key is answered in it."""

from __future__ import annotations

import asyncio
import json
import os
import random
import re
import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from itertools import cycle, islice
from pathlib import Path
from unittest.mock import patch

from bioblue_tui.runs.session import open_session, run_unattended
from bioblue_tui.runs.trial_spec import TrialSpec
from tests.benchmarks.bench_keys import ANY, PRESSES
from tests.benchmarks.report import Figure, at_most, percentile, ratio
from tests.benchmarks.typist import PATIENCE, typing
from tests.support.command import COMMAND
from tests.support.terminal import KEYS

STEPS = 10_000
SHORT = 10
ROUNDS = 5

SEEN = re.compile(rb"step 0/\d+.*before the first step", re.DOTALL)
"""What is painted of a record at its start: its status, and a panel below."""

STUTTER = 35
"""Milliseconds: what takes longer is seen as a jerk while a key is held down."""

MOVES = {
    "pages of raw output": (KEYS["pageup"], KEYS["pagedown"]),
    "step by step": (KEYS["left"], KEYS["right"]),
    "ten steps at once": ("\x1b[1;2D", "\x1b[1;2C"),
    "from end to start": (KEYS["home"], KEYS["end"]),
}
"""What a person does in a long record, and the keys for it."""


def measure() -> Iterator[Figure]:
    """Compare opening a record with reading its JSON, then press keys in it."""
    with tempfile.TemporaryDirectory() as data:
        short, path = _record(Path(data), SHORT), _record(Path(data), STEPS)
        reads, opens = [], []
        for _ in range(ROUNDS):
            reads.append(_read(path))
            opens.append(_open(path) - _open(short))
        yield ratio(f"a record of {STEPS} steps beside its JSON", statistics.median(opens), statistics.median(reads), 2)
        for name, keys in MOVES.items():
            times = _times(path, keys)
            detail = f"median {statistics.median(times):.3g}"
            yield at_most(f"{name} in {STEPS} steps, p95", percentile(times, 95), STUTTER, detail=detail)


def _record(data: Path, steps: int) -> Path:
    """Play a trial; nothing of it has to be on the disk before it is read."""
    with patch.object(os, "fsync", lambda descriptor: None):
        session = open_session(TrialSpec("multi-homeostasis", "random", steps=steps), data)
        asyncio.run(run_unattended(session))
    return session.path


def _read(path: Path) -> float:
    begun = time.perf_counter()
    lines = [json.loads(line) for line in path.read_bytes().splitlines()]
    taken = (time.perf_counter() - begun) * 1000
    assert len(lines) > STEPS
    return taken


def _open(path: Path) -> float:
    """Return the milliseconds until a record is seen. What is not the record's doing is the same for a short one."""
    with typing([COMMAND, "replay", str(path), "--paused"]) as typist:
        begun = time.perf_counter()
        while not SEEN.search(b"".join(data for _, data in typist.chunks)):
            assert time.perf_counter() - begun < PATIENCE, "the record has not been seen"
            typist.drain(0.005)
        return typist.chunks[-1][0] * 1000


def _times(path: Path, keys: Sequence[str]) -> list[float]:
    """Press two keys in turn, at irregular moments, at the end of the record."""
    moments, times = random.Random(1), []
    with typing([COMMAND, "replay", str(path), "--paused"]) as typist:
        typist.drain(3)
        typist.time_key(KEYS["end"], ANY)
        # The record is recomputed beside that.
        typist.settle(1)
        for key in islice(cycle(keys), PRESSES):
            typist.drain(moments.uniform(0.06, 0.2))
            times.append(typist.time_key(key, ANY))
    return times
