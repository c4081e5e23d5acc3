"""Whether output is drawn, in colour, and how wide: terminal or pipe, NO_COLOR, FORCE_COLOR."""

from __future__ import annotations

import io
from collections.abc import Mapping

import pytest

from bioblue_tui.display.look import Look


class Tty(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("environ", "colour"),
    [
        ({}, True),
        ({"TERM": "xterm"}, True),
        ({"TERM": "dumb"}, False),
        ({"TERM": "dumb", "FORCE_COLOR": "1"}, True),
        ({"NO_COLOR": "1"}, False),
        ({"NO_COLOR": ""}, True),
        ({"NO_COLOR": "1", "FORCE_COLOR": "1"}, False),
    ],
)
def test_a_terminal_is_drawn_on(monkeypatch: pytest.MonkeyPatch, environ: Mapping[str, str], colour: bool) -> None:
    monkeypatch.setenv("COLUMNS", "93")
    assert Look.of(Tty(), environ) == Look(drawn=True, colour=colour, width=93)


@pytest.mark.parametrize(
    ("environ", "look"),
    [
        ({}, Look()),
        ({"TERM": "xterm"}, Look()),
        ({"FORCE_COLOR": "1"}, Look(drawn=True, colour=True)),
        ({"FORCE_COLOR": "0"}, Look()),
        ({"FORCE_COLOR": ""}, Look()),
        ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, Look()),
    ],
)
def test_a_pipe_has_no_width(monkeypatch: pytest.MonkeyPatch, environ: Mapping[str, str], look: Look) -> None:
    monkeypatch.setenv("COLUMNS", "20")
    assert Look.of(io.StringIO(), environ) == look


def test_a_closed_stream_is_no_terminal() -> None:
    assert Look.of(None, {}) == Look()
