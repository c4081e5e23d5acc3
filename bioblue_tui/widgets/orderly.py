"""Keys in their order: each does all that it does before the next one is taken."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import ClassVar

from textual import events
from textual._time import get_time
from textual.app import App
from textual.message_pump import MessagePump

_ROUNDS = 3
"""How often all queues between a key and the application are gone through: for what it does, for what follows from
that, such as another list for another choice, and for what follows from this."""

_LONGEST = 2.0
"""Seconds after which a key is no longer waited for: what hangs must not take the keyboard with it."""


class OrderlyApp(App[str]):
    """An application that takes keys one by one.

    Textual hands a key to the widget that has the focus, and looks only then at what it is bound to; both, and what
    follows from them, wait in queues of their own while the next keys come. Of what is typed fast, letters overtake
    Backspace, and digits land in a field that an arrow before them was to hide.
    """

    FREE: ClassVar[Sequence[str]] = ("ctrl+c", "ctrl+q")
    """Keys that do the same everywhere, and wait for nothing."""

    def __init__(self) -> None:
        super().__init__()
        self._waiting = deque[events.Key | events.Paste]()
        self._turn, self._taken_at = 0, -_LONGEST
        """The number of the key that was taken last, and when; a time long ago once it is done."""

    async def on_event(self, event: events.Event) -> None:
        """Take a key when its turn has come, and everything else at once."""
        typed = isinstance(event, events.Key | events.Paste) and not event.is_forwarded
        if typed and self.screen_stack and getattr(event, "key", "") not in self.FREE:
            self._waiting.append(event)  # type: ignore[arg-type]
            await self._take_next()
        else:
            await self.deal(event)

    async def deal(self, event: events.Event) -> None:
        """Do what is to be done about an event, once its turn has come."""
        await super().on_event(event)

    def types(self, key: events.Key) -> bool:
        """Return whether a key puts a character where the focus is."""
        return bool(self.focused and key.is_printable and self.focused.check_consume_key(key.key, key.character))

    async def _take_next(self) -> None:
        if not self._waiting or get_time() < self._taken_at + _LONGEST:
            return
        event = self._waiting.popleft()
        self._turn, self._taken_at = self._turn + 1, get_time()
        goes_to = self.focused or self.screen
        rounds = 1 if isinstance(event, events.Key) and self.types(event) else _ROUNDS
        await self.deal(event)
        await self._follow([*goes_to.ancestors_with_self], rounds, self._turn)

    async def _follow(self, way: Sequence[MessagePump], rounds: int, turn: int) -> None:
        """Go the way of a key, behind it through every queue, up to the application; then let the next one come.

        Args:
            way: The widget that it went to, what that is in, and so on; those that are closed are left out.
            rounds: How often to go.
            turn: The key's number.
        """
        for place, node in enumerate(way, 1):
            if node.call_later(self._follow, way[place:], rounds, turn):
                return
        if rounds > 1 and self.screen_stack:
            await self._follow([*(self.focused or self.screen).ancestors_with_self], rounds - 1, turn)
        elif turn == self._turn:
            self._taken_at = -_LONGEST
            await self._take_next()
