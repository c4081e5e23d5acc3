"""Wrapping one line of text to a width in terminal cells."""

from __future__ import annotations

import re
from collections.abc import Sequence

import rich._wrap
from rich.cells import cell_len, chop_cells

_NUMBER = r"(?<!\d)\d{1,3}(?: \d{3}){1,4}(?!\d)"
"""A number with spaced thousands, as ``numbers`` writes it."""

_PIECE = re.compile(rf"{_NUMBER}| ")


def keep_numbers_whole() -> None:
    """Let widgets wrap no text within a number with spaced thousands."""
    # Textual wraps with Rich's words and asks nobody; to it even a no-break space is a space.
    rich._wrap.re_word = re.compile(rf"\s*(?:{_NUMBER}|\S)+\s*")


def wrap(text: str, width: int) -> list[str]:
    """Return the lines a text is wrapped into, broken at spaces where possible; at least one.

    A number with spaced thousands is one word.

    Nothing is lost but the one space that each such break stands for; none is wider than the width.

    Args:
        text: One line, without newlines.
        width: Cells there is room for. Two are taken in any case: wide characters need them.
    """
    width = max(2, width)
    if cell_len(text) <= width:
        return [text]
    first, *words = _split(text)
    *lines, line = chop_cells(first, width) or [first]
    used = cell_len(line)
    for word in words:
        size = cell_len(word)
        if used + 1 + size <= width:
            line, used = f"{line} {word}", used + 1 + size
            continue
        if line.strip():
            lines.append(line)
            # The space that the break stands for is not written.
            line = word
        else:
            # An indentation alone is no line.
            line = f"{line} {word}"
        *more, line = chop_cells(line, width) or [line]
        lines += more
        used = cell_len(line)
    return [*lines, line]


def fitting(texts: Sequence[str], width: int, rows: int) -> str:
    """Return the first text that fits in so many rows; where none does, the last one, cut with a sign that it is.

    Args:
        texts: They say the same, the fullest words first.
        width: As in ``wrap``.
        rows: How many lines there may be.
    """
    for text in texts:
        lines = wrap(text, width)
        if len(lines) <= rows:
            return text
    *before, last = lines[:rows]
    # What takes no column is in no piece.
    begun = next(iter(chop_cells(last, max(1, width - 1))), "")
    return "\n".join([*before, f"{begun.rstrip()}…"])


def _split(text: str) -> list[str]:
    words, begun = [], 0
    for piece in _PIECE.finditer(text):
        if piece[0] == " ":
            words.append(text[begun : piece.start()])
            begun = piece.end()
    return [*words, text[begun:]]
