"""A hundred trials of a model at once, beside what the latency of its server allows, and beside the SDK by itself.

The ideal is that every step takes the server's latency and nothing else, in all trials together: 2,000 steps a second
at 50 ms. One loop on one processor comes near it only where its work for a step, times the number of trials, is well
below the latency. What it is below is said too: the processor time of the same requests made by the SDK alone, without
this program. That figure, unlike the others, hardly depends on what else the computer does.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
import tempfile
import time
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from bioblue_tui.models.catalogue import ModelSettings
from bioblue_tui.runs.batch.engine import Engine, Job
from bioblue_tui.runs.batch.limiter import Limiters
from bioblue_tui.runs.batch.session_factory import Opener
from bioblue_tui.runs.trial_spec import TrialSpec
from tests.benchmarks.report import Figure, ratio
from tests.benchmarks.slow_server import MODEL

TRIALS = 100
STEPS = 20

WHOLE = 100
"""Steps of a published trial: its beginning counts for less, and what is sent for more."""

IDEAL = 1 / 0.9
"""Nine tenths of the ideal throughput, as a ratio of times."""


def measure() -> Iterator[Figure]:
    """Run the trials at the latency of a quick server and at that of a usual model."""
    with slow_server(0) as url:
        # Loads the SDK: what that takes is no matter of many trials.
        _ours(url, 1, 1)
    for latency in (0.05, 1.0):
        with slow_server(latency) as url:
            ours, bare = _ours(url, TRIALS, STEPS), _bare(url)
        name = f"{TRIALS} trials at {latency * 1000:g} ms latency"
        yield ratio(f"{name}, beside the latency alone", ours.seconds, STEPS * latency, IDEAL, "s")
        yield ratio(f"{name}, beside the SDK alone", ours.seconds, bare.seconds, 1, "s")
        yield ratio(f"{name}, processor, beside the SDK alone", ours.processor, bare.processor, 1, "s")
    for trials in (TRIALS, 10):
        with slow_server(0.05) as url:
            name = f"{trials} whole trials at 50 ms latency, beside the latency alone"
            yield ratio(name, _ours(url, trials, WHOLE).seconds, WHOLE * 0.05, IDEAL, "s")


@contextmanager
def slow_server(latency: float) -> Iterator[str]:
    """Run a server in a process of its own and yield its address."""
    command = [sys.executable, "-m", "tests.benchmarks.slow_server", str(latency * 1000)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        yield f"http://127.0.0.1:{int(process.stdout.readline())}/v1"
        process.stdin.close()


@dataclass(frozen=True, slots=True)
class Taken:
    """What a run took, in seconds by the clock and of the processor."""

    seconds: float
    processor: float


def _timed(run: Coroutine[object, object, object]) -> Taken:
    begun, used = time.perf_counter(), time.process_time()
    asyncio.run(run)
    return Taken(time.perf_counter() - begun, time.process_time() - used)


def _ours(url: str, trials: int, steps: int) -> Taken:
    with tempfile.TemporaryDirectory() as data:
        opener = Opener(Limiters(), Path(data), concurrent=True)
        spec = TrialSpec("homeostasis", f"openai:{MODEL}", steps=steps, settings=ModelSettings(base_url=url))
        jobs = [Job(str(seed), partial(opener.begin, replace(spec, seed=seed))) for seed in range(1, trials + 1)]
        taken = _timed(Engine(jobs, trials).run())
    assert all(job.state == "done" for job in jobs), {job.failure for job in jobs}
    return taken


def _bare(url: str) -> Taken:
    """Make requests of the same size with the SDK, and read their streams."""
    import httpx2
    import openai

    certificates = httpx2.create_ssl_context()

    async def ask_all() -> None:
        http_client = httpx2.AsyncClient(trust_env=False, verify=certificates)
        async with openai.AsyncOpenAI(api_key="none", base_url=url, max_retries=0, http_client=http_client) as client:
            for step in range(STEPS):
                messages = [{"role": "user", "content": "x" * 300}] * (2 * step + 2)
                body = {"messages": messages, "temperature": 1.0, "top_p": 1.0, "max_completion_tokens": 100}
                stream = await client.chat.completions.create(model=MODEL, messages=(), stream=True, extra_body=body)
                async for _ in stream:
                    pass

    async def run() -> None:
        await asyncio.gather(*(ask_all() for _ in range(TRIALS)))

    return _timed(run())
