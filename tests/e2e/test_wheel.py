"""The wheel: it holds everything the program needs, and runs from a fresh environment without the source beside it."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import sysconfig
import venv
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from bioblue_tui import __version__
from tests.support.command import Bioblue

ROOT = Path(__file__).parents[2]
PACKAGES = {"bioblue_tui": ROOT, "bioblue_envs": ROOT / "envs"}
"""By name: where each lies in the project."""


def run(*command: str | Path, cwd: Path | None = None) -> str:
    environ = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    done = subprocess.run(
        [*map(str, command)], cwd=cwd, env=environ, capture_output=True, encoding="utf-8", timeout=120, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("wheel")
    run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", directory, cwd=ROOT)
    (built,) = directory.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, str]:
    """A fresh environment with the wheel; it finds the dependencies, and nothing of ours, where these tests do."""
    root = tmp_path_factory.mktemp("fresh")
    venv.create(root, symlinks=sys.platform != "win32")
    places = sysconfig.get_paths("venv", vars={"base": str(root), "platbase": str(root)})
    run(
        *(sys.executable, "-m", "pip", "--python", root, "--disable-pip-version-check"),
        *("install", "--no-deps", "--no-index", wheel),
        cwd=root,
    )
    # Named in a .pth file it comes last; its own .pth files, such as the one that leads to the source, are not read.
    dependencies = dict.fromkeys(sysconfig.get_path(kind) for kind in ("purelib", "platlib"))
    Path(places["purelib"], "dependencies.pth").write_text("\n".join(dependencies), encoding="utf-8")
    return places


@pytest.fixture
def bioblue(installed: Mapping[str, str], tmp_path: Path) -> Bioblue:
    return Bioblue(tmp_path, str(Path(installed["scripts"], "bioblue")))


def test_it_holds_all_files_of_the_packages_and_no_others(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        held = set(archive.namelist())
    source = {
        path.relative_to(home).as_posix()
        for package, home in PACKAGES.items()
        for path in (home / package).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert {name for name in held if ".dist-info/" not in name} == source
    assert {"bioblue_tui/py.typed", "bioblue_envs/py.typed"} <= source
    assert any(name.endswith(".tcss") for name in source)


def test_the_command_comes_from_the_wheel_alone(bioblue: Bioblue, installed: Mapping[str, str]) -> None:
    script = f"import json, {', '.join(PACKAGES)}; print(json.dumps([m.__file__ for m in ({', '.join(PACKAGES)})]))"
    python = Path(installed["scripts"], "python")
    imported = json.loads(run(python, "-I", "-c", script, cwd=bioblue.root))
    home = Path(installed["purelib"]).resolve()
    assert all(Path(file).resolve().is_relative_to(home) for file in imported), imported
    done = bioblue.run("--version")
    assert (done.returncode, done.stderr) == (0, "")
    assert re.search(rf"\b{re.escape(__version__)}\b", done.stdout)


def test_it_plays_without_a_screen(bioblue: Bioblue) -> None:
    done = bioblue.run("watch", "homeostasis", "--agent", "thermostat", "--steps", "3", "--display", "plain")
    assert done.returncode == 0, done.stderr
    assert "Ended after step 3: complete." in done.stdout
    assert bioblue.run("verify", bioblue.file()).returncode == 0


def test_it_shows_its_screens_in_a_terminal(bioblue: Bioblue) -> None:
    with bioblue.terminal() as terminal:
        terminal.wait("multi-homeostasis", "nothing yet", "Quit")
        unfocused = terminal.colour_of("╭─ agent")
        terminal.press("enter")
        terminal.wait(lambda _: terminal.colour_of("╭─ agent") != unfocused)
        terminal.press("enter")
        terminal.wait("▶ live", re.compile(r"step [1-9]\d*/100"))
        terminal.press("esc")
        terminal.wait("recent trials", "stopped")
        terminal.press("ctrl+q")
        assert terminal.finish() == 0
    assert len(bioblue.files()) == 1
