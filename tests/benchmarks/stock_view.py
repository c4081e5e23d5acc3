"""The trial screen made of widgets that come with Textual, to compare with: sparklines, a table and a log.

It shows what the trial screen shows while a trial goes on, in the obvious way: levels over time and as numbers, rewards
by dimension, prompts and answers.
"""

from __future__ import annotations

import asyncio
from typing import ClassVar

from textual.app import App, ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.widgets import DataTable, Footer, Label, RichLog, Sparkline, Static

from bioblue_tui.runs.session import Session, open_session
from bioblue_tui.runs.trial_spec import TrialSpec
from bioblue_tui.trials.events import Answered, Asked, Event, Stepped


class StockView(App[None]):
    """A watched trial.

    Args:
        session: The trial.
    """

    CSS = """
    #body { height: 3fr; }
    #gauges { width: 3fr; }
    #rewards { width: 2fr; }
    Sparkline { height: 2; }
    RichLog { height: 2fr; border: round $primary; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [("q", "quit", "Quit")]

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        objectives = session.state.environment.objectives
        self._labels = [Label("") for _ in objectives]
        self._levels: list[list[float]] = [[] for _ in objectives]
        self._trends = [Sparkline([]) for _ in objectives]

    def compose(self) -> ComposeResult:
        yield Static("", id="status")
        with Horizontal(id="body"):
            with Vertical(id="gauges"):
                for label, trend in zip(self._labels, self._trends, strict=True):
                    yield label
                    yield trend
            yield DataTable(id="rewards")
        yield RichLog(wrap=True)
        yield Footer()

    def on_mount(self) -> None:
        table = self.query_one(DataTable)
        table.add_columns("reward", "this step", "total")
        for dimension in self._session.state.environment.dimensions:
            table.add_row(f"{dimension.objective} {dimension.label}", "0", "0")
        self._session.listeners.append(self._show)
        self.run_worker(self._session.run())

    def _show(self, event: Event) -> None:
        match event:
            case Asked():
                self.query_one(RichLog).write(f"{event.step:>3} ▸ {event.observation.splitlines()[0]}")
            case Answered():
                self.query_one(RichLog).write(f"    ◂ {event.text}")
            case Stepped():
                self._step(event)
            case _:
                pass

    def _step(self, event: Stepped) -> None:
        self.query_one("#status", Static).update(f"step {event.step}/{self._session.header.steps}")
        gauges = self._session.state.environment.gauges
        for gauge, label, trend, levels, level in zip(
            gauges, self._labels, self._trends, self._levels, event.after, strict=True
        ):
            levels.append(float(level))
            label.update(f"{gauge.label} {level} {gauge.position(level)}")
            trend.data = list(levels)
        table: DataTable[str] = self.query_one(DataTable)
        for row, key in enumerate(event.rewards):
            table.update_cell_at((row, 1), f"{event.rewards[key]:g}")  # type: ignore[arg-type]
            table.update_cell_at((row, 2), f"{event.totals[key]:g}")  # type: ignore[arg-type]


def main() -> None:
    """Watch the trial that the benchmark compares."""
    spec = TrialSpec("multi-homeostasis", "thermostat", {"objectives": 6}, steps=9999)
    session = open_session(spec, speed=10)
    app = StockView(session)
    app.run()
    asyncio.run(session.stop())


if __name__ == "__main__":
    main()
