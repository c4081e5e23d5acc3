"""Server-sent events, of which a streamed answer consists."""

from __future__ import annotations

from collections.abc import Iterator


class EventDecoder:
    """Splits a stream into events, wherever its bytes were cut."""

    def __init__(self) -> None:
        self._line: list[bytes] = []
        self._after_return = False
        self._name = ""
        self._data: list[str] = []

    def feed(self, data: bytes) -> Iterator[tuple[str, str]]:
        """Take more bytes and yield name and data of the events that are whole by now.

        Raises:
            ValueError: For bytes that are not UTF-8.
        """
        if not data:
            return
        # A line ends with LF, CR or CR LF, whose two bytes may arrive apart.
        if self._after_return and data[0] == 10:
            data = data[1:]
        self._after_return = data.endswith(b"\r")
        if b"\r" in data:
            data = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        head, *rest = data.split(b"\n")
        self._line.append(head)
        if not rest:
            return
        rest.insert(0, b"".join(self._line))
        self._line = [rest.pop()]
        for line in rest:
            if line:
                self._take(line.decode())
            elif self._data:
                event = (self._name, "\n".join(self._data))
                self._name, self._data = "", []
                yield event
            else:
                self._name = ""

    def _take(self, line: str) -> None:
        name, _, value = line.partition(":")
        if name == "data":
            self._data.append(value.removeprefix(" "))
        elif name == "event":
            self._name = value.removeprefix(" ")
