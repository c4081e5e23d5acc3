"""What a provider of language models is: one file in ``models/providers`` holds all that the program knows of it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from bioblue_tui.agents.base import Agent, AgentError

if TYPE_CHECKING:
    from bioblue_tui.models.remote import RemoteAgent
    from bioblue_tui.models.settings import ModelSettings

SECONDS = 120.0
"""How long an agent waits by default for an answer, or for more of it."""

Kind = Literal["human", "script", "model"]


@dataclass(frozen=True, slots=True)
class Choice:
    """An agent a person can choose.

    Attributes:
        name: Its name in lists of agents.
        kind: A person, a scripted policy, or a provider of models.
        about: What it does, in one line.
        unavailable: Why it can't run now, or an empty string.
        provider: The name of its provider; empty where no model's name is to be typed.
        suggestion: A model to suggest; empty where only the server knows its models.
        base_url: Where its server is expected; empty for the provider's own address.
    """

    name: str
    kind: Kind
    about: str
    unavailable: str = ""
    provider: str = ""
    suggestion: str = ""
    base_url: str = ""


@dataclass(frozen=True, slots=True)
class Provider(ABC):
    """Who runs a language model.

    Attributes:
        name: What comes before the colon in an agent's name, as in ``openai:NAME``.
        written: How its agents are written, for help and messages.
        here: True where its models run in this process, and cost nothing.
    """

    name: str
    written: tuple[str, ...]
    here: ClassVar[bool] = False

    @abstractmethod
    def choices(self, environ: Mapping[str, str], data: Path | None) -> Iterable[Choice]:
        """Return the agents that a person may choose, with the reason where one can't run now."""

    @abstractmethod
    def make(self, model: str, settings: ModelSettings, environ: Mapping[str, str], data: Path | None) -> Agent:
        """Make an agent.

        Args:
            model: What comes after the colon.
            settings: What a person set.
            environ: Environment variables, for the key.
            data: The data directory, where local models are; None for the platform's.

        Raises:
            AgentError: When it can't run now, or something that was set cannot be used.
        """


@dataclass(frozen=True, slots=True)
class Dialect:
    """An API that several providers speak.

    Attributes:
        agent: The class of agents for it, as ``module:Class``. It is imported when an agent is made.
        package: The SDK for it.
        example: An example of such a server's address.
        models: The path of the list of models, below the address.
        constrained: The class of agents whose answers a grammar restricts to integers; empty where the API has none.
    """

    agent: str
    package: str
    example: str
    models: str
    constrained: str = ""


CHAT = Dialect(
    "bioblue_tui.models.openai_chat:OpenAIChatAgent",
    "openai",
    "http://127.0.0.1:8080/v1",
    "/models",
    "bioblue_tui.models.grammar:ConstrainedChatAgent",
)
"""The Chat Completions API: OpenAI's own and every server that is compatible with it."""

MESSAGES = Dialect(
    "bioblue_tui.models.anthropic_messages:AnthropicAgent", "anthropic", "http://127.0.0.1:8080", "/v1/models"
)
"""The Messages API: Anthropic's own and every server that is compatible with it."""


@dataclass(frozen=True, slots=True)
class Service(Provider):
    """A provider behind an address.

    Attributes:
        title: Its name for people.
        dialect: The API that it speaks.
        url: Its public address.
        suggestion: A model to suggest; any other may be typed.
    """

    title: str
    dialect: Dialect
    url: str
    suggestion: str

    @property
    def key_variable(self) -> str:
        """The one environment variable the key is taken from. Keys come from nowhere else."""
        return f"{self.name.upper()}_API_KEY"

    @property
    def url_variable(self) -> str:
        """The environment variable that holds the base URL where none is given."""
        return f"{self.name.upper()}_BASE_URL"

    def has_key(self, environ: Mapping[str, str]) -> bool:
        """Tell whether there is a key. No character of it is revealed, not even its length."""
        return bool(environ.get(self.key_variable, "").strip())

    def choices(self, environ: Mapping[str, str], data: Path | None) -> Iterable[Choice]:
        """Return the provider itself, which needs a key."""
        reason = "" if self.has_key(environ) else f"no key in {self.key_variable}"
        about = f"a language model of {self.title}'s API"
        yield Choice(self.name, "model", about, reason, self.name, self.suggestion)

    def make(self, model: str, settings: ModelSettings, environ: Mapping[str, str], data: Path | None) -> Agent:
        """Make an agent that speaks the provider's dialect.

        Raises:
            AgentError: When no model is named, there is no key, or something that was set cannot be used.
        """
        if not model.strip():
            raise AgentError(f"which model? Write {self.name}:NAME, such as {self.name}:{self.suggestion}")
        return self.agent(model, settings, environ)

    def agent(
        self, model: str, settings: ModelSettings, environ: Mapping[str, str], timeout: float = SECONDS
    ) -> RemoteAgent[Any]:
        """Make an agent for the provider without checking the model's name.

        Raises:
            AgentError: As in ``make``.
        """
        where = self.dialect.constrained if settings.grammar else self.dialect.agent
        if not where:
            raise AgentError("a grammar needs a server that takes one: openai:NAME with a base URL, or local")
        module, _, name = where.partition(":")
        kind: Callable[..., RemoteAgent[Any]] = getattr(import_module(module), name)
        return kind(model, settings, timeout=timeout, environ=environ, service=self)
