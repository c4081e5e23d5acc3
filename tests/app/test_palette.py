"""The command palette, the footer, and what a person has chosen once and for all."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from textual.command import CommandList, CommandPalette
from textual.pilot import Pilot
from textual.widgets import Input
from textual.widgets._footer import FooterKey

from bioblue_tui.app.bioblue import BioBlueApp
from bioblue_tui.config import Config
from bioblue_tui.runs.trial_spec import TrialSpec
from bioblue_tui.screens.home.screen import HomeScreen
from bioblue_tui.screens.trial.watch import WatchScreen
from tests.support.pilots import on_disk, replayed, trial, until

WATCH = TrialSpec("multi-homeostasis", "accelerator", steps=10)


async def choose(pilot: Pilot[str], letters: str) -> None:
    """Open the palette, type, and take the first command found."""
    await pilot.press("ctrl+p")
    await until(pilot, lambda: isinstance(pilot.app.screen, CommandPalette), "the palette")
    palette = pilot.app.screen
    await pilot.press(*("space" if letter == " " else letter for letter in letters))

    def found() -> bool:
        commands = palette.query_one(CommandList)
        first = commands.get_option_at_index(0) if commands.option_count else None
        return palette.query_one(Input).value == letters and letters in str(getattr(first, "prompt", "")).lower()

    await until(pilot, found, f"a command for {letters!r}")
    await pilot.press("enter")
    await until(pilot, lambda: pilot.app.screen is not palette, "the palette's end")


async def test_the_palette_does_what_the_keys_do(tmp_path: Path) -> None:
    async with trial(WATCH, tmp_path, paused=True) as (pilot, screen):
        await choose(pilot, "one step")
        await until(pilot, lambda: screen.state.done == 1)
        await choose(pilot, "speed: 10")
        await until(pilot, lambda: screen.live.trial.speed == 10)
        await choose(pilot, "pause or resume")
        await until(pilot, lambda: screen.state.status == "ended")


async def test_what_cannot_be_done_now_is_not_in_the_palette(tmp_path: Path) -> None:
    async with trial(WATCH, tmp_path) as (pilot, screen):
        await until(pilot, lambda: screen.state.status == "ended")
        await pilot.press("ctrl+p")
        await until(pilot, lambda: isinstance(pilot.app.screen, CommandPalette))
        commands = pilot.app.screen.query_one(CommandList)
        await until(pilot, lambda: commands.option_count)
        await pilot.pause()
        shown = "\n".join(str(commands.get_option_at_index(i).prompt) for i in range(commands.option_count))
        assert "Look back" in shown
        assert "One step" not in shown


async def test_any_trial_can_be_started_from_the_palette(tmp_path: Path) -> None:
    app = BioBlueApp(tmp_path)
    async with app.run_test(size=(100, 30)) as pilot:
        await until(pilot, lambda: isinstance(app.screen, HomeScreen) and app.screen.choice)
        await choose(pilot, "watch balancing: collapse")
        await until(pilot, lambda: isinstance(app.screen, WatchScreen))
        screen = app.screen
        assert isinstance(screen, WatchScreen)
        assert (screen.state.header.environment, screen.state.header.agent) == ("balancing", "collapse")


@pytest.mark.parametrize("size", [(60, 20), (80, 24), (120, 36), (200, 60)])
async def test_footers_show_at_most_seven_keys(tmp_path: Path, size: tuple[int, int]) -> None:
    async def keys(pilot: Pilot[str]) -> int:
        await until(pilot, lambda: pilot.app.screen.query(FooterKey))
        await pilot.pause()
        return len(pilot.app.screen.query(FooterKey))

    async with BioBlueApp(tmp_path).run_test(size=size) as pilot:
        await until(pilot, lambda: isinstance(pilot.app.screen, HomeScreen))
        assert 4 <= await keys(pilot) <= 7
    async with trial(WATCH, tmp_path, size=size) as (pilot, screen):
        assert 4 <= await keys(pilot) <= 7
        await until(pilot, lambda: screen.state.status == "ended")
        assert 3 <= await keys(pilot) <= 7
    async with trial(TrialSpec("homeostasis", "human"), tmp_path, size=size) as (pilot, _):
        assert 4 <= await keys(pilot) <= 7
    async with replayed(on_disk(screen), size=size) as (pilot, _):
        assert 4 <= await keys(pilot) <= 7


async def test_a_theme_is_found_by_its_name_and_kept(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    app = BioBlueApp(tmp_path / "data", config=Config.load(path))
    async with app.run_test(size=(120, 36)) as pilot:
        await until(pilot, lambda: isinstance(app.screen, HomeScreen))
        await choose(pilot, "nord")
        await until(pilot, lambda: app.theme == "nord")
    assert tomllib.loads(path.read_text())["theme"] == "nord"


async def test_theme_and_motion_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "new" / "config.toml"
    app = BioBlueApp(tmp_path, config=Config.load(path))
    async with app.run_test() as pilot:
        await until(pilot, lambda: isinstance(app.screen, HomeScreen))
        await pilot.press("ctrl+t")
        await until(pilot, path.exists)
        await choose(pilot, "reduced motion")
        await until(pilot, lambda: app.animation_level == "none")
    assert tomllib.loads(path.read_text()) == {"theme": "textual-light", "reduced_motion": True}
    again = BioBlueApp(tmp_path, config=Config.load(path))
    async with again.run_test() as pilot:
        await until(pilot, lambda: isinstance(again.screen, HomeScreen))
        assert (again.theme, again.animation_level) == ("textual-light", "none")


async def test_with_reduced_motion_no_cursor_blinks(tmp_path: Path) -> None:
    app = BioBlueApp(tmp_path, config=Config(reduced_motion=True))
    async with app.run_test() as pilot:
        await until(pilot, lambda: isinstance(app.screen, HomeScreen))
        await pilot.press("ctrl+o")
        await until(pilot, lambda: isinstance(app.focused, Input))
        field = app.focused
        assert isinstance(field, Input)
        await until(pilot, lambda: not field.cursor_blink)


async def test_keys_can_be_changed(tmp_path: Path) -> None:
    app = BioBlueApp(tmp_path, config=Config(keys={"home.start": "f9"}))
    async with app.run_test() as pilot:
        await until(pilot, lambda: isinstance(app.screen, HomeScreen) and app.screen.choice)
        await pilot.press("f9")
        await until(pilot, lambda: isinstance(app.screen, WatchScreen))


async def test_a_configuration_that_makes_no_sense_is_told_and_left_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    text = 'theme = "no-such"\nreduced_motion = 3\n[keys]\n"no.such" = "x"\n'
    path.write_text(text)
    app = BioBlueApp(tmp_path, config=Config.load(path))
    async with app.run_test(size=(120, 36)) as pilot:
        parts = "theme 'no-such' is not known", "reduced_motion must be true or false", "'no.such' is not a command"
        for part in parts:
            await until(pilot, lambda part=part: any(part in note.message for note in app._notifications))  # type: ignore[misc]
        assert app.theme == "textual-dark"
    assert path.read_text() == text
