"""Taking over from an agent, handing back, and cutting an answer short."""

from __future__ import annotations

import asyncio
from functools import partial
from pathlib import Path
from typing import Any

from textual import events
from textual.widgets import Input

from bioblue_tui.agents.base import Answer, BaseAgent, Piece, Turn
from bioblue_tui.analysis.verify import verify
from bioblue_tui.records.published_write import published_text
from bioblue_tui.runs.session import open_session
from bioblue_tui.runs.trial_spec import TrialSpec
from bioblue_tui.screens.dialogs import LineDialog
from bioblue_tui.screens.help import HelpScreen
from bioblue_tui.screens.trial.summary import SummaryScreen
from bioblue_tui.screens.trial.watch import WatchScreen
from bioblue_tui.trials.events import Answered, HandedOver, Interrupted, Stepped
from tests.support.pilots import done, on_disk, opened, painted, replayed, shown, text_of, trial, until


async def test_a_person_takes_over_and_hands_back(tmp_path: Path) -> None:
    spec = TrialSpec("homeostasis", "thermostat", steps=6)
    async with trial(spec, tmp_path, paused=True) as (pilot, screen):
        await pilot.press("n", "n")
        await until(pilot, lambda: screen.state.done == 2)
        await pilot.press("t")
        await until(pilot, lambda: screen.bar.display and screen.bar.answer.has_focus)
        await pilot.press("7", "enter")
        await until(pilot, lambda: screen.state.done == 3)
        await until(pilot, lambda: screen.gate.is_open)
        await pilot.press("ctrl+r", "enter")
        await until(pilot, lambda: screen.state.done == 4)
        await pilot.press("t")
        # It was paused before: nothing goes on unasked.
        await until(pilot, lambda: not screen.bar.display and screen.state.status == "paused")
        await pilot.press("n")
        await until(pilot, lambda: screen.state.done == 5)
        await pilot.press("space")
        await until(pilot, lambda: screen.state.status == "ended")
        assert "⇄2 handed over" in text_of(screen.timeline)
        record = on_disk(screen)
    steps = [event for event in record.events if isinstance(event, Stepped)]
    rows = [line.split("\t") for line in published_text(record).splitlines()]
    models = [row[rows[0].index("Model name")] for row in rows[1:]]
    assert models == ["thermostat"] * 2 + ["human"] * 2 + ["thermostat"] * 2
    assert [step.actor for step in steps] == ["thermostat"] * 2 + ["human"] * 2 + ["thermostat"] * 2
    assert [step.action for step in steps[2:4]] == [(7,), (7,)]
    assert [(e.step, e.actor) for e in record.events if isinstance(e, HandedOver)] == [(3, "human"), (5, "thermostat")]
    assert not verify(record)


async def test_who_takes_over_while_looking_back_answers_below_the_present_step(tmp_path: Path) -> None:
    async with trial(TrialSpec("homeostasis", "thermostat", steps=20), tmp_path, paused=True) as (pilot, screen):
        for done in range(1, 11):
            await pilot.press("n")
            await until(pilot, lambda done=done: screen.state.done == done)  # type: ignore[misc]
        await pilot.press("j", "3", "enter")
        await until(pilot, lambda: screen.shown == 3)
        await pilot.press("t")
        await until(pilot, lambda: screen.bar.answer.has_focus)
        assert screen.shown == 10
        assert "● your turn  step 11/20" in text_of(screen.status)
        assert "step 10" in str(screen.steps.border_title)
        # Back in the past: what is typed, or given again, goes below the present.
        screen.action_seek(4)
        assert "● your turn  looking at 4, step 11/20" in text_of(screen.status)
        await pilot.press("7")
        await until(pilot, lambda: screen.shown == 10)
        screen.action_seek(4)
        await pilot.press("enter")
        await until(pilot, lambda: screen.shown == 10)
        assert screen.state.done == 10
        await pilot.press("enter")
        await until(pilot, lambda: screen.state.done == 11)
        assert screen.state.stepped(11).action == (7,)


async def test_an_answer_in_the_agents_place_is_asked_for_below_the_present_step(tmp_path: Path) -> None:
    async with trial(TrialSpec("homeostasis", "thermostat", steps=6), tmp_path, paused=True) as (pilot, screen):
        for done in (1, 2, 3):
            await pilot.press("n")
            await until(pilot, lambda done=done: screen.state.done == done)  # type: ignore[misc]
        await pilot.press("home", "a")
        await until(pilot, lambda: isinstance(pilot.app.screen, LineDialog))
        assert screen.shown == 3


async def test_keys_too_early_for_an_answer_in_the_agents_place_are_dropped_and_counted(tmp_path: Path) -> None:
    async with trial(TrialSpec("homeostasis", "thermostat", steps=6), tmp_path, paused=True) as (pilot, screen):
        await pilot.press("a")
        await until(pilot, lambda: isinstance(pilot.app.screen, LineDialog) and pilot.app.screen.ready)
        dialog = pilot.app.screen
        assert isinstance(dialog, LineDialog)
        for key in ("x", "enter", "5", "enter"):
            pilot.app.post_message(events.Key(key, None if key == "enter" else key))
        await until(pilot, lambda: dialog.error.display and dialog.ready)
        await pilot.press("4", "enter")
        await until(pilot, lambda: screen.state.done == 1)
        answered = [event for event in on_disk(screen).events if isinstance(event, Answered)]
    assert [(event.text, event.dropped) for event in answered if event.actor == "human"] == [("x", 0), ("4", 2)]
    # Each took as long as it was asked for; nobody was sent a request for it.
    assert all(event.seconds and event.requests == 0 for event in answered)


async def test_a_refused_answer_in_the_agents_place_stays_to_be_corrected(tmp_path: Path) -> None:
    async with trial(TrialSpec("homeostasis", "thermostat", steps=6), tmp_path, paused=True) as (pilot, screen):
        await pilot.press("a")
        await until(pilot, lambda: isinstance(pilot.app.screen, LineDialog) and pilot.app.screen.ready)
        dialog = pilot.app.screen
        assert isinstance(dialog, LineDialog)
        speed = screen.live.trial.speed
        await pilot.press(*"seven", "enter")
        await until(pilot, lambda: dialog.error.display and dialog.ready)
        assert "Not a number. Type one whole number" in str(dialog.error.render())
        # What is typed next replaces what was refused, and is no command.
        await pilot.press("9")
        assert dialog.query_one(Input).value == "9"
        assert screen.live.trial.speed == speed
        await pilot.press("enter")
        await until(pilot, lambda: screen.state.done == 1)
        assert (screen.state.stepped(1).action, screen.state.stepped(1).actor) == ((9,), "human")
        assert [attempt.text for attempt in screen.state.steps[0].attempts] == ["seven", "9"]


async def test_what_is_no_intervention_stays_to_be_corrected(tmp_path: Path) -> None:
    async with trial(TrialSpec("multi-homeostasis", "thermostat", steps=6), tmp_path, paused=True) as (pilot, screen):
        await pilot.press("i")
        await until(pilot, lambda: isinstance(pilot.app.screen, LineDialog))
        dialog = pilot.app.screen
        assert isinstance(dialog, LineDialog)
        await pilot.press(*"disturb", "space", "5", "enter")
        await until(pilot, lambda: dialog.error.display)
        assert dialog.query_one(Input).value == "disturb 5"
        await pilot.press("end", *",6", "enter")
        await until(pilot, lambda: pilot.app.screen is screen)
        assert any(mark.text == "disturb 5, 6" for mark in screen.state.marks)


async def test_letters_of_an_answer_that_comes_at_once_do_not_hand_back(tmp_path: Path) -> None:
    async with trial(TrialSpec("homeostasis", "thermostat", steps=6), tmp_path, paused=True) as (pilot, screen):
        await pilot.press("t")
        await until(pilot, lambda: screen.bar.answer.has_focus and screen.gate.is_open)
        for letter in "Eat 5":
            pilot.app.post_message(events.Key("space" if letter == " " else letter, letter))
        pilot.app.post_message(events.Key("enter", None))
        await until(pilot, lambda: screen.state.done == 1)
        assert (screen.state.steps[0].answer.text, screen.state.stepped(1).actor) == ("Eat 5", "human")


async def test_who_played_the_last_step_has_the_keys_of_the_screen_again(tmp_path: Path) -> None:
    async with trial(TrialSpec("homeostasis", "thermostat", steps=2), tmp_path, paused=True) as (pilot, screen):
        await pilot.press("t")
        for done in (1, 2):
            await until(pilot, lambda: screen.bar.answer.has_focus and screen.gate.is_open)
            await pilot.press("5", "enter")
            await until(pilot, lambda done=done: screen.state.done == done)  # type: ignore[misc]
        await until(pilot, lambda: screen.state.status == "ended" and not screen.bar.display)
        await pilot.press("home")
        assert screen.shown == 0
        await pilot.press("s")
        await until(pilot, lambda: isinstance(pilot.app.screen, SummaryScreen))


async def test_letters_of_an_answer_do_not_hand_back(tmp_path: Path) -> None:
    async with trial(TrialSpec("homeostasis", "thermostat", steps=6), tmp_path, paused=True) as (pilot, screen):
        await pilot.press("t")
        await until(pilot, lambda: screen.bar.answer.has_focus)
        await pilot.press("E", "a", "t", "space", "5", "enter")
        await until(pilot, lambda: screen.state.done == 1)
        assert screen.state.stepped(1).actor == "human"
        assert screen.state.steps[0].answer.text == "Eat 5"


class Slow(BaseAgent):
    """Says half of its answer, then waits."""

    async def answer(self, turn: Turn) -> Answer:
        turn.hear(Piece("Let me \x1b[31m", reasoning=True))
        turn.hear(Piece("I think \x1b["))
        turn.hear(Piece("31m of 4"))
        await asyncio.Event().wait()
        return Answer("4")


def watched(tmp_path: Path) -> Any:
    session = open_session(TrialSpec("homeostasis", "slow", steps=6), tmp_path, agent=Slow("slow"))
    return shown(WatchScreen(session), tmp_path, None, (120, 36))


async def test_an_answer_is_shown_as_it_comes_and_can_be_cut_short(tmp_path: Path) -> None:
    async with watched(tmp_path) as (pilot, screen):
        await until(pilot, lambda: "I think" in text_of(screen.transcript))
        text = text_of(screen.transcript)
        # A sequence that a border cut in two is as inert as a whole one.
        assert "I think ␛[31m of 4▌" in text
        assert "reasoning, 12 characters" in text
        await pilot.press("escape")
        await until(pilot, lambda: screen.state.status == "paused")
        await until(pilot, lambda: "(interrupted)" in text_of(screen.transcript))
        await pilot.press("space")
        await until(pilot, lambda: len(screen.state.steps[0].attempts) == 2)
        await pilot.press("escape")
        await until(pilot, lambda: screen.state.status == "paused")
        await pilot.press("t")
        await until(pilot, lambda: screen.bar.answer.has_focus)
        await pilot.press("3", "enter")
        await until(pilot, lambda: screen.state.done == 1)
        record = on_disk(screen)
    cut = [event for event in record.events if isinstance(event, Interrupted)]
    assert [event.text for event in cut[:2]] == ["I think \x1b[31m of 4"] * 2
    assert screen.state.stepped(1).action == (3,)


async def test_an_open_trial_goes_on_from_its_replay(tmp_path: Path) -> None:
    async with trial(TrialSpec("homeostasis", "thermostat", steps=9), tmp_path, paused=True) as (pilot, screen):
        await pilot.press("n", "n", "n")
        await until(pilot, lambda: screen.state.done == 3)
    record = on_disk(screen)
    async with replayed(record) as (pilot, replay):
        await pilot.press("r")
        await until(pilot, lambda: isinstance(pilot.app.screen, WatchScreen))
        live = pilot.app.screen
        assert isinstance(live, WatchScreen)
        await until(pilot, lambda: live.state.status == "ended")
        assert live.state.reason == "complete"
    assert not verify(on_disk(screen))
    async with replayed(on_disk(screen)) as (pilot, replay):
        await pilot.press("r")
        await pilot.pause()
        assert pilot.app.screen is replay


async def test_on_the_smallest_terminal_rewards_are_seen_beside_alert_and_answer_line(tmp_path: Path) -> None:
    spec = TrialSpec("multi-homeostasis", "accelerator", seed=1, steps=40)
    async with trial(spec, tmp_path, size=(60, 20), paused=True) as (pilot, screen):
        for step in range(1, 31):
            await pilot.press("n")
            await until(pilot, partial(done, screen, step))
        await pilot.press("t")
        await opened(pilot, screen, 31)
        await pilot.press("tab")
        await until(pilot, lambda: screen.notice.display and screen.query_one("#rewards-scroll").size.height >= 3)


async def test_a_question_mark_shows_the_help_while_nothing_is_typed(tmp_path: Path) -> None:
    async with trial(TrialSpec("homeostasis", "thermostat", steps=6), tmp_path, paused=True) as (pilot, screen):
        await pilot.press("t")
        await until(pilot, lambda: screen.bar.answer.has_focus and screen.bar.gate.is_open)
        await pilot.press("question_mark")
        await until(pilot, lambda: isinstance(pilot.app.screen, HelpScreen))
        await pilot.press("escape")
        await until(pilot, lambda: pilot.app.screen is screen)
        assert screen.bar.answer.value == ""
        await until(pilot, lambda: screen.bar.gate.is_open)
        await pilot.press("7", "question_mark")
        await until(pilot, lambda: screen.bar.answer.value == "7?")


async def test_the_question_is_in_view_wherever_the_text_was_read_before(tmp_path: Path) -> None:
    async with trial(TrialSpec("homeostasis", "thermostat", steps=40), tmp_path, speed=None) as (pilot, screen):
        await until(pilot, lambda: screen.state.done == 40)
        await pilot.press("home")
        await until(pilot, lambda: screen.transcript.scroll_offset.y == 0)
        await pilot.press("end")
        await until(pilot, lambda: screen.transcript.end_in_view)
    async with trial(TrialSpec("homeostasis", "thermostat", steps=40), tmp_path / "b", paused=True) as (pilot, screen):
        for done in range(1, 11):
            await pilot.press("n")
            await until(pilot, lambda done=done: screen.state.done == done)  # type: ignore[misc]
        for away in ("home", "pageup"):
            await pilot.press(away)
            await until(pilot, lambda: not screen.transcript.end_in_view)
            await pilot.press("t")
            await until(pilot, lambda: screen.transcript.end_in_view)
            await until(pilot, lambda: "your answer below" in painted(pilot.app))
            await pilot.press("t")
            await until(pilot, lambda: screen.person is None)
