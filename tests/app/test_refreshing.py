"""Overview and home show files as they are now: others are seen writing them, and nothing else moves."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from textual.pilot import Pilot

from bioblue_tui.app.bioblue import BioBlueApp
from bioblue_tui.screens.dialogs import LineDialog
from bioblue_tui.screens.home.screen import HomeScreen
from bioblue_tui.screens.overview.screen import OverviewScreen
from bioblue_tui.system.paths import trials_dir
from tests.support.comparing import on_disk
from tests.support.pilots import text_of, until
from tests.support.writing import Writer

pytestmark = pytest.mark.usefixtures("often")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    trials = trials_dir(tmp_path)
    for seed in range(6):
        on_disk(trials, seed=seed, agent="thermostat")
    return trials


async def shown(pilot: Pilot[str], screen: OverviewScreen) -> None:
    await until(pilot, lambda: screen.is_mounted and screen.rows and screen.read == len(screen.rows))
    await until(pilot, lambda: "thermostat" in text_of(screen.averages))


def line_of(screen: OverviewScreen, agent: str) -> str:
    return next((line for line in text_of(screen.strips).splitlines() if f" {agent} " in line), "")


async def test_a_running_trial_grows_and_ends_under_the_eyes_and_the_view_stays(folder: Path) -> None:
    writer = Writer(folder, "aside")
    writer.play(4)
    screen = OverviewScreen([folder])
    app = BioBlueApp(first=screen)
    async with app.run_test(size=(120, 36)) as pilot:
        await shown(pilot, screen)
        await until(pilot, lambda: "▶ 1 running" in text_of(screen.status))
        # Sorted by agent it is the first; the cursor is on another trial.
        await pilot.press("s", "s", "end", "up", "space")
        chosen, top = screen.strips.row, screen.strips.scroll_offset
        assert top.y > 0
        digests = [row.digest for row in screen.rows if row.path != writer.path]
        running = next(row for row in screen.rows if row.path == writer.path)
        writer.play(10)
        await until(pilot, lambda: running.digest and running.digest.figures.steps == 10)
        assert "of 6" in text_of(screen.onsets)
        assert "1 left out, not played to the end: 1 running" in " ".join(text_of(screen.onsets).split())
        writer.end()
        await until(pilot, lambda: "running" not in text_of(screen.status))
        await until(pilot, lambda: re.search(r"no failure +6 +of 7", text_of(screen.onsets)))
        await until(pilot, lambda: "aside · 1 trial" in text_of(screen.averages))
        assert (screen.strips.row, screen.strips.scroll_offset) == (chosen, top)
        assert len(screen.marks) == 1
        # What nobody wrote was not read again.
        assert all(a is b for a, b in zip(digests, (r.digest for r in screen.rows if r is not running), strict=True))
        await pilot.press("home")
        assert "fail" in line_of(screen, "aside")


async def test_a_writer_that_is_killed_leaves_an_interrupted_trial(folder: Path) -> None:
    writer = Writer(folder, "aside")
    writer.play(4)
    screen = OverviewScreen([folder])
    async with BioBlueApp(first=screen).run_test(size=(120, 36)) as pilot:
        await shown(pilot, screen)
        await pilot.press("s", "s")
        await until(pilot, lambda: "running" in line_of(screen, "aside"))
        writer.die()
        await until(pilot, lambda: "interrupted" in line_of(screen, "aside"))


async def test_trials_that_come_and_go_leave_the_chosen_one_where_it_is_on_the_screen(folder: Path) -> None:
    screen = OverviewScreen([folder])
    async with BioBlueApp(first=screen).run_test(size=(120, 36)) as pilot:
        await shown(pilot, screen)
        await pilot.press("s", "s", "end")
        row = screen.strips.row
        assert row is not None

        def place() -> int:
            at = screen.shown.index(row)
            return screen.strips._starts[at] - screen.strips.scroll_offset.y

        before = place()
        new = on_disk(folder / "more", seed=1, agent="aa")
        await until(pilot, lambda: len(screen.rows) == 7 and screen.read == 7)
        assert (screen.strips.row, place()) == (row, before)
        await pilot.press("home", "space", "end")
        assert screen.marks == [new]
        new.unlink()
        await until(pilot, lambda: len(screen.rows) == 6)
        assert (screen.strips.row, screen.marks) == (row, [])
        row.path.unlink()
        await until(pilot, lambda: len(screen.rows) == 5)
        assert screen.strips.row in screen.shown


async def test_nothing_is_read_behind_a_dialog_and_all_of_it_when_that_is_closed(folder: Path) -> None:
    screen = OverviewScreen([folder])
    app = BioBlueApp(first=screen)
    async with app.run_test(size=(120, 36)) as pilot:
        await shown(pilot, screen)
        await pilot.press("slash")
        await until(pilot, lambda: isinstance(app.screen, LineDialog))
        # Whatever look still went on then is the last one.
        screen.refresh_files()
        await until(pilot, lambda: not screen._looking)
        on_disk(folder, seed=1, agent="aa")
        for _ in range(40):
            await pilot.pause()
        assert len(screen.rows) == 6
        await pilot.press("escape")
        await until(pilot, lambda: len(screen.rows) == 7)


async def test_a_folder_that_goes_away_is_told_and_what_was_read_stays(folder: Path) -> None:
    screen = OverviewScreen([folder])
    async with BioBlueApp(first=screen).run_test(size=(120, 36)) as pilot:
        await shown(pilot, screen)
        away = folder.rename(folder.with_name("away"))  # noqa: ASYNC240 - a moment
        await until(pilot, lambda: "no such file or directory" in text_of(screen.status))
        assert len(screen.shown) == 6
        away.rename(folder)
        await until(pilot, lambda: "6 trials" in text_of(screen.status))


async def test_a_named_file_that_is_gone_has_a_row_that_says_so_and_the_others_go_on(folder: Path) -> None:
    writer = Writer(folder, "aside")
    writer.play(4)
    files = sorted(folder.glob("*.jsonl"))  # noqa: ASYNC240 - a moment
    gone = next(path for path in files if path != writer.path)
    screen = OverviewScreen(files)
    async with BioBlueApp(first=screen).run_test(size=(160, 48)) as pilot:
        await shown(pilot, screen)
        await until(pilot, lambda: "▶ 1 running" in text_of(screen.status))
        away = gone.rename(gone.with_name("away"))
        row = next(row for row in screen.rows if row.path == gone)
        await until(pilot, lambda: row.problem == "gone" and "✗ 1 can't be read" in text_of(screen.status))
        assert any(gone.name[:20] in line and "✗ gone" in line for line in text_of(screen.strips).splitlines())
        assert "1 left out, can't be read" in " ".join(text_of(screen.onsets).split())
        running = next(row for row in screen.rows if row.path == writer.path)
        writer.play(10)
        await until(pilot, lambda: running.digest and running.digest.figures.steps == 10)
        writer.die()
        await until(pilot, lambda: "running" not in text_of(screen.status))
        assert not running.running
        away.rename(gone)
        await until(pilot, lambda: row.digest and "can't be read" not in text_of(screen.status))


async def test_a_folder_that_goes_away_leaves_the_others_and_no_trial_of_it_runs(folder: Path, tmp_path: Path) -> None:
    inside, beside = Writer(folder, "inside"), Writer(tmp_path / "other", "beside")
    for writer in (inside, beside):
        writer.play(4)
    screen = OverviewScreen([folder, beside.path])
    async with BioBlueApp(first=screen).run_test(size=(160, 48)) as pilot:
        await shown(pilot, screen)
        await until(pilot, lambda: "▶ 2 running" in text_of(screen.status))
        away = folder.rename(folder.with_name("away"))  # noqa: ASYNC240 - a moment
        await until(pilot, lambda: "no such file or directory" in text_of(screen.status))
        rows = {row.path: row for row in screen.rows}
        beside.play(9)
        row = rows[beside.path]
        await until(pilot, lambda: row.digest and row.digest.figures.steps == 9)
        assert [path for path, row in rows.items() if row.running] == [beside.path]
        await pilot.press("s", "s", "home")
        assert "not read" in text_of(screen.strips)
        away.rename(folder)
        await until(pilot, lambda: "▶ 2 running" in text_of(screen.status))


async def test_the_list_at_home_follows_what_others_write_and_the_cursor_stays(tmp_path: Path, folder: Path) -> None:
    writer = Writer(folder, "aside")
    writer.play(4)
    app = BioBlueApp(tmp_path)
    async with app.run_test(size=(120, 36)) as pilot:
        await until(pilot, lambda: isinstance(app.screen, HomeScreen) and app.screen._entries)
        home = app.screen
        assert isinstance(home, HomeScreen)

        def line(agent: str = "aside") -> str:
            lines = [str(option.prompt) for option in home.earlier.options]
            return next((text for text in lines if agent in text), "")

        home.earlier.focus()
        await pilot.press("end", "space")
        kept, index = home._place[0], home.earlier.highlighted
        assert "running" in line()
        assert "4/40" in line()
        writer.play(9)
        await until(pilot, lambda: "9/40" in line())
        assert (home._place[0], home.earlier.highlighted) == (kept, index)
        on_disk(folder, seed=1, agent="newest", created="2099-01-01T00:00:00+00:00")
        await until(pilot, lambda: line("newest"))
        assert (home._place[0], home.earlier.highlighted) == (kept, (index or 0) + 1)
        assert any("●1" in str(option.prompt) for option in home.earlier.options)
        writer.die()
        await until(pilot, lambda: "interrupted" in line())
