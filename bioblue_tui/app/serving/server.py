"""The server: a page with a terminal in it, and behind each page a process of its own.

It needs the extra ``serve``. The page loads nothing from elsewhere: it works without a network.
"""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import os
import signal
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from urllib.parse import urlsplit

import jinja2
from aiohttp import web
from textual_serve.app_service import AppService
from textual_serve.download_manager import DownloadManager
from textual_serve.server import Server

MOST_VISITORS = 60
"""Most visitors at once; each is a process."""

SMALLEST, LARGEST = 20, 500
"""Limits on the columns or rows that a browser may ask for."""

PATIENCE = 5.0
"""Seconds that a visitor's process has to end by itself."""

_KEPT = (
    *("PATH", "HOME", "USERPROFILE", "LANG", "LANGUAGE", "LC_", "TZ", "TMPDIR", "TEMP", "TMP"),
    *("PYTHON", "VIRTUAL_ENV", "SYSTEMROOT", "LOCALAPPDATA", "APPDATA"),
)
"""Beginnings of the names of variables that a visitor's process gets. Providers' keys are not among them."""


class Visit(AppService):
    """One visitor's process."""

    def __init__(self, command: Sequence[str], websocket: web.WebSocketResponse, downloads: DownloadManager) -> None:
        super().__init__(
            "",
            write_bytes=websocket.send_bytes,
            write_str=websocket.send_str,
            close=_closer(websocket),
            download_manager=downloads,
        )
        self._arguments = command

    async def _open_app_process(self, width: int = 80, height: int = 24) -> asyncio.subprocess.Process:
        pipe = asyncio.subprocess.PIPE
        environ = visitor_environ(self._build_environment(width, height))
        self._process = process = await asyncio.create_subprocess_exec(
            *self._arguments, stdin=pipe, stdout=pipe, stderr=pipe, env=environ
        )
        self._stdin = process.stdin
        return process

    async def end(self) -> None:
        """End the process: first by a request, then by force."""
        with contextlib.suppress(TimeoutError, ConnectionError):
            await asyncio.wait_for(self.stop(), PATIENCE)
        process = self._process
        if process is not None:
            try:
                await asyncio.wait_for(process.wait(), PATIENCE)
            except TimeoutError:
                with contextlib.suppress(ProcessLookupError):
                    process.kill()
                await process.wait()


def visitor_environ(environ: Mapping[str, str]) -> dict[str, str]:
    """Return those of these variables that a visitor's process gets."""
    own = ("TEXTUAL", "TERM_PROGRAM", "COLUMNS", "ROWS")
    kept = {name: value for name, value in environ.items() if name.upper().startswith((*_KEPT, *own))}
    # A server that runs without a terminal has no variables about colours.
    return {**kept, "TERM": "xterm-256color", "COLORTERM": "truecolor", "PYTHONUNBUFFERED": "1"}


def _closer(websocket: web.WebSocketResponse) -> Callable[[], asyncio.Future[None]]:
    async def close() -> None:
        await websocket.close()

    return lambda: asyncio.ensure_future(close())


class Classroom(Server):
    """Serves the application.

    Args:
        host: Where to listen.
        port: Where to listen; 0 for any free port.
        title: The page's title.
        arguments: Arguments of each visitor's process.
    """

    def __init__(self, host: str, port: int, title: str, arguments: Sequence[str]) -> None:
        super().__init__("bioblue", host, port, title)
        program = [sys.executable, "-m", "bioblue_tui.app.serving.visitor", "--server", str(os.getpid())]
        self._visitor = [*program, *arguments]
        self._visits: set[Visit] = set()
        folder = Path(__file__).parent / "templates"
        self._pages = jinja2.Environment(loader=jinja2.FileSystemLoader(folder), autoescape=True)

    async def run(self, ready: Callable[[str], None]) -> None:
        """Serve until this process is told to end; afterwards no visitor's process is left.

        Args:
            ready: Receives the address once pages can be opened.

        Raises:
            OSError: When the server can't listen there.
        """
        stopped = asyncio.Event()
        loop = asyncio.get_running_loop()
        for name in ("SIGINT", "SIGTERM", "SIGHUP"):
            with contextlib.suppress(NotImplementedError, AttributeError):
                loop.add_signal_handler(getattr(signal, name), stopped.set)
        runner = web.AppRunner(await self._make_app(), access_log=None, shutdown_timeout=1)
        await runner.setup()
        try:
            await web.TCPSite(runner, self.host, self.port).start()
            ready(self._address(runner.addresses[0][1]))
            await stopped.wait()
        finally:
            await asyncio.gather(*(visit.end() for visit in self._visits))
            await runner.cleanup()

    def _address(self, port: int) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{port}/"

    async def on_startup(self, app: web.Application) -> None:
        """Print nothing: the command does."""

    async def handle_index(self, request: web.Request) -> web.Response:
        """Return the page."""
        self._only_here(request)
        secure = "wss" if request.secure else "ws"
        page = self._pages.get_template("index.html").render(title=self.title, socket=f"{secure}://{request.host}/ws")
        return web.Response(text=page, content_type="text/html", headers={"Cache-Control": "no-store"})

    async def handle_websocket(self, request: web.Request) -> web.WebSocketResponse:
        """Run a visitor's process for as long as their page is open."""
        self._only_here(request)
        origin = request.headers.get("Origin")
        if origin is not None and urlsplit(origin).netloc != request.host:
            # Another site's page must not play here on behalf of its reader.
            raise web.HTTPForbidden(text="This page belongs to another site.")
        if len(self._visits) >= MOST_VISITORS:
            raise web.HTTPServiceUnavailable(text="Too many visitors.")
        websocket = web.WebSocketResponse(heartbeat=15, max_msg_size=2**20)
        await websocket.prepare(request)
        visit = Visit(self._visitor, websocket, self.download_manager)
        self._visits.add(visit)
        try:
            await visit.start(_bounded(request, "width", 80), _bounded(request, "height", 24))
            await self._process_messages(websocket, visit)
        except (ValueError, LookupError, TypeError, AttributeError, AssertionError, ConnectionError):
            # A message that our page never sends.
            await websocket.close()
        finally:
            await visit.end()
            self._visits.discard(visit)
        return websocket

    def _only_here(self, request: web.Request) -> None:
        """Where only this computer is served, refuse requests that reached it under another name."""
        if _is_loopback(self.host) and not _is_loopback(urlsplit(f"//{request.host}").hostname or ""):
            raise web.HTTPForbidden(text="Open it under the address that the server has named.")


def _bounded(request: web.Request, name: str, default: int) -> int:
    text = request.query.get(name, "")
    number = int(text) if text.isascii() and text.isdecimal() and len(text) < 6 else default
    return min(LARGEST, max(SMALLEST, number))


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
