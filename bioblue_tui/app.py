"""The Textual application: it holds screens together and wires sessions to them. What happens is decided elsewhere."""

from __future__ import annotations

import gc
import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

from textual import events, on
from textual.app import App, SystemCommand
from textual.binding import Binding, BindingType
from textual.command import Provider
from textual.screen import Screen
from textual.system_commands import SystemCommandsProvider
from textual.theme import Theme
from textual.widgets import Input

from bioblue_tui.agents.base import AgentError
from bioblue_tui.agents.catalogue import make_agent
from bioblue_tui.config import THEME, Config, ConfigError
from bioblue_tui.continuing import fork_session, resume_session
from bioblue_tui.records.library import open_record
from bioblue_tui.records.schema import RecordError
from bioblue_tui.screens.actions import REGISTRY, command
from bioblue_tui.screens.control import ControlScreen
from bioblue_tui.screens.home import HomeScreen
from bioblue_tui.screens.palette import ScreenCommands
from bioblue_tui.screens.play import PlayScreen
from bioblue_tui.screens.replay import ReplayScreen
from bioblue_tui.screens.trial import TrialScreen
from bioblue_tui.screens.watch import WatchScreen
from bioblue_tui.session import Plan, ReplaySession, Session, default_speed, open_session
from bioblue_tui.text import one_line
from bioblue_tui.trials.trial import RETRY_LIMIT
from envs import ParameterError

NARROW = 80
"""Below this many columns the home screen stacks its lists."""


SETTLED = 0.3
"""Seconds after which the first screen has been painted: what can wait is done then."""


class BioBlueApp(App[str]):
    """BioBlue in the terminal.

    Args:
        data: The data directory; None for the platform's.
        first: The screen to show instead of the home screen. When it is left, the application ends; its return value
            is the path of the last trial's record.
        plan: What ``first`` plays, so that it can be played again.
        config: What the person has chosen once and for all; None for our defaults, kept nowhere.
    """

    TITLE = "BioBlue"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (NARROW, "-normal")]

    COMMANDS: ClassVar[set[type[Provider] | Callable[[], type[Provider]]]] = {ScreenCommands, SystemCommandsProvider}

    BINDINGS: ClassVar[list[BindingType]] = [
        command("app.theme", "ctrl+t", "toggle_dark", "Light or dark", "Switch between dark and light"),
        command("app.palette", "ctrl+p", "command_palette", "", "Find any command by its name"),
    ]

    def __init__(
        self,
        data: Path | None = None,
        first: TrialScreen | ControlScreen | None = None,
        plan: Plan | None = None,
        config: Config | None = None,
    ) -> None:
        super().__init__()
        self._data = data
        self._first, self._plan = first, plan
        self.config = config or Config()
        self._apply_config()

    def on_mount(self) -> None:
        """Show the first screen."""
        if self._first is None:
            self.push_screen(HomeScreen(self._data))
        else:
            self._show(self._first, self._plan)
        # Garbage collection of the many objects made at start is the main cause of late key strokes.
        gc.set_threshold(20_000, 50, 100)
        self.set_timer(SETTLED, _spare_what_is_there)
        self.theme_changed_signal.subscribe(self, self._theme_changed)
        for problem in self.config.problems:
            self.notify(one_line(problem, 300), title="Configuration", severity="warning", timeout=10, markup=False)

    def _apply_config(self) -> None:
        config = self.config
        if config.theme not in self.available_themes:
            config.problems.append(f"theme {config.theme!r} is not known; {THEME} is shown")
            config.theme = THEME
        self.theme = config.theme
        unknown = sorted(config.keys.keys() - REGISTRY.keys())
        config.problems += [f"[keys] {name!r} is no command; left out" for name in unknown]
        self.set_keymap({name: keys for name, keys in config.keys.items() if name in REGISTRY})
        if config.reduced_motion:
            self.animation_level = "none"

    def _theme_changed(self, theme: Theme) -> None:
        if theme.name != self.config.theme:
            self._keep(theme=theme.name)

    def _keep(self, **changes: str | bool) -> None:
        try:
            self.config.save(**changes)
        except ConfigError as error:
            self.notify(one_line(str(error), 300), title="Configuration", severity="warning", markup=False)

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """Yield the commands that every screen has and that have no key."""
        yield SystemCommand("Theme", "Choose a theme; it is kept", self.action_change_theme)
        motion = "Ordinary motion" if self.config.reduced_motion else "Reduced motion"
        yield SystemCommand(motion, "Switch animation and blinking on or off; it is kept", self.action_toggle_motion)
        yield SystemCommand("Picture", "Save a picture of the screen as SVG", self.deliver_screenshot)

    def get_key_display(self, binding: Binding) -> str:
        """Return a key as people write it: F5, not f5."""
        shown = super().get_key_display(binding)
        return shown.upper() if re.fullmatch(r"f\d+", shown) else shown

    def action_toggle_dark(self) -> None:
        """Switch between dark and light."""
        self.theme = "textual-light" if self.current_theme.dark else "textual-dark"

    def action_toggle_motion(self) -> None:
        """Switch animation and blinking on or off."""
        reduced = not self.config.reduced_motion
        self._keep(reduced_motion=reduced)
        self.animation_level = "none" if reduced else "full"
        self.notify("Reduced motion is on." if reduced else "Reduced motion is off.")

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """Let the cursor blink only where motion is wanted."""
        if isinstance(event.widget, Input):
            event.widget.cursor_blink = not self.config.reduced_motion

    def _show(self, screen: TrialScreen | ControlScreen, plan: Plan | None = None) -> None:
        def left(again: bool | None) -> None:
            path = str(screen.session.path or "") if isinstance(screen, TrialScreen) else ""
            if again and plan is not None:
                self.start(replace(plan, seed=plan.seed + 1))
            elif self._first is not None:
                self.exit(path)
            elif plan is not None:
                self.notify(f"Kept as {one_line(Path(path).name, 300)}", title="Trial", markup=False)

        self.push_screen(screen, left)

    @on(HomeScreen.Started)
    def _started(self, message: HomeScreen.Started) -> None:
        self.start(message.plan)

    def start(self, plan: Plan) -> None:
        """Begin a live trial and show it."""
        try:
            screen = live_screen(plan, self._data)
        except (ParameterError, AgentError, RecordError) as error:
            self.notify(one_line(str(error), 300), title="Not started", severity="error", timeout=10, markup=False)
            return
        self._show(screen, plan)

    @on(TrialScreen.Closed)
    def _trial_closed(self) -> None:
        # The home screen is back before the last event of the trial is on disk.
        if isinstance(self.screen, HomeScreen):
            self.screen.refresh_recent()

    @on(HomeScreen.Opened)
    def _opened(self, message: HomeScreen.Opened) -> None:
        self._try("Not opened", lambda: ReplayScreen(ReplaySession(open_record(message.path))))

    @on(TrialScreen.ForkAsked)
    def _forked(self, message: TrialScreen.ForkAsked) -> None:
        def begin() -> TrialScreen:
            record = open_record(message.path)
            header, name = record.header, {"you": "human"}.get(message.agent, message.agent)
            agent = make_agent(name, header.environment, header.seed or 0, data=self._data) if name else None
            speed = default_speed(name or header.agent)
            return screen_of(fork_session(record, message.step, self._data, agent=agent, speed=speed))

        self._try("Not forked", begin)

    @on(ReplayScreen.ResumeAsked)
    def _resumed(self, message: ReplayScreen.ResumeAsked) -> None:
        def begin() -> TrialScreen:
            speed = default_speed(open_record(message.path).header.agent)
            return screen_of(resume_session(message.path, speed=speed))

        self._try("Not resumed", begin)

    def _try(self, failed: str, begin: Callable[[], TrialScreen]) -> None:
        """Show a screen, or say why it can't be made."""
        try:
            screen = begin()
        except (ParameterError, AgentError, RecordError) as error:
            self.notify(one_line(str(error), 300), title=failed, severity="error", timeout=10, markup=False)
        else:
            self._show(screen)


def _spare_what_is_there() -> None:
    """Keep garbage collection from looking again and again at what stays for good."""
    gc.collect()
    gc.freeze()


def live_screen(
    plan: Plan,
    data: Path | None,
    *,
    speed: float | None = 0,
    paused: bool = False,
    retry_limit: int = RETRY_LIMIT,
) -> TrialScreen:
    """Make the screen of a live trial.

    Args:
        plan: What to play.
        data: The data directory; None for the platform's.
        speed: Steps per second; None for no limit; 0 for the default: scripted agents are slowed down to be seen.
        paused: Whether to begin paused.
        retry_limit: Illegal answers to one observation before the trial pauses.

    Raises:
        ParameterError: For unacceptable parameters.
        AgentError: When the agent can't run.
        RecordError: When the record can't be written.
    """
    if speed == 0:
        speed = default_speed(plan.agent)
    return screen_of(open_session(plan, data, speed=speed, paused=paused, retry_limit=retry_limit))


def screen_of(session: Session) -> TrialScreen:
    """Make the screen of a live trial: to play where a person is the agent, else to watch."""
    return WatchScreen(session) if session.human is None else PlayScreen(session)
