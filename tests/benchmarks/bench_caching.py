"""What a trial's input costs with the prompt cache, beside what it costs without.

The model caches beginnings of 1,024 tokens and more. Counted in tokens that are merely sent: one that goes into the
cache costs 1.25, one that comes from it 0.1.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import bioblue_envs

from tests.benchmarks.report import Figure
from tests.support.caching import bill

STEPS = 100
MOST = 0.2


def measure() -> Iterator[Figure]:
    """Play a trial of each environment against a local server that counts what it is sent."""
    for environment in bioblue_envs.ids():
        told = asyncio.run(bill(environment, STEPS))
        counted = f"{told.ratio:.2f} × ({told.cached:,.0f} / {told.plain:,.0f} tokens)"
        yield Figure(f"cached prompts, {environment}", counted, f"{MOST:.2f} ×", told.ratio <= MOST)
