"""The line of keys below a screen: whole words only, however narrow it is."""

from __future__ import annotations

from rich.cells import cell_len
from textual import events
from textual.app import ComposeResult
from textual.widget import Widget
from textual.widgets import Footer
from textual.widgets._footer import FooterKey


class KeysFooter(Footer):
    """Shows as many keys as fit; the key for help is always among them."""

    def __init__(self) -> None:
        super().__init__(show_command_palette=False, compact=True)
        self._room = 0

    def compose(self) -> ComposeResult:
        """Lay out the keys."""
        keys = list(super().compose())
        self._room = self.app.size.width
        while sum(map(_width, keys)) - 1 > self._room:
            keys.remove(next((key for key in reversed(keys) if not _is_help(key)), keys[-1]))
        yield from keys

    async def on_resize(self, event: events.Resize) -> None:
        """Lay out the keys again where the width has changed."""
        if self._room and self.app.size.width != self._room:
            await self.recompose()


def _width(key: Widget) -> int:
    """Return the columns that a key takes, with a blank after it."""
    return cell_len(f"{key.key_display} {key.description} ") if isinstance(key, FooterKey) else 0


def _is_help(key: Widget) -> bool:
    return isinstance(key, FooterKey) and key.action.endswith("help")
