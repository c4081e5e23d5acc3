"""People are told what a model is told in the same condition: instruction and observations, byte for byte."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from bioblue_tui.models.openai_chat import OpenAIChatAgent
from bioblue_tui.models.settings import ModelSettings
from bioblue_tui.records.collection import open_record
from bioblue_tui.runs.session import open_session, run_unattended
from bioblue_tui.runs.trial_spec import TrialSpec
from bioblue_tui.studies.export.equivalence import same_texts
from bioblue_tui.studies.export.played import collect
from bioblue_tui.studies.running import enter
from bioblue_tui.trials.events import Asked
from tests.studies.small import load, walk
from tests.support.fake_provider import FakeProvider

CONDITIONS = """
[[conditions]]
name = "plain"
presentation = "{presentation}"
{parameters}
"""


@pytest.mark.parametrize(
    ("environment", "parameters"),
    [
        ("homeostasis", ""),
        ("homeostasis", "hidden_rewards = true\nhysteresis = 3"),
        ("multi-homeostasis", "objectives = 3"),
        ("multi-homeostasis", "hidden_rewards = true"),
        ("sustainability", ""),
        ("balancing", ""),
        ("balancing", "hint = true"),
        ("balancing", "hint = true\nhidden_rewards = true"),
    ],
)
@pytest.mark.parametrize("presentation", ["prompt-only", "gauges"])
def test_a_person_and_a_model_read_the_same(
    tmp_path: Path, environment: str, parameters: str, presentation: str
) -> None:
    conditions = CONDITIONS.format(presentation=presentation, parameters=parameters)
    study = load(tmp_path, conditions=conditions, environments=f'["{environment}"]', steps=4)
    run = enter(study, "P1", tmp_path)
    with run.file:
        walk(run)
    (path,) = (tmp_path / "trials").iterdir()
    record = open_record(path)
    observations = [event.observation for event in record.events if isinstance(event, Asked)]
    spec = study.blocks[0].trials[0].spec
    assert run.instruction(study.blocks[0].trials[0]) == record.header.instruction

    count = len(collect(study.name, study, tmp_path).trials[0].state.environment.objectives)
    answer = ", ".join(["1"] * count)
    with FakeProvider(lambda request: answer) as provider:
        agent = OpenAIChatAgent("tiny", ModelSettings(base_url=provider.url("openai")), environ={})
        model = TrialSpec(environment, agent.name, spec.parameters, spec.seed, spec.steps)
        session = open_session(model, tmp_path / "model", agent=agent)
        assert asyncio.run(run_unattended(session)) == ""
    for step, request in enumerate(provider.journal, 1):
        told = [{"role": "system", "content": record.header.instruction}]
        for observation in observations[: step - 1]:
            told += [{"role": "user", "content": observation}, {"role": "assistant", "content": answer}]
        assert request.body["messages"] == [*told, {"role": "user", "content": observations[step - 1]}]
    assert len(provider.journal) == 4


def test_the_export_notices_another_text(tmp_path: Path) -> None:
    study = load(tmp_path, steps=3)
    run = enter(study, "P1", tmp_path)
    with run.file:
        walk(run)
    (played,) = collect(study.name, study, tmp_path).trials
    assert same_texts(played)
    (path,) = (tmp_path / "trials").iterdir()
    path.write_text(path.read_text().replace("Actual level: ", "Actual  level: ", 1))
    (played,) = collect(study.name, study, tmp_path).trials
    assert not same_texts(played)
