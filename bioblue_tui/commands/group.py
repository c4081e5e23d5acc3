"""The group of all commands: its help in sections, and one exit code for whatever interrupts a command."""

from __future__ import annotations

from typing import Any

import click

INTERRUPTED = 130
"""Exit code of a command that a person or a closed pipe has stopped."""


class SectionedGroup(click.Group):
    """Commands listed under headings, in the order they are added.

    A command that ctrl+c or a closed pipe ends, ends with ``INTERRUPTED``.
    """

    def __init__(self, *args: Any, **attributes: Any) -> None:
        super().__init__(*args, **attributes)
        self._sections: dict[str, list[click.Command]] = {}

    def add_section(self, heading: str, *commands: click.Command) -> None:
        """Add commands under a heading of the help."""
        self._sections.setdefault(heading, []).extend(commands)
        for command in commands:
            self.add_command(command)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the commands under their headings."""
        widest = max(len(name) for name in self.commands)
        for heading, commands in self._sections.items():
            with formatter.section(heading):
                # The same width everywhere keeps the sections aligned with each other.
                rows = [(str(command.name).ljust(widest), command.get_short_help_str(200)) for command in commands]
                formatter.write_dl(rows)

    def invoke(self, ctx: click.Context) -> object:
        """Run the command that was asked for."""
        try:
            return super().invoke(ctx)
        except (KeyboardInterrupt, BrokenPipeError):
            raise SystemExit(INTERRUPTED) from None
