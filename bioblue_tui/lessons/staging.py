"""How a trial is shown to an audience."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Staging:
    """How a trial is shown. By default as to somebody who looks for themselves.

    Attributes:
        lesson: Whether it belongs to a lesson: it leads back there, not to the next seed.
        large: Whether it begins in large type.
        unnamed: Whether the agent's name is kept from the class.
        suspense: Whether failures are shown only once it is over, or was paused because of one.
        secret: Whether not even then.
        pause_on: Failure modes that pause a replay.
        resumed: How a lesson's trial that is replayed is shown once it is resumed; None where it can't be.
    """

    lesson: bool = False
    large: bool = False
    unnamed: bool = False
    suspense: bool = False
    secret: bool = False
    pause_on: frozenset[str] = frozenset()
    resumed: Staging | None = None
