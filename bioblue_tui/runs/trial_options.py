"""How an environment's parameters are written where they differ from the benchmark's, wherever a trial is described.

Commands and lessons take them as options, the home screen as switches and a line; ``read_parameters`` reads all.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import bioblue_envs

Option = tuple[tuple[str, ...], Mapping[str, Any]]
"""How an option of a command is declared, with further arguments for ``click.Option``."""

SWITCHES = ("hint", "show_imbalance", "hidden_rewards")
"""Parameters that are on or off."""

NAMED = ("objectives", *SWITCHES)
"""Parameters with an option of their own."""

RULES: Sequence[Option] = (
    (
        ("--objectives",),
        {"type": int, "metavar": "N", "help": "Number of objectives, 2 to 6, where there are several."},
    ),
    (
        ("--set", "settings"),
        {"metavar": "NAME=VALUE", "multiple": True, "help": "Set a parameter of the environment."},
    ),
    (("--hint",), {"is_flag": True, "help": "Tell the agent that balance pays (balancing)."}),
    (("--show-imbalance/--no-show-imbalance",), {"default": None, "help": "Show the imbalance reward."}),
    (("--hidden-rewards",), {"is_flag": True, "help": "Leave all rewards out of what the agent sees."}),
)
"""Options for an environment's parameters."""


def read_parameters(environment: str, written: Mapping[str, Any]) -> dict[str, object]:
    """Read an environment's parameters, and check that the environment can be made with them.

    Args:
        environment: Its id.
        written: What was written, by the names in ``RULES``: ``settings`` as ``NAME=VALUE``, and values for ``NAMED``.
            What was not written is None or missing; False, too, for a flag that has no opposite.

    Raises:
        bioblue_envs.ParameterError: When the environment is unknown or can't have them; the message says why.
    """
    parameters = bioblue_envs.parse_settings(environment, written.get("settings", ()))
    for name in NAMED:
        value = written.get(name)
        if value is None or (value is False and name != "show_imbalance"):
            continue
        if name in parameters:
            raise bioblue_envs.ParameterError(f"{name} is set twice")
        parameters[name] = value
    bioblue_envs.make(environment, **parameters)
    return parameters
