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
    asked = LESSON + "\n@predict step: When?\n\n## Another\n\n@predict number: When?\n\n@predict number: How much?\n"
    (bioblue.root / "mine.md").write_text(asked, encoding="utf-8")
    done = bioblue.run("teach", "--check", "mine.md")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [
        "mine.md: Mine: 2 pages, 15 minutes",
        "  question, line 11: about the trial of line 5",
        "  question, line 15: about no trial",
        "  question, line 17: about no trial",
    ]


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


def test_two_enters_at_once_count_the_guesses_once_and_leave_the_question_open(bioblue: Bioblue) -> None:
    lesson = LESSON + "\n## Numbers\n\n@predict number: How much?\n\n@reveal\n\nSo much.\n\n## Letters\n\n"
    lesson += "@predict choice: Which? | this | that\n"
    (bioblue.root / "mine.md").write_text(lesson, encoding="utf-8")
    with bioblue.terminal("teach", bioblue.root / "mine.md") as terminal:
        terminal.wait("Enter: play")
        terminal.press("right")
        terminal.wait("How much?", "Type the guesses")
        terminal.type("50*3\r\r\r")
        terminal.wait("3 guesses", "(2 keys pressed too early: dropped)", "Type the guesses")
        # One on the empty line passes the question; what it brings is not passed with it.
        terminal.type("\r\r")
        terminal.wait("Enter: show the rest", "(1 key pressed too early: dropped)")
        terminal.type("\r\r")
        terminal.wait("So much.", "Enter: next page", "(1 key pressed too early: dropped)")
        terminal.press("right")
        terminal.wait("Which?", "Type the guesses")
        terminal.type("a b b\r\r")
        terminal.wait("● 1", "●● 2", "(1 key pressed too early: dropped)", "Type the guesses")
        # Nothing to take away on the empty line: the page stays; an arrow turns it.
        terminal.press("backspace", "left")
        terminal.wait("page 2/3")
        terminal.press("esc")
        terminal.wait("Leave the lesson?")
        terminal.press("y")
        assert terminal.finish() == 0


def test_another_rule_is_offered_where_there_is_one(bioblue: Bioblue) -> None:
    (bioblue.root / "mine.md").write_text(
        LESSON.replace("@discuss", '@what-if "a narrow band" --set hysteresis=1\n\n@discuss')
        + "\n## Two\n\nNo trial.\n",
        encoding="utf-8",
    )
    with bioblue.terminal("teach", bioblue.root / "mine.md", size=(100, 30)) as terminal:
        assert "What if" not in terminal.wait("Enter: play", "Leave")
        terminal.press("w")
        terminal.wait("Play this page's trial first.")
        terminal.press("right")
        terminal.wait("No trial.")
        terminal.press("w")
        terminal.wait("This page has no other rule to try.")
        terminal.press("left")
        terminal.wait("Enter: play")
        terminal.press("enter")
        terminal.wait("Enter submits")
        terminal.type("2\r")
        terminal.wait("leave (q)")
        terminal.press("q")
        terminal.wait("Why?", "w What if")
        terminal.press("esc")
        terminal.wait("Leave the lesson?")
        terminal.press("y")
        assert terminal.finish() == 0


def test_two_enters_at_once_open_one_lesson(bioblue: Bioblue) -> None:
    with bioblue.terminal("teach") as terminal:
        terminal.wait("BioBlue: lessons", "Diminishing returns")
        terminal.type("\r\r")
        terminal.wait("page 1/6")
        terminal.press("esc")
        terminal.wait("Leave the lesson?")
        terminal.press("y")
        terminal.wait("BioBlue: lessons", seconds=8)
        terminal.press("esc")
        assert terminal.finish() == 0
