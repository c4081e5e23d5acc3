"""Reading a batch's file with care: every wrong value is an error that names file, line, key and what is expected."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TypeVar

from bioblue_tui.formatting.text import error_line, one_line
from bioblue_tui.records.files import read_bytes
from bioblue_tui.records.schema import RecordError
from bioblue_tui.system.errors import BioBlueError
from bioblue_tui.system.toml import MOST_BYTES, MOST_KEPT, TomlError, load
from bioblue_tui.system.toml_lines import Path as Way
from bioblue_tui.system.toml_lines import Places

T = TypeVar("T")


class BatchError(BioBlueError):
    """A batch's file that cannot be used. The message says what, where, and what is expected."""


class Source:
    """A TOML file.

    Args:
        path: The file.
        data: Its content, where that was kept when something began with it; None to read it.

    Raises:
        BatchError: When it can't be read, or is no TOML.
    """

    def __init__(self, path: Path, data: bytes | None = None) -> None:
        self.path = path
        try:
            self.data = read_bytes(path) if data is None else data
            text, self.values = load(self.data, MOST_BYTES if data is None else MOST_KEPT)
        except RecordError as error:
            raise BatchError(str(error)) from error
        except TomlError as error:
            raise BatchError(f"{one_line(str(path))}: {error_line(error, 200)}") from error
        self._places = Places(text)

    def error(self, way: Way, what: str, value: object = None) -> BatchError:
        """Make an error about a place in the file.

        Args:
            way: Where.
            what: What is wrong, and what is expected.
            value: What stands there, to find its line.
        """
        line = self._places.line(way, value)
        place = f"{one_line(str(self.path))}{f', line {line}' if line else ''}"
        named = "".join(f" {part + 1}" if isinstance(part, int) else f".{part}" for part in way).lstrip(".")
        return BatchError(f"{place}: {one_line(named, 100)}{': ' if named else ''}{what}")

    def known(self, way: Way, values: Mapping[str, object], names: Iterable[str]) -> None:
        """Raise BatchError for a key that is none of these names."""
        names = list(names)
        for key in values:
            if key not in names:
                near = difflib.get_close_matches(key[:40], names, n=1)
                hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(names)}"
                raise self.error((*way, key), f"not known; {hint}")

    def read(self, way: Way, value: object, check: Callable[[object], T], wanted: str) -> T:
        """Return a checked value.

        Args:
            way: Where it stands.
            value: It.
            check: Returns what is meant; raises ValueError when it is nothing.
            wanted: What is expected there.
        """
        try:
            return check(value)
        except ValueError as error:
            more = f" ({error})" if str(error) else ""
            raise self.error(way, f"{wanted} expected{more}", value) from None

    def items(self, key: str) -> list[tuple[Way, object]]:
        """Return the items of a list of the document, each with its place; an absent list has none."""
        values = self.values.get(key, [])
        if not isinstance(values, list):
            raise self.error((key,), "a list expected")
        return [((key, number), value) for number, value in enumerate(values)]


def text(value: object) -> str:
    """Return a text that is not empty."""
    if isinstance(value, str) and value.strip():
        return value
    raise ValueError


def label(value: object) -> str:
    """Return a text that may name something: short, on one line, without a slash, which parts names."""
    name = text(value)
    if len(name) > 60 or "/" in name or one_line(name) != name or name != name.strip():
        raise ValueError
    return name


def whole(least: int, most: int) -> Callable[[object], int]:
    """Return a check for whole numbers between two."""

    def check(value: object) -> int:
        if isinstance(value, int) and not isinstance(value, bool) and least <= value <= most:
            return value
        raise ValueError

    return check


def number(value: object) -> float:
    """Return a number that is not below 0."""
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1_000_000:
        return float(value)
    raise ValueError


def switch(value: object) -> bool:
    """Return true or false."""
    if isinstance(value, bool):
        return value
    raise ValueError


def table(value: object) -> dict[str, object]:
    """Return a table."""
    if isinstance(value, dict):
        return value
    raise ValueError


def or_none(check: Callable[[object], T]) -> Callable[[object], T | None]:
    """Return a check that takes the word ``none``, too: TOML has no value for nothing."""
    return lambda value: None if value == "none" else check(value)
