"""What is measured in a study, and what its limits do."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest
from textual.events import Paste
from textual.widgets import Markdown

from bioblue_tui.app.study import StudyApp
from bioblue_tui.records.schema import RecordError
from bioblue_tui.screens.dialogs import ConfirmDialog, LineDialog
from bioblue_tui.screens.help import HelpScreen
from bioblue_tui.screens.study.page import ConsentScreen, PageScreen
from bioblue_tui.screens.study.pause import PauseScreen
from bioblue_tui.screens.study.trial import StudyTrialScreen
from bioblue_tui.studies.export.writing import export_study
from bioblue_tui.studies.running import enter
from tests.studies.showing import (
    GAUGES,
    HURRIED,
    LIMITED,
    StandingClock,
    answers,
    is_trial,
    playing,
    showing,
    shows,
    text_on,
)
from tests.support.pilots import painted, text_of, until


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
        await until(pilot, lambda: "You can continue in 40 seconds" in text_on(app))
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
        assert "You can continue in" in str(app.screen.hint.render())


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
