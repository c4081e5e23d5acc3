"""What a participant sees, and what they cannot reach."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from textual import events
from textual._time import get_time
from textual.events import Paste
from textual.pilot import Pilot
from textual.widgets import Markdown, Static, TextArea

from bioblue_tui.app.bioblue import BioBlueApp
from bioblue_tui.app.study import StudyApp
from bioblue_tui.records.collection import open_record
from bioblue_tui.records.schema import RecordError
from bioblue_tui.screens.dialogs import ConfirmDialog, LineDialog
from bioblue_tui.screens.help import HelpScreen
from bioblue_tui.screens.study.page import ConsentScreen, InstructionScreen, PageScreen
from bioblue_tui.screens.study.pause import PauseScreen
from bioblue_tui.screens.study.presses import Presses
from bioblue_tui.screens.study.question import Choices, QuestionScreen
from bioblue_tui.screens.study.score import ScoreScreen
from bioblue_tui.screens.study.trial import StudyTrialScreen
from bioblue_tui.studies.export.method import method_sheet
from bioblue_tui.studies.export.people import pages
from bioblue_tui.studies.export.played import collect
from bioblue_tui.studies.export.tables import trials
from bioblue_tui.studies.export.writing import export_study
from bioblue_tui.studies.flow import InstructionView, TrialView, View
from bioblue_tui.studies.running import Run, enter
from bioblue_tui.studies.sessions import study_dir
from bioblue_tui.studies.standing import standings
from bioblue_tui.trials.clock import Clock, SystemClock
from bioblue_tui.trials.events import Ended, Noted
from bioblue_tui.widgets.panel import ScrollPanel
from tests.studies.small import load, right, walk
from tests.support.attacks import ALL, FORBIDDEN
from tests.support.pilots import letters, painted, text_of, until

GAUGES = '[[conditions]]\nname = "g"\npresentation = "gauges"\n'
TEXT = '[[conditions]]\nname = "t"\npresentation = "prompt-only"\n'
LIMITED = '[[blocks]]\nname = "z"\nenvironments = ["homeostasis"]\nseeds = 1\nsteps = 9\nminutes = 2\n'
HURRIED = LIMITED + "hurry = 60\n"


def text_on(app: StudyApp) -> str:
    return "\n".join(strip.text for strip in app.screen._compositor.render_strips())


def is_trial(view: View) -> bool:
    return isinstance(view, TrialView)


@asynccontextmanager
async def showing(
    root: Path,
    stop: Callable[[View], bool],
    *,
    size: tuple[int, int] = (100, 32),
    clock: Clock | None = None,
    **told: object,
) -> AsyncIterator[tuple[Pilot[Any], StudyApp, Run]]:
    """Go through a study without a screen up to a view, and show that."""
    run = enter(load(root, **told), "P1", root, clock=clock)  # type: ignore[arg-type]
    with run.file:
        # It has an event loop of its own.
        await asyncio.to_thread(walk, run, right, stop)
        app = StudyApp(run)
        async with app.run_test(size=size) as pilot:
            await until(pilot, lambda: len(app.screen_stack) > 1, "the first screen")
            yield pilot, app, run


def playing(app: StudyApp) -> StudyTrialScreen:
    assert isinstance(app.screen, StudyTrialScreen)
    return app.screen


def answers(screen: StudyTrialScreen) -> bool:
    """Tell whether a trial waits for an answer, and its question is on the screen: keys before that are dropped."""
    return screen.person is not None and screen.person.asked and screen.bar.gate.is_open


def asks(app: StudyApp, text: str) -> bool:
    """Tell whether a question with this text is on the screen, and open."""
    screen = app.screen
    return isinstance(screen, QuestionScreen) and screen.gate.is_open and text in screen.query_one(Markdown).source


def shows(app: StudyApp, run: Run, page: str) -> bool:
    """Tell whether a page is what comes next, on the screen, and open."""
    screen, view = app.screen, run.next
    return isinstance(screen, PageScreen) and screen.gate.is_open and view is not None and view.key == page


def burst(app: StudyApp, text: str) -> None:
    """Press keys as one packet brings them: all of them before anything is done about the first."""
    for character in text:
        app.post_message(events.Key("enter" if character == "\r" else character, character))


async def test_nothing_else_can_be_reached_from_a_trial(tmp_path: Path) -> None:
    async with showing(tmp_path, is_trial, conditions=GAUGES, steps=5) as (pilot, app, _):
        screen = playing(app)
        await until(pilot, lambda: answers(screen))
        theme = app.theme
        reachable = {key.binding.action.partition("(")[0] for key in screen.active_bindings.values()}
        assert (
            reachable & {"command_palette", "toggle_dark", "note", "notes", "fork", "parent", "ghost", "onset"} == set()
        )
        for key in ("ctrl+p", "ctrl+t", "ctrl+n", "ctrl+o", "ctrl+l", "f3", "f5", "f6", "f7", "ctrl+backslash"):
            await pilot.press(key)
            await pilot.pause()
            assert app.screen is screen, key
        assert app.theme == theme
        for letter in "LfnvcgjsitapMG":
            await pilot.press(letter)
        await until(pilot, lambda: screen.bar.answer.value == "LfnvcgjsitapMG")
        assert app.screen is screen
        assert not screen.reveals
        await pilot.press("f1")
        await until(pilot, lambda: isinstance(app.screen, HelpScreen))
        assert not any(
            word in text_of(app.screen.query_one("KeyTable")) for word in ("palette", "theme", "note", "fork")
        )


@pytest.mark.parametrize("key", ["escape", "ctrl+c", "ctrl+q"])
async def test_leaving_asks_and_stopping_is_no_end(tmp_path: Path, key: str) -> None:
    async with showing(tmp_path, is_trial, steps=3) as (pilot, app, run):
        screen = playing(app)
        await until(pilot, lambda: screen.bar.gate.is_open)
        await pilot.press("1", "enter")
        await until(pilot, lambda: screen.state.done == 1)
        await pilot.press(key)
        await until(pilot, lambda: isinstance(app.screen, ConfirmDialog))
        await pilot.press("n")
        await until(pilot, lambda: app.screen is screen)
        await pilot.press(key)
        await until(pilot, lambda: isinstance(app.screen, ConfirmDialog))
        await pilot.press("y")
        await until(pilot, lambda: not app.is_running)
    assert not run.log.outcome
    assert "trial/a.1" not in run.log.done
    assert [away.why for away in run.log.absences] == ["leaving", "leaving"]
    assert all(away.began <= away.ended for away in run.log.absences)
    assert isinstance(open_record(screen.session.path).events[-1], Ended)  # type: ignore[arg-type]
    again = enter(run.study, "P1", tmp_path)
    with again.file:
        assert is_trial(again.next)  # type: ignore[arg-type]


async def test_no_result_is_told_unless_the_study_says_so(tmp_path: Path) -> None:
    for feedback in (False, True):
        root = tmp_path / str(feedback)
        root.mkdir()
        more = f"feedback = {str(feedback).lower()}"
        async with showing(root, is_trial, conditions=GAUGES, steps=1, more=more) as (pilot, app, run):
            screen = playing(app)
            await until(pilot, lambda: answers(screen))  # noqa: B023
            await pilot.press("1", "enter")
            wanted = ScoreScreen if feedback else PageScreen
            await until(pilot, lambda: isinstance(app.screen, wanted))  # noqa: B023
            if feedback:
                await pilot.press("q")
                await until(pilot, lambda: isinstance(app.screen, PageScreen))
            assert run.log.done["trial/a.1"].outcome == "complete"


async def card_of(pilot: Pilot[Any], app: StudyApp) -> str:
    """Play the only step of a trial, and return what its score card shows."""
    screen = playing(app)
    await until(pilot, lambda: answers(screen))
    await pilot.press(*"9,0", "enter")
    await until(pilot, lambda: isinstance(app.screen, ScoreScreen))
    await pilot.pause()
    return text_on(app)


async def test_a_score_card_shows_nothing_that_the_condition_hides(tmp_path: Path) -> None:
    told: dict[str, Any] = {"environments": '["balancing"]', "steps": 1, "more": "feedback = true"}
    shown: dict[str, Any] = {"blocks": [("a", "83-84", "fixed")], **told}
    async with showing(tmp_path, is_trial, conditions=TEXT, **shown) as (pilot, app, _):
        title = playing(app).state.environment.title
        card = await card_of(pilot, app)
        assert "Harvesting A" in card
        assert "difference" in card
        for hidden in ("imbalance", "83", "seed", title.lower()):
            assert hidden not in card.lower()
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, InstructionScreen))
    # What the rewards were called there they are called here.
    (tmp_path / "story").mkdir()
    worded = TEXT + 'wording = "other-story"\n'
    async with showing(tmp_path / "story", is_trial, conditions=worded, **shown) as (pilot, app, _):
        card = await card_of(pilot, app)
        assert "athering for A" in card
        assert "arvesting" not in card
        # The reference's name is there whole.
        assert "…" not in card
    # Where a condition hides all rewards there is no card.
    (tmp_path / "hidden").mkdir()
    both = GAUGES + "hidden_rewards = true\n" + TEXT
    async with showing(tmp_path / "hidden", is_trial, conditions=both, **shown) as (pilot, app, run):
        screen = playing(app)
        await until(pilot, lambda: answers(screen))
        await pilot.press(*"9,0", "enter")
        await until(pilot, lambda: isinstance(app.screen, ScoreScreen | InstructionScreen))
        assert isinstance(app.screen, InstructionScreen)
        assert run.log.done["trial/a.1"].outcome == "complete"


async def test_time_before_leaving_counts_towards_the_limit(tmp_path: Path) -> None:
    clock = StandingClock()
    async with showing(tmp_path, is_trial, blocks=[], more=LIMITED, clock=clock) as (pilot, app, run):
        screen = playing(app)
        await until(pilot, lambda: "2:00 left" in text_of(screen.status))
        clock.seconds = 50
        await pilot.press("ctrl+q")
        await until(pilot, lambda: isinstance(app.screen, ConfirmDialog))
        clock.seconds = 80
        await pilot.press("y")
        await until(pilot, lambda: not app.is_running)
    again = enter(run.study, "P1", tmp_path, clock=clock)
    with again.file:
        app = StudyApp(again)
        async with app.run_test(size=(100, 32)) as pilot:
            await until(pilot, lambda: isinstance(app.screen, StudyTrialScreen))
            await until(pilot, lambda: "1:10 left" in text_of(playing(app).status))


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


async def test_hidden_rewards_are_on_no_panel(tmp_path: Path) -> None:
    conditions = GAUGES + "hidden_rewards = true\n"
    for environment in ("homeostasis", "sustainability", "balancing"):
        root = tmp_path / environment
        root.mkdir()
        told: dict[str, Any] = {"conditions": conditions, "environments": f'["{environment}"]', "steps": 3}
        async with showing(root, is_trial, size=(120, 36), **told) as (pilot, app, _):
            screen = playing(app)
            await until(pilot, lambda: answers(screen))  # noqa: B023
            await pilot.press(*("1,1" if environment == "balancing" else "1"), "enter")
            await until(pilot, lambda: "Step 1" in str(screen.bar.feedback.render()))  # noqa: B023
            assert "eward" not in str(screen.bar.feedback.render())
            assert not screen.query_one("#rewards").is_on_screen
            words = text_of(screen.steps) + text_of(screen.transcript)
            assert "Rewards" not in words
            assert "imbalance" not in words
            assert "instability" not in words


async def test_a_reward_that_a_model_is_not_shown_is_not_shown(tmp_path: Path) -> None:
    told: dict[str, Any] = {"conditions": GAUGES, "environments": '["balancing"]', "steps": 3}
    async with showing(tmp_path, is_trial, size=(120, 36), **told) as (pilot, app, _):
        screen = playing(app)
        await until(pilot, lambda: answers(screen))
        await pilot.press(*"9,0", "enter")
        await until(pilot, lambda: "Step 1" in str(screen.bar.feedback.render()))
        assert "harvesting" in text_of(screen.rewards)
        for words in (text_of(screen.rewards), text_of(screen.steps), str(screen.bar.feedback.render())):
            assert "imbalance" not in words


async def test_the_instruction_is_shown_to_the_letter(tmp_path: Path) -> None:
    def stop(view: View) -> bool:
        return isinstance(view, InstructionView)

    async with showing(tmp_path, stop, conditions=TEXT, size=(60, 20)) as (pilot, app, run):
        assert isinstance(app.screen, InstructionScreen)
        shown = app.screen.query_one("#raw-text", Static)
        assert str(shown.render()) == run.instruction(run.study.blocks[0].trials[0])
        # At 60×20 it is longer than the screen: nobody begins without its end having been in view.
        await pilot.press("enter")
        await pilot.pause()
        assert isinstance(app.screen, InstructionScreen)
        for _ in range(3):
            await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, StudyTrialScreen))


class StandingClock(SystemClock):
    """A clock whose durations are as long as a test says."""

    seconds = 0.0

    def monotonic(self) -> float:
        return self.seconds


async def test_time_limit_and_hurry(tmp_path: Path) -> None:
    clock = StandingClock()
    async with showing(tmp_path, is_trial, blocks=[], more=HURRIED, clock=clock) as (pilot, app, run):
        screen = playing(app)
        await until(pilot, lambda: "2:00 left" in text_of(screen.status))
        clock.seconds = 61
        await until(pilot, lambda: "Please answer now" in str(screen.bar.feedback.render()))
        await pilot.press("x", "enter")
        await until(pilot, lambda: screen.state.rejections == 1 and screen.bar.gate.is_open)
        await pilot.press("1", "enter")
        await until(pilot, lambda: screen.state.done == 1)
        # They were told to answer at this question, and it is the same after a refusal.
        assert [decision.late for decision in run.log.decisions] == [True, True]
        await until(pilot, lambda: "0:59 left" in text_of(screen.status))
        clock.seconds = 121
        await until(pilot, lambda: isinstance(app.screen, PageScreen))
        assert run.log.decisions[0].late
        assert run.log.decisions[0].seconds == 61
        assert run.log.done["trial/z.1"].outcome == "time limit"
        # A minute for the second answer, which never came, was played, too.
        assert run.log.done["trial/z.1"].seconds == 121
        await until(pilot, lambda: app.screen.query(Markdown) and "You played for 2 min 1 s" in text_on(app))


async def test_what_is_measured(tmp_path: Path) -> None:
    async with showing(tmp_path, is_trial, conditions=GAUGES, steps=4, size=(120, 36)) as (pilot, app, run):
        screen = playing(app)
        await until(pilot, lambda: answers(screen))
        # There is no last answer yet.
        await pilot.press("ctrl+r", "1", "2", "backspace", "enter")
        await until(pilot, lambda: "Step 1" in str(screen.bar.feedback.render()))
        await pilot.press("pageup", "pagedown")
        await pilot.press("ctrl+r", "enter")
        await until(pilot, lambda: "Step 2" in str(screen.bar.feedback.render()))
        await pilot.press("ctrl+a")
        screen.bar.answer.post_message(Paste("3"))
        await until(pilot, lambda: screen.bar.answer.value == "3")
        await pilot.press("enter")
        await until(pilot, lambda: "Step 3" in str(screen.bar.feedback.render()))
        await pilot.press("f2")
        await until(pilot, lambda: isinstance(app.screen, PauseScreen))
        assert "level" not in "\n".join(strip.text for strip in app.screen._compositor.render_strips())
        await pilot.press("enter")
        await until(pilot, lambda: app.screen is screen)
        await pilot.resize_terminal(80, 24)
        await pilot.press("tab", "4", "enter")
        await until(pilot, lambda: len(run.log.decisions) == 4)
        await until(pilot, lambda: any(key.startswith("trial/") for key in run.log.done))
    export_study("small", run.study, tmp_path / "out", tmp_path)
    sheet = (tmp_path / "out" / "method.md").read_text(encoding="utf-8")
    assert "One panel alone was in view at 1 of 4 answers (rewards: 1)" in sheet
    first, second, third, fourth = run.log.decisions
    assert (first.edits, first.deletions, first.pasted, first.repeated) == (3, 1, 0, False)
    assert (second.edits, second.repeated, second.looks) == (1, True, 1)
    assert (third.edits, third.pasted) == (1, 1)
    assert fourth.away.keys() == {"pause"}
    assert fourth.screen["panels"] == ["rewards"]
    assert (fourth.screen["columns"], fourth.screen["rows"]) == (80, 24)
    assert [(columns, rows) for _, columns, rows in run.log.sizes] == [(120, 36), (80, 24)]


async def test_another_window_in_front_does_not_count(tmp_path: Path) -> None:
    async with showing(tmp_path, is_trial, steps=1) as (pilot, app, run):
        screen = playing(app)
        await until(pilot, lambda: answers(screen))
        app.app_focus = False
        await pilot.pause()
        app.app_focus = True
        await until(pilot, lambda: run.log.absences and run.log.absences[0].ended)
        await pilot.press("1", "enter")
        await until(pilot, lambda: run.log.decisions)
    assert run.log.decisions[0].away.keys() == {"focus"}


async def test_consent_is_given_or_not(tmp_path: Path) -> None:
    more = 'consent = {text = "Do you?"}'
    async with showing(tmp_path, lambda view: True, more=more) as (pilot, app, run):
        assert isinstance(app.screen, ConsentScreen)
        await pilot.press("enter")
        await pilot.pause()
        assert isinstance(app.screen, ConsentScreen), "Enter is too easily pressed"
        await pilot.press("n")
        # Declined is declined: also when nobody ever leaves the page that says so.
        await until(pilot, lambda: isinstance(app.screen, PageScreen))
        assert run.log.outcome == "declined"
        await pilot.press("y")
        await pilot.pause()
        assert isinstance(app.screen, PageScreen), "an answer is not taken back by a second key"
    (one,) = standings(study_dir("small", tmp_path), run.study)
    assert (one.state, one.trials) == ("declined", 0)


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


@pytest.mark.parametrize("size", [(80, 24), (60, 20)])
async def test_a_score_card_of_six_objectives_is_read_whole(tmp_path: Path, size: tuple[int, int]) -> None:
    six = '[{id = "multi-homeostasis", objectives = 6}]'
    told: dict[str, Any] = {"environments": six, "steps": 1, "size": size, "more": "feedback = true"}
    async with showing(tmp_path, is_trial, **told) as (pilot, app, run):
        await until(pilot, lambda: answers(playing(app)))
        await pilot.press(*"1,2,3,0,0,1", "enter")
        await until(pilot, lambda: isinstance(app.screen, ScoreScreen) and app.screen.gate.is_open)
        await until(pilot, lambda: "more line" in painted(app) and "continue (Enter)" in painted(app))
        seen = painted(app)
        while "Reference: base stock" not in " ".join(seen.split()):
            before = app.screen.query_one(ScrollPanel).scroll_offset.y
            await pilot.press("pagedown")
            await until(pilot, lambda at=before: app.screen.query_one(ScrollPanel).scroll_offset.y > at)  # type: ignore[misc]
            await pilot.pause()
            seen += painted(app)
        for label in "ABCDEF":
            assert all(f"{name} {label}" in seen for name in ("Consumption", "Undersatiation", "Oversatiation"))
        await pilot.press("enter")
        await until(pilot, lambda: "trial/a.1" in run.log.done)


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


def enter_at(app: StudyApp, *times: float) -> None:
    """Press Enter at some times."""
    for at in times:
        key = events.Key("enter", None)
        key.time = at
        app.post_message(key)


def repeats(begun: float) -> list[float]:
    """Return when a key comes that is held down from some time on, for two seconds."""
    return [begun + 0.5 + 0.033 * count for count in range(45)]


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


async def test_the_least_time_of_a_page_stands_still_in_a_pause(tmp_path: Path) -> None:
    clock = StandingClock()
    more = 'pages = [{text = "Read this.", least = 60}]'
    async with showing(tmp_path, lambda view: True, more=more, clock=clock) as (pilot, app, run):
        assert isinstance(app.screen, PageScreen)
        clock.seconds = 20
        await pilot.press("f2")
        await until(pilot, lambda: isinstance(app.screen, PauseScreen))
        clock.seconds = 80
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, PageScreen))
        await until(pilot, lambda: "You can go on in 40 seconds" in text_on(app))
        clock.seconds = 120
        await until(pilot, lambda: "Enter continues" in text_on(app))
    assert [(away.why, away.seconds) for away in run.log.absences] == [("pause", 60)]


@pytest.mark.parametrize("feedback", [True, False])
@pytest.mark.parametrize(("key", "kind"), [("f1", HelpScreen), ("ctrl+g", LineDialog)])
async def test_a_time_limit_ends_a_trial_whatever_lies_over_it(
    tmp_path: Path, key: str, kind: type, feedback: bool
) -> None:
    clock, more = StandingClock(), f"feedback = {str(feedback).lower()}\n{HURRIED}"
    async with showing(tmp_path, is_trial, blocks=[], more=more, clock=clock) as (pilot, app, run):
        screen = playing(app)
        await until(pilot, lambda: answers(screen))
        await pilot.press("1", "enter")
        await until(pilot, lambda: screen.state.done == 1 and answers(screen))
        await pilot.press(key)
        await until(pilot, lambda: isinstance(app.screen, kind))
        clock.seconds = 121
        await until(pilot, lambda: "trial/z.1" in run.log.done)
        await until(pilot, lambda: "Time is over" in painted(app))
        assert isinstance(app.screen, PageScreen)
        assert (run.log.done["trial/z.1"].outcome, app.failed) == ("time limit", 0)


async def test_a_pause_is_as_long_as_it_was_where_a_time_limit_runs(tmp_path: Path) -> None:
    clock = StandingClock()
    async with showing(tmp_path, is_trial, blocks=[], more=HURRIED, clock=clock) as (pilot, app, run):
        screen = playing(app)
        await until(pilot, lambda: "2:00 left" in text_of(screen.status))
        await pilot.press("f2")
        await until(pilot, lambda: isinstance(app.screen, PauseScreen))
        for clock.seconds in (0.25, 0.5, 0.75, 150.5):
            screen._tick()
        await pilot.press("enter")
        await until(pilot, lambda: app.screen is screen)
        assert "Please answer now" not in text_on(app)
        clock.seconds = 152
        await pilot.press("1", "enter")
        await until(pilot, lambda: screen.state.done == 1)
    (decision,) = run.log.decisions
    assert (decision.seconds, decision.away, decision.late) == (1.5, {"pause": 150.5}, False)
    assert [(away.why, away.seconds) for away in run.log.absences] == [("pause", 150.5)]


@pytest.mark.parametrize("end", ["killed", "left"])
@pytest.mark.parametrize(("first", "second", "late"), [(61, 1, True), (40, 21, True), (30, 20, False)])
async def test_an_answer_after_a_break_is_late_where_both_times_together_are(
    tmp_path: Path, end: str, first: float, second: float, late: bool
) -> None:
    clock, study = StandingClock(), '[[blocks]]\nname = "z"\nenvironments = ["homeostasis"]\nseeds = 1\nhurry = 60\n'
    async with showing(tmp_path, is_trial, blocks=[], more=study, clock=clock) as (pilot, app, run):
        screen = playing(app)
        await until(pilot, lambda: answers(screen))
        clock.seconds = first
        screen._tick()
        await until(pilot, lambda: run.log.open)
        if end == "left":
            await pilot.press("escape")
            await until(pilot, lambda: isinstance(app.screen, ConfirmDialog))
            await pilot.press("y")
            await until(pilot, lambda: run.log.left_open)
    async with showing(tmp_path, is_trial, blocks=[], more=study, clock=clock) as (pilot, app, run):
        screen = playing(app)
        await until(pilot, lambda: answers(screen))
        clock.seconds += second
        screen._tick()
        assert ("Please answer now" in str(screen.bar.feedback.render())) == late
        await pilot.press("1", "enter")
        await until(pilot, lambda: screen.state.done == 1)
        await until(pilot, lambda: answers(screen))
        await pilot.press("1", "enter")
        await until(pilot, lambda: len(run.log.decisions) == 2)
    assert [decision.late for decision in run.log.decisions] == [late, False]


async def test_a_page_is_kept_for_as_long_as_it_says(tmp_path: Path) -> None:
    more = 'pages = [{text = "Read this.", least = 600}]'
    async with showing(tmp_path, lambda view: True, more=more) as (pilot, app, _):
        await pilot.press("enter")
        await pilot.pause()
        assert isinstance(app.screen, PageScreen)
        assert "You can go on in" in str(app.screen.hint.render())


async def test_questions_take_answers_only(tmp_path: Path) -> None:
    more = """
questionnaire = [
    {key = "n", text = "How many?", kind = "number"},
    {key = "s", text = "How hard?", kind = "scale", low = 0, high = 2, labels = ["easy", "LONG"]},
    {key = "o", text = "Anything?", required = false},
    {key = "t", text = "Why?"},
]
"""
    label = "as hard as anything that I have ever had to do in all of my life, or nearly so"
    told: dict[str, Any] = {"more": more.replace("LONG", label)}
    async with showing(tmp_path, lambda view: view.key.startswith("questionnaire"), **told) as (pilot, app, run):
        await until(pilot, lambda: asks(app, ""))
        await pilot.press("enter")
        assert "questionnaire/n" not in run.log.done
        await pilot.press("x", "enter")
        await until(pilot, lambda: "whole number" in str(app.screen.query_one("#refused", Static).render()))
        await pilot.press("backspace", "0", "7", "enter")
        await until(pilot, lambda: run.log.answer("questionnaire/n") == "7")
        await until(pilot, lambda: asks(app, "How hard?"))
        assert letters(label) in letters(painted(app))
        await pilot.press("end", "enter")
        await until(pilot, lambda: run.log.answer("questionnaire/s") == "2")
        await until(pilot, lambda: asks(app, "Anything?"))
        await pilot.press("ctrl+s")
        await until(pilot, lambda: "questionnaire/o" in run.log.done)
        await until(pilot, lambda: asks(app, "Why?"))
        await pilot.press("ctrl+s")
        await until(pilot, lambda: "Please answer" in str(app.screen.query_one("#refused", Static).render()))
        app.screen.query_one(TextArea).text = "a" * 5001
        await pilot.press("ctrl+s")
        await until(pilot, lambda: "these are 5001" in str(app.screen.query_one("#refused", Static).render()))
        app.screen.query_one(TextArea).text = ""
        await pilot.press("a", "enter", "b", "ctrl+s")
        await until(pilot, lambda: run.log.answer("questionnaire/t") == "a\nb")


@pytest.mark.parametrize("size", [(100, 32), (80, 24), (60, 20)])
async def test_nothing_chosen_is_said_however_many_answers_there_are(tmp_path: Path, size: tuple[int, int]) -> None:
    ends = ["not at all, I typed whatever came to my mind first", "as hard as I could, at each single step of all"]
    more = f"""
questionnaire = [
    {{key = "s", text = "How hard did you try?\\nThink of all.", kind = "scale", low = 0, high = 10, labels = {ends}}},
]
"""
    told: dict[str, Any] = {"more": more, "size": size}
    async with showing(tmp_path, lambda view: view.key.startswith("questionnaire"), **told) as (pilot, app, run):
        await until(pilot, lambda: asks(app, "How hard did you try?"))
        await pilot.press("enter")
        await until(pilot, lambda: "Nothing is chosen yet." in painted(app))
        assert "Enter submits." in " ".join(painted(app).split())
        await pilot.press("end")
        await until(pilot, lambda: letters(ends[1]) in letters(painted(app)))
        await pilot.press("enter")
        await until(pilot, lambda: run.log.answer("questionnaire/s") == "10")


@pytest.mark.parametrize("size", [(120, 36), (60, 20)])
async def test_pages_are_hostile_until_shown_otherwise(tmp_path: Path, size: tuple[int, int]) -> None:
    page = (
        f"# {ALL}\n\n[a link](http://pwned.example) <b>html</b> ![x](file:///etc/passwd)\n\n{ALL}\n\n```\n{ALL}\n```\n"
    )
    (tmp_path / "page.md").write_text(page, encoding="utf-8", errors="surrogatepass", newline="")
    more = 'title = "[red]x"\npages = [{file = "page.md", title = "[@click=app.quit]y[/]"}]'
    opened: list[str] = []
    async with showing(tmp_path, lambda view: True, more=more, size=size) as (pilot, app, _):
        app.open_url = lambda url, **_: opened.append(url)  # type: ignore[method-assign]
        screen = app.screen
        assert isinstance(screen, PageScreen)
        await pilot.pause()
        html = False
        for _ in range(30):
            drawn = "\n".join(strip.text for strip in screen._compositor.render_strips())
            assert FORBIDDEN.findall(drawn.replace("\n", "")) == []
            assert "[@click=app.quit]y[/]" in drawn
            html |= "<b>html</b>" in drawn
            links = [(x, y) for y, line in enumerate(drawn.split("\n")) for x in [line.find("a link")] if x >= 0]
            for x, y in links:
                await pilot.click(offset=(x + 1, y))
                await pilot.pause()
            if screen.read:
                break
            await pilot.press("enter")
            await pilot.pause()
        assert opened == []
        assert html, "what is no tag to us does not vanish"
        assert app.screen is screen
        assert app.is_running


async def test_notes_are_never_in_a_studys_record(tmp_path: Path) -> None:
    async with showing(tmp_path, is_trial, steps=1) as (pilot, app, run):
        screen = playing(app)
        await until(pilot, lambda: answers(screen))
        await pilot.press("ctrl+n", "1", "enter")
        await until(pilot, lambda: "trial/a.1" in run.log.done)
    path = screen.session.path
    assert path is not None
    assert not [event for event in open_record(path).events if isinstance(event, Noted)]


def test_the_application_is_the_usual_one_without_its_keys() -> None:
    assert issubclass(StudyApp, BioBlueApp)
    actions = {binding.action for binding in StudyApp._merged_bindings.key_to_bindings.values() for binding in binding}  # type: ignore[union-attr]
    assert actions == {"pause", "leave"}


async def test_nothing_goes_on_unmeasured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with showing(tmp_path, is_trial, steps=2) as (pilot, app, run):
        screen = playing(app)
        await until(pilot, lambda: answers(screen))

        def full(event: str, at: float, **fields: object) -> None:
            raise RecordError("no space is left", run.file.path)

        monkeypatch.setattr(run.file, "append", full)
        await pilot.press("1", "enter")
        await until(pilot, lambda: not app.is_running)
    assert "no space is left" in str(app.return_value)
    assert screen.state.done == 0
    assert run.log.decisions == []


async def test_no_answer_is_chosen_beforehand(tmp_path: Path) -> None:
    more = 'questions = [{key = "q", text = "Which?", options = ["this", "that"], answer = "that"}]'
    async with showing(tmp_path, lambda view: view.key.startswith("comprehension"), more=more) as (pilot, app, run):
        await until(pilot, lambda: asks(app, ""))
        await pilot.press("enter", "enter")
        await pilot.pause()
        assert not [key for key in run.log.done if key.startswith("comprehension")]
        await pilot.press("down", "down", "enter")
        await until(pilot, lambda: run.log.answer("comprehension/q/try-1") == "that")


CHOICES = """
questionnaire = [
    {key = "c", text = "Which one?", kind = "choice", options = ["this", "that", "neither"]},
    {key = "s", text = "How hard?", kind = "scale", low = 0, high = 10, labels = ["easy", "hard"]},
    {key = "n", text = "How many?", kind = "number"},
    {key = "m", text = "How many more?", kind = "number", required = false},
]
"""


async def test_digits_choose_and_enter_without_a_choice_says_so(tmp_path: Path) -> None:
    async with showing(tmp_path, lambda view: view.key.startswith("questionnaire"), more=CHOICES) as (pilot, app, run):
        await until(pilot, lambda: asks(app, "Which one?"))
        await pilot.press("enter")
        await until(pilot, lambda: "Nothing is chosen" in str(app.screen.query_one("#refused", Static).render()))
        assert "questionnaire/c" not in run.log.done
        await until(pilot, lambda: asks(app, "Which one?"))
        await pilot.press("3", "2", "enter")
        await until(pilot, lambda: run.log.answer("questionnaire/c") == "that")
        await until(pilot, lambda: asks(app, "How hard?"))
        await pilot.press("1", "0", "enter")
        await until(pilot, lambda: run.log.answer("questionnaire/s") == "10")


@pytest.mark.parametrize("chosen", ["3", "down", "click"])
async def test_nothing_is_chosen_goes_when_something_is(tmp_path: Path, chosen: str) -> None:
    async with showing(tmp_path, lambda view: view.key.startswith("questionnaire"), more=CHOICES) as (pilot, app, run):
        await until(pilot, lambda: asks(app, "Which one?"))
        refused = app.screen.query_one("#refused", Static)
        await pilot.press("enter")
        await until(pilot, lambda: "Nothing is chosen" in str(refused.render()) and asks(app, "Which one?"))
        if chosen == "click":
            await pilot.click(Choices, offset=(4, 2))
        else:
            await pilot.press(chosen)
        await until(pilot, lambda: app.screen.query_one(Choices).highlighted is not None)
        await until(pilot, lambda: not str(refused.render()))
        assert "questionnaire/c" not in run.log.done


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
        assert sum(run.log.done[f"questionnaire/{key}"].dropped for key in "csn") == 7


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


async def test_the_consent_page_is_kept_for_as_long_as_it_says(tmp_path: Path) -> None:
    clock = StandingClock()
    more = 'consent = {text = "Do you?", least = 60}'
    async with showing(tmp_path, lambda view: True, more=more, clock=clock) as (pilot, app, run):
        await until(pilot, lambda: "You can take part (y) in 60 seconds" in text_on(app))
        await pilot.press("y")
        await pilot.pause()
        assert isinstance(app.screen, ConsentScreen)
        clock.seconds = 60
        await until(pilot, lambda: "y: I take part" in text_on(app))
        await pilot.press("y")
        await until(pilot, lambda: run.log.answer("consent") == "yes")


@pytest.mark.parametrize("kind", ["choice", "scale"])
async def test_a_click_chooses_and_enter_submits(kind: str, tmp_path: Path) -> None:
    options = 'options = ["one", "two", "three"]' if kind == "choice" else "high = 3"
    more = f'[[questionnaire]]\nkey = "k"\ntext = "Which?"\nkind = "{kind}"\n{options}\n'
    async with showing(tmp_path, lambda view: view.key == "questionnaire/k", more=more) as (pilot, app, run):
        await until(pilot, lambda: asks(app, "Which?"))
        await pilot.click("Choices", offset=(4, 2))
        options_shown = app.screen.query_one(Choices)
        await until(pilot, lambda: options_shown.highlighted is not None)
        chosen = options_shown.highlighted
        assert not run.log.answer("questionnaire/k")
        assert asks(app, "Which?")
        await pilot.press("enter")
        await until(pilot, lambda: run.log.answer("questionnaire/k"))
        assert run.log.answer("questionnaire/k") == run.study.questionnaire[0].options[chosen or 0]


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


async def test_minutes_add_up_the_visits_to_a_page(tmp_path: Path) -> None:
    clock = StandingClock()
    async with showing(tmp_path, lambda view: view.key == "page/1", more='pages = [{text = "One."}]', clock=clock) as (
        pilot, app, run,
    ):  # fmt: skip
        await until(pilot, partial(shows, app, run, "page/1"))
        clock.seconds = 50
        await pilot.press("ctrl+q")
        await until(pilot, lambda: isinstance(app.screen, ConfirmDialog))
        await pilot.press("y")
        await until(pilot, lambda: not app.is_running)
    assert run.log.seconds == 50
    again = enter(run.study, "P1", tmp_path, clock=clock)
    with again.file:
        app = StudyApp(again)
        async with app.run_test(size=(100, 32)) as pilot:
            await until(pilot, partial(shows, app, again, "page/1"))
            clock.seconds = 57
            await pilot.press("enter")
            await until(pilot, lambda: "page/1" in again.log.done)
            assert again.log.done["page/1"].seconds == again.log.seconds == 57
    assert again.log.killed == []


async def test_a_crash_gives_a_time_limit_nothing_back(tmp_path: Path) -> None:
    clock = StandingClock()
    async with showing(tmp_path, is_trial, blocks=[], more=LIMITED, clock=clock) as (pilot, app, run):
        screen = playing(app)
        await until(pilot, lambda: "2:00 left" in text_of(screen.status))
        clock.seconds = 50
        await until(pilot, lambda: run.log.open)
        before = run.file.path.read_bytes()
    # As the file is when the program is killed: nothing after what it wrote last.
    run.file.path.write_bytes(before)
    again = enter(run.study, "P1", tmp_path, clock=clock)
    with again.file:
        app = StudyApp(again)
        async with app.run_test(size=(100, 32)) as pilot:
            await until(pilot, lambda: isinstance(app.screen, StudyTrialScreen))
            await until(pilot, lambda: "1:10 left" in text_of(playing(app).status))
            assert len(again.log.killed) == 1
            clock.seconds = 121
            await until(pilot, lambda: isinstance(app.screen, PageScreen) and "at least 2 min 1 s" in text_on(app))


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
