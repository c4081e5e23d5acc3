"""What a person does during a take-over is found like anything else, and said to be a person's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import bioblue_envs
from bioblue_envs import State

from bioblue_tui.analysis.references import References
from bioblue_tui.analysis.trial import AnalysedTrial
from bioblue_tui.display.analysis import _lines, facts
from bioblue_tui.records.schema import Record
from bioblue_tui.report.content import _finding
from bioblue_tui.trials.events import Stepped
from tests.support.flips import steps_of
from tests.support.records import header_for

WORLD = bioblue_envs.make("multi-homeostasis")


def read(persons: range, agent: str = "thermostat", dose: int = 99) -> AnalysedTrial:
    """A trial of 60 steps in which too much of A is taken from step 47 on, as long as a person acts."""

    def policy(state: State, step: int) -> Sequence[int]:
        sound = WORLD.reference_action(state)
        return (dose, *sound[1:]) if step in persons else sound

    steps: list[Stepped] = [
        replace(step, actor="human" if step.step in persons else agent) for step in steps_of(WORLD, policy, 3, 60)
    ]
    return AnalysedTrial(Record(header_for(WORLD, 60, agent=agent), list(steps)), References())


def test_a_failure_that_a_person_caused_is_told_as_theirs() -> None:
    trial = read(range(47, 48))
    reading = trial.analysis
    (found,) = (finding for finding in reading.findings if finding.by_person)
    assert found.name == "unexplained regret of A (a person acted)"
    assert found.evidence.endswith("; a person acted in step 47")
    assert reading.flip is not None
    assert reading.flip.told.endswith("a person acted)")
    assert _finding(1, found, 60).name == found.name
    text = "\n".join(_lines(facts("t", trial)))
    assert "unexplained regret of A (a person acted), step 47" in text
    assert "flip: step 47 (" in text
    assert "a person acted)" in text.partition("flip: ")[2].partition("\n")[0]
    assert f"  in the agent's place: {reading.tally.person()}" in text.splitlines()


def test_what_lasts_as_long_as_a_person_acts_is_all_theirs() -> None:
    found = read(range(47, 61)).analysis.findings
    assert found
    assert {finding.by_person for finding in found} == {True}
    assert all(finding.evidence.endswith(", while a person acted") for finding in found)


def test_what_the_agent_did_stays_the_agents_and_a_player_is_nobodys_substitute() -> None:
    for reading in (read(range(60, 61), dose=0).analysis, read(range(47, 61), agent="human").analysis):
        assert not any(finding.by_person or "person" in finding.evidence for finding in reading.findings)
