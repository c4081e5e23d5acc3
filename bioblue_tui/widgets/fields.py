"""Input fields: every key acts in its turn, and counts if it was pressed after the question was on the screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import events
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Input, TextArea

from bioblue_tui.widgets.gate import AttentiveApp, Gate

# At run time this is no widget: Textual takes a class's styles and keys from its first base that is one.
if TYPE_CHECKING:
    _Base = Widget
else:
    _Base = object


class InTurn(_Base):
    """For widgets in which one types: each key has its effect before the next key is taken in.

    Must come before the widget's own base. Textual alone would run a key's action later, and not always here.
    """

    async def _on_key(self, event: events.Key) -> None:
        """Run the action of a key at once; Textual calls the base classes' handlers by itself."""
        if event.is_printable:
            return
        app, screen = self.app, self.screen
        bindings = self._bindings.copy()
        bindings.apply_keymap(app._keymap)
        for binding in bindings.key_to_bindings.get(event.key, ()):
            early = isinstance(app, AttentiveApp) and not app.in_sight(event)
            if early or (not binding.priority and await app.run_action(binding.action, self)):
                event.stop()
                event.prevent_default()
                if isinstance(app, AttentiveApp) and not early:
                    app.was_pressed(event, screen)
                return


class LineInput(InTurn, Input):
    """A line of text."""


class LinesInput(InTurn, TextArea):
    """Some lines of text."""


class Gated(InTurn):
    """For widgets in which answers are given: they take only keys that their gate admits, each in its turn.

    Must come before the widget's own base.
    """

    gate: Gate
    also: tuple[str, ...] = ()
    """Other keys that answer, too, even letters: they wait for keys pressed before them."""

    class Dropped(Message):
        """A key was pressed too early."""

    def takes(self, event: events.Key | events.Paste) -> bool:
        """Return whether a key or a paste does something here."""
        return isinstance(event, events.Key) and event.key in (*self._bindings.key_to_bindings, *self.also)

    coming = 0
    """How many keys are still in the queue: later keys must wait for them."""

    def post_message(self, message: Message) -> bool:
        """Take a message into the queue."""
        posted = super().post_message(message)
        self.coming += posted and isinstance(message, events.Key)
        return posted

    async def on_event(self, event: events.Event) -> None:
        """Drop keys that were pressed too early."""
        if isinstance(event, events.Key | events.Paste) and self.takes(event) and not self.gate.admits(event):
            event.stop()
            self.post_message(self.Dropped())
        else:
            await super().on_event(event)
        self.coming -= isinstance(event, events.Key)

    async def _on_key(self, event: events.Key) -> None:
        """Run the actions of the other answering keys at once, too; the base class's handler is called as well."""
        if event.key in self.also and await self.app._check_bindings(event.key):
            event.stop()
            event.prevent_default()
