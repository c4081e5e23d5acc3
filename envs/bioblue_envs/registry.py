"""All environments: those that the files of this folder list under ``ENVIRONMENTS``."""

from __future__ import annotations

import difflib
from importlib import import_module
from pkgutil import iter_modules
from types import MappingProxyType

import bioblue_envs
from bioblue_envs.base import ParameterError
from bioblue_envs.entry import Entry

_FIRST = ("homeostasis", "multi-homeostasis", "sustainability", "balancing")
"""The benchmark's order; other environments follow by name."""


def _found() -> dict[str, Entry]:
    modules = [import_module(f"bioblue_envs.{found.name}") for found in iter_modules(bioblue_envs.__path__)]
    found: dict[str, Entry] = {}
    for module in modules:
        found |= getattr(module, "ENVIRONMENTS", {})
    return {id_: found[id_] for id_ in (*_FIRST, *sorted(found.keys() - set(_FIRST)))}


REGISTRY = MappingProxyType(_found())
"""All environments by id, in the order to present them."""


def entry_of(id: str) -> Entry:  # noqa: A002 - the field's word
    """Return an environment's entry.

    Raises:
        ParameterError: For an unknown id.
    """
    if id in REGISTRY:
        return REGISTRY[id]
    near = difflib.get_close_matches(id[:40], REGISTRY, n=1)
    hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(REGISTRY)}"
    raise ParameterError(f"no environment {id[:40]!r}; {hint}")
