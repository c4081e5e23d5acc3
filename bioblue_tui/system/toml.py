"""Reading TOML that somebody wrote: bounded, since the standard reader takes hours for some files of a megabyte."""

from __future__ import annotations

import re
from typing import Any

from bioblue_tui.system.errors import BioBlueError

MOST_BYTES = 256 * 1024
"""Largest file that is read: forty times our longest."""

MOST_KEPT = 64 * MOST_BYTES
"""Largest file that is read again because something began with it while there was no bound."""

MOST_DOTS = 100
"""Most dots of one key: the time that a key takes grows with the square of its parts."""

_PART = r"""(?>"(?:[^"\\\n]|\\.)*"|'[^'\n]*'|[\w-]+)"""
_DEEP = re.compile(rf"(?<![\w\\-])(?:{_PART}[ \t]*\.[ \t]*){{{MOST_DOTS + 1}}}")


class TomlError(BioBlueError, ValueError):
    """A text that is not read. The message says why, and where; it may hold foreign text."""


def check(data: bytes, most: int = MOST_BYTES) -> str:
    """Return the text of a file that the reader of TOML can be given.

    Args:
        data: The file.
        most: How many bytes it may have.

    Raises:
        TomlError: When it is too large, too deep, or no text.
    """
    if len(data) > most:
        raise TomlError(f"larger than {most // 1024} KiB; no file of this kind needs that")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise TomlError("not UTF-8 text") from None
    if deep := _DEEP.search(text):
        line = text.count("\n", 0, deep.start()) + 1
        raise TomlError(f"line {line} has a key with more than {MOST_DOTS} dots; nothing here is as deep")
    return text


def load(data: bytes, most: int = MOST_BYTES) -> tuple[str, dict[str, Any]]:
    """Return a file's text and the values in it; see ``check``.

    Raises:
        TomlError: When it is no TOML, or ``check`` refuses it.
    """
    # The first picture need not wait for what reads it.
    import tomllib

    text = check(data, most)
    try:
        return text, tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # also a number of too many digits
        raise TomlError(f"no TOML: {error}") from None
