"""Trials to compare, made without an event loop: agents that do one thing up to a step and another from there on."""

from __future__ import annotations

from pathlib import Path

import bioblue_envs
from bioblue_envs import Environment, State

from bioblue_tui.records.journal import Journal
from bioblue_tui.records.schema import Record
from tests.support.records import Chooser, header_for, play, reference


def eats(amount: int, after: int = 0) -> Chooser:
    """Plays like the reference policy, and takes a fixed amount of the last objective after a step."""

    def choose(environment: Environment, state: State) -> str:
        if state.step < after:
            return reference(environment, state)
        best = environment.reference_action(state)
        return ", ".join(map(str, (*best[:-1], amount)))

    return choose


def recorded(
    choose: Chooser = reference,
    environment: str = "multi-homeostasis",
    *,
    steps: int = 40,
    seed: int | None = 2,
    path: Path | None = None,
    parameters: dict[str, object] | None = None,
    **fields: object,
) -> Record:
    """Play a trial and return its record, which is no file yet."""
    header = header_for(bioblue_envs.make(environment, **(parameters or {})), steps, seed, **fields)
    return Record(header, list(play(header, choose)), path)


def on_disk(folder: Path, choose: Chooser = reference, **fields: object) -> Path:
    """Play a trial and return its file."""
    record = recorded(choose, **fields)  # type: ignore[arg-type]
    journal = Journal.create(folder, record.header)
    for event in record.events:
        journal.append(event, to_disk=False)
    journal.close()
    return journal.path
