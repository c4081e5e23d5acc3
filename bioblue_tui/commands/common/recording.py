"""Playing what is recorded meanwhile: how a command ends when a record can no longer be written."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from bioblue_tui.commands.common.usage import BrokenOff
from bioblue_tui.formatting.text import visible
from bioblue_tui.records.files import RemovedError
from bioblue_tui.records.schema import RecordError

Result = TypeVar("Result")


def recorded(play: Callable[[], Result], begun: Callable[[], object] = lambda: True) -> Result:
    """Play, and turn what a person can mend into one clear message.

    Args:
        play: Plays one trial or several.
        begun: Tells whether any of them has begun: then it is no bad input that ends it.
    """
    try:
        return play()
    except RecordError as error:
        if not begun():
            raise
        kept = " What was played before is kept; bioblue resume goes on from there."
        raise BrokenOff(visible(f"{error}{'' if isinstance(error, RemovedError) else kept}")) from None
