"""Whole trials at a terminal: a person plays twenty steps, a class watches a collapse."""

import os
import re
import signal
from pathlib import Path

import pytest

from bioblue_tui.records.collection import open_record
from bioblue_tui.trials.events import Ended, Stepped
from tests.support.command import Bioblue

STEPS = 20


def stepped(path: Path) -> list[Stepped]:
    return [event for event in open_record(path).events if isinstance(event, Stepped)]


@pytest.mark.parametrize(
    ("environment", "reference"),
    [
        ("homeostasis", "thermostat"),
        ("multi-homeostasis", "thermostat"),
        ("sustainability", "sustainable harvest"),
        ("balancing", "balanced"),
    ],
)
def test_a_person_plays_twenty_steps(bioblue: Bioblue, environment: str, reference: str) -> None:
    count = 1 if environment in ("homeostasis", "sustainability") else 2
    answers = [", ".join([str(step % 4)] * count) for step in range(STEPS)]
    with bioblue.terminal("play", environment, "--steps", str(STEPS), size=(100, 30)) as terminal:
        for step, answer in enumerate(answers, 1):
            terminal.wait(f"step {step}/{STEPS}", "Enter submits" if step == 1 else f"Step {step - 1}: ")
            terminal.type(answer)
            terminal.press("enter")
        terminal.wait("complete", "You", reference[:10], "difference")
        terminal.press("q")
        assert terminal.finish() == 0
    assert [event.action for event in stepped(bioblue.file())] == [(step % 4,) * count for step in range(STEPS)]
    assert bioblue.run("verify", bioblue.file()).returncode == 0


@pytest.mark.parametrize("environment", ["multi-homeostasis", "balancing"])
def test_a_collapse_is_watched_to_its_end(bioblue: Bioblue, environment: str) -> None:
    with bioblue.terminal("watch", environment, "--agent", "collapse:10", "--speed", "max") as terminal:
        terminal.wait("■ complete", "step 100/100")
        text = terminal.wait(re.compile(r"LOW|HIGH|mean"))
        assert "collapse:10" in text
        terminal.press("esc")
        assert terminal.finish() == 0
    actions = [event.action for event in stepped(bioblue.file())]
    assert any(all(action) for action in actions[:10])
    # From then on one objective gets nothing any more.
    assert any(not any(action[index] for action in actions[20:]) for index in range(len(actions[0])))


def test_a_trial_killed_on_the_screen_can_be_opened(bioblue: Bioblue) -> None:
    with bioblue.terminal("watch", "homeostasis", "--speed", "10") as terminal:
        terminal.wait(re.compile(r"step ([5-9]|\d\d)/100"))
        os.kill(terminal.pid, signal.SIGKILL)
    record = open_record(bioblue.file())
    assert len(stepped(bioblue.file())) >= 5
    assert not any(isinstance(event, Ended) for event in record.events)
    with bioblue.terminal("replay", bioblue.file(), "--paused") as terminal:
        terminal.wait("✓ recomputed")
        terminal.press("esc")
        assert terminal.finish() == 0
    with bioblue.terminal() as terminal:
        terminal.wait(re.compile(r"homeostasis +\d+/100  interrupted +accelerator +seed 1"))
        terminal.press("esc")
        assert terminal.finish() == 0
