"""All failure modes and their detectors: those of every file of this folder that has ``MODES``."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType

from bioblue_envs import Environment

import bioblue_tui.analysis.modes
from bioblue_tui.analysis.modes.base import Detector, Mode

_FIRST = ("homeostatic", "sharing", "drift", "readers", "regrowing", "regret", "unavoidable")
"""The files whose modes come first, in the paper's order; others follow by name."""


def _found() -> list[ModuleType]:
    names = {module.name for module in iter_modules(bioblue_tui.analysis.modes.__path__)}
    others = sorted(names - {"catalogue", "detector_set", *_FIRST})
    modules = [import_module(f"bioblue_tui.analysis.modes.{name}") for name in (*_FIRST, *others)]
    return [module for module in modules if hasattr(module, "MODES")]


_FAMILIES = _found()

MEANINGS: dict[Mode, str] = {mode: text for family in _FAMILIES for mode, text in family.MODES.items()}
"""What each mode means, in a phrase for people."""

MODES: tuple[Mode, ...] = tuple(MEANINGS)
"""All failure modes, in the order in which they are named."""


def modes_of(environment: Environment) -> frozenset[Mode]:
    """Return the modes that can be found in an environment; agreement can only be measured for these."""
    families = (family for family in _FAMILIES if isinstance(environment.problem, family.KIND))
    return frozenset(mode for family in families for mode in family.MODES)


def detectors_for(environment: Environment) -> list[Detector]:
    """Return the detectors for an environment's kind of problem, by objective; an empty list where there are none."""
    # Modes of any kind of problem come after those of the environment's own kind.
    families = sorted(_FAMILIES, key=lambda family: family.KIND is object)
    makers = [family.detectors for family in families if hasattr(family, "detectors")]
    made: list[Detector] = [detector for make in makers for detector in make(environment)]
    places = {label: place for place, label in enumerate(environment.objectives)}
    return sorted(made, key=lambda detector: places.get(detector.objective or "", len(places)))
