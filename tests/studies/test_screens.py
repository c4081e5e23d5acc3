"""What a participant sees, and what they cannot reach."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from textual.widgets import Static, TextArea

from bioblue_tui.app.study import StudyApp
from bioblue_tui.records.collection import open_record
from bioblue_tui.screens.dialogs import ConfirmDialog
from bioblue_tui.screens.help import HelpScreen
from bioblue_tui.screens.study.page import ConsentScreen, InstructionScreen, PageScreen
from bioblue_tui.screens.study.question import Choices
from bioblue_tui.screens.study.score import ScoreScreen
from bioblue_tui.screens.study.trial import StudyTrialScreen
from bioblue_tui.studies.flow import InstructionView, View
from bioblue_tui.studies.running import enter
from bioblue_tui.studies.sessions import study_dir
from bioblue_tui.studies.standing import standings
from bioblue_tui.trials.events import Ended, Noted
from bioblue_tui.widgets.panel import ScrollPanel
from tests.studies.showing import CHOICES, GAUGES, TEXT, answers, asks, card_of, is_trial, playing, showing
from tests.support.attacks import ALL, FORBIDDEN
from tests.support.pilots import letters, painted, text_of, until


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


def test_a_participant_has_no_key_but_those_of_a_study() -> None:
    actions = {binding.action for binding in StudyApp._merged_bindings.key_to_bindings.values() for binding in binding}  # type: ignore[union-attr]
    assert actions == {"pause", "leave"}


async def test_no_answer_is_chosen_beforehand(tmp_path: Path) -> None:
    more = 'questions = [{key = "q", text = "Which?", options = ["this", "that"], answer = "that"}]'
    async with showing(tmp_path, lambda view: view.key.startswith("comprehension"), more=more) as (pilot, app, run):
        await until(pilot, lambda: asks(app, ""))
        await pilot.press("enter", "enter")
        await pilot.pause()
        assert not [key for key in run.log.done if key.startswith("comprehension")]
        await pilot.press("down", "down", "enter")
        await until(pilot, lambda: run.log.answer("comprehension/q/try-1") == "that")


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
