"""Run as a program: does what a new person does with a command line, and passes when it leads to a trial on the screen.

python -m tests.support.start_app DIRECTORY COMMAND
"""

from __future__ import annotations

import os
import re
import sys
import tempfile
from pathlib import Path

from tests.support.command import Bioblue
from tests.support.terminal import Terminal

INSTALL_SECONDS = 300.0
"""Longest time in which everything is installed and the first screen is there."""


def main(directory: str, command: str) -> None:
    """Run the command in the directory, start a trial with two keys, and leave."""
    with tempfile.TemporaryDirectory() as root:
        bioblue = Bioblue(Path(root))
        # pip is to find its settings and its cache.
        own = {name: value for name, value in bioblue.environ.items() if name.startswith("BIOBLUE_") or name == "TERM"}
        line = f'cd "$0" && {command}'
        with Terminal(["/bin/sh", "-c", line, directory], (120, 36), {**os.environ, **own}) as terminal:
            terminal.wait("multi-homeostasis", "nothing yet", "Quit", seconds=INSTALL_SECONDS)
            unfocused = terminal.colour_of("╭─ agent")
            terminal.press("enter")
            terminal.wait(lambda _: terminal.colour_of("╭─ agent") != unfocused)
            terminal.press("enter")
            terminal.wait("▶ live", re.compile(r"step [1-9]\d*/100"))
            terminal.press("esc")
            terminal.wait("recent trials", "stopped")
            terminal.press("ctrl+q")
            status = terminal.finish()
        records = len(bioblue.files())
    if (status, records) != (0, 1):
        sys.exit(f"the command ended with {status} and left {records} records")
    sys.stdout.write("home screen, a trial and a clean end: seen\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
