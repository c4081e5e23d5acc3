"""The Textual application: it connects screens. Other modules decide what happens.

It paints its first line as soon as a Textual application can, and loads the screens after that.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult, SystemCommand, get_system_commands_provider
from textual.binding import BindingType
from textual.command import Provider
from textual.screen import Screen
from textual.theme import Theme
from textual.widgets import Static

from bioblue_tui.app.base import AppBase
from bioblue_tui.config import Config, ConfigError
from bioblue_tui.formatting.text import error_line, one_line
from bioblue_tui.screens.actions import command

if TYPE_CHECKING:
    from bioblue_tui.app.navigation import Shown as Shown
    from bioblue_tui.app.navigation import Wiring
    from bioblue_tui.runs.trial_spec import TrialSpec
    from bioblue_tui.screens.compare.screen import CompareScreen
    from bioblue_tui.screens.home.screen import HomeScreen
    from bioblue_tui.screens.lesson.collection import LessonsScreen
    from bioblue_tui.screens.lesson.screen import LessonScreen
    from bioblue_tui.screens.notes.dialogs import NoteDialog
    from bioblue_tui.screens.overview.screen import OverviewScreen
    from bioblue_tui.screens.trial.replay import ReplayScreen
    from bioblue_tui.screens.trial.screen import TrialScreen

    First = Shown | Callable[[], Shown]


def _screen_commands() -> type[Provider]:
    from bioblue_tui.screens.palette import ScreenCommands

    return ScreenCommands


class BioBlueApp(AppBase):
    """BioBlue in the terminal.

    Args:
        data: The data directory; None for the platform's.
        first: The screen to show instead of the home screen, or a function that makes it. When it is left, the
            application ends; its return value is the path of the last trial's record.
        spec: The trial that ``first`` plays, so that it can be played again.
        config: What the person has chosen once and for all; None for our defaults, kept nowhere.
    """

    MODELS_REFUSED: ClassVar[str] = ""
    """Why no model can be chosen, whatever keys and files there are; empty where models can be chosen."""

    CSS = "#opening { height: 1; padding: 0 1; background: $panel; color: $text-accent; text-style: bold; }"
    COMMANDS: ClassVar[set[type[Provider] | Callable[[], type[Provider]]]] = {
        _screen_commands,
        get_system_commands_provider,
    }

    BINDINGS: ClassVar[list[BindingType]] = [
        command("app.theme", "ctrl+t", "toggle_dark", "Light or dark", "Switch between dark and light"),
        command("app.palette", "ctrl+p", "command_palette", "", "Find any command by its name"),
    ]

    def __init__(
        self,
        data: Path | None = None,
        first: First | None = None,
        spec: TrialSpec | None = None,
        config: Config | None = None,
    ) -> None:
        super().__init__(config)
        self._data = data
        self._first, self._spec = first, spec
        self._wired: Wiring

    async def action_quit(self) -> None:
        """Leave, whichever screen is in front."""
        self._leave_with(0)

    def _leave_with(self, code: int) -> None:
        """End, and return the path of the last trial's record."""
        from bioblue_tui.screens.trial.live import LiveScreen

        trials = [screen for screen in self.screen_stack if isinstance(screen, LiveScreen)]
        self.exit(str(trials[-1].session.path or "") if trials else "", return_code=code)

    def compose(self) -> ComposeResult:
        """Lay out what is shown before the first screen is ready."""
        yield Static("BioBlue in the terminal", id="opening")

    def on_mount(self) -> None:
        """Save the theme when it changes; Textual calls the base class's handler by itself."""
        self.theme_changed_signal.subscribe(self, self._theme_changed)

    def _begin(self) -> None:
        from bioblue_tui.app.navigation import Wiring

        self._wired = Wiring(self, self._data, alone=self._first is not None, models_refused=self.MODELS_REFUSED)
        if self._first is None:
            self._wired.home()
        else:
            self._wired.show(self._first() if callable(self._first) else self._first, self._spec)

    def _show_first(self) -> None:
        super()._show_first()
        for problem in self.config.problems:
            self.notify(one_line(problem, 300), title="Configuration", severity="warning", timeout=10, markup=False)

    def _theme_changed(self, theme: Theme) -> None:
        if theme.name != self.config.theme:
            self._keep(theme=theme.name)

    def _keep(self, **changes: str | bool) -> None:
        try:
            self.config.save(**changes)
        except ConfigError as error:
            self.notify(error_line(error), title="Configuration", severity="warning", markup=False)

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """Yield the commands that every screen has and that have no key."""
        yield SystemCommand("Theme", "Choose a theme; the choice is saved", self.action_change_theme)
        for name in self.available_themes:
            # Found only by searching: in the list of all commands they would be the majority.
            take = partial(setattr, self, "theme", name)
            yield SystemCommand(f"Theme {name}", "Use this theme; the choice is saved", take, discover=False)
        motion = "Ordinary motion" if self.config.reduced_motion else "Reduced motion"
        yield SystemCommand(motion, "Switch animation and blinking on or off; this is saved", self.action_toggle_motion)
        yield SystemCommand("Picture", "Save a picture of the screen as SVG", self.deliver_screenshot)

    def action_toggle_dark(self) -> None:
        """Switch between dark and light."""
        self.theme = "textual-light" if self.current_theme.dark else "textual-dark"

    def action_toggle_motion(self) -> None:
        """Switch animation and blinking on or off."""
        reduced = not self.config.reduced_motion
        self._keep(reduced_motion=reduced)
        self.animation_level = "none" if reduced else "full"
        self.notify("Reduced motion is on." if reduced else "Reduced motion is off.")

    def on_note_dialog_signed(self, message: NoteDialog.Signed) -> None:
        """Save the name with which a person signs notes."""
        self._keep(who=message.who)

    def on_home_screen_started(self, message: HomeScreen.Started) -> None:
        """Begin a live trial and show it."""
        if not self._wired.shown:
            self._wired.start(message.spec)

    def on_home_screen_opened(self, message: HomeScreen.Opened) -> None:
        """Replay a record."""
        if not self._wired.shown:
            self._wired.open(message.path)

    def on_trial_screen_closed(self) -> None:
        """List the trial that has just ended."""
        self._wired.trial_closed()

    def on_trial_screen_fork_asked(self, message: TrialScreen.ForkAsked) -> None:
        """Begin a trial with another trial's past."""
        self._wired.fork(message.path, message.step, message.changes, message.settle, message.staging)

    def on_trial_screen_parent_asked(self, message: TrialScreen.ParentAsked) -> None:
        """Compare a fork with its parent."""
        self._wired.compare([message.path], message.step)

    def on_home_screen_compare_asked(self, message: HomeScreen.CompareAsked) -> None:
        """Compare trials."""
        self._wired.compare(message.paths)

    def on_home_screen_overview_asked(self) -> None:
        """Show all trials at a glance."""
        self._wired.overview()

    def on_home_screen_lessons_asked(self) -> None:
        """Show the lessons to choose from."""
        self._wired.lessons()

    def on_overview_screen_compare_asked(self, message: OverviewScreen.CompareAsked) -> None:
        """Compare trials."""
        self._wired.compare(message.paths)

    def on_overview_screen_opened(self, message: OverviewScreen.Opened) -> None:
        """Replay a record above the overview."""
        if not self._wired.shown:
            self._wired.look_into(message.path, message.step)

    def on_compare_screen_opened(self, message: CompareScreen.Opened) -> None:
        """Replay a record above the comparison."""
        if not self._wired.shown:
            self._wired.look_into(message.path, message.step)

    def on_replay_screen_resume_asked(self, message: ReplayScreen.ResumeAsked) -> None:
        """Resume a recorded trial."""
        self._wired.resume(message.replay, message.path)

    def on_lessons_screen_opened(self, message: LessonsScreen.Opened) -> None:
        """Give a lesson."""
        if not self._wired.shown:
            self._wired.teach(message.lesson, large=message.large)

    def on_lesson_screen_trial_asked(self, message: LessonScreen.TrialAsked) -> None:
        """Show a lesson's trial."""
        self._wired.perform(message.performance, message.done)
