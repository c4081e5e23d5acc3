"""Which keys answer in a study, and that all others are counted."""

from __future__ import annotations

import asyncio
from functools import partial
from pathlib import Path

import pytest
from textual import events
from textual._time import get_time
from textual.widgets import Static, TextArea

from bioblue_tui.screens.dialogs import ConfirmDialog
from bioblue_tui.screens.study.page import ConsentScreen, InstructionScreen, PageScreen
from bioblue_tui.screens.study.pause import PauseScreen
from bioblue_tui.screens.study.presses import Presses
from bioblue_tui.screens.study.score import ScoreScreen
from bioblue_tui.screens.study.trial import StudyTrialScreen
from bioblue_tui.studies.export.method import method_sheet
from bioblue_tui.studies.export.people import pages
from bioblue_tui.studies.export.played import collect
from bioblue_tui.studies.export.tables import trials
from bioblue_tui.studies.running import enter
from tests.studies.showing import (
    CHOICES,
    TEXT,
    StandingClock,
    answers,
    asks,
    burst,
    enter_at,
    is_trial,
    playing,
    repeats,
    showing,
    shows,
    text_on,
)
from tests.studies.small import walk
from tests.support.pilots import until


async def test_what_is_typed_into_a_dialog_or_a_pause_is_counted_as_dropped(tmp_path: Path) -> None:
    async with showing(tmp_path, is_trial, steps=2) as (pilot, app, run):
        screen = playing(app)
        await until(pilot, lambda: screen.gate.is_open)
        for key, more in (("escape", "n"), ("f2", "enter"), ("f1", "escape")):
            await pilot.press(key)
            await until(pilot, lambda: app.screen is not screen)
            await pilot.press(*"35")
            if key == "escape":
                app.post_message(events.Paste("12"))
            await pilot.press(more)
            await until(pilot, lambda: app.screen is screen)
        await pilot.press("7", "enter")
        await until(pilot, lambda: run.log.decisions)
        assert screen.state.stepped(1).action == (7,)
    assert run.log.decisions[0].dropped == 7
    assert run.log.decisions[0].pasted == 0


async def test_keys_that_write_a_number_are_no_paste(tmp_path: Path) -> None:
    async with showing(tmp_path, is_trial, environments='["balancing"]', steps=2) as (pilot, app, run):
        screen = playing(app)
        await until(pilot, lambda: answers(screen))
        await pilot.press("up")
        await until(pilot, lambda: len(screen.bar.answer.value) > 1)
        await pilot.press("enter")
        await until(pilot, lambda: run.log.decisions)
    assert run.log.decisions[0].pasted == 0


async def test_an_enter_that_bounces_on_a_pause_hands_in_nothing_below_it(tmp_path: Path) -> None:
    async with showing(tmp_path, is_trial, steps=3) as (pilot, app, run):
        screen = playing(app)
        await until(pilot, lambda: answers(screen))
        await pilot.press("3", "f2")
        await until(pilot, lambda: isinstance(app.screen, PauseScreen) and app._front.is_open)
        for _ in range(2):
            app.post_message(events.Key("enter", None))
        await until(pilot, lambda: app.screen is screen and app._front.is_open)
        await pilot.pause()
        assert (run.log.decisions, screen.bar.answer.value) == ([], "3")
        await pilot.press("enter")
        await until(pilot, lambda: run.log.decisions)
        assert run.log.decisions[0].dropped == 1


async def test_an_enter_that_bounces_on_a_score_card_is_counted_at_what_comes_next(tmp_path: Path) -> None:
    more = "feedback = true"
    async with showing(tmp_path, is_trial, blocks=[("a", "1-2", "fixed")], steps=1, more=more) as (pilot, app, run):
        await until(pilot, lambda: answers(playing(app)))
        await pilot.press("3", "enter")
        await until(pilot, lambda: isinstance(app.screen, ScoreScreen) and app.screen.gate.is_open)
        await until(pilot, lambda: app._front.is_open)
        for _ in range(2):
            app.post_message(events.Key("enter", None))
        await until(pilot, lambda: isinstance(app.screen, InstructionScreen) and app.screen.gate.is_open)
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, StudyTrialScreen) and answers(playing(app)))
        assert run.log.done["trial/a.1"].dropped + run.log.done["instruction/a.2"].dropped == 1
        assert playing(app).gate.dropped == 0


async def test_a_key_that_is_held_down_passes_neither_card_nor_page(tmp_path: Path, held: None) -> None:
    more = "feedback = true"
    async with showing(tmp_path, is_trial, blocks=[("a", "1-2", "fixed")], steps=1, more=more) as (pilot, app, run):
        await until(pilot, lambda: answers(playing(app)))
        await pilot.press("3")
        for kind in (ScoreScreen, InstructionScreen):
            enter_at(app, begun := get_time())
            await until(pilot, lambda kind=kind: isinstance(app.screen, kind) and app.screen.gate.is_open)  # type: ignore[misc]
            enter_at(app, *repeats(begun))
            await until(pilot, lambda: app.screen.gate.dropped == 45)  # type: ignore[attr-defined]
            assert isinstance(app.screen, kind)
            # As if a while had passed.
            app._presses = Presses()
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, StudyTrialScreen) and answers(playing(app)))
        assert run.log.done["trial/a.1"].dropped == run.log.done["instruction/a.2"].dropped == 45


@pytest.mark.parametrize("kind", ["number", "text"])
async def test_a_key_that_is_held_down_leaves_out_no_answer(tmp_path: Path, held: None, kind: str) -> None:
    more = f"""
questionnaire = [
    {{key = "a", text = "First?", kind = "number"}},
    {{key = "b", text = "Second?", kind = "{kind}", required = false}},
]
"""
    async with showing(tmp_path, lambda view: view.key == "questionnaire/a", more=more) as (pilot, app, run):
        await until(pilot, lambda: asks(app, "First?"))
        await pilot.press("7")
        enter_at(app, begun := get_time())
        await until(pilot, lambda: asks(app, "Second?"))
        enter_at(app, *repeats(begun))
        await until(pilot, lambda: app.screen.gate.dropped == 45)  # type: ignore[attr-defined]
        assert "questionnaire/b" not in run.log.done
        assert all(area.text == "" for area in app.screen.query(TextArea))


@pytest.mark.parametrize("key", ["f2", "escape"])
@pytest.mark.parametrize("after", [0.06, 0.5])
async def test_an_enter_that_ends_a_pause_and_comes_again_hands_in_nothing(
    tmp_path: Path, held: None, key: str, after: float
) -> None:
    async with showing(tmp_path, is_trial, steps=3) as (pilot, app, run):
        screen = playing(app)
        await until(pilot, lambda: answers(screen))
        await pilot.press("1", key)
        await until(pilot, lambda: isinstance(app.screen, PauseScreen | ConfirmDialog) and app._front.is_open)
        enter_at(app, begun := get_time())
        await until(pilot, lambda: app.screen is screen and app._front.is_open)
        enter_at(app, begun + after)
        await until(pilot, lambda: screen.gate.dropped == 1)
        assert (run.log.decisions, screen.bar.answer.value) == ([], "1")
        await pilot.press("2", "enter")
        await until(pilot, lambda: run.log.decisions)
        assert (screen.state.steps[0].answer.text, run.log.decisions[0].dropped) == ("12", 1)  # type: ignore[union-attr]


async def test_enters_that_bounce_on_a_button_are_counted(tmp_path: Path) -> None:
    more = 'questionnaire = [{key = "a", text = "Why?"}, {key = "n", text = "How many?", kind = "number"}]'
    async with showing(tmp_path, lambda view: view.key == "questionnaire/a", more=more) as (pilot, app, run):
        await until(pilot, lambda: asks(app, "Why?"))
        await pilot.press("s", "o", "tab")
        burst(app, "\r" * 5)
        await until(pilot, lambda: asks(app, "How many?"))
        await pilot.press("4", "enter")
        await until(pilot, lambda: "questionnaire/n" in run.log.done)
        assert sum(run.log.done[f"questionnaire/{key}"].dropped for key in "an") == 4


async def test_what_was_typed_too_early_is_counted_once_however_often_an_empty_line_is_handed_in(
    tmp_path: Path,
) -> None:
    more = 'questionnaire = [{key = "n", text = "How many?", kind = "number"}]'
    async with showing(tmp_path, lambda view: view.key == "questionnaire/n", more=more) as (pilot, app, run):
        await until(pilot, lambda: asks(app, "How many?"))
        app.screen.gate.dropped, app.screen.gate.torn = 1, True  # type: ignore[attr-defined]
        for keys in (["5", "enter"], ["enter"], ["enter"], ["7", "enter"]):
            await pilot.press(*keys)
            await pilot.pause()
        await until(pilot, lambda: "questionnaire/n" in run.log.done)
        done = run.log.done["questionnaire/n"]
        assert (done.answer, done.dropped) == ("7", 1)


async def test_what_comes_in_one_packet_answers_one_question(tmp_path: Path) -> None:
    async with showing(tmp_path, lambda view: view.key.startswith("questionnaire"), more=CHOICES) as (pilot, app, run):
        await until(pilot, lambda: asks(app, "Which one?"))
        burst(app, "2\r1\r")
        await until(pilot, lambda: asks(app, "How hard?"))
        burst(app, "9\r\r")
        await until(pilot, lambda: asks(app, "How many?"))
        burst(app, "12\r34\r\r")
        await until(pilot, lambda: asks(app, "How many more?"))
        answers = {key: run.log.answer(f"questionnaire/{key}") for key in "csn"}
        assert answers == {"c": "that", "s": "9", "n": "12"}
        assert "questionnaire/m" not in run.log.done
        # They count at the question that was not yet on the screen.
        assert [run.log.done[f"questionnaire/{key}"].dropped for key in "csn"] == [0, 2, 1]
        await until(pilot, lambda: run.log.dropped_now == 4)


async def test_pages_are_not_skipped_by_a_key_that_bounces(tmp_path: Path) -> None:
    more = 'pages = [{text = "One."}, {text = "Two."}, {text = "Three."}]'
    async with showing(tmp_path, lambda view: view.key.startswith("page"), more=more) as (pilot, app, run):
        for page in ("page/1", "page/2", "page/3"):
            await until(pilot, partial(shows, app, run, page))
            if page != "page/3":
                burst(app, "\r\r")
        assert "page/3" not in run.log.done


async def test_a_rejected_answer_in_a_study_is_replaced_and_early_keys_are_counted(tmp_path: Path) -> None:
    world = '["multi-homeostasis"]'
    async with showing(tmp_path, is_trial, conditions=TEXT, steps=5, environments=world) as (pilot, app, run):
        screen = playing(app)
        await until(pilot, lambda: screen.bar.gate.is_open)
        await pilot.click("#raw")
        burst(app, "3\r\r")
        await until(pilot, lambda: screen.state.rejections == 1 and screen.bar.gate.is_open)
        burst(app, "0,4\r")
        await until(pilot, lambda: screen.state.done == 1 and screen.bar.gate.is_open)
        assert screen.state.stepped(1).action == (0, 4)
        assert [decision.dropped for decision in run.log.decisions] == [0, 1]


@pytest.mark.parametrize("asked", ["questionnaire", "questions"])
async def test_typing_replaces_a_number_that_was_refused(tmp_path: Path, asked: str) -> None:
    answer = ", answer = 3" if asked == "questions" else ', kind = "number"'
    more = f'{asked} = [{{key = "n", text = "How many?"{answer}}}]'
    async with showing(tmp_path, lambda view: view.key.endswith(("/n", "/n/try-1")), more=more) as (pilot, app, run):
        await until(pilot, lambda: asks(app, "How many?"))
        await pilot.press("-", "enter")
        await until(pilot, lambda: "whole number" in str(app.screen.query_one("#refused", Static).render()))
        await until(pilot, lambda: asks(app, "How many?"))
        await pilot.press("3", "enter")
        await until(pilot, lambda: any(done.answer == "3" for done in run.log.done.values()))


async def test_every_key_that_is_dropped_is_counted(tmp_path: Path) -> None:
    more = 'feedback = true\n[consent]\ntext = "Agree?"\n'
    more += '[[questionnaire]]\nkey = "n"\ntext = "How many?"\nkind = "number"\n'
    async with showing(tmp_path, lambda view: view.key == "consent", steps=1, more=more) as (pilot, app, run):
        await until(pilot, lambda: isinstance(app.screen, ConsentScreen) and app.screen.gate.is_open)
        burst(app, "yy")
        await until(pilot, lambda: isinstance(app.screen, InstructionScreen) and app.screen.gate.is_open)
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, StudyTrialScreen) and app.screen.gate.is_open)
        burst(app, "1\r\r")
        await until(pilot, lambda: isinstance(app.screen, ScoreScreen) and app.screen.gate.is_open)
        burst(app, "\r\r")
        await until(pilot, lambda: asks(app, "How many?"))
        burst(app, "7\r\r")
        await until(pilot, lambda: isinstance(app.screen, PageScreen) and app.screen.gate.is_open)
        await pilot.press("enter")
        await until(pilot, lambda: "closing" in run.log.done)
        log = run.log
        counts = {key: done.dropped for key, done in log.done.items() if done.dropped}
        assert sum(counts.values()) == 4, counts
        assert log.done["consent"].dropped + log.done["instruction/a.1"].dropped == 1


@pytest.mark.parametrize("left_by", ["question", "signal"])
@pytest.mark.parametrize("typed", ["4\r\r", "x\r\r"], ids=["taken", "rejected"])
async def test_keys_dropped_before_somebody_leaves_are_counted(typed: str, left_by: str, tmp_path: Path) -> None:
    async with showing(tmp_path, is_trial, conditions=TEXT, steps=2) as (pilot, app, run):
        screen = playing(app)
        await until(pilot, lambda: screen.gate.is_open)
        burst(app, typed)
        await until(pilot, lambda: "1 key pressed too early" in text_on(app) and screen.gate.is_open)
        if left_by == "signal":
            app._end_by_signal(143)
        else:
            await pilot.press("escape")
            await until(pilot, lambda: isinstance(app.screen, ConfirmDialog))
            await pilot.press("y")
        await until(pilot, lambda: not app.is_running)
    left = collect("small", run.study, tmp_path)
    assert [played.dropped for played in left.trials] == [1]
    assert "did not count: 1 at 1 page, question, practice trial, interruption" in method_sheet(left)
    again = enter(run.study, "P1", tmp_path)
    with again.file:
        await asyncio.to_thread(walk, again)
    found = collect("small", run.study, tmp_path)
    assert {row["view"]: row["dropped"] for row in pages(found).rows}["trial/a.1"] == 1
    assert [row["dropped"] for row in trials(found).rows] == [1]
    assert "did not count: 1 at 1 page, question, practice trial, interruption" in method_sheet(found)


async def test_keys_dropped_at_an_open_question_are_counted_after_a_crash(tmp_path: Path) -> None:
    clock = StandingClock()
    async with showing(tmp_path, is_trial, clock=clock) as (pilot, app, run):
        screen = playing(app)
        await until(pilot, lambda: screen.gate.is_open)
        burst(app, "4\r\r")
        await until(pilot, lambda: screen.state.done == 1 and screen.gate.is_open and screen.gate.dropped == 1)
        await until(pilot, lambda: run.log.dropped_now == 1)
        before = run.file.path.read_bytes()
    # As the file is when the program is killed: nothing after what it wrote last.
    run.file.path.write_bytes(before)
    assert [played.dropped for played in collect("small", run.study, tmp_path).trials] == [1]
    again = enter(run.study, "P1", tmp_path, clock=clock)
    with again.file:
        again.visit(80, 24)
        await asyncio.to_thread(walk, again)
    assert [played.dropped for played in collect("small", run.study, tmp_path).trials] == [1]


async def test_keys_dropped_at_an_open_page_are_counted_after_a_crash(tmp_path: Path) -> None:
    more = 'pages = [{text = "One."}, {text = "Two."}]'
    async with showing(tmp_path, lambda view: view.key == "page/2", more=more) as (pilot, app, run):
        await until(pilot, partial(shows, app, run, "page/2"))
        await pilot.press("f2")
        await until(pilot, lambda: isinstance(app.screen, PauseScreen))
        await pilot.press("x", "enter")
        await until(pilot, lambda: run.log.dropped_now == 1)
        before = run.file.path.read_bytes()
    run.file.path.write_bytes(before)
    assert "did not count: 1 at 1 page, question" in method_sheet(collect("small", run.study, tmp_path))
    again = enter(run.study, "P1", tmp_path)
    with again.file:
        again.visit(80, 24)
        await asyncio.to_thread(walk, again)
    assert {row["view"]: row["dropped"] for row in pages(collect("small", run.study, tmp_path)).rows}["page/2"] == 1


async def test_a_text_whose_beginning_came_too_early_is_not_submitted_unseen(tmp_path: Path) -> None:
    more = 'questionnaire = [{key = "a", text = "One?"}, {key = "t", text = "Two?"}, {key = "u", text = "Three?"}]'
    stop = lambda view: view.key == "questionnaire/a"  # noqa: E731
    async with showing(tmp_path, stop, more=more) as (pilot, app, run):
        await until(pilot, lambda: asks(app, "One?"))
        await pilot.press("space", "X")
        # In one packet: what is behind the first of them was pressed before the next question was there.
        for key, character in (("ctrl+s", None), ("space", " "), ("Y", "Y")):
            app.post_message(events.Key(key, character))
        await until(pilot, lambda: asks(app, "Two?"))
        await pilot.press("Z", "ctrl+s")
        await until(pilot, lambda: "Not submitted yet" in text_on(app) and asks(app, "Two?"))
        assert "questionnaire/t" not in run.log.done
        await pilot.press("home", "space", "Y")
        # A key that bounces is no beginning of an answer.
        for _ in range(2):
            app.post_message(events.Key("ctrl+s", None))
        await until(pilot, lambda: asks(app, "Three?"))
        await pilot.press("V", "ctrl+s")
        await until(pilot, lambda: "questionnaire/u" in run.log.done)
    assert [run.log.answer(f"questionnaire/{key}") for key in "atu"] == [" X", " YZ", "V"]
    assert [run.log.done[f"questionnaire/{key}"].dropped for key in "atu"] == [0, 2, 1]
