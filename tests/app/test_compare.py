"""Trials beside each other on the screen: one step in all of them, differences and onsets found by key."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from bioblue_envs import Environment, State
from textual.pilot import Pilot
from textual.widget import Widget
from textual.widgets import Input

from bioblue_tui.analysis.comparison import Comparison
from bioblue_tui.app.bioblue import BioBlueApp
from bioblue_tui.records.collection import open_record
from bioblue_tui.records.schema import Record
from bioblue_tui.runs.resume_fork import fork_session
from bioblue_tui.runs.session import run_unattended
from bioblue_tui.screens.compare.screen import CompareScreen
from bioblue_tui.screens.trial.replay import ReplayScreen
from bioblue_tui.trials.events import Paused
from bioblue_tui.widgets.overlay import Overlay
from tests.support.attacks import ALL, FORBIDDEN
from tests.support.comparing import eats, on_disk, recorded
from tests.support.pilots import replayed, text_of, until


@asynccontextmanager
async def compared(
    records: Sequence[Record], size: tuple[int, int] = (120, 36)
) -> AsyncIterator[tuple[Pilot[str], CompareScreen]]:
    screen = CompareScreen(Comparison(records))
    app = BioBlueApp(first=screen)
    async with app.run_test(size=size) as pilot:
        await until(pilot, lambda: screen.is_mounted and app.screen is screen)
        yield pilot, screen


def seen(panel: Widget) -> bool:
    return panel.display and panel.size.height > 0


def says(panel: Widget, text: str) -> bool:
    return text in text_of(panel)


def gauge(screen: CompareScreen, index: int = -1) -> str:
    return text_of(list(screen.query(Overlay))[index])


async def test_it_begins_where_the_trials_part_and_the_cursor_is_one_for_all() -> None:
    async with compared([recorded(), recorded(eats(77, 20))]) as (pilot, screen):
        assert screen.shown == 21
        await until(pilot, lambda: "part from those of 1 here" in str(screen.notice.content))
        assert "≠ 77" in text_of(screen.table)
        assert "≠" in text_of(screen.timelines).splitlines()[1]
        assert re.search(r"≠\s*21 ▸", text_of(screen.raw))
        await pilot.press("left")
        assert screen.shown == 20
        levels = screen.comparison.members[0].state.levels_after(20)
        assert f"1━ {levels[1]}" in gauge(screen)
        assert f"2╍ {levels[1]}" in gauge(screen)
        assert "≠ 77" not in text_of(screen.table)
        await pilot.press("end")
        assert screen.shown == 40
        await pilot.press("j", "7", "enter")
        await until(pilot, lambda: screen.shown == 7)


@pytest.mark.parametrize("size", [(160, 48), (120, 36), (80, 24)])
async def test_the_name_of_a_record_is_whole_or_said_to_be_cut(tmp_path: Path, size: tuple[int, int]) -> None:
    records = [open_record(on_disk(tmp_path, agent=f"{'long-' * 4}{letter}")) for letter in "ab"]
    async with compared(records, size) as (pilot, screen):
        while not seen(screen.raw):
            await pilot.press("tab")
        heads = re.split("[│≠]", text_of(screen.raw).splitlines()[0])
        for head in filter(str.strip, heads):
            assert head.rstrip().endswith(("…", ".jsonl")) or "unnamed" not in head, head


async def test_d_goes_to_where_they_part_and_g_to_any_onset() -> None:
    trials = [recorded(), recorded(eats(77, 20)), recorded(eats(77, 30))]
    async with compared(trials) as (pilot, screen):
        await pilot.press("home", "d")
        assert screen.shown == 21
        await pilot.press("d")
        assert screen.shown == 31
        await pilot.press("d")
        assert screen.shown == 21
        onsets = screen.comparison.onsets
        await pilot.press("home", "g")
        assert screen.shown == onsets[0]
        await until(pilot, lambda: "trial 2 since step" in str(screen.notice.content))
        await pilot.press("end", "G")
        assert screen.shown == onsets[-1]
        assert "⚠" in gauge(screen)
        assert "⚠" not in gauge(screen, 0)


async def test_where_trials_coincide_they_are_one_line_in_no_trials_colour() -> None:
    async with compared([recorded(), recorded(eats(77, 20))]) as (_, screen):
        overlay = list(screen.query(Overlay))[-1]
        lines = overlay.draw(58, 14)
        trend = [line for line in lines if any("⠀" < text < "⣿" for text, _ in line)]
        styles = {
            at: style.partition("+")[0]
            for line in trend
            for at, (text, style) in enumerate(line)
            if "⠀" < text <= "⣿" and style != "dim"
        }
        shared = [at for at, style in styles.items() if style == "text"]
        apart = [at for at, style in styles.items() if style.startswith("trial")]
        # 20 of 40 steps are shared: they take the left half.
        assert max(shared) < 30
        assert min(apart) >= 24


async def test_totals_their_differences_and_those_to_the_thermostat_are_in_turn() -> None:
    async with compared([recorded(), recorded(eats(9, 20))], (80, 24)) as (pilot, screen):
        await pilot.press("tab", "end")
        own = screen.comparison.members[1].agents_own(40)
        assert own is not None
        await until(pilot, lambda: "− trial 1" in text_of(screen.table))
        assert "total so far" in text_of(screen.table)
        assert f"+{own['consumption_B']}" in text_of(screen.table)
        await pilot.press("x", "x", "x")
        await until(pilot, lambda: text_of(screen.table).index("this step") < text_of(screen.table).index("total"))


async def test_x_shows_the_numbers_first_where_another_panel_is_shown() -> None:
    async with compared([recorded(), recorded(eats(9, 20))], (80, 24)) as (pilot, screen):
        await until(pilot, lambda: screen.has_class("-tabbed"))
        view = screen.table.view
        assert not screen.table.is_on_screen
        await pilot.press("x")
        await until(pilot, lambda: screen.table.is_on_screen)
        assert screen.table.view == view
        await pilot.press("x")
        assert screen.table.view != view


async def test_different_noise_is_said_all_the_time_and_the_thermostat_comes_first() -> None:
    async with compared([recorded(seed=2), recorded(seed=3)]) as (pilot, screen):
        for key in ("home", "end"):
            await pilot.press(key)
            assert screen.notes.display
            assert "states are not comparable" in str(screen.notes.content)
        assert "different noise" in text_of(screen.status)
        assert screen.table.view == "reference"


@pytest.mark.parametrize("size", [(120, 36), (80, 24), (60, 20)])
@pytest.mark.parametrize("count", [2, 6])
async def test_every_size_shows_every_trial(size: tuple[int, int], count: int) -> None:
    trials = [recorded(eats(5 * number, 10 + number)) for number in range(count)]
    async with compared(trials, size) as (pilot, screen):
        for tab in range(3):
            panel: Widget = [screen.query_one("#gauges"), screen.numbers, screen.raw][tab]
            await until(pilot, partial(seen, panel))
            if tab == 0:
                assert all(f"{number}" in gauge(screen) for number in range(1, count + 1))
            await pilot.press("tab")
        assert len(text_of(screen.timelines).splitlines()) == count
        assert text_of(screen.timelines).splitlines()[-1].lstrip().startswith(str(count))


async def test_raw_outputs_of_trials_that_have_no_column_come_in_turn() -> None:
    trials = [recorded(eats(number, 3), agent=f"agent-{number}") for number in range(1, 6)]
    async with compared(trials, (80, 24)) as (pilot, screen):
        await pilot.press("tab", "tab")
        await until(pilot, lambda: "agent-1" in text_of(screen.raw))
        seen = set(screen.raw.shown)
        for _ in range(4):
            await pilot.press("right_square_bracket")
            assert 0 in screen.raw.shown
            seen |= set(screen.raw.shown)
        assert seen == {0, 1, 2, 3, 4}
        await pilot.press("3")
        assert 2 in screen.raw.shown
        assert "agent-3" in text_of(screen.raw)


async def test_the_same_step_is_on_the_same_line_in_all_columns() -> None:
    def chatty(environment: Environment, state: State) -> str:
        return "I see.\n" * (state.step % 4) + eats(4, 5)(environment, state)

    async with compared([recorded(), recorded(chatty)]) as (pilot, screen):
        for step in (5, 17, 33):
            screen.action_seek(step)
            await until(pilot, partial(says, screen.raw, f"{step} ▸"))
            for line in text_of(screen.raw).splitlines()[1:]:
                numbers = re.findall(r"(\d+) ▸", line)
                assert len(set(numbers)) <= 1


async def test_a_trial_is_opened_at_the_step_looked_at_and_left_again(tmp_path: Path) -> None:
    first, other = on_disk(tmp_path, steps=20), on_disk(tmp_path / "b", eats(9, 5), steps=20)
    async with compared([open_record(first), open_record(other)]) as (pilot, screen):
        await pilot.press("end", "left", "2", "o")
        await until(pilot, lambda: isinstance(pilot.app.screen, ReplayScreen))
        replay = pilot.app.screen
        assert isinstance(replay, ReplayScreen)
        assert replay.session.path == other
        assert replay.shown == 19
        await pilot.press("escape")
        await until(pilot, lambda: pilot.app.screen is screen)


async def test_nothing_hostile_takes_effect() -> None:
    def attack(environment: Environment, state: State) -> str:
        return f"{ALL}\n1, 2"

    trials = [recorded(attack, steps=5, agent=ALL, model=ALL), recorded(steps=5, agent="[/bold]")]
    async with compared(trials) as (pilot, screen):
        await pilot.press("p")
        for step in range(6):
            screen.action_seek(step)
            await pilot.pause()
            shown = "".join(text_of(widget) for widget in (screen.status, screen.raw, screen.timelines, screen.table))
            assert FORBIDDEN.findall(shown.replace("\n", "")) == []
            assert "\x1b" not in shown


async def test_the_help_names_every_key() -> None:
    async with compared([recorded(steps=4), recorded(steps=4)]) as (pilot, screen):
        assert "≡ same actions and states  step" in text_of(screen.status)
        await pilot.press("question_mark")
        await until(pilot, lambda: pilot.app.screen is not screen)
        text = "\n".join(text_of(widget) for widget in pilot.app.screen.query("KeyTable"))
        for word in ("Jump to a step", "where the next failure", "over the others", "Show or hide"):
            assert word in text
        assert not pilot.app.screen.query(Input)


async def test_what_is_the_same_is_said_as_far_as_it_was_compared() -> None:
    whole = recorded(steps=20)
    short = replace(whole, events=[event for event in whole.events if event.step <= 7])
    async with compared([whole, short]) as (_, screen):
        assert "≡ same actions and states for 7 steps  step" in text_of(screen.status)
    empty = replace(whole, events=[])
    async with compared([whole, empty]) as (_, screen):
        assert "≡ no common step" in text_of(screen.status)


async def test_what_never_parts_from_the_first_is_drawn_as_it_all_along() -> None:
    whole = recorded(steps=100)
    async with compared([whole, whole, recorded(eats(77, 20), steps=100)]) as (_, screen):
        _, same, other = text_of(screen.timelines).splitlines()
        assert "╍" not in same[5:]
        assert "┉" in other[5:]


async def test_what_is_paused_has_not_ended() -> None:
    whole = recorded(steps=20)
    events = [event for event in whole.events if event.step <= 7]
    paused = replace(whole, events=[*events, Paused(1.0, 8, "")])
    for record, said, unsaid in ((paused, "paused", "ended"), (replace(whole, events=events), "no step", "ended")):
        async with compared([whole, record]) as (pilot, screen):
            await pilot.press("end")
            await until(pilot, partial(says, screen.table, said))
            assert unsaid not in text_of(screen.table)


async def test_failures_are_told_as_of_the_step_and_only_where_a_trial_has_it() -> None:
    runaway = recorded(eats(30, 5), steps=40)
    short = replace(runaway, events=[event for event in runaway.events if event.step <= 25])
    async with compared([runaway, recorded(steps=40)]) as (pilot, screen):
        screen.action_seek(20)
        (finding,) = (found for found in screen.comparison.first.holding(20) if "unbounded" in found.mode)
        assert finding.told_at(20) != finding.told_at(40)
        await until(pilot, lambda: finding.told_at(20) in str(screen.notice.content))
        assert "⚠ in 1 trial" in text_of(screen.status)
    async with compared([short, recorded(steps=40)]) as (pilot, screen):
        assert screen.comparison.first.holding(25)
        screen.action_seek(26)
        await pilot.pause()
        assert "⚠" not in text_of(screen.status) + str(screen.notice.content)


async def test_a_key_on_a_forks_screen_shows_it_beside_its_parent(tmp_path: Path) -> None:
    parent = on_disk(tmp_path / "trials", eats(77, 5), steps=20, agent="collapse")
    session = fork_session(open_record(parent), 8, tmp_path)
    await run_unattended(session)
    async with replayed(open_record(session.path)) as (pilot, screen):
        await pilot.press("j", "1", "2", "enter")
        await until(pilot, lambda: screen.shown == 12)
        await pilot.press("c")
        await until(pilot, lambda: isinstance(pilot.app.screen, CompareScreen))
        found = pilot.app.screen
        assert isinstance(found, CompareScreen)
        assert [member.record.path for member in found.comparison.members] == [parent, session.path]
        assert found.shown == 12
        assert "↳" in text_of(found.timelines).splitlines()[1]
    async with replayed(open_record(parent)) as (pilot, screen):
        await pilot.press("c")
        await pilot.pause()
        assert pilot.app.screen is screen
