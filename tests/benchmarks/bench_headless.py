"""What a step of a headless run costs beside writing its lines to disk."""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import patch

from bioblue_tui.display import headless
from bioblue_tui.runs.session import open_session
from bioblue_tui.runs.trial_spec import TrialSpec
from tests.benchmarks.report import Figure, at_most

STEPS = 2000
ROUNDS = 5


def measure() -> Iterator[Figure]:
    """Play trials without a screen, and write the same lines by themselves."""
    costs = []
    # The flush itself is left out on both sides: how long it takes is the disk's business and varies far more.
    with patch.object(os, "fsync", lambda descriptor: None):
        for _ in range(ROUNDS):
            with tempfile.TemporaryDirectory() as data:
                played, path = _play(Path(data))
                costs.append((played - _write(path)) / STEPS)
    yield at_most("a headless step beyond its flush to disk", statistics.median(costs), 0.2)


def _play(data: Path) -> tuple[float, Path]:
    session = open_session(TrialSpec("homeostasis", "thermostat", steps=STEPS), data)
    begun = time.perf_counter()
    assert headless.watch(session, lambda line: None)
    return (time.perf_counter() - begun) * 1000, session.path


def _write(path: Path) -> float:
    lines = path.read_bytes().splitlines(keepends=True)
    descriptor = os.open(path.with_suffix(".copy"), os.O_WRONLY | os.O_CREAT)
    begun = time.perf_counter()
    for line in lines:
        os.write(descriptor, line)
    taken = (time.perf_counter() - begun) * 1000
    os.close(descriptor)
    return taken
