"""Reading TOML that somebody wrote: bounded, since the standard reader takes hours for some files of a megabyte."""

from __future__ import annotations

from typing import Any

MOST_BYTES = 256 * 1024
"""Largest file that is read: forty times our longest."""

MOST_DOTS = 100
"""Most dots on one line: the time that a key takes grows with the square of its parts."""


class TomlError(ValueError):
    """A text that is not read. The message says why, and where; it may hold foreign text."""


def check(data: bytes) -> str:
    """Return the text of a file that the reader of TOML can be given.

    Raises:
        TomlError: When it is too large, too deep, or no text.
    """
    if len(data) > MOST_BYTES:
        raise TomlError(f"larger than {MOST_BYTES // 1024} KiB; no file of this kind needs that")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise TomlError("not UTF-8 text") from None
    for number, line in enumerate(text.split("\n"), 1):
        if line.count(".") > MOST_DOTS:
            raise TomlError(f"line {number} has more than {MOST_DOTS} dots; spread it over several lines")
    return text


def load(data: bytes) -> tuple[str, dict[str, Any]]:
    """Return a file's text and the values in it.

    Raises:
        TomlError: When it is no TOML, or ``check`` refuses it.
    """
    # The first picture need not wait for what reads it.
    import tomllib

    text = check(data)
    try:
        return text, tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # also a number of too many digits
        raise TomlError(f"no TOML: {error}") from None
