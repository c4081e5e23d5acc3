"""A server on 127.0.0.1 that gives fixed responses and remembers what it was asked."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import NamedTuple


class Response(NamedTuple):
    """What is sent for a path."""

    body: bytes
    status: int = 200
    content_type: str = "application/json"
    location: str = ""


class SmallServer:
    """The server; use it as a context manager.

    Args:
        responses: By path, query included; anything else is 404.

    Attributes:
        asked: Path and headers of every request, oldest first. Names of headers are in lower case.
        url: Its address.
    """

    def __init__(self, responses: Mapping[str, Response]) -> None:
        self.asked: list[tuple[str, dict[str, str]]] = []
        asked = self.asked

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                asked.append((self.path, {name.lower(): value for name, value in self.headers.items()}))
                found = responses.get(self.path, Response(b'{"error": {"message": "no such path"}}', 404))
                self.send_response(found.status)
                self.send_header("content-type", found.content_type)
                self.send_header("content-length", str(len(found.body)))
                if found.location:
                    self.send_header("location", found.location)
                self.end_headers()
                self.wfile.write(found.body)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is the library's
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> SmallServer:
        # The poll decides only how long closing takes.
        threading.Thread(target=self._server.serve_forever, args=(0.002,), daemon=True).start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._server.shutdown()
        self._server.server_close()
