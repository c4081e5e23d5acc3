"""Trials at once: each step is on the disk before its trial goes on, and nobody else waits for that."""

from __future__ import annotations

import asyncio
import errno
import os
import shutil
from pathlib import Path

import pytest

from bioblue_tui.agents.base import Answer, Turn
from bioblue_tui.records.files import RemovedError
from bioblue_tui.records.journal import Journal, read_journal
from bioblue_tui.records.schema import RecordError
from bioblue_tui.runs.batch.engine import Engine, Job
from bioblue_tui.runs.session import Session, open_session
from bioblue_tui.runs.trial_spec import TrialSpec
from bioblue_tui.trials.events import Ended, Stepped
from tests.support.core import SayAgent
from tests.support.jobs import Running


def jobs_of(data: Path, agents: list[SayAgent]) -> list[Job]:
    def job(seed: int) -> Job:
        def open_one() -> Session:
            spec = TrialSpec("homeostasis", "own", seed=seed, steps=3)
            return open_session(spec, data, agent=agents[seed - 1], concurrent=True)

        return Job(str(seed), open_one)

    return [job(seed) for seed in range(1, len(agents) + 1)]


async def test_a_slow_disk_holds_only_the_trial_whose_step_it_takes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = asyncio.Event()

    async def flush(journal: Journal) -> None:
        if "seed-1" in journal.path.name:
            await written.wait()

    monkeypatch.setattr(Journal, "flush", flush)
    agents = [SayAgent("1"), SayAgent("1")]
    running = await Running(jobs_of(tmp_path, agents), parallel=2).start()
    assert running.states == ["running", "done"]
    assert len(agents[0].turns) == 1
    written.set()
    await running.finish()
    assert running.states == ["done", "done"]


def test_every_step_is_flushed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    flushed: list[int] = []
    fsync = os.fsync

    def remember(descriptor: int) -> None:
        flushed.append(os.fstat(descriptor).st_size)
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", remember)
    (job,) = jobs_of(tmp_path, [SayAgent("1")])
    asyncio.run(Engine([job]).run())
    assert job.path is not None
    lines = job.path.read_bytes().splitlines(keepends=True)
    sizes = [sum(map(len, lines[: number + 1])) for number in range(len(lines))]
    steps = [number for number, line in enumerate(lines) if b'"event":"stepped"' in line]
    # The first step takes the header with it, and the end the last step.
    assert flushed == [*(sizes[number] for number in steps[:2]), sizes[-1]]


def test_a_disk_that_fails_stops_all_and_the_records_are_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def full(journal: Journal) -> None:
        raise RecordError("the record cannot be written (no space left)", journal.path)

    monkeypatch.setattr(Journal, "flush", full)
    jobs = jobs_of(tmp_path, [SayAgent("1"), SayAgent("1")])
    with pytest.raises(RecordError, match="no space left"):
        asyncio.run(Engine(jobs, 2).run())
    for job in jobs:
        assert job.path is not None
        events = read_journal(job.path).events
        assert sum(isinstance(event, Stepped) for event in events) == 1
        assert isinstance(events[-1], Ended)


def test_a_flush_that_fails_is_a_clear_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (job,) = jobs_of(tmp_path, [SayAgent("1")])
    journal, _ = Journal.reopen(_stopped(job))

    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with journal, pytest.raises(RecordError, match=r"cannot be written.*The disk is full"):
        asyncio.run(journal.flush())


def _stopped(job: Job) -> Path:
    session = job.open()
    asyncio.run(session.stop())
    return session.path


@pytest.mark.parametrize("concurrent", [False, True])
def test_a_directory_that_vanishes_stops_all(tmp_path: Path, concurrent: bool) -> None:
    """Whatever is written to a removed file succeeds, and is lost."""

    class Vandal(SayAgent):
        async def answer(self, turn: Turn) -> Answer:
            shutil.rmtree(tmp_path, ignore_errors=True)
            return await super().answer(turn)

    agent = Vandal("1")
    spec = TrialSpec("homeostasis", "own", steps=30)
    jobs = [Job("1", lambda: open_session(spec, tmp_path, agent=agent, concurrent=concurrent))]
    with pytest.raises(RemovedError, match="removed while it was being written"):
        asyncio.run(Engine(jobs, 2).run())
    assert len(agent.turns) == 1


@pytest.mark.parametrize("concurrent", [False, True])
def test_a_record_that_is_removed_alone_stops_its_own_trial_only(tmp_path: Path, concurrent: bool) -> None:
    class Vandal(SayAgent):
        async def answer(self, turn: Turn) -> Answer:
            if self.turns:
                jobs[0].session.path.unlink(missing_ok=True)  # type: ignore[union-attr]
            return await super().answer(turn)

    spec, agents = TrialSpec("homeostasis", "own", steps=30), [Vandal("1"), SayAgent("1")]
    jobs = [
        Job(str(number), lambda agent=agent: open_session(spec, tmp_path, agent=agent, concurrent=concurrent))  # type: ignore[misc]
        for number, agent in enumerate(agents)
    ]
    asyncio.run(Engine(jobs, 2).run())
    assert "removed while it was being written" in jobs[0].failure
    assert (jobs[1].state, jobs[1].reason) == ("done", "complete")
    assert [path.exists() for path in (jobs[0].path, jobs[1].path) if path] == [False, True]
