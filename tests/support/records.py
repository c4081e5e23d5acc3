"""Trials made without an event loop, and the published ones, for tests of records and of their verification."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import bioblue_envs
import pytest
from bioblue_envs import Environment, Number, State

from bioblue_tui.agents.base import Usage
from bioblue_tui.trials.events import (
    COMPLETE,
    Answered,
    Asked,
    Ended,
    Event,
    Failed,
    Header,
    Paused,
    Rejected,
    Resumed,
    Stepped,
)
from bioblue_tui.trials.parse import read_answer
from tests.support import told

PUBLISHED = Path(__file__).parents[3] / "shared" / "published-trials"
"""The sample of published logs; it lies beside the project and is not part of it."""

_NUMBERS = itertools.count(1)
"""Every trial has an id of its own."""

Chooser = Callable[[Environment, State], str]


def published_files() -> list[Path]:
    """Return the sample's files; empty where the folder is absent."""
    return sorted(PUBLISHED.glob("*.tsv"))


def one_of_each() -> list[Path]:
    """Return one published file of each environment and variant."""
    first: dict[str, Path] = {}
    for path in published_files():
        first.setdefault(path.name.partition("_")[0], path)
    return list(first.values())


need_published = pytest.mark.skipif(
    not PUBLISHED.is_dir(), reason="the published logs are not beside the project (../shared/published-trials)"
)


def header_for(environment: Environment, steps: int = 5, seed: int | None = 3, **fields: object) -> Header:
    """Return a header of a live trial."""
    given: dict[str, object] = {
        "agent": "test:agent",
        "instruction": told.instruction(environment),
        "id": f"t{next(_NUMBERS)}",
        "dynamics": environment.dynamics,
        **fields,
    }
    return Header(environment.id, environment.parameters, seed, steps, **given)  # type: ignore[arg-type]


def reference(environment: Environment, state: State) -> str:
    """Answer as the reference policy does."""
    return ", ".join(map(str, environment.reference_action(state)))


def play(header: Header, choose: Chooser = reference, rejected: Sequence[str] = ()) -> Iterator[Event]:
    """Play a trial as the loop does, with one pause, one failure, and rejected answers before every third step."""
    environment = bioblue_envs.make_version(header.environment, header.dynamics, **header.parameters)
    rng = random.Random(header.seed)
    state, last, at = environment.initial(), None, 1_700_000_000.25
    totals: dict[str, Number] = {dimension.key: 0 for dimension in environment.dimensions}
    while state.step < header.steps and not state.ended:
        step, attempt = state.step + 1, 1
        observation = told.observation(environment, state, last)
        for text in rejected if step % 3 == 1 else ():
            reading = read_answer(text, environment, state)
            if reading.action is not None:
                continue
            yield Asked(at, step, attempt, observation, header.agent)
            yield Answered(at + 0.5, step, attempt, text, header.agent, 0.5, "", Usage(10, None, 3), ("a note",))
            yield Rejected(at + 0.5, step, attempt, reading.reason)
            attempt += 1
        if step == 2:
            yield Asked(at, step, attempt, observation, header.agent)
            yield Failed(at, step, attempt, "refused; try again")
            yield Paused(at, step, "no answer: refused; try again")
            yield Resumed(at + 9, step)
            attempt += 1
        answer = choose(environment, state)
        yield Asked(at, step, attempt, observation, header.agent)
        yield Answered(at + 0.1, step, attempt, answer, header.agent, 0.1)
        reading = read_answer(answer, environment, state)
        assert reading.action is not None, answer
        last = environment.transition(state, reading.action, environment.draw(rng))
        state = last.after
        totals = {key: totals[key] + reward for key, reward in last.rewards.items()}
        yield Stepped(
            at + 0.2,
            step,
            header.agent,
            reading.action,
            last.change,
            last.before.levels,
            state.levels,
            dict(last.rewards),
            dict(last.metrics),
            totals,
            state.ended,
        )
        at += 1
    yield Ended(at, state.step, state.ended or COMPLETE)
