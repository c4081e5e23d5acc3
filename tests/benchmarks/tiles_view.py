"""Mission control over trials that all move all the time: ``python -m tests.benchmarks.tiles_view COUNT FILE``.

Their steps were played before, so that what is measured is the screen. They move faster than the screen looks at them:
each time it does, every tile has changed. Into FILE goes how many milliseconds of processor time one such look took;
giving the trials their steps is left out.
"""

from __future__ import annotations

import asyncio
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

WARM = 2.0
"""Seconds before measuring begins: the first screen is laid out, and garbage is set aside."""

MEASURED = 5.0
RATE = 20.0
"""Steps a second of every trial: twice as many as are shown."""

STEPS = 2000
SEEDS = 8
"""How many different trials there are; the tiles share their courses."""

ENVIRONMENT = "multi-homeostasis"


def main(count: int, report: Path) -> None:
    """Show the screen until the figures are written; it goes on then until somebody ends it."""
    os.environ.setdefault("TEXTUAL_FPS", "240")
    from bioblue_tui.app.bioblue import BioBlueApp
    from bioblue_tui.runs.batch.engine import Engine, Job
    from bioblue_tui.runs.session import Session
    from bioblue_tui.screens.batch.screen import FRAMES, ControlScreen
    from bioblue_tui.trials.events import Header
    from bioblue_tui.trials.state import TrialState

    courses = [asyncio.run(_played(seed)) for seed in range(SEEDS)]

    def tell(milliseconds: float) -> None:
        report.write_text(f"{milliseconds:.4f}")

    class Moving(Engine):
        """Feeds every trial its next step, all at once."""

        async def run(self) -> None:
            begun = time.perf_counter()
            states = [job.session.state for job in self.jobs if job.session]
            measured: tuple[float, float] | None = None
            fed, told = 0.0, False
            for tick in range(STEPS):
                before = time.process_time()
                for number, state in enumerate(states):
                    state.apply(courses[number % SEEDS][tick])
                fed += time.process_time() - before
                await asyncio.sleep(max(0.0, begun + (tick + 1) / RATE - time.perf_counter()))
                spent = time.perf_counter() - begun
                if measured is None and spent > WARM:
                    measured = (time.process_time() - fed, spent)
                elif measured is not None and spent > WARM + MEASURED and not told:
                    used, seconds = time.process_time() - fed - measured[0], spent - measured[1]
                    tell(1000 * used / (seconds * FRAMES))
                    told = True

        async def stop(self) -> None:
            """Nothing has to be ended."""

    def session(number: int) -> Session:
        header = Header(ENVIRONMENT, {}, number % SEEDS, STEPS, "random")
        trial = SimpleNamespace(paused=False, ended=False)
        stub: Any = SimpleNamespace(state=TrialState(header), trial=trial, header=header, past=(), listeners=[])
        return stub  # type: ignore[no-any-return]

    def unopened() -> Session:
        raise AssertionError

    jobs: Sequence[Job] = [Job(f"seed {number}", unopened, session=session(number)) for number in range(1, count + 1)]
    BioBlueApp(first=lambda: ControlScreen(Moving(jobs), ENVIRONMENT)).run()


async def _played(seed: int) -> list[Any]:
    import bioblue_envs

    from bioblue_tui.agents.scripted import ScriptedAgent
    from bioblue_tui.trials.events import Event, Header, Stepped
    from bioblue_tui.trials.trial import Trial

    environment = bioblue_envs.make(ENVIRONMENT)
    found: list[Any] = []

    def keep(event: Event) -> None:
        if isinstance(event, Stepped):
            found.append(event)

    header = Header(environment.id, environment.parameters, seed, STEPS, "random", instruction="Play.")
    await Trial(environment, ScriptedAgent("random", seed), header, keep).run()
    return found


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]))
