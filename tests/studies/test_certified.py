"""What tables and method sheet certify is what was there: sizes, stretches left out, edits, what was in view."""

from __future__ import annotations

import asyncio
import json
import re
from pathlib import Path

import pytest
from textual.events import Paste

from bioblue_tui.screens.dialogs import ConfirmDialog
from bioblue_tui.screens.study.pause import PauseScreen
from bioblue_tui.studies.export.equivalence import equivalence
from bioblue_tui.studies.export.method import method_sheet
from bioblue_tui.studies.export.people import pages
from bioblue_tui.studies.export.played import collect
from bioblue_tui.studies.export.tables import decisions
from bioblue_tui.studies.export.writing import export_study
from bioblue_tui.studies.flow import TrialView
from bioblue_tui.studies.running import enter
from bioblue_tui.studies.study import Study
from bioblue_tui.trials.clock import SystemClock
from tests.studies.showing import (
    GAUGES,
    HURRIED,
    TEXT,
    StandingClock,
    answers,
    is_trial,
    playing,
    showing,
    text_on,
)
from tests.studies.small import first_trial, load, play, walk
from tests.studies.test_export import rows
from tests.support.pilots import text_of, until


class SteppingClock(SystemClock):
    """A clock that stands until it is moved, for what lines say of when they were written, too."""

    seconds = 1_800_000_000.0

    def now(self) -> float:
        return self.seconds


@pytest.mark.parametrize("end", ["time limit", "left", "killed"])
async def test_what_was_left_out_at_a_question_without_an_answer_is_in_the_tables(tmp_path: Path, end: str) -> None:
    clock = StandingClock()
    async with showing(tmp_path, is_trial, blocks=[], more=HURRIED, clock=clock) as (pilot, app, run):
        screen = playing(app)
        await until(pilot, lambda: "2:00 left" in text_of(screen.status))
        await pilot.press("f2")
        await until(pilot, lambda: isinstance(app.screen, PauseScreen))
        clock.seconds = 30
        await pilot.press("enter")
        await until(pilot, lambda: app.screen is screen)
        clock.seconds = 151 if end == "time limit" else 40
        screen._tick()
        if end == "time limit":
            await until(pilot, lambda: any(done.outcome == "time limit" for done in run.log.done.values()))
        elif end == "left":
            await pilot.press("escape")
            await until(pilot, lambda: isinstance(app.screen, ConfirmDialog))
            await pilot.press("y")
            await until(pilot, lambda: run.log.left_open)
        else:
            await until(pilot, lambda: run.log.open)
            before = run.file.path.read_bytes()
    if end == "killed":
        run.file.path.write_bytes(before)
    again = enter(run.study, "P1", tmp_path, clock=clock)
    with again.file:
        again.visit(100, 32)
        await asyncio.to_thread(walk, again)
    export_study("small", run.study, tmp_path / "out", tmp_path)
    (trial,) = rows(tmp_path / "out" / "trials.csv")
    assert float(trial["away"]) == 30
    page = next(row for row in rows(tmp_path / "out" / "pages.csv") if row["view"] == "trial/z.1")
    assert (float(page["away_pause"]), float(page["away_focus"])) == (30, 0)


def left_out(study: Study, root: Path) -> tuple[dict[str, str], dict[str, str], str]:
    """Return the stretch and the trial in the tables, and what the sheet says of stretches."""
    export_study("small", study, root / "out", root)
    (stretch,) = (row for row in rows(root / "out" / "events.csv") if row["event"] == "away")
    (trial,) = rows(root / "out" / "trials.csv")
    sheet = (root / "out" / "method.md").read_text(encoding="utf-8")
    return stretch, trial, sheet.partition("Stretches left out: ")[2].partition("\n")[0]


@pytest.mark.parametrize("why", ["pause", "leaving", "focus"])
async def test_a_stretch_in_which_a_signal_ended_the_program_has_its_length(tmp_path: Path, why: str) -> None:
    clock = StandingClock()
    async with showing(tmp_path, is_trial, clock=clock) as (pilot, app, run):
        if why == "focus":
            app.app_focus = False
        else:
            await pilot.press("f2" if why == "pause" else "escape")
        await until(pilot, lambda: bool(run.log.absences))
        clock.seconds = 4.5
        app._end_by_signal(129)
        await until(pilot, lambda: not app.is_running)
    stretch, trial, told = left_out(run.study, tmp_path)
    assert (stretch["why"], stretch["seconds"], stretch["open"]) == (why, "4.5", "0")
    assert stretch["until"] >= stretch["at"]
    assert (float(trial["away"]), told) == (4.5, f"{why} 1, {4.5:.1f} s in all.")


def test_a_stretch_without_a_noted_end_was_over_when_the_program_was_left(tmp_path: Path) -> None:
    clock = SteppingClock()
    study = load(tmp_path)
    run = enter(study, "P1", tmp_path, clock=clock)
    with run.file:
        session = first_trial(run)
        asyncio.run(play(run, session, stop_at=2))
        run.note("away", why="pause")
        clock.seconds += 4.5
        run.note("unanswered", trial=session.header.id, seconds=1.0, step=2, attempt=1, away={"pause": 4.5})
        run.note("left")
    stretch, trial, told = left_out(study, tmp_path)
    assert (float(stretch["seconds"]), float(trial["away"]), told) == (4.5, 4.5, "pause 1, 4.5 s in all.")
    assert stretch["until"] > stretch["at"]


@pytest.mark.parametrize("resumed", [False, True])
def test_a_stretch_that_was_over_before_a_crash_is_in_its_trial(tmp_path: Path, resumed: bool) -> None:
    clock = SteppingClock()
    study = load(tmp_path)
    run = enter(study, "P1", tmp_path, clock=clock)
    with run.file:
        run.visit(80, 24)
        session = first_trial(run)
        run.note("shown", view="trial/a.1")
        asyncio.run(play(run, session, stop_at=2))
        clock.seconds += 1
        run.note("away", why="pause")
        clock.seconds += 3
        run.note("back", why="pause", seconds=3.0)
    if resumed:
        clock.seconds += 60
        again = enter(study, "P1", tmp_path, clock=clock)
        with again.file:
            again.visit(80, 24)
            walk(again)
        page = next(row for row in pages(collect("small", study, tmp_path)).rows if row["view"] == "trial/a.1")
        assert (page["away_pause"], page["away_focus"]) == (3, 0)
    stretch, trial, told = left_out(study, tmp_path)
    assert (float(stretch["seconds"]), float(trial["away"]), told) == (3, 3, "pause 1, 3.0 s in all.")


def test_stretches_that_overlap_count_once_after_a_crash_and_those_of_a_page_are_kept(tmp_path: Path) -> None:
    clock = SteppingClock()
    study = load(tmp_path, more='pages = [{text = "One."}]')
    run = enter(study, "P1", tmp_path, clock=clock)
    with run.file:
        run.visit(80, 24)
        run.note("shown", view="page/1")
        run.note("away", why="pause")
        clock.seconds += 2
        run.note("away", why="focus")
        clock.seconds += 3
        run.note("back", why="pause", seconds=5.0)
        clock.seconds += 4
        run.note("back", why="focus", seconds=7.0)
    again = enter(study, "P1", tmp_path, clock=clock)
    with again.file:
        again.visit(80, 24)
        walk(again)
    found = collect("small", study, tmp_path)
    page = next(row for row in pages(found).rows if row["view"] == "page/1")
    assert (page["away_pause"], page["away_focus"]) == (5, 4)
    assert "Stretches left out: focus 1, 4.0 s in all; pause 1, 5.0 s in all." in method_sheet(found)


async def test_the_sheet_and_the_tables_tell_one_sum_of_stretches_that_overlap(tmp_path: Path) -> None:
    clock = StandingClock()
    async with showing(tmp_path, is_trial, clock=clock) as (pilot, app, run):
        await until(pilot, lambda: playing(app).gate.is_open)
        await pilot.press("f2")
        await until(pilot, lambda: len(run.log.absences) == 1)
        clock.seconds = 2
        app.app_focus = False
        await until(pilot, lambda: len(run.log.absences) == 2)
        clock.seconds = 5
        app.app_focus = True
        await until(pilot, lambda: bool(run.log.absences[1].ended))
        clock.seconds = 6
        await pilot.press("enter")
        await until(pilot, lambda: bool(run.log.absences[0].ended) and playing(app).gate.is_open)
        await pilot.press("4", "enter")
        await until(pilot, lambda: bool(run.log.decisions))
    found = collect("small", run.study, tmp_path)
    (decision,) = decisions(found).rows
    (stated,) = re.findall("Stretches left out: (.*)", method_sheet(found))
    assert (decision["away_pause"], decision["away_focus"]) == (6, 0)
    assert stated == "focus 1, 0.0 s in all; pause 1, 6.0 s in all."


def test_what_an_older_program_did_not_note_is_no_zero(tmp_path: Path) -> None:
    study = load(tmp_path)
    run = enter(study, "P1", tmp_path)
    with run.file:
        walk(run, until=lambda view: isinstance(view, TrialView))
        view = run.next
        assert isinstance(view, TrialView)
        session = run.open_trial(view)
        assert not isinstance(session, str)
        session._journal.close()
        run.note("unanswered", trial=session.header.id, seconds=3.5)
        walk(run)
    export_study("small", study, tmp_path / "out", tmp_path)
    (trial,) = rows(tmp_path / "out" / "trials.csv")
    assert (trial["away"], trial["seconds"]) == ("", "23.5")
    assert {row["question_in_view"] for row in rows(tmp_path / "out" / "decisions.csv")} == {""}


async def test_what_is_put_in_the_place_of_something_took_it_away(tmp_path: Path) -> None:
    async with showing(tmp_path, is_trial, steps=4, conditions=GAUGES) as (pilot, app, run):
        screen = playing(app)
        line = screen.bar.answer
        await until(pilot, lambda: answers(screen))
        await pilot.press("x", "enter")
        await until(pilot, lambda: "Not a number" in str(screen.bar.feedback.render()) and screen.bar.gate.is_open)
        await pilot.press("5", "enter")
        await until(pilot, lambda: screen.state.done == 1 and screen.bar.gate.is_open)
        await pilot.press("9", "shift+home")
        line.post_message(Paste("1"))
        await until(pilot, lambda: line.value == "1")
        await pilot.press("enter")
        await until(pilot, lambda: screen.state.done == 2 and screen.bar.gate.is_open)
        await pilot.press("1", "left", "2", "enter")
        await until(pilot, lambda: screen.state.done == 3 and screen.bar.gate.is_open)
        # From the last action on, 21, without anything on the line: the second of them replaces.
        await pilot.press("down", "down", "enter")
        await until(pilot, lambda: len(run.log.decisions) == 5)
    counts = [(decision.edits, decision.deletions) for decision in run.log.decisions]
    assert counts == [(1, 0), (1, 1), (2, 1), (2, 0), (2, 1)]


@pytest.mark.parametrize("scrolled", [False, True])
async def test_whether_a_question_was_in_view_when_it_was_answered_is_recorded(tmp_path: Path, scrolled: bool) -> None:
    async with showing(tmp_path, is_trial, steps=1, conditions=TEXT, size=(60, 20)) as (pilot, app, run):
        screen = playing(app)
        await until(pilot, lambda: answers(screen))
        await until(pilot, lambda: "more below" in text_on(app))
        await pilot.press("end")
        await until(pilot, lambda: screen.transcript.end_in_view and screen.bar.gate.is_open)
        await pilot.press("x", "enter")
        await until(pilot, lambda: len(run.log.decisions) == 1 and screen.bar.gate.is_open)
        await pilot.press("3")
        await until(pilot, lambda: screen.bar.answer.value == "3")
        if scrolled:
            screen.transcript.scroll_home(animate=False)
            await until(pilot, lambda: not screen.transcript.question_in_view)
        else:
            # What was said to the first attempt is gone from view, and the question is not.
            screen.transcript.scroll_to(y=screen.transcript.scroll_offset.y - 1, animate=False)
            await until(pilot, lambda: not screen.transcript.end_in_view)
        await pilot.press("enter")
        await until(pilot, lambda: len(run.log.decisions) == 2)
        await until(pilot, lambda: "trial/a.1" in run.log.done)
    export_study("small", run.study, tmp_path / "out", tmp_path)
    views = [row["question_in_view"] for row in rows(tmp_path / "out" / "decisions.csv")]
    assert views == ["1", str(int(not scrolled))]
    sheet = (tmp_path / "out" / "method.md").read_text(encoding="utf-8")
    assert "the first question of a trial stands below the instruction; on a small terminal it is out of" in sheet
    assert f"Not in view when it was answered: the question of {int(scrolled)} of 2 answers (" in sheet


async def test_a_pause_is_in_no_time_on_the_screen(tmp_path: Path) -> None:
    clock = StandingClock()
    told = {"steps": 2, "conditions": GAUGES, "size": (120, 36), "clock": clock}
    async with showing(tmp_path, is_trial, **told) as (pilot, app, run):  # type: ignore[arg-type]
        screen = playing(app)
        await until(pilot, lambda: answers(screen))
        await pilot.press("f2")
        await until(pilot, lambda: isinstance(app.screen, PauseScreen))
        clock.seconds = 6.4
        await pilot.press("enter")
        await until(pilot, lambda: app.screen is screen and screen.bar.gate.is_open)
        clock.seconds += 0.937
        await pilot.press("3", "enter")
        await until(pilot, lambda: screen.state.done == 1 and "→ 3   937 ms" in text_on(app))
        (decision,) = run.log.decisions
        assert decision.seconds == screen.state.steps[0].attempts[-1].seconds == 0.937


@pytest.mark.parametrize(
    ("environments", "bands", "noise"),
    [
        ('["sustainability"]', "levels on gauges, ", "what the last action did"),
        ('["homeostasis"]', "gauges with their bands, ", "the last action and the noise did"),
        ('["homeostasis", "balancing"]', "gauges with their bands, ", "and the noise (homeostasis) did"),
        ('["homeostasis", "sustainability"]', "with their bands (homeostasis), ", "and the noise (homeostasis) did"),
    ],
)
def test_the_sheet_tells_of_bands_and_noise_where_they_are(
    tmp_path: Path, environments: str, bands: str, noise: str
) -> None:
    study = load(tmp_path, conditions=GAUGES, environments=environments)
    export_study("small", study, tmp_path / "out", tmp_path)
    sheet = (tmp_path / "out" / "method.md").read_text(encoding="utf-8")
    assert bands in sheet
    assert noise in sheet
    assert ("The noise: it comes from the seed alone" in sheet) == ("homeostasis" in environments)


def test_the_sheet_names_what_gauges_show_beside_the_text(tmp_path: Path) -> None:
    told = {}
    for environments in ('["sustainability"]', '["balancing"]', '["homeostasis", "sustainability"]'):
        study = load(tmp_path, conditions=GAUGES, environments=environments)
        same, _, other = "\n".join(equivalence(collect("small", study, tmp_path))).partition("Not the same:")
        # Rewards have totals on gauges: results are told while it is played.
        assert "No results" not in same
        assert "After a trial, nobody is told its result" in same
        assert "which actions are legal at the step; next to each of their answers, how long it took" in other
        told[environments] = other
    (field, balance, both) = told.values()
    assert "how much there can be at most; the stock unrounded; " in field
    assert "how far each objective is from the mean; " in balance
    assert "stock" not in balance
    assert "how much there can be at most (sustainability); the stock unrounded (sustainability); " in both


def test_the_dictionary_says_what_is_counted(tmp_path: Path) -> None:
    study = load(tmp_path)
    run = enter(study, "P1", tmp_path)
    with run.file:
        walk(run)
    export_study("small", study, tmp_path / "out", tmp_path)
    tables = json.loads((tmp_path / "out" / "dictionary.json").read_text(encoding="utf-8"))["tables"]
    told = {(table["file"], column["name"]): column["meaning"] for table in tables for column in table["columns"]}
    assert told["trials.csv", "difference_consumption"] == "Total minus reference: consumption."
    assert "to its end" in told["comparisons.csv", "people"]
    assert "trials.csv" in told["pages.csv", "away_pause"]
    assert "below the instruction" in told["decisions.csv", "question_in_view"]


@pytest.mark.parametrize(
    ("pages", "tries", "again"),
    [("[]", 2, False), ('[{text = "Rules."}]', 2, True), ('[{text = "Rules."}]', 1, False)],
)
def test_the_sheet_says_that_pages_are_shown_again_only_where_they_are(
    tmp_path: Path, pages: str, tries: int, again: bool
) -> None:
    questions = 'questions = [{key = "q", text = "2 + 2?", answer = 4}]'
    study = load(tmp_path, more=f"pages = {pages}\ncomprehension = {{tries = {tries}}}\n{questions}")
    sheet = method_sheet(collect("small", study, tmp_path))
    assert f"tries: {tries}." in sheet
    assert ("The pages are shown again before another try." in sheet) == again


@pytest.mark.parametrize(
    ("hidden", "told"), [("hidden_rewards = true", False), ("", True)], ids=["rewards hidden", "rewards shown"]
)
def test_the_sheet_says_that_a_card_tells_the_steps_only_where_there_is_one(
    tmp_path: Path, hidden: str, told: bool
) -> None:
    conditions = f"""
feedback = true
[[conditions]]
name = "gauges"
[[conditions]]
name = "text"
presentation = "prompt-only"
{hidden}
"""
    study = load(tmp_path, conditions=conditions)
    sheet = "\n".join(equivalence(collect("small", study, tmp_path)))
    assert "people see a score card" in sheet
    assert ("say how many steps the trial had" in sheet) == told


def test_the_sheet_names_blocks_with_a_page_of_their_own(tmp_path: Path) -> None:
    more = '[[blocks]]\nname = "z"\nenvironments = ["homeostasis"]\nseeds = 2\ntext = "Now another one."\n'
    study = load(tmp_path, [("a", "1", "fixed")], conditions=more)
    assert "- A page of its own before its first trial: block z." in method_sheet(collect("small", study, tmp_path))
