"""Mission control: many trials at once, one tile each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.getters import query_one
from textual.screen import Screen
from textual.widgets import Static

from bioblue_tui.costs.spending import Bill, Spending
from bioblue_tui.costs.words import tokens
from bioblue_tui.formatting.numbers import amount, counted
from bioblue_tui.formatting.text import error_line, one_line
from bioblue_tui.records.collection import open_record
from bioblue_tui.records.schema import RecordError
from bioblue_tui.runs.batch.alerts import Alerts
from bioblue_tui.runs.batch.bills import Bills
from bioblue_tui.runs.batch.engine import Engine, Job
from bioblue_tui.runs.session import ReplaySession, Session
from bioblue_tui.screens.actions import command
from bioblue_tui.screens.dialogs import ConfirmDialog
from bioblue_tui.screens.help import HelpScreen
from bioblue_tui.screens.trial.keys import play_keys
from bioblue_tui.screens.trial.replay import ReplayScreen
from bioblue_tui.screens.trial.watch import WatchScreen
from bioblue_tui.widgets.footer import KeysFooter
from bioblue_tui.widgets.lines import Line
from bioblue_tui.widgets.status import StatusLine
from bioblue_tui.widgets.tile import Tile
from bioblue_tui.widgets.tiles import TileGrid
from bioblue_tui.widgets.totals import Total, TotalsLine

FRAMES = 10
"""How often per second the tiles are updated: quick enough for eyes, slow enough for a hundred trials."""

YOUR_TURN = "your turn"
"""The standing of a trial that waits for a person's answer."""


def _names(jobs: Sequence[Job]) -> list[str]:
    """Return the jobs' names without their common beginning, except its last word: ``seed 1``, ``seed 2``."""
    names = []
    for job in jobs:
        own_seed = job.spec is not None and job.name == str(job.spec.seed)
        names.append(one_line(f"seed {job.name}" if own_seed else job.name).split(" "))
    while len(names) > 1 and min(map(len, names)) > 2 and len({(words[0], words[1]) for words in names}) == 1:
        names = [words[1:] for words in names]
    return [" ".join(words) for words in names]


def _standing(job: Job) -> str:
    """Return a trial's standing: its state, or that it waits for a person's answer."""
    asks = job.session is not None and not job.over and job.session.asks_person
    return YOUR_TURN if asks else job.state


class AttachedScreen(WatchScreen):
    """One of many trials: it runs by itself, and continues when this screen is left.

    Args:
        session: The trial.
        spending: What it costs, from its first event on; None for an agent that costs nothing.
    """

    attached = True

    def __init__(self, session: Session, spending: Spending | None) -> None:
        super().__init__(session)
        self._spending = spending


class ControlScreen(Screen[None]):
    """Tiles of all trials, with sums above; any trial can be opened, paused or stopped.

    Args:
        engine: Runs the trials. It must not be unattended, so that trials wait for a decision.
        title: What is played.
        bills: Follows what the trials cost, as a watcher of the engine; None to follow it here.
    """

    CSS_PATH = "control.tcss"
    ABOUT = (
        "Many trials at once. ▶ runs, ● waits for your answer, ‖ is paused, · waits for its turn, ■ is done, ! has "
        "failed. Each line is an objective: its level, whether it is in its band, and its course on the gauge's fixed "
        "scale; below it is what needs your attention, and what it cost or how many tokens it used. Enter opens a "
        "trial while the others continue. A trial that paused by itself waits for you: open it to see why."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        command("control.open", "enter", "open", "Open the trial", "Open the trial's own screen", footer="Open"),
        *play_keys("control.pause", "Resume", "Pause this trial, or resume it"),
        command("control.all", "P,p", "pause_all", "Pause or resume all", "Pause or resume all", footer="All"),
        command("control.sort", "o", "sort", "Worst first", "Worst first, or in their order", footer="Sort"),
        command("control.stop", "x", "stop", "Stop the trial", "End this trial; its record is complete", footer="Stop"),
        command("control.help", "question_mark,f1", "help", "Help", "This help", footer="Help", shown="?"),
        command("control.leave", "escape", "leave", "Leave", "Stop what runs, and leave", footer="Leave"),
    ]

    status = query_one("#status", StatusLine)
    totals = query_one(TotalsLine)
    grid = query_one(TileGrid)
    notice = query_one("#notice", Static)

    def __init__(self, engine: Engine, title: str, bills: Bills | None = None) -> None:
        super().__init__()
        self.engine = engine
        self.bills = bills or Bills()
        if bills is None:
            engine.watchers.append(self.bills)
        self.alerts = Alerts()
        engine.watchers.append(self.alerts)
        self._title = title
        self._costs: dict[Job, tuple[Bill, str]] = {}
        """Bills and their last texts: most trials make no request between two updates."""
        self._tiles = {job: Tile(name) for job, name in zip(engine.jobs, _names(engine.jobs), strict=True)}
        self._by_trouble = False
        self._broken = self._noticed = ""
        self._offered = False
        """Whether the footer offers to resume the chosen trial."""

    def compose(self) -> ComposeResult:
        """Lay out the tiles between status and keys."""
        yield StatusLine(self._title, counted(len(self.engine.jobs), "trial"), id="status")
        yield TotalsLine()
        yield TileGrid(list(self._tiles.values()))
        yield Static("", id="notice", markup=False)
        yield KeysFooter()

    def on_mount(self) -> None:
        """Begin."""
        self.grid.focus()
        self.set_interval(1 / FRAMES, self.paint)
        self._run()

    async def on_unmount(self) -> None:
        """Make sure that every record is complete, however the screen was left."""
        await self.engine.stop()

    @work(exclusive=True, group="engine")
    async def _run(self) -> None:
        try:
            await self.engine.run()
        except RecordError as error:
            self._broken = f"A record can no longer be written; all trials were stopped: {error_line(error)}"
        self.paint()

    def paint(self) -> None:
        """Update all tiles."""
        # A screen that is being removed is no longer displayed; its parts may be gone already.
        if not self.is_mounted or not self.is_current or not self.display:
            return
        for job, tile in self._tiles.items():
            self._bring_up(job, tile)
        tiles = list(self._tiles.values())
        if self._by_trouble:
            tiles.sort(key=lambda tile: tile.trouble, reverse=True)
        self.grid.show(tiles)
        self.status.show_status(self._status())
        self.totals.show(self._totals())
        if self._held != self._offered:
            self._offered = self._held
            self.refresh_bindings()
        if self._broken != self._noticed:
            # Only if it has changed: another number of lines lays out the whole screen again.
            self._noticed = self._broken
            self.notice.update(self._broken)
            self.notice.display = True

    def _bring_up(self, job: Job, tile: Tile) -> None:
        state = _standing(job)
        tile.status = "done" if state == "stopped" else state
        if job.session is not None:
            tile.state = job.session.state
        why = job.failure or (tile.state.reason if tile.state and job.stuck else "")
        why = YOUR_TURN if state == YOUR_TURN else why
        tile.detail = one_line(why, 200) if why else ""
        tile.alert = self.alerts.of(job)
        bill = self.bills.of(job)
        if job not in self._costs or self._costs[job][0] is not bill:
            self._costs[job] = (bill, bill.brief())
        tile.cost = self._costs[job][1]

    def _totals(self) -> list[Total]:
        """Return the sums over all trials that are played here."""
        mine = [(job, tile.state) for job, tile in self._tiles.items() if tile.state is not None or not job.over]
        planned = sum(state.header.steps if state else job.spec.steps if job.spec else 0 for job, state in mine)
        steps, planned_steps = amount(sum(state.done for _, state in mine if state), 12), amount(planned, 12)
        found = [Total(f"{steps} of {planned_steps} steps", f"{steps}/{planned_steps}", "strong")] if planned else []
        bill = self.bills.total
        if bill.requests:
            brief = f"{tokens(bill.input)} in, {tokens(bill.output)} out"
            found.append(Total(bill.tokens(), brief, "text"))
            found.append(Total(f"{amount(round(bill.seconds), 12)} s of answers", "", "text"))
            found.append(Total(f"cost {bill.cost}", bill.brief() if bill.cost.dollars else str(bill.cost), "strong"))
        waiting = sum(tile.attention for tile in self._tiles.values())
        if waiting:
            needs = f"⚠ {counted(waiting, 'trial')} {'need' if waiting > 1 else 'needs'} attention"
            found.append(Total(needs, f"⚠{waiting}", "warn"))
        return found

    def _status(self) -> Line:
        count = Counter(map(_standing, self.engine.jobs))
        signs = {
            YOUR_TURN: ("●", "warn"),
            "running": ("▶", "good"),
            "paused": ("‖", "warn"),
            "waiting": ("·", "dim"),
        }
        parts = [(f"  {sign}{count[state]} {state}", style) for state, (sign, style) in signs.items() if count[state]]
        over = count["done"] + count["stopped"]
        parts += [(f"  ■{over} over", "accent")] if over else []
        parts += [(f"  !{count['failed']} failed", "bad")] if count["failed"] else []
        return [*parts, ("  sorted" if self._by_trouble else "", "dim")]

    @property
    def job(self) -> Job | None:
        """The trial whose tile is chosen."""
        chosen = self.grid.chosen_tile
        return next((job for job, tile in self._tiles.items() if tile is chosen), None)

    @on(TileGrid.Opened)
    def action_open(self) -> None:
        """Open the chosen trial's own screen."""
        job = self.job
        if job is not None and job.session is None and job.path is not None:
            try:
                self.app.push_screen(ReplayScreen(ReplaySession(open_record(job.path))))
            except RecordError as error:
                self.notify(error_line(error.brief, 500), severity="error", markup=False)
        elif job is None or job.session is None:
            why = one_line(job.failure, 500) if job else ""
            self.notify(why or f"{one_line(job.name, 40) if job else 'It'} has not begun yet.", markup=False)
        else:
            self.app.push_screen(AttachedScreen(job.session, self.bills.spending(job)))

    @property
    def _held(self) -> bool:
        """Whether the chosen trial is paused."""
        job = self.job
        return job is not None and job.session is not None and not job.over and job.session.trial.paused

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer to pause a running trial, and to resume a paused one."""
        if action in ("pause", "unpause"):
            return self.is_mounted and self._held == (action == "unpause")
        return super().check_action(action, parameters)

    def action_pause(self) -> None:
        """Pause the chosen trial."""
        job = self.job
        if job is not None and job.session is not None and not job.over:
            job.session.trial.pause()
            self.paint()

    def action_unpause(self) -> None:
        """Resume the chosen trial."""
        job = self.job
        if job is not None and job.session is not None and not job.over:
            job.session.trial.resume()
            self.paint()

    def action_pause_all(self) -> None:
        """Pause all trials, or resume all."""
        if self.engine.held:
            self.engine.resume_all()
        else:
            self.engine.pause_all()
        self.paint()

    def action_sort(self) -> None:
        """Show the worst first, or all in their order."""
        self._by_trouble = not self._by_trouble
        self.paint()

    @work
    async def action_stop(self) -> None:
        """End the chosen trial."""
        job = self.job
        if job is not None and job.session is not None and not job.over:
            await job.session.stop()

    def action_help(self) -> None:
        """Show the keys."""
        self.app.push_screen(HelpScreen(self, self.ABOUT))  # type: ignore[arg-type]

    def action_leave(self) -> None:
        """Leave, after a question while trials are running."""
        running = sum(not job.over for job in self.engine.jobs)
        if not running:
            self.dismiss(None)
            return

        def leave(sure: bool | None) -> None:
            if sure:
                self.dismiss(None)

        text = f"Leave? {counted(running, 'trial')} not at the end; the steps so far are kept and can be resumed."
        self.app.push_screen(ConfirmDialog(text, "Leave", "Stay"), leave)
