"""Trials of language models against the fake provider."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import bioblue_envs

from bioblue_tui.agents.base import Agent, Exchange, Turn
from bioblue_tui.agents.scripted import ScriptedAgent
from bioblue_tui.models.anthropic_messages import AnthropicAgent
from bioblue_tui.models.openai_chat import OpenAIChatAgent
from bioblue_tui.models.settings import ModelSettings
from bioblue_tui.trials.clock import SystemClock
from bioblue_tui.trials.events import Answered, Event, Header, Paused, Stepped
from bioblue_tui.trials.trial import Trial
from tests.support import told
from tests.support.fake_provider import WAIT_SECONDS, Api, FakeProvider

KEY = "sk-planted-0123456789abcdef"
VARIABLES: Mapping[Api, str] = {"openai": "OPENAI_API_KEY", "anthropic": "ANTHROPIC_API_KEY"}
SEED = 6

ModelAgent = OpenAIChatAgent | AnthropicAgent


class HurriedClock(SystemClock):
    """A clock on which every wait is over at once; it remembers them."""

    def __init__(self) -> None:
        self.waits: list[float] = []

    async def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        await asyncio.sleep(0)


def make_agent(
    api: Api, provider: FakeProvider, *, key: str = KEY, timeout: float = WAIT_SECONDS, **settings: Any
) -> ModelAgent:
    """Make an agent that talks to the provider."""
    made = OpenAIChatAgent if api == "openai" else AnthropicAgent
    told = ModelSettings(base_url=provider.url(api), **settings)
    return made("tiny", told, timeout=timeout, environ={VARIABLES[api]: key} if key else {})


def make_turn(history: list[Exchange] | None = None, instruction: str = "Answer with one integer.") -> Turn:
    """Make a turn of the single-objective environment."""
    environment = bioblue_envs.make("homeostasis")
    state = environment.initial()
    past = history or []
    return Turn(len(past) + 1, 1, instruction, past, told.observation(environment, state), environment, state)


@dataclass
class Play:
    """A trial and everything it emitted."""

    trial: Trial
    events: list[Event]
    clock: HurriedClock
    pauses: asyncio.Event = field(default_factory=asyncio.Event)

    async def run(self) -> None:
        """Play to the end, resuming after every pause."""
        running = asyncio.create_task(self.trial.run())
        while not running.done():
            waiting = asyncio.create_task(self.pauses.wait())
            await asyncio.wait([running, waiting], return_when=asyncio.FIRST_COMPLETED, timeout=WAIT_SECONDS)
            waiting.cancel()
            self.pauses.clear()
            self.trial.resume()
        await running

    @property
    def answered(self) -> list[Answered]:
        """What was answered."""
        return [event for event in self.events if isinstance(event, Answered)]

    @property
    def path(self) -> list[tuple[object, ...]]:
        """What happened in the world."""
        return [(e.before, e.action, e.change, e.after) for e in self.events if isinstance(e, Stepped)]


def make_play(agent: Agent, steps: int, environment_id: str = "multi-homeostasis") -> Play:
    """Prepare a trial of an agent."""
    environment = bioblue_envs.make(environment_id)
    header = Header(
        environment=environment.id,
        parameters=environment.parameters,
        seed=SEED,
        steps=steps,
        agent=agent.name,
        model=agent.model,
        provider=agent.provider,
        instruction=told.instruction(environment),
    )
    events: list[Event] = []

    def emit(event: Event) -> None:
        events.append(event)
        if isinstance(event, Paused):
            play.pauses.set()

    clock = HurriedClock()
    play = Play(Trial(environment, agent, header, emit, clock=clock), events, clock)
    return play


async def thermostat_path(steps: int, environment_id: str = "multi-homeostasis") -> list[tuple[object, ...]]:
    """Return what the thermostat does in the same world with the same noise."""
    play = make_play(ScriptedAgent("thermostat", SEED), steps, environment_id)
    await play.run()
    return play.path
