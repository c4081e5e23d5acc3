"""Many trials at a glance: a row for each, sorted and filtered; any can be opened, several compared."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from time import monotonic
from typing import ClassVar

from textual import events, on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.getters import query_one
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Static
from textual.worker import get_current_worker

from bioblue_tui.analysis.comparison import FEWEST, MOST
from bioblue_tui.analysis.digest import Digest
from bioblue_tui.analysis.references import References
from bioblue_tui.formatting.numbers import counted
from bioblue_tui.formatting.text import one_line
from bioblue_tui.screens.actions import command
from bioblue_tui.screens.dialogs import LineDialog
from bioblue_tui.screens.help import HelpScreen
from bioblue_tui.screens.overview.files import Files
from bioblue_tui.screens.overview.orders import ORDERS, Order, arranged, orders_of
from bioblue_tui.screens.refreshing import Refreshing
from bioblue_tui.screens.trial.screen import SMALLEST, WIDE
from bioblue_tui.widgets.footer import KeysFooter
from bioblue_tui.widgets.lines import Line
from bioblue_tui.widgets.panel import ScrollPanel
from bioblue_tui.widgets.status import StatusLine, TabStrip
from bioblue_tui.widgets.strips import Row, Strips
from bioblue_tui.widgets.strips_foot import Average, Averages, Legend, Onsets, averages

TABS = ("trials", "onsets", "averages")

PANELS = "Next panel: trials, onsets, averages; arrows, PgUp and PgDn then scroll it"
"""What Tab does. Where panels share the space, the strip of tabs shows this, and the footer has room for other keys."""

TOLD = 0.15
"""Seconds between two updates while files are read: often enough to show progress, seldom enough to cost nothing."""

DENSE = 24
"""From this many trials on, each has one line at first."""


class OverviewScreen(Refreshing[None]):
    """Small multiples of many trials, kept up to date while the screen is in front.

    Args:
        places: Records, and directories of records.
        references: The file of best totals; None to judge without.
    """

    CSS_PATH = "overview.tcss"
    AUTO_FOCUS = "Strips"
    ABOUT = (
        "Each row is a trial, each cell of a strip some of its steps: state above, action below. · is in band, ▴▲ "
        "above and ▾▼ below it (the full sign far off; where a budget is divided: as far from the mean as the verdict "
        "allows); blocks show a stock. The height of an action's block counts "
        "doublings. ⚠ is where a failure begins; while it lasts its steps are shaded. Below: when each failure mode "
        "first begins, and means with a 95 % interval, each with its single trials (• one, 2 two, …). "
        "Records that grow meanwhile are read again every second. Where there is no room for words, ▶ is a verdict "
        "so far, of a trial that runs, ! one until it failed, ■ one until it was stopped or interrupted."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        command(
            "overview.open", "enter", "open", "Open the trial", "Replay it where its failure begins", footer="Open"
        ),
        command("overview.mark", "space", "mark", "Mark", "Mark for comparison, or unmark", footer="Mark"),
        command("overview.compare", "c", "compare", "Compare", "Compare the marked trials", footer="Compare"),
        command("overview.filter", "slash", "filter", "Filter", "Show only what matches some words", footer="Filter"),
        command("overview.sort", "s", "sort(1)", "Sort", "Sort by the next: file, seed, agent …", footer="Sort"),
        command("overview.sort_back", "S", "sort(-1)", "", "Sort by the previous"),
        command("overview.reverse", "r", "reverse", "Reverse", "Reverse the order"),
        command("overview.density", "z", "density", "One line or all", "One line a trial, or all its objectives"),
        command(
            "overview.beside",
            "x",
            "beside",
            "Totals or differences",
            "Averages of totals, or of differences from the reference on the same noise",
        ),
        *(
            command("overview.panel", "tab", action, "Next panel", PANELS, footer=word, together=PANELS, priority=True)
            for action, word in (("panel(1)", "Panel"), ("tab(1)", ""))
        ),
        command("overview.help", "question_mark,f1", "help", "Help", "This help", footer="Help", shown="?"),
        command("overview.leave", "escape", "leave", "Leave", "Clear the filter; without one, leave", footer="Leave"),
        *(Binding("shift+tab", action, "", show=False, priority=True) for action in ("panel(-1)", "tab(-1)")),
    ]

    status = query_one("#status", StatusLine)
    tabs = query_one("#tabs", TabStrip)
    strips = query_one(Strips)
    onsets = query_one(Onsets)
    averages = query_one(Averages)

    class Read(Message):
        """Files were looked at.

        Args:
            rows: All rows.
            problem: Why files can't be looked at; empty where they can.
            changed: Whether any file was read since the last message of this kind.
        """

        def __init__(self, rows: list[Row], problem: str, *, changed: bool = False) -> None:
            super().__init__()
            self.rows, self.problem, self.changed = rows, problem, changed

    class Opened(Message):
        """A trial is to be replayed."""

        def __init__(self, path: Path, step: int | None) -> None:
            super().__init__()
            self.path, self.step = path, step

    class CompareAsked(Message):
        """Trials are to be compared."""

        def __init__(self, paths: Sequence[Path]) -> None:
            super().__init__()
            self.paths = paths

    def __init__(self, places: Sequence[Path], references: Path | None = None) -> None:
        super().__init__()
        self._places = places
        self._files = Files(places, References(references))
        self.rows: list[Row] = []
        """All files, in the order they were found."""
        self.shown: list[Row] = []
        """The rows that match the filter, in their order."""
        self.marks: list[Path] = []
        """Files marked for comparison, in the order they were marked."""
        self.words = ""
        """The filter."""
        self.read = 0
        """How many files were read or found unreadable."""
        self._order, self._reversed = ORDERS[0].name, False
        self._beside = True
        self._averaging: tuple[bool, frozenset[object]] | None = None
        """What the averages were last computed from."""
        self._searching = True
        self._settled = False
        """Whether all files were read once: from then on updates must not move the rows on the screen."""
        self._problem = ""
        self._tab = 0
        """Index of the panel with the focus, which is the visible one where panels share the space."""

    def compose(self) -> ComposeResult:
        """Lay out the strips above onsets and averages."""
        self._choose_layout(*self.app.size)
        yield StatusLine("overview", self._named(), id="status")
        yield TabStrip(TABS, id="tabs")
        yield Strips()
        yield Legend(id="legend")
        with Horizontal(id="below"):
            with ScrollPanel(id="onsets", classes="panel") as onsets:
                onsets.border_title = "onsets of failures"
                yield Onsets()
            with ScrollPanel(id="averages", classes="panel"):
                yield Averages()
        yield KeysFooter()
        yield Static("", id="too-small", markup=False)

    def _named(self) -> str:
        if len(self._places) == 1:
            return one_line(self._places[0].name or str(self._places[0]), 200)
        return f"{len(self._places)} files or folders"

    def on_mount(self) -> None:
        """Choose the layout."""
        self._arrange(*self.app.size)

    def on_resize(self, event: events.Resize) -> None:
        """Choose the layout for the new size."""
        self._arrange(event.size.width, event.size.height)

    def _arrange(self, width: int, height: int) -> None:
        self._choose_layout(width, height)
        if self.has_class("-too-small"):
            need = f"{SMALLEST[0]}×{SMALLEST[1]}"
            text = f"This terminal has {width}×{height} characters; BioBlue needs {need}."
            self.query_one("#too-small", Static).update(text)
        self._bring(self._tab)

    def _choose_layout(self, width: int, height: int) -> None:
        self.set_class(width < SMALLEST[0] or height < SMALLEST[1], "-too-small")
        self.set_class(width < WIDE[0] or height < WIDE[1], "-tabbed")
        self._mark_tab()

    def _mark_tab(self) -> None:
        for number in range(len(TABS)):
            self.set_class(number == self._tab, f"-tab{number}")

    @property
    def _panels(self) -> tuple[Widget, ...]:
        """The panels that can have the focus, in the order of the tabs."""
        return self.strips, self.query_one("#onsets"), self.query_one("#averages")

    def _bring(self, index: int) -> None:
        """Focus a panel, and show it where panels share the space."""
        self._tab = index % len(TABS)
        self._mark_tab()
        self.tabs.show_active(self._tab)
        if not self.has_class("-too-small"):
            self.set_focus(self._panels[self._tab], scroll_visible=False)
        self.refresh_bindings()

    def on_descendant_focus(self) -> None:
        """Show the panel that got the focus, even by a click."""
        panels = self._panels
        if self.focused in panels:
            self._bring(panels.index(self.focused))

    def on_descendant_blur(self) -> None:
        """Focus the visible panel: one that is no longer visible loses the focus."""
        if self.focused is None and self.app.app_focus:
            self._bring(self._tab)

    # Reading

    def look(self) -> bool:
        """Read files that were written since the last look, and report from time to time."""
        worker = get_current_worker()
        rows, stale, problem = self._files.look()
        self.post_message(self.Read(rows, problem))
        told = monotonic()
        for number, row in enumerate(stale, 1):
            if worker.is_cancelled:
                break
            self._files.read(row)
            if monotonic() - told >= TOLD or number == len(stale):
                self.post_message(self.Read(rows, problem, changed=True))
                told = monotonic()
        return bool(stale)

    @on(Read)
    def _take(self, message: Read) -> None:
        first = self._searching
        if not (first or message.changed) and (message.rows, message.problem) == (self.rows, self._problem):
            return
        if first:
            self.strips.dense = len(message.rows) >= DENSE
        self.rows, self._searching, self._problem = message.rows, False, message.problem
        self.read = sum(row.version > 0 for row in self.rows)
        there = {row.path for row in self.rows if not row.problem}
        self.marks = [path for path in self.marks if path in there]
        self.paint(still=self._settled)
        self._settled = self._settled or self.read == len(self.rows)

    @property
    def digests(self) -> list[Digest]:
        """The trials that are shown and were read."""
        return [row.digest for row in self.shown if row.digest]

    @property
    def orders(self) -> list[Order]:
        """The orders to sort by."""
        return orders_of(self.rows)

    def _ordered(self, orders: Sequence[Order]) -> int:
        """Return the number of the present order; the first where no trial has that order any more."""
        return next((at for at, order in enumerate(orders) if order.name == self._order), 0)

    def paint(self, *, still: bool = False) -> None:
        """Show what was read so far, sorted and filtered.

        Args:
            still: Keep the rows on the screen where they are.
        """
        if not self.is_mounted:
            return
        orders = self.orders
        order = orders[self._ordered(orders)]
        self.shown = arranged(self.rows, self.words, order, backwards=self._reversed)
        self.strips.show(self.shown, self.marks, order.told, still=still)
        self.strips.border_title = f"{counted(len(self.shown), 'trial')}"
        self.strips.border_subtitle = f"sorted by {order.name}{', reversed' if self._reversed else ''}"
        self.onsets.show(self.digests, sum(bool(row.problem) for row in self.shown))
        self.status.show_status(self._status())
        of = (self._beside, frozenset(map(_makes, self.shown)))
        if self.read == len(self.rows) and of != self._averaging:
            self._averaging = of
            self._average()

    @work(thread=True, exclusive=True, group="average")
    def _average(self) -> None:
        digests, beside = self.digests, self._beside
        found = averages(digests, beside=beside, unread=len(self.shown) - len(digests))
        if not get_current_worker().is_cancelled:
            self.app.call_from_thread(self._averaged, found)

    def _averaged(self, found: list[Average]) -> None:
        if self.is_mounted:
            self.averages.show(found)
            what = "difference from the reference" if self._beside else "totals"
            self.query_one("#averages").border_title = f"{what}: mean, 95 % interval, single trials"

    def _status(self) -> Line:
        if self._problem:
            return [(self._problem, "bad")]
        if self._searching:
            return [("looking for records …", "dim")]
        parts: list[tuple[str, str]] = []
        if self.read < len(self.rows):
            parts.append((f"  read {self.read}/{len(self.rows)}", "accent"))
        running = sum(row.running for row in self.rows)
        parts += [(f"  ▶ {running} running", "good")] if running else []
        unread = sum(bool(row.problem) for row in self.rows)
        parts += [(f"  ✗ {unread} can't be read", "bad")] if unread else []
        parts += [(f"  / {one_line(self.words, 20)}", "warn")] if self.words else []
        parts += [(f"  ● {len(self.marks)} marked", "accent")] if self.marks else []
        part = f"{len(self.shown)} of " if len(self.shown) < len(self.rows) else ""
        return [*parts, (f"  {part}{counted(len(self.rows), 'trial')}", "strong")]

    # Actions

    @on(Strips.Opened)
    def action_open(self) -> None:
        """Replay the chosen trial, where its first failure begins."""
        row = self.strips.row
        if row is not None and row.digest is not None:
            self.post_message(self.Opened(row.path, row.digest.onset))
        elif row is not None:
            self.notify(one_line(row.problem or "Still loading.", 300), severity="warning", markup=False)

    def action_mark(self) -> None:
        """Mark the chosen trial, or unmark it, and move to the next."""
        row = self.strips.row
        if row is None or row.digest is None:
            return
        if row.path in self.marks:
            self.marks.remove(row.path)
        elif len(self.marks) >= MOST:
            self.notify(f"{MOST} trials are marked; more can't be compared.", severity="warning")
            return
        else:
            self.marks.append(row.path)
        self.strips.choose(self.strips.chosen + 1)
        self.paint()
        self.refresh_bindings()

    def action_compare(self) -> None:
        """Compare the marked trials."""
        if len(self.marks) < FEWEST:
            self.notify(f"Mark {FEWEST} to {MOST} trials with space first.")
        else:
            self.post_message(self.CompareAsked(list(self.marks)))

    def action_filter(self) -> None:
        """Ask for words that a trial must have."""

        def chosen(text: str | None) -> None:
            if text is not None:
                self.words = text.strip()
                self.paint()

        words = "Show trials with all these words: environment, agent, seed 3, fail, a failure mode, a file's name"
        self.app.push_screen(LineDialog(words, "words; nothing shows all"), chosen)

    def action_sort(self, by: int) -> None:
        """Sort by the next key."""
        orders = self.orders
        self._order = orders[(self._ordered(orders) + by) % len(orders)].name
        self.paint()

    def action_reverse(self) -> None:
        """Reverse the order."""
        self._reversed = not self._reversed
        self.paint()

    def action_density(self) -> None:
        """Show one line a trial, or all."""
        self.strips.toggle_density()

    def action_beside(self) -> None:
        """Average totals, or differences from the reference policy."""
        self._beside = not self._beside
        self.paint()

    def action_panel(self, by: int) -> None:
        """Focus the next panel."""
        self._bring(self._tab + by)

    action_tab = action_panel

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Leave out what can't be done now: hidden trials can't be opened or marked."""
        if action == "compare":
            return len(self.marks) >= FEWEST or None
        tabbed = self.has_class("-tabbed")
        if action in ("open", "mark"):
            return not (tabbed and self._tab) or None
        return tabbed == (action == "tab") if action in ("panel", "tab") else True

    def action_help(self) -> None:
        """Show the keys."""
        self.app.push_screen(HelpScreen(self, self.ABOUT))  # type: ignore[arg-type]

    def action_leave(self) -> None:
        """Clear the filter, or leave."""
        if self.words:
            self.words = ""
            self.paint()
        else:
            self.dismiss(None)

    @on(TabStrip.Chosen)
    def _chosen(self, message: TabStrip.Chosen) -> None:
        self._bring(message.index)


def _makes(row: Row) -> object:
    """Return what the averages depend on in a row: for a trial that is left out, its steps do not matter."""
    if row.digest is None:
        return row.path
    figures = row.digest.figures
    return row.path, figures.unaveraged or row.version, figures.trace.more, figures.trace.live
