"""A person as an agent: the trial waits until a screen or a command submits what was typed."""

from __future__ import annotations

import asyncio

from bioblue_tui.agents.base import Answer, BaseAgent, Turn

HUMAN = "human"
"""Name of a person as an agent, and as the actor of an answer given in an agent's place."""


class HumanAgent(BaseAgent):
    """A person who answers through ``submit``."""

    def __init__(self) -> None:
        super().__init__(HUMAN, patient=True)
        self._waiting: asyncio.Future[Answer] | None = None

    @property
    def asked(self) -> bool:
        """True while the trial waits for this person."""
        return self._waiting is not None and not self._waiting.done()

    async def answer(self, turn: Turn) -> Answer:
        """Wait for ``submit``."""
        self._waiting = asyncio.get_running_loop().create_future()
        try:
            return await self._waiting
        finally:
            self._waiting = None

    def submit(self, text: str, dropped: int = 0, seconds: float | None = None) -> bool:
        """Submit an answer, verbatim. Returns False and changes nothing when the trial is not waiting for one.

        Args:
            text: The answer.
            dropped: How many keys were pressed before the question was on the screen, and did not count.
            seconds: How long it took, minus what does not count, where that was measured; else the trial measures.
        """
        if self._waiting is None or self._waiting.done():
            return False
        self._waiting.set_result(Answer(text, dropped=dropped, seconds=seconds))
        return True
