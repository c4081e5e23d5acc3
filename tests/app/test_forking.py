"""Forking on the screen: from any step, with another agent, parameter, instruction or intervention, by keyboard."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import bioblue_envs
import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from bioblue_tui.models.catalogue import choices
from bioblue_tui.models.openai_chat import OpenAIChatAgent
from bioblue_tui.models.settings import ModelSettings
from bioblue_tui.records.collection import open_record
from bioblue_tui.runs.session import ReplaySession, open_session, run_unattended
from bioblue_tui.runs.trial_spec import TrialSpec
from bioblue_tui.screens.compare.screen import CompareScreen
from bioblue_tui.screens.trial.forking import ForkDialog
from bioblue_tui.screens.trial.replay import ReplayScreen
from bioblue_tui.screens.trial.watch import WatchScreen
from bioblue_tui.trials.events import Intervened, Stepped
from tests.support.fake_provider import FakeProvider
from tests.support.pilots import on_disk, replayed, shown, text_of, trial, until


@pytest.fixture
def provider() -> Iterator[FakeProvider]:
    with FakeProvider() as running:
        yield running


def only_one(directory: Path) -> bool:
    """Whether there is one record."""
    return len(list(directory.rglob("*.jsonl"))) == 1


async def asked(pilot: Pilot[Any]) -> ForkDialog:
    """Ask for a fork, and return the dialog."""
    await pilot.press("f")
    await until(pilot, lambda: isinstance(pilot.app.screen, ForkDialog))
    found = pilot.app.screen
    assert isinstance(found, ForkDialog)
    return found


async def forked(pilot: Pilot[Any], parent: object) -> WatchScreen:
    """Wait for the fork to be played, and return its screen."""
    await until(pilot, lambda: isinstance(pilot.app.screen, WatchScreen) and pilot.app.screen is not parent)
    screen = pilot.app.screen
    assert isinstance(screen, WatchScreen)
    await until(pilot, lambda: screen.state.status == "ended")
    return screen


def typed(text: str) -> list[str]:
    """Return the keys that write a text."""
    keys = {" ": "space", "\n": "enter"}
    return [keys.get(character, character) for character in text]


async def test_f_forks_from_the_step_looked_at(tmp_path: Path) -> None:
    async with trial(TrialSpec("multi-homeostasis", "accelerator", seed=5, steps=12), tmp_path) as (pilot, parent):
        await until(pilot, lambda: parent.state.status == "ended")
        await pilot.press("left", "left", "left", "left")
        await asked(pilot)
        await pilot.press(*"thermostat", "enter")
        screen = await forked(pilot, parent)
        record, origin = on_disk(screen), on_disk(parent)
        assert "fork after step 8 of" in text_of(screen.status)
        assert "↳1 forked" in text_of(screen.timeline)
        await pilot.press("home")
        await until(pilot, lambda: f"↳ a fork of {parent.session.path.name} after step 8" in text_of(screen.transcript))
        await pilot.press("escape")
        await until(pilot, lambda: pilot.app.screen is parent)
    assert record.header.parent == {"id": origin.header.id, "file": parent.session.path.name, "step": 8}
    steps = [event for event in record.events if isinstance(event, Stepped)]
    assert [step.actor for step in steps] == ["accelerator"] * 8 + ["thermostat"] * 4
    assert steps[:8] == [event for event in origin.events if isinstance(event, Stepped)][:8]


@pytest.mark.parametrize("size", [(120, 36), (60, 20)])
async def test_the_same_model_goes_on_with_other_parameters_words_and_an_intervention(
    tmp_path: Path, provider: FakeProvider, monkeypatch: pytest.MonkeyPatch, size: tuple[int, int]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "calm.txt").write_text("Keep calm, and answer with one integer.\n", encoding="utf-8")
    settings = ModelSettings(base_url=provider.url("openai"), top_p=0.5, history="window:4")
    spec = TrialSpec("homeostasis", "openai:fake", steps=8, settings=settings)
    async with trial(spec, tmp_path, size=size) as (pilot, parent):
        await until(pilot, lambda: parent.state.status == "ended")
        await pilot.press("left", "left", "left")
        await asked(pilot)
        await pilot.press("tab", *typed("temperature=0\nmax-tokens=none"), "tab", *typed("calm.txt"))
        await pilot.press("tab", *typed("remind Keep near the target."), "tab", *typed("reordered"), "enter")
        screen = await forked(pilot, parent)
        assert isinstance(screen.live.agent, OpenAIChatAgent)
        header, origin = on_disk(screen).header, on_disk(parent).header
        happened = [event for event in on_disk(screen).events if isinstance(event, Intervened)]
    expected: dict[str, object] = {**origin.provider, "temperature": 0.0}
    del expected["max_completion_tokens"]
    assert header.provider == expected
    assert header.instruction == "Keep calm, and answer with one integer."
    assert (origin.wording, header.wording) == ("plain 1", "reordered 1")
    assert (header.agent, header.seed, header.parent and header.parent["step"]) == ("openai:fake", 1, 5)
    assert [(event.step, event.value) for event in happened] == [(6, "Keep near the target.")]
    last = provider.journal[-1]
    assert last.system == "Keep calm, and answer with one integer."
    assert (last.body["temperature"], last.body["top_p"], "max_completion_tokens" in last.body) == (0, 0.5, False)
    assert "Keep near the target." in provider.journal[8].asked
    assert provider.journal[8].asked.count("Rewards for the last action") == 1


async def test_the_example_is_an_intervention_at_a_step_that_is_to_be_played(tmp_path: Path) -> None:
    async with trial(TrialSpec("homeostasis", "thermostat", steps=3), tmp_path) as (pilot, screen):
        await until(pilot, lambda: screen.state.status == "ended")
        for key, said in (("left", "remind TEXT, or 3:rewards off"), ("end", "remind TEXT")):
            await pilot.press(key)
            dialog = await asked(pilot)
            assert dialog.query_one("#intervene", Input).placeholder == said
            await pilot.press("escape")


MISTAKES = [
    (["tab", *typed("temprature=1"), "ctrl+s"], "line 1: temprature is not known; did you mean temperature?"),
    (["tab", *typed("temperature=1"), "ctrl+s"], "temperature is a setting for models, and thermostat is not a model"),
    (["tab", "tab", *typed("/no/such"), "enter"], "instruction: /no/such: cannot be read"),
    (["tab", "tab", "tab", *typed("dance"), "enter"], "'dance' is not an intervention"),
    (["tab", "tab", "tab", "tab", *typed("plian"), "enter"], "wording: plian: no such wording; did you mean plain?"),
    (["tab", "tab", "tab", *typed("2:rewards off"), "enter"], "there is no step 2; steps 3 to 3 are to be played"),
    ([*"collapse", "enter"], "collapse is made for balancing"),
    ([*"openai:x", "enter"], "no key for OpenAI"),
    ([*"termostat", "tab", "tab", "tab", "tab", "enter"], "did you mean thermostat?"),
]


@pytest.mark.parametrize(("keys", "said"), MISTAKES, ids=[said[:20] for _, said in MISTAKES])
@pytest.mark.parametrize("size", [(120, 36), (60, 20)])
async def test_a_mistake_is_told_in_the_dialog_and_can_be_mended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, keys: list[str], said: str, size: tuple[int, int]
) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    monkeypatch.delenv("OPENAI_BASE_URL", raising=False)
    async with trial(TrialSpec("homeostasis", "thermostat", steps=3), tmp_path, size=size) as (pilot, screen):
        await until(pilot, lambda: screen.state.status == "ended")
        await pilot.press("left")
        dialog = await asked(pilot)
        await pilot.press(*keys)
        await until(pilot, lambda: said in str(dialog.error.content), said)
        assert pilot.app.screen is dialog
        # All of it is seen, the button too.
        for widget in (dialog.error, dialog.query_one("#fork")):
            assert dialog.region.contains_region(widget.region)
            assert widget.region.area
        await pilot.press("escape")
        await until(pilot, lambda: pilot.app.screen is screen)
    assert only_one(tmp_path)


async def test_a_person_goes_on_where_an_agent_was(tmp_path: Path) -> None:
    async with trial(TrialSpec("homeostasis", "thermostat", steps=4), tmp_path) as (pilot, parent):
        await until(pilot, lambda: parent.state.status == "ended")
        await pilot.press("left", "left")
        await asked(pilot)
        await pilot.press(*"you", "enter")
        await until(pilot, lambda: pilot.app.screen is not parent and not isinstance(pilot.app.screen, ForkDialog))
        screen: Any = pilot.app.screen
        await until(pilot, lambda: screen.is_mounted and screen.person is not None)
        assert screen.state.done == 2


@pytest.mark.parametrize("environment", bioblue_envs.ids())
async def test_who_is_proposed_can_play_there(environment: str, tmp_path: Path) -> None:
    async with trial(TrialSpec(environment, "random", seed=1, steps=9), tmp_path, paused=True) as (pilot, _):
        dialog = await asked(pilot)
        hint = dialog.query_one("#agent", Input).placeholder
        proposed = hint.partition("or you, ")[2].partition(",")[0]
        assert proposed in [choice.name for choice in choices(environment)]


async def test_what_no_seed_tells_is_not_offered_to_be_forked(tmp_path: Path) -> None:
    session = open_session(TrialSpec("homeostasis", "thermostat", seed=1, steps=3), tmp_path)
    await run_unattended(session)
    record = open_record(session.path)
    async with replayed(replace(record, header=replace(record.header, seed=None, source="published"))) as (
        pilot,
        screen,
    ):
        await pilot.press("t")
        await until(pilot, lambda: "nobody can take over" in text_of(screen.notice))
        assert "fork" not in text_of(screen.notice)
        await pilot.press("f")
        told = "This trial cannot be forked: homeostasis has noise, and no seed says what noise would follow."
        await until(pilot, lambda: told in [note.message for note in pilot.app._notifications])
        assert pilot.app.screen is screen


async def test_a_fork_of_a_record_from_elsewhere_is_shown_beside_it(tmp_path: Path) -> None:
    kept = open_session(TrialSpec("homeostasis", "accelerator", seed=5, steps=12), tmp_path / "theirs")
    await run_unattended(kept)
    screen = ReplayScreen(ReplaySession(open_record(kept.path), paused=True))
    async with shown(screen, tmp_path / "mine", None, (120, 36)) as (pilot, _):
        await pilot.press("right", "right", "right")
        await asked(pilot)
        await pilot.press(*"thermostat", "enter")
        fork = await forked(pilot, screen)
        assert only_one(tmp_path / "mine")
        await pilot.press("c")
        await until(pilot, lambda: isinstance(pilot.app.screen, CompareScreen))
        found = pilot.app.screen
        assert isinstance(found, CompareScreen)
        assert [member.record.path for member in found.comparison.members] == [kept.path, fork.session.path]
