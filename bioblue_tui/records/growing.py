"""A record that was read while its trial may go on: it is read again once it was written, or its writer has gone."""

from __future__ import annotations

from bioblue_tui.records.collection import open_record, standing_of
from bioblue_tui.records.locking import is_locked
from bioblue_tui.records.schema import Record
from bioblue_tui.records.stamps import Stamp, stamp_of
from bioblue_tui.trials.events import RUNNING
from bioblue_tui.trials.state import TrialState


class Growing:
    """A record as it was read last, and how its trial stood then.

    Args:
        record: As it was read.
        state: Its trial's state.
    """

    def __init__(self, record: Record, state: TrialState) -> None:
        self._stamp: Stamp | None = None
        self._settle(record, state)

    def _settle(self, record: Record, state: TrialState) -> None:
        self.record = record
        self.standing = standing_of(state, record.path)
        """As lists have it; see ``Entry.standing``."""
        self._over = state.whole or record.header.source != "live"

    def look(self) -> bool:
        """Read it again if there may be news; return whether there are. What was played to its end has none.

        Raises:
            RecordError: When it can no longer be read; ``record`` is then what was read last.
        """
        path = self.record.path
        if path is None or self._over:
            return False
        stamp = stamp_of(path)
        # A writer that is killed writes no end.
        died = self.standing == RUNNING and not is_locked(path)
        if stamp == self._stamp and not died:
            return False
        before = self.record.events, self.standing
        record = open_record(path)
        self._stamp = stamp
        self._settle(record, TrialState(record.header).feed(record.events))
        return (record.events, self.standing) != before
