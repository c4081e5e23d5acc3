"""Colours in a real terminal: hues only where they are wanted."""

from __future__ import annotations

import re

from tests.support.command import Bioblue

RGB = re.compile(rb"[34]8;2;(\d+);(\d+);(\d+)")


def hues(output: bytes) -> set[tuple[bytes, ...]]:
    """Return the colours written that are no shade of grey."""
    return {colour for colour in RGB.findall(output) if len(set(colour)) > 1}


def test_a_coloured_terminal_gets_hues(bioblue: Bioblue) -> None:
    bioblue.environ["COLORTERM"] = "truecolor"
    with bioblue.terminal("watch", "homeostasis", "--paused") as terminal:
        terminal.wait("‖ paused")
        assert hues(bytes(terminal.output))


def test_no_color_means_shades_of_grey_and_nothing_lost(bioblue: Bioblue) -> None:
    bioblue.environ |= {"NO_COLOR": "1", "COLORTERM": "truecolor"}
    with bioblue.terminal("watch", "homeostasis", "--paused") as terminal:
        # What colours say is said in words and signs too.
        terminal.wait("‖ paused", re.compile(r"in band|LOW|HIGH"))
        assert RGB.search(terminal.output)
        assert not hues(bytes(terminal.output))
