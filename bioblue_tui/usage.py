"""What every command needs, and what costs nothing to load: the error for bad input, the choice of a data directory."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

Command = TypeVar("Command", bound=Callable[..., Any])


class Complaint(click.ClickException):
    """Bad input: one clear message, exit code 2."""

    exit_code = 2


def data_option(command: Command) -> Command:
    """Add the choice of another data directory."""
    return click.option(
        "--data-dir",
        type=click.Path(path_type=Path),
        metavar="DIR",
        help="Where records are kept (default: the platform's place).",
    )(command)
