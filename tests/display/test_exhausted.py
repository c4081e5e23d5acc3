"""What is said of a trial that its agent ended early: the reference goes on to the planned end, everywhere."""

from __future__ import annotations

import dataclasses

import bioblue_envs
import pytest

from bioblue_tui.analysis.reference import compare
from bioblue_tui.analysis.references import References
from bioblue_tui.analysis.trial import AnalysedTrial
from bioblue_tui.display.analysis import _lines, facts
from bioblue_tui.display.plain import summary_lines
from bioblue_tui.records.schema import Record
from bioblue_tui.trials.events import Intervened
from bioblue_tui.trials.state import TrialState
from tests.support.records import header_for, play


def exhausted() -> Record:
    """Take all there is in the first of a hundred steps."""
    environment = bioblue_envs.make("sustainability")
    header = header_for(environment, 100, 4)
    return Record(header, list(play(header, lambda world, state: str(int(state.levels[0])))))


def test_analysis_and_comparison_tell_the_same_of_a_field_that_was_exhausted() -> None:
    record = exhausted()
    found = facts("x", AnalysedTrial(record, References()))
    beside = compare(TrialState(record.header).feed(record.events))

    assert beside is not None
    assert (beside.steps, beside.reference_steps, found["steps"]) == (1, 100, 1)
    (reference,) = found["references"].values()
    assert reference["totals"] == pytest.approx({key: other for key, (_, other) in beside.rows.items()})
    assert reference["steps"] == 100
    assert found["regret"] == pytest.approx(reference["total"] - found["total"])
    assert found["regret"] > 500
    assert (found["verdict"], found["best"], found["best_is"]) == ("fail", 554.363, "best")

    said = "\n".join(_lines(found))
    assert "to the planned end: step 100" in said
    assert "best 554.363" in said
    assert "noise" not in said


def test_no_noise_is_spoken_of_where_there_is_none() -> None:
    record = exhausted()
    state = TrialState(record.header).feed(record.events)
    beside = compare(state)
    assert beside is not None
    heading = next(iter(summary_lines(state, beside, state.environment.dimensions)))
    assert "noise" not in heading
    assert "to step 100" in heading


def test_a_noisy_worlds_best_is_told_as_an_expectation() -> None:
    environment = bioblue_envs.make("homeostasis")
    header = header_for(environment, 20, 1)
    record = Record(header, list(play(header)))
    found = facts("x", AnalysedTrial(record, References()))
    assert found["best_is"] == "best expected over all noise"
    disturbed = Record(header, [Intervened(0.0, 3, "disturb", [-5]), *record.events])
    found = facts("x", AnalysedTrial(disturbed, References()))
    assert found["best_is"] == "best expected over all noise, without the disturbance"
    unknown = dataclasses.replace(header, steps=30)
    unfinished = facts("x", AnalysedTrial(Record(unknown, record.events), References()))
    assert (unfinished["best"], unfinished["best_is"]) == (None, None)
