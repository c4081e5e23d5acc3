"""A page in headless Chromium, driven through the DevTools protocol: keys go in, what its terminal gets comes out."""

from __future__ import annotations

import asyncio
import base64
import queue
import re
import shutil
import subprocess
import threading
import time
from collections import defaultdict
from collections.abc import Coroutine
from itertools import count
from pathlib import Path
from types import TracebackType
from typing import Any, TypeVar

import aiohttp
import pytest

from tests.support.terminal import DEADLINE, Terminal

Result = TypeVar("Result")

_PROGRAMS = ("chromium", "chromium-browser", "google-chrome")

_FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync", "--disable-dev-shm-usage", "--remote-debugging-port=0"),
)

_SPECIAL = {
    "\r": ("Enter", 13),
    "\x1b": ("Escape", 27),
    "\t": ("Tab", 9),
    "\x7f": ("Backspace", 8),
    "\x1bOQ": ("F2", 113),
    "\x1b[A": ("ArrowUp", 38),
    "\x1b[B": ("ArrowDown", 40),
    "\x1b[C": ("ArrowRight", 39),
    "\x1b[D": ("ArrowLeft", 37),
}
"""What a terminal sends, and the key of a keyboard for it."""


class Chromium:
    """The browser; use it as a context manager. Tests are skipped where there is none.

    Args:
        folder: An empty directory for its profile.
    """

    def __init__(self, folder: Path) -> None:
        program = next(filter(None, map(shutil.which, _PROGRAMS)), None)
        if program is None:
            pytest.skip("there is no Chromium")
        self._loop = asyncio.new_event_loop()
        threading.Thread(target=self._loop.run_forever, daemon=True).start()
        self._numbers = count(1)
        self._answers: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self.pages: dict[str, Page] = {}
        self._process = subprocess.Popen(
            [program, *_FLAGS, f"--user-data-dir={folder}"],
            stderr=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            text=True,
        )
        self._run(self._connect(self._address()))

    def __enter__(self) -> Chromium:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._process.terminate()
        self._process.wait(DEADLINE)
        self._run(self._http.close())
        self._loop.call_soon_threadsafe(self._loop.stop)

    def open(self, url: str) -> Page:
        """Open a page as a visitor of its own, who shares nothing with other pages."""
        context = self.call("Target.createBrowserContext")["browserContextId"]
        target = self.call("Target.createTarget", url="about:blank", browserContextId=context, width=1000, height=660)[
            "targetId"
        ]
        session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        page = self.pages[session] = Page(self, session, target)
        self.call("Network.enable", session)
        self.call("Page.enable", session)
        # Several pages are open, and each of their readers looks at their own.
        self.call("Emulation.setFocusEmulationEnabled", session, enabled=True)
        self.call("Page.navigate", session, url=url)
        return page

    def call(self, method: str, session: str = "", **parameters: object) -> dict[str, Any]:
        """Call a method of the protocol and return its result."""
        return self._run(self._call(method, session, parameters))

    def _address(self) -> str:
        assert self._process.stderr is not None
        for line in self._process.stderr:
            if found := re.search(r"DevTools listening on (ws://\S+)", line):
                # Whatever it says afterwards must not fill the pipe.
                threading.Thread(target=self._process.stderr.read, daemon=True).start()
                return found[1]
        raise AssertionError("Chromium ended before it listened")

    def _run(self, work: Coroutine[Any, Any, Result]) -> Result:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(DEADLINE)

    async def _connect(self, address: str) -> None:
        self._http = aiohttp.ClientSession()
        self._socket = await self._http.ws_connect(address, max_msg_size=0)
        self._listening = asyncio.ensure_future(self._listen())

    async def _call(self, method: str, session: str, parameters: dict[str, object]) -> dict[str, Any]:
        number = next(self._numbers)
        answer = self._answers[number] = self._loop.create_future()
        message: dict[str, object] = {"id": number, "method": method, "params": parameters}
        await self._socket.send_json(message | ({"sessionId": session} if session else {}))
        result: dict[str, Any] = await answer
        return result

    async def _listen(self) -> None:
        async for message in self._socket:
            told = message.json()
            if "id" in told:
                answer = self._answers.pop(told["id"])
                if "error" in told:
                    answer.set_exception(AssertionError(str(told["error"])))
                else:
                    answer.set_result(told["result"])
            elif page := self.pages.get(told.get("sessionId", "")):
                page.hear(told["method"], told["params"])


class Page:
    """An open page, with the interface of a process in a terminal.

    Args:
        browser: The browser.
        session: The page, as the protocol names it.
        target: The page, as the browser names it.

    Attributes:
        asked: Addresses from which it has loaded something.
    """

    pid = 0

    def __init__(self, browser: Chromium, session: str, target: str) -> None:
        self._browser, self._session, self._target = browser, session, target
        self._came: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        self.asked: list[str] = []
        self.seen: defaultdict[str, int] = defaultdict(int)

    def hear(self, method: str, told: dict[str, Any]) -> None:
        """Take in what the browser tells of the page."""
        self.seen[method] += 1
        if method == "Network.webSocketFrameReceived" and told["response"]["opcode"] == 2:
            self._came.put(base64.b64decode(told["response"]["payloadData"]))
        elif method == "Network.requestWillBeSent":
            self.asked.append(told["request"]["url"])
        elif method == "Network.webSocketCreated":
            self.asked.append(told["url"])
        elif method == "Network.webSocketClosed":
            self._came.put(b"")

    def terminal(self, size: tuple[int, int] = (140, 60)) -> Terminal:
        """Return the page as a terminal, at least as large as the one in it."""
        return Terminal.of(self, size)

    def picture(self) -> bytes:
        """Return a picture of the page."""
        return base64.b64decode(self._browser.call("Page.captureScreenshot", self._session)["data"])

    def evaluate(self, script: str) -> Any:
        """Return the value of an expression in the page."""
        told = self._browser.call("Runtime.evaluate", self._session, expression=script, returnByValue=True)
        return told["result"].get("value")

    def read(self, end: float) -> bytes | None:
        """Return what has come for the terminal; no bytes when the connection has ended, None at the time ``end``."""
        try:
            return self._came.get(timeout=max(0.01, end - time.monotonic()))
        except queue.Empty:
            return None

    def write(self, data: bytes) -> None:
        """Press a key, or type a text."""
        text = data.decode()
        if text.startswith(("\x1b[1;1R", "\x1b[?")):
            # The page's own terminal has answered.
            return
        if len(text) == 1 and text < " " and text not in _SPECIAL:
            letter = chr(ord(text) + 64)
            with_control = {"key": letter.lower(), "windowsVirtualKeyCode": ord(letter), "modifiers": 2}
            self._key("rawKeyDown", **with_control)
            self._key("keyUp", **with_control)
            return
        if text not in _SPECIAL:
            for character in text:
                self._key("keyDown", key=character, text=character)
                self._key("keyUp", key=character)
            return
        key, code = _SPECIAL[text]
        more = {"text": "\r"} if key == "Enter" else {}
        self._key("keyDown", key=key, code=key, windowsVirtualKeyCode=code, **more)
        self._key("keyUp", key=key, code=key, windowsVirtualKeyCode=code)

    def close(self) -> None:
        """Close the page."""
        self._browser.call("Target.closeTarget", targetId=self._target)
        self._browser.pages.pop(self._session, None)

    def _key(self, kind: str, **key: object) -> None:
        self._browser.call("Input.dispatchKeyEvent", self._session, type=kind, **key)
