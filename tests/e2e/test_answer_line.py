"""The answer line in a real terminal: what comes in one write, what is clicked on, and every letter at odd widths."""

from __future__ import annotations

import os
import re
import signal

import pytest

from bioblue_tui.trials.events import Answered, Asked
from tests.support.command import Bioblue
from tests.support.pilots import letters
from tests.support.terminal import Terminal


def click(column: int, row: int, to: tuple[int, int] | None = None) -> str:
    """Return what a terminal sends for a click, or for a drag to another cell."""
    end = to or (column, row)
    moved = f"\x1b[<32;{end[0]};{end[1]}M" if to else ""
    return f"\x1b[<0;{column};{row}M{moved}\x1b[<0;{end[0]};{end[1]}m"


def leave(terminal: Terminal) -> None:
    terminal.press("esc")
    terminal.wait("Leave after")
    terminal.press("y")
    assert terminal.finish() == 1


def answered(bioblue: Bioblue) -> list[tuple[int, str, int]]:
    return [(event.step, event.text, event.dropped) for event in bioblue.record().events if isinstance(event, Answered)]


def test_what_is_written_at_once_answers_one_step(bioblue: Bioblue) -> None:
    with bioblue.terminal("play", "homeostasis", "--steps", "9") as terminal:
        terminal.wait("Enter submits")
        terminal.type("3\r\r")
        terminal.wait("Step 1: 3 taken", "(1 key pressed too early: dropped.)", "Enter submits")
        terminal.type("4\r5\r16\r")
        terminal.wait("Step 2: 4 taken", "5 keys", "Enter submits")
        # The rest of what began too early: no 7 out of 17.
        terminal.type("8\r1")
        terminal.wait("Step 3: 8 taken", "1 key", "Enter submits")
        terminal.type("7\r")
        terminal.wait("Type it again", "Enter submits")
        terminal.type("17\r")
        terminal.wait("Step 4: 17 taken", "Enter submits")
        # The last answer, put on the line twice, is submitted once.
        terminal.type("\x12\x12\r")
        terminal.wait("Step 5: 17 taken", "Enter submits")
        leave(terminal)
    assert answered(bioblue) == [(1, "3", 0), (2, "4", 1), (3, "8", 5), (4, "17", 1), (5, "17", 0)]


def test_a_rejected_answer_is_replaced(bioblue: Bioblue) -> None:
    with bioblue.terminal("play", "multi-homeostasis", "--steps", "9") as terminal:
        terminal.wait("Enter submits")
        terminal.type("3\r")
        terminal.wait("2 whole numbers expected, such as 3, 4; 1 given. No step was used.")
        terminal.type("0,4\r")
        terminal.wait("Step 1: ", "Enter submits")
        leave(terminal)
    assert answered(bioblue) == [(1, "3", 0), (1, "0,4", 0)]


@pytest.mark.parametrize("options", [[], ["--prompt-only"]], ids=["full", "prompt-only"])
def test_a_click_leaves_the_keyboard_to_the_answer_line(bioblue: Bioblue, options: list[str]) -> None:
    with bioblue.terminal("play", "homeostasis", "--steps", "9", *options, size=(120, 36)) as terminal:
        terminal.wait("Enter submits")
        for mouse in (click(20, 24), click(20, 24, (40, 26)), click(20, 8), click(2, 2), click(119, 25)):
            terminal.type(mouse)
        terminal.type("\t12")
        terminal.wait(re.compile(r"^ 12$", re.MULTILINE))
        terminal.press("enter")
        terminal.wait("Taken." if options else "Step 1: 12 taken")
        leave(terminal)
    assert answered(bioblue)[0] == (1, "12", 0)


@pytest.mark.parametrize(
    ("environment", "width"),
    [("sustainability", 60), ("homeostasis", 80), ("multi-homeostasis", 97), ("balancing", 133)],
)
def test_every_letter_is_on_the_screen(bioblue: Bioblue, environment: str, width: int) -> None:
    said = "I take nothing at all, since the level is where it should be: nothing, zero, none. " * 3
    with bioblue.terminal("play", environment, "--prompt-only", "--steps", "3", size=(width, 90)) as terminal:
        terminal.wait("Enter submits")
        terminal.type(f"\x1b[200~{said}\x1b[201~")
        terminal.press("enter")
        text = terminal.wait("was used.")
        terminal.press("esc")
        terminal.finish()
    record = bioblue.record()
    seen = letters(text)
    asked = next(event for event in record.events if isinstance(event, Asked))
    for wanted in (record.header.instruction, asked.observation, said):
        assert letters(wanted) in seen


def test_after_a_resume_the_question_that_is_asked_is_on_the_screen(bioblue: Bioblue) -> None:
    with bioblue.terminal("play", "balancing", "--prompt-only", "--steps", "9", size=(80, 24)) as terminal:
        for answer in ("3, 4", "5, 2"):
            terminal.wait("Enter submits")
            terminal.type(answer)
            terminal.press("enter")
            terminal.wait(f"◂ {answer}", "Enter submits")
        os.kill(terminal.pid, signal.SIGKILL)
    record = bioblue.file()
    with bioblue.terminal("resume", record, size=(80, 24)) as terminal:
        text = terminal.wait("Enter submits")
        asked = [event.observation for event in bioblue.record().events if isinstance(event, Asked)]
        assert letters(asked[-1]) in letters(text)
        leave(terminal)
