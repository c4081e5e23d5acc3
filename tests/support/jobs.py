"""Jobs for tests of many trials: agents under the test's control, played in an engine in the background."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from bioblue_tui.agents.base import Agent
from bioblue_tui.runs.batch.engine import Engine, Job, Watcher
from bioblue_tui.runs.session import Session, open_session
from bioblue_tui.runs.trial_spec import TrialSpec
from bioblue_tui.trials.events import Event
from tests.support.core import idle


class Notes(Watcher):
    """Remembers all it is told."""

    def __init__(self) -> None:
        self.told: list[tuple[str, str]] = []

    def begun(self, job: Job) -> None:
        self.told.append((job.name, "begun"))

    def heard(self, job: Job, event: Event) -> None:
        self.told.append((job.name, type(event).__name__))

    def over(self, job: Job) -> None:
        self.told.append((job.name, "over"))


def make_jobs(data: Path, agents: Callable[[int], Agent], count: int = 3, steps: int = 4, **options: Any) -> list[Job]:
    """Make jobs named 1, 2, 3, …; that is their seed, too."""

    def open_one(seed: int) -> Session:
        spec = TrialSpec("homeostasis", "own", seed=seed, steps=steps)
        return open_session(spec, data, agent=agents(seed), **options)

    return [Job(str(seed), partial(open_one, seed)) for seed in range(1, count + 1)]


class Running:
    """An engine in the background.

    Args:
        jobs: What it runs.
        options: For the engine.
    """

    def __init__(self, jobs: Sequence[Job], **options: Any) -> None:
        self.notes = Notes()
        self.jobs = jobs
        self.engine = Engine(jobs, watchers=[self.notes], **options)
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> Running:
        self._task = asyncio.create_task(self.engine.run())
        await self.settle()
        return self

    async def settle(self) -> None:
        """Let everything run until it waits for something that only the test can give."""
        for _ in range(5):
            await idle()

    async def finish(self) -> Running:
        assert self._task is not None
        await self._task
        return self

    async def cancel(self) -> None:
        assert self._task is not None
        self._task.cancel()
        await asyncio.wait([self._task])

    @property
    def states(self) -> list[str]:
        return [job.state for job in self.jobs]
