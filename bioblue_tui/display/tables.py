"""Tables of numbers: exact plain columns for files and programs, drawn tables that fit the terminal for people."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bioblue_envs import Number

from bioblue_tui.display.look import Look, drawn_lines
from bioblue_tui.trials.events import FAILED, INTERRUPTED, STOPPED

if TYPE_CHECKING:
    from rich.table import Table as RichTable
    from rich.text import Text

Cell = Number | str | None
"""A number, a word, or nothing."""

_GAP = "  "


@dataclass(frozen=True, slots=True)
class Column:
    """A column.

    Attributes:
        name: Heading in plain columns: one word.
        label: Heading for people; may have several lines.
        penalty: Whether numbers below 0 are highlighted.
    """

    name: str
    label: str
    penalty: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A table with a first column that names the rows, numbers, and perhaps words at the end.

    Attributes:
        title: What it shows.
        columns: Its columns.
        rows: Single trials.
        below: Rows under a line, such as a mean.
    """

    title: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]
    below: Sequence[Sequence[Cell]] = ()


def table_lines(table: Table, look: Look) -> Iterator[str]:
    """Yield a table's lines. On a narrow terminal it is drawn in parts, so that no digit is lost."""
    if look.drawn:
        from rich.text import Text

        yield from drawn_lines(look, Text(table.title, "bold"))
        for number, part in enumerate(_parts(table, look.width)):
            if number:
                yield ""
            yield from drawn_lines(look, _drawn(table, part))
    else:
        yield from _plain(table)


def _plain(table: Table) -> Iterator[str]:
    """Yield columns with at least two blanks between them; only the last cell of a row may hold blanks."""
    yield table.title
    names = [column.name for column in table.columns]
    body = [[_exact(cell) for cell in row] for row in (*table.rows, *table.below)]
    widths = [max(map(len, column)) for column in zip(names, *body, strict=True)]
    words = _is_words(table)
    for row in (names, *body):
        cells = (cell if word else cell.rjust(width) for cell, width, word in zip(row, widths, words, strict=True))
        yield _GAP.join(cells)


def _is_words(table: Table) -> list[bool]:
    """Return which columns hold words and are therefore aligned left."""
    return [index > 0 and any(isinstance(row[index], str) for row in table.rows) for index in range(len(table.columns))]


def _exact(cell: Cell) -> str:
    """Return a number with all its digits, as programs read them; ``-`` for nothing."""
    if cell is None or isinstance(cell, str):
        return cell or "-"
    if isinstance(cell, int):
        return str(cell)
    # Sums of numbers with 3 decimals have no more than 3; further digits are rounding errors of floats.
    text = f"{cell:.3f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def _for_people(cell: Cell) -> str:
    text = _exact(cell)
    if cell is None or isinstance(cell, str):
        return text
    whole, point, decimals = text.removeprefix("-").partition(".")
    sign = "−" if text[0] == "-" else ""
    return f"{sign}{int(whole):,}{point}{decimals}".replace(",", " ")


def _parts(table: Table, width: int | None) -> Iterator[list[int]]:
    """Yield the columns of each part that fits the width; every part begins with the first column."""
    if width is None:
        yield list(range(len(table.columns)))
        return
    widths = [_width(table, index) for index in range(len(table.columns))]
    part = [0]
    for index in range(1, len(widths)):
        taken = sum(widths[i] + len(_GAP) for i in part)
        if len(part) > 1 and taken + widths[index] > width:
            yield part
            part = [0]
        part.append(index)
    yield part


def _width(table: Table, index: int) -> int:
    from rich.cells import cell_len

    column = table.columns[index]
    cells = (_for_people(row[index]) for row in (*table.rows, *table.below))
    return max(map(cell_len, (*column.label.split("\n"), *cells)))


def _drawn(table: Table, part: Sequence[int]) -> RichTable:
    from rich.box import SIMPLE_HEAD
    from rich.table import Table as RichTable
    from rich.text import Text

    drawn = RichTable(box=SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 0, 0, 1))
    words = _is_words(table)
    for index in part:
        label = Text(table.columns[index].label)
        drawn.add_column(label, justify="left" if words[index] else "right", no_wrap=True, vertical="bottom")
    for row in table.rows:
        drawn.add_row(*_texts(table, row, part))
    drawn.add_section()
    for row in table.below:
        drawn.add_row(*_texts(table, row, part), style="bold")
    return drawn


def _texts(table: Table, row: Sequence[Cell], part: Iterable[int]) -> Iterator[Text]:
    from rich.text import Text

    for index in part:
        column, cell = table.columns[index], row[index]
        bad = column.penalty and isinstance(cell, int | float) and cell < 0
        failed = index > 0 and cell in (FAILED, STOPPED, INTERRUPTED)
        yield Text(_for_people(cell), "red" if bad or failed else "")
