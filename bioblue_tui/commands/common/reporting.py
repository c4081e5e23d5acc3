"""Shared by the commands that read trials and write one file for other people."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from bioblue_tui.commands.common.usage import UsageError, data_option, narrate, trial_files
from bioblue_tui.formatting.numbers import counted
from bioblue_tui.formatting.text import visible
from bioblue_tui.system.paths import data_dir as data_directory
from bioblue_tui.system.paths import references_file

if TYPE_CHECKING:
    from bioblue_tui.report.format import Format
    from bioblue_tui.report.trials import Shown

Command = TypeVar("Command", bound=Callable[..., Any])


def output_options(command: Command) -> Command:
    """Add the options for the files to read and the file to write."""
    output = click.option(
        "-o",
        "--output",
        type=click.Path(path_type=Path),
        required=True,
        help="The file to write; - for standard output.",
    )
    force = click.option("--force", is_flag=True, help="Replace the file if it is there.")
    return trial_files(output(force(data_option(command))))


def checked_format(output: Path, form: str | None, possible: Mapping[str, Format], usual: str, force: bool) -> Format:
    """Return the format, before any work is done."""
    from bioblue_tui.report.formats import format_of

    if str(output) == "-":
        chosen = possible[form or usual]
        if chosen.binary:
            raise UsageError(f"{chosen.name} is not a text format. Name a file with -o.")
        return chosen
    asked = form or format_of(output)
    if asked is None or asked not in possible:
        names = ", ".join(possible)
        raise UsageError(f"{visible(str(output))}: no format in the name. End it in one of {names}, or give --format.")
    if output.exists() and not force:
        raise UsageError(f"{visible(str(output))}: exists already. Choose another name, or replace it with --force.")
    return possible[asked]


def read_trials_of(files: tuple[Path, ...], data_dir: Path | None) -> tuple[list[Shown], list[str]]:
    """Return the trials, and a line for each file that can't be read; these, and their number, are written now."""
    from bioblue_tui.analysis.references import References
    from bioblue_tui.analysis.words import UNREAD, left_out
    from bioblue_tui.report.trials import read_trials

    complaints: list[str] = []

    def complain(line: str) -> None:
        complaints.append(line)
        narrate(f"bioblue: {line}")

    trials = read_trials(files, References(references_file(data_directory(data_dir))), complain)
    if not trials:
        raise UsageError("no trial could be read; nothing was written.")
    if complaints:
        complain(f"of {counted(len(files), 'file')} {left_out([], {UNREAD: len(complaints)})}")
    return trials, complaints


def write_output(output: Path, content: Callable[[], bytes], force: bool) -> None:
    """Write the content to a file or to standard output."""
    from bioblue_tui.records.files import write_bytes

    data = content()
    if str(output) == "-":
        click.echo(data, nl=False)
        return
    write_bytes(output, data, force)
    narrate(f"written: {visible(str(output))}")


def warn(trials: list[Shown]) -> None:
    """Say on standard error what a reader must know about the trials."""
    from bioblue_tui.report.content import warnings

    for warning in warnings(trials):
        narrate(f"bioblue: {warning}")
