"""Trials that somebody changed: by a plan, or while they went on."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

from bioblue_tui.records.collection import open_record
from bioblue_tui.runs.session import open_session, run_unattended
from bioblue_tui.runs.trial_spec import TrialSpec
from bioblue_tui.trials.events import Planned
from tests.support.reports import write_record


def changed(folder: Path, *planned: Planned, seed: int = 1, live: bool = False, steps: int = 12) -> Path:
    """Play the thermostat and return its record.

    Args:
        folder: Where to write it.
        planned: What is changed for it.
        seed: Its seed.
        live: Whether that was planned by nobody, but made while it went on.
        steps: How many it has.
    """
    spec = TrialSpec("homeostasis", "thermostat", seed=seed, steps=steps, schedule=planned)
    session = open_session(spec, folder)
    asyncio.run(run_unattended(session))
    record = open_record(session.path)
    if live:
        write_record(session.path, replace(record.header, schedule=()), record.events)
    return session.path
