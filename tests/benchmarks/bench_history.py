"""What a step costs, from the agent to the painted screen, after a short and after a long history."""

from __future__ import annotations

import asyncio
import os
import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import patch

from bioblue_tui.runs.trial_spec import TrialSpec
from tests.benchmarks.report import Figure, ratio
from tests.support.pilots import trial, until

SHORT, LONG = 100, 10_000
"""Steps of history."""

BLOCK, BLOCKS = 20, 5
"""Steps timed together, and how often. A block holds its share of garbage collection."""

ROUNDS = 3


def measure() -> Iterator[Figure]:
    """Time steps after both histories in turn."""
    times: dict[int, list[float]] = {SHORT: [], LONG: []}
    with patch.object(os, "fsync", lambda descriptor: None):
        for _ in range(ROUNDS):
            for history, found in times.items():
                found += asyncio.run(step_times(history))
    short, long = (statistics.median(found) for found in times.values())
    yield ratio(f"a step after {LONG} steps beside {SHORT}", long, short, 1.2)


async def step_times(history: int) -> list[float]:
    """Return milliseconds of processor time a step, one figure a block.

    Both trials are half done when they are timed, so that both screens have the same to draw.
    """
    spec = TrialSpec("multi-homeostasis", "thermostat", {"objectives": 6}, steps=2 * history)
    with tempfile.TemporaryDirectory() as data:
        async with trial(spec, Path(data), paused=True) as (pilot, screen):
            play = screen.session.trial
            for _ in range(history):
                play.step_once()
            await until(pilot, lambda: screen.state.done == history, "the history")
            found = []
            for _ in range(BLOCKS):
                begun = time.process_time()
                for _ in range(BLOCK):
                    due = screen.state.done + 1
                    play.step_once()
                    while screen.state.done < due:
                        await pilot.pause(0)
                    screen.paint()
                    await pilot.pause(0)
                found.append((time.process_time() - begun) / BLOCK * 1000)
    return found
