"""Watching an agent: the controls of a live trial, and looking back while it goes on."""

from __future__ import annotations

import asyncio
from functools import partial
from pathlib import Path

import pytest

from bioblue_tui.agents.base import Answer, BaseAgent, Turn
from bioblue_tui.agents.scripted import ScriptedAgent
from bioblue_tui.app.bioblue import BioBlueApp
from bioblue_tui.models.settings import ModelSettings
from bioblue_tui.records.journal import Journal
from bioblue_tui.records.schema import RecordError
from bioblue_tui.runs.session import Session, open_session
from bioblue_tui.runs.trial_spec import TrialSpec
from bioblue_tui.screens.dialogs import LineDialog
from bioblue_tui.screens.trial.watch import WatchScreen
from bioblue_tui.trials.events import COMPLETE, STOPPED, Answered, Ended, Intervened, Rejected, Stepped
from tests.support.fake_provider import FakeProvider
from tests.support.pilots import done, on_disk, shown, text_of, trial, until, watching

COLLAPSE = TrialSpec("multi-homeostasis", "collapse", seed=3, steps=40)


async def test_space_pauses_and_goes_on(tmp_path: Path) -> None:
    async with trial(COLLAPSE, tmp_path, paused=True) as (pilot, screen):
        await until(pilot, lambda: "paused" in text_of(screen.status))
        assert screen.state.done == 0
        await pilot.press("space")
        await until(pilot, lambda: screen.state.status == "ended")
        assert screen.state.done == 40
        assert "complete" in text_of(screen.status)


async def test_n_plays_exactly_one_step_each(tmp_path: Path) -> None:
    async with trial(COLLAPSE, tmp_path, paused=True) as (pilot, screen):
        for expected in (1, 2, 3):
            await pilot.press("n")
            await until(pilot, partial(done, screen, expected))
        await pilot.pause()
        assert screen.state.done == 3
        assert "step 3/40" in text_of(screen.status)


@pytest.mark.parametrize(
    ("key", "shown_speed", "speed"),
    [("1", "1/s", 1), ("2", "2/s", 2), ("5", "5/s", 5), ("0", "10/s", 10), ("9", "max speed", None)],
)
async def test_digits_set_the_speed(tmp_path: Path, key: str, shown_speed: str, speed: float | None) -> None:
    async with trial(COLLAPSE, tmp_path, speed=7, paused=True) as (pilot, screen):
        await pilot.press(key)
        await until(pilot, lambda: shown_speed in text_of(screen.status))
        assert screen.session.trial.speed == speed


async def test_an_intervention_that_comes_too_late_says_that_nothing_was_recorded(tmp_path: Path) -> None:
    async with trial(COLLAPSE, tmp_path, paused=True) as (pilot, screen):
        await pilot.press("i")
        await until(pilot, lambda: isinstance(pilot.app.screen, LineDialog) and pilot.app.screen.is_mounted)
        dialog = pilot.app.screen
        assert isinstance(dialog, LineDialog)
        screen.live.trial.resume()
        await until(pilot, lambda: screen.live.trial.ended)
        await pilot.press(*"reason", "space", *"on", "enter")
        await until(pilot, lambda: "has ended meanwhile; nothing was recorded" in str(dialog.error.content))
        assert pilot.app.screen is dialog
        assert not any(isinstance(event, Intervened) for event in on_disk(screen).events)


def footer(screen: WatchScreen) -> dict[str, str]:
    """Return what the footer offers, by key."""
    active = screen.active_bindings.values()
    return {found.binding.key: found.binding.description for found in active if found.binding.show and found.enabled}


async def test_the_footer_offers_what_can_be_done_now(tmp_path: Path) -> None:
    async with trial(COLLAPSE, tmp_path, paused=True) as (pilot, screen):
        await until(pilot, lambda: "paused" in text_of(screen.status))
        assert footer(screen)["space"] == "Resume"
        screen.live.trial.speed = 1
        await pilot.press("space")
        assert footer(screen)["space"] == "Pause"
        await pilot.press("9")
        await until(pilot, lambda: screen.state.status == "ended")
        every = [found.binding for found in screen.active_bindings.values() if found.binding.show]
        assert not {"space", "n", "1", "i", "a", "t"} & {binding.key for binding in every}


async def test_an_answer_in_the_agents_place_pauses_a_trial_that_runs(tmp_path: Path) -> None:
    async with trial(COLLAPSE, tmp_path, speed=1) as (pilot, screen):
        await pilot.press("a")
        await until(pilot, lambda: isinstance(pilot.app.screen, LineDialog))
        assert screen.live.trial.paused
        step = screen.state.done + 1
        await pilot.press(*"7, 8", "enter")
        await until(pilot, lambda: screen.state.done == step)
        assert screen.state.stepped(step).action == (7, 8)


async def test_looking_back_while_it_goes_on(tmp_path: Path) -> None:
    async with trial(COLLAPSE, tmp_path, paused=True) as (pilot, screen):
        for step in (1, 2, 3, 4):
            await pilot.press("n")
            await until(pilot, partial(done, screen, step))
        await pilot.press("left", "left")
        assert screen.shown == 2
        assert "looking at 2" in text_of(screen.status)
        assert screen.steps.border_title == "step 2"
        level = screen.state.levels_after(2)[0]
        assert f" A {level} " in text_of(screen._gauges[0])
        watching(screen).live.trial.step_once()
        await until(pilot, lambda: screen.state.done == 5)
        assert screen.shown == 2, "a new step must not move the view of a person who looks back"
        await pilot.press("end")
        assert screen.shown == 5


async def test_jump_and_home(tmp_path: Path) -> None:
    async with trial(COLLAPSE, tmp_path) as (pilot, screen):
        await until(pilot, lambda: screen.state.status == "ended")
        await pilot.press("j", "1", "2", "enter")
        await until(pilot, lambda: screen.shown == 12)
        await pilot.press("home")
        assert screen.shown == 0
        assert "before the first step" in text_of(screen.steps)


async def test_a_click_on_the_timeline_looks_there(tmp_path: Path) -> None:
    async with trial(COLLAPSE, tmp_path) as (pilot, screen):
        await until(pilot, lambda: screen.state.status == "ended")
        await pilot.click("#timeline", offset=(1, 0))
        await until(pilot, lambda: screen.shown == 0)


async def test_leaving_ends_the_trial_and_completes_its_record(tmp_path: Path) -> None:
    async with trial(COLLAPSE, tmp_path, speed=1) as (pilot, screen):
        await until(pilot, lambda: screen.state.done >= 1)
        await pilot.press("escape")
        await until(pilot, lambda: not pilot.app.is_running or pilot.app.return_value is not None)
    record = on_disk(screen)
    assert record.events[-1] == Ended(record.events[-1].at, screen.state.done, STOPPED)
    assert not record.torn


async def test_a_quit_in_the_middle_completes_the_record(tmp_path: Path) -> None:
    async with trial(COLLAPSE, tmp_path, speed=1) as (pilot, screen):
        await until(pilot, lambda: screen.state.done >= 1)
        await pilot.press("ctrl+q")
    assert isinstance(on_disk(screen).events[-1], Ended)


async def test_the_summary_compares_with_the_better_reference_on_the_same_noise(tmp_path: Path) -> None:
    spec = TrialSpec("homeostasis", "thermostat", seed=0)
    async with trial(spec, tmp_path) as (pilot, screen):
        await until(pilot, lambda: screen.state.status == "ended")
        await pilot.press("s")
        await until(pilot, lambda: pilot.app.screen is not screen)
        table = text_of(pilot.app.screen.query_one("ComparisonTable"))
        row = next(line for line in table.splitlines() if "consumption" in line)
        assert row.split() == ["consumption", "74", "69", "+5"]


class Stubborn(BaseAgent):
    """Answers nonsense until told otherwise, and waits to be released before each answer."""

    def __init__(self) -> None:
        super().__init__("stubborn")
        self.text = "no idea"
        self.release = asyncio.Event()
        self.release.set()

    async def answer(self, turn: Turn) -> Answer:
        await self.release.wait()
        return Answer(self.text)


def stubborn_session(data: Path) -> tuple[Session, Stubborn]:
    """A trial of the stubborn agent, with a journal of its own."""
    template = open_session(TrialSpec("homeostasis", "thermostat", steps=3), data)
    agent = Stubborn()
    return Session(template.header, agent, Journal.create(data / "stubborn", template.header)), agent


async def test_ten_illegal_answers_pause_and_a_person_answers_in_its_place(tmp_path: Path) -> None:
    session, agent = stubborn_session(tmp_path)
    async with shown(WatchScreen(session), tmp_path, None, (120, 36)) as (pilot, screen):
        await until(pilot, lambda: "10 rejected answers" in str(screen.notice.render()))
        notice = str(screen.notice.render())
        assert "one whole number expected" in notice
        assert screen.state.done == 0
        await pilot.press("a")
        await until(pilot, lambda: isinstance(pilot.app.screen, LineDialog) and pilot.app.screen.ready)
        await pilot.press("7", "enter")
        await until(pilot, lambda: screen.state.done == 1)
        assert screen.state.stepped(1).action == (7,)
        assert screen.state.stepped(1).actor == "human"
        agent.text = "0"
        await pilot.press("space")
        await until(pilot, lambda: screen.state.status == "ended")
    events = on_disk(screen).events
    rejected = [event for event in events if isinstance(event, Rejected)]
    assert [event.attempt for event in rejected] == list(range(1, 11))
    assert [event.actor for event in events if isinstance(event, Stepped)] == ["human", "stubborn", "stubborn"]
    last = events[-1]
    assert isinstance(last, Ended)
    assert last.reason == COMPLETE


async def test_an_answer_in_flight_is_shown_then_held(tmp_path: Path) -> None:
    session, agent = stubborn_session(tmp_path)
    agent.text = "4"
    agent.release.clear()
    async with shown(WatchScreen(session), tmp_path, None, (120, 36)) as (pilot, screen):
        await until(pilot, lambda: screen.state.steps)
        await pilot.press("space")
        agent.release.set()
        await until(pilot, lambda: screen.state.steps[0].attempts[0].text == "4")
        await until(pilot, lambda: "held" in text_of(screen.transcript))
        assert screen.state.done == 0
        await pilot.press("space")
        await until(pilot, lambda: screen.state.status == "ended")
        assert screen.state.stepped(1).action == (4,)


@pytest.mark.parametrize("instead", [True, False], ids=["answered instead", "taken over and handed back"])
async def test_an_answer_that_will_not_be_applied_is_not_called_held(tmp_path: Path, instead: bool) -> None:
    session, agent = stubborn_session(tmp_path)
    agent.text = "4"
    agent.release.clear()
    screen = WatchScreen(session)
    async with shown(screen, tmp_path, None, (120, 36)) as (pilot, _):
        await until(pilot, lambda: screen.state.steps)
        await pilot.press("space")
        agent.release.set()
        await until(pilot, lambda: "held until you resume" in text_of(screen.transcript))
        if instead:
            await pilot.press("a")
            await until(pilot, lambda: isinstance(pilot.app.screen, LineDialog) and pilot.app.screen.ready)
            await pilot.press("7", "enter")
            await until(pilot, lambda: screen.state.done == 1)
        else:
            await pilot.press("t")
            await until(pilot, lambda: screen.bar.display and screen.gate.is_open)
            await pilot.press("t")
            await until(pilot, lambda: not screen.bar.display)
        await until(pilot, lambda: screen.state.status == "paused" and "not applied" in text_of(screen.transcript))
        assert "held" not in text_of(screen.transcript)


async def test_a_full_disk_is_said_on_screen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    session, agent = stubborn_session(tmp_path)
    agent.text = "0"
    agent.release.clear()

    def full(self: Journal, event: object, *, to_disk: bool = True) -> None:
        raise RecordError("No space left on device")

    async with shown(WatchScreen(session), tmp_path, None, (120, 36)) as (pilot, screen):
        await until(pilot, lambda: screen.state.steps)
        monkeypatch.setattr(Journal, "append", full)
        agent.release.set()
        await until(pilot, lambda: "No space left on device" in str(screen.notice.render()))


class Tiny(BaseAgent):
    """Always answers 3."""

    async def answer(self, turn: Turn) -> Answer:
        return Answer("3")


@pytest.mark.parametrize("size", [(120, 36), (60, 20)])
async def test_what_must_be_known_of_a_model_is_said_before_it_plays(tmp_path: Path, size: tuple[int, int]) -> None:
    remark = "a real but tiny model, expected to fail"
    agent = Tiny("local:Tiny", "Tiny", {"remark": remark})
    session = open_session(TrialSpec("homeostasis", "local:Tiny", steps=12), tmp_path, agent=agent, paused=True)
    async with shown(WatchScreen(session), tmp_path, None, size) as (pilot, screen):
        await until(pilot, lambda: remark in str(screen.notice.content))
        assert screen.notice.region.area
        assert (remark in text_of(screen.status)) == (size[0] == 120)
        await pilot.press("space")
        await until(pilot, lambda: screen.state.status == "ended")
        await until(pilot, lambda: remark not in str(screen.notice.content))


async def test_a_past_that_was_cut_to_fit_the_context_is_marked_and_recorded(tmp_path: Path) -> None:
    with FakeProvider() as provider:
        provider.context = 1000
        spec = TrialSpec(
            "homeostasis", "openai:fake", steps=30, settings=ModelSettings(base_url=provider.url("openai"))
        )
        async with trial(spec, tmp_path) as (pilot, screen):
            await until(pilot, lambda: screen.state.status == "ended")
            marks = [mark for mark in screen.state.marks if mark.kind == "shortened"]
            await until(pilot, lambda: f"…{len(marks)} past cut" in text_of(screen.timeline))
            await pilot.press("home", *["right"] * marks[0].step)
            await until(pilot, lambda: "… note: the conversation outgrew" in text_of(screen.transcript))
            record = on_disk(screen)
    noted = [event.step for event in record.events if isinstance(event, Answered) and event.notes]
    assert noted == [mark.step for mark in marks] != []


class Held(ScriptedAgent):
    """A policy that is caught in the middle of its answer."""

    async def answer(self, turn: Turn) -> Answer:
        await asyncio.Event().wait()
        raise AssertionError


async def test_escape_leaves_where_a_policy_answers_there_is_nothing_to_cut_short(tmp_path: Path) -> None:
    spec = TrialSpec("homeostasis", "thermostat", seed=1, steps=5)
    session = open_session(spec, tmp_path, agent=Held("thermostat", 1))
    screen = WatchScreen(session)
    app = BioBlueApp(tmp_path, screen, spec)
    async with app.run_test() as pilot:
        await until(pilot, lambda: screen.is_mounted and session.trial.in_flight)
        await pilot.press("escape")
        await until(pilot, lambda: app._exit)
