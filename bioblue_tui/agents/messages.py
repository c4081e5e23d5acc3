"""From turns to chat messages: the instruction, the past as user and assistant, the present observation."""

from __future__ import annotations

import math
from typing import Literal, TypedDict

from bioblue_tui.agents.base import OUTGREW, Exchange, Turn


class Message(TypedDict):
    """One chat message, in the form that both APIs take."""

    role: Literal["system", "user", "assistant"]
    content: str


class Conversation:
    """The chat messages of one trial, kept from turn to turn: each turn adds only what is new.

    Args:
        with_instruction: Whether the instruction is the first message. False where the API takes it apart.
        keep: How many of the last exchanges are sent; None for all.

    Attributes:
        news: What has been left out because the model's context was full, for a person; empty when that is told.
    """

    def __init__(self, *, with_instruction: bool, keep: int | None = None) -> None:
        self._with_instruction = with_instruction
        self._keep = keep
        self._instruction = ""
        self._messages: list[Message] = []
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
            self._messages.pop()
        for exchange in turn.history[self._known :]:
            self._messages.append({"role": "user", "content": exchange.observation})
            self._messages.append({"role": "assistant", "content": exchange.answer})
            self._last = exchange
        self._known = len(turn.history)
        self._messages.append({"role": "user", "content": turn.observation})
        self._asking, self._shortened = True, False
        self._forget(self._outside())
        return self._messages

    def leave_out_oldest(self) -> bool:
        """Leave out the oldest exchanges, now and in every later turn: a quarter, if that was not enough a half.

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
        """How many of the oldest exchanges are not to be sent in any case."""
        return 0 if self._keep is None else max(0, self._known - self._keep)

    def _forget(self, first: int) -> None:
        """Take all exchanges before one out of the messages."""
        if first > self._first:
            del self._messages[self._head : self._head + 2 * (first - self._first)]
            self._first = first

    def _continues(self, turn: Turn) -> bool:
        if turn.instruction != self._instruction or len(turn.history) < self._known:
            return False
        return self._known == 0 or turn.history[self._known - 1] is self._last

    def _begin(self, instruction: str) -> None:
        self._instruction = instruction
        self._messages = []
        if self._with_instruction and instruction:
            self._messages.append({"role": "system", "content": instruction})
        self._head, self._known, self._first = len(self._messages), 0, 0
        self._last, self._asking, self.news = None, False, ""
