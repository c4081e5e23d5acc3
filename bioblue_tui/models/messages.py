"""From turns to chat messages: the instruction, the past as user and assistant, the present observation."""

from __future__ import annotations

import json
import math
from typing import Literal, TypedDict

from bioblue_tui.agents.base import OUTGREW, Exchange, Turn

Role = Literal["system", "user", "assistant"]


class Message(TypedDict):
    """One chat message, in the form that both APIs take."""

    role: Role
    content: str


# Made once, for speed: each step encodes several values.
_ENCODER = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def encode(value: object) -> bytes:
    """Return a value as JSON. A lone surrogate, which no request can hold, becomes a question mark.

    Raises:
        ValueError: For numbers that JSON cannot hold.
    """
    return _ENCODER.encode(value).encode(errors="replace")


class Conversation:
    """The chat messages of one trial, kept from turn to turn: each turn adds only what is new.

    Args:
        with_instruction: Whether the instruction is the first message. False where the API takes it separately.
        keep: How many of the last exchanges are sent; None for all.

    Attributes:
        news: A note for a person on what was left out because the model's context was full; empty once it was given.
    """

    def __init__(self, *, with_instruction: bool, keep: int | None = None) -> None:
        self._with_instruction = with_instruction
        self._keep = keep
        self._instruction = ""
        self._messages: list[Message] = []
        self._encoded: list[bytes] = []
        self._head = self._known = self._first = 0
        self._last: Exchange | None = None
        self._asking = self._shortened = False
        self.news = ""

    def messages(self, turn: Turn) -> list[Message]:
        """Return the messages of a turn: always the same list, valid until the next call; do not change it.

        A turn that does not continue the one before it (another trial, another instruction) begins a new list.
        """
        if not self._continues(turn):
            self._begin(turn.instruction)
        if self._asking:
            self._cut(len(self._messages) - 1, len(self._messages))
        for exchange in turn.history[self._known :]:
            self._add("user", exchange.observation)
            self._add("assistant", exchange.answer)
            self._last = exchange
        self._known = len(turn.history)
        self._add("user", turn.observation)
        self._asking, self._shortened = True, False
        self._forget(self._outside())
        return self._messages

    def encoded(self) -> bytes:
        """Return the present messages as a JSON list. Each was encoded once, when it was new."""
        return b"[" + b",".join(self._encoded) + b"]"

    def leave_out_oldest(self) -> bool:
        """Leave out the oldest exchanges, now and in every later turn: a quarter at first, half if called again.

        The list that ``messages`` returned is shortened in place. Returns False when no exchange is left in it.
        """
        sent = self._known - self._first
        if not sent:
            return False
        self._forget(self._first + math.ceil(sent / (2 if self._shortened else 4)))
        self._shortened = True
        count = self._first - self._outside()
        turns = "turn was" if count == 1 else f"{count} turns were"
        self.news = f"{OUTGREW}: the oldest {turns} left out"
        return True

    def _outside(self) -> int:
        """How many of the oldest exchanges are never sent, because only the last ``keep`` are."""
        return 0 if self._keep is None else max(0, self._known - self._keep)

    def _forget(self, first: int) -> None:
        """Remove all exchanges before number ``first`` from the messages."""
        if first > self._first:
            self._cut(self._head, self._head + 2 * (first - self._first))
            self._first = first

    def _add(self, role: Role, content: str) -> None:
        message: Message = {"role": role, "content": content}
        self._messages.append(message)
        self._encoded.append(encode(message))

    def _cut(self, begin: int, end: int) -> None:
        del self._messages[begin:end], self._encoded[begin:end]

    def _continues(self, turn: Turn) -> bool:
        if turn.instruction != self._instruction or len(turn.history) < self._known:
            return False
        return self._known == 0 or turn.history[self._known - 1] is self._last

    def _begin(self, instruction: str) -> None:
        self._instruction = instruction
        self._messages, self._encoded = [], []
        if self._with_instruction and instruction:
            self._add("system", instruction)
        self._head, self._known, self._first = len(self._messages), 0, 0
        self._last, self._asking, self.news = None, False, ""
