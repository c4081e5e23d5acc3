"""Playing recorded trials: how a command ends when a record can no longer be written."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from bioblue_tui.commands.common.usage import BrokenOff
from bioblue_tui.formatting.text import visible
from bioblue_tui.records.files import RemovedError
from bioblue_tui.records.schema import RecordError

Result = TypeVar("Result")


def recorded(play: Callable[[], Result], begun: Callable[[], object] = lambda: True) -> Result:
    """Play, and turn an error that a person can correct into one clear message.

    Args:
        play: Plays one trial or several.
        begun: Tells whether any of them has begun: then the error is not bad input.
    """
    try:
        return play()
    except RecordError as error:
        if not begun():
            raise
        kept = " Steps played before are kept; bioblue resume continues from there."
        raise BrokenOff(visible(f"{error}{'' if isinstance(error, RemovedError) else kept}")) from None
