"""Events made by hand, for tests of the state."""

from __future__ import annotations

from typing import Any

import bioblue_envs

from bioblue_tui.trials.events import Answered, Asked, Event, Stepped
from bioblue_tui.trials.state import TrialState
from tests.support.core import header

ENVIRONMENT = bioblue_envs.make("homeostasis")
HEADER = header(ENVIRONMENT, steps=10)


def asked(step: int, attempt: int = 1, actor: str = "say") -> Asked:
    return Asked(1.0, step, attempt, f"observation {step}", actor)


def answered(step: int, attempt: int = 1, text: str = "1", **more: Any) -> Answered:
    return Answered(2.0, step, attempt, text, more.pop("actor", "say"), **more)


def stepped(step: int, level: int = 100, **more: Any) -> Stepped:
    fields: dict[str, Any] = {
        "action": (1,),
        "change": (0,),
        "before": (level,),
        "after": (level + 1,),
        "rewards": {"consumption": 1, "undersatiation": 0, "oversatiation": 0},
        "metrics": {"deviation": level + 1 - 100},
        "totals": {"consumption": step, "undersatiation": 0, "oversatiation": 0},
    }
    return Stepped(at=3.0, step=step, actor="say", **{**fields, **more})


def whole(step: int) -> list[Event]:
    return [asked(step), answered(step), stepped(step, 99 + step)]


def fed(*events: Event) -> TrialState:
    return TrialState(HEADER).feed(events)
