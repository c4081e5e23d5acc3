"""Several processes that play the same trials: only one process plays each of them."""

from __future__ import annotations

import contextlib
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from bioblue_tui import STARTED
from bioblue_tui.records.collection import entry_at, names_in, recent
from bioblue_tui.records.locking import PATIENCE, lock
from bioblue_tui.records.schema import RecordError
from bioblue_tui.runs.batch.batch_status import Found, is_played_from_its_beginning, standing
from bioblue_tui.runs.batch.engine import JobError, TakenError
from bioblue_tui.runs.batch.loading import BatchTrial, identity_of
from bioblue_tui.runs.batch.session_factory import Opener
from bioblue_tui.runs.session import Session

_WAIT = 5.0
"""Seconds to wait for the lock: another process holds it no longer than it takes to begin a trial."""


class Claims:
    """Checks, before a trial begins, whether another process has played it meanwhile. Make it before ``find``.

    Args:
        directory: Where the records are.
        since: When this process began, in seconds since the epoch. A trial that has failed in another process since
            then is not played here; a process that is started later tries it again.
    """

    def __init__(self, directory: Path, since: float = STARTED) -> None:
        self._directory, self._since = directory, since
        self._seen = names_in(directory)
        self._new: dict[str, list[Path]] = {}

    def begin(self, trial: BatchTrial, known: Found, opener: Opener) -> Session:
        """Begin a trial, or resume its record.

        Raises:
            TakenError: When another process has played it, failed at it, or is playing it.
        """

        def play(now: Found) -> Session:
            return opener.begin(trial.spec) if now.path is None else opener.go_on(trial.spec, now.path)

        return self._claim(lambda: self._look(trial, known), play)

    def resume(self, path: Path, play: Callable[[], Session]) -> Session:
        """Resume a record that was open when it was found.

        Args:
            path: The record.
            play: Resumes it.

        Raises:
            TakenError: As in ``begin``.
        """
        return self._claim(lambda: _now([path]), lambda _: play())

    def _claim(self, look: Callable[[], Found], play: Callable[[Found], Session]) -> Session:
        with self._alone():
            now = look()
            self._leave(now)
            try:
                return play(now)
            except (JobError, RecordError):
                # Not everybody waits for the lock: a person may have resumed this one record in between.
                self._leave(look())
                raise

    def _leave(self, now: Found) -> None:
        if now.complete:
            raise TakenError(now.path, now.reason)
        if now.running:
            raise TakenError(None, "played by another process")
        # A time in the future comes from a computer whose clock is ahead, and proves nothing.
        if self._since <= now.failed_at <= time.time():
            raise TakenError(now.path, "", f"it has failed in another process: {now.path}")

    def _look(self, trial: BatchTrial, known: Found) -> Found:
        for entry in recent(self._directory, sys.maxsize, self._seen):
            if entry.header is None:
                continue
            self._seen.add(entry.path.name)
            if is_played_from_its_beginning(entry.header):
                self._new.setdefault(identity_of(entry.header), []).append(entry.path)
        return _now([*([known.path] if known.path else []), *self._new.get(trial.identity, [])])

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        with contextlib.ExitStack() as stack:
            # Without such a lock, as on Windows, two processes that begin at the same moment are not kept apart. Where
            # the directory can't be made, neither can the record, and its error says why.
            with contextlib.suppress(OSError):
                self._directory.mkdir(parents=True, exist_ok=True)
                descriptor = os.open(self._directory, os.O_RDONLY)
                stack.callback(os.close, descriptor)
                any(lock(descriptor) for _ in range(round(_WAIT / PATIENCE)))
            yield


def _now(paths: Sequence[Path]) -> Found:
    """Return how the trial with these records stands now."""
    entries = [entry for path in paths if (entry := entry_at(path)).header is not None]
    return min((one for entry in entries for one in standing(entry)), key=lambda one: one.rank, default=Found())
