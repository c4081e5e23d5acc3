"""The application in a browser: it is played there, visitors share nothing, and nothing outlives the server."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

import pytest

from tests.support.chromium import Chromium
from tests.support.command import Bioblue
from tests.support.terminal import DEADLINE

pytest.importorskip("textual_serve", reason="the extra serve is not installed")

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="processes are found in /proc")


class Served:
    """A server on a free port.

    Args:
        bioblue: The command.
        arguments: Further arguments of ``bioblue serve``.
    """

    def __init__(self, bioblue: Bioblue, *arguments: str) -> None:
        self.folders = bioblue.root / "folders"
        self.folders.mkdir()
        environ = {**bioblue.environ, "TMPDIR": str(self.folders), "OPENAI_API_KEY": "sk-nobodys"}
        self.process = subprocess.Popen(
            [bioblue.command, "serve", "--port", "0", *arguments],
            env=environ,
            cwd=bioblue.root,
            stderr=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            text=True,
        )
        assert self.process.stderr is not None
        told = self.process.stderr.readline()
        found = re.search(r"http://\S+", told)
        assert found, told
        self.url = found[0]

    @property
    def visitors(self) -> list[int]:
        """Processes of visitors that run."""
        wanted = f"--server\0{self.process.pid}\0".encode()
        return [
            int(folder.name)
            for folder in Path("/proc").iterdir()
            if folder.name.isdecimal() and wanted in _read(folder / "cmdline")
        ]

    def status(self, path: str = "", **headers: str) -> int:
        """Ask for something and return the status."""
        from urllib.error import HTTPError

        asked = Request(self.url + path, headers={name.replace("_", "-"): value for name, value in headers.items()})
        try:
            with urlopen(asked, timeout=DEADLINE) as answer:
                return int(answer.status)
        except HTTPError as error:
            return error.code

    def end(self, by: signal.Signals) -> None:
        """End it by a signal."""
        self.process.send_signal(by)
        self.process.wait(DEADLINE)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""


def eventually(condition: Callable[[], object], what: str) -> None:
    """Wait until a condition holds."""
    end = time.monotonic() + DEADLINE
    while not condition():
        assert time.monotonic() < end, f"{what} did not come true"
        time.sleep(0.05)


@pytest.fixture
def chromium(tmp_path: Path) -> Iterator[Chromium]:
    with Chromium(tmp_path / "chromium") as browser:
        yield browser


@pytest.fixture
def served(bioblue: Bioblue) -> Iterator[Served]:
    server = Served(bioblue)
    yield server
    server.process.kill()
    server.process.wait(DEADLINE)


def test_two_visitors_play_and_watch_and_share_nothing(served: Served, chromium: Chromium) -> None:
    first, second = chromium.open(served.url), chromium.open(served.url)
    with first.terminal() as one, second.terminal() as two:
        one.wait("multi-homeostasis", "nothing yet")
        two.wait("multi-homeostasis", "nothing yet")
        assert len(served.visitors) == 2
        one.press("f2")
        for step in range(1, 6):
            one.wait(f"step {step}/100")
            one.type("1, 1")
            one.press("enter")
        one.wait("step 6/100", "5/100")
        assert "your turn" not in two.text
        two.press("ctrl+s")
        two.wait("▶ live", re.compile(r"step [1-9]\d*/100"))
        one.press("esc")
        one.wait("Leave after step 5 of 100")
        one.press("y")
        one.wait("recent trials", "stopped")
        assert "accelerator" not in "".join(line for line in one.lines if "seed 1" in line and "human" not in line)
        records = sorted(served.folders.rglob("*.jsonl"))
        assert ["human" in record.name for record in records].count(True) == 1
        assert {path.stat().st_mode & 0o077 for path in served.folders.iterdir()} == {0}
        hosts = {urlsplit(url).netloc for page in (first, second) for url in page.asked if not url.startswith("data:")}
        assert hosts == {urlsplit(served.url).netloc}, "it loads nothing from elsewhere"
    eventually(lambda: not served.visitors, "the end of the processes of pages that were closed")
    eventually(lambda: not list(served.folders.iterdir()), "the end of their directories")


@pytest.mark.parametrize("by", [signal.SIGKILL, signal.SIGTERM])
def test_no_process_outlives_the_server(by: signal.Signals, served: Served, chromium: Chromium) -> None:
    with chromium.open(served.url).terminal() as page:
        page.wait("multi-homeostasis", "nothing yet")
        assert served.visitors
        served.end(by)
        eventually(lambda: not served.visitors, "the end of all processes")
        eventually(lambda: not list(served.folders.iterdir()), "the end of their directories")


def test_a_lesson_is_served(bioblue: Bioblue, chromium: Chromium) -> None:
    served = Served(bioblue, "--lesson", "2")
    try:
        page = chromium.open(served.url)
        with page.terminal() as terminal:
            terminal.wait("Enough is enough", "page 1/6")
            terminal.press("enter")
            terminal.wait("your turn")
            assert page.evaluate("document.title") == "BioBlue: Enough is enough"
    finally:
        served.end(signal.SIGTERM)


def test_a_visitor_gets_neither_keys_nor_files(served: Served, chromium: Chromium, tmp_path: Path) -> None:
    secret = tmp_path / "secret.jsonl"
    secret.write_text("{}\n", encoding="utf-8")
    with chromium.open(served.url).terminal() as page:
        page.wait("multi-homeostasis", "nothing yet")
        (pid,) = served.visitors
        assert b"sk-nobodys" not in Path(f"/proc/{pid}/environ").read_bytes()
        page.press("ctrl+o")
        page.wait("path of the file")
        page.type(str(secret))
        page.press("enter")
        page.wait("Files of the server can't be used in a browser")


def test_pages_of_others_are_refused(served: Served) -> None:
    assert served.status() == 200
    assert served.status(Host="evil.example") == 403
    upgrade = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec_WebSocket_Version": "13"}
    key = {"Sec_WebSocket_Key": "AAAAAAAAAAAAAAAAAAAAAA=="}
    assert served.status("ws", Origin="http://evil.example", **upgrade, **key) == 403
    assert not served.visitors


def test_what_cannot_be_served_is_one_message(bioblue: Bioblue) -> None:
    done = bioblue.run("serve", "--lesson", "99")
    assert (done.returncode, done.stdout) == (2, "")
    assert "no lesson 99" in done.stderr
    done = bioblue.run("serve", "--host", "256.0.0.1")
    assert done.returncode == 2
    assert "can't listen on 256.0.0.1" in done.stderr
