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


def test_a_theme_is_kept_from_run_to_run(bioblue: Bioblue) -> None:
    with bioblue.terminal() as terminal:
        terminal.wait("multi-homeostasis", "Quit")
        dark = terminal.colour_of("recent trials")
        terminal.press("ctrl+t")
        terminal.wait(lambda _: terminal.colour_of("recent trials") != dark)
        terminal.wait(lambda _: (bioblue.root / "config.toml").exists())
        terminal.press("esc")
        assert terminal.finish() == 0
    with bioblue.terminal("watch", "homeostasis", "--paused") as terminal:
        terminal.wait("‖ paused")
    with bioblue.terminal() as terminal:
        terminal.wait("multi-homeostasis", "Quit")
        assert terminal.colour_of("recent trials") != dark


def test_a_damaged_configuration_is_told_and_the_program_goes_on(bioblue: Bioblue) -> None:
    (bioblue.root / "config.toml").write_text("theme = ", encoding="utf-8")
    with bioblue.terminal() as terminal:
        terminal.wait("multi-homeostasis", "Configuration", "not read")
        terminal.press("esc")
        assert terminal.finish() == 0
    assert (bioblue.root / "config.toml").read_text(encoding="utf-8") == "theme = "
