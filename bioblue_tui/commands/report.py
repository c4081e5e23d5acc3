"""Records: Report on trials for other people: a page, tables, charts."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from bioblue_tui.commands.common.reporting import checked_format, output_options, read_trials_of, warn, write_output
from bioblue_tui.commands.common.usage import UNREADABLE
from bioblue_tui.report.formats import FORMATS, about

if TYPE_CHECKING:
    from bioblue_tui.report.trials import Order

Command = TypeVar("Command", bound=Callable[..., Any])


@click.command(
    help=f"""Report on the trials in FILES, for others to read: records of ours, published logs, or directories of them.

    {about()}

    Exit code 0, or 2 when any file can't be read; the others are in the report then.
    """
)
@output_options
@click.option(
    "--format",
    "form",
    type=click.Choice(list(FORMATS)),
    help="Default: by the name of the file; html for standard output.",
)
@click.option(
    "--sort",
    "order",
    type=click.Choice(["given", "seed", "steps", "verdict", "onset"]),
    default="given",
    help="Order of the trials: as given, or by seed, number of steps, verdict (worst first), first onset.",
)
@click.pass_obj
def report(
    default_data: Path | None,
    /,
    data_dir: Path | None,
    files: tuple[Path, ...],
    output: Path,
    force: bool,
    form: str | None,
    order: Order,
) -> None:
    """Report on trials in the format that is asked for."""
    from bioblue_tui.report.trials import ordered

    chosen = checked_format(output, form, FORMATS, "html", force)
    trials, complaints = read_trials_of(files, data_dir or default_data)
    trials = ordered(trials, order)
    write_output(output, lambda: chosen.write(trials, complaints), force)
    warn(trials)
    raise SystemExit(UNREADABLE if complaints else 0)
