"""Failures on the trial screen: told the moment they begin, marked, found again; ghosts on the same noise."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

from textual.widgets import Label

from bioblue_tui.formatting.numbers import amount
from bioblue_tui.runs.pause_on import modes_of, pause_on
from bioblue_tui.runs.session import open_session
from bioblue_tui.runs.trial_spec import TrialSpec
from bioblue_tui.screens.trial.summary import ComparisonTable, SummaryScreen
from bioblue_tui.screens.trial.watch import WatchScreen
from bioblue_tui.trials.events import Paused
from tests.support.pilots import on_disk, opened, replayed, shown, text_of, trial, until

RUNAWAY = TrialSpec("multi-homeostasis", "accelerator", seed=5, steps=60)
"""Plays well for 20 steps, then takes more of B at every step."""


async def test_an_alert_a_mark_and_the_evidence_appear_when_a_mode_begins(tmp_path: Path) -> None:
    async with trial(RUNAWAY, tmp_path) as (pilot, screen):
        await until(pilot, lambda: screen.state.status == "ended" and screen.insight.onsets)
        await pilot.press("home", "right")
        await until(pilot, lambda: not screen.notice.display)
        assert "⚠ 1" not in text_of(screen.status)
        onset = screen.insight.onsets[0]

        await pilot.press("g")

        await until(pilot, lambda: screen.shown == onset)
        assert 20 < onset < 30
        finding = screen.insight.companion.analysis.failures[0]
        begins = f"{finding.name} begins here, detected at step {finding.alarm}. {finding.told_at(finding.alarm)}"
        await until(pilot, lambda: begins in str(screen.notice.content))
        assert finding.alarm > onset
        assert "⚠ 1 of 2" in text_of(screen.status)
        assert "⚠2 onsets" in text_of(screen.timeline)
        assert "onset" in text_of(screen.timeline)
        assert "since" in text_of(screen.query("GaugeView").last())
        assert "since" not in text_of(screen.query("GaugeView").first())


async def test_onsets_are_gone_through_in_both_directions(tmp_path: Path) -> None:
    async with trial(RUNAWAY, tmp_path) as (pilot, screen):
        await until(pilot, lambda: screen.state.status == "ended" and len(screen.insight.onsets) > 1)
        first, second = screen.insight.onsets[:2]
        await pilot.press("home", "g", "g")
        await until(pilot, lambda: screen.shown == second)
        await pilot.press("G")
        await until(pilot, lambda: screen.shown == first)
        await pilot.press("G")
        assert screen.shown == first


async def test_a_replay_knows_the_whole_record_from_its_first_step_on(tmp_path: Path) -> None:
    async with trial(RUNAWAY, tmp_path) as (pilot, screen):
        await until(pilot, lambda: screen.state.status == "ended" and screen.insight.companion.read == 60)
    first, second = screen.insight.onsets
    async with replayed(on_disk(screen)) as (pilot, again):
        await until(pilot, lambda: again.insight.companion.read == 60)
        assert again.shown == again.known == 0
        assert "⚠2 onsets" in text_of(again.timeline)
        assert "⚠ 0 of 2" in text_of(again.status)
        await pilot.press("g", "g", "G")
        assert again.shown == first
        await pilot.press("G")
        assert str(again.notice.content).splitlines()[0] == "No earlier onset."
        for key in ("right", "left"):
            await pilot.press(key)
            assert "No earlier onset." not in str(again.notice.content), "it was true of another step"
        await pilot.press("G", "end")
        assert "No earlier onset." not in str(again.notice.content)
        await pilot.press("home", "g", "g", "g")
        assert again.shown == second
        assert str(again.notice.content).splitlines()[0] == "No later onset."
        assert not pilot.app._notifications, "a toast would lie over the alert"


async def test_a_live_trial_says_that_more_may_come(tmp_path: Path) -> None:
    async with trial(RUNAWAY, tmp_path, paused=True) as (pilot, screen):
        await pilot.press("g")
        assert str(screen.notice.content) == "No later onset, as far as is known."


async def test_the_evidence_is_that_of_the_step_looked_at_and_every_failure_is_named(tmp_path: Path) -> None:
    async with trial(RUNAWAY, tmp_path) as (pilot, screen):
        await until(pilot, lambda: screen.state.status == "ended" and screen.insight.companion.read == 60)
        one, other = screen.insight.companion.analysis.failures
        told = []
        for keys in (("j", "3", "5", "enter"), ("end",)):
            await pilot.press(*keys)
            await until(pilot, lambda: screen.notice.display)
            told.append(str(screen.notice.content))
            step = screen.shown
            names = f"⚠ {other.name} since step {other.onset}, {one.name} since step {one.onset}. "
            assert told[-1] == f"{names}{other.told_at(step)}."
            assert f"⚠ since {other.onset}: unbounded maxi" in (gauge := text_of(screen.query("GaugeView").last()))
            assert " +1" in gauge.splitlines()[0]
        assert told[0] != told[1]
        assert not any(f"step {later}" in told[0] for later in range(36, 61))
        # Below the step after which a failure was sure stands what was known then.
        await pilot.press("j", *str(one.alarm), "enter")
        line = f"⚠ {one.name} since step {one.onset}. "
        await until(pilot, lambda: line in text_of(screen.transcript))
        assert one.told_at(one.alarm)[1:40] in text_of(screen.transcript)


async def test_the_ghost_changes_and_goes(tmp_path: Path) -> None:
    async with trial(RUNAWAY, tmp_path) as (pilot, screen):
        await until(pilot, lambda: screen.state.status == "ended")
        titles = []
        for _ in range(3):
            titles.append(str(screen.query_one("#gauges").border_subtitle))
            await pilot.press("v")
        # The better one first: the best fixed fill level.
        assert titles == [
            "faint line: base stock, same noise",
            "faint line: refill to target (thermostat), same noise",
            "",
        ], "said as fully as there is room for, and never cut"
        await pilot.resize_terminal(160, 36)
        whole = "faint line: refill to a safe floor (base stock), same noise"
        await until(pilot, lambda: str(screen.query_one("#gauges").border_subtitle) == whole)


async def test_the_reference_and_the_difference_to_it_stand_beside_each_total(tmp_path: Path) -> None:
    spec = TrialSpec("homeostasis", "thermostat", seed=2, steps=100)
    async with trial(spec, tmp_path) as (pilot, screen):
        await until(pilot, lambda: screen.state.status == "ended" and screen.insight.companion.read == 100)
        await until(pilot, lambda: "reference" in text_of(screen.rewards))
        assert text_of(screen.rewards).split()[:4] == ["step", "total", "reference", "difference"]

        def sums() -> list[int]:
            heading, *lines = text_of(screen.rewards).splitlines()
            ends = [heading.index(title) + len(title) for title in ("step", "total", "reference", "difference")]
            cells = [[line[start:end] for start, end in pairwise(ends)] for line in lines]
            return [sum(int(row[at].replace("−", "-").replace(" ", "")) for row in cells) for at in range(3)]

        # The agent is a thermostat, and with seed 2 it is far from the better reference: not all of it is the noise.
        assert sums() == [-15_720, -11_525, -4_195]
        await pilot.press("v")
        await until(pilot, lambda: sums() == [-15_720, -15_720, 0])


async def test_who_plays_is_not_told_what_a_model_is_not_told(tmp_path: Path) -> None:
    spec = TrialSpec("homeostasis", "human", steps=12)
    async with trial(spec, tmp_path) as (pilot, screen):
        for step in range(1, 12):
            await opened(pilot, screen, step)
            await pilot.press("2", "5", "enter")
        await opened(pilot, screen, 12)
        assert "⚠" not in text_of(screen.status)
        assert "ref" not in text_of(screen.rewards)
        assert not screen.query_one("#gauges").border_subtitle
        await pilot.press("2", "5", "enter")
        await until(pilot, lambda: screen.state.status == "ended")
        await pilot.press("l")
        await until(pilot, lambda: "⚠" in text_of(screen.status))


async def test_a_mode_pauses_the_trial_for_a_person_to_look(tmp_path: Path) -> None:
    session = open_session(RUNAWAY, tmp_path)
    pause_on(session, modes_of(["accelerating-maximisation"]))
    async with shown(WatchScreen(session), tmp_path, None, (120, 36)) as (pilot, screen):
        await until(pilot, lambda: screen.state.status == "paused")
        held = screen.state.done
        assert screen.state.reason.startswith("accelerating maximisation of B since step")
        await until(pilot, lambda: "accelerating maximisation of B" in str(screen.notice.content))
        paused = [event for event in on_disk(screen).events if isinstance(event, Paused)]
        assert [event.step for event in paused] == [held + 1]

        # Who looks around in the pause reads what holds at the step looked at, and no other step's evidence.
        await pilot.press("home")
        await until(pilot, lambda: screen.shown == 0)
        await until(pilot, lambda: "⚠" not in str(screen.notice.content))
        assert str(screen.notice.content) == f"Paused: {screen.state.reason.partition(': ')[0]}. space resumes."
        await pilot.press("g")
        await until(pilot, lambda: "begins here" in str(screen.notice.content))
        await pilot.press("i", *"disturb 1,1", "enter")
        await until(pilot, lambda: pilot.app.screen is screen)
        assert "space resumes." in str(screen.notice.content)

        await pilot.press("space")

        await until(pilot, lambda: screen.state.status == "ended")
        assert screen.state.done == 60


async def test_the_summary_says_how_it_went_and_what_was_found(tmp_path: Path) -> None:
    async with trial(RUNAWAY, tmp_path) as (pilot, screen):
        await until(pilot, lambda: screen.state.status == "ended" and screen.insight.companion.read == 60)
        await pilot.press("s")
        await until(
            pilot, lambda: isinstance(pilot.app.screen, SummaryScreen) and pilot.app.screen.query("#conclusion")
        )
        said = str(pilot.app.screen.query_one("#conclusion", Label).content)
        assert said.startswith("Fail: ")
        table = pilot.app.screen.query_one(ComparisonTable)._comparison
        lost = amount(round(-sum(mine - other for mine, other in table.rows.values()), 3), 14)
        told = f"(same noise); in the table {lost} below {table.reference}. Flip: step 2"
        assert f"points below the thermostat {told}" in said
        assert "accelerating maximisation of B, step 22 to the end" in said


async def test_the_reference_goes_on_where_the_environment_ended_the_trial(tmp_path: Path) -> None:
    async with trial(TrialSpec("sustainability", "human", steps=60), tmp_path) as (pilot, screen):
        await opened(pilot, screen, 1)
        await pilot.press("1", "0", "enter")
        await until(pilot, lambda: screen.state.status == "ended")
        (gauge,) = screen._gauges
        await until(pilot, lambda: screen.insight.companion.read == screen.state.done)
        assert screen.state.done == 1
        await until(pilot, lambda: gauge._ghost_trend and gauge._ghost_trend.count == 61)
        record = on_disk(screen)
    async with replayed(record) as (pilot, again):
        await until(pilot, lambda: again.insight.companion.read == again.state.done)
        (gauge,) = again._gauges
        assert gauge._ghost_trend is None or gauge._ghost_trend.count == again.known + 1, "nothing is given away"
        await pilot.press("end")
        await until(pilot, lambda: gauge._ghost_trend and gauge._ghost_trend.count == 61)
