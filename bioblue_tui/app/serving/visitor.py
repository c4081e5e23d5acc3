"""One visitor's application: run as a program by the server, and over when the server is.

What a visitor does stays in a temporary directory that nobody else can read and that goes when they go. Files of this
computer and language models are not theirs to use.
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
"""Seconds between two looks at whether the server is still there."""

GRACE = 3.0
"""Seconds in which the application ends by itself once the server is gone."""

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
        """Begin no trial of a model, nor of a file's answers; the base class's handler begins all others."""
        if not _harmless(message.spec.agent):
            message.prevent_default()
            self._refuse_visitor("Models and files")

    def on_home_screen_opened(self, message: HomeScreen.Opened) -> None:
        """Open the visitor's own records only."""
        if not real_path(message.path).is_relative_to(real_path(self._root)):
            message.prevent_default()
            self._refuse_visitor("Files of the server")

    def on_trial_screen_fork_asked(self, message: TrialScreen.ForkAsked) -> None:
        """Fork with nothing that comes from a file or needs a model."""
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
        # Windows keeps the directory in which a program works.
        os.chdir(tempfile.gettempdir())
        shutil.rmtree(root, ignore_errors=True)


def _end_with(server: int, app: VisitorApp, root: Path) -> None:
    """End this process when the server is gone, whatever it was ended by."""
    while os.getppid() == server:
        time.sleep(LOOK)
    app.call_later(app.exit)
    time.sleep(GRACE)
    # What the application could not end by itself; everything that happened in it is on the disk by then.
    shutil.rmtree(root, ignore_errors=True)
    os._exit(0)


if __name__ == "__main__":
    main()
