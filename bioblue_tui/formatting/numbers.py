"""Numbers as people read them in narrow columns."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from bioblue_envs import Number

EXACT = 24
"""Characters that are enough to write any float with every digit that matters; for lines of any length."""

_MORE = 17
"""Most digits needed to tell two floats apart."""


def amount(value: Number, width: int = 9) -> str:
    """Return a number in at most ``width`` characters where possible: spaced thousands, or a power of ten.

    Args:
        value: Any finite number; integers may have any size.
        width: Characters there is room for.
    """
    if isinstance(value, int) or value.is_integer():
        forms = [f"{int(value):,}"] if abs(value) < 10**15 else []
    else:
        forms = [_decimals(value, digits) for digits in (3, 2, 1)]
    # A power is only worked out where it is needed: screens write hundreds of numbers a second.
    fitting = next((form for form in forms if len(form) <= width), "") or _power(value)
    return fitting.replace(",", " ").replace("-", "−")


def signed(value: Number, width: int = 9) -> str:
    """Return a number with its sign, also when positive; zero has none."""
    return f"+{amount(value, width - 1)}" if value > 0 else amount(value, width)


def counted(count: int, thing: str, things: str = "") -> str:
    """Return a number with its noun, such as ``1 step`` and ``2 steps``; with another plural where one is given."""
    return f"{count} {thing}" if count == 1 else f"{count} {things or f'{thing}s'}"


def minutes_and_seconds(seconds: float) -> str:
    """Return a stretch of time, such as ``7 s``, ``2 min`` and ``1 min 58 s``."""
    minutes, rest = divmod(round(seconds), 60)
    return " ".join([f"{minutes} min"] * bool(minutes) + [f"{rest} s"] * bool(rest or not minutes))


def _decimals(value: float, digits: int) -> str:
    return f"{value:,.{digits}f}".rstrip("0").rstrip(".")


def _power(value: Number, digits: int = 1) -> str:
    # Decimal reads integers of any size, which floats do not.
    return f"{Decimal(value):.{digits}e}".lower().replace("e+", "e")


def ends(low: Number, high: Number, width: int, short: Callable[[Number], Number]) -> tuple[str, str]:
    """Return the ends of an interval, each as ``amount``; where both would read alike, with more digits.

    Args:
        low: Its lower end.
        high: Its upper end.
        width: Characters there is room for in each.
        short: Rounds an end to the digits to show.
    """
    rooms = range(width, width + _MORE)
    found = [(amount(short(low), room), amount(short(high), room)) for room in rooms]
    found += [(amount(low, room), amount(high, room)) for room in rooms]
    for digits in range(2, _MORE):
        one, other = (_power(value, digits).replace("-", "−") for value in (low, high))
        found.append((one, other))
    return next(((one, other) for one, other in found if one != other), found[0])


def tidy(value: Number) -> Number:
    """Return a sum of rounded rewards without the errors of binary fractions: 3 decimals, as rewards have."""
    return round(value, 3) if isinstance(value, float) else value


def difference(value: Number, other: Number) -> Number:
    """Return ``value`` minus ``other``, tidied; in whole units where one is an integer too large for a float.

    Only a foreign record holds such an integer, and at that size a fraction does not matter.
    """
    try:
        return tidy(value - other)
    except OverflowError:
        return int(value) - int(other)
