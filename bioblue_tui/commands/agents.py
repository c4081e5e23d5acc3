"""What there is: List the agents, and why any can't run now."""

from __future__ import annotations

from pathlib import Path

import bioblue_envs
import click

from bioblue_tui.agents.scripted import POLICIES
from bioblue_tui.commands.common.listing import list_rows
from bioblue_tui.models.catalogue import choices
from bioblue_tui.models.provider import Choice


@click.command("agents")
@click.argument("environment", required=False)
@click.pass_obj
def list_agents(default_data: Path | None, /, environment: str | None) -> None:
    """List the agents for ENVIRONMENT, or all with the environments they play, and why any can't run now.

    In a pipe the fields are separated by tabs.
    """
    if environment is not None:
        bioblue_envs.parameters(environment)
        list_rows([(choice.name, _about(choice)) for choice in choices(environment, data=default_data)])
        return
    plays: dict[str, list[str]] = {}
    about: dict[str, str] = {}
    for name in bioblue_envs.ids():
        for choice in choices(name, data=default_data):
            plays.setdefault(choice.name, []).append(name)
            about[choice.name] = _about(choice)
    # In the order to list them: models come after all scripted policies.
    order = ["human", *POLICIES]
    names = sorted(plays, key=lambda name: order.index(name) if name in order else len(order))
    everywhere = len(bioblue_envs.ids())
    list_rows(
        [(name, "all" if len(plays[name]) == everywhere else ", ".join(plays[name]), about[name]) for name in names]
    )


def _about(choice: Choice) -> str:
    return choice.about + (f" (can't run now: {choice.unavailable})" if choice.unavailable else "")
