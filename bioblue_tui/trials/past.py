"""What has happened in a trial to be resumed, read from its events: who acts, and what was already asked."""

from __future__ import annotations

from collections.abc import Sequence

from bioblue_tui.agents.human import HUMAN
from bioblue_tui.trials.events import Asked, Event, HandedOver, Stepped


def taken_over(past: Sequence[Event]) -> int:
    """Return the step from which a person has acted in the agent's place until now; 0 where the agent acts.

    Where the agent acted later without being given control back, as in old records, the agent has control.
    """
    for event in reversed(past):
        if isinstance(event, HandedOver):
            return event.step if event.actor == HUMAN else 0
        if isinstance(event, Stepped) and event.actor != HUMAN:
            return 0
    return 0


def attempts_of_open_step(past: Sequence[Event], step: int) -> int:
    """Return how many attempts were begun at a step that is not done."""
    return max((event.attempt for event in past if isinstance(event, Asked) and event.step == step), default=0)
