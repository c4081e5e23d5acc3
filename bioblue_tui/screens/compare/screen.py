"""Trials side by side: the same gauges, the same step in all of them, raw outputs in columns."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from bioblue_envs import Environment
from textual import events, on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.getters import query_one
from textual.message import Message
from textual.widgets import Static

from bioblue_tui.analysis.comparison import Comparison
from bioblue_tui.analysis.words import line_words, met_words
from bioblue_tui.formatting.numbers import counted
from bioblue_tui.screens.compare.following import FollowedComparison
from bioblue_tui.screens.compare.keys import KEYS
from bioblue_tui.screens.dialogs import LineDialog
from bioblue_tui.screens.help import HelpScreen
from bioblue_tui.screens.trial.screen import CORNERS, LEAST, SMALLEST, WIDE
from bioblue_tui.trials.events import RUNNING
from bioblue_tui.widgets.columns import RawColumns
from bioblue_tui.widgets.footer import KeysFooter
from bioblue_tui.widgets.gauges import GaugesPanel
from bioblue_tui.widgets.lines import Line
from bioblue_tui.widgets.overlay import Course, Overlay
from bioblue_tui.widgets.overlay_table import TrialsTable
from bioblue_tui.widgets.overlay_timeline import Timelines
from bioblue_tui.widgets.panel import ScrollPanel
from bioblue_tui.widgets.stack import Stack
from bioblue_tui.widgets.status import StatusLine, TabStrip
from bioblue_tui.widgets.timeline import Timeline
from bioblue_tui.widgets.wrap import fitting

TABS = ("gauges", "numbers", "raw output")

CROWDED = 4
"""With more trials than this the numbers need more columns than the gauges."""

NOTED = ((4, 4), (2, 3))
"""Most rows of notes, and of what holds at a step: with all panels, and with one at a time."""

ROOMY = 36
"""From this many rows on the numbers need not scroll."""


class CompareScreen(FollowedComparison):
    """Two to six trials, all shown at the same step.

    Args:
        comparison: The trials.
        at: The step to begin at; None for the first difference, or the end where there is none.
    """

    CSS_PATH = "compare.tcss"
    AUTO_FOCUS = ""
    ABOUT = (
        "Trials of one environment, step by step. Each has a number, a line style and a colour; where lines coincide, "
        "one plain line is drawn. On the scale the numbers show where each is. In the timelines ─ is what a trial "
        "shares with the first, ↳ where it was forked, ≠ where its actions or states diverge from it, ⚠ where a "
        "failure begins. In the numbers ≠ is an action other than the first trial's, ▲ and ▼ a state outside its band."
    )
    BINDINGS: ClassVar[list[BindingType]] = KEYS

    status = query_one("#status", StatusLine)
    tabs = query_one("#tabs", TabStrip)
    gauges = query_one("#gauges", GaugesPanel)
    table = query_one(TrialsTable)
    numbers = query_one("#numbers", ScrollPanel)
    raw = query_one(RawColumns)
    timelines = query_one(Timelines)
    notes = query_one("#notes", Static)
    notice = query_one("#notice", Static)

    class Opened(Message):
        """A trial is to be replayed."""

        def __init__(self, path: Path, step: int) -> None:
            super().__init__()
            self.path, self.step = path, step

    def __init__(self, comparison: Comparison, at: int | None = None) -> None:
        super().__init__(comparison)
        self._unread = ""
        """A sentence on trials that are not followed any more, and why."""
        self._partings = comparison.partings
        first = self._partings[0][0] if self._partings else comparison.done
        self.shown = min(first if at is None else at, comparison.done)
        """The step that is looked at."""
        self.front: int | None = None
        """The trial drawn over the others, by its place."""
        self._ghosted = comparison.met_alike
        self._tab = 0
        gauges = enumerate(self._environment.gauges)
        self._overlays = [Overlay(gauge, comparison.steps, self._courses(index)) for index, gauge in gauges]

    @property
    def _environment(self) -> Environment:
        return self.comparison.first.state.environment

    def compose(self) -> ComposeResult:
        """Lay out all panels; the terminal's size decides which of them are shown."""
        self._choose_layout(*self.app.size)
        comparison = self.comparison
        self.set_class(len(comparison.members) > CROWDED, "-many")
        detail = [counted(len(comparison.members), "trial"), *filter(None, [comparison.noise_words])]
        yield StatusLine(self._environment.title, " · ".join(detail), id="status")
        yield TabStrip(TABS, id="tabs")
        numbers = ScrollPanel(TrialsTable(comparison, id="table"), id="numbers", classes="panel")
        numbers.border_title, numbers.keys, numbers.can_focus = "numbers", "shift+↓", False
        body = Horizontal(GaugesPanel(self._overlays), numbers, id="body")
        yield Stack(body, RawColumns(comparison, id="raw"), wanted=LEAST)
        yield Static("", id="notes", classes="notice", markup=False)
        yield Static("", id="notice", classes="notice", markup=False)
        yield Timelines(comparison, id="timelines")
        yield KeysFooter()
        yield Static("", id="too-small", markup=False)

    def on_mount(self) -> None:
        """Show the comparison."""
        self._draw_ghost()
        self._arrange(*self.app.size)
        self.paint()

    def on_resize(self, event: events.Resize) -> None:
        """Choose the layout for the new size."""
        self._arrange(event.size.width, event.size.height)
        self.call_after_refresh(self._draw_ghost)

    def _arrange(self, width: int, height: int) -> None:
        self._choose_layout(width, height)
        if self.has_class("-too-small"):
            need = f"{SMALLEST[0]}×{SMALLEST[1]}"
            text = f"This terminal has {width}×{height} characters; BioBlue needs {need}."
            self.query_one("#too-small", Static).update(text)
        # With enough room all numbers are shown at once; raw outputs scroll anyway.
        wide = not self.has_class("-tabbed") and height >= ROOMY
        self.table.styles.min_height = self.table.rows
        self.query_one(Stack).want(self.table.rows + 2 if wide else LEAST)
        self._show_tab(self._tab)
        self._tell(width)

    def take_in(self, comparison: Comparison, lost: str) -> None:
        """Show the trials as they are now. A view at the last step follows it; any other view stays at its step."""
        following, top = self.shown >= self.comparison.done, self.raw.scroll_offset.y
        self.comparison, self._partings = comparison, comparison.partings
        self._unread = f"Not read again: {lost}." if lost else ""
        for panel in (self.table, self.raw, self.timelines):
            panel.show(comparison)
        for index, overlay in enumerate(self._overlays):
            overlay.show_courses(self._courses(index))
            overlay.redraw()
        self._draw_ghost()
        self._arrange(*self.app.size)
        self.action_seek(comparison.done if following else self.shown)
        if not following:
            self.raw.scroll_to(y=top, animate=False, immediate=True)
        self.refresh_bindings()

    def lose(self, why: str) -> None:
        """Say why the trials can't be read again; they stay as last read."""
        self._unread = f"Not read again: {why}"
        self._tell(self.app.size.width)

    def _tell(self, width: int) -> None:
        """Show notes on the comparison, and what holds at the step, as fully as there is room."""
        rows = NOTED[self.has_class("-tabbed")]
        lost = [self._unread] * bool(self._unread)
        notes = " ".join([*lost, *self.comparison.notes])
        short = " · ".join([*lost, *self.comparison.headlines, "? tells all"]) if notes else ""
        for line, texts, most in ((self.notes, [notes, short], rows[0]), (self.notice, [self._notice()], rows[1])):
            text = fitting(texts, width - 2, most)
            if text != str(line.content):
                line.update(text)
                line.display = bool(text)

    def _choose_layout(self, width: int, height: int) -> None:
        self.set_class(width < SMALLEST[0] or height < SMALLEST[1], "-too-small")
        self.set_class(width < WIDE[0] or height < WIDE[1], "-tabbed")
        for number in range(len(TABS)):
            self.set_class(number == self._tab, f"-tab{number}")

    def _show_tab(self, index: int) -> None:
        self._tab = index % len(TABS)
        for number in range(len(TABS)):
            self.set_class(number == self._tab, f"-tab{number}")
        self.tabs.show_active(self._tab)

    def _courses(self, index: int) -> list[Course]:
        courses = []
        for member in self.comparison.members:
            steps = range(member.state.done + 1)
            levels = [member.state.levels_after(step)[index] for step in steps]
            values = [member.state.gauge_values(step)[index] for step in steps]
            courses.append(Course(levels, values))
        return courses

    def paint(self) -> None:
        """Show the step that is looked at in all panels."""
        shown, front, members = self.shown, self.front, self.comparison.members
        for label, overlay in zip(self._environment.objectives, self._overlays, strict=True):
            failing = frozenset(
                member.number - 1
                for member in members
                if any(finding.objective in (None, label or None) for finding in member.holding(shown))
            )
            overlay.look(shown, front, failing)
        self.table.look(shown)
        self.raw.look(shown)
        self.timelines.look(shown, front)
        self.status.show_status(self._status())
        self._tell(self.app.size.width)

    def _status(self) -> Line:
        parts: list[tuple[str, str]] = []
        if not self._partings:
            parts.append((f"≡ {self.comparison.alike}", "good"))
        elif self.comparison.same_noise:
            parts.append((f"≠ from step {self._partings[0][0]}", "warn"))
        failing = sum(bool(member.holding(self.shown)) for member in self.comparison.members)
        parts.append((f"  step {self.shown}/{self.comparison.steps}", "strong"))
        if self.shown == self.comparison.done and any(m.standing == RUNNING for m in self.comparison.members):
            parts.append(("  ▶ following", "good"))
        return [*parts, *([(f"  ⚠ in {counted(failing, 'trial')}", "bad")] if failing else [])]

    def _notice(self) -> str:
        """Return what begins or diverges at this step; otherwise which failures hold."""
        parts = [text for step, text in self._partings if step == self.shown]
        held = [(m.number, f) for m in self.comparison.members for f in m.holding(self.shown)]
        begun = [pair for pair in held if pair[1].onset == self.shown]
        named: dict[str, list[str]] = {}
        for number, finding in begun or held:
            named.setdefault(finding.name, []).append(f"trial {number} since step {finding.onset}")
        parts += [f"⚠ {name}: {', '.join(trials)}." for name, trials in named.items()]
        if held:
            number, latest = (begun or held)[-1]
            parts.append(f"Trial {number}: {latest.told_at(max(self.shown, latest.alarm)).rstrip('.')}.")
        return " ".join(parts)

    # Actions

    def action_look(self, by: int) -> None:
        """Look some steps back or on."""
        self.action_seek(self.shown + by)

    def action_seek(self, step: int) -> None:
        """Look at a step; out of range means the nearest."""
        self.shown = max(0, min(step, self.comparison.done))
        self.paint()

    def action_end(self) -> None:
        """Look at the last step."""
        self.action_seek(self.comparison.done)

    def action_jump(self) -> None:
        """Ask for a step and look at it."""

        def jump(text: str | None) -> None:
            if text and text.isdecimal() and len(text) < 10:
                self.action_seek(int(text))

        dialog = LineDialog(f"Jump to step (0 to {self.comparison.done})", "step", digits=True)
        self.app.push_screen(dialog, jump)

    def action_parting(self) -> None:
        """Look at the next step where actions or states first differ; after the last one, at the first again."""
        steps = [step for step, _ in self._partings]
        if not steps:
            self.notify("No step differs: the same actions and the same states, as far as these trials go.")
            return
        self.action_seek(next((step for step in steps if step > self.shown), steps[0]))

    def action_onset(self, by: int) -> None:
        """Look at the step where the next failure of any trial begins, or the one before."""
        found = [step for step in self.comparison.onsets if (step > self.shown if by > 0 else step < self.shown)]
        if found:
            self.action_seek(found[0] if by > 0 else found[-1])
        else:
            self.notify(f"No failure of a trial's own begins {'after' if by > 0 else 'before'} step {self.shown}.")

    def action_front(self, number: int) -> None:
        """Draw a trial over the others, or none."""
        place = number - 1
        self.front = None if self.front == place else place
        self.raw.show_trial(place)
        self.paint()

    def action_view(self) -> None:
        """Switch to other numbers; where the panel of numbers is hidden, show it."""
        if self.has_class("-tabbed") and self._tab != TABS.index("numbers"):
            self._show_tab(TABS.index("numbers"))
        else:
            self.table.next_view()

    def action_ghost(self) -> None:
        """Draw the reference policy behind the trials, or not."""
        self._ghosted = not self._ghosted
        self._draw_ghost()

    def _draw_ghost(self) -> None:
        ghosts = self.comparison.first.companion.ghosts
        drawn = self._ghosted and bool(ghosts)
        for index, overlay in enumerate(self._overlays):
            overlay.show_ghost(ghosts[0].values[index] if drawn else ())
        gauges = self.gauges
        room = (gauges.size.width or self.app.size.width) - CORNERS
        comparison = self.comparison
        met = met_words(self._environment, disturbed=comparison.disturbed)
        of = f"same {met}" if comparison.met_alike else f"trial {comparison.first.number}'s {met}"
        on = f", {of}" if met else ""
        gauges.name_behind(line_words(ghosts[0].name, on, room) if drawn else "")

    def action_turn(self, by: int) -> None:
        """Show the raw output of other trials."""
        self.raw.turn(by)

    def action_page(self, by: int) -> None:
        """Scroll by a page; looking at another step scrolls back to it."""
        numbers = self.has_class("-tabbed") and self._tab == TABS.index("numbers")
        panel = self.numbers if numbers else self.raw
        if by > 0:
            panel.scroll_page_down(animate=False)
        else:
            panel.scroll_page_up(animate=False)

    def action_more(self, by: int) -> None:
        """Scroll gauges and numbers, where they do not fit."""
        for panel in (self.gauges, self.numbers):
            if panel.max_scroll_y > 0:
                panel.scroll_page(by)

    def action_fold(self) -> None:
        """Show or hide the prompts."""
        self.raw.toggle_fold()

    def action_open(self) -> None:
        """Replay a trial."""
        member = self.comparison.members[self.front or 0]
        if member.record.path is not None:
            self.post_message(self.Opened(member.record.path, min(self.shown, member.state.done)))

    def action_panel(self, by: int) -> None:
        """Show the next panel where panels share the space."""
        self._show_tab(self._tab + by)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Leave out what cannot be done here."""
        match action, parameters:
            case "panel", _:
                return self.has_class("-tabbed")
            case "more", _:
                return self.is_mounted and max(self.gauges.max_scroll_y, self.numbers.max_scroll_y) > 0
            case "front", (int(number),):
                return number <= len(self.comparison.members)
            case "turn", _:
                return self.is_mounted and self.raw.turns
            case "parting", _:
                return bool(self._partings) or None
        return True

    def action_help(self) -> None:
        """Show the keys, and the full notes, of which the space below the panels may show only a part."""
        about = "\n\n".join(filter(None, (*self.comparison.notes, self._notice(), self.ABOUT)))
        self.app.push_screen(HelpScreen(self, about))  # type: ignore[arg-type]

    def action_leave(self) -> None:
        """Leave."""
        self.dismiss(None)

    @on(Timeline.Sought)
    def _sought(self, message: Timeline.Sought) -> None:
        self.action_seek(message.step)

    @on(TabStrip.Chosen)
    def _chosen(self, message: TabStrip.Chosen) -> None:
        self._show_tab(message.index)
