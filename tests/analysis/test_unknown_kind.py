"""An environment may pose a kind of problem that no detector reads, or none: totals and the reference are shown."""

from __future__ import annotations

import pytest
from bioblue_envs import Problem
from bioblue_envs.homeostasis import Homeostasis

from bioblue_tui.analysis.analysed import Analysis
from bioblue_tui.analysis.best import best_total
from bioblue_tui.analysis.modes.catalogue import modes_of
from bioblue_tui.analysis.references import References
from tests.support.records import header_for, play


class Own(Problem):
    """A kind that nobody knows."""


@pytest.mark.parametrize("problem", [None, Own()])
def test_totals_and_reference_are_shown_and_no_verdict_is_made_up(problem: Problem | None) -> None:
    class Odd(Homeostasis):
        @property
        def problem(self) -> Problem | None:  # type: ignore[override]
            return problem

    environment = Odd(False)
    environment.cautious_name = ""
    header = header_for(environment, 30)
    analysis = Analysis(header, environment).feed(play(header, lambda world, state: "5"))
    assert analysis.over
    assert (analysis.findings, analysis.flip, analysis.verdict(References())) == ([], None, None)
    assert analysis.unjudged == "no detector reads this kind of problem"
    assert analysis.totals["consumption"] == 150
    assert list(analysis.shadows) == ["thermostat"]
    assert not best_total(environment, 5).known
    assert "unbounded_maximisation" not in modes_of(environment)
