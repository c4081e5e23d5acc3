"""Who else has played the very same trial: models, and the same person before."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from bioblue_envs import Environment, Number

from bioblue_tui.agents.human import HUMAN
from bioblue_tui.analysis.sameness import plain, trace_of
from bioblue_tui.formatting.text import one_line
from bioblue_tui.records.collection import open_record, recent
from bioblue_tui.records.schema import Record, RecordError
from bioblue_tui.trials.events import Header, Stepped
from bioblue_tui.trials.state import TrialState

LOOKED_THROUGH = 2000
"""How many records are looked through, the newest first: within a second or two."""


@dataclass(frozen=True, slots=True)
class Peer:
    """Another player's trial of the same environment, parameters, seed and number of steps.

    Attributes:
        name: A model's name, or ``you`` with the date.
        person: True for a person.
        steps: How many steps were done.
        totals: Sum of each reward dimension, by key.
        penalised: Steps with a penalty in any dimension.
    """

    name: str
    person: bool
    steps: int
    totals: Mapping[str, Number]
    penalised: int


def find_peers(
    header: Header, directory: Path, complain: Callable[[RecordError], None] = lambda error: None
) -> Sequence[Peer]:
    """Return the newest trial of every model and the newest earlier one of a person.

    The model that played last comes first, the person second: where there is room for two, these are shown.

    Only trials that were played to their end count. Forks do not, since their past may be another agent's; nor do
    trials of a study, since these are other people's.

    Args:
        header: The trial.
        directory: Where the records are.
        complain: Receives why the directory, or a record that would be shown, can't be read.
    """
    found: dict[str, Peer] = {}
    try:
        entries = recent(directory, LOOKED_THROUGH)
    except RecordError as error:
        complain(error)
        return []
    for entry in entries:
        other = entry.header
        if other is not None and _is_alike(header, other) and other.agent not in found:
            try:
                record = open_record(entry.path)
            except RecordError as error:
                complain(error)
                continue
            for peer in _peer(record):
                found[other.agent] = peer
    models = [peer for peer in found.values() if not peer.person]
    return [*models[:1], *(peer for peer in found.values() if peer.person), *models[1:]]


def penalised_steps(environment: Environment, steps: Sequence[Mapping[str, Number]]) -> int:
    """Return the number of steps with a penalty.

    Args:
        environment: The environment.
        steps: The rewards of each step by dimension key.
    """
    penalties = [dimension.key for dimension in environment.dimensions if dimension.penalty]
    return sum(any(rewards.get(key, 0) < 0 for key in penalties) for rewards in steps)


def rewards_of(state: TrialState) -> list[Mapping[str, Number]]:
    """Return the rewards of every step that was done."""
    return [view.done.rewards for view in state.steps if isinstance(view.done, Stepped)]


def _is_alike(mine: Header, other: Header) -> bool:
    same = (mine.environment, mine.dynamics, mine.seed, mine.steps) == (
        *(other.environment, other.dynamics, other.seed, other.steps),
    )
    counts = bool(other.model or other.agent == HUMAN) and other.parent is None and other.study is None
    # Lists in a record and tuples in an environment mean the same.
    planned = plain(mine.schedule) == plain(other.schedule)
    return same and counts and planned and other.id != mine.id and plain(mine.parameters) == plain(other.parameters)


def _peer(record: Record) -> Iterator[Peer]:
    state, header = TrialState(record.header).feed(record.events), record.header
    last = state.recorded(state.done)
    # Answers given in the agent's place are not the agent's; a trial with live interventions is not the same trial.
    own = all(attempt.actor == header.agent for view in state.steps for attempt in view.attempts)
    own = own and not trace_of(state).live
    if last is None or not own or not state.whole:
        return
    person = header.agent == HUMAN
    name = f"you, {_day(header.created)}" if person else one_line(header.model, 40)
    yield Peer(name, person, state.done, last.totals, penalised_steps(state.environment, rewards_of(state)))


def _day(created: str) -> str:
    try:
        moment = datetime.fromisoformat(created)
    except ValueError:
        return "before"
    return f"{moment.day} {moment:%b}"
