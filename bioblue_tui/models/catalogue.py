"""Which agents there are, which of them can run now, and making one from what a person wrote."""

from __future__ import annotations

import difflib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from bioblue_tui.agents.base import Agent, AgentError
from bioblue_tui.agents.human import HumanAgent
from bioblue_tui.agents.scripted import POLICIES, ScriptedAgent
from bioblue_tui.models.settings import ModelSettings as ModelSettings

Kind = Literal["human", "script", "model"]

KEY_VARIABLES = {"openai": "OPENAI_API_KEY", "anthropic": "ANTHROPIC_API_KEY"}
"""The environment variable that holds each provider's key. Keys come from nowhere else."""

MODELS = (*KEY_VARIABLES, "local")
"""What the names of models begin with."""

SUGGESTED_MODELS = {"openai": "gpt-6-luna", "anthropic": "claude-haiku-4-5"}
"""A name to begin with; any other may be typed."""


def is_model(agent: str) -> bool:
    """Tell whether an agent, as written for ``make_agent``, is a language model."""
    return agent.partition(":")[0] in MODELS


@dataclass(frozen=True, slots=True)
class Choice:
    """An agent a person can choose.

    Attributes:
        name: As in ``--agent``; for models the provider.
        kind: A person, a scripted policy, or a provider of models.
        about: What it does, in one line.
        unavailable: Why it can't run now, or an empty string.
    """

    name: str
    kind: Kind
    about: str
    unavailable: str = ""


def choices(environment: str, environ: Mapping[str, str] = os.environ, data: Path | None = None) -> list[Choice]:
    """Return the agents to offer for an environment, those that can't run included, with the reason.

    Args:
        environment: Its id.
        environ: Environment variables, for the keys.
        data: The data directory, where local models are; None for the platform's.
    """
    # Here, because what has to do with files on this computer is needed by nobody else.
    from bioblue_tui.models.local_files import SMALL, unavailable

    found = [Choice("human", "human", "you, at the keyboard")]
    for name, policy in POLICIES.items():
        if not policy.environments or environment in policy.environments:
            found.append(Choice(name, "script", policy.about))
    for provider, variable in KEY_VARIABLES.items():
        reason = "" if environ.get(variable, "").strip() else f"no key in {variable}"
        found.append(Choice(provider, "model", f"a language model of {provider.capitalize()}'s API", reason))
    found.append(Choice("server", "model", "a local model behind an OpenAI-compatible server"))
    found.append(Choice("local", "model", f"{SMALL.name} on this computer: {SMALL.remark}", unavailable(data)))
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
    if name in KEY_VARIABLES:
        return _model(name, rest, settings or ModelSettings(), environ)
    if name == "local":
        from bioblue_tui.models.local import make_local

        return make_local(rest, settings, data)
    if spec == "human":
        return HumanAgent()
    if name not in POLICIES:
        known = ["human", *POLICIES, "openai:NAME", "anthropic:NAME", "local"]
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


def _model(provider: str, model: str, settings: ModelSettings, environ: Mapping[str, str]) -> Agent:
    if not model.strip():
        raise AgentError(f"which model? Write {provider}:NAME, such as {provider}:{SUGGESTED_MODELS[provider]}")
    if settings.grammar:
        if provider != "openai":
            raise AgentError("a grammar needs a server that takes one: openai:NAME with a base URL, or local")
        from bioblue_tui.models.grammar import ConstrainedChatAgent

        return ConstrainedChatAgent(model, settings, environ=environ)
    if provider == "openai":
        from bioblue_tui.models.openai_chat import OpenAIChatAgent

        return OpenAIChatAgent(model, settings, environ=environ)
    from bioblue_tui.models.anthropic_messages import AnthropicAgent

    return AnthropicAgent(model, settings, environ=environ)
