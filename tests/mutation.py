"""Which slips of the pen would no test notice? Mutates a room and runs its tests: ``python -m tests.mutation ROOM``.

Rooms are ``envs``, ``trials``, ``records`` and ``analysis``. It works in a copy, with mutmut (``pip install -e
'.[mutation]'``), takes an hour or more for a large room, and prints what survived; ``--only PATTERN`` mutates some of
its modules.
What survives is either a test that is missing, or a change that makes no difference: a person has to tell which.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from subprocess import PIPE

HERE = Path(__file__).parents[1]
ROOMS = {"envs": "bioblue_envs", **{name: f"bioblue_tui/{name}" for name in ("trials", "records", "analysis")}}
"""Rooms, and where each is in the copy: mutmut takes a folder's path for its name, so no package may lie in another."""

SETTINGS = """\
[mutmut]
source_paths =
    bioblue_envs/
    bioblue_tui/
only_mutate =
    {only}
also_copy =
    README.md
    pyproject.toml
    .github
pytest_add_cli_args =
    -n0
pytest_add_cli_args_test_selection =
    tests/{room}
"""


def main() -> int:
    """Mutate a room, print the survivors, and return 1 when there are any."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutation", description=__doc__)
    parser.add_argument("room", choices=ROOMS)
    parser.add_argument("--only", default="*.py", help="which of its modules, such as balancing.py (default: all)")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "copy"
        shutil.copytree(HERE, copy, ignore=shutil.ignore_patterns(".git", ".venv", "__pycache__", ".*_cache"))
        (copy / "envs" / "bioblue_envs").rename(copy / "bioblue_envs")
        only = f"{ROOMS[chosen.room]}/{chosen.only}"
        if not any(copy.glob(only)):
            parser.error(f"--only {chosen.only}: {chosen.room} has no such module")
        (copy / "setup.cfg").write_text(SETTINGS.format(only=only, room=chosen.room), encoding="utf-8")
        _mutmut(copy, "run", tell=True)
        survivors = [line.partition(":")[0].strip() for line in _mutmut(copy, "results") if "survived" in line]
        for name in survivors:
            print("\n".join(_mutmut(copy, "show", name)))
    print(f"{len(survivors)} survived")
    return 1 if survivors else 0


def _mutmut(folder: Path, *words: str, tell: bool = False) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-m", "mutmut", *words], cwd=folder, check=True, text=True, stdout=None if tell else PIPE
    )
    return (done.stdout or "").splitlines()


if __name__ == "__main__":
    sys.exit(main())
