"""Trials that are no different ones: they share one noise stream, or one sequence of actions.

Statistics over trials take them to be independent. The published trials of homeostasis all met the same noise, and
several published trials are the same actions from beginning to end.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping

from bioblue_tui.records.schema import Record
from bioblue_tui.trials.events import Stepped

SHORT = 10
"""Trials of fewer steps are not compared: they may well be alike by chance."""


def sameness(records: Mapping[str, Record]) -> list[str]:
    """Return a sentence for every group of trials that share their noise or their actions.

    Args:
        records: Trials by what to call them.
    """
    noise: defaultdict[object, list[str]] = defaultdict(list)
    actions: defaultdict[object, list[str]] = defaultdict(list)
    for name, record in records.items():
        steps = [event for event in record.events if isinstance(event, Stepped)]
        if len(steps) < SHORT:
            continue
        # Agents are compared on the same noise on purpose; trials of one agent are taken for different ones.
        agent = (record.header.environment, record.header.agent, record.header.model)
        if any(step.change for step in steps):
            noise[(*agent, tuple(step.change for step in steps))].append(name)
        actions[(*agent, tuple(step.action for step in steps))].append(name)
    return [
        *_told(noise, "share one noise stream: their differences come from the agent alone, and their luck is one"),
        *_told(actions, "share one sequence of actions: they count as one trial, not as several"),
    ]


def _told(groups: Mapping[object, list[str]], what: str) -> Iterator[str]:
    for names in groups.values():
        if len(names) > 1:
            yield f"{len(names)} trials {what} ({', '.join(names)})"
