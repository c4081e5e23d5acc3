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
    """Keep widgets from breaking lines within a number with spaced thousands."""
    # Textual wraps by Rich's pattern for words, in which even a no-break space is a space.
    rich._wrap.re_word = re.compile(rf"\s*(?:{_NUMBER}|\S)+\s*")


def wrap(text: str, width: int) -> list[str]:
    """Return the lines into which a text is wrapped, broken at spaces where possible; at least one.

    A number with spaced thousands is one word. Only the space at each such break is dropped; no line is wider than the
    width.

    Args:
        text: One line, without newlines.
        width: The width in cells, at least two, which wide characters need.
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
            # The space at the break is dropped.
            line = word
        else:
            # Indentation alone does not make a line.
            line = f"{line} {word}"
        *more, line = chop_cells(line, width) or [line]
        lines += more
        used = cell_len(line)
    return [*lines, line]


def fitting(texts: Sequence[str], width: int, rows: int) -> str:
    """Return the first text that fits in ``rows`` lines; if none does, the last one, cut, with an ellipsis.

    Args:
        texts: Versions of one text, the longest first.
        width: As in ``wrap``.
        rows: Most lines.
    """
    for text in texts:
        lines = wrap(text, width)
        if len(lines) <= rows:
            return text
    *before, last = lines[:rows]
    # Characters without width are in no piece.
    begun = next(iter(chop_cells(last, max(1, width - 1))), "")
    return "\n".join([*before, f"{begun.rstrip()}…"])


def _split(text: str) -> list[str]:
    words, begun = [], 0
    for piece in _PIECE.finditer(text):
        if piece[0] == " ":
            words.append(text[begun : piece.start()])
            begun = piece.end()
    return [*words, text[begun:]]
