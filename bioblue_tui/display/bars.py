"""How far many trials are, drawn on standard error while they run: one bar for all, and below it those that run."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Self, TextIO

from bioblue_tui.costs.spending import EMPTY
from bioblue_tui.display.look import Look
from bioblue_tui.formatting.text import one_line
from bioblue_tui.runs.batch.bills import Bills
from bioblue_tui.runs.batch.engine import Job, Watcher
from bioblue_tui.trials.events import STOPPED, Event, Stepped

if TYPE_CHECKING:
    from rich.table import Table

SHOWN = 10
"""How many running trials have a bar of their own; more would push earlier lines out of sight."""

INTERVAL = 0.2
"""Seconds between two drawings."""

_BAR = 24


class Bars(Watcher):
    """Draws bars; use it as a context manager, which removes them at its end.

    Args:
        jobs: All trials.
        stream: Where to draw: a terminal.
        waits: Returns the seconds that each provider makes all its trials wait now.
        noun: What the jobs' names stand for, such as seeds.

    Attributes:
        bills: What the trials cost; None where nobody follows the cost.
    """

    def __init__(
        self,
        jobs: Sequence[Job],
        stream: TextIO,
        waits: Callable[[], Mapping[str, float]] = dict,
        noun: str = "",
    ) -> None:
        from rich.console import Console
        from rich.live import Live

        self.bills: Bills | None = None
        self._waits, self._noun = waits, noun
        self._running: dict[Job, None] = {}
        self._total = sum(job.spec.steps for job in jobs if job.spec and not job.over)
        self._trials = len(jobs)
        self._over = sum(job.over for job in jobs)
        self._failed = self._stopped = self._steps = 0
        self._begun = time.monotonic()
        self._console = Console(file=stream, markup=False, emoji=False, highlight=False)
        self._live = Live(
            console=self._console,
            get_renderable=self.drawn,
            auto_refresh=False,
            transient=True,
            redirect_stdout=False,
            redirect_stderr=False,
        )

    @staticmethod
    def fit(stream: TextIO | None) -> bool:
        """Return whether bars can be drawn on a stream: they need a terminal that accepts escape codes."""
        return stream is not None and stream.isatty() and Look.of(stream).colour

    def __enter__(self) -> Self:
        self._live.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._live.stop()

    def above(self, narrate: Callable[[str], None]) -> Callable[[str], None]:
        """Return a function that writes lines above the bars while they are drawn, otherwise with ``narrate``."""

        def say(line: str) -> None:
            if self._live.is_started:
                from rich.text import Text

                self._console.print(Text(line), soft_wrap=True)
            else:
                narrate(line)

        return say

    async def keep_fresh(self) -> None:
        """Draw again and again, until cancelled."""
        while True:
            self._live.refresh()
            await asyncio.sleep(INTERVAL)

    def begun(self, job: Job) -> None:
        """Give a trial its bar."""
        self._running[job] = None
        if job.session is not None and job.spec is not None:
            self._total -= job.session.state.done

    def heard(self, job: Job, event: Event) -> None:
        """Count steps."""
        self._steps += isinstance(event, Stepped)

    def over(self, job: Job) -> None:
        """Count a trial as over."""
        self._running.pop(job, None)
        self._over += 1
        stopped = job.session is not None and job.session.state.standing == STOPPED
        self._stopped += stopped
        self._failed += bool(job.failure) and not stopped

    def drawn(self) -> Table:
        """Return the bars as they are now."""
        from rich.progress_bar import ProgressBar
        from rich.table import Table
        from rich.text import Text

        grid = Table.grid(padding=(0, 1))
        for _ in range(3):
            grid.add_column(no_wrap=True)
        grid.add_column(no_wrap=True, overflow="ellipsis", ratio=1)
        whole = ProgressBar(self._trials, self._over, width=_BAR)
        grid.add_row(Text("trials"), whole, Text(f"{self._over}/{self._trials}"), Text(", ".join(self._remarks())))
        for job in list(self._running)[:SHOWN]:
            if job.session is not None:
                done, steps, state = job.session.state.done, job.session.header.steps, job.session.state
                last = state.steps[-1].attempts[-1:] if state.steps else []
                bill = self.bills.of(job) if self.bills else EMPTY
                notes = [bill.brief(), one_line(last[0].waiting, 120) if last else ""]
                note = "  ".join(filter(None, notes))
                name = Text(one_line(f"{self._noun} {job.name}".strip(), 40))
                grid.add_row(name, ProgressBar(steps, done, width=_BAR), Text(f"{done}/{steps}"), Text(note))
        if len(self._running) > SHOWN:
            grid.add_row(Text(f"and {len(self._running) - SHOWN} more"))
        return grid

    def _remarks(self) -> Iterator[str]:
        spent = time.monotonic() - self._begun
        yield _duration(spent)
        if 0 < self._steps < self._total:
            yield f"about {_duration(spent / self._steps * (self._total - self._steps))} left"
        if self.bills is not None and self.bills.total.requests:
            yield f"{self.bills.total.tokens()}, {self.bills.total.cost}"
        if self._failed:
            yield f"{self._failed} failed"
        if self._stopped:
            yield f"{self._stopped} stopped"
        for address, wait in self._waits().items():
            if wait >= 1:
                yield f"{one_line(address, 40)} makes all wait {wait:.0f} s"


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
