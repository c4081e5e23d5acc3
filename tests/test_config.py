"""The configuration file: what is in it counts, what is not ours in it stays."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from bioblue_tui.config import Config, ConfigError


def test_absent_means_defaults(tmp_path: Path) -> None:
    config = Config.load(tmp_path / "config.toml")
    assert (config.theme, config.reduced_motion, config.keys, config.problems) == ("textual-dark", False, {}, [])


def test_saving_keeps_comments_and_what_is_not_known(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text('# mine\nfuture = 1\n\n[keys]\n"trial.jump" = "g" # as in vi\n', encoding="utf-8")
    config = Config.load(path)
    config.save(theme="nord")
    text = path.read_text(encoding="utf-8")
    for kept in ("# mine", "future = 1", '"trial.jump" = "g" # as in vi', 'theme = "nord"'):
        assert kept in text
    again = Config.load(path)
    assert (again.theme, again.keys) == ("nord", {"trial.jump": "g"})
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("before", ["", "[notes]\nwho = 'AB' # two\n", "[keys]\nx = 'y'\n"])
def test_who_makes_notes_is_kept_in_its_own_table(tmp_path: Path, before: str) -> None:
    path = tmp_path / "config.toml"
    path.write_text(before, encoding="utf-8")
    config = Config.load(path)
    assert config.who == ("AB" if "AB" in before else "me")
    config.save(who="KL")
    again = Config.load(path)
    assert (again.who, again.keys, again.problems) == ("KL", config.keys, [])


@pytest.mark.parametrize("text", ["theme = ", "[keys", "\x00", "theme = 1\ntheme = 2"])
def test_a_damaged_file_is_told_and_never_replaced(tmp_path: Path, text: str) -> None:
    path = tmp_path / "config.toml"
    path.write_text(text, encoding="utf-8")
    config = Config.load(path)
    assert config.theme == "textual-dark"
    assert "config.toml: not read" in config.problems[0]
    with pytest.raises(ConfigError, match="not saved"):
        config.save(theme="nord")
    assert path.read_text(encoding="utf-8") == text


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"config\.toml: not saved"):
        Config.load(tmp_path / "file" / "config.toml").save(theme="nord")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("theme = 3", "theme must be a text"),
        ('reduced_motion = "yes"', "reduced_motion must be true or false"),
        ("keys = 1", "keys must be lines"),
        ("[keys]\na = 1", "keys must be lines"),
        ("thema = 1", "thema is not known"),
        ("notes = 1", "notes must be a line"),
        ("[notes]\nwho = 1", "notes must be a line"),
    ],
)
def test_what_makes_no_sense_is_told(tmp_path: Path, text: str, problem: str) -> None:
    path = tmp_path / "config.toml"
    path.write_text(text, encoding="utf-8")
    assert problem in Config.load(path).problems[0]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="the system has no named pipes")
def test_a_pipe_is_no_configuration_and_never_waited_for(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    os.mkfifo(path)
    config = Config.load(path)
    assert config.problems == [f"{path}: not read (not a regular file); correct or remove it"]
    with pytest.raises(ConfigError, match="not a regular file"):
        config.save(theme="nord")
