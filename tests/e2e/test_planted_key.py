"""Secrets are planted wherever a person may put one, and every server says them back: they come out nowhere."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from bioblue_tui.models.redaction import HIDDEN
from tests.support.command import Bioblue
from tests.support.fake_provider import (
    Api,
    Broken,
    FakeProvider,
    Fault,
    InStream,
    Raw,
    error,
    error_event,
    json_body,
    thermostat,
)
from tests.support.fake_shapes import Reply, sse
from tests.support.planting import (
    EXTRA,
    EXTRA_KEY,
    EXTRA_TOKEN,
    VARIABLES,
    echo,
    found_below,
    found_in,
    planted_url,
)
from tests.support.small_server import Response, SmallServer

APIS: list[Api] = ["openai", "anthropic"]


@pytest.fixture
def planted(tmp_path: Path) -> Bioblue:
    return Bioblue(tmp_path, **VARIABLES)


@pytest.fixture
def provider() -> Iterator[FakeProvider]:
    with FakeProvider(lambda request: Reply(f"{echo()}\n\n{thermostat(request)}", f"hm, {echo()}")) as server:
        yield server


def model(provider: FakeProvider, api: Api, *more: str) -> list[str]:
    address = ["--model", f"{api}:fake", "--base-url", planted_url(provider.url(api))]
    return [*address, "--extra", json.dumps(EXTRA), *more]


def assert_nowhere(bioblue: Bioblue, *written: bytes | subprocess.CompletedProcess[str]) -> None:
    """Nothing of any secret is in what was written to the screen, to pipes, or to files."""
    for one in written:
        data = one if isinstance(one, bytes) else (one.stdout + one.stderr).encode()
        assert found_in(data) == [], data.decode()
    assert found_below(bioblue.root) == []


FAULTS: list[Fault | None] = [
    Raw(429, echo().encode(), {"retry-after": f"0 {echo()}", "retry-after-ms": "0", "x-request-id": echo()}),
    Raw(500, json.dumps({"error": {"message": echo(), "type": echo(), "code": echo()}}).encode(), {"retry-after": "0"}),
    error_event(echo(), echo(), after=30),
    InStream(40, then=Broken.RESET),
    InStream(15),
    InStream(2, send=sse({"type": echo(), "error": echo(), "choices": [{"delta": {"content": {echo(): 1}}}]})),
    error(401, f"Incorrect API key provided: {echo()}", param=echo()),
    json_body({"choices": echo(), "content": echo(), "error": {"message": echo()}}),
    Raw(200, f"<html>{echo()}</html>".encode(), content_type="text/html"),
    Raw(200, f'{{"id": "{echo()}'.encode()),
    Raw(302, b"", {"location": f"/moved?{echo()}".replace(" ", "%20")}),
]
"""What a hostile server does one after another; each message of it is shown and recorded."""

PERMANENT = 3
"""How many of them pause a trial."""


@pytest.mark.parametrize("api", APIS)
def test_on_the_screen_whatever_goes_wrong(planted: Bioblue, provider: FakeProvider, api: Api) -> None:
    provider.faults.extend(FAULTS)
    planted.environ |= no_waiting(planted.root)
    with planted.terminal("watch", "homeostasis", *model(provider, api, "--steps", "2")) as terminal:
        for failed in range(1, PERMANENT + 1):
            terminal.wait(f"!{failed} no answer", "space asks again")
            terminal.press("space")
        terminal.wait("■ complete", "•••")
        terminal.press("p")
        terminal.press("left")
        terminal.wait("looking at 1")
        terminal.press("s")
        terminal.wait("leave (q)")
        terminal.press("q")
        assert terminal.finish() == 0
    assert len(provider.journal) == len(FAULTS) + 2
    assert all(json.dumps(EXTRA)[1:-1] in json.dumps(request.body) for request in provider.journal)
    assert_nowhere(planted, bytes(terminal.output))


def test_in_lines_records_and_all_that_is_made_of_them(planted: Bioblue, provider: FakeProvider) -> None:
    planted.environ |= no_waiting(planted.root)
    said = []

    def done(*arguments: str | Path, code: int = 0) -> None:
        one = planted.run(*arguments)
        assert one.returncode == code, one.stderr
        said.append(one)

    done("watch", "homeostasis", *model(provider, "anthropic", "--steps", "3"), "--display", "jsonl")
    (whole,) = planted.files()
    provider.faults.extend(FAULTS[:7])
    told = model(provider, "openai", "--steps", "3")
    done("run", "homeostasis", *told, "--seeds", "1-2", "--display", "plain", code=1)
    provider.faults.extend(FAULTS)
    told = model(provider, "anthropic", "--steps", "3")
    done("run", "homeostasis", *told, "--seeds", "1-3", "--parallel", "3", "--display", "jsonl", code=1)
    done("fork", whole, "--at", "1", *model(provider, "openai"), "--display", "plain")
    done("export", whole, "-o", planted.root / "log.tsv")
    done("replay", whole, "--display", "plain")
    done("verify", *planted.files(), planted.root / "log.tsv")
    done("list", "--limit", "99")
    assert "•••" in "".join(one.stdout for one in said)
    assert_nowhere(planted, *said)


def test_a_batch_and_its_resumption(planted: Bioblue, provider: FakeProvider) -> None:
    extra = f'{{api_key = "{EXTRA_KEY}", gateway = {{headers = [{{Authorization = "{EXTRA_TOKEN}"}}]}}}}'
    file = planted.root.parent / f"{planted.root.name}.toml"
    agents = [
        f'{{model = "{api}:fake", base_url = "{planted_url(provider.url(api))}", extra = {extra}}}' for api in APIS
    ]
    file.write_text(
        f'name = "planted"\nsteps = 2\nseeds = "1"\nenvironments = ["homeostasis"]\nagents = [{", ".join(agents)}]\n'
    )
    provider.faults.extend([None, None, None, FAULTS[6]])
    options = ["--parallel", "1"]
    first = planted.run("batch", file, *options)
    assert first.returncode == 1
    again = planted.run("batch", file, "--display", "jsonl")
    assert "1 complete, 1 to resume" in again.stderr
    assert again.returncode == 0, again.stderr
    assert len(planted.files()) == 2
    assert all(json.dumps(EXTRA)[1:-1] in json.dumps(request.body) for request in provider.journal)
    assert all("api-key=planted" in request.path for request in provider.journal)
    file.write_text(file.read_text().replace("extra", "xtra"))
    wrong = planted.run("batch", file)
    assert wrong.returncode == 2
    assert_nowhere(planted, first, again, wrong)


def cut(path: Path) -> bytes:
    """Take the end of a record away, as if the program had been killed; return what is left."""
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:8]))
    return path.read_bytes()


def test_what_a_record_does_not_hold_is_taken_from_the_environment_or_asked_for(
    planted: Bioblue, provider: FakeProvider
) -> None:
    address = ["--model", "openai:fake", "--base-url", planted_url(provider.url("openai")), "--steps", "3"]
    provider.answer = lambda request: f"{echo(extra=bool(request.body.get('api_key')))}\n\n{thermostat(request)}"
    first = planted.run("watch", "homeostasis", *address)
    path = planted.file()
    cut(path)
    planted.environ["OPENAI_BASE_URL"] = planted_url(provider.url("openai"))
    resumed = planted.run("resume", path)
    assert resumed.returncode == 0, resumed.stderr
    assert all("api-key=planted" in request.path for request in provider.journal)
    second = planted.run("watch", "homeostasis", *address, "--extra", json.dumps(EXTRA))
    path = planted.files()[-1]
    left = cut(path)
    asked = planted.run("resume", path)
    assert asked.returncode == 2
    assert asked.stderr.startswith("Error: the extra body held a secret (•••), which no record keeps; fork the trial")
    assert path.read_bytes() == left
    assert_nowhere(planted, first, resumed, second, asked)


SAID = echo(extra=False)
ENTRY = {"id": SAID, "created": 1, "lifecycle": SAID, "shutdown_date": SAID, "context_length": 5}
LISTS: list[tuple[Api, Response]] = [
    ("openai", Response(json.dumps({"data": [ENTRY, {"id": "plain", "lifecycle": SAID}]}).encode())),
    ("anthropic", Response(json.dumps({"data": [ENTRY]}).encode())),
    ("anthropic", Response(json.dumps({"error": {"message": SAID, "type": SAID}}).encode(), 401)),
    ("openai", Response(f"<html>{SAID}</html>".encode(), content_type="text/html")),
    ("openai", Response(b"", 302, location=f"/{SAID}".replace(" ", "%20"))),
]


def test_lists_of_models(planted: Bioblue) -> None:
    path = f"/v1/models?{planted_url('').partition('?')[2]}"
    written: list[subprocess.CompletedProcess[str]] = []
    for api, response in LISTS:
        with SmallServer({path: response}) as server:
            url = planted_url(server.url + ("/v1" if api == "openai" else ""))
            written.append(planted.run("models", api, "--base-url", url, *(["--json"] if not written else [])))
            assert server.asked[0][1].get("authorization"), server.asked
    assert [one.returncode for one in written] == [0, 0, 2, 2, 2]
    assert HIDDEN in json.loads(written[0].stdout.splitlines()[0])["id"]
    assert HIDDEN in written[1].stdout
    assert all(one.stderr.startswith("Error: ") for one in written[2:])
    assert_nowhere(planted, *written)


def test_what_looks_around_and_what_explains(planted: Bioblue) -> None:
    with SmallServer({"/v1/models": LISTS[3][1]}) as server:
        planted.environ |= {"OPENAI_BASE_URL": planted_url(server.url), "ANTHROPIC_BASE_URL": planted_url("nonsense")}
        written = [planted.run("doctor"), planted.run("doctor", "--json"), planted.run("agents", "homeostasis")]
    written += [planted.run("--help"), planted.run("watch", "--help"), planted.run("locate")]
    planted.environ |= {"_BIOBLUE_COMPLETE": "bash_complete", "COMP_WORDS": "bioblue watch --", "COMP_CWORD": "2"}
    completed = planted.run()
    assert "--base-url" in completed.stdout
    assert_nowhere(planted, *written, completed)


@pytest.mark.parametrize(
    "arguments",
    [
        ["--extra", json.dumps(EXTRA)[:-1]],
        ["--extra", json.dumps([EXTRA])],
        ["--base-url", planted_url("http://")],
        ["--base-url", planted_url("http://127.0.0.1:99999")],
        ["--base-url", planted_url("ftp://127.0.0.1")],
    ],
)
def test_what_cannot_be_read_is_not_quoted(planted: Bioblue, arguments: list[str]) -> None:
    told = planted.run("watch", "homeostasis", "--model", "openai:fake", *arguments)
    assert told.returncode == 2
    assert_nowhere(planted, told)


FAULTY = """
import importlib
place = getattr(importlib.import_module("{module}"), "{kind}")
sound = place.{method}
def fail(self, event, *more):
    if type(event).__name__ == "{event}":
        raise RuntimeError({message!r})
    return sound(self, event, *more)
place.{method} = fail
"""
"""Makes a fault of the program itself, where an answer that holds all secrets has just come."""


def with_fault(bioblue: Bioblue, **where: str) -> None:
    directory = bioblue.root.parent / f"{bioblue.root.name}-faulty"
    directory.mkdir()
    (directory / "sitecustomize.py").write_text(FAULTY.format(message=echo(), **where), encoding="utf-8")
    bioblue.environ["PYTHONPATH"] = str(directory)


def test_a_fault_of_the_program_in_a_trial_shows_no_values(planted: Bioblue, provider: FakeProvider) -> None:
    with_fault(planted, module="bioblue_tui.trials.state", kind="TrialState", method="apply", event="Answered")
    told = model(provider, "openai", "--steps", "2")
    with planted.terminal("watch", "homeostasis", *told) as terminal:
        terminal.wait("ended by a fault of the program: RuntimeError at sitecustomize.py:7 fail")
        terminal.press("esc")
        assert terminal.finish() == 1
    in_lines = planted.run("watch", "homeostasis", *told, "--display", "plain")
    several = planted.run("run", "homeostasis", *told, "--seeds", "1")
    for done in (in_lines, several):
        assert done.returncode == 1
        assert re.search("fault( of the program)?: RuntimeError", done.stderr)
    assert_nowhere(planted, bytes(terminal.output), in_lines, several)
    del planted.environ["PYTHONPATH"]
    assert planted.run("verify", *planted.files()).returncode == 0


def test_a_fault_of_the_program_on_the_screen_shows_no_values(planted: Bioblue, provider: FakeProvider) -> None:
    with_fault(planted, module="bioblue_tui.widgets.entries", kind="EntryWriter", method="_reading", event="StepView")
    with planted.terminal("watch", "homeostasis", *model(provider, "openai", "--steps", "2")) as terminal:
        assert terminal.finish() == 1
        assert "bioblue: a fault of the program: RuntimeError at sitecustomize.py:7 fail" in terminal.text
    assert_nowhere(planted, bytes(terminal.output))
    assert planted.run("verify", planted.file()).returncode == 0


def no_waiting(directory: Path) -> dict[str, str]:
    """Make retries come at once: what the waits are is tested elsewhere."""
    (directory / "sitecustomize.py").write_text(
        "import bioblue_tui.trials.asking as asking\nasking.FIRST_WAIT = 0.0\n", encoding="utf-8"
    )
    return {"PYTHONPATH": str(directory)}
