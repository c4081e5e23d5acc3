"""A provider of language models on 127.0.0.1, for tests: real HTTP, both APIs, answers computed, faults on demand."""

from __future__ import annotations

import json
import re
import threading
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Literal

Api = Literal["openai", "anthropic"]

WAIT_SECONDS = 10
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


@dataclass(frozen=True, slots=True)
class Reply:
    """What the model says. ``stop`` is the API's own word for why it ended; empty for a normal end.

    ``message`` replaces fields of OpenAI's message; ``usage`` fields of the usage.
    """

    text: str | None = ""
    reasoning: str = ""
    stop: str = ""
    message: Mapping[str, object] = field(default_factory=dict)
    usage: Mapping[str, object] = field(default_factory=dict)


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
    STALL = "nothing comes until the client hangs up"


Fault = Raw | Broken


def error(status: int, message: str = "so it goes", *, retry_after: str = "", **details: object) -> Raw:
    """Make an error response; its body has what both APIs put there."""
    body = {"type": "error", "error": {"message": message, "type": "some_error", **details}}
    return Raw(status, json.dumps(body).encode(), {"retry-after": retry_after} if retry_after else {})


def json_body(body: object, status: int = 200) -> Raw:
    """Make a response with any JSON."""
    return Raw(status, json.dumps(body).encode())


HTML = Raw(200, b"<!DOCTYPE html><html><body>Welcome to the router</body></html>", content_type="text/html")
BROKEN_JSON = Raw(200, b'{"choices": [{"message"')


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
        faults: Each request takes one from the left and suffers it instead of being answered; None for an answer.
        refuses: Parameters that the model refuses with HTTP 400.
        hung_up: Set when a client closed the connection of a stalled request.
    """

    def __init__(self, answer: Callable[[Request], str | Reply] = thermostat) -> None:
        self.answer = answer
        self.journal: list[Request] = []
        self.faults: deque[Fault | None] = deque()
        self.refuses: tuple[str, ...] = ()
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
        return self.faults.popleft() if self.faults else None

    def usage(self, request: Request) -> tuple[int, int]:
        """Return tokens of a request, and those of them that the request before it had brought into the cache."""
        earlier = [entry for entry in self.journal if entry is not request]
        known = len(earlier[-1].body["messages"]) if earlier else 0
        counts = [len(message["content"]) // 4 + 1 for message in request.body["messages"]]
        return sum(counts), sum(counts[:known])


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
        if isinstance(fault, Broken):
            self._break(fault)
        else:
            self._send(fault or json_body(_success(provider, request)))

    def _send(self, raw: Raw, *, missing: int = 0) -> None:
        self.send_response(raw.status)
        headers = {"content-type": raw.content_type, "content-length": str(len(raw.body) + missing), **raw.headers}
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(raw.body)

    def _break(self, fault: Broken) -> None:
        self.close_connection = True
        if fault is Broken.TORN:
            self._send(BROKEN_JSON, missing=100)
        elif fault is Broken.STALL:
            self.connection.settimeout(WAIT_SECONDS)
            if self.rfile.read(1) == b"":
                self.server.provider.hung_up.set()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        pass


def _success(provider: FakeProvider, request: Request) -> dict[str, object]:
    said = provider.answer(request)
    reply = Reply(said) if isinstance(said, str) else said
    total, cached = provider.usage(request)
    output = len((reply.text or "") + reply.reasoning) // 4 + 1
    shape = _openai if request.api == "openai" else _anthropic
    return shape(request, reply, total, cached, output)


def _openai(request: Request, reply: Reply, total: int, cached: int, output: int) -> dict[str, object]:
    reasoning = {"reasoning_content": reply.reasoning} if reply.reasoning else {}
    message = {"role": "assistant", "content": reply.text, **reasoning, **reply.message}
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 0,
        "model": request.body["model"],
        "choices": [{"index": 0, "message": message, "finish_reason": reply.stop or "stop"}],
        "usage": {
            "prompt_tokens": total,
            "completion_tokens": output,
            "total_tokens": total + output,
            "prompt_tokens_details": {"cached_tokens": cached},
            **reply.usage,
        },
    }


def _anthropic(request: Request, reply: Reply, total: int, cached: int, output: int) -> dict[str, object]:
    thinking = [{"type": "thinking", "thinking": reply.reasoning, "signature": "s"}] if reply.reasoning else []
    text = [{"type": "text", "text": reply.text}] if reply.text else []
    # Everything but the last message goes into the cache; the API counts the three kinds apart.
    fresh = len(request.asked) // 4 + 1
    usage = {
        "input_tokens": fresh,
        "cache_creation_input_tokens": max(0, total - cached - fresh),
        "cache_read_input_tokens": min(cached, total - fresh),
        "output_tokens": output,
        **reply.usage,
    }
    return {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": request.body["model"],
        "content": [*thinking, *text],
        "stop_reason": reply.stop or "end_turn",
        "stop_sequence": None,
        "usage": usage,
    }
