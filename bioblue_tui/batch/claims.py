"""Several processes that play one batch: each trial is begun by one of them alone."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from bioblue_tui.batch.engine import TakenError
from bioblue_tui.batch.found import Found, is_played_from_its_beginning, standing
from bioblue_tui.batch.opening import Opener
from bioblue_tui.batch.plan import BatchTrial, identity_of
from bioblue_tui.records.collection import entry_at, names_in, recent
from bioblue_tui.records.locking import PATIENCE, lock
from bioblue_tui.session import Session

_WAIT = 5.0
"""Seconds to wait for the lock: another process holds it no longer than it takes to begin a trial."""


class Claims:
    """Looks again, before a trial begins, at what other processes have made of it. Make it before ``find``.

    Args:
        directory: Where the records are.
    """

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._seen = names_in(directory)
        self._new: dict[str, list[Path]] = {}

    def begin(self, trial: BatchTrial, known: Found, opener: Opener) -> Session:
        """Begin a trial, or go on with its record.

        Raises:
            TakenError: When it is played by now, or is being played by another process.
        """
        with self._alone():
            now = self._look(trial, known)
            if now.standing == "complete":
                raise TakenError(now.path, now.reason)
            if now.standing == "busy":
                raise TakenError(None, "played by another process")
            if now.path is not None:
                return opener.go_on(trial.plan, now.path)
            return opener.begin(trial.plan)

    def _look(self, trial: BatchTrial, known: Found) -> Found:
        for entry in recent(self._directory, sys.maxsize, self._seen):
            if entry.header is None:
                continue
            self._seen.add(entry.path.name)
            if is_played_from_its_beginning(entry.header):
                self._new.setdefault(identity_of(entry.header), []).append(entry.path)
        paths = [*([known.path] if known.path else []), *self._new.get(trial.identity, [])]
        entries = [entry for path in paths if (entry := entry_at(path)).header is not None]
        return min((one for entry in entries for one in standing(entry)), key=lambda one: one.rank, default=Found())

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
