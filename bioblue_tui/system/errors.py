"""The error that a person can mend: one base for all of them, so that whoever talks to people needs to know only it."""

from __future__ import annotations

from typing import ClassVar


class BioBlueError(Exception):
    """What cannot be done as it was asked. The message says what, where, and what to do; it may hold foreign text.

    Errors about one value are a ``ValueError`` as well: a damaged record can raise any of them, and Python's own.
    """

    exit_code: ClassVar[int] = 2
    """What a command ends with: 2 for bad input, 1 where something else is to blame."""


class NoRoom(BioBlueError):
    """Marks what could not be written for want of room."""

    exit_code: ClassVar[int] = 1
