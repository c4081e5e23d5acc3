"""The answer line: one Enter is one answer, what is rejected is replaced, and nothing takes the keyboard away."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from textual import events
from textual.pilot import Pilot

from bioblue_tui.agents.human import HumanAgent
from bioblue_tui.app.bioblue import BioBlueApp
from bioblue_tui.app.navigation import live_screen
from bioblue_tui.runs.trial_spec import TrialSpec
from bioblue_tui.screens.trial.play import PlayScreen
from bioblue_tui.trials.events import Answered, HandedOver
from bioblue_tui.widgets.answer import AnswerInput
from tests.support.pilots import letters, on_disk, opened, painted, trial, until

ONE = TrialSpec("homeostasis", "human", seed=1, steps=9)
TWO = TrialSpec("multi-homeostasis", "human", seed=1, steps=9)


def burst(pilot: Pilot[str], *keys: str) -> None:
    """Press keys as one packet brings them: all of them before anything is done about the first."""
    for key in keys:
        character = key if len(key) == 1 else None
        pilot.app.post_message(events.Key("enter" if key == "\r" else key, character))


def feedback(screen: Any) -> str:
    return str(screen.bar.feedback.render())


def answers(screen: Any) -> list[tuple[str, int]]:
    return [(event.text, event.dropped) for event in on_disk(screen).events if isinstance(event, Answered)]


@pytest.mark.parametrize(
    ("typed", "dropped"),
    [("3\r\r", 1), ("3\r4\r", 2), ("3\r12\r5\r\r", 6), ("12\r", 0), ("\r\r7\r", 0)],
    ids=["bounce", "two answers", "many", "one", "empty lines first"],
)
async def test_what_comes_in_one_packet_is_one_answer(typed: str, dropped: int, tmp_path: Path) -> None:
    async with trial(ONE, tmp_path) as (pilot, screen):
        await opened(pilot, screen, 1)
        burst(pilot, *typed)
        await opened(pilot, screen, 2)
        assert screen.bar.answer.value == ""
        assert bool(dropped) == ("dropped" in feedback(screen))
        await pilot.press("0", "enter")
        await opened(pilot, screen, 3)
        assert "dropped" not in feedback(screen)
    first = typed.strip("\r").split("\r")[0]
    assert answers(screen) == [(first, 0), ("0", dropped)]


@pytest.mark.parametrize("line", [(), ("space",)], ids=["empty", "blanks"])
@pytest.mark.parametrize("agent", ["human", "thermostat"])
async def test_enter_on_an_empty_line_says_that_nothing_was_submitted(
    agent: str, line: tuple[str, ...], tmp_path: Path
) -> None:
    spec = TrialSpec("homeostasis", agent, seed=1, steps=90, prompt_only=agent == "human")
    async with trial(spec, tmp_path, paused=agent != "human") as (pilot, screen):
        if agent != "human":
            await pilot.press("t")
        await until(pilot, lambda: screen.person is not None and screen.bar.gate.is_open)
        done = screen.state.done
        await pilot.press("3", "enter")
        await opened(pilot, screen, done + 2)
        assert "aken" in feedback(screen)
        await pilot.press(*line, "enter")
        await until(pilot, lambda: feedback(screen) == "The line is empty: nothing was submitted.")
        assert screen.state.done == done + 1
        await pilot.press("backspace", "4", "enter")
        await opened(pilot, screen, done + 3)
        assert "empty" not in feedback(screen)


async def test_half_of_a_number_is_no_answer(tmp_path: Path) -> None:
    async with trial(ONE, tmp_path) as (pilot, screen):
        await opened(pilot, screen, 1)
        burst(pilot, *"3\r1")
        await opened(pilot, screen, 2)
        await pilot.press("2", "enter")
        await until(pilot, lambda: "Type it again" in feedback(screen))
        assert (screen.state.done, screen.bar.answer.value) == (1, "")
        await opened(pilot, screen, 2)
        await pilot.press("1", "2", "enter")
        await opened(pilot, screen, 3)
    assert answers(screen) == [("3", 0), ("12", 1)]


async def test_keys_before_the_first_question_do_not_count(tmp_path: Path) -> None:
    async with trial(ONE, tmp_path) as (pilot, screen):
        early = events.Key("5", "5")
        early.time -= 60
        await opened(pilot, screen, 1)
        pilot.app.post_message(early)
        await until(pilot, lambda: screen.bar.gate.dropped == 1)
        assert screen.bar.answer.value == ""


async def test_a_key_puts_the_last_answer_on_the_line_however_long_it_is_held(tmp_path: Path) -> None:
    async with trial(ONE, tmp_path) as (pilot, screen):
        await opened(pilot, screen, 1)
        burst(pilot, *"3\r")
        await opened(pilot, screen, 2)
        await pilot.press("7")
        for _ in range(9):
            pilot.app.post_message(events.Key("ctrl+r", None))
        pilot.app.post_message(events.Key("0", "0"))
        await until(pilot, lambda: screen.bar.answer.value == "30")
        assert screen.state.done == 1
        await pilot.press("backspace", "enter")
        await opened(pilot, screen, 3)
    assert answers(screen) == [("3", 0), ("3", 0)]


async def test_a_key_that_repeats_an_answer_counts_from_when_it_was_pressed(tmp_path: Path) -> None:
    async with trial(ONE, tmp_path) as (pilot, screen):
        await opened(pilot, screen, 1)
        burst(pilot, *"3\r")
        await opened(pilot, screen, 2)
        early = events.Key("ctrl+r", None)
        early.time -= 60
        pilot.app.post_message(early)
        await until(pilot, lambda: screen.bar.gate.dropped == 1)
        await pilot.press("4", "enter")
        await opened(pilot, screen, 3)
    assert answers(screen) == [("3", 0), ("4", 1)]


async def test_typing_replaces_a_rejected_answer(tmp_path: Path) -> None:
    async with trial(TWO, tmp_path) as (pilot, screen):
        await opened(pilot, screen, 1)
        await pilot.press("3", "enter")
        await until(pilot, lambda: screen.state.rejections == 1 and screen.bar.gate.is_open)
        assert screen.bar.answer.value == "3"
        assert "2 whole numbers expected, such as 3, 4; 1 given. No step was used." in feedback(screen)
        await pilot.press(*"0,4", "enter")
        await opened(pilot, screen, 2)
        assert screen.state.stepped(1).action == (0, 4)


async def test_a_rejected_answer_can_be_corrected(tmp_path: Path) -> None:
    async with trial(TWO, tmp_path) as (pilot, screen):
        await opened(pilot, screen, 1)
        await pilot.press("3", "enter")
        await until(pilot, lambda: screen.state.rejections == 1 and screen.bar.gate.is_open)
        await pilot.press("enter", "enter")
        await pilot.press("right")
        await until(pilot, lambda: "inserts at the cursor" in feedback(screen))
        await pilot.press(*", 4", "enter")
        await opened(pilot, screen, 2)
        assert screen.state.stepped(1).action == (3, 4)
        assert screen.state.rejections == 1, "a bounce is no attempt"
    assert answers(screen) == [("3", 0), ("3, 4", 0)]


_EDIT = {"left", "right", "up", "down"}
"""Keys by which a refused answer is corrected, which is seen."""

_MOVES = [
    *("home", "end", "ctrl+a", "ctrl+e", "ctrl+left", "ctrl+right", "shift+left", "shift+right", "ctrl+shift+left"),
    *("ctrl+shift+right", "shift+home", "shift+end", "pageup", "pagedown", "ctrl+home", "ctrl+end", "tab", "shift+tab"),
    *("ctrl+k", "ctrl+u", "ctrl+w", "ctrl+f", "ctrl+d", "delete", "backspace", "ctrl+c", "ctrl+shift+a"),
]


@pytest.mark.parametrize("prompt_only", [False, True])
async def test_after_any_key_that_does_not_edit_typing_replaces_a_refused_answer(
    prompt_only: bool, tmp_path: Path
) -> None:
    spec = TrialSpec("multi-homeostasis", "human", seed=1, steps=9, prompt_only=prompt_only)
    assert {key.split(",")[0] for key in AnswerInput._merged_bindings.key_to_bindings} - _EDIT  # type: ignore[union-attr]
    keys = {*_MOVES, *AnswerInput._merged_bindings.key_to_bindings} - _EDIT - {"enter", "ctrl+v", "super+c"}  # type: ignore[union-attr]
    async with trial(spec, tmp_path) as (pilot, screen):
        await opened(pilot, screen, 1)
        for number, key in enumerate(sorted(keys), 1):
            burst(pilot, *"30\r")
            await until(pilot, lambda number=number: screen.state.rejections == number and screen.bar.gate.is_open)  # type: ignore[misc]
            burst(pilot, key, *"0,4")
            await pilot.pause()
            assert screen.bar.answer.value == "0,4", key
            burst(pilot, *["backspace"] * 3)


async def test_a_refused_answer_that_is_typed_again_is_an_answer(tmp_path: Path) -> None:
    async with trial(TWO, tmp_path) as (pilot, screen):
        await opened(pilot, screen, 1)
        for number in (1, 2, 3):
            await pilot.press("3", "enter")
            await until(pilot, lambda number=number: screen.state.rejections == number and screen.bar.gate.is_open)  # type: ignore[misc]
        await pilot.press("enter")
        await until(pilot, lambda: "Not submitted again: this is the answer that was refused" in feedback(screen))
        assert "dropped" not in feedback(screen)
        await pilot.press("enter", *"3,4", "enter")
        await opened(pilot, screen, 2)
        assert screen.state.rejections == 3
    assert answers(screen) == [*[("3", 0)] * 3, ("3,4", 0)], "no key was pressed before the question was in front"


async def test_a_refused_answer_does_not_keep_home_and_end_from_the_text(tmp_path: Path) -> None:
    spec = TrialSpec("multi-homeostasis", "human", seed=1, steps=9, prompt_only=True)
    async with trial(spec, tmp_path, size=(80, 24)) as (pilot, screen):
        await pilot.press("3", "enter")
        await until(pilot, lambda: screen.state.rejections == 1 and screen.bar.gate.is_open)
        await pilot.press("home")
        await until(pilot, lambda: screen.transcript.scroll_offset.y == 0)
        await pilot.press("end")
        await until(pilot, lambda: screen.transcript.scroll_offset.y > 0)
        await pilot.press(*"0,4", "enter")
        await opened(pilot, screen, 2)
        assert screen.state.stepped(1).action == (0, 4)


async def test_the_last_answer_is_put_below_the_step_that_is_asked_for(tmp_path: Path) -> None:
    async with trial(ONE, tmp_path) as (pilot, screen):
        for step in (1, 2):
            await opened(pilot, screen, step)
            await pilot.press("5", "enter")
        await opened(pilot, screen, 3)
        await pilot.press("4", "pageup")
        await until(pilot, lambda: screen.shown == 1)
        await pilot.press("ctrl+r")
        await until(pilot, lambda: screen.bar.answer.value == "5" and screen.shown == 2)
        await pilot.press("enter")
        await opened(pilot, screen, 4)
        assert screen.state.stepped(3).action == (5,)


async def test_a_word_says_what_a_number_looks_like(tmp_path: Path) -> None:
    async with trial(ONE, tmp_path) as (pilot, screen):
        await opened(pilot, screen, 1)
        await pilot.press(*"no", "enter")
        await until(pilot, lambda: screen.state.rejections == 1 and screen.bar.gate.is_open)
        assert feedback(screen) == "Not a number. Type one whole number, such as 3. No step was used."


async def test_of_a_paste_the_first_line_counts_and_the_rest_is_told(tmp_path: Path) -> None:
    async with trial(ONE, tmp_path) as (pilot, screen):
        await opened(pilot, screen, 1)
        pilot.app.post_message(events.Paste("\n 3\n4\n\n5\n"))
        await until(pilot, lambda: screen.bar.answer.value)
        assert (screen.bar.answer.value, screen.state.done) == (" 3", 0)
        await until(pilot, lambda: "2 more lines" in feedback(screen))


async def test_nothing_takes_the_keyboard_from_the_answer_line(tmp_path: Path) -> None:
    spec = TrialSpec("homeostasis", "human", seed=1, steps=9, prompt_only=True)
    for one in (ONE, spec):
        async with trial(one, tmp_path) as (pilot, screen):
            await opened(pilot, screen, 1)
            await pilot.click("#raw")
            await pilot.press("5")
            await pilot.mouse_down("#raw", offset=(5, 2))
            await pilot.hover("#raw", offset=(20, 3))
            await pilot.mouse_up("#raw", offset=(20, 3))
            await pilot.press("tab", "shift+tab", "6")
            await pilot.press("f1")
            await until(pilot, lambda: pilot.app.screen is not screen)
            await pilot.press("escape")
            await until(pilot, lambda: pilot.app.screen is screen)
            await pilot.press("7")
            await pilot.resize_terminal(40, 10)
            await until(pilot, lambda: screen.has_class("-too-small"))
            await pilot.resize_terminal(120, 36)
            await until(pilot, lambda: screen.focused is screen.bar.answer)
            await pilot.press("8", "enter")
            await until(pilot, lambda: screen.state.done == 1)
            assert answers(screen)[0][0] == "5678"


async def test_the_key_that_takes_over_does_not_hand_back_when_it_bounces(tmp_path: Path) -> None:
    async with trial(TrialSpec("homeostasis", "thermostat", steps=50), tmp_path, paused=True) as (pilot, screen):
        await until(pilot, lambda: screen.state.status == "paused")
        burst(pilot, *"tt5\r")
        await until(pilot, lambda: screen.person is not None and screen.bar.gate.is_open)
        assert "Empty line + t: give control back." in feedback(screen)
        assert screen.state.done == 0
        await pilot.press("5", "enter")
        await until(pilot, lambda: screen.state.done == 1)
        assert [event.actor for event in on_disk(screen).events if isinstance(event, HandedOver)] == ["human"]
        assert isinstance(screen.person, HumanAgent)


@pytest.mark.parametrize("size", [(80, 24), (60, 20)])
async def test_the_first_question_begins_at_the_first_line_and_keys_scroll_it(
    size: tuple[int, int], tmp_path: Path
) -> None:
    spec = TrialSpec("multi-homeostasis", "human", seed=1, steps=9, prompt_only=True)
    async with trial(spec, tmp_path, size=size) as (pilot, screen):
        assert isinstance(screen, PlayScreen)
        await opened(pilot, screen, 1)
        panel = screen.transcript
        first, last = letters(screen.state.header.instruction)[:20], letters(screen.state.steps[0].observation)[-20:]
        assert first in letters(painted(pilot.app))
        assert panel.max_scroll_y > 3
        for key, shown, hidden in (
            ("end", last, first), ("home", first, last), ("ctrl+end", last, first), ("ctrl+home", first, last)
        ):  # fmt: skip
            await pilot.press(key)
            await until(pilot, lambda shown=shown: shown in letters(painted(pilot.app)))  # type: ignore[misc]
            assert hidden not in letters(painted(pilot.app))
        await pilot.press("pagedown")
        await until(pilot, lambda: panel.scroll_offset.y > 0)
        await pilot.press("pageup")
        await until(pilot, lambda: panel.scroll_offset.y == 0)
        assert last not in letters(painted(pilot.app))
        await pilot.press("1")
        await until(pilot, lambda: last in letters(painted(pilot.app)), "what is typed is typed below its question")
        await pilot.press("1", "home", "2", "enter")
        await until(pilot, lambda: screen.state.rejections == 1)
        assert answers(screen) == [("211", 0)], "in what is typed, Home and End are the line's"
        assert last in letters(painted(pilot.app)), "what is asked again is in view"
        await pilot.press(*"2,2", "enter")
        await opened(pilot, screen, 2)
        assert letters(screen.state.steps[1].observation)[-20:] in letters(painted(pilot.app))


async def test_what_was_typed_before_there_was_a_line_is_not_answered_by_half(tmp_path: Path) -> None:
    screen = live_screen(ONE, tmp_path)
    app = BioBlueApp(tmp_path, screen, ONE)
    async with app.run_test(size=(120, 36)) as pilot:
        app.post_message(events.Key("1", "1"))
        await until(pilot, lambda: app.screen is screen and screen.is_mounted)
        assert isinstance(screen, PlayScreen)
        await opened(pilot, screen, 1)
        await pilot.press("2", "enter")
        await until(pilot, lambda: "Type it again" in feedback(screen))
        await opened(pilot, screen, 1)
        await pilot.press("1", "2", "enter")
        await opened(pilot, screen, 2)
    assert answers(screen) == [("12", 1)]


@pytest.mark.parametrize("environment", ["multi-homeostasis", "balancing"])
async def test_typing_replaces_all_that_the_arrows_wrote(environment: str, tmp_path: Path) -> None:
    spec = TrialSpec(environment, "human", {"objectives": 3}, seed=1, steps=9)
    async with trial(spec, tmp_path) as (pilot, screen):
        await opened(pilot, screen, 1)
        line = screen.bar.answer
        await pilot.press("down", *"2,2,2")
        assert line.value == "2,2,2"
        await pilot.press("enter")
        await opened(pilot, screen, 2)
        # Arrows go on with the number they have changed, wherever it stands.
        await pilot.press("up", "up", "left", *["right"] * 4, "up", "up", "down")
        assert line.value == "2, 3, 4"
        await pilot.press(*"1,3,2", "enter")
        await opened(pilot, screen, 3)
        await pilot.press("up", "backspace")
        assert line.value == ""
    assert answers(screen) == [("2,2,2", 0), ("1,3,2", 0)]


@pytest.mark.parametrize(
    ("environment", "least"),
    [("homeostasis", 18), ("multi-homeostasis", 19), ("sustainability", 20), ("balancing", 21)],
)
async def test_text_alone_begins_at_its_first_line_in_every_window(
    environment: str, least: int, tmp_path: Path
) -> None:
    # Each environment has a quarter of the heights, all together have each.
    for rows in range(least, 41, 4):
        spec = TrialSpec(environment, "human", seed=1, steps=9, prompt_only=True)
        async with trial(spec, tmp_path, size=(100, rows)) as (pilot, screen):
            panel = screen.transcript
            await until(pilot, lambda panel=panel, screen=screen: panel.virtual_size.height > 0 and screen.state.steps)  # type: ignore[misc]
            await opened(pilot, screen, 1)
            assert panel.scroll_offset.y == 0, rows
            first = letters(screen.state.header.instruction)[:20]
            assert first in letters(painted(pilot.app)), rows
            assert ("more below" in painted(pilot.app)) == (panel.max_scroll_y > 0), rows
