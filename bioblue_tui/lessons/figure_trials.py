"""Trials from which a lesson's figures are reckoned: played at once, without a record."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from itertools import chain, repeat
from pathlib import Path

import bioblue_envs
from bioblue_envs import Action, Change, Environment, IllegalAction, Number

from bioblue_tui.agents.base import Exchange
from bioblue_tui.agents.scripted import ScriptedAgent
from bioblue_tui.analysis.analysed import Analysis
from bioblue_tui.analysis.modes.base import Finding
from bioblue_tui.analysis.shadow import Policy
from bioblue_tui.records.collection import open_record
from bioblue_tui.records.schema import make_environment
from bioblue_tui.system.errors import BioBlueError
from bioblue_tui.trials.course import Course
from bioblue_tui.trials.events import Header, Intervened, Stepped
from bioblue_tui.trials.interventions import disturbance, undisturbed


class FigureError(BioBlueError, ValueError):
    """A figure that can't be reckoned. The message tells the lesson's author why."""


@dataclass(frozen=True, slots=True)
class Source:
    """A trial to reckon with.

    Attributes:
        environment: Id of the environment; empty for a record's.
        parameters: Its parameters that differ from the benchmark's, each with its value.
        agent: A scripted policy, with its good steps; empty for a record's own actions, or where ``plays`` gives them.
        plays: Actions to be played in turn, the last one repeated; empty for the agent's.
        seed: Seed of the noise.
        steps: How many steps.
        record: A record that gives environment, noise and length; None where the fields above do.
    """

    environment: str = ""
    parameters: tuple[tuple[str, object], ...] = ()
    agent: str = ""
    plays: tuple[Action, ...] = ()
    seed: int = 1
    steps: int = 100
    record: Path | None = None

    def make(self) -> Environment:
        """Return the environment.

        Raises:
            bioblue_envs.ParameterError: When there is no such environment.
        """
        return bioblue_envs.make(self.environment, **dict(self.parameters))


class PlayedTrial:
    """A trial that was played, or read from a record.

    Args:
        header: What it is.
        environment: Its environment.
        steps: Its steps.
        added: Interventions in it; a disturbance does not count as noise.

    Attributes:
        environment: Its environment.
        steps: Its steps, in order.
        noise: The noise of each step.
    """

    def __init__(
        self, header: Header, environment: Environment, steps: Sequence[Stepped], added: Sequence[Intervened] = ()
    ) -> None:
        self._header = header
        self.environment = environment
        self.steps = steps
        self.noise = [undisturbed(step.change, disturbance(added, step.step)) for step in steps]

    @cached_property
    def findings(self) -> list[Finding]:
        """Every failure in all its steps; in a fork also those in the parent's steps."""
        return [finding for _, finding in Analysis(self._header, self.environment).feed(self.steps).told]

    def levels(self, step: int) -> tuple[Number, ...]:
        """Return the levels after a step; 0 for the start.

        Raises:
            FigureError: When it was not played.
        """
        if step == 0:
            return self.steps[0].before if self.steps else self.environment.initial().levels
        return self.step(step).after

    def step(self, step: int) -> Stepped:
        """Return a step.

        Raises:
            FigureError: When it was not played.
        """
        if not 1 <= step <= len(self.steps):
            raise FigureError(f"there is no step {step}: the trial has {len(self.steps)}")
        return self.steps[step - 1]


@lru_cache(maxsize=64)
def played(source: Source) -> PlayedTrial:
    """Play a trial, or read it.

    Raises:
        FigureError: When an action is not legal.
        RecordError: When a record can't be read.
    """
    if source.record is None:
        environment = source.make()
        header = Header(environment.id, environment.parameters, source.seed, source.steps, source.agent or "given")
        header = replace(header, dynamics=environment.dynamics)
        return PlayedTrial(header, environment, list(_steps(source, header, environment)))
    record = open_record(source.record)
    environment = make_environment(record.header)
    steps = [event for event in record.events if isinstance(event, Stepped)]
    header = record.header
    if source.agent or source.plays:
        # One agent plays from the first step on, so this is no fork, even where the record is.
        header = replace(header, agent=source.agent or "given", parent=None)
        steps = list(_steps(source, header, environment, [step.change for step in steps]))
    added = [event for event in record.events if isinstance(event, Intervened)]
    return PlayedTrial(header, environment, steps, added)


def _policy(source: Source, seed: int, environment: Environment) -> Policy:
    if source.plays:
        given = chain(source.plays, repeat(source.plays[-1]))
        return lambda _: next(given)
    name, _, good = source.agent.partition(":")
    agent = ScriptedAgent(name, seed, int(good) if good else None)
    return lambda state: agent.act(environment, state)


def _steps(
    source: Source, header: Header, environment: Environment, changes: Sequence[Change] | None = None
) -> Iterator[Stepped]:
    course = Course(environment, header, iter(changes) if changes is not None else None)
    policy = _policy(source, header.seed or 0, environment)
    for step in range(1, (header.steps if changes is None else len(changes)) + 1):
        action = policy(course.state)
        try:
            done = course.move(action, course.next_change(), Exchange("", ""))
        except IllegalAction as error:
            raise FigureError(f"step {step}: {error}") from None
        levels, results = (done.before.levels, done.after.levels), (done.rewards, done.metrics, dict(course.totals))
        yield Stepped(0.0, step, header.agent, action, done.change, *levels, *results, done.after.ended)
        if done.after.ended:
            return
