"""How long the raw output takes to hold a long trial."""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import Iterator

import bioblue_envs
from textual.app import App, ComposeResult

from bioblue_tui.agents.scripted import ScriptedAgent
from bioblue_tui.trials.events import Event, Header
from bioblue_tui.trials.state import TrialState
from bioblue_tui.trials.trial import Trial
from bioblue_tui.widgets.transcript import Transcript
from tests.benchmarks.report import Figure, at_most
from tests.benchmarks.typist import SIZE

ENTRIES = 10_000
ROUNDS = 5


def measure() -> Iterator[Figure]:
    """Give a panel ten thousand steps at once, several times."""
    times = asyncio.run(_times())
    yield at_most(f"raw output takes {ENTRIES} entries", statistics.median(times), 100)


async def _times() -> list[float]:
    state = await _played()
    found = []
    for _ in range(ROUNDS):
        app = _Panel(state)
        async with app.run_test(size=SIZE) as pilot:
            begun = time.perf_counter()
            app.query_one(Transcript).show_steps(ENTRIES, 0, True)
            await pilot.pause(0)
            found.append((time.perf_counter() - begun) * 1000)
    return found


async def _played() -> TrialState:
    environment = bioblue_envs.make("homeostasis")
    agent = ScriptedAgent("random", 1)
    header = Header(environment.id, environment.parameters, 1, ENTRIES, agent.name, instruction="Play.")
    state = TrialState(header)

    def apply(event: Event) -> None:
        state.apply(event)

    await Trial(environment, agent, header, apply).run()
    return state


class _Panel(App[None]):
    def __init__(self, state: TrialState) -> None:
        super().__init__()
        self._state = state

    def compose(self) -> ComposeResult:
        yield Transcript(self._state)
