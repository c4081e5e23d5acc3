"""What a trial's input costs with the prompt cache and without; run as ``python -m tests.benchmarks.bench_caching``.

The model caches beginnings of 1,024 tokens and more. Counted in tokens that are merely sent: one that goes into the
cache costs 1.25, one that comes from it 0.1.
"""

from __future__ import annotations

import asyncio

import envs
from tests.support.caching import bill

STEPS = 100
MOST = 0.2


async def main() -> None:
    print(f"{'environment':<20}{'without':>12}{'with':>12}{'ratio':>8}   (at most {MOST})")
    for environment in envs.ids():
        told = await bill(environment, STEPS)
        print(f"{environment:<20}{told.plain:>12,.0f}{told.cached:>12,.0f}{told.ratio:>8.3f}")


if __name__ == "__main__":
    asyncio.run(main())
