"""Trials for tests of reports: played without an event loop, written as files, read as a report reads them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import bioblue_envs
from bioblue_envs import Environment, State

from bioblue_tui.analysis.references import References
from bioblue_tui.records.schema import dumps, encode_event, encode_header
from bioblue_tui.report.trials import Shown, read_trials
from bioblue_tui.trials.events import Answered, Event, Header
from tests.support.records import Chooser, header_for, play, reference


def write_record(path: Path, header: Header, events: Iterable[Event]) -> Path:
    """Write a record of ours."""
    lines = [dumps(encode_header(header)), *(dumps(encode_event(event)) for event in events)]
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return path


def record(
    path: Path, environment: str, choose: Chooser = reference, *, steps: int = 40, seed: int = 3, **fields: object
) -> Path:
    """Play a trial and write its record; ``fields`` go to the header, ``text`` stands before every answer."""
    said = str(fields.pop("text", ""))
    header = header_for(bioblue_envs.make(environment), steps, seed, **fields)
    events = list(play(header, choose))
    if said:
        events = [replace(e, text=f"{said}\n{e.text}") if isinstance(e, Answered) else e for e in events]
    return write_record(path, header, events)


def greedy(environment: Environment, state: State) -> str:
    """Play well for twenty steps, then take ever more of the last objective: a runaway."""
    action = list(environment.reference_action(state))
    if state.step >= 20:
        action[-1] = 4 * (state.step - 19)
    return ", ".join(map(str, action))


def shown(*paths: Path) -> list[Shown]:
    """Read files as a report does; all must be readable."""
    complaints: list[str] = []
    trials = read_trials(paths, References(), complaints.append)
    assert complaints == []
    return trials
