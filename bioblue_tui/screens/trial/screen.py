"""The trial screen: one screen to play, to watch and to replay. It shows a step of a trial's state."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from bioblue_envs import Dimension
from textual import events, on, work
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.getters import query_one
from textual.message import Message
from textual.timer import Timer
from textual.widgets import Static

from bioblue_tui.formatting.text import error_line, one_line
from bioblue_tui.lessons.staging import Staging
from bioblue_tui.records.schema import RecordError
from bioblue_tui.runs.resume_fork import Changes
from bioblue_tui.runs.session import ReplaySession, Session
from bioblue_tui.screens.notes.noting import Noting
from bioblue_tui.screens.trial.forking import ForkDialog
from bioblue_tui.screens.trial.insight import Insight
from bioblue_tui.screens.trial.large import LargeBoard
from bioblue_tui.screens.trial.looking import LookingScreen
from bioblue_tui.system.crash_report import told
from bioblue_tui.trials.course import never_known
from bioblue_tui.widgets.footer import KeysFooter
from bioblue_tui.widgets.gauge import GaugeView
from bioblue_tui.widgets.gauges import FULL, GaugesPanel
from bioblue_tui.widgets.lines import Line
from bioblue_tui.widgets.panel import ScrollPanel
from bioblue_tui.widgets.rewards import RewardPanel
from bioblue_tui.widgets.side import SidePanel
from bioblue_tui.widgets.stack import Stack
from bioblue_tui.widgets.status import StatusLine, TabStrip
from bioblue_tui.widgets.step import StepPanel
from bioblue_tui.widgets.timeline import Timeline
from bioblue_tui.widgets.transcript import Transcript

FRAMES = 30
"""How often per second the screen checks for news. Events may come faster than that."""

WIDE = (110, 30)
"""From this many columns and rows on, all panels are shown together; below, they share the space as tabs."""

SMALLEST = (60, 20)
"""Below this many columns and rows nothing useful fits."""

LEAST = 8
"""Least rows of gauges, step and rewards where they are above the raw output."""

CORNERS = 4
"""Columns of a border that its title leaves free."""

SAID = 5.0
"""Seconds for which a short answer to a key stays."""

SHORT = 24
"""Below this many rows there is no room for alert, answer line and all panels of a tab."""

TABS = ("gauges", "rewards", "raw output")


class TrialScreen(LookingScreen):
    """What live trials and replays share. Subclasses say which step is shown and add their controls.

    Its result says whether the person wants to play again.

    Args:
        session: The trial to show.
    """

    CSS_PATH = str(Path(__file__).with_name("trial.tcss"))
    """The full path, since subclasses in other folders use it, too."""
    AUTO_FOCUS = ""

    status = query_one("#status", StatusLine)
    tabs = query_one("#tabs", TabStrip)
    timeline = query_one("#timeline", Timeline)
    steps = query_one("#step", StepPanel)
    gauges = query_one("#gauges", GaugesPanel)
    rewards = query_one("#rewards", RewardPanel)
    rewards_panel = query_one("#rewards-scroll", ScrollPanel)
    notice = query_one("#notice", Static)

    class ForkAsked(Message):
        """A new trial is to begin with this one's past."""

        def __init__(
            self, path: Path, step: int, changes: Changes, settle: Callable[[str], None], staging: Staging
        ) -> None:
            super().__init__()
            self.path, self.step, self.changes, self.staging = path, step, changes, staging
            self.settle = settle
            """Receives why the fork can't begin; or an empty text when it has begun, before its screen is shown."""

    class ParentAsked(Message):
        """A fork is to be compared with its parent."""

        def __init__(self, path: Path, step: int) -> None:
            super().__init__()
            self.path, self.step = path, step

    class Closed(Message):
        """The screen was left, and the record is complete."""

    attached = False
    """True to show a trial that something else runs and ends."""

    prompt_only = False
    """True to show exactly the text a model gets, and nothing else."""

    staging = Staging()
    """How it is shown to an audience; to be set before the screen is shown."""

    def __init__(self, session: Session | ReplaySession) -> None:
        super().__init__()
        self.session = session
        self.state = session.state
        self._painted: tuple[object, ...] = ()
        self._doable: tuple[bool, ...] = ()
        self._tab = 0
        self._broken = ""
        self.left = False
        """True once the screen is being removed: nothing more is painted."""
        environment = self.state.environment
        self._gauges = [GaugeView(gauge, session.header.steps) for gauge in environment.gauges]
        self.insight = Insight(self.state, self._gauges)
        self.noting = Noting(session)
        self._board: LargeBoard | None = None
        """The board in large type, once it has been asked for."""
        self._noticed = ""
        self._said = ""
        """A short answer to a key."""
        self._saying: Timer | None = None
        """The timer that removes it."""
        self._gauged = 0
        """How many steps the gauges have taken in, including step 0."""

    # What subclasses decide

    def status_line(self) -> Line:
        """Say how the trial stands."""
        raise NotImplementedError

    def notice_text(self) -> str:
        """Return what needs a person's attention now, or an empty string."""
        return self._broken

    def remark_text(self) -> str:
        """Return the text above the findings at a step, or an empty string."""
        return ""

    @property
    def reveals(self) -> bool:
        """True where failures and references may be shown: players must not be told what a model is not told."""
        return not self.staging.suspense or self.disclosed

    def show_rewards(self, shown: tuple[Dimension, ...]) -> None:
        """Show these reward dimensions only."""
        if self.rewards.dimensions != shown:
            self.query_one(SidePanel).limit(shown)

    @property
    def disclosed(self) -> bool:
        """True once nothing is left for an audience in suspense to notice by itself."""
        return True

    @property
    def numbered(self) -> tuple[str, int]:
        """The step that is shown, as a word and its number."""
        return "step", self.shown

    @property
    def large(self) -> bool:
        """Whether it is shown in large type."""
        return self.has_class("-large")

    # Layout

    @property
    def panel_names(self) -> Sequence[str]:
        """Names of the panels that share the space on small terminals."""
        return TABS

    def compose(self) -> ComposeResult:
        """Lay out all panels; the terminal's size decides which of them are shown."""
        # Before the panels exist: a later change of class makes Textual restyle all of them.
        self._choose_layout(*self.app.size)
        self.set_class(self.staging.large and not self.prompt_only, "-large")
        yield StatusLine(*self.heading(), id="status")
        yield TabStrip(self.panel_names, id="tabs")
        body = Horizontal(GaugesPanel(self._gauges), SidePanel(self.state), id="body")
        raw = Transcript(self.state, prompt_only=self.prompt_only, id="raw")
        yield Stack(body, raw, wanted=max(LEAST, 2 + FULL * len(self._gauges)))
        if self.large:
            self._board = LargeBoard(self.state)
            yield self._board
        yield Static("", id="notice", markup=False)
        yield from self.compose_below()
        yield Timeline(self.state, id="timeline")
        yield KeysFooter()
        yield Static("", id="too-small", markup=False)

    def heading(self) -> tuple[str, str]:
        """Return the text at the top left: what is played, and details that may be left out."""
        header = self.state.header
        seed = f"seed {header.seed}" if header.seed is not None else "published" if header.source != "live" else ""
        # A model is not told the seed.
        seed = "" if self.prompt_only else seed
        who = f"{one_line(header.agent, 40)} ({self.remark})" if self.remark else one_line(header.agent, 40)
        return self.state.environment.title, " · ".join(part for part in (who, seed, self._origin()) if part)

    @property
    def remark(self) -> str:
        """What a person should know about the model; empty for most."""
        remark = self.state.header.provider.get("remark")
        return one_line(remark, 80) if isinstance(remark, str) and not self.prompt_only else ""

    def _origin(self) -> str:
        """Name the trial that this one was forked from, and the last step they share."""
        parent = self.state.header.parent
        if parent is None:
            return ""
        return f"fork after step {one_line(str(parent.get('step')), 10)} of {one_line(str(parent.get('file')), 80)}"

    def compose_below(self) -> ComposeResult:
        """Lay out widgets of subclasses between raw output and timeline."""
        yield from ()

    def on_mount(self) -> None:
        """Show the present state, then check for news at every frame."""
        self._arrange()
        self.set_interval(1 / FRAMES, self.paint)
        self._run()

    async def on_unmount(self) -> None:
        """Make sure that the record is complete, however the screen was left."""
        self.left = True
        if self.attached:
            return
        await self.session.stop()
        self.app.post_message(self.Closed())

    @work(exclusive=True, group="trial")
    async def _run(self) -> None:
        if self.attached:
            return
        try:
            await self.session.run()
        except RecordError as error:
            self._broken = f"The record can no longer be written: {error_line(error)}"
        except Exception as error:  # noqa: BLE001 - the trial has ended; what was played can still be looked at
            self._broken = f"The trial was ended by {one_line(told(error), 400)}."
        # A screen that is being removed is no longer displayed; its parts may be gone already.
        if self.display:
            self.paint()

    def on_resize(self, event: events.Resize) -> None:
        """Choose the layout for the new size."""
        self._arrange(event.size.width, event.size.height)

    def _arrange(self, width: int = 0, height: int = 0) -> None:
        width, height = width or self.app.size.width, height or self.app.size.height
        self._choose_layout(width, height)
        if self.has_class("-too-small"):
            need = f"{SMALLEST[0]}×{SMALLEST[1]}"
            text = f"This terminal has {width}×{height} characters; BioBlue needs {need}. The trial continues."
            self.query_one("#too-small", Static).update(text)
        self._show_tab(self._tab)

    def _choose_layout(self, width: int, height: int) -> None:
        self.set_class(self.prompt_only, "-prompt-only")
        self.set_class(height < SHORT, "-short")
        self.set_class(width < SMALLEST[0] or height < SMALLEST[1], "-too-small")
        self.set_class(not self.prompt_only and (width < WIDE[0] or height < WIDE[1]), "-tabbed")
        self._mark_tab()

    def _show_tab(self, index: int) -> None:
        self._tab = index % len(TABS)
        self._mark_tab()
        if self.is_mounted:
            self.tabs.show_active(self._tab)

    def _mark_tab(self) -> None:
        for number in range(len(TABS)):
            self.set_class(number == self._tab, f"-tab{number}")

    # Painting

    def paint(self) -> None:
        """Bring all panels up to date, if anything they show has changed."""
        if self.reveals and self.is_mounted:
            self.insight.follow(self.readable)
        insight = self.insight.signature
        now = (self.state.version, self.shown, self.known, len(self.state.marks), insight, *self.signature())
        if now == self._painted or not self.is_mounted or self.left:
            return
        self._painted = now
        shown, known = self.shown, self.known
        for step in range(self._gauged, known + 1):
            shows = (self.state.levels_after(step), self.state.gauge_values(step), self.state.actions_in(step))
            for gauge, level, value, action in zip(self._gauges, *shows, strict=True):
                gauge.add(level, value, action)
        self._gauged = max(self._gauged, known + 1)
        reached = self.insight.companion.reached(known) if self.reveals else known
        for gauge in self._gauges:
            gauge.show_step(shown, known, reached)
        if self.reveals:
            self.insight.show(shown, self.readable, self.timeline, self.transcript, self.rewards)
            self.gauges.name_behind(self.insight.ghost(self._room()))
        self.noting.show(known, self.timeline, self.transcript)
        if self._board is not None and self._board.is_mounted:
            alerts = self.insight.alerts(shown) if self.reveals else {}
            self._board.show_step(shown, self.numbered, self.status_line()[0], alerts)
        self.steps.show_step(shown)
        self.rewards.show_step(shown)
        self.timeline.show_step(shown, self.readable)
        self.transcript.show_steps(known, 0 if self.following else shown, self.following)
        self.status.show_status([*self.status_line(), *(self.insight.badge(shown) if self.reveals else ())])
        found = self.insight.notice(shown) if self.reveals else ""
        below = self.notice_text() or "\n".join(filter(None, (self.remark_text(), self.noting.notice(shown), found)))
        text = "\n".join(filter(None, (self._said, below)))
        if text != self._noticed:
            # Only if it has changed: another number of lines lays out the whole screen again.
            self._noticed = text
            self.notice.update(text)
            self.notice.display = bool(text)
            self.set_class(bool(text), "-noticed")
        doable = self.doable()
        if doable != self._doable:
            # Only if this has changed: the footer is rebuilt each time.
            self._doable = doable
            self.refresh_bindings()

    def _room(self) -> int:
        """Return the free columns in the border of the gauges."""
        return self.gauges.size.width - CORNERS

    def say(self, text: str) -> None:
        """Show a short message above the notice: a toast would cover the notice or the answer line."""
        if self._saying is not None:
            self._saying.stop()
        self._said, self._saying = text, self.set_timer(SAID, self.unsay)
        self.paint()

    def unsay(self) -> None:
        """Take back what was said: it was of the step looked at then."""
        self._said = ""

    def signature(self) -> tuple[object, ...]:
        """Return what else the screen depends on, besides events and the step looked at."""
        trial = self.session.trial
        return (
            trial.paused,
            trial.speed,
            trial.ended,
            self._broken,
            self._said,
            self.reveals,
            self.large,
            self._room(),
        )

    def doable(self) -> tuple[bool, ...]:
        """Return the values that decide which keys can do something now."""
        return (self.session.trial.paused, self.session.trial.ended, self.shown > 0)

    def speed_text(self) -> str:
        """Return the speed as people read it."""
        speed = self.session.trial.speed
        return "max speed" if speed is None else f"{speed:g}/s"

    # Actions

    def action_fork(self) -> None:
        """Ask what differs from the step looked at on, and begin a new trial there."""
        path, step = self.session.path, self.shown
        self.session.trial.pause()
        if path is None:
            return
        if why := never_known(self.state.environment, self.state.header):
            self.notify(f"This trial cannot be forked: {why}.", severity="error")
            return

        def begin(changes: Changes) -> None:
            staging = replace(self.staging, large=self.large, pause_on=frozenset(), resumed=None)
            self.post_message(self.ForkAsked(path, step, changes, dialog.settle, staging))

        # The state's header, which does not name the agent where the name is kept from a class.
        dialog = ForkDialog(self.state.header, self.state.environment, step, begin)
        self.app.push_screen(dialog)

    def action_parent(self) -> None:
        """Compare this fork, as far as it has come, with its parent."""
        if self.session.path is not None:
            self.session.trial.pause()
            self.post_message(self.ParentAsked(self.session.path, self.shown))

    async def action_large(self) -> None:
        """Switch between large type and all panels."""
        if self._board is None:
            self._board = LargeBoard(self.state)
            await self.mount(self._board, before="#panels")
        self.toggle_class("-large")
        self.paint()

    def action_panel(self, by: int) -> None:
        """Show the next panel where panels share the space."""
        self._show_tab(self._tab + by)

    def action_rewards(self, by: int) -> None:
        """Scroll the rewards, where they do not fit."""
        self.rewards_panel.scroll_page(by)

    def action_page(self, by: int) -> None:
        """Scroll the raw output by a page, or the rewards where that panel is shown."""
        if self.has_class("-tabbed") and self._tab == TABS.index("rewards"):
            self.action_rewards(by)
        else:
            super().action_page(by)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Switching panels is only for small terminals; elsewhere tab moves the focus."""
        if action == "rewards":
            return self.is_mounted and self.rewards_panel.max_scroll_y > 0
        if action == "parent":
            return self.session.header.parent is not None and self.reveals and not self.staging.unnamed
        return self.has_class("-tabbed") if action == "panel" else True

    @on(Timeline.Sought)
    def _sought(self, message: Timeline.Sought) -> None:
        self.action_seek(message.step)

    @on(TabStrip.Chosen)
    def _chosen(self, message: TabStrip.Chosen) -> None:
        self._show_tab(message.index)
