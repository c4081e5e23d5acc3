"""What to do where a part of the program was not installed."""

from __future__ import annotations


def needs_extra(what: str, extra: str) -> str:
    """Say that something needs one of the program's extras, and how to get it.

    The program is on no package index, so it can't be installed by its name alone.

    Args:
        what: What needs it.
        extra: Its name in ``pyproject.toml``.
    """
    return f"{what} needs the extra '{extra}'; in a clone: pip install '.[{extra}]'"
