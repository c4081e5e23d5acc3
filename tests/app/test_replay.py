"""Replaying: the same screen over a record, with what differs from the environment."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

from textual.pilot import Pilot
from textual.widgets import Button, Label

from bioblue_tui.agents.base import Answer, BaseAgent, Turn, Usage
from bioblue_tui.agents.human import HumanAgent
from bioblue_tui.analysis.outcome import Outcome
from bioblue_tui.analysis.references import References
from bioblue_tui.display.analysis import analyse_files
from bioblue_tui.records.collection import entry_at, open_record
from bioblue_tui.records.schema import Record
from bioblue_tui.runs.session import open_session, run_unattended
from bioblue_tui.runs.trial_spec import TrialSpec
from bioblue_tui.screens.trial.replay import ReplayScreen
from bioblue_tui.screens.trial.summary import ComparisonTable, SummaryScreen
from bioblue_tui.trials.events import STOPPED, Answered, Ended, Stepped
from tests.support.pilots import on_disk, replayed, text_of, trial, until


async def recorded(tmp_path: Path, steps: int = 20) -> Record:
    """The record of a short trial."""
    async with trial(TrialSpec("multi-homeostasis", "accelerator", seed=5, steps=steps), tmp_path) as (pilot, screen):
        await until(pilot, lambda: screen.state.status == "ended")
    return on_disk(screen)


def cut_off(record: Record, events: int) -> Record:
    """The same record, of which nothing but its first events came to the disk."""
    assert record.path is not None
    lines = record.path.read_bytes().splitlines(keepends=True)
    record.path.write_bytes(b"".join(lines[: 1 + events]))
    return open_record(record.path)


async def test_it_plays_pauses_steps_and_seeks(tmp_path: Path) -> None:
    record = await recorded(tmp_path)
    async with replayed(record) as (pilot, screen):
        assert screen.shown == 0
        await pilot.press("right", "right", "right")
        assert screen.shown == 3
        await pilot.press("left")
        assert screen.shown == 2
        assert screen.known == 3
        await pilot.press("j", "1", "0", "enter")
        await until(pilot, lambda: screen.shown == 10)
        await pilot.press("9", "space")
        await until(pilot, lambda: screen.shown == 20)
        await until(pilot, lambda: "✓ recomputed" in text_of(screen.status))


async def test_what_comes_is_not_given_away(tmp_path: Path) -> None:
    record = await recorded(tmp_path)
    async with replayed(record) as (pilot, screen):
        await pilot.press("right")
        await pilot.pause()
        shown = text_of(screen.transcript)
        assert f"◂ {screen.state.steps[0].attempts[0].text}" in shown
        assert " 2 ▸" not in shown
        assert " 3 ▸" not in shown


async def test_a_difference_is_marked_and_named_with_its_step(tmp_path: Path) -> None:
    record = await recorded(tmp_path)
    index = next(i for i, event in enumerate(record.events) if isinstance(event, Stepped) and event.step == 7)
    step = record.events[index]
    assert isinstance(step, Stepped)
    record.events[index] = replace(step, after=(step.after[0] + 1, step.after[1]))
    async with replayed(record) as (pilot, screen):
        await until(pilot, lambda: "≠" in text_of(screen.status))
        notice = str(screen.notice.render())
        assert "step 7" in notice
        await pilot.press("end")
        await until(pilot, lambda: "differs" in text_of(screen.timeline))


async def test_space_at_the_end_begins_again(tmp_path: Path) -> None:
    record = await recorded(tmp_path)
    async with replayed(record, speed=1) as (pilot, screen):
        await pilot.press("end")
        assert screen.shown == 20
        await pilot.press("space")
        await until(pilot, lambda: screen.shown < 20)


async def test_the_raw_output_of_a_long_record_is_leafed_through_by_pages(tmp_path: Path) -> None:
    session = open_session(TrialSpec("homeostasis", "random", steps=200), tmp_path)
    await run_unattended(session)
    async with replayed(open_record(session.path)) as (pilot, screen):
        await pilot.press("end")
        await until(pilot, lambda: screen.transcript.max_scroll_y > 100 and screen.transcript.following)
        await pilot.press("pageup")
        page = screen.transcript.max_scroll_y - screen.transcript.scroll_offset.y
        assert 0 < page <= screen.transcript.size.height
        await pilot.press("pagedown")
        assert screen.transcript.following


async def test_a_record_that_was_cut_off_has_one_number_of_steps(tmp_path: Path) -> None:
    record = await recorded(tmp_path)
    record = cut_off(record, sum(event.step <= 12 for event in record.events))
    async with replayed(record) as (pilot, screen):
        await pilot.press("end")
        assert screen.shown == 12
        assert "step 12/20  12 recorded, interrupted" in text_of(screen.status)
        assert "12/20" in text_of(screen.timeline)


class Hesitant(HumanAgent):
    """A player who answers once and then thinks."""

    def __init__(self) -> None:
        super().__init__()
        self.thinks = asyncio.Event()

    async def answer(self, turn: Turn) -> Answer:
        if turn.step == 1:
            return Answer("3")
        self.thinks.set()
        return await super().answer(turn)


async def test_a_trial_that_is_being_played_elsewhere_runs_in_its_replay_and_its_question_is_not_asked_there(
    tmp_path: Path,
) -> None:
    player = Hesitant()
    session = open_session(TrialSpec("homeostasis", "human", steps=5), tmp_path, agent=player)
    playing = asyncio.ensure_future(session.run())
    await player.thinks.wait()
    try:
        async with replayed(open_record(session.path), size=(80, 24)) as (pilot, screen):
            await pilot.press("end", "tab", "tab")
            assert "1 recorded, running" in text_of(screen.status)
            assert entry_at(session.path).standing == "running"
            assert Outcome.of(screen.state, session.path).figures.standing == "running"
            told: list[str] = []
            analyse_files([session.path], told.append, told.append, References(), as_json=False)
            assert "homeostasis, 1 step, running; so far ok, " in told[0]
            await until(pilot, lambda: "◂ no answer in the record" in text_of(screen.transcript))
            assert "your answer" not in text_of(screen.transcript)
            await pilot.press("s")
            await until(pilot, lambda: isinstance(pilot.app.screen, SummaryScreen))
            assert str(pilot.app.screen.query_one("#conclusion", Label).content).startswith("So far ok: ")
            # It may be another person than who looks.
            assert "player" in text_of(pilot.app.screen.query_one(ComparisonTable))
            assert "You" not in text_of(pilot.app.screen.query_one(ComparisonTable))
    finally:
        await session.stop()
        await playing


async def test_what_the_file_lacks_is_told_beside_the_failure_and_nothing_is_held(tmp_path: Path) -> None:
    record = await recorded(tmp_path, 40)
    cut = next(at for at, event in enumerate(record.events) if isinstance(event, Answered) and event.step == 30)
    record = cut_off(record, cut + 1)
    assert record.path is not None
    with record.path.open("ab") as file:
        file.write(b'{"ev')
    record = open_record(record.path)
    async with replayed(record) as (pilot, screen):
        await pilot.press("end")
        await until(pilot, lambda: "⚠ " in str(screen.notice.content))
        lines = str(screen.notice.content).splitlines()
        assert lines[0] == f"line {cut + 3} was cut off and left out"
        assert "maximisation of B since step" in lines[1]
        await until(pilot, lambda: "not applied" in text_of(screen.transcript))
        assert "held" not in text_of(screen.transcript)
        await pilot.resize_terminal(60, 20)
        await until(pilot, lambda: text_of(screen.status).endswith("29 recorded, interrupted  ⚠ 2 of 2"))
        await pilot.press("s")
        await until(pilot, lambda: isinstance(pilot.app.screen, SummaryScreen))
        title = str(pilot.app.screen.query(Label).first().content)
        assert title == "multi-objective homeostasis: 29 of 40 steps, interrupted"
        # It lies over the replay, which q does not leave.
        assert [str(button.label) for button in pilot.app.screen.query(Button)] == ["close (q)"]
        await pilot.press("q")
        await until(pilot, lambda: pilot.app.screen is screen)


async def test_the_summary_of_a_stopped_trial_says_up_to_where_its_verdict_goes(tmp_path: Path) -> None:
    record = await recorded(tmp_path)
    kept = [event for event in record.events if event.step <= 3]
    record.events = [*kept, Ended(kept[-1].at, 3, STOPPED)]
    async with replayed(record) as (pilot, _):
        await pilot.press("s")
        await until(pilot, lambda: isinstance(pilot.app.screen, SummaryScreen))
        title, conclusion = (pilot.app.screen.query_one(name, Label).content for name in (".title", "#conclusion"))
        assert str(title) == "multi-objective homeostasis: stopped"
        assert str(conclusion).startswith("Until then ok: ")


class Told(BaseAgent):
    """A model that says how many tokens it used."""

    def __init__(self) -> None:
        super().__init__("openai:gpt-4o-mini")
        self.model, self.provider = "gpt-4o-mini", {"base_url": "https://api.openai.com/v1"}

    async def answer(self, turn: Turn) -> Answer:
        return Answer("0", usage=Usage(1_000, 0, 100))


@asynccontextmanager
async def billed(agent: Told, steps: int, tmp_path: Path) -> AsyncIterator[tuple[Pilot[str], ReplayScreen]]:
    """Replay a trial of a model, once its cost is known."""
    session = open_session(TrialSpec("homeostasis", "own", steps=steps), tmp_path, agent=agent)
    await run_unattended(session)
    async with replayed(open_record(session.path)) as (pilot, screen):
        await until(pilot, lambda: screen._spending is not None)
        yield pilot, screen


async def test_what_a_recorded_model_cost_is_told_as_far_as_it_is_shown(tmp_path: Path) -> None:
    async with billed(Told(), 4, tmp_path) as (pilot, screen):
        assert "$" not in text_of(screen.status)
        await pilot.press("right")
        # 1 000 × $0.15 + 100 × $0.60, for a million
        await until(pilot, lambda: "$0.00021" in text_of(screen.status))
        await pilot.press("end")
        await until(pilot, lambda: "$0.00084" in text_of(screen.status))
        await pilot.press("s")
        await until(pilot, lambda: isinstance(pilot.app.screen, SummaryScreen))
        told = str(pilot.app.screen.query_one("#spending", Label).content)
        assert told.startswith("4 requests: 4 000 tokens in, 400 out; ")
        assert "; $0.00084 (prices of " in told


class Stuck(Told):
    """One that gives no answer from its third step on."""

    async def answer(self, turn: Turn) -> Answer:
        return await super().answer(turn) if turn.step < 3 else Answer("dunno", usage=Usage(1_000, 0, 100))


async def test_at_its_end_a_failed_trial_has_cost_what_its_last_attempts_did_too(tmp_path: Path) -> None:
    async with billed(Stuck(), 4, tmp_path) as (pilot, screen):
        await pilot.press("right")
        await until(pilot, lambda: "$0.00021" in text_of(screen.status))
        await pilot.press("end")
        # The second step took one attempt, beside which its own cost stands as such.
        assert "for the step" not in text_of(screen.transcript)
        # Two steps and ten attempts at the third.
        await until(pilot, lambda: "$0.0025" in text_of(screen.status))
        await pilot.press("s")
        await until(pilot, lambda: isinstance(pilot.app.screen, SummaryScreen))
        assert str(pilot.app.screen.query_one("#spending", Label).content).startswith("12 requests: ")


class Second(Told):
    """One whose first answer to each question is none."""

    async def answer(self, turn: Turn) -> Answer:
        return await super().answer(turn) if turn.attempt > 1 else Answer("dunno", usage=Usage(1_000, 0, 100))


async def test_a_cost_beside_the_tokens_of_one_of_several_attempts_says_that_it_is_the_steps(tmp_path: Path) -> None:
    async with billed(Second(), 2, tmp_path) as (pilot, screen):
        await pilot.press("end")
        await until(pilot, lambda: "1 000 tokens in, 100 out   $0.00042 for the step" in text_of(screen.transcript))


async def test_numbers_of_a_large_scale_that_are_close_together_are_parted(tmp_path: Path) -> None:
    session = open_session(TrialSpec("balancing", "accelerator:10", parameters={"objectives": 3}, steps=40), tmp_path)
    await run_unattended(session)
    async with replayed(open_record(session.path), size=(80, 24)) as (pilot, screen):
        await pilot.press("end", "L")
        await until(pilot, lambda: "LOW" in text_of(screen.query_one("LargeGauge")))
        scale = text_of(screen.query_one("LargeGauge")).splitlines()[-1].replace("−", "-")
        assert scale.split() == ["-1", "1"]


async def test_prompts_unfolded_and_folded_leave_the_raw_output_at_the_step_looked_at(tmp_path: Path) -> None:
    record = await recorded(tmp_path, 60)
    async with replayed(record, speed=5) as (pilot, screen):
        await pilot.press("j", "6", "0", "enter")
        await until(pilot, lambda: screen.shown == 60)
        await pilot.press("j", "2", "0", "enter")
        await until(pilot, lambda: screen.shown == 20)
        await pilot.pause()
        before = text_of(screen.transcript)
        await pilot.press("p", "p")
        await pilot.pause()
        assert screen.shown == 20
        assert text_of(screen.transcript) == before
        assert " 20 ▸" in before
        await pilot.resize_terminal(160, 48)
        await pilot.pause()
        assert " 20 ▸" in text_of(screen.transcript)
