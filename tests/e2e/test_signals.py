"""Signals on a painted screen: the terminal is given back, the record whole, and the exit code says what ended it."""

from __future__ import annotations

import os
import re
import signal
import sys
from pathlib import Path

import pytest

from bioblue_tui.records.journal import read_journal
from bioblue_tui.trials.events import Ended, Stepped
from tests.support.command import Bioblue, lines_of
from tests.support.terminal import Terminal

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the system has no such signals")

PLAYED = re.compile(r"step [1-9]\d*/100")

SIGNALS = ("SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT")


def _kept(terminal: Terminal) -> list[bytes]:
    """Return what the terminal was told and not untold: another screen, reports of mouse and pastes, no cursor."""
    return [
        on
        for on, off in (
            (b"\x1b[?1049h", b"\x1b[?1049l"),
            (b"\x1b[?1000h", b"\x1b[?1000l"),
            (b"\x1b[?1003h", b"\x1b[?1003l"),
            (b"\x1b[?2004h", b"\x1b[?2004l"),
            (b"\x1b[?25l", b"\x1b[?25h"),
        )
        if not terminal.output.rfind(off) > terminal.output.rfind(on) >= 0
    ]


def told(terminal: Terminal) -> str:
    """Return what stands on the terminal after the end, without its line ends."""
    return terminal.output.rpartition(b"\x1b[?1049l")[2].decode().replace("\r\n", "\n")


@pytest.mark.parametrize("name", SIGNALS)
def test_a_signal_on_a_watched_trial_completes_its_record(bioblue: Bioblue, name: str) -> None:
    number = getattr(signal, name)
    with bioblue.terminal("watch", "homeostasis", "--agent", "thermostat", "--speed", "5") as terminal:
        terminal.wait(PLAYED)
        os.kill(terminal.pid, number)
        assert terminal.finish() == 128 + number
        assert not _kept(terminal)
        (path,) = bioblue.files()
        assert f"record: {path}" in told(terminal)
        assert "to resume it: bioblue resume" in told(terminal)
    events = bioblue.record().events
    assert isinstance(events[-1], Ended)
    assert any(isinstance(event, Stepped) for event in events)


def test_a_signal_on_mission_control_completes_all_records_and_names_them(bioblue: Bioblue) -> None:
    options = ("--seeds", "1-3", "--parallel", "3", "--speed", "5", "--display", "tui")
    with bioblue.terminal("run", "homeostasis", "--agent", "thermostat", *options) as terminal:
        terminal.wait("▶3 running")
        os.kill(terminal.pid, signal.SIGTERM)
        assert terminal.finish() == 128 + signal.SIGTERM
        assert not _kept(terminal)
        assert terminal.text.count(": stopped:") == 3
    for path in bioblue.files():
        assert isinstance(read_journal(path).events[-1], Ended)


def test_a_terminal_that_is_closed_ends_the_program_also_where_its_parent_ignores_that(bioblue: Bioblue) -> None:
    watched = f"'{bioblue.command}' watch homeostasis --agent thermostat --speed 5"
    with Terminal(["/bin/sh", "-c", f"trap '' HUP; exec {watched}"], (120, 36), bioblue.environ) as terminal:
        terminal.wait(PLAYED)
        assert terminal.hang_up() == 128 + signal.SIGTERM
    assert isinstance(bioblue.record().events[-1], Ended)


def test_a_terminal_that_is_closed_ends_the_program_and_loses_nothing(bioblue: Bioblue) -> None:
    terminal = bioblue.terminal("watch", "homeostasis", "--agent", "thermostat", "--speed", "5")
    with terminal:
        terminal.wait(PLAYED)
        assert terminal.hang_up() == 128 + signal.SIGHUP
    assert isinstance(bioblue.record().events[-1], Ended)


def test_a_signal_in_a_study_is_a_participant_who_left(bioblue: Bioblue, tmp_path: Path) -> None:
    assert bioblue.run("study", "init", tmp_path / "study.toml").returncode == 0
    with bioblue.terminal("study", "run", tmp_path / "study.toml", "--participant", "P01") as terminal:
        terminal.wait("I take part (y)")
        os.kill(terminal.pid, signal.SIGTERM)
        assert terminal.finish() == 128 + signal.SIGTERM
        assert not _kept(terminal)
    (session,) = bioblue.data.rglob("*P01*.jsonl")
    assert lines_of(session)[-1]["event"] == "left"


@pytest.mark.parametrize("name", SIGNALS[1:])
def test_a_signal_while_bars_are_drawn_gives_the_terminal_back(bioblue: Bioblue, name: str) -> None:
    number = getattr(signal, name)
    with bioblue.terminal("run", "homeostasis", "--agent", "thermostat", "--seeds", "1-3", "--speed", "5") as terminal:
        terminal.wait(re.compile(r"seed 1 .*[1-9]\d*/100"))
        assert b"\x1b[?25l" in terminal.output
        os.kill(terminal.pid, number)
        assert terminal.finish() == 128 + number
    assert terminal.output.rfind(b"\x1b[?25h") > terminal.output.rfind(b"\x1b[?25l")
    assert isinstance(bioblue.record().events[-1], Ended)


@pytest.mark.parametrize("command", [["watch", "homeostasis", "--agent", "thermostat"], ["play", "homeostasis"]])
def test_a_signal_ends_a_trial_in_lines_with_its_code_and_a_whole_record(bioblue: Bioblue, command: list[str]) -> None:
    speed = ["--speed", "5"] if command[0] == "watch" else []
    with bioblue.terminal(*command, *speed, "--display", "plain") as terminal:
        if command[0] == "play":
            terminal.wait("record: ")
            terminal.type("0\n")
        terminal.wait("step 1")
        os.kill(terminal.pid, signal.SIGTERM)
        assert terminal.finish() == 128 + signal.SIGTERM
    assert isinstance(bioblue.record().events[-1], Ended)


def test_a_terminal_that_is_closed_while_bars_are_drawn_loses_nothing(bioblue: Bioblue) -> None:
    terminal = bioblue.terminal("run", "homeostasis", "--agent", "thermostat", "--seeds", "1", "--speed", "5")
    with terminal:
        terminal.wait(re.compile(r"[1-9]\d*/100"))
        assert terminal.hang_up() == 128 + signal.SIGHUP
    assert isinstance(bioblue.record().events[-1], Ended)
