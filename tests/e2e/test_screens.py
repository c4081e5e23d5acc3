"""A person at a terminal: home, play, watch and replay, by keys and by what the screen shows."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from bioblue_tui.trials.events import Answered, Asked, Ended, Paused, Rejected, Stepped
from tests.support.command import Bioblue, lines_of, write_lines
from tests.support.records import need_published, one_of_each
from tests.support.terminal import Terminal

STEP = re.compile(r"step (\d+)/(\d+)")


def step_of(text: str) -> int:
    found = STEP.search(text)
    return int(found.group(1)) if found else -1


def at_step(number: int, steps: int = 100) -> str:
    return f"step {number}/{steps}"


def reaches(number: int) -> Any:
    def reached(text: str) -> bool:
        return step_of(text) >= number

    return reached


def events_of(lines: list[dict[str, Any]], kind: str) -> list[dict[str, Any]]:
    return [line for line in lines[1:] if line["event"] == kind]


def played(bioblue: Bioblue, steps: int = 8, agent: str = "collapse:2") -> Path:
    """Play a trial without a screen and return its record."""
    done = bioblue.run("watch", "multi-homeostasis", "--agent", agent, "--steps", str(steps), "--display", "plain")
    assert done.returncode == 0, done.stderr
    return bioblue.files()[-1]


# Home


def test_enter_enter_plays_something_and_esc_leads_back(bioblue: Bioblue) -> None:
    with bioblue.terminal() as terminal:
        terminal.wait("multi-homeostasis", "nothing yet", "Quit")
        unfocused = terminal.colour_of("╭─ agent")
        terminal.press("enter")
        terminal.wait(lambda _: terminal.colour_of("╭─ agent") != unfocused)
        terminal.press("enter")
        terminal.wait("multi-objective homeostasis · accelerator · seed 1", "▶ live", reaches(2))
        terminal.press("esc")
        terminal.wait("recent trials", re.compile(r"multi-homeostasis +\d+/100  stopped +accelerator +seed 1"))
        terminal.press("esc")
        assert terminal.finish() == 0
    lines = lines_of(bioblue.file())
    assert lines[-1]["event"] == "ended"
    assert lines[-1]["reason"] == "stopped"
    assert lines[-1]["step"] == len(events_of(lines, "stepped")) >= 2
    verified = bioblue.run("verify", bioblue.file())
    assert verified.returncode == 0
    assert "agrees" in verified.stdout


def test_an_earlier_trial_is_replayed_from_home(bioblue: Bioblue) -> None:
    played(bioblue)
    with bioblue.terminal() as terminal:
        terminal.wait(re.compile(r"multi-homeostasis +8/8  complete +collapse:2 +seed 1"))
        unfocused = terminal.colour_of("╭─ recent trials")
        terminal.press(*["tab"] * 8)
        terminal.wait(lambda _: terminal.colour_of("╭─ recent trials") != unfocused)
        terminal.press("enter")
        terminal.wait("collapse:2 · seed 1", "replay", "✓ recomputed")
        terminal.press("esc")
        terminal.wait("recent trials")
        terminal.press("ctrl+q")
        assert terminal.finish() == 0
    assert len(bioblue.files()) == 1


# Play


def test_play_answers_illegal_answers_arrows_and_repeat(bioblue: Bioblue) -> None:
    with bioblue.terminal("play", "homeostasis", "--steps", "3") as terminal:
        terminal.wait("your turn", at_step(1, 3), "level 100 target 100", "Enter submits")
        terminal.press("up", "up", "up", "down")
        terminal.wait(re.compile(r"^ 2$", re.MULTILINE))
        terminal.press("enter")
        terminal.wait(at_step(2, 3), "Step 1: 2 taken")
        terminal.type("-7")
        terminal.press("enter")
        # What was typed stays, to be corrected or replaced.
        terminal.wait(
            "Not taken: -7 is negative", "No step was used", at_step(2, 3), re.compile(r"^ -7$", re.MULTILINE)
        )
        terminal.type("4")
        terminal.press("enter")
        terminal.wait(at_step(3, 3), "Step 2: 4 taken")
        terminal.press("ctrl+r")
        terminal.wait(re.compile(r"^ 4 *$", re.MULTILINE))
        terminal.press("enter")
        terminal.wait("homeostasis: complete", "You", "thermostat", "difference", "rejected")
        terminal.press("q")
        assert terminal.finish() == 0
        terminal.wait("record: ")
    record = bioblue.record()
    assert [event.action for event in record.events if isinstance(event, Stepped)] == [(2,), (4,), (4,)]
    assert [event.text for event in record.events if isinstance(event, Answered)] == ["2", "-7", "4", "4"]
    (rejected,) = [event for event in record.events if isinstance(event, Rejected)]
    assert (rejected.step, rejected.attempt) == (2, 1)
    assert "negative" in rejected.reason
    asked = [event for event in record.events if isinstance(event, Asked)]
    assert [event.step for event in asked] == [1, 2, 2, 3]
    assert asked[1].observation == asked[2].observation
    assert all("-7" not in event.observation for event in asked)
    assert isinstance(record.events[-1], Ended)
    assert bioblue.run("verify", bioblue.file()).returncode == 0


@pytest.mark.parametrize("key", ["esc", "ctrl+q"])
def test_of_several_trials_the_last_one_is_named_and_decides_the_exit_code(bioblue: Bioblue, key: str) -> None:
    with bioblue.terminal("play", "homeostasis", "--steps", "1") as terminal:
        terminal.wait("your turn", "Enter submits")
        terminal.type("0")
        terminal.press("enter")
        terminal.wait("homeostasis: complete")
        terminal.press("a")
        terminal.wait("seed 2", "your turn")
        terminal.press(key)
        assert terminal.finish() == 1
        terminal.wait("seed-2.jsonl", "to resume it: bioblue resume")


def test_leaving_in_the_middle_asks_and_keeps_the_steps(bioblue: Bioblue) -> None:
    with bioblue.terminal("play", "sustainability", size=(80, 24)) as terminal:
        terminal.wait("your turn", at_step(1))
        terminal.type("2")
        terminal.press("enter")
        terminal.wait(at_step(2))
        terminal.press("esc")
        terminal.wait("Leave after step 1 of 100?")
        terminal.press("n")
        terminal.wait(lambda text: "Leave after" not in text, "your turn")
        terminal.press("esc")
        terminal.wait("Leave after step 1 of 100?")
        terminal.press("y")
        assert terminal.finish() == 1
    lines = lines_of(bioblue.file())
    assert (lines[-1]["event"], lines[-1]["reason"], lines[-1]["step"]) == ("ended", "stopped", 1)


def test_prompt_only_shows_what_a_model_gets_and_nothing_else(bioblue: Bioblue) -> None:
    seen = []
    with bioblue.terminal("play", "homeostasis", "--prompt-only", "--steps", "3", size=(110, 50)) as terminal:
        seen.append(terminal.wait("Enter submits", "Actual level: 100", "How many potatoes do you consume"))
        terminal.type("60")
        terminal.press("enter")
        seen.append(terminal.wait("Last rewards", "Oversatiation: -", "Enter submits"))
        terminal.type("no")
        terminal.press("enter")
        seen.append(terminal.wait("Not a number. Type one whole number, such as 3. No step was used."))
        terminal.press("esc")
        terminal.wait("Leave after")
        terminal.press("y")
        assert terminal.finish() == 1
    record = bioblue.record()
    assert record.header.presentation == "prompt-only"
    shown = " ".join(re.sub(r"[│╭╮╰╯─▁-█]", " ", seen[0]).split())
    assert " ".join(record.header.instruction.split()) in shown
    asked = [event for event in record.events if isinstance(event, Asked)]
    for line in asked[1].observation.split("\n"):
        assert line.strip() in seen[1]
    for text in seen:
        told = text.replace("a deviation from the target", "")
        for word in ("in band", "HIGH", "LOW", "deviation", "target 100", "noise", "gauges", "thermostat", "⣀", "━"):
            assert word not in told, word


# Watch


def test_watching_pause_step_speed_look_back_and_leave(bioblue: Bioblue) -> None:
    with bioblue.terminal("watch", "multi-homeostasis", "--agent", "collapse") as terminal:
        terminal.wait("collapse", "▶ live", "5/s", reaches(2))
        terminal.press("space")
        held = step_of(terminal.wait("‖ paused"))
        terminal.press("9")
        terminal.wait("max speed", at_step(held))
        terminal.press("n")
        terminal.wait("‖ paused", at_step(held + 1))
        terminal.press("n", "n")
        terminal.wait("‖ paused", at_step(held + 3))
        for key, speed in (("1", "1/s"), ("2", "2/s"), ("5", "5/s"), ("0", "10/s")):
            terminal.press(key)
            # At any of these speeds, and at "max" before, it would have gone on if it did not hold.
            terminal.wait(f"‖ paused  {speed}", at_step(held + 3))
        terminal.press("space")
        terminal.wait("▶ live", reaches(held + 4))
        terminal.press("left")
        back = terminal.wait("looking at ")
        looked = int(re.findall(r"looking at (\d+)", back)[0])
        terminal.wait(f"looking at {looked}, ", reaches(looked + 4), f"─ step {looked} ─", re.compile(r"\+\d+ new"))
        terminal.press("end")
        terminal.wait("▶ live", lambda text: "looking at" not in text and " new ─" not in text)
        terminal.press("esc")
        assert terminal.finish() == 1
        path = bioblue.file()
        shown = terminal.wait("record: ").replace("\n", "")
        assert path.name in shown
    record = bioblue.record()
    paused = [event for event in record.events if isinstance(event, Paused)]
    assert [event.reason for event in paused] == [""]
    # What was shown as the step that stood is what is on disk: the trial went exactly so far, and then three steps.
    stepped = [event for event in record.events if isinstance(event, Stepped)]
    assert paused[0].step == held + 1
    assert [event.step for event in stepped] == list(range(1, len(stepped) + 1))
    assert isinstance(record.events[-1], Ended)
    assert bioblue.run("verify", path).returncode == 0


def test_a_paused_start_plays_nothing_until_told(bioblue: Bioblue) -> None:
    with bioblue.terminal("watch", "balancing", "--paused", "--speed", "max", "--steps", "20") as terminal:
        terminal.wait("‖ paused", "max speed", at_step(0, 20))
        terminal.press("n")
        terminal.wait("‖ paused", at_step(1, 20))
        terminal.press("space")
        terminal.wait("■ complete", at_step(20, 20))
        terminal.press("s")
        terminal.wait("20 steps on the same start", "imbalance", "difference")
        terminal.press("q")
        assert terminal.finish() == 0
    assert lines_of(bioblue.file())[-1]["reason"] == "complete"


def test_help_names_the_keys_of_the_screen(bioblue: Bioblue) -> None:
    with bioblue.terminal("watch", "homeostasis", "--paused") as terminal:
        terminal.wait("‖ paused")
        terminal.press("?")
        terminal.wait(
            "Pause between steps, or resume", "Play one step, then hold", "Leave; what happened so far is on disk"
        )
        terminal.press("esc")
        terminal.wait(lambda text: "Play one step, then hold" not in text)
        terminal.press("esc")
        assert terminal.finish() == 1


# Replay


def look_around(terminal: Terminal, steps: int) -> None:
    terminal.wait("‖ replay", at_step(0, steps))
    terminal.press("n")
    terminal.wait("‖ replay", at_step(1, steps))
    terminal.press("j")
    terminal.wait(f"Jump to step (0 to {steps})")
    terminal.type("5")
    terminal.press("enter")
    terminal.wait("‖ replay", at_step(5, steps), lambda text: "Jump to" not in text)
    terminal.press("left")
    terminal.wait(at_step(4, steps))
    terminal.press("end")
    terminal.wait(at_step(steps, steps))
    terminal.press("home")
    terminal.wait("‖ replay", at_step(0, steps))
    terminal.press("9", "space")
    terminal.wait(at_step(steps, steps), "max speed")
    terminal.press("esc")
    assert terminal.finish() == 0


def test_replay_of_a_record_plays_steps_and_seeks(bioblue: Bioblue) -> None:
    path = played(bioblue)
    before = path.read_bytes()
    with bioblue.terminal("replay", path, "--paused") as terminal:
        terminal.wait("✓ recomputed")
        look_around(terminal, 8)
    assert path.read_bytes() == before


@need_published
@pytest.mark.parametrize("path", one_of_each(), ids=lambda path: path.name.partition("_")[0])
def test_replay_of_a_published_log(bioblue: Bioblue, path: Path) -> None:
    with bioblue.terminal("replay", path, "--paused") as terminal:
        terminal.wait("✓ recomputed")
        look_around(terminal, 100)
    assert not bioblue.data.exists()


def test_a_tampered_record_is_marked_where_it_differs(bioblue: Bioblue) -> None:
    lines = lines_of(played(bioblue))
    fourth = events_of(lines, "stepped")[3]
    fourth["rewards"]["consumption_A"] += 1000
    path = write_lines(bioblue.root / "tampered.jsonl", lines)
    with bioblue.terminal("replay", path, "--paused") as terminal:
        terminal.wait("≠ ", "difference", "step 4, reward consumption_A: recorded 1")
        assert "✓" not in terminal.text
        terminal.press("end")
        text = terminal.wait(at_step(8, 8), re.compile(r"≠\d+ differs"))
        timeline = next(line for line in text.splitlines() if line.startswith("├"))
        assert abs(timeline.index("≠") - len(timeline.partition("┤")[0]) / 2) < 8
        terminal.press("esc")
        assert terminal.finish() == 0
    verified = bioblue.run("verify", "--json", path)
    assert verified.returncode == 1
    assert json.loads(verified.stdout)["differences"][0]["step"] == 4


# Sizes


@pytest.mark.parametrize("size", [(60, 20), (80, 24), (120, 36), (200, 60)], ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize(
    "command", [["play", "homeostasis"], ["watch", "multi-homeostasis", "--paused"]], ids=["play", "watch"]
)
def test_common_sizes_show_level_and_step(bioblue: Bioblue, size: tuple[int, int], command: list[str]) -> None:
    with bioblue.terminal(*command, size=size) as terminal:
        terminal.wait(STEP, re.compile("level 100|A 110"), "target", "in band", re.compile("paused|your turn"))
        terminal.press("esc")
        assert terminal.finish() == 1


@pytest.mark.parametrize("size", [(60, 20), (80, 24), (200, 60)], ids=lambda size: f"{size[0]}x{size[1]}")
def test_home_shows_all_environments_at_common_sizes(bioblue: Bioblue, size: tuple[int, int]) -> None:
    with bioblue.terminal(size=size) as terminal:
        terminal.wait("multi-homeostasis", "thermostat", "You play")
        terminal.press("esc")
        assert terminal.finish() == 0


def test_a_tiny_terminal_says_what_is_missing(bioblue: Bioblue) -> None:
    with bioblue.terminal("watch", "homeostasis", size=(40, 10)) as terminal:
        text = terminal.wait("60×20")
        assert "40×10" in text
        terminal.press("esc")
        assert terminal.finish() == 1


def test_small_terminals_show_all_panels_by_tab(bioblue: Bioblue) -> None:
    with bioblue.terminal("watch", "homeostasis", "--agent", "thermostat", "--steps", "3", size=(80, 24)) as terminal:
        terminal.wait("■ complete", "▐gauges▌")
        terminal.press("tab")
        terminal.wait("▐rewards▌", "consumption", "oversatiation")
        terminal.press("tab")
        terminal.wait("▐raw output▌", "Actual level", "◂")
        terminal.press("tab")
        terminal.wait("▐gauges▌", "target 100")
        terminal.press("esc")
        assert terminal.finish() == 0
