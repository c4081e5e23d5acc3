"""The providers of language models: each file here describes one, and holds all that the program knows of it."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules
from types import MappingProxyType

from bioblue_tui.models.provider import Provider, Service

_FIRST = ("openai", "anthropic", "server", "local")
"""The providers to offer first, in this order; the others follow by name."""


def _found() -> dict[str, Provider]:
    names = sorted(
        (module.name for module in iter_modules(__path__)),
        key=lambda name: (_FIRST.index(name) if name in _FIRST else len(_FIRST), name),
    )
    providers: list[Provider] = [import_module(f"{__name__}.{name}").PROVIDER for name in names]
    return {provider.name: provider for provider in providers}


PROVIDERS = MappingProxyType(_found())
"""All providers by name, in the order in which they are offered."""


def provider_of(agent: str) -> Provider | None:
    """Return the provider of an agent, as written for ``make_agent``; None where it is not a language model."""
    return PROVIDERS.get(agent.partition(":")[0])


def is_model(agent: str) -> bool:
    """Tell whether an agent, as written for ``make_agent``, is a language model."""
    return provider_of(agent) is not None


def services() -> dict[str, Service]:
    """Return the providers behind an address, by name."""
    return {name: provider for name, provider in PROVIDERS.items() if isinstance(provider, Service)}


def ways() -> list[str]:
    """Return how the agents of all providers are written."""
    return [way for provider in PROVIDERS.values() for way in provider.written]
