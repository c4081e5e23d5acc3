"""Ending when a signal asks for it, with whole records and the terminal as it was."""

from __future__ import annotations

import asyncio
import errno
import os
import signal
import sys
import threading
from collections.abc import Callable, Coroutine, Sequence
from typing import Any, TypeVar

Result = TypeVar("Result")

SIGNALS = ("SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT")
"""Signals that ask a program to end. On a full screen, a key such as ctrl+c sends no signal."""

CODES = frozenset(128 + getattr(signal, name) for name in SIGNALS if hasattr(signal, name))
"""Exit codes that say which signal ended a command, as shells write them; 130 is an interruption."""

GRACE = 10.0
"""Seconds after which the program ends even if its screen has not: every step played is on the disk by then."""


def run_until_signal(
    play: Callable[[], Coroutine[Any, Any, Result]], stop: Callable[[], Coroutine[Any, Any, None]]
) -> Result:
    """Run a coroutine without a screen in an event loop of its own; a signal stops it as a person would.

    SIGINT is left to Python, which turns it into KeyboardInterrupt.

    Args:
        play: What to run; it returns soon after ``stop`` was called.
        stop: Stops it and leaves its records whole.

    Raises:
        SystemExit: When a signal has stopped it, with the code that says which.
    """
    asked: list[int] = []

    async def run() -> Result:
        stopping: list[asyncio.Task[None]] = []

        def end(code: int) -> None:
            asked.append(code)
            stopping.append(asyncio.ensure_future(stop()))

        on_signals(end, [name for name in SIGNALS if name != "SIGINT"])
        try:
            return await play()
        finally:
            await asyncio.gather(*stopping, return_exceptions=True)

    result = asyncio.run(run())
    if asked:
        raise SystemExit(asked[0])
    return result


def on_signals(end: Callable[[int], None], names: Sequence[str] = SIGNALS) -> None:
    """Call ``end`` with an exit code when one of these signals asks to end, in the running event loop, once only."""
    loop = asyncio.get_running_loop()
    heard, asked = False, False

    def hear(number: int, frame: object) -> None:
        # Runs even while the loop is blocked, as by a terminal that no longer takes output.
        nonlocal heard
        if not heard:
            heard = True
            last = threading.Timer(GRACE, os._exit, (128 + number,))
            last.daemon = True
            last.start()

    def ask(number: int) -> None:
        nonlocal asked
        if not asked:
            asked = True
            _let_go_of_a_lost_terminal()
            end(128 + number)

    for name in names:
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
            try:
                loop.add_signal_handler(number, ask, number)
                # The loop learns of a signal by other means than this handler, which only interrupts a blocking call
                # for a moment.
                signal.signal(number, hear)
            except (NotImplementedError, RuntimeError, ValueError):
                # Not possible on this system or in this thread: the signal does what it always did.
                return


def is_lost(number: int) -> bool:
    """Return whether an open file is a terminal that is gone."""
    if sys.platform == "win32":
        return False
    import termios

    try:
        termios.tcgetattr(number)
    except termios.error as error:
        return bool(error.args[0] == errno.EIO)
    return False


def _let_go_of_a_lost_terminal() -> None:
    """Connect the standard streams to nothing where the terminal is gone: painting would wait for it for ever."""
    for number in filter(is_lost, range(3)):
        nothing = os.open(os.devnull, os.O_RDWR)
        os.dup2(nothing, number)
        os.close(nothing)
