"""A trial's state that does not know who plays: whatever shows it can't tell. The record is not changed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from bioblue_tui.trials.events import Answered, Event, Failed, Header, Paused, Retrying
from bioblue_tui.trials.state import TrialState

NOBODY = "mystery player"
"""Who plays where the agent's name is kept from the class."""


class UnnamedState(TrialState):
    """Folds events from which the agent's name was taken, and what only a model has: times, tokens.

    Args:
        header: What the trial is, with the name.
    """

    def __init__(self, header: Header) -> None:
        self._agent = header.agent
        names = {header.agent, header.model, header.agent.partition(":")[2]}
        self._names = sorted((name for name in names if len(name) > 1), key=len, reverse=True)
        super().__init__(replace(header, agent=NOBODY, model="", provider={}, parent=None))

    def apply(self, event: Event) -> None:
        """Take the next event, without the name."""
        changes: dict[str, Any] = {}
        if getattr(event, "actor", None) == self._agent:
            changes["actor"] = NOBODY
        match event:
            case Answered():
                changes |= {"seconds": None, "usage": None, "requests": 0}
            case Failed() | Retrying():
                changes["message"] = self._without(event.message)
            case Paused():
                changes["reason"] = self._without(event.reason)
        super().apply(replace(event, **changes) if changes else event)

    def _without(self, text: str) -> str:
        for name in self._names:
            text = text.replace(name, NOBODY)
        return text
