"""Reading TOML that people wrote, with limits: the standard reader takes hours for some files of a megabyte."""

from __future__ import annotations

import re
from typing import Any

from bioblue_tui.system.errors import BioBlueError

MOST_BYTES = 256 * 1024
"""Largest file that is read: forty times our longest."""

MOST_KEPT = 64 * MOST_BYTES
"""Largest file that is read again because something was begun with it before there was a limit."""

MOST_DOTS = 100
"""Most dots of one key: the time that a key takes grows with the square of its parts."""

_PART = r"""(?>"(?:[^"\\\n]|\\.)*"|'[^'\n]*'|[\w-]+)"""
_DEEP = re.compile(rf"(?<![\w\\-])(?:{_PART}[ \t]*\.[ \t]*){{{MOST_DOTS + 1}}}")


class TomlError(BioBlueError, ValueError):
    """A text that is refused as TOML. The message says why, and where; it may hold foreign text."""


def check(data: bytes, most: int = MOST_BYTES) -> str:
    """Return a file's text if it is safe to give to the TOML reader.

    Args:
        data: The file.
        most: How many bytes it may have.

    Raises:
        TomlError: When it is too large, too deep, or not text.
    """
    if len(data) > most:
        raise TomlError(f"larger than {most // 1024} KiB; no file of this kind needs that")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise TomlError("not UTF-8 text") from None
    if deep := _DEEP.search(text):
        line = text.count("\n", 0, deep.start()) + 1
        raise TomlError(f"line {line} has a key with more than {MOST_DOTS} dots; no file of this kind needs that")
    return text


def load(data: bytes, most: int = MOST_BYTES) -> tuple[str, dict[str, Any]]:
    """Return a file's text and the values in it; see ``check``.

    Raises:
        TomlError: When it is not valid TOML, or ``check`` refuses it.
    """
    # Imported late: the first screen need not wait for it.
    import tomllib

    text = check(data, most)
    try:
        return text, tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # also a number of too many digits
        raise TomlError(f"not valid TOML: {error}") from None
