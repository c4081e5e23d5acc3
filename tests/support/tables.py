"""Reading the tables that ``run`` writes into a pipe."""

from __future__ import annotations


def tables(text: str) -> list[list[list[str]]]:
    """Return the rows of each table, headings first; the last field may hold blanks."""
    found = []
    for block in text.rstrip("\n").split("\n\n"):
        _, heading, *rows = block.split("\n")
        count = len(heading.split())
        found.append([row.split(maxsplit=count - 1) for row in (heading, *rows)])
    return found
