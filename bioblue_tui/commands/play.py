"""Trials: Play an environment yourself."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from bioblue_tui.commands.common.options import (
    display_option,
    make_spec,
    trial_options,
)
from bioblue_tui.commands.common.showing import play_one


@click.command()
@click.argument("environment")
@trial_options
@click.option("--prompt-only", is_flag=True, help="Hide the gauges: exactly the text a model would get.")
@display_option
@click.pass_obj
def play(default_data: Path | None, /, environment: str, prompt_only: bool, display: str, **options: Any) -> None:
    """Play ENVIRONMENT yourself."""
    spec = make_spec(environment, "human", prompt_only=prompt_only, **options)
    play_one(spec, options["data_dir"] or default_data, display, speed=None)
