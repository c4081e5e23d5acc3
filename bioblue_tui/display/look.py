"""How output may look: for a person or not, in colour or not, and how wide."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

UNBOUNDED = 100_000
"""Columns to draw in where nothing may be wrapped or cut."""


@dataclass(frozen=True, slots=True)
class Look:
    """How output may look.

    Attributes:
        drawn: True to draw for people; False for plain columns, for a file or a program.
        colour: Whether escape codes may be written.
        width: Columns of the terminal; None for no limit.
    """

    drawn: bool = False
    colour: bool = False
    width: int | None = None

    @classmethod
    def of(cls, stream: TextIO | None, environ: Mapping[str, str] = os.environ) -> Look:
        """Return how a stream's output may look.

        ``NO_COLOR`` forbids all escape codes; ``FORCE_COLOR`` draws in colour even without a terminal.

        Args:
            stream: Standard output; None when it is closed.
            environ: Environment variables.
        """
        terminal = stream is not None and stream.isatty()
        forced = environ.get("FORCE_COLOR", "") not in ("", "0")
        allowed = not environ.get("NO_COLOR") and (forced or environ.get("TERM") != "dumb")
        drawn = terminal or (forced and allowed)
        return cls(drawn, drawn and allowed, shutil.get_terminal_size().columns if terminal else None)


def drawn_lines(look: Look, *parts: RenderableType, width: int = UNBOUNDED) -> Iterator[str]:
    """Draw parts with rich and yield the lines.

    Args:
        look: Says whether to use colour.
        *parts: What to draw.
        width: Columns; what does not fit is wrapped.
    """
    console = _console(look, width)
    with console.capture() as captured:
        for part in parts:
            console.print(part)
    yield from captured.get().splitlines()


def _console(look: Look, width: int) -> Console:
    from rich.console import Console

    return Console(
        force_terminal=True,
        color_system="standard" if look.colour else None,
        no_color=not look.colour,
        width=width,
        markup=False,
        emoji=False,
        highlight=False,
    )
