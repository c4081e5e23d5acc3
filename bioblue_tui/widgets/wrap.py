"""Wrapping one line of text to a width in terminal cells."""

from __future__ import annotations

from rich.cells import cell_len, chop_cells


def wrap(text: str, width: int) -> list[str]:
    """Return the lines a text is wrapped into, broken at spaces where possible; at least one.

    Args:
        text: One line, without newlines.
        width: Cells there is room for; wide characters take two.
    """
    if cell_len(text) <= width:
        return [text]
    lines, line, room = [], "", width
    for word in text.split(" "):
        size = cell_len(word)
        if line and size + 1 <= room:
            line, room = f"{line} {word}", room - size - 1
            continue
        if line:
            lines.append(line)
        pieces = chop_cells(word, width) if size > width else [word]
        lines += pieces[:-1]
        line = pieces[-1] if pieces else ""
        room = width - cell_len(line)
    return [*lines, line]
