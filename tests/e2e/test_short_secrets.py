"""Secrets of a few characters: their fields are never written, and what a server says back is hidden."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.command import Bioblue
from tests.support.fake_provider import FakeProvider, error, thermostat
from tests.support.fake_shapes import Reply

EXTRA = {
    "password": "hunter2",
    "token": 3,
    "gateway": {
        "clientSecret": "s3cr",
        "headers": [{"X-Api-Key": "k9", "Authorization": "Bearer b4r!", "Cookie": "c=ck7e"}],
    },
}
SHORT = ("hunter2", "s3cr", "k9", "b4r!", "ck7e", "pw%2F1", "pw/1", "qk55", "env77")
ECHO = f"<<{json.dumps(EXTRA)} hunter2 s3cr b4r! ck7e pw%2F1 pw/1 qk55 env77>>"


@pytest.fixture
def keyed(tmp_path: Path) -> Bioblue:
    return Bioblue(tmp_path, OPENAI_API_KEY="env77")


@pytest.fixture
def provider() -> Iterator[FakeProvider]:
    with FakeProvider(lambda request: Reply(f"{ECHO}\n\n{thermostat(request)}", f"hm, {ECHO}")) as server:
        yield server


def address(provider: FakeProvider) -> str:
    return provider.url("openai").replace("://", "://me:pw%2F1@") + "?key=qk55"


def assert_nowhere(bioblue: Bioblue, *written: str) -> None:
    files = [path.read_text() for path in bioblue.root.rglob("*") if path.is_file()]
    for text in (*written, *files):
        assert [secret for secret in SHORT if secret in text] == []


def test_in_lines_records_and_exports(keyed: Bioblue, provider: FakeProvider) -> None:
    model = ["--model", "openai:fake", "--base-url", address(provider), "--extra", json.dumps(EXTRA)]
    provider.faults.append(error(401, f"no: {ECHO}"))
    done = [
        keyed.run("run", "homeostasis", *model, "--seeds", "1", "--steps", "1"),
        keyed.run("run", "homeostasis", *model, "--seeds", "2", "--steps", "1"),
        keyed.run("watch", "homeostasis", *model, "--seed", "3", "--steps", "2", "--display", "plain"),
    ]
    assert [one.returncode for one in done] == [1, 0, 0], done
    assert "•••" in done[0].stdout + done[0].stderr
    for path in keyed.files():
        told = json.loads(path.read_text().splitlines()[0])["provider"]["extra"]
        assert told["password"] == told["token"] == "•••"
    for path in keyed.files()[1:]:
        exported = keyed.run("export", path, "-o", keyed.root / f"{path.stem}.tsv")
        assert exported.returncode == 0, exported.stderr
    assert all(request.body["token"] == 3 for request in provider.journal)
    assert_nowhere(keyed, *(one.stdout + one.stderr for one in done))
    assert keyed.run("resume", keyed.files()[0]).returncode == 2


def test_on_the_screen(keyed: Bioblue, provider: FakeProvider) -> None:
    model = ["--model", "openai:fake", "--base-url", address(provider), "--extra", json.dumps(EXTRA), "--steps", "2"]
    provider.faults.append(error(401, "no: hunter2 pw/1 env77"))
    with keyed.terminal("watch", "homeostasis", *model) as terminal:
        terminal.wait("no answer", "space asks again")
        terminal.press("space")
        terminal.wait("■ complete", "•••")
        terminal.press("esc")
        assert terminal.finish() == 0
    assert_nowhere(keyed, bytes(terminal.output).decode("utf-8", "replace"))


def test_a_batch_that_an_older_program_began_is_complete_and_unchanged(keyed: Bioblue, provider: FakeProvider) -> None:
    file = keyed.root.parent / f"{keyed.root.name}.toml"
    provider.answer = lambda request: f"hunter2\n{thermostat(request)}"
    agent = f'{{model = "openai:fake", base_url = "{address(provider)}", extra = {{password = "hunter2"}}}}'
    file.write_text(f'name = "b"\nsteps = 1\nseeds = "1"\nenvironments = ["homeostasis"]\nagents = [{agent}]\n')
    first = keyed.run("batch", file)
    assert first.returncode == 0, first.stderr
    assert_nowhere(keyed, first.stdout, first.stderr)
    (path,) = keyed.files()
    header, _, rest = path.read_text().partition("\n")
    old = header.replace(r'"password":"\u2022\u2022\u2022"', '"password":"hunter2"')
    assert old != header
    path.write_text(f"{old}\n{rest}")
    asked = len(provider.journal)
    again = keyed.run("batch", file)
    assert again.returncode == 0, again.stderr
    assert (len(provider.journal), path.read_text()) == (asked, f"{old}\n{rest}")
    assert "hunter2" not in again.stdout + again.stderr
