"""Reading the rows of a tab-separated log by the names of its columns."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from bioblue_tui.records import cells, columns
from bioblue_tui.records.columns import Layout
from bioblue_tui.records.fields import mapping, text
from bioblue_tui.records.rows import Row
from bioblue_tui.records.schema import DecodeError, NotInstalled, RecordError, decode_header, loads
from bioblue_tui.trials.events import MAX_STEPS, Header

_T = TypeVar("_T")


@dataclass(slots=True)
class Table:
    """A log's columns, and the reading of its rows.

    Attributes:
        path: The file.
        layout: Which column holds what.
        index: Position of each column.
        ours: Whether this program wrote the file.
        setup: What the trial is, as the first row of a file of ours says.
    """

    path: Path | None
    layout: Layout
    index: dict[str, int]
    ours: bool
    setup: Header | None = None

    @classmethod
    def of(cls, names: Sequence[str], path: Path | None) -> Table:
        """Return the table with these column names.

        Raises:
            RecordError: When they belong to no environment, or one appears twice.
        """
        index = {name.strip(): i for i, name in enumerate(names)}
        if len(index) < len(names):
            twice = next(name for name, times in Counter(n.strip() for n in names).items() if times > 1)
            raise RecordError(f"the column {twice!a:.60} appears twice", path, 1)
        layout, missing = columns.recognise(index)
        if layout is None:
            advice = "The first line must hold the column names of a published log, separated by tabs."
            raise RecordError("no known set of columns", path, 1, advice)
        if missing:
            what = f"no known set of columns; nearest is {layout.environment}, without {', '.join(missing)}"
            raise RecordError(what, path, 1, f"Expected: {', '.join(layout.required)}.")
        return cls(path, layout, index, columns.SETUP in index)

    def row(self, line: int, row: Sequence[str]) -> Row:
        """Return what a row says; the first row of a file of ours also gives the setup.

        Raises:
            RecordError: For a wrong number of cells or a damaged cell; line and column are named.
        """
        if len(row) != len(self.index):
            what = f"{len(row)} cells, {len(self.index)} expected"
            raise RecordError(what, self.path, line, "Every row must have one cell for each column.")
        reader = _Cells(self, line, row)
        if self.ours and self.setup is None:
            self.setup = reader.of(columns.SETUP, lambda cell: decode_header(loads(cells.unescape(cell)))[0])
        layout = self.layout
        action = tuple(reader.of(column, cells.read_integer) for column in layout.action)
        return Row(
            step=reader.of(columns.STEP, _step),
            actor=self.setup.agent if self.setup else reader.text(columns.MODEL),
            prompt=reader.text(columns.PROMPT),
            answer=reader.text(columns.ANSWER) if columns.ANSWER in self.index else ", ".join(map(str, action)),
            reasoning=reader.text(columns.REASONING),
            action=action,
            change=tuple(reader.of(c, cells.read_integer) for c in layout.change if reader.written(c)),
            before=tuple(reader.of(column, cells.read_number) for column in layout.before),
            after=tuple(reader.of(column, cells.read_number) for column in layout.after),
            rewards={key: reader.of(column, cells.read_number) for key, column in layout.rewards.items()},
            metrics={key: reader.of(c, cells.read_number) for key, c in layout.metrics.items() if reader.written(c)},
            totals={key: reader.of(column, cells.read_number) for key, column in layout.totals.items()},
            rejected=reader.ours(columns.REJECTED, _rejected) or (),
            constants={c: reader.of(c, cells.read_number) for c in self.constants if reader.written(c)},
            comments=(reader.text(columns.REVIEW), reader.text(columns.AUTOMATED)),
            details=reader.ours(columns.DETAILS, _details),
        )

    @property
    def constants(self) -> tuple[str, ...]:
        """The number columns that must hold the same in every row."""
        seed = (columns.SEED,) if self.ours and columns.SEED in self.index else ()
        return (columns.TRIAL, *seed, *self.layout.target)


@dataclass(slots=True)
class _Cells:
    """One row; a fault in a cell is reported with its line and column."""

    table: Table
    line: int
    row: Sequence[str]

    def of(self, column: str, read: Callable[[str], _T]) -> _T:
        try:
            return read(self.row[self.table.index[column]])
        except NotInstalled as error:
            raise RecordError(str(error), self.table.path, advice=error.ADVICE) from error
        except DecodeError as error:
            raise RecordError(f"column {column!a}: {error}", self.table.path, self.line) from error

    def ours(self, column: str, read: Callable[[str], _T]) -> _T | None:
        return self.of(column, read) if self.table.ours and column in self.table.index else None

    def text(self, column: str) -> str:
        read = cells.unescape if self.table.ours else cells.unescape_foreign
        return self.of(column, read) if column in self.table.index else ""

    def written(self, column: str) -> bool:
        # Only our own files leave cells of numbers empty: where the recorded trial had no such number.
        return not self.table.ours or bool(self.row[self.table.index[column]].strip())


def _step(cell: str) -> int:
    step = cells.read_integer(cell)
    if not 1 <= step <= MAX_STEPS:
        raise DecodeError(f"a step number from 1 to {MAX_STEPS} expected, not {cell:.40}")
    return step


def _details(cell: str) -> list[object]:
    details = loads(cells.unescape(cell))
    if not isinstance(details, list):
        raise DecodeError("a list of events expected")
    return details


def _rejected(cell: str) -> list[tuple[str, str, str]]:
    plain = cells.unescape(cell)
    answers = loads(plain) if plain else []
    if not isinstance(answers, list):
        raise DecodeError("a list of rejected answers expected")
    found = [mapping(item, "a rejected answer") for item in answers]
    return [
        # Files of older programs have no kind.
        (text(i.get("answer"), "answer"), text(i.get("reason"), "reason"), text(i.get("kind", ""), "kind"))
        for i in found
    ]
