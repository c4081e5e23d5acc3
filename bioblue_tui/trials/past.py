"""What has happened in a trial that goes on, read from its events: who acts, and what was asked already."""

from __future__ import annotations

from collections.abc import Sequence

from bioblue_tui.agents.human import HUMAN
from bioblue_tui.trials.events import Asked, Event, HandedOver, Stepped


def taken_over(past: Sequence[Event]) -> int:
    """Return the step from which a person acts in the agent's place, to the end of what has happened; 0 for none.

    Where the agent acted later without having been given control back, as in old records, it has it.
    """
    for event in reversed(past):
        if isinstance(event, HandedOver):
            return event.step if event.actor == HUMAN else 0
        if isinstance(event, Stepped) and event.actor != HUMAN:
            return 0
    return 0


def attempts_of_open_step(past: Sequence[Event], step: int) -> int:
    """Return how many attempts were begun at a step that was not done."""
    return max((event.attempt for event in past if isinstance(event, Asked) and event.step == step), default=0)
