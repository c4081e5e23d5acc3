"""Bars say of trials that are over what tables say of them."""

from __future__ import annotations

import io
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

from bioblue_tui.display.bars import Bars
from bioblue_tui.runs.batch.engine import Job
from bioblue_tui.trials.events import FAILED, STOPPED


def over(standing: str) -> Job:
    session = cast("Any", SimpleNamespace(state=SimpleNamespace(standing=standing)))
    return Job("1", lambda: session, session=session, path=Path("x"), failure="the limit of 1 dollar is reached")


def test_a_trial_that_a_limit_cut_is_stopped_and_not_failed() -> None:
    bars = Bars([], io.StringIO())
    for standing in (STOPPED, STOPPED, FAILED):
        bars.over(over(standing))
    assert {"2 stopped", "1 failed"} <= set(bars._remarks())
