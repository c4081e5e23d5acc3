"""The installed command ``bioblue``, run as a person runs it: with a data directory of its own and without keys."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import Any

import pytest

from bioblue_tui.records.journal import read_journal
from bioblue_tui.records.schema import Record
from bioblue_tui.studies.measuring import HELD, REPEATED
from tests.support.terminal import DEADLINE, Terminal

COMMAND = str(Path(sysconfig.get_path("scripts"), "bioblue.exe" if sys.platform == "win32" else "bioblue"))
"""The command of this Python; tests fail where the project is not installed."""

_FOREIGN = (
    *("OPENAI_", "ANTHROPIC_", "BIOBLUE_", "TEXTUAL", "PYTHON", "XDG_"),
    *("COLOR", "NO_COLOR", "FORCE_COLOR", "COLUMNS", "LINES"),
)
"""How names of variables begin that would change what is tested."""


class Bioblue:
    """The command with its own data directory.

    Args:
        root: An empty directory.
        command: The command's file.
        environ: Further environment variables.
    """

    def __init__(self, root: Path, command: str = COMMAND, **environ: str) -> None:
        self.root = root
        self.command = command
        self.data = root / "data"
        kept = {name: value for name, value in os.environ.items() if not name.startswith(_FOREIGN)}
        own = {
            "BIOBLUE_DATA_DIR": str(self.data),
            "BIOBLUE_CONFIG": str(root / "config.toml"),
            "HOME": str(root),
            "USERPROFILE": str(root),
            "TERM": "xterm-256color",
            "PYTHONUTF8": "1",
        }
        self.environ = {**kept, **own, **environ}

    def run(self, *arguments: str | Path, answers: str = "") -> subprocess.CompletedProcess[str]:
        """Run without a terminal, with these lines as standard input."""
        return self.run_as([self.command, *map(str, arguments)], answers)

    def shell(self, script: str) -> subprocess.CompletedProcess[str]:
        """Run lines of a shell, in which ``bioblue`` is the command; tests are skipped where there is no such shell."""
        if sys.platform == "win32":
            pytest.skip("the system has no POSIX shell")
        return self.run_as(["sh", "-c", re.sub(r"\bbioblue ", f"'{self.command}' ", script)], "")

    def run_as(self, command: list[str], answers: str = "") -> subprocess.CompletedProcess[str]:
        """Run any program as this one is run."""
        return subprocess.run(
            command,
            cwd=self.root,
            env=self.environ,
            input=answers,
            capture_output=True,
            encoding="utf-8",
            timeout=2 * DEADLINE,
            check=False,
        )

    def terminal(self, *arguments: str | Path, size: tuple[int, int] = (120, 36)) -> Terminal:
        """Run in a terminal of this many columns and rows."""
        terminal = Terminal([self.command, *map(str, arguments)], size, self.environ)
        if "study" in arguments:
            # Of a study's pages none is passed by a key that is held down.
            terminal.pace = HELD + REPEATED
        return terminal

    def files(self) -> list[Path]:
        """Return the records of trials, oldest first."""
        return sorted((self.data / "trials").glob("*"), key=lambda path: path.stat().st_mtime_ns)

    def file(self) -> Path:
        """Return the only record there is."""
        (path,) = self.files()
        return path

    def record(self) -> Record:
        """Read the only record there is."""
        return read_journal(self.file())


def lines_of(path: Path) -> list[dict[str, Any]]:
    """Return the lines of a record as they stand on disk."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def write_lines(path: Path, lines: list[dict[str, Any]]) -> Path:
    """Write lines as a record."""
    path.write_text("".join(f"{json.dumps(line)}\n" for line in lines), encoding="utf-8")
    return path
