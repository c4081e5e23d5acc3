"""What there is: List the environments, or what can be set in one."""

from __future__ import annotations

import json

import bioblue_envs
import click

from bioblue_tui.commands.common.listing import list_rows


@click.command("envs")
@click.argument("environment", required=False)
def list_environments(environment: str | None) -> None:
    """List the environments, or the parameters of ENVIRONMENT with their values.

    In a pipe the fields are separated by tabs.
    """
    if environment is None:
        list_rows([(name, bioblue_envs.about(name).replace("\n", " ")) for name in bioblue_envs.ids()])
        return
    parameters = bioblue_envs.parameters(environment)
    values = bioblue_envs.make(environment).parameters
    list_rows([(one.name, json.dumps(values.get(one.name)), one.help) for one in parameters])
