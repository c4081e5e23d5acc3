"""A program on the far side of a pseudo-terminal, as its session's leader, as a terminal starts one."""

from __future__ import annotations

import errno
import os
import select
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence

import pytest

if sys.platform != "win32":
    import termios

_LEAD = "import os, sys; os.login_tty(0); os.execv(sys.argv[1], sys.argv[1:])"
"""Makes the terminal that is its standard input its own, then becomes the program. A fork of the tests that did the
same may deadlock, for they run threads."""


class TtyProcess:
    """A program that runs in a pseudo-terminal; tests are skipped where there are none.

    Args:
        command: The program, with its path, and its arguments.
        size: Columns and rows of the terminal.
        environ: Environment variables of the program.
    """

    def __init__(self, command: Sequence[str], size: tuple[int, int], environ: Mapping[str, str]) -> None:
        if sys.platform == "win32":
            pytest.skip("the system has no pseudo-terminals that Python can open")
        columns, rows = size
        self._fd, far = os.openpty()
        try:
            termios.tcsetwinsize(far, (rows, columns))
            self._process = subprocess.Popen(
                [sys.executable, "-I", "-S", "-c", _LEAD, *command], env=environ, stdin=far, stdout=far, stderr=far
            )
        except BaseException:
            os.close(self._fd)
            raise
        finally:
            os.close(far)

    @property
    def pid(self) -> int:
        """The process."""
        return self._process.pid

    def write(self, data: bytes) -> None:
        """Send what a keyboard would send."""
        while data:
            data = data[os.write(self._fd, data) :]

    def read(self, end: float) -> bytes | None:
        """Read what has come out: no bytes when the program has ended, None when the monotonic clock says ``end``."""
        rest = end - time.monotonic()
        if rest <= 0 or not select.select([self._fd], [], [], rest)[0]:
            return None
        try:
            return os.read(self._fd, 65536)
        except OSError as error:
            # Linux's way of saying that the far side is closed.
            if error.errno == errno.EIO:
                return b""
            raise

    def wait(self, seconds: float) -> int:
        """Wait for the end and return the exit code; minus the signal's number if one ended it."""
        return self._process.wait(seconds)

    def resize(self, columns: int, rows: int) -> None:
        """Give the terminal another size."""
        assert sys.platform != "win32"
        termios.tcsetwinsize(self._fd, (rows, columns))

    def hang_up(self) -> None:
        """Close the terminal while the program runs in it."""
        os.close(self._fd)
        self._fd = -1

    def close(self) -> None:
        """End the program if it still runs, and close the terminal."""
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()
        if self._fd >= 0:
            os.close(self._fd)
