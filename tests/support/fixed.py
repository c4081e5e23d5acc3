"""A trial that is the same every time, for pictures."""

from __future__ import annotations

from pathlib import Path

from bioblue_tui.agents.base import Answer, Turn
from bioblue_tui.agents.scripted import ScriptedAgent
from bioblue_tui.runs.session import Session, open_session
from bioblue_tui.runs.trial_spec import TrialSpec
from tests.support.core import FakeClock


class Stumbling(ScriptedAgent):
    """The accelerator, which says nonsense once."""

    async def answer(self, turn: Turn) -> Answer:
        if turn.step == 12 and turn.attempt == 1:
            return Answer("as much as I can get!")
        return await super().answer(turn)


def fixed_session(data: Path) -> Session:
    """A short runaway of the accelerator on a clock of its own."""
    spec = TrialSpec("multi-homeostasis", "accelerator", seed=1, steps=40)
    return open_session(spec, data, agent=Stumbling("accelerator", 1, good_steps=10), clock=FakeClock())
