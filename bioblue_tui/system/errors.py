"""Errors that a person can correct: they share one base, so code that shows messages needs to know only that."""

from __future__ import annotations

from typing import ClassVar


class BioBlueError(Exception):
    """Something can't be done as asked. The message says what, where, and what to do; it may hold foreign text.

    Errors about one value are a ``ValueError`` as well: a damaged record can raise any of them, and Python's own.
    """

    exit_code: ClassVar[int] = 2
    """What a command ends with: 2 for bad input, 1 where something else is to blame."""


class NoRoom(BioBlueError):
    """Something could not be written because there is no room for it on the disk."""

    exit_code: ClassVar[int] = 1
