"""Finding the line of a value in a TOML file: the TOML reader does not tell, so the lines are searched."""

from __future__ import annotations

import re

Path = tuple[str | int, ...]
"""A path into a document: names of tables and keys, numbers of list items from 0."""

_HEADER = re.compile(r"""\s*\[\[?\s*["']?([\w-]+)["']?\s*\]\]?""")
_LONG_TEXT = re.compile(r"""(\"{3}|'{3}).*?\1""", re.DOTALL)
_SHORT_TEXT = re.compile(r"""\"(?:\\.|[^"\\])*\"|'[^']*'""")
_KEY = re.compile(r"""\s*["']?([\w-]+)["']?\s*=""")


class Places:
    """The lines of a file.

    Args:
        text: The file.
    """

    def __init__(self, text: str) -> None:
        # Long texts are emptied: their content may look like a key or a bracket.
        self._lines = _LONG_TEXT.sub(lambda found: '""' + "\n" * found.group().count("\n"), text).splitlines()
        self._parts = self._split()

    def line(self, path: Path, value: object = None) -> int | None:
        """Return the number of the line of a value, or the nearest line before it that is certain.

        Args:
            path: Where it is in the document.
            value: The value itself, if it is a text without a key of its own.
        """
        if not path:
            return None
        top, *rest = path
        spans = self._parts.get(str(top))
        if not spans:
            return None
        number = rest.pop(0) if rest and isinstance(rest[0], int) else 0
        # Either each item has a header of its own, or all stand in one list.
        begin, end = spans[number] if isinstance(number, int) and number < len(spans) else spans[0]
        keys = [key for key in rest if isinstance(key, str)]
        wanted = [rf"""(?<![\w-])["']?{re.escape(key)}["']?\s*=""" for key in keys]
        if not keys and isinstance(value, str) and len(path) > 1:
            wanted = [re.escape(value)]
        for pattern in wanted:
            codes = ((index, self._lines[index].partition("#")[0]) for index in range(begin, end))
            found = [index for index, code in codes if re.search(pattern, code)]
            if len(found) != 1:
                break
            begin = found[0]
        return begin + 1

    def _split(self) -> dict[str, list[tuple[int, int]]]:
        """Return, by top-level name, the lines of each of its parts."""
        starts: list[tuple[str, int]] = []
        inside, depth = False, 0
        for index, line in enumerate(self._lines):
            code = line.partition("#")[0]
            header, key = _HEADER.fullmatch(code.rstrip()), _KEY.match(code)
            if header and depth == 0:
                starts.append((header[1], index))
                inside = True
            elif key and not inside and depth == 0:
                starts.append((key[1], index))
            if not header:
                # Brackets inside a text do not count.
                bare = _SHORT_TEXT.sub("", line).partition("#")[0]
                depth = max(0, depth + bare.count("[") + bare.count("{") - bare.count("]") - bare.count("}"))
        ends = [*(start for _, start in starts[1:]), len(self._lines)][: len(starts)]
        parts: dict[str, list[tuple[int, int]]] = {}
        for (name, start), end in zip(starts, ends, strict=True):
            parts.setdefault(name, []).append((start, end))
        return parts
