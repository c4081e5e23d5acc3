"""What the applications share: a configuration, signals, faults, and work that waits for the first screen."""

from __future__ import annotations

import gc
import re
import sys

from rich.text import Text
from textual import events
from textual.binding import Binding
from textual.widgets import Input

from bioblue_tui.config import THEME, Config
from bioblue_tui.formatting.text import one_line
from bioblue_tui.screens.actions import REGISTRY
from bioblue_tui.system.crash_report import ADVICE, told
from bioblue_tui.system.ending import on_signals
from bioblue_tui.widgets.gate import AttentiveApp
from bioblue_tui.widgets.wrap import keep_numbers_whole

NARROW = 80
"""Below this many columns the home screen stacks its lists."""

SETTLED = 0.5
"""Seconds after which the first screen has been painted; work that can wait is done then."""


class AppBase(AttentiveApp):
    """An application with a configuration, which ends in an orderly way at signals and faults.

    Args:
        config: The person's lasting choices; None for our defaults, which are not saved.
    """

    TITLE = "BioBlue"
    CSS = """
    /* At the bottom they would cover alerts and the input line. */
    ToastRack { dock: top; align: right top; margin: 1 0 0 0; }
    """
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (NARROW, "-normal")]

    def __init__(self, config: Config | None = None) -> None:
        super().__init__()
        keep_numbers_whole()
        self.ended_by = 0
        """Exit code of the signal that ended it; 0 for none."""
        self.config = config or Config()
        self._apply_config()

    def _watch_app_focus(self, focus: bool) -> None:
        """Focus a screen's first widget where the screen began without the keyboard, as in a browser."""
        super()._watch_app_focus(focus)
        wanted = self.screen.AUTO_FOCUS if focus and self.screen.focused is None else None
        if wanted and (first := next((one for one in self.screen.query(wanted) if one.focusable), None)):
            self.screen.set_focus(first, scroll_visible=False)

    def on_load(self) -> None:
        """Handle signals before the terminal is taken over, so that it is always restored."""
        if not self.is_headless:
            on_signals(self._end_by_signal)

    def _end_by_signal(self, code: int) -> None:
        """Leave as a person would; screens complete their records as they close."""
        self.ended_by = code
        self._leave_with(code)

    def _leave_with(self, code: int) -> None:
        """End with this exit code."""
        self.exit(return_code=code)

    @property
    def failed(self) -> int:
        """The exit code where a signal or a reported fault of the program ended it; otherwise 0."""
        return self.ended_by or self.return_code or 0

    def on_mount(self) -> None:
        """Paint, then show the first screen."""
        self.call_after_refresh(self._show_first)
        # Garbage collection of the many objects made at the start is the main cause of slow keys.
        gc.set_threshold(20_000, 50, 100)

    def _show_first(self) -> None:
        self._begin()
        self._apply_keys()
        self.set_timer(SETTLED, _spare_what_is_there)

    def _begin(self) -> None:
        """Show the first screen."""
        raise NotImplementedError

    def _apply_config(self) -> None:
        config = self.config
        if config.theme not in self.available_themes:
            config.problems.append(f"theme {config.theme!r} is not known; {THEME} is shown")
            config.theme = THEME
        self.theme = config.theme
        if config.reduced_motion:
            self.animation_level = "none"

    def _apply_keys(self) -> None:
        # Commands are known once their screens are loaded.
        config = self.config
        unknown = sorted(config.keys.keys() - REGISTRY.keys())
        config.problems += [f"[keys] {name!r} is not a command; left out" for name in unknown]
        self.set_keymap({name: keys for name, keys in config.keys.items() if name in REGISTRY})

    def get_key_display(self, binding: Binding) -> str:
        """Return a key as people write it: F5, not f5."""
        shown = super().get_key_display(binding)
        return shown.upper() if re.fullmatch(r"f\d+", shown) else shown

    def _fatal_error(self) -> None:
        """Report a fault of the program without the values of variables, which Textual would show."""
        error = sys.exception()
        text = f"bioblue: {told(error)}. {ADVICE}" if error else "bioblue: a fault of the program"
        self.panic(Text(one_line(text, 1000)))

    def action_help_quit(self) -> None:
        """Say which key leaves this screen; Ctrl+C, which often means that, does not."""
        leaving = self.active_bindings.get("escape") or self.active_bindings.get("ctrl+q")
        if leaving is not None:
            key = self.get_key_display(leaving.binding)
            self.notify(f"{key}: {leaving.binding.description}", title="Ctrl+C ends nothing here", markup=False)

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """Let the cursor blink unless the person wants reduced motion."""
        if isinstance(event.widget, Input):
            event.widget.cursor_blink = not self.config.reduced_motion


def _spare_what_is_there() -> None:
    """Keep garbage collection from checking permanent objects again and again."""
    gc.collect()
    gc.freeze()
