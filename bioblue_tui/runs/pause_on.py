"""Pausing a live trial the moment a failure mode begins, so that a person can look, take over or fork."""

from __future__ import annotations

from collections.abc import Collection

from bioblue_tui.analysis.analysed import Analysis
from bioblue_tui.analysis.modes.base import NOISE, Mode
from bioblue_tui.analysis.modes.catalogue import MODES
from bioblue_tui.runs.session import Session
from bioblue_tui.trials.events import Event

ANY = "any"
"""Stands for every failure mode."""


def modes_of(names: Collection[str]) -> frozenset[Mode]:
    """Return the named modes; hyphens count as underscores.

    Raises:
        ValueError: For an unknown name.
    """
    failures = [mode for mode in MODES if mode != NOISE]
    chosen: set[Mode] = set()
    for name in names:
        wanted = name.strip().lower().replace("-", "_")
        found = failures if wanted == ANY else [mode for mode in failures if mode == wanted]
        if not found:
            raise ValueError(f"no failure mode {name[:40]!r}; there are {ANY}, {', '.join(failures)}")
        chosen.update(found)
    return frozenset(chosen)


def pause_on(session: Session, modes: Collection[Mode]) -> None:
    """Pause a trial when one of these failure modes is found in it.

    Args:
        session: The trial; its past is read, but does not pause it.
        modes: The modes.
    """
    reading = Analysis(session.header, session.state.environment).feed(session.past)

    def look(event: Event) -> None:
        for finding in reading.apply(event):
            if finding.mode in modes:
                session.trial.pause(f"{finding.name} since step {finding.onset}: {finding.evidence}")
                return

    session.listeners.append(look)
