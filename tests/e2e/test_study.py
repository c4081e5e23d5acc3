"""A whole study: three people at a terminal, one killed in the middle, exported and held against what was typed."""

from __future__ import annotations

import csv
import json
import os
import re
import signal
from pathlib import Path

from bioblue_tui.studies.sessions import session_file, study_dir
from tests.support.command import Bioblue, lines_of
from tests.support.terminal import Terminal

STUDY = """
name = "tiny"
title = "A tiny study"
order = "balanced"
steps = 3
incentives = "A cup of tea."

[consent]
text = "Do you take part?"

[[pages]]
title = "Rules"
text = "Type **whole numbers**."

[comprehension]
tries = 2

[[questions]]
text = "How much is two and two?"
answer = 4
why = "Count your fingers."

[[practice]]
environment = "homeostasis"
seed = 9
steps = 1

[[conditions]]
name = "text"
presentation = "prompt-only"

[[conditions]]
name = "hidden"
presentation = "gauges"
hidden_rewards = true

[[blocks]]
name = "one"
environments = ["homeostasis"]
conditions = ["text"]
seeds = 1

[[blocks]]
name = "two"
environments = ["multi-homeostasis"]
conditions = ["hidden"]
seeds = 2

[breaks]
between_blocks = true

[[questionnaire]]
key = "how"
text = "How did you do it?"

[[questionnaire]]
key = "effort"
text = "How hard was it?"
kind = "scale"
high = 3
"""


def begin(terminal: Terminal) -> None:
    """Go from consent to the first trial that counts, with everything right."""
    terminal.wait("Do you take part?", "I take part")
    terminal.press("y")
    terminal.wait("A cup of tea.")
    terminal.press("enter")
    terminal.wait("whole numbers", "Rules")
    terminal.press("enter")
    answer(terminal, "4")
    practise(terminal)


def answer(terminal: Terminal, text: str) -> None:
    terminal.wait("two and two", "Enter submits")
    terminal.type(text)
    terminal.press("enter")


def practise(terminal: Terminal) -> None:
    terminal.wait("practice 1 of 1", "Enter begins", "You are an agent")
    terminal.press("enter")
    terminal.wait("Actual level: 100", "Enter submits")
    terminal.type("0")
    terminal.press("enter")


def start(terminal: Terminal, number: int) -> None:
    """Read the instruction of a trial and begin it."""
    terminal.wait(f"trial {number} of 2", "Enter begins")
    terminal.press("enter")
    terminal.wait("Enter submits")


def play(terminal: Terminal, answers: list[str], told: str) -> None:
    """Hand in answers, each when the one before was taken."""
    for place, text in enumerate(answers):
        if place:
            terminal.wait(told.format(place, answers[place - 1]), "Enter submits")
        terminal.type(text)
        terminal.wait(text)
        terminal.press("enter")


def rest(terminal: Terminal) -> None:
    terminal.wait("A short rest")
    terminal.press("enter")


def close(terminal: Terminal, words: str) -> None:
    terminal.wait("How did you do it?", "question 1 of 2")
    terminal.type(words)
    terminal.wait(words)
    terminal.press("ctrl+s")
    terminal.wait("How hard was it?")
    terminal.press("down", "down", "enter")
    terminal.wait("The end", "Enter ends the session")
    terminal.press("enter")
    assert terminal.finish() == 0


GAUGES, TEXT = "Step {0}:", "◂ {1} "
"""What the screen shows once an answer was taken: its step, or the answer among the text."""


def dropped_since_an_answer(log: Path) -> int:
    lines = lines_of(log)
    answered = any(line.get("event") == "decision" for line in lines)
    return int(lines[-1].get("keys", 0)) if answered else 0


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_a_whole_study(bioblue: Bioblue) -> None:
    file = bioblue.root / "study.toml"
    file.write_text(STUDY, encoding="utf-8")
    assert bioblue.run("run", "homeostasis", "--agent", "thermostat", "--seeds", "1-3", "--steps", "3").returncode == 0
    run = ("study", "run", file, "--participant")

    # P1: everything right, from the first page to the last.
    with bioblue.terminal(*run, "P1", size=(80, 24)) as terminal:
        begin(terminal)
        start(terminal, 1)
        play(terminal, ["1", "2", "3"], TEXT)
        rest(terminal)
        start(terminal, 2)
        text = terminal.wait("your turn")
        assert "consumption" not in text, "hidden rewards are on no panel"
        play(terminal, ["4, 5", "6, 7", "8, 9"], GAUGES)
        close(terminal, "by feeling")
    again = bioblue.run("study", "status", file)
    assert "P1\tfinished\t2/2 trials\trow 1\tversion 1" in again.stdout

    # Once finished, the code is taken.
    with bioblue.terminal(*run, "P1") as terminal:
        terminal.wait("has been through this study")
        assert terminal.finish() == 2

    # P2 meets the blocks in the other order, and is killed in the middle of a trial.
    with bioblue.terminal(*run, "P2", size=(120, 36)) as terminal:
        begin(terminal)
        start(terminal, 1)
        play(terminal, ["4, 5"], GAUGES)
        terminal.wait("Step 1:")
        # Only one process has a participant.
        with bioblue.terminal(*run, "P2") as other:
            other.wait("playing in another window")
            assert other.finish() == 2
        refused = bioblue.run("study", "forget", file, "P2", "--yes")
        assert (refused.returncode, "playing now" in refused.stderr) == (2, True)
        os.kill(terminal.pid, signal.SIGKILL)
    assert "P2\tnot finished\t0/2 trials\trow 2" in bioblue.run("study", "status", file).stdout
    with bioblue.terminal(*run, "P2") as terminal:
        terminal.wait("Resume? [y/n]")
        terminal.type("y\r")
        # At the very step: the first answer is not asked for again, and no page is shown anew.
        terminal.wait("trial 1 of 2", "step 2/3", "Enter submits")
        play(terminal, ["6, 7"], GAUGES)
        terminal.wait("Step 2:", "Enter submits")
        play(terminal, ["8, 9"], GAUGES)
        rest(terminal)
        start(terminal, 2)
        play(terminal, ["1", "2", "3"], TEXT)
        close(terminal, "=1+1")

    # P3: a wrong answer about the rules, a pause, another window in front, an illegal answer, left and come back.
    with bioblue.terminal(*run, "P3", size=(80, 24)) as terminal:
        terminal.wait("Do you take part?", "I take part")
        terminal.press("y")
        terminal.wait("A cup of tea.")
        terminal.press("enter")
        terminal.wait("Rules")
        terminal.press("enter")
        answer(terminal, "5")
        terminal.wait("Not quite", "Count your fingers.")
        terminal.press("enter")
        terminal.wait("Rules", "whole numbers")
        terminal.press("enter")
        answer(terminal, "4")
        practise(terminal)
        start(terminal, 1)
        terminal.press("f2")
        terminal.wait("Paused")
        terminal.press("enter")
        terminal.wait(lambda text: "Paused" not in text and "Enter submits" in text)
        terminal.type("\x1b[O")
        terminal.type("\x1b[I")
        terminal.type("1x")
        terminal.wait("1x")
        terminal.press("backspace")
        terminal.wait(lambda text: "1x" not in text)
        terminal.type(".5")
        terminal.wait("1.5")
        terminal.press("enter")
        terminal.wait("Not taken")
        terminal.type("1")
        terminal.wait(lambda text: "1.5" not in text.splitlines()[-2])
        terminal.press("enter")
        terminal.wait("Taken.")
        terminal.press("ctrl+q")
        terminal.wait("Leave the study?")
        terminal.press("y")
        assert terminal.finish() == 1
    with bioblue.terminal(*run, "P3", "--resume", size=(80, 24)) as terminal:
        terminal.wait("Actual level", "trial 1 of 2", "Enter submits")
        play(terminal, ["2", "3"], TEXT)
        rest(terminal)
        start(terminal, 2)
        play(terminal, ["4, 5", "6, 7", "8, 9"], GAUGES)
        close(terminal, "with care")

    exported(bioblue, file)
    forgotten(bioblue, file)


def exported(bioblue: Bioblue, file: Path) -> None:
    out = bioblue.root / "out"
    done = bioblue.run("study", "export", file, "-o", out)
    assert done.returncode == 0, done.stderr
    assert not done.stderr

    decisions = rows(out / "decisions.csv")
    for participant in ("P1", "P2", "P3"):
        for trial, typed in (("one.1", ["1", "2", "3"]), ("two.1", ["4, 5", "6, 7", "8, 9"])):
            own = [row for row in decisions if (row["participant"], row["trial"]) == (participant, trial)]
            taken = [row for row in own if row["accepted"] == "1"]
            assert [row["answer"] for row in taken] == typed
            assert [row["step"] for row in taken] == ["1", "2", "3"]
            assert all(float(row["seconds"]) >= 0 and int(row["edits"]) >= 1 for row in own)
            assert {row["practice"] for row in own if "practice" in row} == set()
    (wrong,) = [row for row in decisions if row["accepted"] == "0"]
    assert (wrong["participant"], wrong["answer"], wrong["step"]) == ("P3", "1.5", "1")
    assert "whole number" in wrong["rejection"]
    assert float(wrong["away_pause"]) > 0
    assert float(wrong["away_focus"]) > 0
    assert int(wrong["deletions"]) >= 1
    assert float(wrong["seconds_with_away"]) > float(wrong["seconds"])
    sizes = {(row["participant"], row["terminal_columns"], row["terminal_rows"]) for row in decisions}
    assert sizes == {("P1", "80", "24"), ("P2", "120", "36"), ("P3", "80", "24")}
    by_panels = {(row["participant"], row["trial"]): json.loads(row["panels"]) for row in decisions}
    assert by_panels["P1", "one.1"] == ["text"]
    assert by_panels["P2", "two.1"] == ["gauges", "step", "text"]

    people = {row["participant"]: row for row in rows(out / "participants.csv")}
    assert {name: row["state"] for name, row in people.items()} == dict.fromkeys(("P1", "P2", "P3"), "finished")
    assert [row["answer_how"] for row in people.values()] == ["by feeling", "'=1+1", "with care"]
    assert {row["answer_effort"] for row in people.values()} == {"2"}
    assert [people[name]["row"] for name in ("P1", "P2", "P3")] == ["1", "2", "1"]
    assert [people[name]["comprehension_tries"] for name in ("P1", "P2", "P3")] == ["1", "1", "2"]
    assert [people[name]["visits"] for name in ("P1", "P2", "P3")] == ["1", "2", "2"]
    # Consumption is what was typed.
    assert {row["one_1_total_consumption"] for row in people.values()} == {"6"}
    assert {row["two_1_total_consumption_B"] for row in people.values()} == {"21"}

    places = {(row["participant"], row["trial"]): row["place"] for row in rows(out / "trials.csv")}
    assert (places["P1", "one.1"], places["P2", "one.1"]) == ("1", "2")
    assert len(places) == 6, "practice is left out"

    (agent,) = {row["agent"] for row in rows(out / "comparisons.csv")}
    eaten = next(row for row in rows(out / "comparisons.csv") if row["dimension"] == "consumption")
    assert agent == "thermostat"
    assert (eaten["people_trials"], eaten["agent_trials"], eaten["seeds"], eaten["condition"]) == (
        "3",
        "1",
        "1",
        "text",
    )
    # The reference keeps the level 5 lower than the thermostat does.
    assert float(eaten["agent_mean"]) == 5

    described = json.loads((out / "dictionary.json").read_text(encoding="utf-8"))
    for table in described["tables"]:
        with (out / table["file"]).open(encoding="utf-8", newline="") as opened:
            assert next(csv.reader(opened)) == [column["name"] for column in table["columns"]]

    sheet = (out / "method.md").read_text(encoding="utf-8")
    assert "Began: 3. Finished: 3." in sheet
    assert "checked in 9 of 9 records" in sheet
    assert "A cup of tea." in sheet
    assert "another try: 1 of 3" in sheet
    assert bioblue.run("verify", *(out / "records").glob("*.jsonl")).returncode == 0


def forgotten(bioblue: Bioblue, file: Path) -> None:
    before = len(bioblue.files())
    kept = bioblue.run("study", "forget", "tiny", "P3", answers="n\n")
    assert (kept.returncode, len(bioblue.files())) == (1, before)
    assert bioblue.run("study", "forget", "tiny", "P3", "--yes").returncode == 0
    assert len(bioblue.files()) == before - 3
    assert not [path for path in bioblue.data.rglob("*") if path.is_file() and b'"P3"' in path.read_bytes()]
    assert "P3" not in bioblue.run("study", "status", "tiny").stdout
    # Whoever comes next takes the place in the design.
    told = bioblue.run("study", "forget", file, "P3", "--yes")
    assert (told.returncode, "nothing of P3" in told.stderr) == (2, True)


def test_a_killed_program_gives_a_time_limit_nothing_back(bioblue: Bioblue) -> None:
    file = bioblue.root / "study.toml"
    block = '[[blocks]]\nname = "z"\nenvironments = ["homeostasis"]\nseeds = 1\nsteps = 9\nminutes = 1\n'
    file.write_text(f'name = "limited"\n{block}', encoding="utf-8")
    with bioblue.terminal("study", "run", file, "--participant", "P1") as terminal:
        terminal.wait("Enter begins")
        terminal.press("enter")
        terminal.wait("0:56 left")
        os.kill(terminal.pid, signal.SIGKILL)
    with bioblue.terminal("study", "run", file, "--participant", "P1", "--resume") as terminal:
        text = terminal.wait(re.compile(r"0:\d\d left"), "Enter submits")
        (left,) = re.findall(r"0:(\d\d) left", text)
        assert int(left) <= 57


def test_keys_that_a_killed_program_dropped_are_counted(bioblue: Bioblue) -> None:
    file = bioblue.root / "study.toml"
    block = '[[blocks]]\nname = "z"\nenvironments = ["homeostasis"]\nseeds = 1\nsteps = 2\n'
    file.write_text(f'name = "bounced"\n{block}', encoding="utf-8")
    log = session_file(study_dir("bounced", bioblue.data), "P1")
    with bioblue.terminal("study", "run", file, "--participant", "P1") as terminal:
        terminal.wait("Enter begins")
        terminal.press("enter")
        terminal.wait("Enter submits")
        terminal.type("4\r\r\r")
        # Noted while the answer was still being kept, they are noted again for the question that comes next.
        terminal.wait("2 keys pressed too early", lambda _: dropped_since_an_answer(log) == 2)
        os.kill(terminal.pid, signal.SIGKILL)
    with bioblue.terminal("study", "run", file, "--participant", "P1", "--resume") as terminal:
        terminal.wait("Enter submits")
        terminal.type("0\r")
        terminal.wait(lambda _: any(line.get("event") == "ended" for line in lines_of(log)), "The end")
        terminal.press("enter")
        assert terminal.finish() == 0
    out = bioblue.root / "out"
    assert bioblue.run("study", "export", file, "-o", out).returncode == 0
    assert [row["dropped"] for row in rows(out / "trials.csv")] == ["2"]


def test_a_terminal_that_is_closed_has_no_other_size(bioblue: Bioblue) -> None:
    file = bioblue.root / "study.toml"
    block = '[[blocks]]\nname = "z"\nenvironments = ["homeostasis"]\nseeds = 1\nsteps = 9\n'
    file.write_text(f'name = "closed"\n{block}', encoding="utf-8")
    with bioblue.terminal("study", "run", file, "--participant", "P1", size=(100, 30)) as terminal:
        terminal.wait("Enter begins")
        terminal.press("enter")
        terminal.wait("Enter submits")
        log = session_file(study_dir("closed", bioblue.data), "P1")
        terminal.resize(110, 32)
        terminal.wait(lambda _: any(line.get("event") == "resized" for line in lines_of(log)))
        assert terminal.hang_up() == 128 + signal.SIGHUP
    sizes = [(row.get("event"), row["columns"], row["rows"]) for row in lines_of(log) if "columns" in row]
    assert sizes == [("visit", 100, 30), ("resized", 110, 32)]
    assert lines_of(log)[-1]["event"] == "left"
