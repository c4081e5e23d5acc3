"""The home screen: what is proposed, what can't run and why, and what was played before."""

from __future__ import annotations

import os
import re
from pathlib import Path

import bioblue_envs
import pytest
from textual.events import AppFocus
from textual.widgets import Checkbox, Input, OptionList

from bioblue_tui.app.bioblue import BioBlueApp
from bioblue_tui.app.serving.visitor import VisitorApp
from bioblue_tui.records.collection import open_record
from bioblue_tui.records.published import write_published
from bioblue_tui.runs.session import open_session, run_unattended
from bioblue_tui.runs.trial_spec import TrialSpec
from bioblue_tui.screens.compare.screen import CompareScreen
from bioblue_tui.screens.dialogs import LineDialog
from bioblue_tui.screens.home.screen import HomeScreen
from bioblue_tui.screens.lesson.collection import LessonsScreen
from bioblue_tui.screens.lesson.screen import LessonScreen
from bioblue_tui.screens.overview.screen import OverviewScreen
from bioblue_tui.screens.trial.play import PlayScreen
from bioblue_tui.screens.trial.replay import ReplayScreen
from bioblue_tui.screens.trial.watch import WatchScreen
from tests.support.comparing import on_disk
from tests.support.pilots import painted, until


@pytest.fixture(autouse=True)
def no_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody's keys take part."""
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    monkeypatch.delenv("ANTHROPIC_API_KEY", raising=False)


def home_of(app: BioBlueApp) -> HomeScreen:
    """The home screen, known to be shown."""
    assert isinstance(app.screen, HomeScreen)
    return app.screen


def prompts(options: OptionList) -> list[str]:
    """What the options say."""
    return [str(options.get_option_at_index(i).prompt) for i in range(options.option_count)]


async def test_enter_enter_starts_a_trial_without_key_or_network(tmp_path: Path) -> None:
    app = BioBlueApp(tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: isinstance(app.screen, HomeScreen) and home_of(app).choice)
        await pilot.press("enter", "enter")
        await until(pilot, lambda: isinstance(app.screen, WatchScreen))
        screen = app.screen
        assert isinstance(screen, WatchScreen)
        await until(pilot, lambda: screen.state.done >= 1)
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, HomeScreen))
        await until(pilot, lambda: "accelerator" in prompts(home_of(app).earlier)[0])


async def test_enter_enter_starts_a_trial_where_the_window_has_no_keyboard_at_first(tmp_path: Path) -> None:
    """As in a browser, where the page is focused after it is there."""
    app = BioBlueApp(tmp_path)
    app.set_reactive(BioBlueApp.app_focus, False)
    async with app.run_test(size=(120, 36)) as pilot:
        await until(pilot, lambda: isinstance(app.screen, HomeScreen) and app.screen.is_mounted)
        assert app.screen.focused is None
        app.post_message(AppFocus())
        await until(pilot, lambda: app.screen.focused is not None)
        await pilot.press("enter", "enter")
        await until(pilot, lambda: isinstance(app.screen, WatchScreen | PlayScreen))


async def test_no_visitor_is_sent_for_a_key_or_a_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-test")
    app = VisitorApp(tmp_path, None, large=False)
    async with app.run_test(size=(120, 36)) as pilot:
        await until(pilot, lambda: isinstance(app.screen, HomeScreen) and home_of(app).choice)
        offered = prompts(home_of(app).agents)
        models = [line for line in offered if line.split()[0] in ("openai", "anthropic", "local")]
        assert len(models) == 4
        assert all(line.endswith("✗ models can't be used in a browser") for line in models)


async def test_the_list_says_of_how_many_it_shows_some_and_what_is_not_installed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bioblue_tui.screens.home.screen.RECENT", 2)
    data = tmp_path / ("long" * 60)
    for seed in (1, 2, 3):
        # However long the path is, what is wrong is said.
        path = on_disk(data / "trials", steps=4, seed=seed)
    path.write_text(path.read_text().replace('"environment":"multi-homeostasis"', '"environment":"pond"', 1))
    app = BioBlueApp(data)
    async with app.run_test(size=(120, 36)) as pilot:
        await until(
            pilot, lambda: isinstance(app.screen, HomeScreen) and "of 3" in str(home_of(app).earlier.border_title)
        )
        home = home_of(app)
        assert home.earlier.border_title == "recent trials: 2 of 3"
        missing = next(line for line in prompts(home.earlier) if "pond" in line)
        assert all(part in missing for part in ("4/4  complete", "✗ not installed here"))
        home.earlier.focus()
        home.earlier.highlighted = prompts(home.earlier).index(missing)
        await pilot.press("enter")
        said = "the environment 'pond' is not installed here. Install the package that provides it"
        await until(pilot, lambda: any(said in note.message for note in app._notifications))
        assert app.screen is home


async def test_all_environments_are_cards_of_three_lines(tmp_path: Path) -> None:
    app = BioBlueApp(tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: isinstance(app.screen, HomeScreen) and home_of(app).choice)
        cards = prompts(home_of(app).environments)
        assert [card.splitlines()[0] for card in cards] == list(bioblue_envs.ids())
        assert all(len(card.splitlines()) == 3 for card in cards)


async def test_what_cannot_run_is_shown_with_its_reason(tmp_path: Path) -> None:
    app = BioBlueApp(tmp_path)
    async with app.run_test(size=(120, 36)) as pilot:
        await until(pilot, lambda: isinstance(app.screen, HomeScreen) and home_of(app).choice)
        home = home_of(app)
        row = next(line for line in prompts(home.agents) if line.startswith("openai"))
        assert "no key in OPENAI_API_KEY" in row
        home.agents.focus()
        home.agents.highlighted = next(i for i, choice in enumerate(home._choices) if choice.name == "openai")
        await pilot.press("enter")
        await pilot.pause()
        assert app.screen is home
        assert any("OPENAI_API_KEY" in note.message for note in app._notifications)


async def test_settings_reach_the_trial_and_nonsense_is_refused(tmp_path: Path) -> None:
    app = BioBlueApp(tmp_path)
    async with app.run_test(size=(120, 36)) as pilot:
        await until(pilot, lambda: isinstance(app.screen, HomeScreen) and home_of(app).choice)
        home = home_of(app)
        home.environments.highlighted = bioblue_envs.ids().index("balancing")
        await pilot.pause()
        assert home.setup.query_one("#hint", Checkbox).display
        home.setup.query_one("#hint", Checkbox).value = True
        home.setup.seed.value, home.setup.steps.value = "9", "12"
        home.setup.setting.value = "budget=nonsense"
        await pilot.press("f5")
        await until(pilot, lambda: any("budget=nonsense" in note.message for note in app._notifications))
        assert app.screen is home
        home.setup.setting.value = "budget=20 hint=false"
        await pilot.press("f5")
        await until(pilot, lambda: any("hint is set twice" in note.message for note in app._notifications))
        home.setup.setting.value = "budget=20"
        await until(pilot, lambda: not list(app._notifications), "what is mended is said no longer")
        home.setup.wording.value = "plian"
        await pilot.press("f5")
        await until(pilot, lambda: any("wording=plian: no such wording" in note.message for note in app._notifications))
        home.setup.wording.value = "reordered"
        await pilot.press("f5")
        await until(pilot, lambda: isinstance(app.screen, WatchScreen))
        screen = app.screen
        assert isinstance(screen, WatchScreen)
        assert not list(app._notifications), "nothing old lies over the trial"
        header = screen.session.header
        assert (header.seed, header.steps) == (9, 12)
        assert (header.parameters["budget"], header.parameters["hint"]) == (20, True)
        assert header.parameters["show_imbalance"] is True
        assert header.wording == "reordered 1"


async def test_f3_offers_the_lessons_and_a_lesson_leads_back(tmp_path: Path) -> None:
    app = BioBlueApp(tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: isinstance(app.screen, HomeScreen) and home_of(app).choice)
        await pilot.press("f3")
        await until(pilot, lambda: isinstance(app.screen, LessonsScreen))
        await pilot.press("1")
        await until(pilot, lambda: isinstance(app.screen, LessonScreen))
        await pilot.press("escape", "y")
        await until(pilot, lambda: isinstance(app.screen, LessonsScreen))
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, HomeScreen))


async def test_f2_plays_the_highlighted_environment(tmp_path: Path) -> None:
    app = BioBlueApp(tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: isinstance(app.screen, HomeScreen) and home_of(app).choice)
        home_of(app).environments.highlighted = bioblue_envs.ids().index("sustainability")
        await pilot.press("f2")
        await until(pilot, lambda: isinstance(app.screen, PlayScreen))


async def test_an_earlier_trial_opens_as_a_replay(tmp_path: Path) -> None:
    app = BioBlueApp(tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: isinstance(app.screen, HomeScreen) and home_of(app).choice)
        await pilot.press("enter", "enter")
        await until(pilot, lambda: isinstance(app.screen, WatchScreen))
        await pilot.press("9")
        screen = app.screen
        assert isinstance(screen, WatchScreen)
        await until(pilot, lambda: screen.state.status == "ended")
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, HomeScreen) and home_of(app)._entries)
        home_of(app).earlier.focus()
        await pilot.press("home", "enter")
        await until(pilot, lambda: isinstance(app.screen, ReplayScreen))


async def test_a_published_log_opens_by_its_path_and_a_bad_one_says_why(tmp_path: Path) -> None:
    app = BioBlueApp(tmp_path)
    session = open_session(TrialSpec("balancing", "balanced", steps=4), tmp_path / "elsewhere")
    await run_unattended(session)
    log = tmp_path / "log.tsv"
    write_published(open_record(session.path), log)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: isinstance(app.screen, HomeScreen) and home_of(app).choice)
        home = app.screen
        for path in (tmp_path / "missing.tsv", log):
            await pilot.press("ctrl+o")
            await until(pilot, lambda: app.screen is not home)
            app.screen.query_one(Input).value = str(path)
            await pilot.press("enter")
            await until(pilot, lambda: not isinstance(app.screen, LineDialog))
            if path is not log:
                await until(pilot, lambda: any("missing.tsv" in note.message for note in app._notifications))
        await until(pilot, lambda: isinstance(app.screen, ReplayScreen))
        screen = app.screen
        assert isinstance(screen, ReplayScreen)
        assert screen.session.header.environment == "balancing"
        assert screen.last_step() == 4


async def test_earlier_trials_are_marked_and_compared_and_shown_at_a_glance(tmp_path: Path) -> None:
    for agent in ("thermostat", "accelerator"):
        await run_unattended(open_session(TrialSpec("multi-homeostasis", agent, steps=12), tmp_path))
    app = BioBlueApp(tmp_path)
    async with app.run_test(size=(120, 36)) as pilot:
        await until(pilot, lambda: isinstance(app.screen, HomeScreen) and home_of(app)._entries)
        home = home_of(app)
        home.earlier.focus()
        await pilot.press("home", "space", "space")
        assert "●2" in str(home.earlier.get_option_at_index(1).prompt)
        await pilot.press("c")
        await until(pilot, lambda: isinstance(app.screen, CompareScreen))
        screen = app.screen
        assert isinstance(screen, CompareScreen)
        assert [member.record.path for member in screen.comparison.members] == home._marks
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is home)
        await pilot.press("o")
        await until(pilot, lambda: isinstance(app.screen, OverviewScreen))
        seen = app.screen
        assert isinstance(seen, OverviewScreen)
        await until(pilot, lambda: len(seen.digests) == 2)


async def test_what_is_no_fork_and_not_marked_says_what_to_do(tmp_path: Path) -> None:
    await run_unattended(open_session(TrialSpec("homeostasis", "thermostat", steps=3), tmp_path))
    app = BioBlueApp(tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: isinstance(app.screen, HomeScreen) and home_of(app)._entries)
        home_of(app).earlier.focus()
        await pilot.press("c")
        await until(pilot, lambda: any("not a fork" in note.message for note in app._notifications))


async def test_earlier_trials_stand_in_the_order_of_their_times_and_how_far_they_came_is_seen_at_60_columns(
    tmp_path: Path,
) -> None:
    agents = ("thermostat", "a-model-with-a-long-name", "x")
    for minute, agent in zip((30, 10, 20), agents, strict=True):
        path = on_disk(tmp_path / "trials", steps=4, seed=minute)
        text = path.read_text().replace('"agent":"test:agent"', f'"agent":"{agent}"', 1)
        path.write_text(re.sub(r'"created":"[^"]*"', f'"created":"2026-11-27T12:{minute}:00+00:00"', text, count=1))
    app = BioBlueApp(tmp_path)
    async with app.run_test(size=(60, 20)) as pilot:
        await until(pilot, lambda: isinstance(app.screen, HomeScreen) and home_of(app).earlier.option_count == 3)
        home = home_of(app)
        home.earlier.focus()
        await until(pilot, lambda: "12:30" in painted(app))
        lines = prompts(home.earlier)
        assert [line[6:11] for line in lines] == ["12:30", "12:20", "12:10"]
        assert len({line.index("seed") for line in lines}) == 1
        assert "4/4  complete" in painted(app)


async def test_trials_that_cannot_be_read_are_not_nothing_yet(tmp_path: Path) -> None:
    (tmp_path / "trials").symlink_to("trials")
    app = BioBlueApp(tmp_path)
    async with app.run_test(size=(120, 36)) as pilot:
        await until(pilot, lambda: isinstance(app.screen, HomeScreen) and home_of(app).earlier.option_count)
        (told,) = prompts(home_of(app).earlier)
        assert told.startswith("✗ trials: the records in it cannot be read")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="the system has no named pipes")
async def test_a_pipe_among_the_records_is_named_and_holds_nobody_up(tmp_path: Path) -> None:
    path = on_disk(tmp_path / "trials")
    os.mkfifo(path.with_name("pipe.jsonl"))
    app = BioBlueApp(tmp_path)
    async with app.run_test(size=(120, 36)) as pilot:
        await until(pilot, lambda: isinstance(app.screen, HomeScreen) and home_of(app).earlier.option_count == 2)
        assert any("pipe.jsonl  ✗ not a regular file" in line for line in prompts(home_of(app).earlier))
