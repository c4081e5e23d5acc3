r"""Cells of tab-separated files: escaping, protection against formulas, and splitting lines into cells.

Published logs are raw: no quoting, and newlines in a text as the two characters ``\n``. Our files escape every
character that could break a line or a cell, reversibly, and put an apostrophe before text that a spreadsheet would
run as a formula. Files that went through a spreadsheet may have quoted cells; those are recognised.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from bioblue_envs import Number

from bioblue_tui.records.fields import DecodeError, quoted

_INTEGER = re.compile(r"[+-]?[0-9]+")
_REAL = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")

_QUOTED = re.compile(r'"((?:[^"]++|"")*+)"(?=[\t\n]|\Z)')

_FORMULA = re.compile("[\\s\u200b-\u200f\u2060\ufeff]*[-=+@'\"\uff1d\uff0b\uff0d\uff20\u2212]")
"""What a spreadsheet may run as a formula, also after blanks; a quote, since spreadsheets unwrap quoted cells; and
the apostrophe itself, so that reading can always drop one."""

_BREAKING = re.compile("[\\\\\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff]")
_SHORT = {"\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}
_LONG = {value[1]: key for key, value in _SHORT.items()}
_ESCAPE = re.compile(r"\\(?:([\\ntr])|u([0-9a-f]{4})|(.?))", re.DOTALL)


def escape(text: str) -> str:
    """Return a text as a cell of a file of ours: one line, no tabs, nothing that runs as a formula."""
    cell = _BREAKING.sub(lambda match: _SHORT.get(match.group()) or f"\\u{ord(match.group()):04x}", text)
    return guarded(cell)


def guarded(text: str) -> str:
    """Return a text, with an apostrophe before it where a spreadsheet may run it as a formula."""
    return f"'{text}" if _FORMULA.match(text) else text


def unescape(cell: str) -> str:
    """Return the text of a cell of a file of ours.

    Raises:
        DecodeError: For an escape that ``escape`` never writes.
    """
    return _ESCAPE.sub(_original, cell.removeprefix("'"))


def _original(match: re.Match[str]) -> str:
    short, code, other = match.groups()
    if code:
        return chr(int(code, 16))
    if not short:
        raise DecodeError(f"unknown escape {quoted(chr(92) + other)}")
    return _LONG[short]


def unescape_foreign(cell: str) -> str:
    r"""Return the text of a cell of a published log, where only ``\n`` is an escape."""
    return cell.replace("\\n", "\n")


def read_integer(cell: str) -> int:
    """Return the integer in a cell.

    Raises:
        DecodeError: When the cell has no integer.
    """
    value = read_number(cell)
    if type(value) is not int:
        raise DecodeError(f"a whole number expected, not {quoted(cell)}")
    return value


def read_number(cell: str) -> Number:
    """Return the number in a cell: an int when it is written as one, else a float.

    Raises:
        DecodeError: When the cell has no number, or an infinite one.
    """
    plain = cell.strip()
    try:
        if _INTEGER.fullmatch(plain):
            return int(plain)
        if _REAL.fullmatch(plain) and abs(value := float(plain)) != float("inf"):
            return value
    except ValueError:
        raise DecodeError("an integer with too many digits") from None
    raise DecodeError(f"a number expected, not {quoted(cell)}" if plain else "a number expected, the cell is empty")


def write_number(value: Number) -> str:
    """Return a number as a cell, exactly.

    Raises:
        DecodeError: When it has too many digits, is infinite or not a number.
    """
    try:
        cell = repr(value)
    except ValueError:
        raise DecodeError("an integer has too many digits to be written") from None
    if not _REAL.fullmatch(cell):
        raise DecodeError(f"{cell} is not a number that a record may hold")
    return cell


def rows(text: str, width: int) -> Iterator[tuple[int, list[str]]]:
    r"""Yield every row as its line number and its cells, empty lines left out.

    A row is a line that has ``width`` cells. Only where that fails is a cell that begins with a quotation mark read as
    a quoted one, so a model's answer with quotation marks in it stays as it is. A quoted cell with both tabs and line
    ends can look like several rows, and is then read as several rows.

    Args:
        text: The file, with ``\n`` line ends.
        width: How many cells a row should have; rows with another number are yielded as they are.
    """
    position, line = 0, 1
    while position < len(text):
        end = _line_end(text, position)
        cells = text[position:end].split("\t")
        if len(cells) != width or any(map(_open, cells)):
            quoted = _quoted_row(text, position)
            if len(quoted[0]) == width and (len(cells) != width or not _is_row(text, end + 1, width)):
                cells, end = quoted
        if cells != [""]:
            yield line, [_unquoted(cell) for cell in cells]
        line += text.count("\n", position, end + 1)
        position = end + 1


def _line_end(text: str, position: int) -> int:
    end = text.find("\n", position)
    return len(text) if end < 0 else end


def _open(cell: str) -> bool:
    return cell.startswith('"') and not _QUOTED.fullmatch(cell)


def _is_row(text: str, position: int, width: int) -> bool:
    return text[position : _line_end(text, position)].count("\t") == width - 1


def _quoted_row(text: str, position: int) -> tuple[list[str], int]:
    """Return the cells of a row with quoted cells, still quoted, and where it ends."""
    cells = []
    while True:
        match = _QUOTED.match(text, position)
        if match:
            end = match.end()
        else:
            line_end = _line_end(text, position)
            tab = text.find("\t", position, line_end)
            end = line_end if tab < 0 else tab
        cells.append(text[position:end])
        if end >= len(text) or text[end] == "\n":
            return cells, end
        position = end + 1


def _unquoted(cell: str) -> str:
    match = _QUOTED.fullmatch(cell) if cell.startswith('"') else None
    inner = match.group(1) if match else ""
    # Quotation marks around plain text are probably the model's own: spreadsheets quote only what needs it.
    return inner.replace('""', '"') if '""' in inner or "\t" in inner or "\n" in inner else cell
