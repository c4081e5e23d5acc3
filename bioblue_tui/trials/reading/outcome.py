"""The result of reading an answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from bioblue_envs import Action

Kind = Literal["illegal", "unreadable"]
"""Why an answer is not an action: the environment forbids it, or it is not clear which action is meant."""

MAX_DIGITS = 9
"""A number of more digits than this is not read."""


@dataclass(frozen=True, slots=True)
class Reading:
    """The reading of an answer.

    Attributes:
        action: The action; None where the answer has none.
        kind: Why it has none; empty where it has one.
        reason: The same for a person.
        clause: The clause of the rule that read it, such as ``alone`` or ``labelled``.
        part: The part of the text that it was read from, such as ``line 3 of 7``.
    """

    action: Action | None
    kind: Kind | Literal[""] = ""
    reason: str = ""
    clause: str = ""
    part: str = ""
