"""How long a provider asks to wait before the next request."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from email.utils import mktime_tz, parsedate_tz

LONGEST = 3600.0
"""The most seconds that a trial waits by itself. Before a longer wait, a person should decide."""


def retry_after(headers: object) -> float | None:
    """Return how many seconds a provider asks to wait, or None where it says nothing of use."""
    if not isinstance(headers, Mapping):
        return None
    for name, unit in (("retry-after-ms", 1000), ("retry-after", 1)):
        text = headers.get(name)
        if isinstance(text, str):
            seconds = _seconds(text)
            if seconds is not None:
                return max(0.0, seconds / unit)
    return None


def until(wait: float) -> str:
    """Say when a wait that begins now is over."""
    try:
        return time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime(time.time() + wait))
    except (OverflowError, ValueError, OSError):
        return "the end of time"


def _seconds(text: str) -> float | None:
    try:
        seconds = float(text)
    except ValueError:
        return _until_date(text)
    return None if math.isnan(seconds) else seconds


def _until_date(text: str) -> float | None:
    try:
        date = parsedate_tz(text)
        return None if date is None else float(math.ceil(mktime_tz(date) - time.time()))
    except (ValueError, OverflowError, TypeError, IndexError):
        return None
