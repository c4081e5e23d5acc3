"""What a report can be written as."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bioblue_tui.system.errors import BioBlueError
from bioblue_tui.system.installing import needs_extra

if TYPE_CHECKING:
    from bioblue_tui.report.svg import Drawing
    from bioblue_tui.report.trials import Shown

TABLE = "one row for each trial and step"
PICTURE = "one trial's charts, or small multiples of several"


@dataclass(frozen=True, slots=True)
class Format:
    """A format of a report.

    Attributes:
        name: Its name, which is also how a file's name ends.
        about: What a report in it holds; formats of which the same is said stand together.
        write: Returns a report on trials, at least one, and on what could not be read. May raise MissingLibraryError.
        draw: Returns a drawing as a picture, likewise; None where the format is none of pictures.
        suffixes: Other endings of a file's name that ask for it, with their dot.
        binary: Whether it is no text.
    """

    name: str
    about: str
    write: Callable[[Sequence[Shown], Sequence[str]], bytes]
    draw: Callable[[Drawing], bytes] | None = None
    suffixes: tuple[str, ...] = ()
    binary: bool = False


class MissingLibraryError(BioBlueError):
    """A library that a format needs is not installed. The message says how to install it."""

    def __init__(self, what: str, extra: str) -> None:
        super().__init__(needs_extra(what, extra))


def encoded(text: str) -> bytes:
    """Return a text as UTF-8; a lone surrogate, as a damaged record may hold, has no bytes in it."""
    return text.encode("utf-8", "replace")


def picture_format(name: str, draw: Callable[[Drawing], bytes], *, binary: bool = False) -> Format:
    """Return a format of pictures."""

    def write(trials: Sequence[Shown], complaints: Sequence[str]) -> bytes:
        from bioblue_tui.report.pictures import overview

        return draw(overview(trials, complaints))

    return Format(name, PICTURE, write, draw, binary=binary)


def text_table(name: str, delimiter: str, suffixes: tuple[str, ...] = ()) -> Format:
    """Return a format of tables as text."""

    def write(trials: Sequence[Shown], complaints: Sequence[str]) -> bytes:
        from bioblue_tui.report.table import as_text

        return encoded(as_text(trials, delimiter))

    return Format(name, TABLE, write, suffixes=suffixes)
