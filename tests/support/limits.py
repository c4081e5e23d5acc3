"""Processes that the system sets limits to: files that may not grow, directories that may not be written."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.command import Bioblue
from tests.support.terminal import Terminal

_NOBODY = 65534
"""The user that owns nothing."""

BLOCK = 512
"""Bytes of a block as ``ulimit -f`` of a POSIX shell counts them."""


def limited(bioblue: Bioblue, blocks: int, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run a command that may write no file beyond so many blocks; the system refuses as it does on a full disk."""
    return bioblue.run_as([*_limit(blocks), bioblue.command, *map(str, arguments)])


def limited_terminal(bioblue: Bioblue, blocks: int, *arguments: str | Path) -> Terminal:
    """Run such a command in a terminal."""
    return Terminal([*_limit(blocks), bioblue.command, *map(str, arguments)], (120, 36), bioblue.environ)


def _limit(blocks: int) -> list[str]:
    if sys.platform == "win32":
        pytest.skip("the system sets no limits to files")
    shell = shutil.which("sh") or pytest.skip("no POSIX shell here")
    # Python would leave half of what it compiles behind.
    return [shell, "-c", f'export PYTHONDONTWRITEBYTECODE=1; ulimit -f {blocks} && exec "$0" "$@"']


@contextmanager
def of_nobody() -> Iterator[Bioblue]:
    """Give a command that runs as somebody for whom files without permission are out of reach; root knows no such."""
    if not hasattr(os, "geteuid"):
        pytest.skip("the system has no permissions of files as POSIX knows them")
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        bioblue = Bioblue(root)
        if os.geteuid() == 0:
            root.chmod(0o777)
            bioblue.user = _NOBODY
            if not _runs(bioblue):
                pytest.skip("nobody else can run what is installed here")
        yield bioblue
        for path in [root, *root.rglob("*")]:
            if path.is_dir():
                path.chmod(0o777)


def _runs(bioblue: Bioblue) -> bool:
    try:
        return bioblue.run("--version").returncode == 0
    except PermissionError:
        return False
