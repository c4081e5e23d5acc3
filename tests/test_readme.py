"""What the README promises."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

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
        text=True,
        timeout=60,
        env={"BIOBLUE_DATA_DIR": str(tmp_path / "data"), "PATH": ""},
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "consumption" in done.stdout
    assert len(list((tmp_path / "data").rglob("*.jsonl"))) == 1


def test_every_command_it_names_exists() -> None:
    from bioblue_tui.cli import cli

    named = set(re.findall(r"`bioblue ([a-z]+)", README))
    assert named
    assert named <= set(cli.commands)


def test_its_picture_is_there() -> None:
    for picture in re.findall(r"!\[[^]]*\]\(([^)]+)\)", README):
        assert (ROOT / picture).is_file()
