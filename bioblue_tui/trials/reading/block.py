"""One statement of an answer, with the lines it stands in."""

from __future__ import annotations

from dataclasses import dataclass

from bioblue_envs import Action

from bioblue_tui.trials.reading.outcome import Kind


@dataclass(frozen=True, slots=True)
class Block:
    """A statement, or what has the form of one.

    Attributes:
        action: What it says; None where it is faulty.
        first: Its first line, from 0.
        last: Its last line.
        clause: What of the rule read it.
        marked: True where it is called the answer.
        reason: What is faulty, for a person.
        quote: What of the text that quotes.
        named: True where it is called the answer, or the action.
        labelled: True where it names the objectives.
        kind: Whether that makes the answer illegal or unreadable.
        beside: What is said of it in its own line.
        whole: False where its lines hold more than was read.
        now: False where it may be meant for another time, or a case.
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
