"""A pseudo-terminal with a clock: when which bytes came out of a program, and nothing parsed while it is timed."""

from __future__ import annotations

import errno
import os
import re
import select
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pexpect.pty_spawn import ptyprocess

from tests.support.command import Bioblue

SIZE = (120, 36)
"""Columns and rows of every measured screen: all panels of a trial are shown."""

PATIENCE = 20.0
"""Seconds after which a program that says nothing has failed."""

_ANSWERS = {b"\x1b[6n": b"\x1b[1;1R", b"\x1b[c": b"\x1b[?62;22c"}
"""What a terminal says when it is asked where its cursor is, and what it is."""


class Typist:
    """A program in a terminal, watched to the millisecond.

    Args:
        command: The program and its arguments.
        environ: Its environment variables.
        size: Columns and rows of its terminal.

    Attributes:
        chunks: What came out so far, each with the seconds since the start.
    """

    def __init__(self, command: Sequence[str], environ: Mapping[str, str], size: tuple[int, int] = SIZE) -> None:
        self.chunks: list[tuple[float, bytes]] = []
        columns, rows = size
        self._begun = time.perf_counter()
        self._process: Any = ptyprocess.PtyProcess.spawn(list(command), env=dict(environ), dimensions=(rows, columns))

    def close(self) -> None:
        """End the program."""
        self._process.close(force=True)

    def drain(self, seconds: float) -> None:
        """Read for a while."""
        end = time.perf_counter() + seconds
        while self._read(end):
            pass

    def settle(self, quiet: float = 0.4) -> None:
        """Read until the program has drawn something and then been quiet for so many seconds."""
        end = time.perf_counter() + PATIENCE
        while self._read(time.perf_counter() + (quiet if self.chunks else PATIENCE)) and time.perf_counter() < end:
            pass

    def time_key(self, key: str, shows: re.Pattern[bytes]) -> float:
        """Press a key and return the milliseconds until what it changes on the screen comes out."""
        seen = bytearray()
        begun = time.perf_counter()
        os.write(self._process.fd, key.encode())
        while self._read(begun + PATIENCE):
            seen += self.chunks[-1][1]
            if shows.search(seen):
                return (time.perf_counter() - begun) * 1000
        raise AssertionError(f"nothing like {shows.pattern!r} came within {PATIENCE:g} s of {key!r}")

    def _read(self, end: float) -> bool:
        rest = end - time.perf_counter()
        if rest <= 0 or not select.select([self._process.fd], [], [], rest)[0]:
            return False
        try:
            data = os.read(self._process.fd, 65536)
        except OSError as error:
            if error.errno != errno.EIO:
                raise
            return False
        self.chunks.append((time.perf_counter() - self._begun, data))
        for question, answer in _ANSWERS.items():
            if question in data:
                os.write(self._process.fd, answer)
        return bool(data)


@contextmanager
def typing(command: Sequence[str], size: tuple[int, int] = SIZE) -> Iterator[Typist]:
    """Run a program in a terminal, with an empty data directory of its own; it is ended afterwards."""
    with tempfile.TemporaryDirectory() as root:
        typist = Typist(command, Bioblue(Path(root)).environ, size)
        try:
            yield typist
        finally:
            typist.close()
