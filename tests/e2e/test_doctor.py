"""What ``bioblue doctor`` and ``bioblue models`` tell, and that no key is ever among it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.command import Bioblue
from tests.support.small_server import Response, SmallServer

KEY = "sk-planted-0123456789abcdefghij"
PARTS = [KEY[:6], KEY[-4:], KEY[8:16]]

OPENAI_LIST = {
    "object": "list",
    "data": [
        {"id": "old", "object": "model", "created": 1, "owned_by": "x"},
        {"id": "new\x1b[2J", "object": "model", "created": 5, "owned_by": "x", "max_model_len": 32_768},
        {"id": "llama", "object": "model", "created": 3, "owned_by": "x", "meta": {"n_ctx": 8192, "n_ctx_train": 9}},
        {"id": "dying", "object": "model", "created": 2, "owned_by": "x", "shutdown_date": "2027-01-14"},
        {"no id": True},
        "nonsense",
    ],
}


def anthropic_page(names: list[str], more: bool) -> Response:
    entries = [
        {
            "id": name,
            "type": "model",
            "display_name": name,
            "created_at": "2026-10-01T00:00:00Z",
            "max_input_tokens": 200_000,
            "lifecycle": "deprecated" if name == "b" else "active",
        }
        for name in names
    ]
    return Response(json.dumps({"data": entries, "has_more": more, "last_id": names[-1]}).encode())


RESPONSES = {
    "/v1/models": Response(json.dumps(OPENAI_LIST).encode()),
    "/paged/v1/models": anthropic_page(["a", "b"], more=True),
    "/paged/v1/models?after_id=b": anthropic_page(["c"], more=False),
    "/page/models": Response(b"<!DOCTYPE html><html>hello</html>", content_type="text/html"),
    "/empty/models": Response(b'{"object": "list", "data": []}'),
    "/odd/models": Response(b'{"models": 3}'),
    "/broken/models": Response(b'{"data": [{"id'),
    "/said/models": Response(json.dumps({"error": {"message": f"bad key {KEY}"}}).encode(), 401),
    "/moved/models": Response(b"", 302, location="/v1/models"),
}


@pytest.fixture
def server() -> Iterator[SmallServer]:
    with SmallServer(RESPONSES) as running:
        yield running


@pytest.fixture
def with_keys(tmp_path: Path) -> Bioblue:
    return Bioblue(tmp_path, OPENAI_API_KEY=KEY, ANTHROPIC_API_KEY=KEY)


def examined(bioblue: Bioblue, *arguments: str, code: int = 0) -> dict[str, Any]:
    done = bioblue.run("doctor", "--json", *arguments)
    assert done.returncode == code, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


# doctor


def test_all_is_said_where_nothing_is_there(bioblue: Bioblue) -> None:
    done = bioblue.run("doctor")
    assert (done.returncode, done.stderr) == (0, "")
    rows = {tuple(line.split("\t")[:2]): line.split("\t")[2] for line in done.stdout.splitlines()}
    assert rows["keys", "OPENAI_API_KEY"] == rows["keys", "ANTHROPIC_API_KEY"] == "not set"
    assert rows["places", "data"] == f"{bioblue.data}: can be written"
    assert rows["local models", "files"] == "none; bioblue local get fetches a small one"
    assert rows["terminal", "screen"].startswith("none")
    assert {name for part, name in rows if part == "servers"} > {"Ollama", "LM Studio", "llama.cpp", "vLLM"}
    assert not bioblue.data.exists()


@pytest.mark.parametrize("switches", [[], ["--json"]])
def test_of_a_key_it_is_told_that_it_is_set_and_nothing_else(
    with_keys: Bioblue, server: SmallServer, switches: list[str]
) -> None:
    with_keys.environ["OPENAI_BASE_URL"] = f"{server.url.replace('http://', f'http://user:{KEY}@')}/v1?key={KEY}"
    with_keys.environ["ANTHROPIC_BASE_URL"] = f"https://user:{KEY}@models.example/"
    done = with_keys.run("doctor", *switches)
    assert done.returncode == 0
    if switches:
        assert json.loads(done.stdout)["keys"]["OPENAI_API_KEY"] == {"set": True, "broken": False}
    else:
        assert "keys\tOPENAI_API_KEY\tset\n" in done.stdout
        assert "https://models.example (bioblue models anthropic asks it)" in done.stdout
    for part in PARTS:
        assert part not in done.stdout + done.stderr
    # Nor was it sent: looking needs none.
    assert [path for path, _ in server.asked] == ["/v1/models"]
    assert KEY not in str(server.asked)


def test_servers_on_this_computer_are_asked_past_any_proxy(bioblue: Bioblue, server: SmallServer) -> None:
    bioblue.environ |= {"HTTP_PROXY": "http://127.0.0.1:9", "http_proxy": "http://127.0.0.1:9"}
    bioblue.environ |= {"OPENAI_BASE_URL": f"{server.url}/v1", "ANTHROPIC_BASE_URL": f"{server.url}/page"}
    found = examined(bioblue)["servers"]
    assert found["OPENAI_BASE_URL"]["models"] == ["old", "new\x1b[2J", "llama", "dying"]
    assert found["ANTHROPIC_BASE_URL"] == {
        "url": f"{server.url}/page/v1",
        "answers": True,
        "models": None,
        "broken": False,
    }
    shown = bioblue.run("doctor").stdout
    assert f"{server.url}/v1: 4 models (old, new␛[2J, llama, dying)" in shown
    assert f"something else answers at {server.url}/page/v1" in shown


@pytest.mark.parametrize("path", ["/page", "/broken", "/odd", "/moved", "/said"])
def test_something_else_is_not_taken_for_a_server_of_models(bioblue: Bioblue, server: SmallServer, path: str) -> None:
    bioblue.environ["OPENAI_BASE_URL"] = server.url + path
    assert examined(bioblue)["servers"]["OPENAI_BASE_URL"]["models"] is None
    assert len(server.asked) == 1


def test_an_address_that_is_none_is_told_without_quoting_it(bioblue: Bioblue) -> None:
    bioblue.environ["OPENAI_BASE_URL"] = f"user:{KEY}@nowhere"
    done = bioblue.run("doctor")
    assert "servers\tOPENAI_BASE_URL\tthe base URL is not valid" in done.stdout
    assert KEY not in done.stdout


def test_a_data_directory_that_cannot_be_written_is_broken(bioblue: Bioblue) -> None:
    (bioblue.root / "file").write_text("")
    found = examined(bioblue, "--data-dir", str(bioblue.root / "file" / "data"), code=1)
    assert found["places"]["data"]["broken"] is True
    done = bioblue.run("--data-dir", bioblue.root / "file", "doctor")
    assert done.returncode == 1
    assert f"places\tdata\tBROKEN: can't be made: {bioblue.root / 'file'} is no directory" in done.stdout


def test_a_damaged_configuration_is_told_and_no_reason_to_fail(bioblue: Bioblue) -> None:
    (bioblue.root / "config.toml").write_text("theme = ")
    assert "not read" in examined(bioblue)["places"]["config"]["problem"]


def test_local_models_are_listed(bioblue: Bioblue) -> None:
    models = bioblue.data / "models"
    models.mkdir(parents=True)
    (models / "Mine.gguf").write_bytes(b"GGUF...")
    (models / "Bad.gguf").write_bytes(b"<html>")
    found = examined(bioblue)["local models"]
    assert found["Mine"]["problem"] == ""
    assert found["Bad"]["problem"] == "not a GGUF file"


def test_the_terminal_is_measured(bioblue: Bioblue) -> None:
    bioblue.environ["COLORTERM"] = "truecolor"
    with bioblue.terminal("doctor", size=(100, 30)) as terminal:
        terminal.wait("100×30, 16 million colours")
        assert terminal.finish() == 0
    bioblue.environ["NO_COLOR"] = "1"
    with bioblue.terminal("doctor", size=(50, 90)) as terminal:
        terminal.wait("50×90, no", "60×20")
        assert terminal.finish() == 0


# models


def test_a_providers_models_newest_first(with_keys: Bioblue, server: SmallServer) -> None:
    done = with_keys.run("models", "openai", "--base-url", f"{server.url}/v1")
    assert done.returncode == 0, done.stderr
    assert [line.split("\t") for line in done.stdout.splitlines()] == [
        ["new␛[2J", "33 k context", "price unknown"],
        ["llama", "8 192 context", "price unknown"],
        ["dying", "unknown context", "price unknown (ends 2027-01-14)"],
        ["old", "unknown context", "price unknown"],
    ]
    assert f"Bearer {KEY}" in str(server.asked)
    assert KEY not in done.stdout + done.stderr
    lines = with_keys.run("models", "openai", "--base-url", f"{server.url}/v1", "--json").stdout.splitlines()
    assert json.loads(lines[1]) == {
        "id": "llama",
        "context": 8192,
        "note": "",
        "price": "unknown",
        "input": None,
        "cached": None,
        "written": None,
        "output": None,
        "prices_of": None,
    }


def test_all_pages_of_a_list_are_asked_for(with_keys: Bioblue, server: SmallServer) -> None:
    done = with_keys.run("models", "anthropic", "--base-url", f"{server.url}/paged")
    assert [line.split("\t") for line in done.stdout.splitlines()] == [
        ["a", "200 k context", "price unknown"],
        ["b", "200 k context", "price unknown (deprecated)"],
        ["c", "200 k context", "price unknown"],
    ]


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/page", "answered with a web page"),
        ("/odd", "did not answer in the form"),
        ("/broken", "is not valid JSON"),
        ("/empty", "offers no models"),
        ("/nothing", "there is no list of models there; check the base URL"),
        ("/said", "HTTP 401"),
    ],
)
def test_a_list_that_cannot_be_had_is_one_clear_line(
    with_keys: Bioblue, server: SmallServer, path: str, said: str
) -> None:
    done = with_keys.run("models", "openai", "--base-url", server.url + path)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert KEY not in done.stderr


@pytest.mark.parametrize(("provider", "variable"), [("openai", "OPENAI_API_KEY"), ("anthropic", "ANTHROPIC_API_KEY")])
def test_without_key_or_server(bioblue: Bioblue, provider: str, variable: str) -> None:
    done = bioblue.run("models", provider)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"Error: no key for {provider.capitalize().replace('ai', 'AI')}: set {variable}")
    done = bioblue.run("models", provider, "--base-url", "http://127.0.0.1:9")
    assert done.returncode == 2
    assert done.stderr == "Error: nothing answers at http://127.0.0.1:9; is the server running?\n"
    assert bioblue.run("models", "nobody").returncode == 2
