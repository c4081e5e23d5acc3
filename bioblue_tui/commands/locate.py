"""What there is: Show where data, records and configuration are."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from bioblue_tui.commands.common.options import data_option
from bioblue_tui.formatting.text import visible
from bioblue_tui.system.paths import config_file, trials_dir
from bioblue_tui.system.paths import data_dir as data_directory


@click.command()
@click.argument("what", required=False, type=click.Choice(["data", "trials", "config"]))
@data_option
@click.pass_obj
def locate(default_data: Path | None, /, what: str | None, data_dir: Path | None) -> None:
    """Show where data, records of trials and configuration are; with a name, only that path, for scripts.

    None of them need exist yet.
    """
    data = data_directory(data_dir or default_data)
    places = {"data": data, "trials": trials_dir(data), "config": config_file()}
    if what is None:
        for name, path in places.items():
            click.echo(f"{name}\t{visible(str(path.absolute()))}")
    elif sys.stdout is not None and sys.stdout.isatty():
        click.echo(visible(str(places[what].absolute())))
    else:
        # The exact bytes of the path, whatever they are.
        click.echo(os.fsencode(places[what].absolute()))
