"""An agent that repeats recorded answers, step by step, whatever the environment does now."""

from __future__ import annotations

from collections.abc import Sequence

from bioblue_tui.agents.base import AgentError, Answer, BaseAgent, Turn


class ReplayAgent(BaseAgent):
    """Gives ``answers[step - 1]`` at every step.

    Args:
        answers: One answer per step, verbatim.
        source: What they were read from, for the agent's name.
    """

    def __init__(self, answers: Sequence[str], source: str) -> None:
        super().__init__(f"replay:{source}")
        self._answers = answers
        self._given = 0

    async def answer(self, turn: Turn) -> Answer:
        """Return the recorded answer of this step.

        Raises:
            AgentError: After the last recorded step, or when the answer is not legal in the present environment
                (asking again would give the same answer).
        """
        if turn.step > len(self._answers):
            raise AgentError(
                f"the record ends after step {len(self._answers)}; there is no answer for step {turn.step}"
            )
        if turn.rejection and self._given == turn.step:
            raise AgentError(f"the recorded answer of step {turn.step} is not legal here: {turn.rejection}")
        self._given = turn.step
        return Answer(self._answers[turn.step - 1])
