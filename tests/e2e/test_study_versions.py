"""A study whose file is edited while it runs: who plays what, and what is told of it afterwards."""

from __future__ import annotations

import csv
import os
import re
import signal
from pathlib import Path

from tests.support.command import Bioblue
from tests.support.limits import BLOCK, limited_terminal
from tests.support.terminal import Terminal

STUDY = """
name = "edited"
title = "An edited study"
steps = 3
order = "balanced"

[consent]
text = "Do you take part?"

[[questions]]
text = "How much is two and two?"
answer = 4

[[conditions]]
name = "text"
presentation = "prompt-only"

[[blocks]]
name = "one"
environments = ["homeostasis"]
seeds = 1

[[blocks]]
name = "two"
environments = ["homeostasis"]
seeds = 2
"""


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def begin(terminal: Terminal, right: str = "4") -> None:
    terminal.wait("Do you take part?", "I take part")
    terminal.press("y")
    terminal.wait("two and two")
    terminal.type(right)
    terminal.wait(right)
    terminal.press("enter")


def instruction(terminal: Terminal, number: int) -> None:
    terminal.wait(f"trial {number} of 2", "Enter begins")
    terminal.press("enter")
    terminal.wait("your answer below")


def play(terminal: Terminal, answers: str) -> None:
    """Type answers, all different, each when the one before was taken."""
    for answer in answers:
        terminal.wait("your answer below", "Enter submits")
        terminal.type(answer)
        terminal.wait(re.compile(rf"^ {answer}$", re.MULTILINE))
        terminal.press("enter")
        # The last answer of a trial is not seen: what comes next is.
        terminal.wait(re.compile(rf"◂ {answer} |Enter (begins|ends)"))


def end(terminal: Terminal) -> None:
    terminal.wait("The end")
    terminal.press("enter")
    assert terminal.finish() == 0


def test_each_plays_and_is_told_of_in_the_version_they_began_with(bioblue: Bioblue) -> None:
    file = bioblue.root / "study.toml"
    file.write_text(STUDY, encoding="utf-8")
    run = ("study", "run", file, "--participant")

    with bioblue.terminal(*run, "P1") as terminal:
        begin(terminal)
        instruction(terminal, 1)
        play(terminal, "123")
        instruction(terminal, 2)
        play(terminal, "456")
        end(terminal)
    with bioblue.terminal(*run, "P2") as terminal:
        begin(terminal)
        instruction(terminal, 1)
        play(terminal, "7")
        os.kill(terminal.pid, signal.SIGKILL)

    file.write_text(STUDY.replace("steps = 3", "steps = 4").replace("answer = 4", "answer = 5"), encoding="utf-8")
    with bioblue.terminal(*run, "P3") as terminal:
        terminal.wait("steps: 3 → 4", "questions 1.answer: 4 → 5", "--new-version")
        assert terminal.finish() == 2
    # Nobody has failed by it.
    stood = bioblue.run("study", "status", file).stdout
    assert "P1\tfinished\t2/2 trials" in stood
    assert "P2\tnot finished\t0/2 trials" in stood
    assert "P3" not in stood

    with bioblue.terminal(*run, "P3", "--new-version") as terminal:
        begin(terminal, "5")
        instruction(terminal, 1)
        play(terminal, "1234")
        instruction(terminal, 2)
        play(terminal, "5678")
        end(terminal)
    with bioblue.terminal(*run, "P2", "--resume") as terminal:
        text = terminal.wait("trial 1 of 2", "your answer below", "◂ 7 ")
        assert text.count("your answer below") == 1
        play(terminal, "89")
        instruction(terminal, 2)
        play(terminal, "012")
        end(terminal)
    # Who declines and closes the window has declined.
    with bioblue.terminal(*run, "P4") as terminal:
        terminal.wait("Do you take part?", "I take part")
        terminal.press("n")
        terminal.wait("You do not take part")
        os.kill(terminal.pid, signal.SIGKILL)
    with bioblue.terminal(*run, "P4") as terminal:
        terminal.wait("(declined,")
        assert terminal.finish() == 2
    assert "P4\tdeclined\t0/2 trials" in bioblue.run("study", "status", "edited").stdout

    file.unlink()
    out = bioblue.root / "out"
    exported = bioblue.run("study", "export", "edited", "-o", out)
    assert (exported.returncode, exported.stderr) == (0, "")
    people = {row["participant"]: row for row in rows(out / "participants.csv")}
    assert {code: (row["version"], row["state"], row["comprehension_passed"]) for code, row in people.items()} == {
        "P1": ("1", "finished", "1"),
        "P2": ("1", "finished", "1"),
        "P3": ("2", "finished", "1"),
        "P4": ("2", "declined", ""),
    }
    typed: dict[tuple[str, str], str] = {}
    for row in rows(out / "decisions.csv"):
        key = row["participant"], row["trial"]
        typed[key] = typed.get(key, "") + row["answer"]
    # P2 met the blocks in the other order, as the second row of the first version has it.
    assert typed == {
        ("P1", "one.1"): "123",
        ("P1", "two.1"): "456",
        ("P2", "two.1"): "789",
        ("P2", "one.1"): "012",
        ("P3", "one.1"): "1234",
        ("P3", "two.1"): "5678",
    }
    first, second = (out / "method.md").read_text(encoding="utf-8").split("# Version 2")
    assert first.count("| 3 | 2 | 3 |") == 2
    assert second.count("| 4 | 1 | 4 |") == 2
    assert "Began: 2. Finished: 1." in second
    assert "Declined to take part: 1." in second
    assert "steps: 3 → 4" in second
    assert "Not stated in the study file." in first
    for version, steps in (("1", "steps = 3"), ("2", "steps = 4")):
        assert steps in (out / "versions" / version / "study.toml").read_text(encoding="utf-8")


def test_where_there_is_no_room_nobody_is_locked_out(bioblue: Bioblue) -> None:
    file = bioblue.root / "study.toml"
    file.write_text(STUDY, encoding="utf-8")
    run = ("study", "run", file, "--participant")
    # Neither the copy of the study nor a session fits.
    with limited_terminal(bioblue, 0, *run, "P1") as terminal:
        terminal.wait(lambda text: "cannot be written (File too large)" in text.replace("\n", ""))
        assert terminal.finish() == 1
    assert bioblue.run("study", "status", file).stdout.strip() == ""
    # A session that a crash left with nothing in it.
    (directory,) = (bioblue.data / "studies").iterdir()
    (directory / "participant-P2.jsonl").write_bytes(b"")
    for code in ("P1", "P2"):
        with bioblue.terminal(*run, code) as terminal:
            begin(terminal)
            instruction(terminal, 1)
            play(terminal, "1")
            os.kill(terminal.pid, signal.SIGKILL)
    room = max(path.stat().st_size for path in bioblue.files()) // BLOCK + 2
    with limited_terminal(bioblue, room, *run, "P1", "--resume") as terminal:
        terminal.wait("your answer below", "Enter submits")
        terminal.type("2")
        terminal.wait(re.compile("^ 2$", re.MULTILINE))
        terminal.press("enter")
        assert terminal.finish() == 1
        assert "(File too large" in terminal.text.replace("\n", "")
    assert b"Traceback" not in terminal.output
    stood = bioblue.run("study", "status", file).stdout
    assert "P1\tnot finished\t" in stood
    assert "P2\tnot finished\t0/2 trials" in stood
    for code in ("P1", "P2"):
        with bioblue.terminal(*run, code, "--resume") as terminal:
            text = terminal.wait("trial 1 of 2", "your answer below")
            assert text.count("your answer below") == 1
            play(terminal, "9")
            os.kill(terminal.pid, signal.SIGKILL)
    assert bioblue.run("study", "export", file, "-o", bioblue.root / "out").returncode == 0
    accepted = [row for row in rows(bioblue.root / "out" / "decisions.csv") if row["accepted"] == "1"]
    assert [(row["participant"], row["answer"]) for row in accepted if row["answer"] in "19"] == [
        ("P1", "1"), ("P1", "9"), ("P2", "1"), ("P2", "9"),
    ]  # fmt: skip
    assert all(row["seconds"] for row in accepted)
