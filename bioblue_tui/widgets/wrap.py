"""Wrapping one line of text to a width in terminal cells."""

from __future__ import annotations

from rich.cells import cell_len, chop_cells


def wrap(text: str, width: int) -> list[str]:
    """Return the lines a text is wrapped into, broken at spaces where possible; at least one.

    Nothing is lost but the one space that each such break stands for; none is wider than the width.

    Args:
        text: One line, without newlines.
        width: Cells there is room for, at least two: wide characters take two.
    """
    if cell_len(text) <= width:
        return [text]
    first, *words = text.split(" ")
    *lines, line = chop_cells(first, width) or [""]
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
        *more, line = chop_cells(line, width) or [""]
        lines += more
        used = cell_len(line)
    return [*lines, line]
