"""A comparison of trials that may still run: their records are read again, and everything is updated at once."""

from __future__ import annotations

from bioblue_tui.analysis.comparison import Comparison, ComparisonError
from bioblue_tui.formatting.text import error_line
from bioblue_tui.records.growing import Growing
from bioblue_tui.records.schema import RecordError
from bioblue_tui.screens.refreshing import Refreshing


class FollowedComparison(Refreshing[None]):
    """A screen that compares trials as their records are now.

    Args:
        comparison: The trials.
    """

    def __init__(self, comparison: Comparison) -> None:
        super().__init__()
        self.comparison = comparison
        self._growing = [Growing(member.record, member.state) for member in comparison.members]
        self._records = [member.record for member in comparison.members]
        """The comparison as it is shown."""
        self._lost: dict[int, str] = {}
        """Why trials can't be read again, by their numbers; they stay as last read."""
        self._behind = False
        """Whether the records hold more than is shown, because they can't be compared any more."""

    def take_in(self, comparison: Comparison, lost: str) -> None:
        """Show the trials as they are now, and say which can't be read again; empty for none."""
        raise NotImplementedError

    def lose(self, why: str) -> None:
        """Say why they can't be compared again; the last comparison stays."""
        raise NotImplementedError

    def look(self) -> bool:
        """Compare again where a record has grown, its trial has ended, or it can't be read any more."""
        news, lost = self._behind, {}
        for number, growing in enumerate(self._growing, 1):
            try:
                news = growing.look() or news
            except (RecordError, ValueError) as error:
                lost[number] = error_line(error.within if isinstance(error, RecordError) else error, 100)
            if growing.record.header == self._records[number - 1].header:
                self._records[number - 1] = growing.record
            else:
                lost[number] = "another trial's record now"
        if not news and lost == self._lost:
            return False
        self._lost = lost
        try:
            found = self.comparison.again(self._records, lost)
        except (ComparisonError, ValueError) as error:
            self._behind = True
            self.app.call_from_thread(self.lose, error_line(error))
        else:
            self._behind = False
            why = "; ".join(f"trial {number}: {reason}" for number, reason in lost.items())
            self.app.call_from_thread(self.take_in, found, why)
        return True
