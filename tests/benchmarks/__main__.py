"""Runs the benchmarks: ``python -m tests.benchmarks [NAME …]``. They print ratios of one run; no figure fails them."""

from __future__ import annotations

import importlib
import os
import sys

from tests.benchmarks.report import lines

NAMES = (
    "start",
    "keys",
    "processor",
    "history",
    "transcript",
    "headless",
    "caching",
    "throughput",
    "tiles",
    "records",
    "modes",
    "coverage",
)
"""Modules beside this one, without ``bench_``."""


def main(names: list[str]) -> int:
    """Run the named benchmarks, or all; returns the exit code, 2 for a name there is not."""
    if strange := [name for name in names if name not in NAMES]:
        print(f"no benchmark {strange[0]}; there are {', '.join(NAMES)}", file=sys.stderr)
        return 2
    # As the command does, before anything imports Textual.
    os.environ.setdefault("TEXTUAL_FPS", "240")
    for name in names or NAMES:
        for line in lines(importlib.import_module(f"tests.benchmarks.bench_{name}").measure()):
            print(line, flush=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
