"""Mission control: many trials at once, each to be opened, paused and stopped without the others noticing."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from textual.pilot import Pilot
from textual.widgets._footer import FooterKey

from bioblue_tui.agents.base import AgentError, Answer, BaseAgent, Turn, Usage
from bioblue_tui.app.bioblue import BioBlueApp
from bioblue_tui.records.collection import open_record
from bioblue_tui.runs.batch.engine import Engine, Job
from bioblue_tui.runs.session import Session, open_session
from bioblue_tui.runs.trial_spec import TrialSpec
from bioblue_tui.screens.batch.screen import AttachedScreen, ControlScreen
from bioblue_tui.screens.dialogs import ConfirmDialog
from bioblue_tui.widgets.status import StatusLine
from tests.support.pilots import text_of, until


def job(data: Path, seed: int, agent: str, *, steps: int = 20, speed: float | None = None, paused: bool = False) -> Job:
    def begin() -> Session:
        return open_session(
            TrialSpec("multi-homeostasis", agent, seed=seed, steps=steps), data, speed=speed, paused=paused
        )

    return Job(f"seed {seed} {agent}", begin)


@asynccontextmanager
async def control(jobs: list[Job], *, parallel: int = 5) -> AsyncIterator[tuple[Pilot[str], ControlScreen]]:
    screen = ControlScreen(Engine(jobs, parallel, unattended=False), "multi-homeostasis")
    app = BioBlueApp(first=screen)
    async with app.run_test(size=(120, 36)) as pilot:
        await until(pilot, lambda: screen.is_mounted and app.screen is screen)
        yield pilot, screen


async def test_every_trial_has_a_tile_that_follows_it_to_its_end(tmp_path: Path) -> None:
    jobs = [job(tmp_path, seed, "accelerator") for seed in range(1, 8)]
    async with control(jobs, parallel=3) as (pilot, screen):
        await until(pilot, lambda: all(job.over for job in jobs))
        await until(pilot, lambda: "■7 over" in text_of(screen.status))
        shown = text_of(screen.grid)
        for seed in range(1, 8):
            assert f"■ seed {seed} accelerator" in shown
        assert shown.count("20/20") == 7
    assert all(open_record(job.path).events[-1].step == 20 for job in jobs if job.path)


async def test_a_trial_is_opened_while_the_others_go_on(tmp_path: Path) -> None:
    jobs = [job(tmp_path, 1, "thermostat", paused=True), job(tmp_path, 2, "collapse", steps=40, speed=20)]
    async with control(jobs) as (pilot, screen):
        await until(pilot, lambda: all(job.session for job in jobs))
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, AttachedScreen))
        other = jobs[1].session
        assert other is not None
        before = other.state.done
        await until(pilot, lambda: other.state.done > before)
        await pilot.press("n")
        own = jobs[0].session
        assert own is not None
        await until(pilot, lambda: own.state.done == 1)
        await pilot.press("escape")
        await until(pilot, lambda: pilot.app.screen is screen)
        # Looking at a trial does not end it.
        assert not own.trial.ended
        await pilot.press("space")
        await until(pilot, lambda: own.trial.ended)


async def test_whose_answer_a_trial_waits_for_is_said_and_counted_with_what_needs_attention(tmp_path: Path) -> None:
    jobs = [job(tmp_path, 1, "thermostat", paused=True), job(tmp_path, 2, "collapse", steps=400, speed=20)]
    async with control(jobs) as (pilot, screen):
        await until(pilot, lambda: all(job.session for job in jobs))
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, AttachedScreen))
        await pilot.press("t")
        own = jobs[0].session
        assert own is not None
        await until(pilot, lambda: own.trial.in_flight)
        await pilot.press("escape")
        await until(pilot, lambda: pilot.app.screen is screen)
        await until(pilot, lambda: "●1 your turn  ▶1 running" in text_of(screen.status))
        assert "● seed 1 thermostat" in text_of(screen.grid)
        assert "your turn" in text_of(screen.grid)
        assert "1 trial needs attention" in text_of(screen.totals)
        own.trial.hand_back()
        own.trial.resume()
        await until(pilot, lambda: own.trial.ended)
        await until(pilot, lambda: "your turn" not in text_of(screen.grid) + text_of(screen.status))


def footer(screen: ControlScreen) -> str:
    """What the footer says of its keys."""
    return " · ".join(f"{key.key_display} {key.description}" for key in screen.query(FooterKey))


async def test_one_or_all_are_paused_and_go_on(tmp_path: Path) -> None:
    jobs = [job(tmp_path, seed, "collapse", steps=1000, speed=5) for seed in (1, 2, 3)]
    async with control(jobs) as (pilot, screen):
        await until(pilot, lambda: all(job.state == "running" for job in jobs))
        await pilot.press("right", "space")
        await until(pilot, lambda: [job.state for job in jobs] == ["running", "paused", "running"])
        await until(pilot, lambda: "space Resume" in footer(screen))
        await pilot.press("left")
        await until(pilot, lambda: "space Pause" in footer(screen))
        await pilot.press("right")
        await pilot.press("P")
        await until(pilot, lambda: all(job.state == "paused" for job in jobs))
        await until(pilot, lambda: "‖3 paused" in text_of(screen.status))
        await pilot.press("P")
        await until(pilot, lambda: all(job.state == "running" for job in jobs))
        await pilot.press("x")
        await until(pilot, lambda: jobs[1].over)
        assert not jobs[0].over
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(pilot.app.screen, ConfirmDialog))
        await pilot.press("y")
        await until(pilot, lambda: all(job.over for job in jobs))
    reasons = [getattr(open_record(job.path).events[-1], "reason", "") for job in jobs if job.path]
    assert reasons == ["stopped"] * 3


class Refusing(BaseAgent):
    async def answer(self, turn: Turn) -> Answer:
        raise AgentError("the key is not \x1b[31maccepted")


async def test_trouble_is_said_sorted_first_and_waits_for_a_person(tmp_path: Path) -> None:
    def refused() -> Session:
        return open_session(TrialSpec("multi-homeostasis", "refusing"), tmp_path, agent=Refusing("refusing"))

    jobs = [job(tmp_path, 1, "thermostat"), job(tmp_path, 2, "accelerator:2", steps=60), Job("seed 3", refused)]
    async with control(jobs) as (pilot, screen):
        await until(pilot, lambda: jobs[0].over and jobs[1].over and jobs[2].stuck)
        await until(pilot, lambda: "the key is not ␛" in text_of(screen.grid))
        await pilot.press("o")
        await until(pilot, lambda: "sorted" in text_of(screen.status))
        first = text_of(screen.grid).splitlines()[0]
        assert first.index("seed 2") < first.index("seed 1")
        await pilot.press("home", "right", "right")
        assert not jobs[2].over


async def test_ctrl_c_names_the_key_that_leaves(tmp_path: Path) -> None:
    async with control([job(tmp_path, 1, "accelerator", paused=True)]) as (pilot, screen):
        for _ in range(2):
            await pilot.press("ctrl+c")
            await until(pilot, lambda: [toast.message for toast in pilot.app._notifications] == ["esc: Leave"])
            pilot.app.clear_notifications()
            # Once more on the trial's own screen.
            await pilot.press("enter")
            await until(pilot, lambda: isinstance(pilot.app.screen, AttachedScreen))
        await pilot.press("escape")
        await until(pilot, lambda: pilot.app.screen is screen)


async def test_what_cannot_begin_is_named_and_costs_the_others_nothing(tmp_path: Path) -> None:
    jobs = [job(tmp_path, 1, "no-such-agent"), job(tmp_path, 2, "thermostat")]
    async with control(jobs) as (pilot, screen):
        await until(pilot, lambda: all(job.over for job in jobs))
        await until(pilot, lambda: "!1 failed" in text_of(screen.status))
        assert "no agent" in text_of(screen.grid)
        assert jobs[1].state == "done"


class Paid(BaseAgent):
    """A model that says how many tokens it used; what they cost depends on its name."""

    def __init__(self, model: str) -> None:
        super().__init__(f"openai:{model}")
        self.model, self.provider = model, {"base_url": "https://api.openai.com/v1"}

    async def answer(self, turn: Turn) -> Answer:
        return Answer("0, 0", usage=Usage(1_000, 400, 20))


async def test_cost_and_tokens_are_told_for_each_trial_and_for_all(tmp_path: Path) -> None:
    def paid(seed: int, model: str) -> Job:
        spec = TrialSpec("multi-homeostasis", "own", seed=seed, steps=5)
        return Job(str(seed), lambda: open_session(spec, tmp_path, agent=Paid(model)), spec)

    jobs = [paid(1, "gpt-4o-mini"), paid(2, "no-such-model"), job(tmp_path, 3, "thermostat", steps=5)]
    async with control(jobs) as (pilot, screen):
        await until(pilot, lambda: all(job.over for job in jobs))
        await until(pilot, lambda: "15/15" in text_of(screen.totals).replace(" of ", "/"))
        # 5 × (600 × $0.15 + 400 × $0.075 + 20 × $0.60) / 1 000 000
        assert "10 k tokens in (4 000 cached), 200 out" in text_of(screen.totals)
        assert "cost at least $0.00066" in text_of(screen.totals)
        first, second, third = (tile.cost for tile in screen._tiles.values())
        assert (first, second, third) == ("$0.00066", "5 100 tok", "")
        parts = ("seed 1", "$0.00066", "5 100 tok")
        await until(pilot, lambda: all(part in text_of(screen.grid) for part in parts))
        await pilot.press("enter")
        # Opened after its last answer, the trial's own screen knows the cost nevertheless.
        await until(pilot, lambda: "$0.00066" in text_of(pilot.app.screen.query_one(StatusLine)))


async def test_who_flips_is_named_on_the_tile_comes_first_when_sorted_and_is_counted(tmp_path: Path) -> None:
    jobs = [job(tmp_path, 1, "thermostat", steps=40), job(tmp_path, 5, "accelerator", steps=40)]
    async with control(jobs) as (pilot, screen):
        await until(pilot, lambda: all(job.over for job in jobs))
        await until(pilot, lambda: "1 trial needs attention" in text_of(screen.totals))
        shown = text_of(screen.grid)
        assert shown.count("⚠") == 1
        assert "maximisation B" in shown
        assert shown.index("seed 1") < shown.index("seed 5")
        await pilot.press("o")
        await until(pilot, lambda: text_of(screen.grid).index("seed 5") < text_of(screen.grid).index("seed 1"))
