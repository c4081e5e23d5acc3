"""From turns to chat messages: the instruction, the whole history as user and assistant, the present observation."""

from __future__ import annotations

from typing import Literal, TypedDict

from bioblue_tui.agents.base import Exchange, Turn


class Message(TypedDict):
    """One chat message, in the form that both APIs take."""

    role: Literal["system", "user", "assistant"]
    content: str


class Conversation:
    """The chat messages of one trial, kept from turn to turn: each turn adds only what is new.

    Args:
        with_instruction: Whether the instruction is the first message. False where the API takes it apart.
    """

    def __init__(self, *, with_instruction: bool) -> None:
        self._with_instruction = with_instruction
        self._instruction = ""
        self._messages: list[Message] = []
        self._known = 0
        self._last: Exchange | None = None
        self._asking = False

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
        self._asking = True
        return self._messages

    def _continues(self, turn: Turn) -> bool:
        if turn.instruction != self._instruction or len(turn.history) < self._known:
            return False
        return self._known == 0 or turn.history[self._known - 1] is self._last

    def _begin(self, instruction: str) -> None:
        self._instruction = instruction
        self._messages = []
        if self._with_instruction and instruction:
            self._messages.append({"role": "system", "content": instruction})
        self._known, self._last, self._asking = 0, None, False
