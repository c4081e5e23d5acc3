"""Keys in their order: each has its effect before the next one is taken."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import ClassVar, TypeGuard

from textual import events
from textual._time import get_time
from textual.app import App
from textual.message_pump import MessagePump

_ROUNDS = 3
"""How often a key is followed through all queues between its widget and the application: once for its effect, once for
what follows from that, such as another list for another choice, and once for the effects of this."""

_LONGEST = 2.0
"""Seconds after which a key is no longer waited for: if anything hangs, the keyboard must not."""

_HELD = frozenset(
    f"{before}{key}"
    for key in ("up", "down", "left", "right", "pageup", "pagedown", "backspace", "delete")
    for before in ("", "shift+", "ctrl+")
)
"""Keys that people hold down. Several of one kind need not wait for each other."""


def is_new(event: events.Event) -> TypeGuard[events.Key | events.Paste]:
    """Return whether an event is a key or a paste that comes from the terminal, not one on its way back to the app."""
    return isinstance(event, events.Key | events.Paste) and not event.is_forwarded


class OrderlyApp(App[str]):
    """An application that takes keys one by one.

    Textual hands a key to the focused widget, and looks for its binding only afterwards; both, and their consequences,
    wait in queues of their own while the next keys come. In fast typing, letters overtake Backspace, and digits land in
    a field that an arrow before them was to hide. Here a key waits until the one before it has had its effect, unless
    both are text for the same line, or one key that is held down.
    """

    FREE: ClassVar[Sequence[str]] = ("ctrl+c", "ctrl+q")
    """Keys that have the same effect everywhere, and wait for nothing."""

    def __init__(self) -> None:
        super().__init__()
        self._waiting = deque[events.Key | events.Paste]()
        self._in_hand: events.Key | events.Paste | None = None
        """The key that was taken last, until it has had its effect."""
        self._taken_at = 0.0
        self._typing = self._more = False
        """Whether that key is text for a line, and whether it was taken while another was still followed."""

    async def on_event(self, event: events.Event) -> None:
        """Take a key when its turn has come, and everything else at once."""
        if is_new(event) and self.screen_stack and getattr(event, "key", "") not in self.FREE:
            self._waiting.append(event)
            await self._take_next()
        else:
            await self.deal(event)

    async def deal(self, event: events.Event) -> None:
        """Handle an event whose turn has come."""
        await super().on_event(event)

    def types(self, key: events.Event) -> bool:
        """Return whether a key puts a character where the focus is."""
        if not isinstance(key, events.Key) or not key.is_printable or self.focused is None:
            return False
        return self.focused.check_consume_key(key.key, key.character)

    def _turn_of(self, event: events.Key | events.Paste) -> bool:
        before = self._in_hand
        if before is None or (self._typing and self.types(event)):
            return True
        return isinstance(event, events.Key) and event.key in _HELD and event.key == getattr(before, "key", "")

    async def _take_next(self) -> None:
        if get_time() > self._taken_at + _LONGEST:
            self._in_hand = None
        while self._waiting and self.is_running and not self._exit and self._turn_of(self._waiting[0]):
            event, followed = self._waiting.popleft(), self._in_hand
            self._in_hand, self._taken_at, self._typing = event, get_time(), self.types(event)
            way = self._way()
            await self.deal(event)
            if followed is None:
                await self._follow(way, self._rounds)
            else:
                self._more = True

    @property
    def _rounds(self) -> int:
        return 1 if self._typing else _ROUNDS

    def _way(self) -> Sequence[MessagePump]:
        """Return what a key passes: the focused widget, and what that is in, up to the application."""
        return [*(self.focused or self.screen).ancestors_with_self]

    async def _follow(self, way: Sequence[MessagePump], rounds: int) -> None:
        """Pass through every queue behind a key; then take the next one.

        Args:
            way: The widgets still to pass; those that are closed are left out.
            rounds: How many rounds there are still to go, with this one.
        """
        for place, node in enumerate(way, 1):
            if node.call_later(self._follow, way[place:], rounds):
                return
        if self._exit or not self.screen_stack:
            return
        if self._more:
            self._more, rounds = False, self._rounds + 1
        if rounds > 1:
            await self._follow(self._way(), rounds - 1)
        else:
            self._in_hand = None
            await self._take_next()
