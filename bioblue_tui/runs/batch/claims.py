"""Several processes that play the same trials: each is played by one of them alone."""

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
    """Looks again, before a trial begins, at what other processes have made of it. Make it before ``find``.

    Args:
        directory: Where the records are.
        since: When this process began, in seconds since the epoch: what has failed since then in another one is played
            no more by this one. Who is started later tries it again.
    """

    def __init__(self, directory: Path, since: float = STARTED) -> None:
        self._directory, self._since = directory, since
        self._seen = names_in(directory)
        self._new: dict[str, list[Path]] = {}

    def begin(self, trial: BatchTrial, known: Found, opener: Opener) -> Session:
        """Begin a trial, or go on with its record.

        Raises:
            TakenError: When it is played by now, has failed meanwhile, or is being played by another process.
        """

        def play(now: Found) -> Session:
            return opener.begin(trial.spec) if now.path is None else opener.go_on(trial.spec, now.path)

        return self._claim(lambda: self._look(trial, known), play)

    def resume(self, path: Path, play: Callable[[], Session]) -> Session:
        """Go on with a record that was open when it was looked for.

        Args:
            path: The record.
            play: Goes on with it.

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
                # Not all wait for us: a person may have resumed it by itself between the two.
                self._leave(look())
                raise

    def _leave(self, now: Found) -> None:
        if now.complete:
            raise TakenError(now.path, now.reason)
        if now.running:
            raise TakenError(None, "played by another process")
        # Where the clock of the computer that it comes from is ahead, that says nothing.
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
            # Where there is no such lock, as on Windows, only those are kept apart that do not begin at once; where the
            # directory can't be made, the record can't either, and that says why.
            with contextlib.suppress(OSError):
                self._directory.mkdir(parents=True, exist_ok=True)
                descriptor = os.open(self._directory, os.O_RDONLY)
                stack.callback(os.close, descriptor)
                any(lock(descriptor) for _ in range(round(_WAIT / PATIENCE)))
            yield


def _now(paths: Sequence[Path]) -> Found:
    """Return how a trial stands now that has these records."""
    entries = [entry for path in paths if (entry := entry_at(path)).header is not None]
    return min((one for entry in entries for one in standing(entry)), key=lambda one: one.rank, default=Found())
