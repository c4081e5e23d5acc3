"""The files of an overview: which there are, and which of them have to be read, at first and ever again."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from bioblue_tui.analysis.digest import digest, records_in
from bioblue_tui.analysis.references import References
from bioblue_tui.records.schema import RecordError
from bioblue_tui.records.stamps import ended, stamps
from bioblue_tui.text import error_line
from bioblue_tui.widgets.strips import Row


class Files:
    """Rows of files that are brought up to date at each look; only what was written since is read again.

    Args:
        places: Records, and directories of records.
        references: Where best totals are looked up.
    """

    def __init__(self, places: Sequence[Path], references: References) -> None:
        self._places, self._references = places, references
        self._rows: dict[Path, Row] = {}

    def look(self) -> tuple[list[Row], list[Row]]:
        """Return a row for each file there is, the same one as before, and those that have to be read.

        Raises:
            RecordError: For a place that is not there, or can't be read.
        """
        self._stamps = stamps(records_in(self._places))
        self._rows = {path: self._rows.get(path) or Row(path) for path in self._stamps}
        rows = list(self._rows.values())
        return rows, [r for r in rows if r.stamp != self._stamps[r.path] or (r.running and ended([r.path]))]

    def read(self, row: Row) -> None:
        """Read a file that the last look has found."""
        stamp = self._stamps[row.path]
        try:
            row.take(digest(row.path, self._references), stamp)
        except RecordError as error:
            row.take(error_line(f"{error.within}. {error.advice}".rstrip()), stamp)
