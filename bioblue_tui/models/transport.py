"""How the requests of a trial are sent: by aiohttp, which takes a third of the processor time of httpx2's transport.

That matters where a hundred trials run at once, and little elsewhere.
"""

from __future__ import annotations

import ssl
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import aiohttp
import httpx2
from yarl import URL

from bioblue_tui.models.response import SENT

_ERRORS: tuple[tuple[type[Exception], type[httpx2.TransportError]], ...] = (
    (aiohttp.ConnectionTimeoutError, httpx2.ConnectTimeout),
    (aiohttp.ServerTimeoutError, httpx2.ReadTimeout),
    (aiohttp.ClientConnectorError, httpx2.ConnectError),
    (aiohttp.InvalidURL, httpx2.UnsupportedProtocol),
    (aiohttp.ClientOSError, httpx2.ReadError),
    (aiohttp.ClientError, httpx2.RemoteProtocolError),
    (TimeoutError, httpx2.ReadTimeout),
    (OSError, httpx2.ReadError),
)
"""The errors of httpx2 that stand for those of aiohttp, the narrower ones first."""


@dataclass(frozen=True, slots=True)
class _Sent:
    """A request as aiohttp takes it, without its body."""

    method: str
    url: URL
    headers: list[tuple[str, str]]
    timeout: aiohttp.ClientTimeout


class Transport(httpx2.AsyncBaseTransport):
    """Sends the requests of one trial, one after another.

    Args:
        verify: Which certificates to trust.
    """

    def __init__(self, verify: ssl.SSLContext) -> None:
        self._verify = verify
        self._session: aiohttp.ClientSession | None = None
        self._last: _Sent | None = None
        self._given_back: httpx2.Response | None = None

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send a request and return the response with its headers; its body is not yet read.

        Raises:
            httpx2.TransportError: When there is no response.
        """
        if self._given_back is not None:
            response, self._given_back = self._given_back, None
            return response
        limits = request.extensions.get("timeout", {})
        self._last = _Sent(
            request.method,
            # User and password are in a header already.
            URL(str(request.url.copy_with(userinfo=b"")), encoded=True),
            [pair for pair in request.headers.multi_items() if pair[0] != "content-length"],
            aiohttp.ClientTimeout(sock_connect=limits.get("connect"), sock_read=limits.get("read")),
        )
        return await self._send(self._last, await request.aread())

    async def again(self, body: bytes) -> httpx2.Response:
        """Send the last request once more, with another body.

        Raises:
            httpx2.TransportError: When there is no answer.
        """
        assert self._last is not None
        return await self._send(self._last, body)

    def give_back(self, response: httpx2.Response) -> None:
        """Take a response back, not yet read: the next request is not sent but gets this response."""
        self._given_back = response

    async def aclose(self) -> None:
        """Close all connections."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def _send(self, sent: _Sent, body: bytes) -> httpx2.Response:
        if self._session is None:
            connector = aiohttp.TCPConnector(ssl=self._verify)
            jar = aiohttp.DummyCookieJar()
            self._session = aiohttp.ClientSession(connector=connector, cookie_jar=jar, auto_decompress=False)
        begun = time.monotonic()
        with _translated():
            response = await self._session.request(
                sent.method,
                sent.url,
                headers=sent.headers,
                data=body or None,
                allow_redirects=False,
                timeout=sent.timeout,
            )
        told = {SENT: begun}
        return httpx2.Response(response.status, headers=response.raw_headers, stream=_Body(response), extensions=told)


class _Body(httpx2.AsyncByteStream):
    def __init__(self, response: aiohttp.ClientResponse) -> None:
        self._response = response

    async def __aiter__(self) -> AsyncIterator[bytes]:
        with _translated():
            async for data in self._response.content.iter_any():
                yield data

    async def aclose(self) -> None:
        # This closes the connection unless the whole response has arrived.
        self._response.close()


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except Exception as error:
        for kind, name in _ERRORS:
            if isinstance(error, kind):
                raise name(str(error)) from error
        raise
