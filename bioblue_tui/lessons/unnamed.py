"""A trial's state without the agent's name: nothing that shows it can give it away. The record is not changed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from bioblue_tui.trials.events import Answered, Event, Failed, Header, Paused, Retrying
from bioblue_tui.trials.state import TrialState

NOBODY = "mystery player"
"""The name shown while the agent's own is kept from the class."""


class UnnamedState(TrialState):
    """Folds events from which the agent's name was removed, and what would give a model away: times, tokens.

    Args:
        header: What the trial is, with the name.
        kept: The name to hide; empty for the trial's own agent.
        named_after: The last step of that agent; None where it plays all steps.
    """

    def __init__(self, header: Header, kept: str = "", named_after: int | None = None) -> None:
        self._agent, self._named_after = kept or header.agent, named_after
        names = {self._agent, "" if kept else header.model, self._agent.partition(":")[2]}
        self._names = sorted((name for name in names if len(name) > 1), key=len, reverse=True)
        if header.parent is not None:
            # The name of a record's file contains the agent's name.
            header = replace(header, parent={"step": header.parent.get("step"), "file": f"the {NOBODY}'s trial"})
        if named_after is None:
            header = replace(header, agent=NOBODY, model="", provider={})
        super().__init__(header)

    def apply(self, event: Event) -> None:
        """Take the next event, without the name."""
        if self._named_after is not None and event.step > self._named_after:
            super().apply(event)
            return
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
