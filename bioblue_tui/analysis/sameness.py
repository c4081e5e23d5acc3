"""Trials that are no different ones: they share one noise stream, or one sequence of actions.

The published trials of homeostasis all met the same noise, and several published trials are the same actions from
beginning to end. Such trials are not independent: in means and intervals they count as one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from bioblue_tui.agents.human import HUMAN
from bioblue_tui.records.schema import Record
from bioblue_tui.trials.events import Header, Stepped

SHORT = 10
"""Noisy trials of fewer steps are not compared: they may well be alike by chance. Without noise the same actions are
the same trial, however few."""


@dataclass(frozen=True, slots=True)
class Trace:
    """What tells a trial from others.

    Attributes:
        noise: A hash of every step's exogenous change; 0 where there is none, and for short trials.
        actions: A hash of who played, if a person, and of every step's action: people who act alike are other people;
            0 for short trials with noise, and without any step.
    """

    noise: int = 0
    actions: int = 0

    @classmethod
    def of(cls, steps: Iterable[Stepped], person: str = "") -> Trace:
        """Return the trace of a trial with these steps, played by a person or, with an empty name, by an agent."""
        done = list(steps)
        noisy = any(step.change for step in done)
        if not done or (noisy and len(done) < SHORT):
            return cls()
        noise = hash(tuple(step.change for step in done)) if noisy else 0
        return cls(noise, hash((person, *(step.action for step in done))))


def person_of(header: Header) -> str:
    """Return who played a trial; empty for an agent."""
    if header.study:
        return str(header.study.get("participant"))
    return HUMAN if header.agent == HUMAN else ""


def trace_of(header: Header, steps: Iterable[Stepped]) -> Trace:
    """Return the trace of a trial that was played in these steps."""
    return Trace.of(steps, person_of(header))


def kin(traces: Sequence[Trace]) -> list[int]:
    """Return for each trial of one agent the number of the first one that it is not independent of.

    Those that share a noise stream or all actions belong together, and so do those that share one with the same third.
    """
    return joined([[part for part in (("noise", t.noise), ("actions", t.actions)) if part[1]] for t in traces])


def joined(marks: Sequence[Iterable[Hashable]]) -> list[int]:
    """Return for each of several things the number of the first one that it belongs with.

    Args:
        marks: The marks of each; things with a mark in common belong together, and those that belong with a third.
    """
    heads = list(range(len(marks)))

    def head(place: int) -> int:
        while heads[place] != place:
            place = heads[place]
        return place

    seen: dict[Hashable, int] = {}
    for place, own in enumerate(marks):
        for mark in own:
            mine, other = head(place), head(seen.setdefault(mark, place))
            heads[max(mine, other)] = min(mine, other)
    return [head(place) for place in range(len(marks))]


def sameness(records: Mapping[str, Record]) -> list[str]:
    """Return a sentence on the trials that share their noise, and one on those that share their actions.

    Args:
        records: Trials by what to call them.
    """
    found = []
    for name, record in records.items():
        trace = trace_of(record.header, (event for event in record.events if isinstance(event, Stepped)))
        # Agents are compared on the same noise on purpose; trials of one agent are taken for different ones.
        agent = (record.header.environment, record.header.agent, record.header.model)
        found.append((name, agent, trace))
    return told_of(found)


def told_of(trials: Iterable[tuple[str, Hashable, Trace]]) -> list[str]:
    """Return the same sentences on trials of which name, agent and trace are known."""
    noise: defaultdict[object, list[str]] = defaultdict(list)
    actions: defaultdict[object, list[str]] = defaultdict(list)
    for name, agent, trace in trials:
        if trace.noise:
            noise[agent, trace.noise].append(name)
        if trace.actions:
            actions[agent, trace.actions].append(name)
    return [
        *_told(noise, "use the same noise: they are not independent, and count as one in means and intervals"),
        *_told(actions, "share one sequence of actions: they count as one trial, not as several"),
    ]


def _told(groups: Mapping[object, list[str]], what: str) -> Iterator[str]:
    shared = [names for names in groups.values() if len(names) > 1]
    if shared:
        several = f", in {len(shared)} groups, each within itself," if len(shared) > 1 else ""
        named = "; ".join(", ".join(names) for names in shared)
        yield f"{sum(map(len, shared))} trials{several} {what} ({named})"
