"""A key that bounces confirms nothing that was not yet seen: in a dialog, and on what lies below one that closes."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from textual import events
from textual.pilot import Pilot
from textual.widgets import Input

from bioblue_tui.app.bioblue import BioBlueApp
from bioblue_tui.runs.trial_spec import TrialSpec
from bioblue_tui.screens.dialogs import ConfirmDialog, LineDialog
from bioblue_tui.screens.help import HelpScreen
from bioblue_tui.screens.home.screen import HomeScreen
from bioblue_tui.screens.notes.dialogs import NoteDialog
from bioblue_tui.screens.trial.forking import ForkDialog
from bioblue_tui.trials.events import Noted
from tests.support.pilots import trial, until

PLAN = TrialSpec("multi-homeostasis", "accelerator", seed=5, steps=6)


def packet(pilot: Pilot[Any], *keys: str) -> None:
    """Press keys so fast that they come together, as in one packet of a connection."""
    for key in keys:
        pilot.app.post_message(events.Key(key, key if len(key) == 1 else None))


def records(directory: Path) -> int:
    """Count the records."""
    return len(list(directory.rglob("*.jsonl")))


async def settled(pilot: Pilot[Any]) -> None:
    """Let everything be painted, and every key have its turn."""
    await until(pilot, lambda: pilot.app._front.is_open)  # type: ignore[attr-defined]
    for _ in range(3):
        await pilot.pause()


@pytest.mark.parametrize(("key", "kind"), [("m", NoteDialog), ("f", ForkDialog), ("question_mark", HelpScreen)])
async def test_what_comes_with_the_key_that_opens_a_dialog_does_nothing_in_it(
    tmp_path: Path, key: str, kind: type[Any]
) -> None:
    async with trial(PLAN, tmp_path) as (pilot, screen):
        await until(pilot, lambda: screen.state.status == "ended")
        packet(pilot, key, "enter", "escape", "enter", key)
        await until(pilot, lambda: isinstance(pilot.app.screen, kind))
        await settled(pilot)
        dialog: Any = pilot.app.screen
        assert type(dialog) is kind
        assert not dialog.query("#error") or not dialog.error.display
        assert records(tmp_path) == 1
        # Once it is seen, it does what it says.
        await pilot.press("escape")
        await until(pilot, lambda: pilot.app.screen is screen)


async def test_what_comes_with_the_key_that_closes_a_dialog_does_nothing_below_it(tmp_path: Path) -> None:
    async with trial(PLAN, tmp_path) as (pilot, screen):
        await until(pilot, lambda: screen.state.status == "ended")
        shown = screen.shown
        await pilot.press("question_mark")
        await until(pilot, lambda: isinstance(pilot.app.screen, HelpScreen))
        await settled(pilot)
        packet(pilot, "escape", "escape", "left", "q")
        await until(pilot, lambda: pilot.app.screen is screen)
        await settled(pilot)
        assert [type(found) for found in pilot.app.screen_stack[1:]] == [type(screen)]
        assert screen.shown == shown


async def test_two_enters_in_one_packet_fork_once(tmp_path: Path) -> None:
    async with trial(PLAN, tmp_path) as (pilot, screen):
        await until(pilot, lambda: screen.state.status == "ended")
        await pilot.press("f")
        await until(pilot, lambda: isinstance(pilot.app.screen, ForkDialog))
        await settled(pilot)
        packet(pilot, "enter", "enter", "enter")
        await until(pilot, lambda: len(pilot.app.screen_stack) == 3 and not pilot.app.screen.is_modal)
        await settled(pilot)
        assert records(tmp_path) == 2


async def test_two_answers_to_one_question_close_one_dialog(tmp_path: Path) -> None:
    async with trial(PLAN, tmp_path) as (pilot, screen):
        await until(pilot, lambda: screen.state.status == "ended")
        await screen.session.note(Noted(0, 2, "n1", "too much"))
        await screen.session.note(Noted(0, 3, "n2", "more"))
        await pilot.press("M")
        await until(pilot, lambda: pilot.app.screen.is_modal)
        await settled(pilot)
        packet(pilot, "d", "y", "enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, ConfirmDialog))
        await settled(pilot)
        assert len(screen.state.notes) == 2
        packet(pilot, "y", "y", "enter", "d", "y")
        await until(pilot, lambda: len(screen.state.notes) == 1)
        await settled(pilot)
        assert len(screen.state.notes) == 1
        assert type(pilot.app.screen).__name__ == "NotesDialog"


async def test_what_is_typed_behind_a_tab_is_for_the_next_field(tmp_path: Path) -> None:
    async with trial(PLAN, tmp_path) as (pilot, screen):
        await until(pilot, lambda: screen.state.status == "ended")
        await pilot.press("m")
        await until(pilot, lambda: isinstance(pilot.app.screen, NoteDialog))
        await settled(pilot)
        packet(pilot, *"burst", "tab", *"t2", "shift+tab", *"!")
        dialog = pilot.app.screen
        assert isinstance(dialog, NoteDialog)
        await until(pilot, lambda: dialog.text.text == "burst!" and dialog.tag.value == "t2")


@pytest.mark.parametrize("pause", [0.0, 0.01])
async def test_a_bounce_of_enter_goes_to_no_step_and_nothing_more(tmp_path: Path, pause: float) -> None:
    async with trial(PLAN, tmp_path) as (pilot, screen):
        await until(pilot, lambda: screen.state.status == "ended")
        packet(pilot, "m")
        await asyncio.sleep(pause)
        packet(pilot, "enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, NoteDialog))
        await settled(pilot)
        assert not pilot.app.screen.error.display  # type: ignore[attr-defined]


EDITS = [
    (("1", "2", "backspace", "3"), "13"),
    (("7", "ctrl+u", "2", "0"), "20"),
    (("1", "2", "left", "5", "home", "8"), "8152"),
    (("1", "2", "home", "delete", "4", "ctrl+e", "9"), "429"),
]
"""Keys as one types them, and what then stands in a line that was empty."""


@pytest.mark.parametrize(("keys", "text"), EDITS)
async def test_every_key_is_done_in_its_turn_in_every_field(tmp_path: Path, keys: tuple[str, ...], text: str) -> None:
    app = BioBlueApp(tmp_path)
    async with app.run_test(size=(160, 48)) as pilot:
        await until(pilot, lambda: bool(app.screen.query(Input)))
        for line in app.screen.query(Input):
            line.value = ""
            line.focus()
            await pilot.pause()
            packet(pilot, *keys)
            await settled(pilot)
            assert line.value == text, line.id


@pytest.mark.parametrize(("key", "kind"), [("m", NoteDialog), ("f", ForkDialog), ("j", LineDialog)])
@pytest.mark.parametrize(("keys", "text"), EDITS)
async def test_every_key_is_done_in_its_turn_in_every_field_of_a_dialog(
    tmp_path: Path, key: str, kind: type[Any], keys: tuple[str, ...], text: str
) -> None:
    async with trial(PLAN, tmp_path) as (pilot, screen):
        await until(pilot, lambda: screen.state.status == "ended")
        await pilot.press(key)
        await until(pilot, lambda: isinstance(pilot.app.screen, kind))
        fields = list(pilot.app.screen.query("Input, TextArea"))
        assert fields
        for field in fields:
            if isinstance(field, Input):
                field.value = ""
            field.focus()
            await settled(pilot)
            packet(pilot, *keys)
            await settled(pilot)
            assert (field.value if isinstance(field, Input) else field.text) == text, field.id  # type: ignore[attr-defined]


async def test_digits_behind_arrows_and_tab_land_where_they_were_meant(tmp_path: Path) -> None:
    app = BioBlueApp(tmp_path)
    async with app.run_test(size=(120, 36)) as pilot:
        await until(pilot, lambda: isinstance(app.screen, HomeScreen))
        home: Any = app.screen
        await until(pilot, lambda: home.environments.has_focus)
        # Another environment, which has other agents and one field more; another agent; a seed; steps.
        ahead = ("home", "down", "tab", "home", "down", "down", "tab", *"4364", "tab", "ctrl+u", *"12")
        for _ in range(3):
            packet(pilot, *ahead)
            await until(pilot, lambda: home.setup.steps.value == "12", "the last key")
            assert (home.environment, home.choice.name) == ("multi-homeostasis", "base-stock")
            assert (home.setup.seed.value, home.setup.objectives.value) == ("4364", "2")
            home.environments.highlighted = 0
            home.setup.steps.value = "100"
            home.environments.focus()
            await pilot.pause()


@pytest.mark.parametrize(("key", "kind"), [("m", NoteDialog), ("f", ForkDialog), ("j", LineDialog)])
@pytest.mark.parametrize(("keys", "text"), EDITS)
async def test_what_is_typed_while_a_dialog_opens_is_in_it_as_it_was_typed(
    tmp_path: Path, key: str, kind: type[Any], keys: tuple[str, ...], text: str
) -> None:
    async with trial(PLAN, tmp_path) as (pilot, screen):
        await until(pilot, lambda: screen.state.status == "ended")
        packet(pilot, key, *keys)
        await until(pilot, lambda: isinstance(pilot.app.screen, kind) and pilot.app.screen.focused is not None)
        await settled(pilot)
        field: Any = pilot.app.screen.focused
        assert (field.value if isinstance(field, Input) else field.text) == text


async def test_keys_that_still_wait_when_somebody_leaves_do_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with trial(TrialSpec("homeostasis", "human", seed=1, steps=5), tmp_path) as (pilot, screen):
        taken = list[str]()
        monkeypatch.setattr(screen.bar.answer, "replace", lambda text, *_: taken.append(text))
        pilot.app.exit()
        packet(pilot, *"34", "left", "up", "enter", *"56")
    assert not taken


async def test_a_tab_that_is_typed_while_a_dialog_opens_goes_to_the_next_field(tmp_path: Path) -> None:
    async with trial(PLAN, tmp_path) as (pilot, screen):
        await until(pilot, lambda: screen.state.status == "ended")
        packet(pilot, "m", *"ab", "tab", *"tg")
        await until(pilot, lambda: isinstance(pilot.app.screen, NoteDialog))
        await settled(pilot)
        dialog: Any = pilot.app.screen
        assert (dialog.text.text, dialog.tag.value) == ("ab", "tg")
