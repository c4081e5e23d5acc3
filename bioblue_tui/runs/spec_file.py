"""Reading a file that describes trials: an error names the file, the line, the key and what is expected there."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TypeVar

from bioblue_tui.formatting.text import error_line, one_line
from bioblue_tui.records.files import read_bytes
from bioblue_tui.records.schema import RecordError
from bioblue_tui.runs.values import table
from bioblue_tui.system.errors import BioBlueError
from bioblue_tui.system.toml import MOST_BYTES, MOST_KEPT, TomlError, load
from bioblue_tui.system.toml_lines import Path as Way
from bioblue_tui.system.toml_lines import Places

T = TypeVar("T")


class SpecError(BioBlueError):
    """A file of a batch or a study that cannot be used. The message says what, where, and what is expected."""


class Source:
    """A TOML file.

    Args:
        path: The file.
        data: Its content, where a copy was kept when a trial or session began; None to read the file.

    Raises:
        SpecError: When it can't be read, or is no TOML.
    """

    def __init__(self, path: Path, data: bytes | None = None) -> None:
        self.path = path
        try:
            self.data = read_bytes(path) if data is None else data
            text, self.values = load(self.data, MOST_BYTES if data is None else MOST_KEPT)
        except RecordError as error:
            raise SpecError(str(error)) from error
        except TomlError as error:
            raise SpecError(f"{one_line(str(path))}: {error_line(error, 200)}") from error
        self._places = Places(text)

    def error(self, way: Way, what: str, value: object = None) -> SpecError:
        """Make an error about a place in the file.

        Args:
            way: The place.
            what: What is wrong, and what is expected.
            value: The value there, to find its line.
        """
        line = self._places.line(way, value)
        place = f"{one_line(str(self.path))}{f', line {line}' if line else ''}"
        named = "".join(f" {part + 1}" if isinstance(part, int) else f".{part}" for part in way).lstrip(".")
        return SpecError(f"{place}: {one_line(named, 100)}{': ' if named else ''}{what}")

    def known(self, way: Way, values: Mapping[str, object], names: Iterable[str]) -> None:
        """Raise SpecError for a key that is not among these names."""
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
            value: The value.
            check: Returns the value to use; raises ValueError for an invalid one.
            wanted: What is expected there.
        """
        try:
            return check(value)
        except ValueError as error:
            more = f" ({error})" if str(error) else ""
            raise self.error(way, f"{wanted} expected{more}", value) from None

    def table(self, way: Way, value: object, names: Iterable[str], wanted: str = "a table") -> dict[str, object]:
        """Return a table after checking that it has only these keys."""
        given = self.read(way, value, table, wanted)
        self.known(way, given, names)
        return given

    def value(
        self, way: Way, given: Mapping[str, object], key: str, check: Callable[[object], T], wanted: str, default: T
    ) -> T:
        """Return a checked value of a table, or the default where it has none."""
        return self.read((*way, key), given[key], check, wanted) if key in given else default

    def needed(self, way: Way, given: Mapping[str, object], key: str, check: Callable[[object], T], wanted: str) -> T:
        """Return a checked value that a table must have."""
        if key not in given:
            raise self.error(way, f"{key} is missing: {wanted} expected")
        return self.read((*way, key), given[key], check, wanted)

    def items(self, key: str) -> list[tuple[Way, object]]:
        """Return the items of a list of the document, each with its place; an absent list has none."""
        values = self.values.get(key, [])
        if not isinstance(values, list):
            raise self.error((key,), "a list expected")
        return [((key, number), value) for number, value in enumerate(values)]
