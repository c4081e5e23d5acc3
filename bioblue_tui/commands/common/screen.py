"""Whether a command has a screen to draw on, and how it shows the application there."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from bioblue_tui.commands.common.usage import UsageError
from bioblue_tui.system.paths import config_file

if TYPE_CHECKING:
    from bioblue_tui.app.bioblue import Shown
    from bioblue_tui.runs.trial_spec import TrialSpec


def on_screen(display: str) -> bool:
    """Return whether the chosen display is the screen.

    Raises:
        UsageError: When the screen was chosen and there is no terminal.
    """
    if display == "auto":
        return _on_terminal()
    if display == "tui":
        need_terminal()
    return display == "tui"


def need_terminal(otherwise: str = "for plain lines: bioblue play ENVIRONMENT --display plain") -> None:
    """Raise UsageError without a terminal; its message says what to do instead."""
    if not _on_terminal():
        raise UsageError(f"the screen needs a terminal; {otherwise}")


def run_app(
    data: Path | None,
    first: Callable[[], Shown] | None = None,
    spec: TrialSpec | None = None,
    left: Callable[[str], None] = lambda path: None,
) -> None:
    """Show the application until it is left.

    Args:
        data: The data directory; None for the platform's.
        first: Makes the screen to show instead of the home screen; called once the first line is painted.
        spec: The trial that this screen plays.
        left: Receives the path of the last trial's record, however the application ends; empty where there is none.

    Raises:
        SystemExit: When a signal or a fault of the program ended it.
    """
    # Textual reads this when it is imported. At four times its frame rate keys show sooner, even while steps are
    # painted; nothing is painted more often than it changes.
    os.environ.setdefault("TEXTUAL_FPS", "240")
    from bioblue_tui.app.bioblue import BioBlueApp
    from bioblue_tui.config import Config

    app = BioBlueApp(data, first, spec, Config.load(config_file()))
    left(app.run() or "")
    if app.failed:
        raise SystemExit(app.failed)


def _on_terminal() -> bool:
    # A stream that was closed before the start is None. Textual paints on standard error.
    return all(stream is not None and stream.isatty() for stream in (sys.stdin, sys.stdout, sys.stderr))
