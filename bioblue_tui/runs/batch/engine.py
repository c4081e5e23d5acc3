"""The engine: runs many trials in one event loop, up to a limit at once, and lets others watch and steer them."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from bioblue_envs import ParameterError

from bioblue_tui.records.files import RemovedError
from bioblue_tui.records.schema import RecordError
from bioblue_tui.runs.session import Session, run_unattended
from bioblue_tui.runs.trial_spec import TrialSpec
from bioblue_tui.system.errors import BioBlueError
from bioblue_tui.trials.events import FAULT, Event, Paused, Resumed, is_open_end

MOST_AT_ONCE = 200
"""The most trials at once: beyond it one loop on one processor gains nothing, and files and connections run out."""

RARELY = (20_000, 50, 100)
"""When Python looks for garbage: seldom, for what trials keep is no garbage, and searching it each time takes long."""

JobState = Literal["waiting", "running", "paused", "done", "failed", "stopped"]
"""``failed``: it could not begin, or could not continue by itself. ``stopped``: somebody ended it early."""


class JobError(BioBlueError):
    """A trial that cannot begin, for a reason that concerns no other trial. The message says why, for a person."""


class TakenError(BioBlueError):
    """A trial that another process has played meanwhile, or is playing.

    Args:
        path: Its record; None while it is being played.
        reason: Why it ended, or that another process plays it; empty where it failed.
        failure: That it failed there; empty where it did not.
    """

    def __init__(self, path: Path | None, reason: str, failure: str = "") -> None:
        super().__init__(reason or failure)
        self.path, self.reason, self.failure = path, reason, failure


@dataclass(eq=False, slots=True)
class Job:
    """A trial that is to be played, is being played, or was.

    Attributes:
        name: What distinguishes it from the others, such as its seed.
        open: Begins it. Whatever this raises fails this trial only, except a RecordError: where this record cannot be
            written, no other can be, unless somebody removed or changed just this one.
        spec: What it plays, where that is known before it begins.
        group: What names its table in addition to environment and agent.
        done: Steps that are played already before it begins.
        session: The live trial; None before it begins, and, unattended, also after its end.
        path: Its record; None before it begins.
        failure: Why it failed; empty when it did not.
        over: True when nothing more will happen in it.
        reason: Why it ended, as in its record.
    """

    name: str
    open: Callable[[], Session]
    spec: TrialSpec | None = None
    group: str = ""
    done: int = 0
    session: Session | None = None
    path: Path | None = None
    failure: str = ""
    over: bool = False
    reason: str = ""

    @property
    def state(self) -> JobState:
        """How it stands now."""
        if self.failure:
            return "failed"
        if self.over:
            return "stopped" if not self.reason or is_open_end(self.reason) else "done"
        if self.session is None:
            return "waiting"
        return "paused" if self.session.trial.paused else "running"

    @property
    def stuck(self) -> bool:
        """True when it has paused by itself and waits for somebody to decide."""
        return self.state == "paused" and self.session is not None and bool(self.session.state.reason)


class Watcher:
    """Follows every trial. The engine's loop calls each method; here they do nothing."""

    def begun(self, job: Job) -> None:
        """A trial has begun: its ``session`` and ``path`` are there."""

    def heard(self, job: Job, event: Event) -> None:
        """Something happened in a trial; its record and state have it already."""

    def over(self, job: Job) -> None:
        """A trial is over, or could not begin."""


class Engine:
    """Runs jobs in their order, at most ``parallel`` at once.

    A trial that pauses by itself (too many illegal answers, no answer) fails when the run is unattended. Otherwise it
    stays paused until somebody resumes or stops it, and its place is free for the next one meanwhile.

    Args:
        jobs: All jobs, in the order to begin them; those that are over already are left alone.
        parallel: How many at once.
        unattended: Whether nobody is there to decide about a trial that pauses by itself, or to look at one that is
            over. Sessions that are over are then dropped, since thousands of them would fill the memory.
        watchers: Who follows the trials.
    """

    def __init__(
        self, jobs: Sequence[Job], parallel: int = 1, *, unattended: bool = True, watchers: Sequence[Watcher] = ()
    ) -> None:
        self.jobs = tuple(jobs)
        self.watchers = list(watchers)
        self._parallel, self._unattended = parallel, unattended
        self._tasks: dict[Job, asyncio.Task[None]] = {}
        self._changed = asyncio.Event()
        self._held = self._stopping = False
        self._broken: RecordError | None = None

    @property
    def parallel(self) -> int:
        """How many trials run at once; may be changed at any time, without ending any trial."""
        return self._parallel

    @parallel.setter
    def parallel(self, value: int) -> None:
        self._parallel = value
        self._changed.set()

    @property
    def held(self) -> bool:
        """True while no trial begins because all are paused."""
        return self._held

    @property
    def over(self) -> bool:
        """True when nothing will happen any more."""
        return not self._tasks and (self._stopping or all(job.over for job in self.jobs))

    async def run(self) -> None:
        """Run all jobs. If this ends early, for whatever reason, every record is complete up to its last step.

        Raises:
            RecordError: When a record can no longer be written: then all trials were stopped.
        """
        waiting = [job for job in reversed(self.jobs) if not job.over]
        collecting = gc.get_threshold()
        gc.set_threshold(*map(max, collecting, RARELY))
        try:
            while True:
                self._changed.clear()
                while waiting and self._room:
                    job = waiting.pop()
                    self._tasks[job] = asyncio.create_task(self._play(job))
                    # One after another: beginning a trial writes to the disk, and a screen must respond meanwhile.
                    await asyncio.sleep(0)
                if self._stopping or not (waiting or self._tasks):
                    break
                await self._changed.wait()
        finally:
            await self.stop()
            gc.set_threshold(*collecting)
        if self._broken is not None:
            raise self._broken

    def pause_all(self) -> None:
        """Pause every trial that runs, and begin no other."""
        self._held = True
        for job in list(self._tasks):
            if job.state == "running" and job.session is not None:
                job.session.trial.pause()

    def resume_all(self) -> None:
        """Resume every trial that a person paused, and begin others again. Stuck trials stay stuck."""
        self._held = False
        for job in list(self._tasks):
            if job.state == "paused" and not job.stuck and job.session is not None:
                job.session.trial.resume()
        self._changed.set()

    async def stop(self) -> None:
        """Stop every trial, leave its record complete, and begin no other. Stopping twice is fine."""
        self._stopping = True
        self._changed.set()
        sessions = [job.session for job in self._tasks if job.session is not None]
        # An error from a record that can't be written is raised by ``run``.
        await asyncio.gather(*(session.stop() for session in sessions), return_exceptions=True)
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)

    @property
    def _room(self) -> bool:
        if self._held or self._stopping:
            return False
        return sum(not job.stuck for job in self._tasks) < self._parallel

    async def _play(self, job: Job) -> None:
        try:
            if self._stopping:
                return
            job.failure = await self._play_open(job)
        except RecordError as error:
            if isinstance(error, RemovedError) and error.path is not None and error.path.parent.is_dir():
                job.failure = str(error)
            else:
                self._broken = self._broken or error
                self._stopping = True
        except TakenError as error:
            job.path, job.reason, job.failure, job.over = error.path, error.reason, error.failure, True
        except (BioBlueError, ParameterError) as error:
            job.failure = str(error)
        except Exception as error:  # noqa: BLE001 - one trial's fault must not end the others
            # Only its name: the text of an unforeseen error may hold anything, a key too.
            job.failure = f"{FAULT}: {type(error).__name__}"
        finally:
            del self._tasks[job]
            self._close(job)

    async def _play_open(self, job: Job) -> str:
        session = job.session = job.open()
        try:
            job.path = session.path
            session.listeners.append(lambda event: self._hear(job, event))
            for watcher in self.watchers:
                watcher.begun(job)
            if self._unattended:
                return await run_unattended(session)
            await session.run()
            return ""
        finally:
            await session.stop()

    def _hear(self, job: Job, event: Event) -> None:
        if isinstance(event, Paused | Resumed):
            # It may just have become stuck, or have ceased to be.
            self._changed.set()
        for watcher in self.watchers:
            watcher.heard(job, event)

    def _close(self, job: Job) -> None:
        begun = job.session is not None
        if job.session is not None:
            job.reason = job.session.state.reason
            job.failure = job.failure or job.session.state.failure
        job.over = job.over or begun or bool(job.failure)
        if job.over:
            for watcher in self.watchers:
                watcher.over(job)
            if self._unattended:
                job.session = None
        self._changed.set()
