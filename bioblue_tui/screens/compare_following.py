"""A comparison of trials that may go on: their records are read again, and all of it is taken in at once."""

from __future__ import annotations

from bioblue_tui.analysis.comparison import Comparison, ComparisonError
from bioblue_tui.records.growing import Growing
from bioblue_tui.records.schema import RecordError
from bioblue_tui.screens.refreshing import Refreshing
from bioblue_tui.text import error_line


class FollowedComparison(Refreshing[None]):
    """A screen of trials beside each other as their records are now.

    Args:
        comparison: The trials.
    """

    def __init__(self, comparison: Comparison) -> None:
        super().__init__()
        self.comparison = comparison
        self._growing = [Growing(member.record, member.state) for member in comparison.members]
        self._behind = False
        """Whether there is more in the records than is shown, because one of them can't be read or compared."""

    def take_in(self, comparison: Comparison) -> None:
        """Show the trials as they are now."""
        raise NotImplementedError

    def lose(self, why: str) -> None:
        """Say why they can't be read again; what was read stays."""
        raise NotImplementedError

    def look(self) -> bool:
        """Compare anew where a record has grown or its trial has ended."""
        try:
            news = [growing.look() for growing in self._growing]
            if not self._behind and not any(news):
                return False
            self._behind = True
            found = self.comparison.again([growing.record for growing in self._growing])
        except (RecordError, ComparisonError, ValueError) as error:
            self._behind = True
            self.app.call_from_thread(self.lose, error_line(error))
        else:
            self._behind = False
            self.app.call_from_thread(self.take_in, found)
        return True
