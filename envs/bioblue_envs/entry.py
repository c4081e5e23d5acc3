"""The entry in which an environment's file describes its environment, so that no other file has to name it."""

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
        dynamics: The version of its dynamics; a change that alters any trajectory needs a new version.
    """

    make: Callable[..., Environment]
    parameters: Sequence[Parameter]
    about: str
    dynamics: int = 1
