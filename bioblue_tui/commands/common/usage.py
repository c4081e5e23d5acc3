"""What every command needs, quick to load: the error for bad input, the choice of a data directory."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from bioblue_tui.formatting.text import visible

Command = TypeVar("Command", bound=Callable[..., Any])

UNREADABLE = 2
"""Exit code when a record could not be read and is missing from the output."""


class UsageError(click.ClickException):
    """Bad input: one clear message, exit code 2."""

    exit_code = 2


class BrokenOff(UsageError):
    """The output could not be written completely: one clear message, exit code 1."""

    exit_code = 1


def narrate(line: str) -> None:
    """Write a line to standard error: standard output is for data."""
    click.echo(line, err=True)


def complaint(error: Exception, before: str = "") -> UsageError:
    """Return the message for an error that a person can correct, with the error's own exit code.

    Args:
        error: The error.
        before: Text in front of the error's message.
    """
    code = getattr(error, "exit_code", UsageError.exit_code)
    return (UsageError if code == UsageError.exit_code else BrokenOff)(visible(f"{before}{error}"))


class _Directory(click.Path):
    """A directory's name; an empty one, as from an unset variable, is refused: it would mean the current directory."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if str(value) == "":
            self.fail("no directory is named. Name one, or leave the option out.", param, ctx)
        return super().convert(value, param, ctx)


def data_option(command: Command) -> Command:
    """Add the choice of another data directory."""
    return click.option(
        "--data-dir",
        type=_Directory(path_type=Path),
        metavar="DIR",
        help="Where records are kept (default: the platform's place).",
    )(command)


def trial_files(command: Command) -> Command:
    """Add the argument for files to read; a directory stands for all records in it and below it."""
    kind = click.Path(path_type=Path)
    return click.argument("files", nargs=-1, required=True, type=kind, callback=_with_directories)(command)


def _with_directories(_: click.Context, __: click.Parameter, files: tuple[Path, ...]) -> tuple[Path, ...]:
    from bioblue_tui.records.directories import records_in

    found = [path for file in files for path in (records_in([file]) if file.is_dir() else [file])]
    if not found:
        raise UsageError(f"no records in the directory {visible(', '.join(map(str, files)))}")
    return tuple(found)
