"""The wording of older programs, rendered from data, is to the letter what their code said; see ``old_texts.json``.

The digests were made by that code, before it was removed.
"""

from __future__ import annotations

import hashlib
import json
import random
from pathlib import Path

import bioblue_envs
import pytest
from bioblue_envs import Action, Environment, State, Transition

from bioblue_tui.trials.events import Header, Intervened, Planned
from bioblue_tui.trials.interventions import Speaker
from bioblue_tui.wordings.collection import names, retired, words_of

OLD = "bioblue-tui 1"
CASES = json.loads((Path(__file__).parent / "old_texts.json").read_text())


def action_at(environment: Environment, state: State, step: int) -> Action:
    if step == 6 and "homeostasis" in environment.id:
        return (40,) * len(environment.objectives)
    if step % 2:
        return tuple((step + i) % 3 for i in range(len(environment.objectives)))
    return environment.reference_action(state)


def texts(environment: Environment, hidden: bool) -> list[str]:
    """Return all that an agent is told in eight steps with interventions."""
    header = Header(environment.id, environment.parameters, 1, 9, "x", wording=OLD)
    speaker, noise = Speaker(environment, header), random.Random(5)
    planned: list[Planned] = [(3, "summary", True), (4, "reason", True), (5, "rewards", hidden)]
    planned += [(6, "remind", "Keep {calm}."), (7, "summary", False)]
    told = [words_of(environment.id, OLD).instruction(environment)]
    state: State = environment.initial()
    last: Transition | None = None
    for step in range(1, 9):
        for at, kind, value in planned:
            if at == step:
                speaker.take(Intervened(0.0, step, kind, value))
        told.append(speaker.observation(state, last))
        if state.ended:
            break
        last = environment.transition(state, action_at(environment, state, step), environment.draw(noise))
        state = last.after
    return told


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['environment']} {case['parameters']}")
def test_the_old_wording_is_what_the_old_code_said(case: dict[str, object]) -> None:
    parameters = dict(case["parameters"])  # type: ignore[call-overload]
    told = texts(bioblue_envs.make(str(case["environment"]), **parameters), bool(parameters.get("hidden_rewards")))
    assert hashlib.sha256("\0".join(told).encode()).hexdigest() == case["digest"]


def test_the_old_wording_is_known_and_not_offered() -> None:
    assert [wording.title for wording in retired()] == [OLD]
    assert "bioblue-tui" not in names()
