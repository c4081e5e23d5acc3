"""Agents made to fail in worlds of all kinds: every mode is found, soon and where it began; healthy agents are not."""

from __future__ import annotations

import random
import statistics

import pytest

from bioblue_tui.analysis.modes.base import NOISE, Mode
from bioblue_tui.analysis.modes.catalogue import MODES
from bioblue_tui.analysis.modes.detector_set import watch
from tests.support.flips import flipping, healthy, steps_of

SEEDS = 60
"""Planted failures a mode; the benchmark has more."""

TRIALS, PARTS = 240, 4
"""Healthy trials, and how many tests share them."""


@pytest.mark.parametrize("mode", [mode for mode in MODES if mode != NOISE])
def test_planted_failures_are_found_where_they_began(mode: Mode) -> None:
    planted = [flipping(mode, seed) for seed in range(SEEDS)]
    found = [failure for failure in planted if failure.found]

    assert len(found) >= 0.95 * SEEDS
    assert statistics.mean(abs(failure.found[0].onset - failure.onset) for failure in found) <= 2
    assert statistics.median(failure.found[0].alarm - failure.onset for failure in found) <= 20
    # A failure that lasts is told once.
    assert sum(len(failure.found) == 1 for failure in found) >= 0.85 * len(found)


@pytest.mark.parametrize("part", range(PARTS))
def test_healthy_agents_raise_no_alarm(part: int) -> None:
    for seed in range(part, TRIALS, PARTS):
        rng = random.Random(seed)
        name, environment, policy = healthy(rng)
        watching = watch(environment, steps_of(environment, policy, seed, rng.choice([30, 100, 100, 200])))

        assert not watching.blind
        assert watching.failures == [], (seed, name, environment.parameters)
