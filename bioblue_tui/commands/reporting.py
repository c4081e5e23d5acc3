"""Commands that show trials to others: report and plot."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from bioblue_tui.commands.usage import UNREADABLE, UsageError, data_option
from bioblue_tui.formatting.numbers import counted
from bioblue_tui.formatting.text import visible
from bioblue_tui.system.paths import data_dir as data_directory
from bioblue_tui.system.paths import references_file

if TYPE_CHECKING:
    from bioblue_tui.report.formats import Format
    from bioblue_tui.report.trials import Order, Shown

Command = TypeVar("Command", bound=Callable[..., Any])


def _output_options(command: Command) -> Command:
    output = click.option(
        "-o",
        "--output",
        type=click.Path(path_type=Path),
        required=True,
        help="The file to write; - for standard output.",
    )
    force = click.option("--force", is_flag=True, help="Replace the file if it is there.")
    files = click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
    return files(output(force(data_option(command))))


@click.command()
@_output_options
@click.option(
    "--format",
    "form",
    type=click.Choice(["html", "md", "csv", "tsv", "parquet", "svg", "png"]),
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
    form: Format | None,
    order: Order,
) -> None:
    """Report on the trials in FILES, records of ours or published logs, for others to read.

    html: one page that needs no network, with tables, charts, raw outputs, parameters. md: the same in Markdown,
    without charts. csv, tsv, parquet: one row for each trial and step. svg, png: one trial's charts, or small
    multiples of several.

    Exit code 0, or 2 when any file can't be read; the others are in the report then.
    """
    from bioblue_tui.report.formats import FORMATS, render
    from bioblue_tui.report.trials import ordered

    form = _checked(output, form, FORMATS, "html", force)
    trials, complaints = _read(files, data_dir or default_data)
    trials = ordered(trials, order)
    _write(output, lambda: render(trials, form, complaints), force)
    _tell(trials)
    raise SystemExit(UNREADABLE if complaints else 0)


@click.command()
@_output_options
@click.option("--format", "form", type=click.Choice(["svg", "png"]), help="Default: by the name of the file.")
@click.pass_obj
def plot(
    default_data: Path | None,
    /,
    data_dir: Path | None,
    files: tuple[Path, ...],
    output: Path,
    force: bool,
    form: Format | None,
) -> None:
    """Plot levels, actions and every reward dimension of FILES by step.

    Trials of the same environment, parameters and agent are put together: their mean with a 95 % interval,
    bootstrapped over trials, and every single trial thin behind it.

    Exit code 0, or 2 when any file can't be read; the others are plotted then.
    """
    from bioblue_tui.report.formats import PICTURES, mean_plots, picture

    form = _checked(output, form, PICTURES, "svg", force)
    trials, complaints = _read(files, data_dir or default_data)
    _write(output, lambda: picture(mean_plots(trials, complaints), form), force)
    _tell(trials)
    raise SystemExit(UNREADABLE if complaints else 0)


def _checked(output: Path, form: Format | None, possible: tuple[Format, ...], usual: Format, force: bool) -> Format:
    """Return the format, before any work is done."""
    from bioblue_tui.report.formats import BINARY, format_of

    if str(output) == "-":
        chosen = form or usual
        if chosen in BINARY:
            raise UsageError(f"{chosen} is no text. Name a file with -o.")
        return chosen
    chosen_or_none = form or format_of(output)
    if chosen_or_none not in possible:
        names = ", ".join(possible)
        raise UsageError(
            f"{visible(str(output))}: the name tells no format. End it in one of {names}, or give --format."
        )
    if output.exists() and not force:
        raise UsageError(f"{visible(str(output))}: exists already. Choose another name, or replace it with --force.")
    return chosen_or_none


def _read(files: tuple[Path, ...], data_dir: Path | None) -> tuple[list[Shown], list[str]]:
    """Return the trials, and what could not be read, told at once: a line for each file, and one that counts them."""
    from bioblue_tui.analysis.references import References
    from bioblue_tui.analysis.words import UNREAD, left_out
    from bioblue_tui.report.trials import read_trials

    complaints: list[str] = []

    def complain(line: str) -> None:
        complaints.append(line)
        click.echo(f"bioblue: {line}", err=True)

    trials = read_trials(files, References(references_file(data_directory(data_dir))), complain)
    if not trials:
        raise UsageError("no trial could be read; nothing was written.")
    if complaints:
        complain(f"of {counted(len(files), 'file')} {left_out([], {UNREAD: len(complaints)})}")
    return trials, complaints


def _write(output: Path, content: Callable[[], bytes], force: bool) -> None:
    from bioblue_tui.records.files import write_bytes

    data = content()
    if str(output) == "-":
        click.echo(data, nl=False)
        return
    write_bytes(output, data, force)
    click.echo(f"written: {visible(str(output))}", err=True)


def _tell(trials: list[Shown]) -> None:
    from bioblue_tui.report.formats import told

    for warning in told(trials):
        click.echo(f"bioblue: {warning}", err=True)
