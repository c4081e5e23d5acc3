"""Notes on the trial screen: written, found again, edited, deleted by keyboard; never in an answer's way."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Label

from bioblue_tui.config import Config
from bioblue_tui.records.collection import append_note, open_record
from bioblue_tui.records.journal import Journal
from bioblue_tui.records.notes import notes_of
from bioblue_tui.records.schema import Record
from bioblue_tui.records.sidecar import sidecar_of
from bioblue_tui.runs.trial_spec import TrialSpec
from bioblue_tui.screens.dialogs import ConfirmDialog
from bioblue_tui.screens.notes.dialogs import NoteDialog, NotesDialog
from bioblue_tui.trials.events import Noted, Stepped
from tests.support.pilots import on_disk, replayed, text_of, trial, until
from tests.support.records import need_published, published_files

PLAN = TrialSpec("multi-homeostasis", "accelerator", seed=5, steps=20)


def typed(text: str) -> list[str]:
    """Return the keys that write a text."""
    return [{" ": "space", "[": "left_square_bracket", "]": "right_square_bracket"}.get(c, c) for c in text]


async def asked(pilot: Pilot[Any], key: str = "m") -> NoteDialog:
    """Ask to note something."""
    await pilot.press(key)
    await until(pilot, lambda: isinstance(pilot.app.screen, NoteDialog))
    found = pilot.app.screen
    assert isinstance(found, NoteDialog)
    return found


async def listed(pilot: Pilot[Any], key: str = "M") -> NotesDialog:
    """Show the list."""
    await pilot.press(key)
    await until(pilot, lambda: isinstance(pilot.app.screen, NotesDialog))
    found = pilot.app.screen
    assert isinstance(found, NotesDialog)
    await until(pilot, lambda: found.listed.option_count)
    return found


def kept(record: Record) -> list[tuple[int, str, str, str]]:
    """Return what is noted in a record."""
    return [(note.step, note.tag, note.text, note.who) for note in notes_of(record).all]


def rows(screen: NotesDialog) -> list[str]:
    """Return the lines of the list."""
    return [str(option.prompt).strip() for option in screen.listed.options]


async def recorded(tmp_path: Path) -> Record:
    """The record of a short trial."""
    async with trial(PLAN, tmp_path) as (pilot, screen):
        await until(pilot, lambda: screen.state.status == "ended")
    return on_disk(screen)


@pytest.mark.parametrize("size", [(120, 36), (60, 20)])
async def test_a_note_is_on_disk_on_the_timeline_and_below_its_step(tmp_path: Path, size: tuple[int, int]) -> None:
    record = await recorded(tmp_path)
    async with replayed(record, size=size) as (pilot, screen):
        await pilot.press("end", "left", "left")
        assert screen.shown == 18
        dialog = await asked(pilot)
        assert "Note on step 18" in str(dialog.query(Label).first().content)
        await pilot.press(*typed("it climbs"), "tab", *typed("accel"))
        await until(pilot, lambda: dialog.modes.option_count == 1)
        await pilot.press("down", "enter")
        await until(pilot, lambda: dialog.tag.value == "accelerating_maximisation")
        await pilot.press("enter")
        await until(pilot, lambda: pilot.app.screen is screen)
        assert record.path is not None
        assert kept(open_record(record.path)) == [(18, "accelerating_maximisation", "it climbs", "me")]
        await until(pilot, lambda: "✎1 note" in text_of(screen.timeline))
        told = "[accelerating_maximisation] it climbs (me)"
        assert told in str(screen.notice.content)
        assert screen.state.done == 20
        while not screen.transcript.display or screen.transcript.size.height == 0:
            await pilot.press("tab")
        await until(pilot, lambda: "✎ [accelerating_maximisation]" in text_of(screen.transcript))
        await pilot.press("left")
        await until(pilot, lambda: told not in str(screen.notice.content))


async def test_a_running_trial_is_noted_and_goes_on(tmp_path: Path) -> None:
    async with trial(PLAN, tmp_path, paused=True) as (pilot, screen):
        await pilot.press("n", "n")
        await until(pilot, lambda: screen.state.done == 2)
        await asked(pilot)
        await pilot.press(*typed("calm"), "enter")
        await until(pilot, lambda: pilot.app.screen is screen)
        assert kept(on_disk(screen)) == [(2, "", "calm", "me")]
        await pilot.press("9", "space")
        await until(pilot, lambda: screen.state.status == "ended")
        # Also when the record is complete and closed.
        await asked(pilot)
        await pilot.press(*typed("over"), "enter")
        await until(pilot, lambda: len(screen.state.notes) == 2)
        record = on_disk(screen)
        assert [(step, text) for step, _, text, _ in kept(record)] == [(2, "calm"), (20, "over")]
        assert sum(isinstance(event, Stepped) for event in record.events) == 20


async def test_letters_belong_to_the_answer_while_a_person_plays(tmp_path: Path) -> None:
    async with trial(TrialSpec("homeostasis", "human", steps=3), tmp_path) as (pilot, screen):
        await pilot.press("m", "M")
        assert screen.bar.answer.value == "mM"
        await pilot.press("backspace", "backspace", "4", "enter")
        await until(pilot, lambda: screen.state.done == 1)
        await pilot.press("7")
        await asked(pilot, "ctrl+n")
        await pilot.press(*typed("hm"), "enter")
        await until(pilot, lambda: pilot.app.screen is screen)
        assert kept(on_disk(screen)) == [(1, "", "hm", "me")]
        # What was begun of the answer is still there.
        assert screen.bar.answer.value == "7"
        assert "hm" in rows(await listed(pilot, "ctrl+l"))[0]


async def test_letters_belong_to_the_answer_of_who_has_taken_over(tmp_path: Path) -> None:
    async with trial(PLAN, tmp_path, paused=True) as (pilot, screen):
        await pilot.press("n")
        await until(pilot, lambda: screen.state.done == 1)
        await pilot.press("t")
        await until(pilot, lambda: screen.focused is screen.bar.answer)
        await pilot.press("m")
        assert screen.bar.answer.value == "m"
        await asked(pilot, "ctrl+n")


async def test_the_list_goes_to_a_note_edits_and_deletes_it(tmp_path: Path) -> None:
    record = await recorded(tmp_path)
    assert record.path is not None
    for step, text in ((3, "first"), (9, "second"), (0, "whole")):
        append_note(record.path, Noted(1.0, step, f"n{step}", text))
    async with replayed(open_record(record.path)) as (pilot, screen):
        await pilot.press("end")
        dialog = await listed(pilot)
        assert rows(dialog) == ["trial  whole", "3  first", "9  second"]
        await pilot.press("down", "enter")
        await until(pilot, lambda: pilot.app.screen is screen and screen.shown == 3)

        await listed(pilot)
        await pilot.press("down", "down", "e")
        await until(pilot, lambda: isinstance(pilot.app.screen, NoteDialog))
        await pilot.press("end", *typed(" thought"), "enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, NotesDialog))
        await until(pilot, lambda: "second thought" in rows(pilot.app.screen)[2])  # type: ignore[arg-type]

        await pilot.press("home", "d")
        await until(pilot, lambda: isinstance(pilot.app.screen, ConfirmDialog))
        await pilot.press("y")
        await until(pilot, lambda: isinstance(pilot.app.screen, NotesDialog) and len(rows(pilot.app.screen)) == 2)
    found = open_record(record.path)
    assert [(step, text) for step, _, text, _ in kept(found)] == [(3, "first"), (9, "second thought")]
    assert sum(isinstance(event, Noted) for event in found.events) == 5


async def test_notes_further_on_are_not_given_away(tmp_path: Path) -> None:
    record = await recorded(tmp_path)
    assert record.path is not None
    append_note(record.path, Noted(1.0, 3, "a", "early"))
    append_note(record.path, Noted(1.0, 15, "b", "flips here"))
    async with replayed(open_record(record.path)) as (pilot, screen):
        await pilot.press(*["right"] * 4)
        await until(pilot, lambda: "✎1 note" in text_of(screen.timeline))
        dialog = await listed(pilot)
        assert rows(dialog) == ["3  early"]
        assert any("1 more further on" in str(label.content) for label in dialog.query(Label))
        assert "flips" not in "".join(str(label.content) for label in dialog.query(Label))


async def test_what_cannot_be_written_is_told_and_not_lost(tmp_path: Path) -> None:
    record = await recorded(tmp_path)
    assert record.path is not None
    async with replayed(record) as (pilot, screen):
        journal, _ = Journal.reopen(record.path)
        dialog = await asked(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: "Nothing is noted yet" in str(dialog.error.content))
        await pilot.press(*typed("mine"), "enter")
        await until(pilot, lambda: "written by another process" in str(dialog.error.content))
        assert dialog.text.text == "mine"
        assert len(screen.state.notes) == 0
        journal.close()
        await pilot.press("enter")
        await until(pilot, lambda: pilot.app.screen is screen)
    assert kept(open_record(record.path)) == [(0, "", "mine", "me")]


async def test_the_name_is_asked_once(tmp_path: Path) -> None:
    record = await recorded(tmp_path)
    async with replayed(record) as (pilot, screen):
        config = Config(tmp_path / "config.toml")
        pilot.app.config = config  # type: ignore[attr-defined]
        dialog = await asked(pilot)
        assert dialog.who.value == "me"
        dialog.who.value = "KL"
        await pilot.press(*typed("a"), "enter")
        await until(pilot, lambda: config.who == "KL")
        assert Config.load(tmp_path / "config.toml").who == "KL"
        assert (await asked(pilot)).who.value == "KL"
        assert [note.who for note in screen.state.notes.all] == ["KL"]


async def test_foreign_notes_take_no_effect(tmp_path: Path) -> None:
    record = await recorded(tmp_path)
    assert record.path is not None
    evil = Noted(1.0, 2, "\x1b[2J", "[bold red]\x1b]0;x\x07‮ [@click=app.quit]go[/]\nline", "[b]\x1b[31m", "\x9b5m")
    append_note(record.path, evil)
    async with replayed(open_record(record.path)) as (pilot, screen):
        await pilot.press("end", "home", "right", "right")
        await until(pilot, lambda: "✎" in str(screen.notice.content))
        for shown in (text_of(screen.notice), text_of(screen.transcript), rows(await listed(pilot))[0]):
            assert "[bold red]" in shown or "[@click" in shown
            assert not {"\x1b", "\x07", "\x9b", "‮"} & set(shown)


@need_published
async def test_notes_on_a_published_log_come_back(tmp_path: Path) -> None:
    path = tmp_path / "log.tsv"
    path.write_bytes(published_files()[0].read_bytes())
    async with replayed(open_record(path)) as (pilot, screen):
        await pilot.press("right")
        await asked(pilot)
        await pilot.press("tab", *typed("overharvesting"), "enter")
        await until(pilot, lambda: pilot.app.screen is screen)
    assert sidecar_of(path).is_file()
    async with replayed(open_record(path)) as (pilot, screen):
        await pilot.press("right")
        await until(pilot, lambda: "[overharvesting] (me)" in str(screen.notice.content))
