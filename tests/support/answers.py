"""Answers read into actions, written as the cases write them."""

from __future__ import annotations

import bioblue_envs
from bioblue_envs import Environment, State

from bioblue_tui.trials.parse import read_answer
from bioblue_tui.trials.reading.decide import read_integers


def world(count: int) -> Environment:
    return bioblue_envs.make("homeostasis") if count == 1 else bioblue_envs.make("multi-homeostasis", objectives=count)


def read(text: str, count: int, shown: str = "") -> str:
    """Read an answer, and write its action as the cases do."""
    action = read_integers(text, world(count), shown).action
    return "-" if action is None else ",".join(map(str, action))


def told(text: str, *levels: int, story: str = "") -> str:
    """Read an answer as in a trial, where the levels were just shown, and write its action as the cases do."""
    environment = world(len(levels))
    action = read_answer(text, environment, State(levels, (3,) * len(levels), 1), story.format(*levels)).action
    return "-" if action is None else ",".join(map(str, action))
