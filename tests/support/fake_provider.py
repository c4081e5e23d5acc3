"""A provider of language models on 127.0.0.1, for tests: real HTTP, both APIs, answers computed, faults on demand."""

from __future__ import annotations

import json
import re
import socket
import struct
import threading
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Literal

from tests.support.fake_cache import Block, Count, PromptCache
from tests.support.fake_shapes import (
    Event,
    Reply,
    anthropic_body,
    anthropic_events,
    openai_body,
    openai_events,
    sse,
)

Api = Literal["openai", "anthropic"]

WAIT_SECONDS = 60
"""Longest wait for something that must happen; reached only when a test fails."""


@dataclass(frozen=True, slots=True)
class Request:
    """One request as it arrived. Names of headers are in lower case."""

    api: Api
    path: str
    headers: Mapping[str, str]
    body: dict[str, Any]

    @property
    def system(self) -> str:
        """The system instruction."""
        if self.api == "anthropic":
            return str(self.body.get("system", ""))
        return "".join(message["content"] for message in self.body["messages"] if message["role"] == "system")

    @property
    def conversation(self) -> list[tuple[str, str]]:
        """Role and content of every message but the system's."""
        return [(m["role"], m["content"]) for m in self.body["messages"] if m["role"] != "system"]

    @property
    def asked(self) -> str:
        """The last message."""
        return self.conversation[-1][1]

    @property
    def blocks(self) -> list[Block]:
        """The prompt from its beginning, as the cache sees it."""
        texts = [*([self.system] if self.system else []), *(text for _, text in self.conversation)]
        marked = len(texts) - 1 if "cache_control" in self.body else None
        return [Block(text, index == marked) for index, text in enumerate(texts)]


@dataclass(frozen=True, slots=True)
class Raw:
    """A response sent as it is."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    content_type: str = "application/json"


class Broken(Enum):
    """A response that never arrives whole."""

    DISCONNECT = "the connection closes without a word"
    TORN = "the connection closes in the middle of the body"
    RESET = "the connection is reset in the middle of the body"
    STALL = "nothing comes until the client hangs up"


@dataclass(frozen=True, slots=True)
class InStream:
    """A stream that goes wrong: after so many pieces of the answer these bytes come, then this happens.

    Where nothing else happens, the stream ends in good order, but without the answer's end.
    """

    after: int = 1
    send: bytes = b""
    then: Broken | None = None


Fault = Raw | Broken | InStream


def error(status: int, message: str = "so it goes", *, retry_after: str = "", **details: object) -> Raw:
    """Make an error response; its body has what both APIs put there."""
    body = {"type": "error", "error": {"message": message, "type": "some_error", **details}}
    return Raw(status, json.dumps(body).encode(), {"retry-after": retry_after} if retry_after else {})


def error_event(kind: str = "overloaded_error", message: str = "so it goes", after: int = 1) -> InStream:
    """Make a stream with an error in it, in a form that both APIs know."""
    body = {"type": "error", "error": {"message": message, "type": kind}}
    return InStream(after, sse(body, "error"))


def json_body(body: object, status: int = 200) -> Raw:
    """Make a response with any JSON."""
    return Raw(status, json.dumps(body).encode())


HTML = Raw(200, b"<!DOCTYPE html><html><body>Welcome to the router</body></html>", content_type="text/html")
BROKEN_JSON = Raw(200, b'{"choices": [{"message"')
BROKEN_EVENT = InStream(send=b'event: content_block_delta\ndata: {"choices": [{"del\n\n')


def thermostat(request: Request) -> str:
    """Read targets and levels from the last message and answer what brings each level to its target."""
    targets = re.findall(r"^Target.*: (-?\d+)$", request.asked, re.MULTILINE)
    levels = re.findall(r"^Actual level.*: (-?\d+)$", request.asked, re.MULTILINE)
    return ", ".join(str(max(0, int(t) - int(x))) for t, x in zip(targets, levels, strict=True))


class FakeProvider:
    """The server; use it as a context manager.

    Args:
        answer: What the model says to a request.

    Attributes:
        journal: Every request, oldest first.
        counts: Tokens of every request that was answered.
        cache: The prompt cache.
        context: Most tokens of a prompt; None for no limit.
        faults: Each request takes one from the left and suffers it instead of being answered; None for an answer.
        refuses: Parameters that the model refuses with HTTP 400.
        streams: False for a server that takes no notice of a wish for a stream.
        pace: Every piece of a streamed answer waits for this.
        cut: How a part of a stream is cut into the chunks that are sent; may change its bytes.
        hung_up: Set when a client closed the connection of a stalled request.
    """

    def __init__(self, answer: Callable[[Request], str | Reply] = thermostat) -> None:
        self.answer = answer
        self.journal: list[Request] = []
        self.counts: list[Count] = []
        self.cache = PromptCache()
        self.context: int | None = None
        self.faults: deque[Fault | None] = deque()
        self.refuses: tuple[str, ...] = ()
        self.streams = True
        self.pace: threading.Semaphore | None = None
        self.cut: Callable[[bytes], Iterable[bytes]] = lambda data: (data,)
        self.hung_up = threading.Event()
        self._arrived = threading.Condition()
        self._server = _Server(self)

    def __enter__(self) -> FakeProvider:
        # The poll decides only how long closing takes.
        threading.Thread(target=self._server.serve_forever, args=(0.002,), daemon=True).start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._server.shutdown()
        self._server.server_close()

    def url(self, api: Api) -> str:
        """Base URL of one API."""
        return f"http://127.0.0.1:{self._server.server_port}" + ("/v1" if api == "openai" else "")

    def wait_for(self, count: int) -> None:
        """Wait until so many requests have arrived. Blocks: use ``asyncio.to_thread`` in a loop."""
        with self._arrived:
            assert self._arrived.wait_for(lambda: len(self.journal) >= count, WAIT_SECONDS)

    def take(self, request: Request) -> Fault | None:
        """Note a request and return what is to go wrong with it."""
        with self._arrived:
            self.journal.append(request)
            self._arrived.notify_all()
        for name in self.refuses:
            if name in request.body:
                return error(400, f"Unsupported parameter: '{name}' is not supported with this model.", param=name)
        if self.context is not None and sum(block.tokens for block in request.blocks) > self.context:
            return error(400, f"prompt is too long: more than {self.context} tokens; context length exceeded")
        return self.faults.popleft() if self.faults else None

    def reply(self, request: Request) -> tuple[Reply, Count]:
        """Return what the model says, and the tokens of the request."""
        said = self.answer(request)
        counted = self.cache.count_automatic if request.api == "openai" else self.cache.count_marked
        self.counts.append(counted(request.blocks))
        return Reply(said) if isinstance(said, str) else said, self.counts[-1]


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, provider: FakeProvider) -> None:
        self.provider = provider
        super().__init__(("127.0.0.1", 0), _Handler)

    def handle_error(self, request: object, client_address: object) -> None:
        # A client that hangs up is part of the play; a fault of the server itself shows as a missing answer.
        pass


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    server: _Server

    def do_POST(self) -> None:
        provider = self.server.provider
        body = self.rfile.read(int(self.headers["content-length"]))
        headers = {name.lower(): value for name, value in self.headers.items()}
        path = self.path.partition("?")[0]
        if path not in ("/v1/chat/completions", "/v1/messages"):
            self._send(error(404, "no such path"))
            return
        api: Api = "anthropic" if path == "/v1/messages" else "openai"
        request = Request(api, self.path, headers, json.loads(body))
        fault = provider.take(request)
        if isinstance(fault, Raw):
            self._send(fault)
        elif isinstance(fault, Broken):
            if fault in (Broken.TORN, Broken.RESET):
                self._send(BROKEN_JSON, missing=100)
            self._break(fault)
        else:
            self._answer(request, fault)

    def _answer(self, request: Request, fault: InStream | None) -> None:
        reply, count = self.server.provider.reply(request)
        if not (request.body.get("stream") and self.server.provider.streams):
            shape = openai_body if request.api == "openai" else anthropic_body
            self._send(json_body(shape(request.body["model"], reply, count)))
            return
        events = (openai_events if request.api == "openai" else anthropic_events)(request.body, reply, count)
        self.send_response(200)
        self.send_header("content-type", "text/event-stream; charset=utf-8")
        self.send_header("transfer-encoding", "chunked")
        self.end_headers()
        self._stream(events, fault)

    def _stream(self, events: Iterable[Event], fault: InStream | None) -> None:
        pace, told = self.server.provider.pace, 0
        for is_piece, data in events:
            if fault is not None and told == fault.after:
                if fault.send:
                    self._chunk(fault.send)
                if fault.then is not None:
                    self._break(fault.then)
                    return
                break
            if is_piece and pace is not None:
                pace.acquire(timeout=WAIT_SECONDS)
            for part in self.server.provider.cut(data):
                self._chunk(part)
            told += is_piece
        self._chunk(b"")

    def _chunk(self, data: bytes) -> None:
        self.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
        self.wfile.flush()

    def _send(self, raw: Raw, *, missing: int = 0) -> None:
        self.send_response(raw.status)
        headers = {"content-type": raw.content_type, "content-length": str(len(raw.body) + missing), **raw.headers}
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(raw.body)
        self.wfile.flush()

    def _break(self, fault: Broken) -> None:
        self.close_connection = True
        if fault is Broken.RESET:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        elif fault is Broken.STALL:
            self.connection.settimeout(WAIT_SECONDS)
            if self.rfile.read(1) == b"":
                self.server.provider.hung_up.set()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        pass
