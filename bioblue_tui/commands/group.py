"""The group of all commands: its help in sections, and one exit code for whatever interrupts a command."""

from __future__ import annotations

import contextlib
import importlib
from collections.abc import Iterator
from typing import Any

import click

from bioblue_tui.commands.usage import complaint
from bioblue_tui.system.errors import BioBlueError

INTERRUPTED = 130
"""Exit code of a command that a person or a closed pipe has stopped."""


class SectionedGroup(click.Group):
    """Commands listed under headings, in the order they are added. A command is loaded when it is needed.

    A command that ctrl+c or a closed pipe ends, ends with ``INTERRUPTED``.
    """

    def __init__(self, *args: Any, **attributes: Any) -> None:
        super().__init__(*args, **attributes)
        self._sections: dict[str, dict[str, str]] = {}
        self._places: dict[str, str] = {}

    def add_section(self, heading: str, module: str, **commands: str) -> None:
        """Add commands under a heading of the help.

        Args:
            heading: The heading.
            module: Where they are defined.
            **commands: What the help says of each, by the name of its function, which is the command's name behind a
                prefix ``list_`` where that would be another thing's name.
        """
        section = self._sections.setdefault(heading, {})
        for function, text in commands.items():
            name = _NAMES.get(function, function)
            section[name] = text
            self._places[name] = f"{module}:{function}"

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of all commands."""
        return list(self._places)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Load a command."""
        place = self._places.get(cmd_name)
        if place is None:
            return None
        module, _, function = place.partition(":")
        found: click.Command = getattr(importlib.import_module(module), function)
        return found

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the commands under their headings."""
        widest = max(map(len, self._places))
        for heading, section in self._sections.items():
            with formatter.section(heading):
                # The same width everywhere keeps the sections aligned with each other.
                formatter.write_dl([(name.ljust(widest), text) for name, text in section.items()])

    def make_context(self, *args: Any, **extra: Any) -> click.Context:
        """Read the arguments; help and version are written meanwhile."""
        with _told():
            return super().make_context(*args, **extra)

    def invoke(self, ctx: click.Context) -> object:
        """Run the command that was asked for."""
        with _told():
            return super().invoke(ctx)


@contextlib.contextmanager
def _told() -> Iterator[None]:
    """Turn what a person can mend into one clear message, and an interruption into its exit code."""
    try:
        yield
    except (KeyboardInterrupt, BrokenPipeError):
        raise SystemExit(INTERRUPTED) from None
    except BioBlueError as error:
        raise complaint(error) from None
    except ValueError as error:
        # Here, because most commands that fail do so without an environment.
        from bioblue_envs import ParameterError

        if isinstance(error, ParameterError):
            raise complaint(error) from None
        raise


_NAMES = {
    "list_trials": "list",
    "list_environments": "envs",
    "list_agents": "agents",
    "list_models": "list",
    "from_reference": "from-reference",
}
"""Commands whose functions need another name."""
