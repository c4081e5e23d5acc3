"""Run as a program: journals a trial without end, and says on stdout how many steps are on disk. To be killed."""

from __future__ import annotations

import sys
from pathlib import Path

import bioblue_envs

from bioblue_tui.records.journal import Journal
from bioblue_tui.trials.events import Stepped
from tests.support.records import header_for, play


def main() -> None:
    header = header_for(bioblue_envs.make("multi-homeostasis"), steps=100_000)
    with Journal.create(Path(sys.argv[1]), header) as journal:
        for event in play(header, rejected=["no", "-1, 2"]):
            journal.append(event)
            if isinstance(event, Stepped):
                sys.stdout.write(f"{event.step}\n")
                sys.stdout.flush()


if __name__ == "__main__":
    main()
