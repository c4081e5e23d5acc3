"""A fault of the program itself, described without any values: texts and variables may hold a key."""

from __future__ import annotations

import traceback
from pathlib import Path

_PLACES = 6
"""How many places in the program are named, the innermost first."""


def told(error: BaseException) -> str:
    """Say what kind of fault it is and where it came from, on one line."""
    frames = traceback.extract_tb(error.__traceback__)[::-1][:_PLACES]
    places = " < ".join(f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in frames)
    what = f"a fault of the program: {type(error).__name__}"
    return f"{what} at {places}" if places else what


ADVICE = "Records are complete up to that point. Please report this line."
"""What a person can do about it."""
