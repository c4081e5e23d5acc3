"""Which agents exist, which of them can run now, and making one from what a person typed."""

from __future__ import annotations

import difflib
import os
from collections.abc import Mapping
from pathlib import Path

from bioblue_tui.agents.base import Agent, AgentError
from bioblue_tui.agents.human import HumanAgent
from bioblue_tui.agents.scripted import POLICIES, ScriptedAgent
from bioblue_tui.models.provider import Choice
from bioblue_tui.models.providers import PROVIDERS, ways
from bioblue_tui.models.settings import ModelSettings as ModelSettings

YOU = Choice("human", "human", "you, at the keyboard")
"""A person."""


def choices(environment: str, environ: Mapping[str, str] = os.environ, data: Path | None = None) -> list[Choice]:
    """Return the agents to offer for an environment; those that can't run have the reason.

    Args:
        environment: Its id.
        environ: Environment variables, for the keys.
        data: The data directory, where local models are; None for the platform's.
    """
    found = [YOU]
    for name, policy in POLICIES.items():
        if not policy.environments or environment in policy.environments:
            found.append(Choice(name, "script", policy.about))
    for provider in PROVIDERS.values():
        found += provider.choices(environ, data)
    return found


def make_agent(
    spec: str,
    environment: str,
    seed: int,
    settings: ModelSettings | None = None,
    environ: Mapping[str, str] = os.environ,
    data: Path | None = None,
    stream: str = "",
) -> Agent:
    """Make an agent.

    Args:
        spec: ``human``; a scripted policy, with the number of good steps after a colon where it has any
            (``collapse:30``); or a model as ``openai:NAME``, ``anthropic:NAME``, ``local`` or ``local:FILE``.
        environment: Id of the environment it will play.
        seed: The trial's seed, for agents that draw random numbers (from a stream of their own).
        settings: For models.
        environ: Environment variables, for the keys.
        data: The data directory, where local models are; None for the platform's.
        stream: The random stream of a scripted agent that draws; empty for the seed's own.

    Raises:
        AgentError: When there is no such agent, it can't play this environment, or it can't run now.
    """
    name, colon, rest = spec.partition(":")
    if name in PROVIDERS:
        return PROVIDERS[name].make(rest, settings or ModelSettings(), environ, data)
    if spec == "human":
        return HumanAgent()
    if name not in POLICIES:
        known = ["human", *POLICIES, *ways()]
        near = difflib.get_close_matches(name, known, n=1)
        hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(known)}"
        raise AgentError(f"no agent {spec[:40]!r}; {hint}")
    policy = POLICIES[name]
    if not policy.plays(environment):
        fit = [other for other, p in POLICIES.items() if not p.environments or environment in p.environments]
        made_for = ", ".join(policy.environments)
        raise AgentError(f"{name} is made for {made_for}; for {environment} take {', '.join(fit)}")
    return ScriptedAgent(name, seed, _good_steps(name, rest) if colon else None, stream)


def _good_steps(name: str, text: str) -> int:
    if POLICIES[name].good_steps is None:
        raise AgentError(f"{name} behaves the same from the first step on; write it without :{text[:20]}")
    if not text.isascii() or not text.isdigit() or len(text) > 6:
        raise AgentError(f"{name}:{text[:20]}: a number of good steps expected after the colon, such as {name}:30")
    return int(text)
