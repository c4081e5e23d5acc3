"""Records: Plot means and single trials by step."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from bioblue_tui.commands.common.reporting import checked_format, output_options, read_trials_of, warn, write_output
from bioblue_tui.commands.common.usage import UNREADABLE
from bioblue_tui.report.formats import PICTURES

Command = TypeVar("Command", bound=Callable[..., Any])


@click.command()
@output_options
@click.option("--format", "form", type=click.Choice(list(PICTURES)), help="Default: by the name of the file.")
@click.pass_obj
def plot(
    default_data: Path | None,
    /,
    data_dir: Path | None,
    files: tuple[Path, ...],
    output: Path,
    force: bool,
    form: str | None,
) -> None:
    """Plot levels, actions and every reward dimension of FILES, or of all records in directories, by step.

    Trials of the same environment, parameters and agent share a plot: their mean with a 95 % interval, bootstrapped
    over trials, and every single trial as a thin line behind it.

    Exit code 0, or 2 when any file can't be read; the others are plotted then.
    """
    from bioblue_tui.report.pictures import mean_plots

    draw = checked_format(output, form, PICTURES, "svg", force).draw
    assert draw is not None
    trials, complaints = read_trials_of(files, data_dir or default_data)
    write_output(output, lambda: draw(mean_plots(trials, complaints)), force)
    warn(trials)
    raise SystemExit(UNREADABLE if complaints else 0)
