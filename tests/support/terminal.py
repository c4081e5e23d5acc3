"""Programs in a real pseudo-terminal: keys go in, every byte that comes out is kept, and a screen is made of them."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping, Sequence
from types import TracebackType
from typing import Protocol

import pyte
from wcwidth import wcwidth

from tests.support.tty_process import TtyProcess

DEADLINE = 60.0
"""Seconds that anything may take; reached only when a test fails."""

KEYS = {
    "enter": "\r",
    "esc": "\x1b",
    "tab": "\t",
    "up": "\x1b[A",
    "down": "\x1b[B",
    "right": "\x1b[C",
    "left": "\x1b[D",
    "home": "\x1b[H",
    "end": "\x1b[F",
    "pageup": "\x1b[5~",
    "pagedown": "\x1b[6~",
    "backspace": "\x7f",
    "space": " ",
    "f1": "\x1bOP",
    "f2": "\x1bOQ",
    "f4": "\x1bOS",
    **{f"ctrl+{letter}": chr(ord(letter) - 96) for letter in "cgoqrst"},
}
"""What a terminal sends for a key."""

# pyte prints parts of control strings and private sequences that it does not know.
_UNKNOWN = re.compile(r"\x1b(?:\[[<>=][0-9;]*[ -/]*[@-~]|\[\?[0-9;]*\$p|[\]P_^X][^\x07\x1b]*(?:\x07|\x1b\\))")
_UNFINISHED = re.compile(r"\x1b(?:\[[0-?]*[ -/]*|[\]P_^X][^\x07\x1b]*\x1b?)?\Z")

_ANSWERS = {b"\x1b[6n": b"\x1b[1;1R", b"\x1b[c": b"\x1b[?62;22c", b"\x1b[?2026$p": b"\x1b[?2026;2$y"}
"""What a terminal says when it is asked where its cursor is, what it is, and whether it shows frames as a whole."""

_FRAME_BEGINS, _FRAME_ENDS = b"\x1b[?2026h", b"\x1b[?2026l"


class Process(Protocol):
    """What a terminal needs of what runs in it."""

    @property
    def pid(self) -> int:
        """The process."""

    def write(self, data: bytes) -> None:
        """Send what a keyboard would send."""

    def read(self, end: float) -> bytes | None:
        """Read what has come out; see ``TtyProcess``."""

    def close(self) -> None:
        """End it."""


class Terminal:
    """A command in a terminal; use it as a context manager, which ends the command if it still runs.

    Args:
        command: The program and its arguments.
        size: Columns and rows.
        environ: Environment variables of the command.

    Attributes:
        output: All bytes that the command has written to the terminal so far.
        pace: Seconds that a person takes at least from one Enter to the next.
    """

    def __init__(self, command: Sequence[str], size: tuple[int, int], environ: Mapping[str, str]) -> None:
        self._begin(TtyProcess(command, size, environ), size)

    @classmethod
    def of(cls, process: Process, size: tuple[int, int]) -> Terminal:
        """Return the terminal of something that behaves as a process in one."""
        terminal = cls.__new__(cls)
        terminal._begin(process, size)
        return terminal

    def _begin(self, process: Process, size: tuple[int, int]) -> None:
        columns, rows = size
        self.output = bytearray()
        self.pace = self._entered = 0.0
        self._screen = pyte.Screen(columns, rows)
        self._seen: dict[int, str] = {}
        self._stream = pyte.Stream(self._screen)
        self._held = b""
        self._shown = 0
        self._over = False
        self._process = process

    def __enter__(self) -> Terminal:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._process.close()

    @property
    def pid(self) -> int:
        """The process."""
        return self._process.pid

    @property
    def lines(self) -> list[str]:
        """The screen, without blanks at the ends of lines."""
        for row in self._screen.dirty:
            self._seen[row] = self._line(row).rstrip()
        self._screen.dirty.clear()
        return [self._seen.get(row, "") for row in range(self._screen.lines)]

    @property
    def text(self) -> str:
        """The screen as one text."""
        return "\n".join(self.lines)

    def colour_of(self, text: str) -> str:
        """The colour of a text on the screen, where it stands first."""
        for row, line in enumerate(self.lines):
            if text in line:
                return str(self._screen.buffer[row][line.index(text)].fg)
        raise AssertionError(f"{text!r} is not on the screen:\n{self.text}")

    def press(self, *keys: str) -> None:
        """Press keys, by their name in ``KEYS`` or as a character, each as a write of its own."""
        for key in keys:
            if key == "enter":
                while time.monotonic() < self._entered + self.pace:
                    self._read(self._entered + self.pace)
                self._entered = time.monotonic()
            self._process.write(KEYS.get(key, key).encode())

    def type(self, text: str) -> None:
        """Type a text."""
        if "\r" in text:
            self._entered = time.monotonic()
        self._process.write(text.encode())

    def wait(self, *wanted: str | re.Pattern[str] | Callable[[str], object], seconds: float = DEADLINE) -> str:
        """Read until the screen holds all that is wanted, and return the screen's text.

        Args:
            wanted: Texts, patterns, or functions of the screen's text that are to be true.
            seconds: How long that may take.
        """

        def missing() -> list[object]:
            text = self.text
            return [one for one in wanted if not _holds(one, text)]

        end = time.monotonic() + seconds
        # What stands there in the middle of a frame was never on the screen.
        while (left := missing()) or not self._is_whole:
            if not self._read(end):
                why = "the command ended" if self._over else f"{seconds:g} s passed"
                raise AssertionError(f"{why} and the screen does not show {left}:\n{self.text}")
        return self.text

    def finish(self, seconds: float = DEADLINE) -> int:
        """Read until the command ends, and return its exit code; minus the signal's number if one ended it."""
        end = time.monotonic() + seconds
        while self._read(end):
            pass
        assert self._over, f"{seconds:g} s passed and the command still runs:\n{self.text}"
        assert isinstance(self._process, TtyProcess)
        return self._process.wait(DEADLINE)

    def resize(self, columns: int, rows: int) -> None:
        """Give the terminal another size, as its window would."""
        assert isinstance(self._process, TtyProcess)
        self._screen.resize(rows, columns)
        self._process.resize(columns, rows)

    def hang_up(self, seconds: float = DEADLINE) -> int:
        """Close the terminal, as its window would, and return the command's exit code."""
        assert isinstance(self._process, TtyProcess)
        self._process.hang_up()
        self._over = True
        return self._process.wait(seconds)

    def _read(self, end: float) -> bool:
        """Read once; False when the time is over or nothing will come any more."""
        data = None if self._over else self._process.read(end)
        if not data:
            self._over |= data == b""
            self._show(len(self.output) if self._over else self._shown)
            return False
        self.output += data
        # A command that paints without a pause is seen at the ends of its frames, too.
        ended, begun = self.output.rfind(_FRAME_ENDS), self.output.rfind(_FRAME_BEGINS)
        end_of_frame = ended + len(_FRAME_ENDS)
        self._show(end_of_frame if self._shown < end_of_frame and ended < begun else len(self.output))
        for question, answer in _ANSWERS.items():
            if question in data:
                self._process.write(answer)
        return True

    @property
    def _is_whole(self) -> bool:
        ended, begun = (self.output.rfind(marker, 0, self._shown) for marker in (_FRAME_ENDS, _FRAME_BEGINS))
        return self._over or ended >= begun

    def _show(self, end: int) -> None:
        self._feed(bytes(self.output[self._shown : end]))
        self._shown = end

    def _line(self, row: int) -> str:
        # A wide character fills two cells, the second of which is empty; where only its first was painted over, the
        # second is a blank. pyte's own ``display`` fails there.
        line = self._screen.buffer[row]
        cells = [line[column].data for column in range(self._screen.columns)]
        if "" not in cells:
            return "".join(cells)
        before = ["", *cells[:-1]]
        return "".join(
            cell or ("" if left and wcwidth(left[0]) == 2 else " ") for left, cell in zip(before, cells, strict=True)
        )

    def _feed(self, data: bytes) -> None:
        # A sequence, or a character, may come in two parts.
        data = self._held + data
        whole = data.decode("utf-8", "ignore")
        rest = data[len(whole.encode()) :] if data.startswith(whole.encode()) else b""
        unfinished = _UNFINISHED.search(whole)
        if unfinished:
            whole, rest = whole[: unfinished.start()], unfinished.group().encode() + rest
        self._held = rest
        self._stream.feed(_UNKNOWN.sub("", whole))


def _holds(wanted: str | re.Pattern[str] | Callable[[str], object], text: str) -> bool:
    if isinstance(wanted, str):
        return wanted in text
    return bool(wanted.search(text) if isinstance(wanted, re.Pattern) else wanted(text))
