"""The README's commands, run to the letter in the order in which they stand there, as somebody who reads it does."""

from __future__ import annotations

import re
from pathlib import Path

from tests.support.command import Bioblue

README = (Path(__file__).resolve().parents[2] / "README.md").read_text(encoding="utf-8")

ELSEWHERE = (
    *("python3 -m venv", "python -m tests."),  # .ci/run runs the first; the others take minutes
    *("bioblue teach", "bioblue serve"),  # they need a terminal and stay open
    "openai:NAME",  # a model that there is not
)
"""Commands that are tried elsewhere, or not at all."""

INLINE = ("bioblue study init", "bioblue study export study.toml -o DIR")
"""Commands within its sentences that others depend on, or that depend on others."""


def commands() -> list[str]:
    """Return what is to be typed, in the order in which it stands there."""
    places = [(match.start(), match[1]) for match in re.finditer(r"^```sh\n(.*?)^```$", README, re.DOTALL | re.M)]
    places += [(README.index(f"`{command}`"), command) for command in INLINE]
    lines = [line for _, text in sorted(places) for line in text.splitlines() if line]
    return [line.partition("  #")[0].strip() for line in lines if not any(other in line for other in ELSEWHERE)]


def test_its_commands_work_in_their_order(bioblue: Bioblue) -> None:
    typed = commands()
    assert len(typed) > len(INLINE)
    for command in typed:
        done = bioblue.shell(command)
        assert (done.returncode, "Traceback" in done.stderr) == (0, False), f"{command}: {done.stderr[-1000:]}"
    assert (bioblue.root / "DIR" / "method.md").is_file()
