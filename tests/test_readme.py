"""What the README promises."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import click

from bioblue_tui.installing import needs_extra

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_agent_of_ones_own_runs_as_it_is_printed(tmp_path: Path) -> None:
    code = re.search(r"```python\n(.*?)```", README, re.DOTALL)
    assert code is not None
    script = tmp_path / "agent.py"
    script.write_text(code.group(1), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, str(script)],
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        env={**os.environ, "BIOBLUE_DATA_DIR": str(tmp_path / "data"), "PYTHONUTF8": "1"},
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "consumption" in done.stdout
    assert len(list((tmp_path / "data").rglob("*.jsonl"))) == 1


def test_two_lines_lead_from_a_clone_to_the_app_and_to_passed_tests() -> None:
    # .ci/run takes both lines from here and runs them to the letter.
    run, *_, test = re.findall(r"^```sh\n(.*?)^```$", README, re.DOTALL | re.MULTILINE)
    for command, end in ((run, ".venv/bin/bioblue"), (test, ".venv/bin/pytest")):
        assert command.count("\n") == 1
        assert command.startswith("python3 -m venv .venv && .venv/bin/pip install ")
        assert command.rstrip().endswith(f"&& {end}")


def test_every_command_it_names_exists() -> None:
    from bioblue_tui.cli import cli

    named = set(re.findall(r"`bioblue ([a-z]+)", README))
    assert named
    assert named <= set(cli.list_commands(click.Context(cli)))


def test_its_pictures_are_there() -> None:
    pictures = re.findall(r"!\[[^]]+\]\(([^)]+)\)", README)
    assert pictures == [".github/trial.png", ".github/published.png"]
    for picture in pictures:
        assert (ROOT / picture).read_bytes().startswith(b"\x89PNG\r\n")


def test_what_is_advised_to_install_is_there_to_be_installed() -> None:
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]
    sources = [ROOT / "README.md", *(ROOT / "bioblue_tui").rglob("*.py")]
    advised = [advice for path in sources for advice in re.findall(r"pip install '([^']+)'", path.read_text("utf-8"))]
    assert advised
    for advice in {*advised, re.findall(r"'([^']+)'$", needs_extra("a report", "png"))[0]}:
        # The program is on no index: only a clone can be installed from.
        match = re.fullmatch(r"\.\[([a-z,{}]+)\]", advice)
        assert match, advice
        assert set(match[1].split(",")) - {"{extra}"} <= set(extras)
