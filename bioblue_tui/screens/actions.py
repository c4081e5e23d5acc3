"""The registry of all commands: keys, footer, help and command palette are made from it.

Every entry becomes a binding with an id, under which the key can be changed in the configuration.
"""

from __future__ import annotations

from dataclasses import dataclass

from textual.binding import Binding


@dataclass(frozen=True, slots=True)
class Command:
    """Something a person can do on a screen.

    Attributes:
        id: Unique name, ``screen.what``; the configuration's ``[keys]`` uses it.
        title: Its name in the palette; empty where the palette does not need it.
        help: What it does, in a sentence.
    """

    id: str
    title: str
    help: str


REGISTRY: dict[str, Command] = {}
"""Every command of the application by its id."""


def command(
    name: str,
    keys: str,
    action: str,
    title: str,
    explanation: str,
    *,
    footer: str = "",
    shown: str | None = None,
    together: str = "",
    priority: bool = False,
) -> Binding:
    """Register a command and return its binding.

    Args:
        name: The command's id.
        keys: Its keys, separated by commas.
        action: The action that carries it out.
        title: Its name in the palette; empty to leave it out there.
        explanation: What it does, in a sentence.
        footer: Its word in the footer; empty to leave it out there.
        shown: The footer's text for its key, where that stands for several keys.
        together: One explanation in the help for several commands, instead of their own.
        priority: Whether it takes precedence over the focused widget's keys.
    """
    REGISTRY[name] = Command(name, title, explanation)
    description, tooltip = footer or title or explanation, together or explanation
    return Binding(keys, action, description, bool(footer), shown, priority=priority, id=name, tooltip=tooltip)
