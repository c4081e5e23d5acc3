"""One limiter for all trials at an address: a wait that one is told of holds all, and answers do not count the wait."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import pytest

from bioblue_tui.agents.base import Agent, AgentError, Answer, BaseAgent, Turn
from bioblue_tui.records.journal import read_journal
from bioblue_tui.runs.batch.engine import Engine, Job
from bioblue_tui.runs.batch.limiter import Limiters
from bioblue_tui.runs.batch.session_factory import Opener
from bioblue_tui.runs.session import Session, open_session
from bioblue_tui.runs.trial_spec import TrialSpec
from bioblue_tui.trials.events import Answered, Retrying, Stepped
from tests.support.core import FakeClock
from tests.support.jobs import Running


class Provider:
    """A provider that answers at once, takes so many requests in a second, and sends away those beyond them."""

    def __init__(self, clock: FakeClock, per_second: float = 1e9, url: str = "http://a/v1") -> None:
        self.clock, self.url = clock, url
        self.per_second = per_second
        self.asked: list[float] = []
        self.refused: list[float] = []

    def taken(self) -> int:
        return sum(self.clock.time - 1 < at <= self.clock.time for at in self.asked if at not in self.refused)


class Model(BaseAgent):
    def __init__(self, provider: Provider, said: Sequence[AgentError] = ()) -> None:
        super().__init__("openai:tiny", "tiny", {"base_url": provider.url})
        self.there, self.said = provider, list(said)

    async def answer(self, turn: Turn) -> Answer:
        provider = self.there
        busy = provider.taken() >= provider.per_second
        provider.asked.append(provider.clock.time)
        if self.said:
            raise self.said.pop(0)
        if busy:
            provider.refused.append(provider.clock.time)
            raise AgentError("rate limited", transient=True, wait=1.0)
        return Answer("0")


def patience(wait: float | None) -> AgentError:
    return AgentError("rate limited; be patient", transient=True, wait=wait)


class Trials:
    """Trials of models that share limiters, on a clock of the test's."""

    def __init__(self, data: Path, clock: FakeClock, agents: Sequence[Agent], steps: int = 1, rpm: float | None = None):
        self.clock, self.limiters = clock, Limiters(rpm, clock)

        def opener(agent: Agent, seed: int) -> Job:
            def open_one() -> Session:
                limited, own_clock = self.limiters.limit(agent)
                return open_session(
                    TrialSpec("homeostasis", "own", seed=seed, steps=steps), data, agent=limited, clock=own_clock
                )

            return Job(str(seed), open_one)

        self.jobs = [opener(agent, seed) for seed, agent in enumerate(agents, 1)]
        self.running = Running(self.jobs, parallel=len(agents))

    async def start(self) -> Trials:
        await self.running.start()
        return self

    async def advance(self, seconds: float) -> None:
        await self.clock.advance(seconds)
        await self.running.settle()

    def events(self, number: int) -> list[object]:
        path = self.jobs[number - 1].path
        assert path is not None
        return list(read_journal(path).events)


async def test_a_wait_that_one_is_told_of_holds_all_at_the_same_address_only(tmp_path: Path) -> None:
    clock = FakeClock()
    here, there = Provider(clock), Provider(clock, url="http://b/v1")
    agents = [Model(here, [patience(30)]), Model(here), Model(there)]
    trials = await Trials(tmp_path, clock, agents, steps=2).start()
    # The second trial's first request came after the refusal.
    assert here.asked == [1000.0]
    assert there.asked == [1000.0, 1000.0]
    assert trials.limiters.waits == {"http://a/v1": 30.0}
    await trials.advance(29)
    assert here.asked == [1000.0]
    for _ in range(20):
        await trials.advance(0.5)
    await trials.running.finish()
    assert trials.running.states == ["done"] * 3
    assert len(here.asked) == 5
    assert all(at >= 1030 for at in here.asked[1:])


async def test_waiting_for_others_is_no_time_that_the_answer_took(tmp_path: Path) -> None:
    clock = FakeClock()
    provider = Provider(clock)
    trials = await Trials(tmp_path, clock, [Model(provider, [patience(30)]), Model(provider)]).start()
    for _ in range(4):
        await trials.advance(10)
    await trials.running.finish()
    seconds = [[e.seconds for e in trials.events(n) if isinstance(e, Answered)] for n in (1, 2)]
    # The first was told to wait itself: that is how long its answer took. The second only waited its turn.
    assert seconds == [[pytest.approx(30, abs=1)], [0.0]]
    (answered,) = [event for event in trials.events(2) if isinstance(event, Answered)]
    assert answered.at >= 1030


@pytest.mark.parametrize("wait", [None, 0.0])
async def test_a_fault_without_a_wait_holds_nobody(tmp_path: Path, wait: float | None) -> None:
    clock = FakeClock()
    provider = Provider(clock)
    trials = await Trials(tmp_path, clock, [Model(provider, [patience(wait)]), Model(provider)]).start()
    assert trials.jobs[1].state == "done"
    await trials.advance(2)
    await trials.running.finish()


async def test_all_together_stay_below_the_requests_a_minute(tmp_path: Path) -> None:
    clock = FakeClock()
    provider = Provider(clock)
    trials = await Trials(tmp_path, clock, [Model(provider) for _ in range(5)], steps=4, rpm=30).start()
    while not trials.running.engine.over:
        await trials.advance(1)
    await trials.running.finish()
    assert trials.running.states == ["done"] * 5
    assert provider.asked == [1000.0 + 2 * number for number in range(20)]
    # Each in its turn: nobody is far ahead of the others.
    assert [event.step for event in trials.events(1) if isinstance(event, Stepped)] == [1, 2, 3, 4]


class Unready(Model):
    """A model whose client waits for what all need: what was admitted meanwhile would be sent together."""

    async def ready(self) -> None:
        await self.there.clock.sleep(max(0.0, 1007 - self.there.clock.time))

    async def answer(self, turn: Turn) -> Answer:
        await self.ready()
        return await super().answer(turn)


async def test_the_first_requests_keep_their_distance_though_a_client_takes_long_to_make(tmp_path: Path) -> None:
    clock = FakeClock()
    provider = Provider(clock)
    trials = await Trials(tmp_path, clock, [Unready(provider) for _ in range(5)], rpm=30).start()
    while not trials.running.engine.over:
        await trials.advance(1)
    await trials.running.finish()
    assert len(provider.asked) == 5
    assert all(later - earlier >= 2 for earlier, later in pairwise(provider.asked))


async def test_many_trials_at_a_strict_provider_all_reach_their_end(tmp_path: Path) -> None:
    clock = FakeClock()
    provider = Provider(clock, per_second=8)
    trials = await Trials(tmp_path, clock, [Model(provider) for _ in range(60)], steps=3).start()
    while not trials.running.engine.over:
        await trials.advance(0.05)
    await trials.running.finish()
    assert trials.running.states == ["done"] * 60
    retries = [e.number for n in range(1, 61) for e in trials.events(n) if isinstance(e, Retrying)]
    assert max(retries) <= 3


async def test_a_trial_that_waits_can_be_stopped_and_leaves_the_queue(tmp_path: Path) -> None:
    clock = FakeClock()
    provider = Provider(clock)
    trials = await Trials(tmp_path, clock, [Model(provider) for _ in range(3)], rpm=1).start()
    assert trials.running.states == ["done", "running", "running"]
    session = trials.jobs[1].session
    assert session is not None
    await session.stop()
    await trials.running.settle()
    assert trials.running.states == ["done", "stopped", "running"]
    await trials.advance(60)
    await trials.running.finish()
    assert trials.running.states == ["done", "stopped", "done"]
    assert provider.asked == [1000.0, 1060.0]


async def test_a_long_common_wait_is_told_once(tmp_path: Path) -> None:
    clock = FakeClock()
    provider = Provider(clock)
    told: list[str] = []
    agents = [Model(provider, [patience(60)]), Model(provider, [patience(60)])]
    trials = Trials(tmp_path, clock, agents)
    trials.limiters.told = told.append
    await trials.start()
    assert told == ["http://a/v1 asks for patience: all its trials wait 60 s"]
    await trials.running.engine.stop()
    await trials.running.finish()


async def test_what_needs_no_model_is_never_held(tmp_path: Path) -> None:
    opener = Opener(Limiters(rpm=0.001), tmp_path)
    spec = TrialSpec("homeostasis", "thermostat", steps=5)
    job = Job("1", lambda: opener.begin(spec), spec)
    await asyncio.wait_for(Engine([job]).run(), 10)
    assert job.state == "done"


async def test_the_limited_agent_is_who_it_was() -> None:
    agent = Model(Provider(FakeClock()))
    limited, _ = Limiters().limit(agent)
    assert (limited.name, limited.model, limited.provider, limited.patient) == (
        agent.name,
        agent.model,
        agent.provider,
        agent.patient,
    )


class Slow(Model):
    """A model that is refused a moment after it was asked, when others are asked already."""

    async def answer(self, turn: Turn) -> Answer:
        asked = self.there.clock.time
        await self.there.clock.sleep(0.01)
        self.there.asked.append(asked)
        if self.said:
            raise self.said.pop(0)
        return Answer("0")


async def test_the_wait_that_is_told_is_the_wait_until_it_asks_again(tmp_path: Path) -> None:
    clock = FakeClock()
    provider = Provider(clock)
    # Refused together, they come back one after the other: each is told its own turn.
    trials = await Trials(tmp_path, clock, [Slow(provider, [patience(1)]) for _ in range(4)]).start()
    for _ in range(150):
        await trials.advance(0.01)
    told = [event.wait for number in range(1, 5) for event in trials.events(number) if isinstance(event, Retrying)]
    assert len(set(told)) == len(told) == 4
    assert sorted(told) == pytest.approx([at - 1000.01 for at in sorted(provider.asked)[4:]], abs=0.02)
