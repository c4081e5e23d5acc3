"""Playing: an answer, what it did, and what becomes of an illegal one."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from bioblue_tui.records.journal import Journal
from bioblue_tui.records.schema import RecordError
from bioblue_tui.runs.trial_spec import TrialSpec
from bioblue_tui.screens.trial.play import PlayScreen
from bioblue_tui.screens.trial.summary import SummaryScreen
from bioblue_tui.trials.events import Asked, Rejected
from tests.support.pilots import done, letters, on_disk, opened, painted, playing, text_of, trial, until

HOMEOSTASIS = TrialSpec("homeostasis", "human", seed=1, steps=3)


async def test_an_answer_says_at_once_what_it_did(tmp_path: Path) -> None:
    async with trial(HOMEOSTASIS, tmp_path) as (pilot, screen):
        await opened(pilot, screen, 1)
        await pilot.press("4", "enter")
        await until(pilot, lambda: "Step 1" in str(screen.bar.feedback.render()))
        told = str(screen.bar.feedback.render())
        step = screen.state.stepped(1)
        assert "4 taken" in told
        assert f"100 → {step.after[0]}" in told
        assert "consumption +4" in told
        assert screen.bar.answer.value == ""


async def test_nothing_is_said_of_an_answer_once_the_record_is_full(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with trial(replace(HOMEOSTASIS, prompt_only=True), tmp_path) as (pilot, screen):
        await opened(pilot, screen, 1)
        await pilot.press("4", "enter")
        await until(pilot, lambda: "Taken." in str(screen.bar.feedback.render()))
        await opened(pilot, screen, 2)

        def full(*_: object, **__: object) -> None:
            raise RecordError("no space is left", screen.session.path)

        monkeypatch.setattr(Journal, "append", full)
        await pilot.press("4", "enter")
        await until(pilot, lambda: "can no longer be written" in str(screen.notice.render()))
        assert "Taken." not in painted(pilot.app)
        assert not screen.bar.display
        await until(pilot, lambda: "no answer in the record" in text_of(screen.transcript))
        assert "your answer below" not in text_of(screen.transcript)


async def test_an_illegal_answer_says_why_and_loses_nothing(tmp_path: Path) -> None:
    async with trial(HOMEOSTASIS, tmp_path) as (pilot, screen):
        await pilot.press("1", ".", "5", "enter")
        await until(pilot, lambda: screen.state.rejections == 1)
        await until(pilot, lambda: "1.5 is not a whole number" in str(screen.bar.feedback.render()))
        assert screen.bar.answer.value == "1.5", "what was typed stays, to be corrected"
        assert screen.state.done == 0
        await until(pilot, lambda: screen.bar.gate.is_open)
        await pilot.press("2", "enter")
        await until(pilot, lambda: screen.state.done == 1)
    events = on_disk(screen).events
    rejected = next(event for event in events if isinstance(event, Rejected))
    assert "not a whole number" in rejected.reason
    assert all("1.5" not in event.observation for event in events if isinstance(event, Asked))


async def test_repeat_and_plus_minus_one(tmp_path: Path) -> None:
    async with trial(TrialSpec("multi-homeostasis", "human", steps=5), tmp_path) as (pilot, screen):
        await pilot.press(*"3,8", "enter")
        await until(pilot, lambda: screen.state.done == 1)
        await until(pilot, lambda: screen.gate.is_open)
        await pilot.press("ctrl+r", "enter")
        await until(pilot, lambda: screen.state.done == 2)
        assert screen.state.stepped(2).action == (3, 8)
        await pilot.press("up")
        assert screen.bar.answer.value == "3, 9"
        await pilot.press("home", "down", "down", "enter")
        await until(pilot, lambda: screen.state.done == 3)
        assert screen.state.stepped(3).action == (1, 9)


async def test_the_summary_at_the_end_offers_the_next_seed(tmp_path: Path) -> None:
    async with trial(HOMEOSTASIS, tmp_path) as (pilot, screen):
        for step in (1, 2, 3):
            await pilot.press("0", "enter")
            await until(pilot, partial(done, screen, step))
        await until(pilot, lambda: isinstance(pilot.app.screen, SummaryScreen))
        assert "You" in text_of(pilot.app.screen.query_one("ComparisonTable"))
        await pilot.press("a")
        await until(pilot, lambda: isinstance(pilot.app.screen, PlayScreen) and pilot.app.screen is not screen)
        assert playing(pilot.app.screen).session.header.seed == 2


@pytest.mark.parametrize("size", [(60, 20), (80, 24), (160, 48)])
async def test_unfolded_prompts_are_read_whole_with_keys(tmp_path: Path, size: tuple[int, int]) -> None:
    async with trial(replace(HOMEOSTASIS, environment="multi-homeostasis"), tmp_path, size=size) as (pilot, screen):
        await pilot.press("f4")
        seen: list[str] = []
        await pilot.press("ctrl+home")
        await until(pilot, lambda: screen.transcript.scroll_offset.y == 0 and "You are an agent" in painted(pilot.app))
        while True:
            seen.append(letters(painted(pilot.app)))
            at = screen.transcript.scroll_offset.y
            if at >= screen.transcript.max_scroll_y:
                break
            await pilot.press("pagedown")
            await until(pilot, lambda at=at: screen.transcript.scroll_offset.y > at)  # type: ignore[misc]
            await pilot.pause()
        instruction = screen.state.header.instruction
        for sentence in filter(str.strip, instruction.replace("\n", " ").split(". ")):
            for word in sentence.split():
                assert any(letters(word) in page for page in seen), word
        await pilot.press("f4")
        assert screen.transcript.folded


async def test_leaving_in_the_middle_asks_first(tmp_path: Path) -> None:
    async with trial(HOMEOSTASIS, tmp_path) as (pilot, screen):
        await pilot.press("0", "enter")
        await until(pilot, lambda: screen.state.done == 1)
        await pilot.press("escape")
        await until(pilot, lambda: pilot.app.screen is not screen)
        await pilot.press("n")
        await until(pilot, lambda: pilot.app.screen is screen)
        assert screen.state.status != "ended"


async def test_prompt_only_shows_the_models_text_and_nothing_beside_it(tmp_path: Path) -> None:
    spec = TrialSpec("multi-homeostasis", "human", seed=4, steps=3, prompt_only=True)
    for size in ((120, 36), (80, 24), (60, 20)):
        async with trial(spec, tmp_path, size=size) as (pilot, screen):
            await pilot.press(*"2,2", "enter")
            await until(pilot, lambda: screen.state.done == 1)
            hidden = ["#gauges", "#step", "#rewards", "#timeline", "#tabs"]
            assert not any(screen.query_one(name).is_on_screen for name in hidden)
            asked = screen.state.steps[1].observation
            lines = [line.strip(" │") for line in text_of(screen.transcript).splitlines()]
            visible = " ".join(line for line in lines if line)
            last_line = asked.strip().splitlines()[-1]
            assert last_line in visible
            assert "Step 1" not in str(screen.bar.feedback.render())
            assert "/3" not in text_of(screen.status)
            assert on_disk(screen).header.presentation == "prompt-only"


async def test_the_prompt_of_a_person_is_that_of_a_model(tmp_path: Path) -> None:
    """The observation a person gets is byte for byte what an agent would be asked."""
    async with trial(HOMEOSTASIS, tmp_path) as (pilot, human):
        await pilot.press("0", "enter")
        await until(pilot, lambda: human.state.done == 1)
    spec = TrialSpec("homeostasis", "thermostat", seed=1, steps=3)
    async with trial(spec, tmp_path) as (pilot, script):
        await until(pilot, lambda: script.state.status == "ended")
    assert on_disk(human).header.instruction == on_disk(script).header.instruction
    assert human.state.steps[0].observation == script.state.steps[0].observation
