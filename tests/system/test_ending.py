"""Ending when a signal asks for it, also where nothing in the program can go on."""

import signal
import subprocess
import sys

import pytest

BLOCKED = """
import asyncio, signal, threading
from bioblue_tui.system import ending

ending.GRACE = 0.2
# Whoever runs the tests may ignore it.
signal.signal({number}, signal.SIG_DFL)


async def play():
    ending.on_signals(print)
    print("ready", flush=True)
    {block}

asyncio.run(play())
"""


@pytest.mark.skipif(sys.platform == "win32", reason="signals are others there")
@pytest.mark.parametrize("block", ["threading.Event().wait()", "await asyncio.Event().wait()"])
@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP"])
def test_a_program_that_can_not_go_on_ends_all_the_same(block: str, name: str) -> None:
    number = getattr(signal, name)
    script = BLOCKED.format(block=block, number=int(number))
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, encoding="utf-8") as process:
        try:
            assert process.stdout
            assert process.stdout.readline() == "ready\n"
            process.send_signal(number)
            assert process.wait(30) == 128 + number
        finally:
            # Else it is waited for without end where it does not end.
            process.kill()
