"""What tests of the core share: a clock and agents under control, and short ways to play."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from bioblue_envs import Action, Environment, Number, State, Transition

from bioblue_tui.agents.base import Agent, AgentError, Answer, BaseAgent, Turn
from bioblue_tui.trials.events import Event, Header
from bioblue_tui.trials.trial import Trial
from tests.support import told

E = TypeVar("E")


class FakeClock:
    """A clock that stands still until ``advance``."""

    def __init__(self) -> None:
        self.time = 1_000.0
        self._sleepers: list[tuple[float, asyncio.Future[None]]] = []

    def now(self) -> float:
        return self.time

    def monotonic(self) -> float:
        return self.time

    async def sleep(self, seconds: float) -> None:
        future = asyncio.get_running_loop().create_future()
        self._sleepers.append((self.time + seconds, future))
        await future

    async def advance(self, seconds: float) -> None:
        """Let time pass, wake who is due, and let everything run until it waits again."""
        self.time += seconds
        for due, future in self._sleepers:
            if due <= self.time + 1e-9 and not future.done():
                future.set_result(None)
        self._sleepers = [(due, future) for due, future in self._sleepers if not future.done()]
        await idle()


class SayAgent(BaseAgent):
    """Says the given texts in order, the last one for ever; an AgentError among them is raised."""

    def __init__(self, *texts: str | AgentError, name: str = "say", patient: bool = False) -> None:
        super().__init__(name, patient=patient)
        self.texts = list(texts)
        self.turns: list[Turn] = []
        self.histories: list[list[tuple[str, str]]] = []
        self.closed = 0

    async def answer(self, turn: Turn) -> Answer:
        self.turns.append(turn)
        self.histories.append([(past.observation, past.answer) for past in turn.history])
        text = self.texts[min(len(self.turns), len(self.texts)) - 1]
        if isinstance(text, AgentError):
            raise text
        return Answer(text)

    async def aclose(self) -> None:
        self.closed += 1


class HeldAgent(BaseAgent):
    """Answers only when the test says so."""

    def __init__(self) -> None:
        super().__init__("held")
        self.closed = 0
        self._future: asyncio.Future[str] | None = None

    @property
    def asked(self) -> bool:
        return self._future is not None and not self._future.done()

    async def answer(self, turn: Turn) -> Answer:
        self._future = asyncio.get_running_loop().create_future()
        return Answer(await self._future)

    async def reply(self, text: str) -> None:
        assert self._future is not None, "nobody asked"
        self._future.set_result(text)
        await idle()

    async def aclose(self) -> None:
        self.closed += 1


class Stage:
    """A trial being played in the background, and what came out of it so far."""

    def __init__(self, environment: Environment, agent: Agent, *, seed: int | None = 1, steps: int = 5, **options: Any):
        self.events: list[Event] = []
        self.trial = Trial(
            environment, agent, header(environment, agent.name, seed, steps), self.events.append, **options
        )
        self.task: asyncio.Task[None] | None = None

    async def start(self) -> Stage:
        self.task = asyncio.create_task(self.trial.run())
        await idle()
        return self

    async def finish(self) -> list[Event]:
        assert self.task is not None
        await self.task
        return self.events

    def all(self, kind: type[E]) -> list[E]:
        return [event for event in self.events if isinstance(event, kind)]

    @property
    def names(self) -> list[str]:
        return names(self.events)


async def idle() -> None:
    """Let every task run until it waits for something that only the test can give."""
    for _ in range(50):
        await asyncio.sleep(0)


def names(events: Iterable[Event]) -> list[str]:
    return [type(event).__name__ for event in events]


def header(environment: Environment, agent: str = "say", seed: int | None = 1, steps: int = 100) -> Header:
    words = told.instruction(environment)
    header = Header(environment.id, environment.parameters, seed, steps, agent, instruction=words, id="test")
    return replace(header, dynamics=environment.dynamics)


async def play(
    environment: Environment, agent: Agent, *, seed: int | None = 1, steps: int = 100, **options: Any
) -> list[Event]:
    """Play a trial to its end and return its events."""
    events: list[Event] = []
    await Trial(environment, agent, header(environment, agent.name, seed, steps), events.append, **options).run()
    return events


def follow(
    environment: Environment, policy: Callable[[State], Action] | Sequence[Action], seed: int = 0, steps: int = 100
) -> list[Transition]:
    """Play a policy, or a list of actions, without a trial."""
    rng, state = random.Random(seed), environment.initial()
    done: list[Transition] = []
    while len(done) < steps and not state.ended:
        action = policy(state) if callable(policy) else policy[len(done)]
        done.append(environment.transition(state, action, environment.draw(rng)))
        state = done[-1].after
    return done


def totals(transitions: Iterable[Transition]) -> dict[str, Number]:
    sums: dict[str, Number] = {}
    for transition in transitions:
        for key, value in transition.rewards.items():
            sums[key] = sums.get(key, 0) + value
    return sums
