"""A lesson's trial that is left and resumed goes on as the lesson's: nothing is told early, and no figure is false."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from textual.widgets import Input

from bioblue_tui.analysis.references import References
from bioblue_tui.app.bioblue import BioBlueApp
from bioblue_tui.display.analysis import analyse_files
from bioblue_tui.lessons.collection import find
from bioblue_tui.lessons.format import Lesson
from bioblue_tui.lessons.outcome import Outcome
from bioblue_tui.lessons.reading import read_lesson
from bioblue_tui.records.collection import open_record
from bioblue_tui.runs.session import Session, open_session
from bioblue_tui.runs.trial_spec import TrialSpec
from bioblue_tui.screens.dialogs import ConfirmDialog
from bioblue_tui.screens.home.screen import HomeScreen
from bioblue_tui.screens.lesson.cards import changed_by_people
from bioblue_tui.screens.lesson.results import ResultTable
from bioblue_tui.screens.trial.forking import ForkDialog
from bioblue_tui.screens.trial.play import PlayScreen
from bioblue_tui.screens.trial.replay import ReplayScreen
from bioblue_tui.screens.trial.screen import TrialScreen
from bioblue_tui.screens.trial.summary import SummaryScreen
from bioblue_tui.screens.trial.watch import WatchScreen
from bioblue_tui.trials.events import Stepped
from tests.support.pilots import text_of, until
from tests.support.teacher import Teacher, given

LESSON = """# Left

## Watch

@predict step: When does it go wrong?

@watch multi-homeostasis --agent accelerator:10 --steps 40 --seed 5 --hide-agent --speed 0.1 --pause-on any

@reveal

It was the accelerator.

## Play

@play homeostasis --steps 5 --seed 3

@what-if "a narrow band" --set hysteresis=1

@predict number: How much was it?
"""


@pytest.fixture
def lesson(tmp_path: Path) -> Lesson:
    path = tmp_path / "left.md"
    path.write_text(LESSON, encoding="utf-8")
    return read_lesson(path)


@pytest.fixture
def unpaused(tmp_path: Path) -> Lesson:
    path = tmp_path / "unpaused.md"
    path.write_text(LESSON.replace(" --pause-on any", ""), encoding="utf-8")
    return read_lesson(path)


async def resumed(teacher: Teacher) -> TrialScreen:
    """Show the last trial again, and resume it there."""
    replay = await teacher.trial("o")
    assert isinstance(replay, ReplayScreen)
    await teacher.press("r")
    app = teacher.pilot.app
    await until(teacher.pilot, lambda: isinstance(app.screen, TrialScreen) and app.screen is not replay)
    screen = app.screen
    assert isinstance(screen, PlayScreen | WatchScreen)
    await until(teacher.pilot, lambda: screen.is_mounted)
    return screen


async def held(teacher: Teacher, step: int) -> WatchScreen:
    """Watch the first trial after a guess, and pause it at a step."""
    await teacher.guess("12")
    await teacher.press("enter")
    screen = await teacher.trial("enter")
    assert isinstance(screen, WatchScreen)
    await teacher.hold(screen, step)
    return screen


async def watched(teacher: Teacher, until_step: int) -> None:
    """Watch the first trial up to a step, without a guess, and leave it there."""
    await teacher.press("s")
    screen = await teacher.trial("enter")
    await teacher.hold(screen, until_step)
    await teacher.back(screen)


def everything(screen: object) -> str:
    """All that is to be read on a screen."""
    shown = [text_of(widget) for widget in screen.query("*") if widget.display and widget.size]  # type: ignore[attr-defined]
    return " ".join(" ".join(shown).split())


def table(teacher: Teacher) -> str:
    """What the page says that a trial came to."""
    return text_of(teacher.screen.query_one(ResultTable))


async def left_after_a_step(teacher: Teacher) -> TrialScreen:
    """Play one step of the trial that comes next, leave it, and return its screen."""
    first = await teacher.trial("enter")
    await teacher.press("3", "enter")
    await until(teacher.pilot, lambda: first.state.done == 1)
    await teacher.press("escape")
    await until(teacher.pilot, lambda: isinstance(teacher.pilot.app.screen, ConfirmDialog))
    await teacher.press("y")
    await until(teacher.pilot, lambda: teacher.pilot.app.screen is teacher.screen)
    return first


async def test_what_is_played_later_counts_on_the_page(lesson: Lesson, tmp_path: Path) -> None:
    async with given(lesson, tmp_path / "data") as teacher:
        await teacher.press("right")
        first = await left_after_a_step(teacher)
        assert "after step 1 " in table(teacher)
        assert "Played up to step 1 of 5; what the lesson says is about all of it." in teacher.texts
        screen = await resumed(teacher)
        for step in range(2, 6):
            await teacher.press("2", "enter")
            await until(teacher.pilot, lambda step=step: screen.state.done == step)  # type: ignore[misc]
        await until(teacher.pilot, lambda: isinstance(teacher.pilot.app.screen, SummaryScreen))
        card = everything(teacher.pilot.app.screen)
        assert "the lesson asks first" in card
        assert "thermostat" not in card
        assert "next seed" not in card
        await teacher.press("q")
        await until(teacher.pilot, lambda: teacher.pilot.app.screen is teacher.screen)
        assert "after step 5 " in table(teacher)
        assert "Played up to" not in teacher.texts
        path = screen.session.path
        assert path is not None
        assert path == first.session.path
        totals = [event.totals for event in open_record(path).events if isinstance(event, Stepped)][-1]
        assert teacher.screen.sitting.played[1, 0].outcome.totals[-1] == totals


async def test_rewards_that_who_plays_is_not_shown_stay_hidden_while_the_trial_can_go_on(tmp_path: Path) -> None:
    path = tmp_path / "hidden.md"
    path.write_text("# Hidden\n\n## Play\n\n@play homeostasis --steps 2 --seed 3 --hidden-rewards\n", encoding="utf-8")
    async with given(read_lesson(path), tmp_path / "data") as teacher:
        await left_after_a_step(teacher)
        assert not teacher.screen.query_one(ResultTable).display
        replay = await teacher.trial("o")
        assert isinstance(replay, ReplayScreen)
        await until(teacher.pilot, lambda: not replay.query_one("#rewards-scroll").display)
        await teacher.press("s")
        await until(teacher.pilot, lambda: "Rewards are shown once" in str(replay.notice.content))
        await teacher.press("r")
        await until(teacher.pilot, lambda: isinstance(teacher.pilot.app.screen, PlayScreen))
        await teacher.press("3", "enter")
        await until(teacher.pilot, lambda: isinstance(teacher.pilot.app.screen, SummaryScreen))
        await teacher.press("q")
        await until(teacher.pilot, lambda: teacher.pilot.app.screen is teacher.screen)
        assert "after step 2 " in table(teacher)
        again = await teacher.trial("o")
        assert again.query_one("#rewards-scroll").display


async def test_who_plays_and_what_goes_wrong_are_kept_from_the_class_in_what_goes_on(
    lesson: Lesson, tmp_path: Path
) -> None:
    async with given(lesson, tmp_path / "data") as teacher:
        await watched(teacher, 8)
        assert "Watched up to step 8 of 40; what the lesson says is about all of it." in teacher.texts
        screen = await resumed(teacher)
        assert isinstance(screen, WatchScreen)
        # As fast as it goes, up to where the lesson pauses it.
        await teacher.press("9")
        await until(teacher.pilot, lambda: screen.state.status == "paused" and bool(screen.state.reason))
        assert 8 < screen.state.done < 40, "it pauses the resumed trial, too"
        await until(teacher.pilot, lambda: "maximisation" in str(screen.notice.content))
        told = everything(screen)
        assert "mystery player" in told
        assert "accelerator" not in told
        await teacher.finish(screen)
        outcome = teacher.screen.sitting.played[0, 1].outcome
        assert (outcome.steps, outcome.partial) == (40, False)
        assert "first failure" not in table(teacher), "that is told at the reveal"
        await teacher.press("enter")
        assert f"step {outcome.onsets[0][0]}" in table(teacher)
        assert f"▲ {outcome.onsets[0][0]}: " in text_of(teacher.card(0).plot)


async def test_no_onset_is_told_in_what_goes_on_where_the_class_is_to_find_it(unpaused: Lesson, tmp_path: Path) -> None:
    async with given(unpaused, tmp_path / "data") as teacher:
        await watched(teacher, 8)
        screen = await resumed(teacher)
        await teacher.hold(screen, 30)
        assert not screen.reveals
        assert "⚠" not in everything(screen)


async def test_after_a_reveal_a_trial_that_was_left_is_not_said_to_be_without_failure(
    lesson: Lesson, tmp_path: Path
) -> None:
    async with given(lesson, tmp_path / "data") as teacher:
        await watched(teacher, 8)
        await teacher.press("enter")
        assert "No failure was found up to step 8, after which it was left." in text_of(teacher.card(0).plot)
        assert table(teacher).splitlines()[-1].split() == ["first", "failure", "none", "yet"]


async def test_a_fork_of_a_lessons_trial_tells_no_more_than_the_trial(unpaused: Lesson, tmp_path: Path) -> None:
    async with given(unpaused, tmp_path / "data") as teacher:
        await watched(teacher, 30)
        replay = await teacher.trial("o")
        await teacher.press("end", "f")
        await until(teacher.pilot, lambda: isinstance(teacher.pilot.app.screen, ForkDialog))
        hint = teacher.pilot.app.screen.query_one("#agent", Input).placeholder
        assert hint.startswith("the same: mystery player;")
        await teacher.press("enter")
        await until(teacher.pilot, lambda: isinstance(teacher.pilot.app.screen, WatchScreen))
        fork = teacher.pilot.app.screen
        assert isinstance(fork, WatchScreen)
        await until(teacher.pilot, lambda: fork.is_mounted)
        fork.live.trial.pause()
        await until(teacher.pilot, lambda: fork.state.status == "paused")
        assert 30 <= fork.state.done < 40
        told = everything(fork)
        assert "mystery player" in told
        assert "accelerator" not in told
        assert "⚠" not in told
        assert not fork.check_action("parent", ())
        await teacher.press("escape")
        await until(teacher.pilot, lambda: teacher.pilot.app.screen is replay)
        await teacher.back(replay)
        assert teacher.screen.sitting.played[0, 1].outcome.steps == 30, "a fork is not the lesson's trial"


@pytest.mark.parametrize("name", ["thermostat", "accelerator:27"])
async def test_a_fork_that_the_class_gives_to_another_is_named_and_answers_for_its_own_steps(
    unpaused: Lesson, tmp_path: Path, name: str
) -> None:
    async with given(unpaused, tmp_path / "data") as teacher:
        await watched(teacher, 38)
        replay = await teacher.trial("o")
        await teacher.press("end", "f")
        await until(teacher.pilot, lambda: isinstance(teacher.pilot.app.screen, ForkDialog))
        teacher.pilot.app.screen.query_one("#agent", Input).value = name
        await teacher.press("enter")
        await until(teacher.pilot, lambda: isinstance(teacher.pilot.app.screen, WatchScreen))
        fork = teacher.pilot.app.screen
        assert isinstance(fork, WatchScreen)
        await until(teacher.pilot, lambda: fork.is_mounted)
        fork.live.trial.speed = None
        fork.live.trial.resume()
        await until(teacher.pilot, lambda: fork.state.status == "ended")
        header, told = fork.state.header, everything(fork)
        assert (header.agent, header.forked_after) == (name, 38)
        assert "fork after step 38 of the mystery player's trial" in " ".join(fork.heading())
        assert f"{name} · seed" in told
        assert told.count("accelerator") == told.count(name) * (name != "thermostat")
        analysed = fork.insight.companion.analysis
        assert next(finding.onset for finding in analysed.inherited_failures) <= 38
        assert all(finding.onset > 38 for finding in analysed.failures)
        await teacher.press("escape")
        await until(teacher.pilot, lambda: teacher.pilot.app.screen is replay)


async def test_large_type_goes_along_when_a_trial_is_resumed(lesson: Lesson, tmp_path: Path) -> None:
    async with given(lesson, tmp_path / "data", large=True) as teacher:
        await watched(teacher, 2)
        screen = await resumed(teacher)
        assert screen.large


async def test_what_was_tried_by_another_rule_stays_as_far_as_it_lasts_as_long(lesson: Lesson, tmp_path: Path) -> None:
    async with given(lesson, tmp_path / "data") as teacher:
        sitting = teacher.screen.sitting
        await teacher.press("right")
        first = await teacher.trial("enter")
        await teacher.press("3", "enter")
        await until(teacher.pilot, lambda: first.state.done == 1)
        await teacher.press("escape", "y")
        await until(teacher.pilot, lambda: teacher.pilot.app.screen is teacher.screen)
        # It has no more than the one answer that was given.
        other = await teacher.trial("w", "1")
        await until(teacher.pilot, lambda: other.state.done == 1)
        await teacher.back(other)
        assert sitting.played[1, 0].others
        await teacher.finish(await resumed(teacher))
        assert "a narrow band" not in table(teacher)
        assert "after step 5 " in table(teacher)


def cut(data: Path, spec: TrialSpec, steps: int) -> Session:
    """Return a trial that was stopped after some steps."""

    async def play() -> Session:
        session, reached = open_session(spec, data), asyncio.Event()

        def stop(event: object) -> None:
            if isinstance(event, Stepped) and event.step == steps:
                session.trial.pause()
                reached.set()

        session.listeners.append(stop)
        running = asyncio.ensure_future(session.run())
        await reached.wait()
        await session.stop()
        await running
        return session

    return asyncio.run(play())


def test_a_lessons_own_record_is_not_gone_on_with(tmp_path: Path) -> None:
    (tmp_path / "records").mkdir()
    record = tmp_path / "records" / "one.jsonl"
    record.write_bytes(cut(tmp_path / "made", TrialSpec("homeostasis", "thermostat", steps=9), 3).path.read_bytes())
    (tmp_path / "lesson.md").write_text("# T\n\n## P\n\n@replay records/one.jsonl\n", encoding="utf-8")

    async def show() -> None:
        async with given(tmp_path / "lesson.md", tmp_path / "data") as teacher:
            for key in ("enter", "o"):
                screen = await teacher.trial(key)
                assert not screen.check_action("resume", ())
                await teacher.press("r")
                assert teacher.pilot.app.screen is screen
                await teacher.back(screen)
            assert "Watched up to" not in teacher.texts, "it is shown to its end"

    asyncio.run(show())


def test_elsewhere_too_a_resumed_trial_is_left_for_where_its_replay_was_opened(tmp_path: Path) -> None:
    path = cut(tmp_path, TrialSpec("homeostasis", "thermostat", steps=9), 3).path

    async def show() -> None:
        app = BioBlueApp(tmp_path)
        async with app.run_test(size=(120, 36)) as pilot:
            await until(pilot, lambda: isinstance(app.screen, HomeScreen))
            app.screen.post_message(HomeScreen.Opened(path))
            await until(pilot, lambda: isinstance(app.screen, ReplayScreen) and app.screen.is_mounted)
            await pilot.press("L", "r")
            await until(pilot, lambda: isinstance(app.screen, WatchScreen))
            screen = app.screen
            assert isinstance(screen, WatchScreen)
            await until(pilot, lambda: screen.is_mounted and screen.state.status == "ended")
            assert screen.large, "as its replay was"
            await pilot.press("escape")
            # Not the replay: it knows of three steps, and says that it was stopped.
            await until(pilot, lambda: isinstance(app.screen, HomeScreen))

    asyncio.run(show())


async def test_the_page_says_which_failures_are_over_and_the_flip_as_analyse_does(tmp_path: Path) -> None:
    lesson = find("7")
    async with given(lesson, tmp_path / "data", size=(160, 48)) as teacher:
        await teacher.press("right")
        await teacher.whole_page()
        told = " ".join(table(teacher).split())
        replayed = teacher.screen.sitting.activity((1, 1)).record
    assert replayed is not None
    texts: list[str] = []
    analyse_files([replayed], texts.append, texts.append, References(), as_json=False)
    lines = texts[0].splitlines()
    found = [line.split(" (detected")[0].strip() for line in lines if "(detected" in line]
    assert len([line for line in found if "to the end" not in line]) >= 3
    assert all(f"⚠ {line}" in told for line in found)
    assert next(line.strip() for line in lines if line.startswith("  flip: ")) in told
    assert "since" not in told


async def test_the_page_says_that_a_person_acted_in_the_agents_place(lesson: Lesson, tmp_path: Path) -> None:
    async with given(lesson, tmp_path / "data") as teacher:
        screen = await held(teacher, 3)
        await teacher.pilot.press("t")
        await until(teacher.pilot, lambda: screen.bar.answer.has_focus and screen.bar.gate.is_open)
        await teacher.pilot.press(*"1,1", "enter")
        await until(teacher.pilot, lambda: screen.state.done == 4, "the step of the person")
        await teacher.pilot.press("escape")
        await until(teacher.pilot, lambda: isinstance(teacher.pilot.app.screen, ConfirmDialog))
        await teacher.press("y")
        await until(teacher.pilot, lambda: teacher.pilot.app.screen is teacher.screen, "the lesson")
        await until(teacher.pilot, lambda: "A person acted in the agent's place: 1 step by human." in teacher.texts)
        assert "What the lesson says is about the trial that nobody changed." in teacher.texts


async def test_the_page_says_that_somebody_intervened(lesson: Lesson, tmp_path: Path) -> None:
    async with given(lesson, tmp_path / "data") as teacher:
        screen = await held(teacher, 3)
        screen.live.trial.intervene("disturb", [-5, 0])
        screen.live.trial.step_once()
        await until(teacher.pilot, lambda: screen.state.done == 4)
        await teacher.back(screen)
        await until(teacher.pilot, lambda: "Somebody intervened, at step 4." in teacher.texts)
        assert "What the lesson says is about the trial that nobody changed." in teacher.texts


def test_a_record_that_a_lesson_brings_is_what_it_tells_of() -> None:
    changed = Outcome(5, 5, (), (), (), in_place="2 steps by human", intervened=(3,))
    assert changed_by_people(changed, recorded=True) == ["A person acted in the agent's place: 2 steps by human."]
    assert len(changed_by_people(changed, recorded=False)) == 3
    assert changed_by_people(Outcome(5, 5, (), (), ()), recorded=False) == []
