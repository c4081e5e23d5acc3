"""One statement of an answer, with the lines that hold it."""

from __future__ import annotations

from dataclasses import dataclass

from bioblue_envs import Action

from bioblue_tui.trials.reading.outcome import Kind


@dataclass(frozen=True, slots=True)
class Block:
    """A statement, or text in the form of one.

    Attributes:
        action: The action it states; None where it is faulty.
        first: Its first line, from 0.
        last: Its last line.
        clause: The clause of the rule that read it.
        marked: True where it is marked as the answer.
        reason: What is faulty, for a person.
        quote: The part of the text that the reason quotes.
        named: True where it is called the answer, or the action.
        labelled: True where it names the objectives.
        kind: Whether the fault makes the answer illegal or unreadable.
        beside: The other text in its own lines.
        whole: False where its lines hold more than was read.
        now: False where it may be meant for another time, or only under a condition.
    """

    action: Action | None
    first: int
    last: int
    clause: str = ""
    marked: bool = False
    reason: str = ""
    quote: str = ""
    named: bool = False
    labelled: bool = False
    kind: Kind = "unreadable"
    beside: str = ""
    whole: bool = True
    now: bool = True
