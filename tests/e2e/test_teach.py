"""bioblue teach: what it lists and checks, what it says of a bad lesson, and a lesson on a terminal."""

from __future__ import annotations

import pytest

from tests.support.command import Bioblue

LESSON = """# Mine

## Only

@play homeostasis --steps 1

@discuss

- Why?
"""


def test_the_lessons_are_listed(bioblue: Bioblue) -> None:
    done = bioblue.run("teach", "--list")
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert [line[0] for line in lines] == list("1234567")
    assert lines[4].split() == ["5", "The", "runaway", "optimiser", "5", "pages,", "15", "minutes"]


@pytest.mark.parametrize("command", [["teach"], ["teach", "--check"], ["serve", "--lesson"]])
def test_a_bad_lesson_is_one_message_with_its_line(bioblue: Bioblue, command: list[str]) -> None:
    (bioblue.root / "mine.md").write_text(LESSON.replace("homeostasis", "homeostatis\x1b[2J"), encoding="utf-8")
    done = bioblue.run(*command, "mine.md")
    assert (done.returncode, done.stdout) == (2, "")
    assert "mine.md, line 5: @play: " in done.stderr
    assert "\x1b" not in done.stderr
    assert "Traceback" not in done.stderr


def test_a_good_one_is_described_without_a_screen(bioblue: Bioblue) -> None:
    (bioblue.root / "mine.md").write_text(LESSON, encoding="utf-8")
    done = bioblue.run("teach", "--check", "mine.md")
    assert (done.returncode, done.stdout, done.stderr) == (0, "mine.md: Mine: 1 page, 15 minutes\n", "")


def test_without_a_terminal_it_says_what_can_be_done(bioblue: Bioblue) -> None:
    done = bioblue.run("teach", "1")
    assert done.returncode == 2
    assert "needs a terminal; to check a lesson without one: bioblue teach --check FILE" in done.stderr


def test_a_lesson_on_a_terminal(bioblue: Bioblue) -> None:
    (bioblue.root / "mine.md").write_text(LESSON, encoding="utf-8")
    with bioblue.terminal("teach", bioblue.root / "mine.md", "--large", size=(80, 24)) as terminal:
        terminal.wait("Mine", "page 1/1 · 15 min", "Play: homeostasis, 1 step")
        terminal.press("enter")
        terminal.wait("YOUR TURN", "of 1")
        terminal.type("2")
        terminal.press("enter")
        terminal.wait("thermostat", "leave (q)")
        terminal.press("q")
        terminal.wait("Why?", "as played", "The end of the lesson")
        terminal.press("esc")
        terminal.wait("Leave the lesson?")
        terminal.press("y")
        assert terminal.finish() == 0
    assert bioblue.record().header.condition == "lesson: Mine"
