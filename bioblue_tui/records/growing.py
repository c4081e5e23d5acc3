"""A record whose trial may still run: it is read again when it was written to, or when its writer has gone."""

from __future__ import annotations

from bioblue_tui.records.collection import open_record, standing_of
from bioblue_tui.records.locking import is_locked
from bioblue_tui.records.schema import Record
from bioblue_tui.records.stamps import Stamp, stamp_of
from bioblue_tui.trials.events import RUNNING
from bioblue_tui.trials.state import TrialState


class Growing:
    """A record as it was last read, and the state of its trial then.

    Args:
        record: The record as it was read.
        state: Its trial's state.
    """

    def __init__(self, record: Record, state: TrialState) -> None:
        self._stamp: Stamp | None = None
        self._settle(record, state)

    def _settle(self, record: Record, state: TrialState) -> None:
        self.record = record
        self.standing = standing_of(state, record.path)
        """The word that lists show; see ``Entry.standing``."""
        self._over = state.whole or record.header.source != "live"

    def look(self) -> bool:
        """Read the record again if it may have changed; return whether it has. A trial at its end is not read again.

        Raises:
            RecordError: When it can no longer be read; ``record`` is then what was read last.
        """
        path = self.record.path
        if path is None or self._over:
            return False
        stamp = stamp_of(path)
        # A writer that is killed does not record an end.
        died = self.standing == RUNNING and not is_locked(path)
        if stamp == self._stamp and not died:
            return False
        before = self.record.events, self.standing
        record = open_record(path)
        self._stamp = stamp
        self._settle(record, TrialState(record.header).feed(record.events))
        return (record.events, self.standing) != before
