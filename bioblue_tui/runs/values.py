"""Checks of single values from a TOML file: each returns the value to use, or raises ValueError."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from bioblue_tui.formatting.text import one_line

T = TypeVar("T")


def text(value: object) -> str:
    """Return a text that is not empty."""
    if isinstance(value, str) and value.strip():
        return value
    raise ValueError


def label(value: object) -> str:
    """Return a text that can be a name: short, on one line, without a slash, which separates names."""
    name = text(value)
    if len(name) > 60 or "/" in name or one_line(name) != name or name != name.strip():
        raise ValueError
    return name


def whole(least: int, most: int) -> Callable[[object], int]:
    """Return a check for whole numbers from ``least`` to ``most``."""

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
    """Return a check that also takes the word ``none``: TOML has no null."""
    return lambda value: None if value == "none" else check(value)
