"""The files of an overview: which exist, and which have to be read, at first and later."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from bioblue_tui.analysis.digest import digest
from bioblue_tui.analysis.references import References
from bioblue_tui.formatting.text import error_line
from bioblue_tui.records.directories import records_in
from bioblue_tui.records.locking import is_locked
from bioblue_tui.records.schema import RecordError
from bioblue_tui.records.stamps import stamp_of
from bioblue_tui.widgets.strips import Row


class Files:
    """Rows of files, updated at each look; only files that were written since are read again.

    Args:
        places: Records, and directories of records.
        references: Where best totals are looked up.
    """

    def __init__(self, places: Sequence[Path], references: References) -> None:
        self._places, self._references = places, references
        self._rows: dict[Path, Row] = {}
        self._directories: set[Path] = set()
        """The places that were directories at the last successful look."""

    def look(self) -> tuple[list[Row], list[Row], str]:
        """Return a row for each file (a known file keeps its row), the rows to read, and what can't be looked at.

        A file that was named keeps its row when it is gone. Rows of a directory that can't be read stay as last read,
        and none of them counts as running; all other places are still looked at.
        """
        found: dict[Path, Row] = {}
        lost: dict[Path, Row] = {}
        problems = []
        for place in self._places:
            try:
                paths = records_in([place])
                self._directories |= {place} if place.is_dir() else set()
            except RecordError as error:
                paths = [place]
                if place in self._directories or place.is_dir():
                    problems.append(error_line(error))
                    paths = []
                    lost |= {path: row for path, row in self._rows.items() if place in path.parents}
            found |= {path: self._rows.get(path) or Row(path) for path in paths}
        lost = {path: row for path, row in lost.items() if path not in found}
        for row in lost.values():
            row.lose()
        self._rows, self._stamps = {**found, **lost}, {path: stamp_of(path) for path in found}
        stale = [r for r in found.values() if r.stamp != self._stamps[r.path] or (r.running and not is_locked(r.path))]
        return list(self._rows.values()), stale, "; ".join(problems)

    def read(self, row: Row) -> None:
        """Read a file that the last look found."""
        stamp = self._stamps[row.path]
        if not os.path.lexists(row.path):
            row.take("gone", stamp)
            return
        try:
            row.take(digest(row.path, self._references), stamp)
        except RecordError as error:
            row.take(error_line(f"{error.within}. {error.advice}".rstrip()), stamp)
