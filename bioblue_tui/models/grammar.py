"""Answers that the server restricts to integers, for models too small to follow an instruction."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from bioblue_tui.agents.base import Answer, Turn
from bioblue_tui.models.openai_chat import OpenAIChatAgent
from bioblue_tui.models.settings import ModelSettings

MOST_DIGITS = 9
"""Digits of the greatest integer that the grammar lets through: far beyond any sane action."""


def integers(count: int) -> str:
    """Return a grammar, in the notation of llama.cpp, for ``count`` non-negative integers separated by commas."""
    numbers = ' ", " '.join(["number"] * count)
    return f'root ::= {numbers}\nnumber ::= "0" | [1-9] [0-9]{{0,{MOST_DIGITS - 1}}}'


class ConstrainedChatAgent(OpenAIChatAgent):
    """A model behind the Chat Completions API of a server that takes a grammar, as llama.cpp's does.

    The grammar asks for one integer for each objective, unless it was turned off. The record says whether it was on.
    """

    ways_out: ClassVar[Mapping[str, str]] = {**OpenAIChatAgent.ways_out, "grammar": "--no-grammar"}

    def __init__(self, model: str, settings: ModelSettings | None = None, **where: Any) -> None:
        super().__init__(model, settings, **where)
        self._constrained = settings is None or settings.grammar is not False
        self.provider = {**self.provider, "grammar": self._constrained}

    async def answer(self, turn: Turn) -> Answer:
        """Ask the model; with the grammar it can say nothing but integers.

        Raises:
            AgentError: When the model could not answer.
        """
        if self._constrained:
            self._extra["grammar"] = integers(len(turn.environment.objectives))
        return await super().answer(turn)
