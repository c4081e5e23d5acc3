"""Trials that are not independent: they share one noise stream, one sequence of actions, or their first steps.

The published trials of homeostasis all met the same noise, and several published trials have the same actions from
beginning to end; forks of one trial have one past. In means and intervals such trials count as one.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Literal

from bioblue_tui.agents.human import HUMAN
from bioblue_tui.agents.scripted import STREAM
from bioblue_tui.analysis.words import noisy
from bioblue_tui.formatting.numbers import counted
from bioblue_tui.formatting.text import one_line
from bioblue_tui.models.redaction import without
from bioblue_tui.models.settings import ModelSettings
from bioblue_tui.records.schema import make_environment
from bioblue_tui.trials.events import Header, Stepped
from bioblue_tui.trials.state import TrialState
from bioblue_tui.trials.telling import interventions
from bioblue_tui.wordings.collection import words_of
from bioblue_tui.wordings.wording import DIGITS
from bioblue_tui.wordings.words import WordingError

Kind = Literal["noise", "actions", "family"]
"""What makes trials not independent: they share this."""

_TOLD: dict[Kind, str] = {
    "noise": "use the same noise: they are not independent, and count as one in means and intervals",
    "actions": "share one sequence of actions: they count as one trial, not as several",
    "family": "share their first steps, as forks of one trial: they are not independent, and count as one in means and "
    "intervals",
}

NO_MATTER = frozenset({"base_url", "remark"})
"""Provider parameters that do not affect what a model does: where it is (a server may move between two runs), and a
remark for people."""

SHORT = 10
"""Trials with noise, different seeds and fewer steps are not compared: they may well be equal by chance. The same seed
is the same noise, and without noise the same actions are the same trial, however few the steps."""

ALIKE = f"the same actions (where there is noise, in {SHORT} steps or more)"
"""What makes trials with different noise count as one."""


@dataclass(frozen=True, slots=True)
class Trace:
    """What distinguishes a trial from others.

    Attributes:
        noise: A hash of every step's noise, without disturbances; 0 without noise, and for short trials.
        actions: A hash of every step's action, and of the person who played it: people who act alike are still
            different people; 0 for short trials with noise, and without any step.
        seeded: A hash of the seed and of the first step's noise, from which all noise follows; 0 without noise, or
            where no seed is known.
        family: The ids of the trial, and of the trials whose first steps it has.
        handed: Who else played steps of it, to put after its agent's name; empty where the agent played all.
        live: The interventions that were made while it ran, not planned, as JSON; empty where there were none.
        interventions: All interventions in words, shortened, to put after its agent's name; empty where there were
            none.
        disturbed: Whether anything was added to the noise of its steps.
    """

    noise: int = 0
    actions: int = 0
    seeded: int = 0
    family: tuple[str, ...] = ()
    handed: str = ""
    live: str = ""
    interventions: str = ""
    disturbed: bool = False

    @property
    def more(self) -> str:
        """What to put after the agent's name: who else played, and what was changed for the agent."""
        return self.handed + self.interventions

    @property
    def whole(self) -> str:
        """What to put after sums over all steps, if others than the agent played some of them; else empty."""
        return " over all steps, those of others too" if self.handed else ""

    @property
    def marks(self) -> Iterator[tuple[Kind, Hashable]]:
        """The marks that tie it to others: trials with a mark in common are not independent."""
        yield from (("noise", mark) for mark in (self.noise, self.seeded) if mark)
        if self.actions:
            yield "actions", self.actions
        yield from (("family", mark) for mark in self.family)


def person_of(header: Header) -> str:
    """Return who played a trial; empty for an agent."""
    if header.study:
        return str(header.study.get("participant"))
    return HUMAN if header.agent == HUMAN else ""


def trace_of(state: TrialState) -> Trace:
    """Return the trace of a trial as far as it was played."""
    header, done = state.header, [view.done for view in state.steps if view.done]
    live, words = _interventions(state)
    if not done:
        return Trace(interventions=words)
    handed = played_by(header, done)
    own = Trace(family=_family(header), handed=handed, live=live, interventions=words, disturbed=state.any_disturbed)
    actions = hash((person_of(header), *(step.action for step in done)))
    noise = tuple(state.noise(step.step) for step in done)
    if not any(map(any, noise)) and (not any(noise) or not noisy(state.environment)):
        return replace(own, actions=actions)
    seeded = 0 if header.seed is None else hash((header.seed, noise[0]))
    if len(done) < SHORT:
        return replace(own, seeded=seeded)
    return replace(own, noise=hash(noise), actions=actions, seeded=seeded)


def _interventions(state: TrialState) -> tuple[str, str]:
    """Return the live interventions, as JSON, and all interventions in words."""
    planned = state.header.schedule
    known = [plain(one) for one in planned]
    # Interventions for a step that was never played changed nothing.
    made = [event.planned for event in state.interventions if event.step <= state.done]
    live = [one for one in made if plain(one) not in known]
    told = [(planned, ", planned: {}"), (live, ", live: {}")]
    words = "".join(how.format(interventions(which)) for which, how in told if which)
    return json.dumps(plain(live)) if live else "", words


def _family(header: Header) -> tuple[str, ...]:
    # The id of a published log is its file's name, which is not unique.
    own = header.id if header.source == "live" else ""
    parent = header.parent if header.forked_after else None
    others = [str(parent.get(name) or "") for name in ("id", "root")] if parent else []
    return tuple(dict.fromkeys(name for name in (own, *others) if name))


def played_by(header: Header, steps: Sequence[Stepped]) -> str:
    """Return words to put after the agent's name: who else played steps of its trial; empty where it played all.

    Args:
        header: The trial's header.
        steps: Its steps, in order.
    """
    if header.source == "published":
        return ""
    shared = header.forked_after or 0
    first = next((step.step for step in steps if step.step > shared or step.actor == header.agent), shared + 1)
    begun = list(dict.fromkeys(step.actor for step in steps if step.step < first))
    later = dict.fromkeys(step.actor for step in steps if step.step >= first and step.actor != header.agent)
    found = f" from step {first} of the trial of {' and '.join(begun)}" if begun else ""
    return one_line(found + (f", with steps by {' and '.join(later)}" if later else ""), 120)


def group_key(header: Header, trace: Trace) -> str:
    """Return a key that is equal for trials that may be averaged: setup, agent, condition, who played, interventions.

    The random stream of a scripted agent is like a seed: with another stream it is another trial of the same agent.
    """
    settings = {key: value for key, value in settings_of(header).items() if key != STREAM}
    read = instruction_digest(header) if header.model or header.presentation else ""
    parts = [header.environment, header.parameters, header.steps, header.agent, header.model, settings, read]
    parts += [condition_of(header), header.schedule, header.presentation, header.dynamics, header.told, trace.handed]
    parts.append(trace.live)
    return json.dumps(plain(parts), sort_keys=True, default=str)


def settings_of(header: Header) -> dict[str, object]:
    """Return the provider parameters that decide how an agent plays, without the secrets that older records hold."""
    return {key: _open(key, value) for key, value in header.provider.items() if key not in NO_MATTER}


def _open(key: str, value: object) -> object:
    return without(value) if key == "extra" else value


def instruction_digest(header: Header) -> str:
    """Return the digest of a trial's instruction: texts may be long, and there may be thousands of trials."""
    return hashlib.sha256(header.instruction.encode("utf-8", "surrogatepass")).hexdigest()


def plain(value: object) -> object:
    """Return a value as it would be after writing and reading JSON: tuples become lists; and 1.0 becomes 1."""
    if isinstance(value, Mapping):
        return {str(key): plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [plain(inner) for inner in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def condition_of(header: Header) -> str:
    """Return a trial's condition; empty for published logs, whose condition only adds the trial's number."""
    return "" if header.source == "published" else header.condition


def apart(titles: Sequence[str], headers: Sequence[Header]) -> list[str]:
    """Return titles of groups; equal ones get what distinguishes them: steps, settings, instruction."""
    found = list(titles)
    for said in (_planned, named_settings, settings_of, _instruction):
        alike: defaultdict[str, list[Mapping[str, object]]] = defaultdict(list)
        facts = [said(header) for header in headers]
        for title, own in zip(found, facts, strict=True):
            alike[title].append(own)
        found = [
            " · ".join([title, *(_told(key, value) for key, value in own.items() if _differs(key, alike[title]))])
            for title, own in zip(found, facts, strict=True)
        ]
    # Groups whose difference does not fit into a line, such as the end of a long reminder, are at least numbered.
    of, at = Counter(found), Counter[str]()
    for place, title in enumerate(found):
        at[title] += 1
        found[place] += f" · {at[title]} of {of[title]} of this name" if of[title] > 1 else ""
    return found


def _planned(header: Header) -> Mapping[str, object]:
    return {"": f"{counted(header.steps, 'step')} planned"}


def named_settings(header: Header) -> Mapping[str, object]:
    """Return a model's settings by the names in which people set them."""
    found = ModelSettings.of(header.provider)
    names = (known.name for known in fields(found) if known.name not in (*NO_MATTER, "explicit", "confirmed"))
    return {name: plain(_open(name, getattr(found, name))) for name in names}


def _instruction(header: Header) -> Mapping[str, object]:
    try:
        words = words_of(header.environment, header.wording, header.words)
        usual = words.instruction(make_environment(header)) == header.instruction
    except (WordingError, ValueError):
        usual = False
    return {"instruction": "usual" if usual else f"digest {instruction_digest(header)[:DIGITS]}"}


def _differs(key: str, facts: Sequence[Mapping[str, object]]) -> bool:
    return any(own.get(key) != facts[0].get(key) for own in facts)


def _told(key: str, value: object) -> str:
    shown = value if isinstance(value, str) else "none" if value is None else json.dumps(value, default=str)
    return one_line(f"{key} {shown}".strip(), 60)


def kin(traces: Sequence[Trace]) -> list[int]:
    """Return for each trial of one agent the number of the first trial that it belongs together with.

    Trials that share noise, all actions or first steps belong together; so do those that belong with the same third.
    """
    return joined([trace.marks for trace in traces])


def joined(marks: Sequence[Iterable[Hashable]]) -> list[int]:
    """Return for each of several things the number of the first one that it belongs together with.

    Args:
        marks: The marks of each. Things with a mark in common belong together; so do those that belong with the same
            third.
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


def told_of(trials: Iterable[tuple[str, Hashable, Trace]]) -> list[str]:
    """Return a sentence each on trials that share their noise, their actions, or their first steps.

    Args:
        trials: The name, the group and the trace of each trial that is averaged.
    """
    every = list(trials)
    found: list[str] = []
    told: list[set[str]] = []
    for kind, what in _TOLD.items():
        heads = joined([[(group, mark) for mark in trace.marks if mark[0] == kind] for _, group, trace in every])
        together: defaultdict[int, list[str]] = defaultdict(list)
        for head, (name, _, _) in zip(heads, every, strict=True):
            together[head].append(name)
        # Where forks share all noise, it need not be said that they share their first steps.
        shared = [
            names
            for names in together.values()
            if len(names) > 1 and not (kind == "family" and any(set(names) <= others for others in told))
        ]
        told += map(set, shared)
        if shared:
            several = f", in {len(shared)} groups, each within itself," if len(shared) > 1 else ""
            named = "; ".join(", ".join(names) for names in shared)
            found.append(f"{sum(map(len, shared))} trials{several} {what} ({named})")
    return found
