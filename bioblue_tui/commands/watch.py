"""Trials: Watch a scripted policy or a language model play."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from bioblue_tui.commands.common.model_options import MODEL_OPTIONS, model_options, read_model
from bioblue_tui.commands.common.options import (
    agent_options,
    choose_agent,
    display_option,
    make_spec,
    pause_option,
    read_modes,
    read_speed,
    trial_options,
)
from bioblue_tui.commands.common.showing import play_one

SHOWCASE_AGENT = {"multi-homeostasis": "accelerator", "balancing": "collapse"}
"""The default agent of ``watch`` in each environment; elsewhere the accelerator."""


@click.command()
@click.argument("environment")
@agent_options
@model_options
@trial_options
@click.option("--paused", is_flag=True, help="Begin paused.")
@pause_option
@display_option
@click.pass_obj
def watch(
    default_data: Path | None,
    /,
    environment: str,
    agent: str | None,
    model: str | None,
    base_url: str | None,
    speed: str | None,
    paused: bool,
    pauses: tuple[str, ...],
    retries: int,
    display: str,
    **options: Any,
) -> None:
    """Watch an agent play ENVIRONMENT.

    Without a screen, a trial that --pause-on would pause is stopped there; bioblue resume continues it.
    """
    modes = read_modes(pauses)
    showcase = SHOWCASE_AGENT.get(environment, "accelerator")
    chosen = choose_agent(environment, agent, model, base_url, showcase)
    told = {name: options.pop(name) for name in MODEL_OPTIONS}
    spec = make_spec(environment, chosen, **options)
    choice = read_model(spec, base_url=base_url, **told)
    data = options["data_dir"] or default_data
    rate = read_speed(speed)
    play_one(choice.spec, data, display, choice.max_cost, modes, speed=rate, paused=paused, retries=retries)
