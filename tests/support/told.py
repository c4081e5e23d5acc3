"""What agents are told in the default wording."""

from __future__ import annotations

from bioblue_envs import Environment, State, Transition

from bioblue_tui.wordings.collection import default


def instruction(environment: Environment) -> str:
    return default().of(environment.id).instruction(environment)


def observation(environment: Environment, state: State, last: Transition | None = None) -> str:
    return default().of(environment.id).observation(environment, state, last)
