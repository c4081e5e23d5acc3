"""Checks of single fields of a record. A file may come from anywhere: nothing is taken for granted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bioblue_tui.system.errors import BioBlueError
from bioblue_tui.trials.events import MAX_STEPS

_INFINITY = float("inf")
MOST = 10**300
"""The largest integer of a trial: results computed with it can still be floats."""

_INT = {int}
_NUMBER = {int, float}
_STR = {str}


class DecodeError(BioBlueError, ValueError):
    """What was read does not fit the format. The message says which field and why; the reader adds the place."""

    ADVICE = "Correct or remove this line to read the rest."
    """What to do about a damaged line after the first."""


def shown(value: object, length: int = 40) -> str:
    """Return a value from a file for a message: printable, on one line, of limited length."""
    if isinstance(value, int | float | bool | None):
        try:
            plain = str(value)
        except ValueError:
            plain = "a very long integer"
    elif isinstance(value, str):
        plain = value
    else:
        plain = {"dict": "an object", "list": "a list"}.get(type(value).__name__, "something else")
    cut = plain if len(plain) <= length else plain[: length - 1] + "…"
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in cut)


def quoted(value: object, length: int = 40) -> str:
    """Return a value from a file for a message, as ``shown`` does, in quotation marks."""
    return f"'{shown(value, length)}'"


def _wrong(name: str, wanted: str, value: object) -> DecodeError:
    return DecodeError(f"{name}: {wanted} expected, not {quoted(value)}")


def text(value: object, name: str) -> str:
    """Return a string."""
    if type(value) is not str:
        raise _wrong(name, "text", value)
    return value


def texts(value: object, name: str) -> tuple[str, ...]:
    """Return a list of strings as a tuple."""
    if type(value) is not list or not _STR.issuperset(map(type, value)):
        raise _wrong(name, "a list of texts", value)
    return tuple(value)


def finite(value: float, name: str) -> None:
    """Raise DecodeError for an infinite number; JSON has none, but 1e999 is read as one."""
    if not only_numbers([value]):
        raise _wrong(name, "a finite number", value)


def whole(value: object, name: str, least: int = 0) -> int:
    """Return an integer from ``least`` to ``MAX_STEPS``."""
    if type(value) is int and least <= value <= MAX_STEPS:
        return value
    raise _wrong(name, f"a whole number from {least} to {MAX_STEPS}", value)


def only_integers(values: Sequence[object]) -> bool:
    """Tell whether all are integers small enough to compute with."""
    return _INT.issuperset(map(type, values)) and _in_bounds(values)


def only_numbers(values: Sequence[object]) -> bool:
    """Tell whether all are finite numbers small enough to compute with."""
    return _NUMBER.issuperset(map(type, values)) and _in_bounds(values)


def _in_bounds(values: Sequence[Any]) -> bool:
    if not values or (min(values) >= -MOST and max(values) <= MOST):
        return True
    return all(abs(value) < (_INFINITY if type(value) is float else MOST) for value in values)


def integers(values: Sequence[object], name: str) -> None:
    """Raise DecodeError unless all are integers."""
    if not only_integers(values):
        raise _wrong(
            name, "whole numbers of at most 300 digits", next(value for value in values if not only_integers([value]))
        )


def numbers(values: Sequence[object], name: str) -> None:
    """Raise DecodeError unless all are finite numbers."""
    if not only_numbers(values):
        raise _wrong(
            name, "finite numbers of at most 300 digits", next(value for value in values if not only_numbers([value]))
        )


def mapping(value: object, name: str) -> dict[str, Any]:
    """Return a JSON object."""
    if type(value) is not dict:
        raise _wrong(name, "an object", value)
    if not all(map(_is_json, value.values())):
        raise DecodeError(f"{name}: a value in it can't be stored in a record")
    return value


def _is_json(value: object) -> bool:
    """Tell whether a value can be written as JSON and computed with: 1e999 is read as infinite, and TOML has dates."""
    if isinstance(value, int | float):
        return _in_bounds([value])
    if isinstance(value, dict):
        return all(map(_is_json, value.values()))
    return all(map(_is_json, value)) if isinstance(value, list) else value is None or isinstance(value, str)
