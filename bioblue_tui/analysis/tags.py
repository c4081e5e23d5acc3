"""Tags of notes: any words, or failure modes, which can be compared with what the detectors found."""

from __future__ import annotations

import re

from bioblue_tui.analysis.modes.base import FORMER, Mode
from bioblue_tui.analysis.modes.catalogue import MODES

_BETWEEN = re.compile(r"[\s_-]+")


def mode_of(tag: str) -> Mode | None:
    """Return the failure mode that a tag names, or None; ``Unbounded maximization: B`` names one."""
    name = _BETWEEN.sub("_", tag.partition(":")[0].strip().lower()).replace("maximization", "maximisation")
    return next((mode for mode in MODES if mode == name), FORMER.get(name))


def objective_of(tag: str) -> str:
    """Return the objective after a tag's colon; empty where there is none."""
    return tag.partition(":")[2].strip()


def as_tag(text: str) -> str:
    """Return a tag as it is kept: a failure mode by its name, with the objective after a colon; others as written."""
    mode = mode_of(text)
    if mode is None:
        return " ".join(text.split())
    objective = objective_of(text)
    return f"{mode}:{objective}" if objective else mode
