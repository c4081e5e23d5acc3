"""What comes of reading an answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from bioblue_envs import Action

Kind = Literal["illegal", "unreadable"]
"""Why an answer is no action: the world forbids it, or nobody can tell which it is."""

MAX_DIGITS = 9
"""A number of more digits than this is not read."""


@dataclass(frozen=True, slots=True)
class Reading:
    """The reading of an answer.

    Attributes:
        action: The action; None where there is none.
        kind: Why there is none; empty where there is one.
        reason: The same for a person.
        clause: Which clause of the rule read it, such as ``alone`` or ``labelled``.
        part: From which part of the text, such as ``line 3 of 7``.
    """

    action: Action | None
    kind: Kind | Literal[""] = ""
    reason: str = ""
    clause: str = ""
    part: str = ""
