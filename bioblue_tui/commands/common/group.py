"""The groups of commands: an error that a person can correct becomes one clear message; every command is one file."""

from __future__ import annotations

import contextlib
import importlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import click

from bioblue_tui.commands.common.usage import complaint
from bioblue_tui.system.errors import BioBlueError

INTERRUPTED = 130
"""Exit code of a command that a person or a closed pipe has stopped."""


class OrderedGroup(click.Group):
    """A group that lists its commands as they are defined."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of all commands."""
        return list(self.commands)


class DiscoveredGroup(click.Group):
    """Every file of a folder is a command, loaded when it is needed.

    The first line of a file gives the section of the help that lists its command, and the text it is listed with.
    An error that a person can correct becomes one clear message; a command ended by ctrl+c or a closed pipe exits with
    ``INTERRUPTED``.

    Args:
        package: The folder's package.
        order: The commands to list first, in this order, and with them their sections; others follow by name.
    """

    def __init__(self, *args: Any, package: str, order: Sequence[str], **attributes: Any) -> None:
        super().__init__(*args, **attributes)
        self._package = package
        folder = Path(str(importlib.import_module(package).__file__)).parent
        files = {path.stem: path for path in folder.glob("*.py") if path.stem != "__init__"}
        known = [name for name in order if name in files]
        self._files = {name: files[name] for name in [*known, *sorted(files.keys() - set(known))]}

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of all commands."""
        return list(self._files)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Load a command."""
        if cmd_name not in self._files:
            return None
        module = importlib.import_module(f"{self._package}.{cmd_name}")
        return next(one for one in vars(module).values() if isinstance(one, click.Command) and one.name == cmd_name)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the commands under their headings."""
        widest = max(map(len, self._files))
        sections: dict[str, list[tuple[str, str]]] = {}
        for name, path in self._files.items():
            with path.open(encoding="utf-8") as file:
                heading, _, text = file.readline().strip().strip('"').partition(": ")
            # The same width everywhere keeps the sections aligned with each other.
            sections.setdefault(heading, []).append((name.ljust(widest), text))
        for heading, lines in sections.items():
            with formatter.section(heading):
                formatter.write_dl(lines)

    def make_context(self, *args: Any, **extra: Any) -> click.Context:
        """Read the arguments; this also writes help and version."""
        with _told():
            return super().make_context(*args, **extra)

    def invoke(self, ctx: click.Context) -> object:
        """Run the command that was asked for."""
        with _told():
            return super().invoke(ctx)


@contextlib.contextmanager
def _told() -> Iterator[None]:
    """Turn an error that a person can correct into one clear message, and an interruption into its exit code."""
    try:
        yield
    except (KeyboardInterrupt, BrokenPipeError):
        raise SystemExit(INTERRUPTED) from None
    except BioBlueError as error:
        raise complaint(error) from None
    except ValueError as error:
        # Imported here, because most commands that fail do so without an environment.
        from bioblue_envs import ParameterError

        if isinstance(error, ParameterError):
            raise complaint(error) from None
        raise
