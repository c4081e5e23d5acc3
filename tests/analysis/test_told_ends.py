"""What is said where nothing was played, and of a failure that is not over for certain."""

import json
from dataclasses import replace
from pathlib import Path

import bioblue_envs
import pytest

from bioblue_tui.analysis.modes.base import Finding
from bioblue_tui.analysis.references import References
from bioblue_tui.analysis.trial import AnalysedTrial
from bioblue_tui.display.analysis import _lines, analyse_files, facts, finding_line
from bioblue_tui.records.schema import Record
from bioblue_tui.report.content import report
from bioblue_tui.report.trials import read_trials
from tests.support.records import header_for, play


def finding(recovered: int | None, last: int) -> Finding:
    return Finding("unbounded_maximisation", None, 5, 9, lambda step: "evidence", recovered, last)


def test_only_what_the_last_step_shows_goes_on_to_the_end() -> None:
    assert "step 5 to the end (" in finding_line(finding(None, 100), 100)
    assert "step 5 to 60 (" in finding_line(finding(61, 60), 100)
    assert "step 5 to 99, not sure to be over: 1 step follows (" in finding_line(finding(None, 99), 100)
    assert "step 5 to 94, not sure to be over: 6 steps follow (" in finding_line(finding(None, 94), 100)
    assert [finding(None, 100).lasts(100), finding(None, 94).lasts(100)] == [True, False]
    assert (finding(None, 94).until(100), finding(61, 60).until(100)) == (94, 60)


def test_a_record_without_steps_says_so_everywhere(tmp_path: Path) -> None:
    from bioblue_tui.agents.scripted import ScriptedAgent
    from bioblue_tui.runs.session import run_agent

    session = run_agent("homeostasis", ScriptedAgent("thermostat", 1), seed=1, steps=4, data=tmp_path)
    path = tmp_path / "header.jsonl"
    path.write_text(session.path.read_text(encoding="utf-8").splitlines(keepends=True)[0], encoding="utf-8")
    said: list[str] = []
    for as_json in (False, True):
        analyse_files([path], said.append, lambda line: None, References(), as_json=as_json)
    text, found = said[0], json.loads(said[1])
    assert "no verdict, no step was played" in text
    assert (found["reason"], found["same_noise"], found["references"]) == ("no step was played", False, {})
    whole = report(read_trials([path], References(), lambda line: None))
    assert whole.trials[0].reason == "no step was played"
    assert whole.groups[0].trials.rows[0][5] == "no step was played"


def test_no_share_is_told_of_a_reference_that_has_nothing_yet() -> None:
    """The reference waits until the field has grown: beside its 0 a harvest of 3 is no share."""
    environment = bioblue_envs.make("sustainability")
    header = header_for(environment, 100)
    events = list(play(replace(header, steps=20), lambda world, state: str(min(3, int(state.levels[0])))))
    share = "of the sustainable harvest's total"
    told = []
    for stopped in (1, 20):
        begun = [event for event in events if event.step <= stopped]
        told.append(facts("t", AnalysedTrial(Record(header, begun), References())))
    early, later = told
    why = "3 against the sustainable harvest's 0: no percentage can be given"
    assert (early["verdict"], early["measured"], early["unjudged"]) == (None, None, why)
    assert f"no verdict, {why}" in "\n".join(_lines(early))
    assert share in later["reason"]
    assert later["measured"] == pytest.approx(later["total"] / later["references"]["sustainable harvest"]["total"])
