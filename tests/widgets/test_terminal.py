"""The terminal: keys are dated when they were pressed, and nobody waits for a terminal that is gone."""

import io
import os
import signal
import threading

import pytest
from textual import events

from bioblue_tui.widgets import terminal
from bioblue_tui.widgets.terminal import Packets, Writer


def test_all_keys_of_a_packet_were_pressed_before_the_first_of_them_does_anything() -> None:
    keys = iter(Packets(False).feed("3\r\r"))
    next(keys)
    begun = events.Key("x", "x").time
    rest = list(keys)
    assert len(rest) == 2
    assert all(isinstance(key, events.Key) and key.time <= begun for key in rest)


@pytest.mark.skipif(not hasattr(signal, "SIGHUP"), reason="no such signal here")
@pytest.mark.parametrize("ignored", [False, True])
def test_a_terminal_that_is_gone_ends_the_program_as_its_signal_would(
    ignored: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[int] = []
    monkeypatch.setattr(terminal, "is_lost", lambda number: True)
    monkeypatch.setattr(os, "kill", lambda pid, number: sent.append(number))
    monkeypatch.setattr(signal, "getsignal", lambda number: signal.SIG_IGN if ignored else signal.SIG_DFL)
    list(Packets(False).tick())
    assert sent == [signal.SIGTERM if ignored else signal.SIGHUP]


class Gone(io.StringIO):
    """A terminal that was closed."""

    def write(self, text: str) -> int:
        """Fail, as it does."""
        raise OSError(5, "Input/output error")


@pytest.mark.parametrize("file", [io.StringIO, Gone])
def test_whoever_paints_on_a_terminal_that_is_gone_does_not_wait_for_it(file: type[io.StringIO]) -> None:
    writer = Writer(file())
    writer.start()

    def paint() -> None:
        for _ in range(100):
            writer.write("frame")
        writer.stop()

    painting = threading.Thread(target=paint, daemon=True)
    painting.start()
    painting.join(60)
    assert not painting.is_alive()
