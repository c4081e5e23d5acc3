"""One visitor's application: the server runs it as a program, and it ends with the server.

A visitor's records are in a temporary directory that nobody else can read and that is removed when they leave. They
can't use files of this computer or language models.
"""

from __future__ import annotations

import argparse
import os
import shutil
import tempfile
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from bioblue_tui.app.bioblue import BioBlueApp
from bioblue_tui.config import Config
from bioblue_tui.models.providers import is_model
from bioblue_tui.system.paths import CONFIG_VARIABLE, DATA_DIR_VARIABLE, real_path
from bioblue_tui.wordings.collection import names

if TYPE_CHECKING:
    from bioblue_tui.app.navigation import Shown
    from bioblue_tui.lessons.format import Lesson
    from bioblue_tui.screens.home.screen import HomeScreen
    from bioblue_tui.screens.trial.screen import TrialScreen

LOOK = 0.5
"""Seconds between two checks whether the server still runs."""

GRACE = 3.0
"""Seconds that the application has to end by itself once the server is gone."""

PREFIX = "bioblue-visitor-"
"""How the names of visitors' directories begin."""


class VisitorApp(BioBlueApp):
    """The application as a visitor may use it.

    Args:
        root: The visitor's directory.
        lesson: The lesson to give; None for the home screen.
        large: Whether to begin in large type.
    """

    MODELS_REFUSED = "models can't be used in a browser"

    def __init__(self, root: Path, lesson: Lesson | None, *, large: bool) -> None:
        def first() -> Shown:
            from bioblue_tui.screens.lesson.screen import LessonScreen

            assert lesson is not None
            return LessonScreen(lesson, large=large)

        super().__init__(root / "data", first if lesson else None, config=Config())
        self._root = root

    def _refuse_visitor(self, what: str) -> None:
        self.notify(f"{what} can't be used in a browser.", severity="warning", markup=False)

    def on_home_screen_started(self, message: HomeScreen.Started) -> None:
        """Refuse trials of a model or of a file's answers; the base class's handler begins all others."""
        if not _harmless(message.spec.agent):
            message.prevent_default()
            self._refuse_visitor("Models and files")

    def on_home_screen_opened(self, message: HomeScreen.Opened) -> None:
        """Open only the visitor's own records."""
        if not real_path(message.path).is_relative_to(real_path(self._root)):
            message.prevent_default()
            self._refuse_visitor("Files of the server")

    def on_trial_screen_fork_asked(self, message: TrialScreen.ForkAsked) -> None:
        """Refuse forks that use a file or need a model."""
        wording = message.changes.wording
        own = wording is not None and wording.name not in names()
        if message.changes.instruction or own or not _harmless(message.changes.agent):
            message.prevent_default()
            message.settle("models and files of the server can't be used in a browser")


def _harmless(agent: str) -> bool:
    return not is_model(agent) and agent.partition(":")[0] != "replay"


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the application until the visitor leaves or the server is gone.

    Args:
        arguments: As on the command line; None for those of the process.
    """
    parser = argparse.ArgumentParser()
    parser.add_argument("--server", type=int, required=True)
    parser.add_argument("--lesson")
    parser.add_argument("--large", action="store_true")
    given = parser.parse_args(arguments)
    lesson = None
    if given.lesson:
        from bioblue_tui.lessons.collection import find

        lesson = find(given.lesson)
    # Made with access for this user alone.
    root = Path(tempfile.mkdtemp(prefix=PREFIX))
    try:
        os.chdir(root)
        os.environ |= {DATA_DIR_VARIABLE: str(root / "data"), CONFIG_VARIABLE: str(root / "config.toml")}
        app = VisitorApp(root, lesson, large=given.large)
        watch = threading.Thread(target=_end_with, args=(given.server, app, root), daemon=True, name="server-watch")
        watch.start()
        app.run()
    finally:
        # Windows does not remove the working directory of a program.
        os.chdir(tempfile.gettempdir())
        shutil.rmtree(root, ignore_errors=True)


def _end_with(server: int, app: VisitorApp, root: Path) -> None:
    """End this process when the server is gone, whatever ended the server."""
    while os.getppid() == server:
        time.sleep(LOOK)
    app.call_later(app.exit)
    time.sleep(GRACE)
    # The application did not end by itself; everything that happened in it is on the disk by now.
    shutil.rmtree(root, ignore_errors=True)
    os._exit(0)


if __name__ == "__main__":
    main()
