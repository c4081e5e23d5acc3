"""Lists on standard output: columns on a terminal, tabs in a pipe."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence

import click

from bioblue_tui.display.listing import list_lines
from bioblue_tui.display.look import Look


def list_rows(rows: Sequence[Sequence[str]]) -> None:
    """Write rows of a list."""
    look = Look.of(sys.stdout)
    write_lines(list_lines(rows, look), look)


def write_lines(lines: Iterable[str], look: Look) -> None:
    """Write lines, in colours where they have any and the terminal shows them."""
    for line in lines:
        click.echo(line, color=look.colour)
