"""Processes that the system sets limits to: files that may not grow, directories that may not be written."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.command import Bioblue
from tests.support.terminal import Terminal

BLOCK = 512
"""Bytes of a block as ``ulimit -f`` of a POSIX shell counts them."""


def limited(bioblue: Bioblue, blocks: int, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run a command that may write no file beyond so many blocks; the system refuses as it does on a full disk."""
    return limited_shell(bioblue, blocks, 'exec "$0" "$@"', *arguments)


def limited_shell(
    bioblue: Bioblue, blocks: int, script: str, *arguments: str | Path
) -> subprocess.CompletedProcess[str]:
    """Run a line of a shell in which ``"$0" "$@"`` is such a command."""
    return bioblue.run_as([*_limit(blocks, script), bioblue.command, *map(str, arguments)])


def limited_terminal(bioblue: Bioblue, blocks: int, *arguments: str | Path) -> Terminal:
    """Run such a command in a terminal."""
    return Terminal([*_limit(blocks), bioblue.command, *map(str, arguments)], (120, 36), bioblue.environ)


def _limit(blocks: int, script: str = 'exec "$0" "$@"') -> list[str]:
    if sys.platform == "win32":
        pytest.skip("the system sets no limits to files")
    shell = shutil.which("sh") or pytest.skip("no POSIX shell here")
    # Python would leave half of what it compiles behind.
    return [shell, "-c", f"export PYTHONDONTWRITEBYTECODE=1; ulimit -f {blocks} && {script}"]


def permitted(bioblue: Bioblue, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run a command that permissions of files hold for, which they do not for root."""
    command = [bioblue.command, *map(str, arguments)]
    if not hasattr(os, "geteuid"):
        pytest.skip("the system has no permissions of files as POSIX knows them")
    if os.geteuid() == 0:
        drop = shutil.which("setpriv") or pytest.skip("nothing is read-only for root")
        command = [drop, "--bounding-set", "-dac_override,-dac_read_search", *command]
    return bioblue.run_as(command)


@contextmanager
def read_only(directory: Path, *files: Path) -> Iterator[None]:
    """Make a directory and some files in it read-only for a while."""
    for file in files:
        file.chmod(0o444)
    directory.chmod(0o555)
    try:
        yield
    finally:
        directory.chmod(0o755)
