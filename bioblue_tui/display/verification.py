"""Verifying files: every difference between what a record says and what its environment computes."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from pathlib import Path

import bioblue_envs

from bioblue_tui.analysis.verify import verify
from bioblue_tui.formatting.numbers import counted
from bioblue_tui.formatting.text import error_line, one_line
from bioblue_tui.records.collection import open_record
from bioblue_tui.records.schema import RecordError
from bioblue_tui.trials.state import TrialState


def verify_files(
    files: Iterable[Path], write: Callable[[str], None], complain: Callable[[str], None], *, as_json: bool
) -> int:
    """Verify files and write what was found.

    Args:
        files: Records of ours or published logs.
        write: Receives each line of the result; with ``as_json`` one JSON object a file.
        complain: Receives what could not be read.
        as_json: Whether to write JSON.

    Returns:
        The exit code: 0 when all agree, 1 when any differs, 2 when any could not be read.
    """
    code = 0
    for path in files:
        name = str(path)
        try:
            record = open_record(path)
            steps = TrialState(record.header).feed(record.events).done
        except RecordError as error:
            code = 2
            complain(f"bioblue: {error_line(error, 400)}")
            if as_json:
                unknown: dict[str, object] = {"file": name, "environment": error.missing or None, "dynamics": None}
                unknown |= {"dynamics_now": None, "steps": 0, "differences": []}
                write(json.dumps({**unknown, "error": str(error), "installed": not error.missing}))
            continue
        differences, header = verify(record), record.header
        now = bioblue_envs.make(header.environment).dynamics
        code = max(code, 1 if differences else 0)
        if as_json:
            listed = [difference.to_json() for difference in differences]
            told = {"file": name, "environment": header.environment, "dynamics": header.dynamics}
            write(json.dumps({**told, "dynamics_now": now, "steps": steps, "differences": listed}))
            continue
        verdict = counted(len(differences), "difference") if differences else "agrees"
        by = f" by its own dynamics, version {header.dynamics}" if header.dynamics < now else ""
        write(f"{one_line(name, 400)}: {header.environment}, {counted(steps, 'step')}, {verdict}{by}")
        for difference in differences:
            write(f"  {one_line(difference.sentence(), 400)}")
    return code
