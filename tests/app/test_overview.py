"""Many trials at a glance: read one after another, sorted, filtered, opened, compared."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from textual.pilot import Pilot

from bioblue_tui.analysis.digest import digest
from bioblue_tui.app.bioblue import BioBlueApp
from bioblue_tui.records.directories import records_in
from bioblue_tui.records.schema import RecordError
from bioblue_tui.screens.compare.screen import CompareScreen
from bioblue_tui.screens.dialogs import LineDialog
from bioblue_tui.screens.overview.screen import OverviewScreen
from bioblue_tui.screens.trial.replay import ReplayScreen
from bioblue_tui.widgets.strips_foot import averages
from tests.support.comparing import eats, on_disk
from tests.support.pilots import letters, painted, text_of, until
from tests.support.records import PUBLISHED, need_published


@asynccontextmanager
async def overview(
    *places: Path, size: tuple[int, int] = (120, 36)
) -> AsyncIterator[tuple[Pilot[str], OverviewScreen]]:
    screen = OverviewScreen(places)
    app = BioBlueApp(first=screen)
    async with app.run_test(size=size) as pilot:
        # What is shown has no height before it is laid out.
        await until(pilot, lambda: screen.is_mounted and screen.rows and screen.read == len(screen.rows))
        await until(pilot, lambda: screen.strips.size.height)
        yield pilot, screen


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two healthy trials of other seeds and two runaways of other beginnings, in two folders."""
    trials = tmp_path / "trials"
    on_disk(trials / "healthy", seed=2, agent="thermostat")
    on_disk(trials / "healthy", seed=3, agent="thermostat")
    on_disk(trials, eats(77, 20), seed=2, agent="late")
    on_disk(trials, eats(77, 5), seed=1, agent="early")
    return trials


def agents(screen: OverviewScreen) -> list[str]:
    return [row.digest.header.agent if row.digest else "" for row in screen.shown]


async def test_a_row_for_each_trial_with_its_states_actions_and_onset(folder: Path) -> None:
    async with overview(folder) as (_, screen):
        assert sorted(agents(screen)) == ["early", "late", "thermostat", "thermostat"]
        lines = text_of(screen.strips).splitlines()
        at = next(number for number, line in enumerate(lines) if " late " in line)
        left, cells = screen.strips.step_cells()
        strip = [line[left : left + cells] for line in lines[at : at + 4]]
        # The first objective stays in its band; the second leaves it in step 21 of 40, in the middle.
        assert set(strip[0]) <= {"·", "▴", " "}
        assert "⚠" in strip[2]
        assert 0.4 < strip[2].index("⚠") / cells < 0.6
        assert set(strip[2][-10:]) == {"▲"}
        # 77 is between 64 and 128, the last but one block.
        assert set(strip[3][-10:]) == {"▇"}
        assert "✗ fail" in lines[at]


async def test_it_is_sorted_by_what_one_asks_for(folder: Path) -> None:
    async with overview(folder) as (pilot, screen):
        await pilot.press("s")
        assert [row.digest.header.seed for row in screen.shown if row.digest] == [1, 2, 2, 3]
        await pilot.press("s")
        assert agents(screen) == ["early", "late", "thermostat", "thermostat"]
        await pilot.press("s", "s")
        assert "onset" in str(screen.strips.border_subtitle)
        assert agents(screen)[:2] == ["early", "late"]
        await pilot.press("r")
        # What has no onset stays last.
        assert agents(screen)[:2] == ["late", "early"]
        await pilot.press("r", "s")
        assert "total consumption A" in str(screen.strips.border_subtitle)
        totals = [row.digest.figures.totals["consumption_A"] for row in screen.shown if row.digest]
        assert totals == sorted(totals)


async def test_it_is_filtered_by_words_and_escape_shows_all_again(folder: Path) -> None:
    async with overview(folder) as (pilot, screen):
        await pilot.press("slash")
        await until(pilot, lambda: isinstance(pilot.app.screen, LineDialog))
        await pilot.press(*"fail", "space", *"seed", "space", "2", "enter")
        await until(pilot, lambda: screen.words)
        assert agents(screen) == ["late"]
        assert "1 of 4 trials" in text_of(screen.status)
        await pilot.press("escape")
        assert len(screen.shown) == 4
        assert pilot.app.screen is screen


async def test_marked_trials_are_compared_and_one_is_opened_at_its_onset(folder: Path) -> None:
    async with overview(folder) as (pilot, screen):
        await pilot.press("s", "s", "home", "space", "space", "c")
        await until(pilot, lambda: isinstance(pilot.app.screen, CompareScreen))
        found = pilot.app.screen
        assert isinstance(found, CompareScreen)
        assert [member.record.header.agent for member in found.comparison.members] == ["early", "late"]
        await pilot.press("escape")
        await until(pilot, lambda: pilot.app.screen is screen)
        await pilot.press("home", "enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, ReplayScreen))
        replay = pilot.app.screen
        assert isinstance(replay, ReplayScreen)
        assert replay.session.header.agent == "early"
        assert replay.shown == 6


async def test_trials_of_other_worlds_are_not_compared_and_it_says_why(folder: Path) -> None:
    on_disk(folder, environment="homeostasis", agent="another")
    async with overview(folder) as (pilot, screen):
        await pilot.press("s", "s", "home", "space", "space", "c")
        await until(pilot, lambda: any("different environments" in note.message for note in pilot.app._notifications))
        assert pilot.app.screen is screen


async def test_a_panel_that_cuts_its_table_short_says_how_many_lines_are_below(folder: Path) -> None:
    async with overview(folder) as (pilot, screen):
        await until(pilot, lambda: "no failure" in text_of(screen.onsets))
        averages = screen.query_one("#averages")
        await until(pilot, lambda: re.fullmatch(r"↓ \d+ more lines", str(averages.border_subtitle)))
        assert averages.size.height < screen.averages.size.height
        panel, lines = screen.query_one("#onsets"), screen.onsets.size.height
        screen.query_one("#below").styles.height = 2 + 2
        await until(pilot, lambda: panel.border_subtitle == f"↓ {lines - 2} more line{'s' * (lines > 3)}")
        panel.scroll_end(animate=False)
        await until(pilot, lambda: not panel.border_subtitle)


async def test_keys_alone_reach_the_last_line_of_every_panel(folder: Path) -> None:
    async with overview(folder) as (pilot, screen):
        panel = screen.query_one("#averages")
        await until(pilot, lambda: re.fullmatch(r"↓ \d+ more lines", str(panel.border_subtitle)))
        assert "tab Panel" in painted(pilot.app)
        await pilot.press("tab", "tab", "end")
        await until(pilot, lambda: panel.scroll_y == panel.max_scroll_y > 0)
        assert not panel.border_subtitle
        await pilot.press("pageup")
        await until(pilot, lambda: panel.scroll_y < panel.max_scroll_y)
        # Round again to the trials, where the arrows move the cursor.
        await pilot.press("tab", "down")
        assert screen.strips.chosen == 1
        await pilot.press("shift+tab")
        assert screen.focused is panel


TOO_SMALL = (50, 15)
WIDE, TABBED = (120, 36), (80, 24)


@pytest.mark.parametrize("front", range(3))
async def test_whatever_the_terminal_becomes_the_keys_go_to_a_panel_that_is_seen(folder: Path, front: int) -> None:
    async with overview(folder, size=TABBED) as (pilot, screen):
        await pilot.press(*["tab"] * front)
        panels = (screen.strips, screen.query_one("#onsets"), screen.query_one("#averages"))

        async def has_keys(at: int) -> None:
            await until(pilot, lambda: screen.focused is panels[at] and panels[at].region.height, f"panel {at}")

        for size in (WIDE, TABBED, TOO_SMALL, WIDE, TOO_SMALL, TABBED):
            await pilot.resize_terminal(*size)
            if size == TOO_SMALL:
                continue
            await has_keys(front)
            # As what is hidden while the terminal changes once more.
            screen.set_focus(None)
            await has_keys(front)
            tabbed = screen.has_class("-tabbed")
            assert [bool(panel.size.height) for panel in panels] == [not tabbed or at == front for at in range(3)]
            front = (front + 1) % 3
            await pilot.press("tab")
            await has_keys(front)
            if front == 0:
                before = screen.strips.chosen
                await pilot.press("down" if before == 0 else "up")
                assert screen.strips.chosen != before


async def test_no_trial_is_opened_or_marked_that_is_not_seen(folder: Path) -> None:
    async with overview(folder, size=(80, 24)) as (pilot, screen):
        await pilot.press("tab", "space", "enter")
        await pilot.pause()
        assert (screen.marks, pilot.app.screen) == ([], screen)
        await pilot.press("shift+tab", "space")
        assert len(screen.marks) == 1


async def test_what_cannot_be_read_is_a_row_that_says_so(folder: Path) -> None:
    (folder / "broken.jsonl").write_text("{\n", encoding="utf-8")
    (folder / "[bold]\x1b[2J.tsv").write_text("no table\n", encoding="utf-8")
    async with overview(folder) as (pilot, screen):
        await until(pilot, lambda: "2 can't be read" in text_of(screen.status))
        shown = text_of(screen.strips)
        assert "broken.jsonl" in shown
        assert "✗ line 1: not valid JSON" in shown
        for panel in (screen.averages, screen.onsets):
            await until(pilot, lambda panel=panel: "2 left out, can't be read" in text_of(panel))  # type: ignore[misc]
        assert "\x1b" not in shown
        await pilot.press("end", "enter")
        assert pilot.app.screen is screen
        (told,) = pilot.app._notifications
        assert re.search(r"^line 1: .*\.( Without its first line a record cannot be read\.| Open a .*)$", told.message)


@pytest.mark.parametrize("size", [(120, 36), (80, 24), (60, 20)])
async def test_every_size_shows_trials_onsets_and_averages(folder: Path, size: tuple[int, int]) -> None:
    async with overview(folder, size=size) as (pilot, screen):
        await until(pilot, lambda: "too few" in text_of(screen.averages) or not screen.averages.size.height)
        assert "⚠" in text_of(screen.strips)
        if screen.has_class("-tabbed"):
            await pilot.press("tab")
        await until(pilot, lambda: re.search(r"no failure +2 +of 4", text_of(screen.onsets)))
        if screen.has_class("-tabbed"):
            await pilot.press("tab")
        await until(pilot, lambda: "thermostat · 2 trials" in text_of(screen.averages))
        assert not re.search(r"\d +too few", text_of(screen.averages)), "3 too few is a figure"
        await pilot.press("x")
        await until(pilot, lambda: str(screen.query_one("#averages").border_title).startswith("totals:"))


@pytest.mark.parametrize("size", [(160, 48), (120, 36), (80, 24), (60, 20)])
async def test_every_sentence_on_means_can_be_read_to_its_last_letter(tmp_path: Path, size: tuple[int, int]) -> None:
    for seed in (1, 1, *range(2, 7)):
        on_disk(tmp_path, eats(77, 20), seed=seed, agent="late")
    async with overview(tmp_path, size=size) as (pilot, screen):
        await pilot.press("tab", "tab")
        await until(pilot, lambda: "late" in text_of(screen.averages))
        panel, seen = screen.query_one("#averages"), ""
        for _ in range(20):
            left, top, width, height = panel.scrollable_content_region
            lines = painted(pilot.app).splitlines()[top : top + height]
            seen += letters("\n".join(line[left : left + width] for line in lines))
            await pilot.press("down")
            await until(pilot, lambda: not panel.is_scrolling)
        for average in averages(screen.digests, beside=True):
            assert letters(average.title) in seen
        assert len(text_of(screen.averages).splitlines()) == screen.averages.size.height


async def test_onsets_are_of_the_trials_that_means_are_of_and_it_says_which_are_left_out(folder: Path) -> None:
    for seed in (4, 5):
        path = on_disk(folder, eats(77, 5), seed=seed, agent="cut")
        path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:60]))
    on_disk(folder, seed=9, agent="thermostat", steps=3)
    async with overview(folder) as (pilot, screen):
        await until(pilot, lambda: re.search(r"no failure +3 +of 5", text_of(screen.onsets)))
        text = text_of(screen.onsets)
        assert re.search(r"frozen repetition +2 ", text)
        assert letters("2 left out, not played to the end: 2 interrupted") in letters(text)
        assert screen.onsets.size.height == len(text.splitlines())


async def test_one_line_a_trial_keeps_the_worst_state(folder: Path) -> None:
    async with overview(folder) as (pilot, screen):
        await pilot.press("z")
        lines = text_of(screen.strips).splitlines()
        assert sum("✗ fail" in line or "✓ ok" in line or "~ mild" in line for line in lines) == 4
        late = next(line for line in lines if " late " in line)
        assert "▲▲▲" in late
        assert "⚠" in late


def test_means_are_of_single_trials_that_stand_beside_them(folder: Path) -> None:
    digests = [digest(path) for path in records_in([folder])]
    plain = averages(digests, beside=False)
    titles = [average.title for average in plain if not average.label]
    assert sorted(titles) == sorted(
        [
            "multi-homeostasis · thermostat · 2 trials",
            "too few for an interval",
            "multi-homeostasis · late · 1 trial",
            "multi-homeostasis · early · 1 trial",
        ]
    )
    for average in plain:
        if average.label:
            assert min(average.values) <= average.mean <= max(average.values)
            assert (average.interval, average.why_none) == (None, "too few")
    # The reference beside itself: nothing is different.
    path = on_disk(folder / "reference", lambda world, state: ", ".join(map(str, world.cautious_action(state))))
    beside = averages([digest(path)], beside=True)
    assert {value for average in beside if average.label for value in average.values} == {0}
    asides = [average.title for average in averages(digests, beside=True) if average.aside]
    assert asides == ["too few for an interval", "differences may still depend on the noise"]


def test_intervals_say_what_they_are_and_count_what_is_independent(tmp_path: Path) -> None:
    for seed in (1, 1, *range(2, 7)):
        on_disk(tmp_path, eats(77, 20), seed=seed, agent="late")
    found = averages([digest(path) for path in records_in([tmp_path])], beside=False)
    assert [average.title for average in found if average.aside] == [
        "means are of 6 independent trials; those that share noise, actions or first steps are one",
        "interval: bootstrap-t, n = 6, 95 % (≥ 63 % if a fifth run away)",
    ]
    assert {average.interval.n for average in found if average.interval} == {6}


async def test_a_copy_of_a_record_counts_once_among_onsets_as_in_means(folder: Path) -> None:
    late = next(path for path in sorted(folder.glob("*.jsonl")) if "_late_" in path.name)  # noqa: ASYNC240 - a moment
    async with overview(folder) as (pilot, screen):
        await until(pilot, lambda: "no failure" in text_of(screen.onsets))
        before = text_of(screen.onsets).split()
    (folder / "copy.jsonl").write_bytes(late.read_bytes())
    async with overview(folder) as (pilot, screen):
        await until(pilot, lambda: "left out" in text_of(screen.onsets))
        assert len(screen.rows) == 5
        told = "1 record left out, a copy of others"
        assert text_of(screen.onsets).split() == [*before, *told.split()]


def test_only_trials_alike_are_averaged(tmp_path: Path) -> None:
    hinted: dict[str, object] = {"hint": True}
    for fields in ({}, {"parameters": hinted}, {"condition": "reminded"}):
        on_disk(tmp_path, environment="balancing", steps=5, agent="a", **fields)
    titles = [average.title for average in averages([digest(p) for p in records_in([tmp_path])], beside=False)]
    assert sorted(filter(None, titles)) == [
        "balancing · a · 1 trial",
        "balancing · hint on · show_imbalance on · a · 1 trial",
        "balancing · reminded · a · 1 trial",
    ]


def test_places_are_gone_through_once(folder: Path) -> None:
    (folder / "log.tsv.notes.jsonl").write_text('{"notes_on": "log.tsv"}\n', encoding="utf-8")
    found = records_in([folder, next(folder.glob("*.jsonl"))])
    assert len(found) == len(set(found)) == 4
    with pytest.raises(RecordError, match="no such file"):
        records_in([folder / "missing"])


@need_published
def test_every_published_trial_has_a_digest_as_its_record_says() -> None:
    for path in records_in([PUBLISHED]):
        if path.suffix == ".tsv":
            found = digest(path)
            assert {len(values) for values in found.values} == {found.figures.steps} == {len(a) for a in found.actions}
            assert found.verdict is not None
