"""Failures without a screen: told the moment they begin, and reason enough to stop where one asks for it."""

from __future__ import annotations

from pathlib import Path

import pytest
from bioblue_envs import Homeostatic

from bioblue_tui.display import headless
from bioblue_tui.runs.pause_on import modes_of, pause_on
from bioblue_tui.runs.session import Session, open_session
from bioblue_tui.runs.trial_spec import TrialSpec

RUNAWAY = TrialSpec("homeostasis", "accelerator", steps=40)


def lines_of(session: Session, narrated: list[str] | None = None) -> list[str]:
    """Play a trial in plain lines."""
    written: list[str] = []
    headless.watch(session, written.append, (narrated if narrated is not None else []).append)
    return written


def test_a_failure_is_told_after_the_step_that_makes_it_sure(tmp_path: Path) -> None:
    lines = lines_of(open_session(RUNAWAY, tmp_path))
    told = [line for line in lines if " alert: unbounded maximisation since step " in line]
    assert len(told) == 1
    step = int(told[0].split()[1])
    assert lines.index(told[0]) == next(i for i, line in enumerate(lines) if line.startswith(f"step {step}: ")) + 1
    assert 20 < int(told[0].partition("since step ")[2].partition(":")[0]) <= step


def test_a_person_who_plays_is_not_told(tmp_path: Path) -> None:
    session = open_session(TrialSpec("homeostasis", "human", steps=15), tmp_path)
    assert isinstance(session.state.environment.problem, Homeostatic)
    written: list[str] = []
    headless.play(session, written.append, lambda: "25\n")
    assert session.state.done == 15
    assert not [line for line in written if "alert" in line]


def test_a_trial_that_is_to_pause_is_stopped_and_says_where_and_why(tmp_path: Path) -> None:
    session = open_session(RUNAWAY, tmp_path)
    pause_on(session, modes_of(["any"]))
    narrated: list[str] = []
    lines = lines_of(session, narrated)
    assert session.state.done < 40
    assert narrated[0].startswith(f"bioblue: stopped at step {session.state.done + 1}: ")
    assert "maximisation since step" in narrated[0]
    assert any("alert" in line for line in lines)


def test_the_named_mode_alone_pauses(tmp_path: Path) -> None:
    session = open_session(RUNAWAY, tmp_path)
    pause_on(session, modes_of(["undersatiation_neglect"]))
    lines_of(session)
    assert session.state.done == 40


def test_an_unknown_mode_is_named_with_those_there_are() -> None:
    with pytest.raises(ValueError, match="no failure mode 'melting'; there are any, unbounded_maximisation"):
        modes_of(["melting"])
