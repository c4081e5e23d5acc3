"""What an environment's file says of it, so that nothing else has to name it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bioblue_envs.base import Environment
from bioblue_envs.parameters import Parameter


@dataclass(frozen=True, slots=True)
class Entry:
    """An environment that can be made.

    Attributes:
        make: Makes it from its parameters.
        parameters: What can be set.
        about: What it is about, in two lines of at most 42 characters.
        dynamics: The version of its dynamics; whatever changes a trajectory makes a new one.
    """

    make: Callable[..., Environment]
    parameters: Sequence[Parameter]
    about: str
    dynamics: int = 1
