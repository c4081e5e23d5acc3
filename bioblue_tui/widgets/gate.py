"""Which keys count as an answer: those that were pressed after the question was painted."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple
from weakref import WeakSet

from rich.console import RenderableType
from textual import events
from textual._time import get_time
from textual.driver import Driver
from textual.message import Message
from textual.screen import Screen
from textual.strip import Strip
from textual.widget import Widget
from textual.widgets import Input, Static, TextArea

from bioblue_tui.widgets.orderly import OrderlyApp, is_new
from bioblue_tui.widgets.terminal import ours

MOST = 9_999
"""The most keys that are counted."""


AGAIN = "ctrl+r"
"""The key that puts the last answer on the line."""

SUBMITTING = ("enter", "ctrl+s")
"""Keys that submit an answer."""


class Early(NamedTuple):
    """Keys pressed too early before an answer.

    Attributes:
        dropped: How many keys.
        torn: Whether the answer may be only the rest of a text that began with them.
    """

    dropped: int = 0
    torn: bool = False


class Gate:
    """Lets keys through that were pressed after a question was painted, and counts the others.

    A key has the time at which it was read from the terminal, so it does not matter when it is handled: of two Enters
    in one packet, the second was pressed before the effect of the first was on the screen.

    Attributes:
        dropped: How many keys were dropped since the last answer. A paste counts as one.
        torn: True when keys were dropped that may be the beginning of the text typed now.
    """

    def __init__(self) -> None:
        self.dropped = 0
        self.torn = False
        self._since = math.inf
        self._asked = False

    @property
    def is_open(self) -> bool:
        """True while a question is on the screen."""
        return self._since < math.inf

    def shut(self) -> None:
        """Let nothing through: the question was answered, or there is none."""
        self._since, self._asked = math.inf, False

    def ask(self) -> None:
        """Open as soon as the present question is painted."""
        self._since, self._asked = math.inf, True

    def painted(self, at: float | None = None) -> None:
        """Note that the screen's content is being painted now, or was at a given time."""
        if self._asked:
            self._since, self._asked = get_time() if at is None else at, False

    def is_early(self, event: events.Key | events.Paste) -> bool:
        """Return whether a key or a paste was there before what it would answer was painted."""
        return event.time < self._since

    def admits(self, event: events.Key | events.Paste) -> bool:
        """Return whether a key or a paste counts; if not, it is counted as dropped."""
        if not self.is_early(event):
            return True
        self.drop(event)
        return False

    def drop(self, event: events.Key | events.Paste) -> None:
        """Count a key or a paste as pressed too early."""
        self.dropped += 1
        # Keys up to one that submits, or replaces everything, belong together: half of them would be another answer.
        self.torn = not (isinstance(event, events.Key) and event.key in (*SUBMITTING, AGAIN))

    def close(self) -> Early:
        """Let nothing through any more: an answer was given. Return the keys dropped before it, and count from 0."""
        early = Early(min(self.dropped, MOST), self.torn)
        self.shut()
        self.dropped, self.torn = 0, False
        return early

    def take(self, other: Gate) -> None:
        """Add another gate's dropped keys to this gate's; the other gate counts from 0."""
        early = other.close()
        self.dropped += early.dropped
        self.torn |= early.torn


class Painted(Static):
    """A line that tells a gate when it is painted, together with all other changes.

    Args:
        gate: The gate.
        text: The line.
        id: The widget's id.
        classes: Its classes.
        markup: Whether markup in it counts.
    """

    def __init__(
        self,
        gate: Gate,
        text: str,
        *,
        id: str | None = None,  # noqa: A002 - Textual's word
        classes: str | None = None,
        markup: bool = True,
    ) -> None:
        super().__init__(text, id=id, classes=classes, markup=markup)
        self._gate = gate

    def render_line(self, y: int) -> Strip:
        """Paint a line."""
        self._gate.painted()
        return super().render_line(y)


# At run time it is no widget: Textual takes styles and keys of a class from its first base that is one.
if TYPE_CHECKING:
    _Base = Widget
else:
    _Base = object


class Gated(_Base):
    """What a widget has in which answers are given: it takes only what its gate admits.

    To be named before the widget's own base.
    """

    gate: Gate
    also: tuple[str, ...] = ()
    """Other keys that answer, too."""

    class Dropped(Message):
        """Something was pressed too early."""

    def takes(self, event: events.Key | events.Paste) -> bool:
        """Return whether a key or a paste does something here."""
        return isinstance(event, events.Key) and event.key in (*self._bindings.key_to_bindings, *self.also)

    async def on_event(self, event: events.Event) -> None:
        """Drop what was pressed too early."""
        if isinstance(event, events.Key | events.Paste) and self.takes(event) and not self.gate.admits(event):
            event.stop()
            self.post_message(self.Dropped())
        else:
            await super().on_event(event)


class AttentiveApp(OrderlyApp):
    """An application that notices keys that nothing took: pressed too early, or while a dialog covered the screen.

    A key has no effect in a dialog that opened after it was pressed, nor on the screen below a dialog it was pressed
    over. So a second Enter, perhaps of a bouncing key, confirms nothing that nobody has seen.
    """

    strays = 0
    """How many characters in a row, up to the last key, were typed without anything taking them."""

    def __init__(self) -> None:
        super().__init__()
        self._front = Gate()
        """The gate of the screen in front, where that is a dialog or was below one."""
        self._front.ask()
        self._front.painted()
        self._dialog = False
        self._known = WeakSet[Screen[Any]]()
        """Screens that were in front before, and must be painted again after anything has covered them."""
        self._asked_at = 0.0

    def get_driver_class(self) -> type[Driver]:
        """Return Textual's driver, changed to read and write the terminal as we need it."""
        return ours(super().get_driver_class())

    def on_mount(self) -> None:
        """Follow which screen is in front; Textual calls the handlers of other classes by itself."""
        self.screen_change_signal.subscribe(self, self._front_changed, immediate=True)

    def _front_changed(self, screen: Screen[Any]) -> None:
        if screen.is_modal or self._dialog or screen in self._known:
            self._await_sight(screen)
        else:
            # A new screen has its own gate for its questions.
            self._saw(screen)
        self._dialog = screen.is_modal
        self._known.add(screen)

    def _await_sight(self, screen: Screen[Any]) -> None:
        """Let keys count again that are pressed after a screen is painted."""
        self._front.ask()
        self._asked_at = get_time()
        screen.call_after_refresh(self._saw, screen)

    def _display(self, screen: Screen[Any], renderable: RenderableType | None) -> None:
        """Paint, and note it first: an answer may come before anything else learns that this was painted."""
        if screen.is_mounted and self.screen_stack[-1:] == [screen]:
            self._front.painted()
        super()._display(screen, renderable)

    def _saw(self, screen: Screen[Any]) -> None:
        # Parts that were not painted meanwhile have not changed.
        if self.screen_stack[-1:] == [screen]:
            self._front.painted(self._asked_at)

    def _in_sight(self, event: events.Key | events.Paste) -> bool:
        """Return whether a key or a paste may have its effect; text that it only types is seen before it counts."""
        if isinstance(event, events.Paste) or event.key in self.FREE or self._edits(event) or self._front.admits(event):
            return True
        if isinstance(line := self.focused, Gated):
            line.gate.drop(event)
            line.post_message(line.Dropped())
            return False
        gate = getattr(self.screen, "gate", None) or self._gate_below
        if isinstance(gate, Gate):
            gate.dropped += 1
        return False

    def _edits(self, key: events.Key) -> bool:
        """Return whether a key only changes the text of a line, or goes to the next: that is seen before it counts."""
        if self.types(key):
            return not key.is_forwarded
        line, submits = self.focused, key.key in SUBMITTING
        own = isinstance(line, Input | TextArea) and key.key in (*line._bindings.key_to_bindings, "tab", "shift+tab")
        return own and not submits

    async def deal(self, event: events.Event) -> None:
        """Handle keys that were pressed after the screen was painted.

        Characters that nothing takes are counted: they may be the beginning of an answer, typed too early. A key comes
        here twice: on its way to the focused widget, and on its way back for its binding.
        """
        pressed = isinstance(event, events.Key | events.Paste) and self.screen_stack
        if pressed and not self._in_sight(event):  # type: ignore[arg-type]
            event.stop()
            return
        front = self.screen if pressed else None
        submits = isinstance(event, events.Key) and event.is_forwarded and event.key in SUBMITTING
        await self._take(event)
        if submits and front is not None and front.is_modal and self.screen_stack[-1:] == [front]:
            # Submitting may close or change the dialog; the next key is for the screen as it is then.
            self._await_sight(front)

    async def _take(self, event: events.Event) -> None:
        if is_new(event) and self.screen_stack:
            taken = self._taken(event)
            if isinstance(event, events.Key):
                self.strays = 0 if taken or self.focused is not None else self.strays + 1
            below = self._gate_below
            if not taken and below is not None:
                below.dropped += 1
            line = self.focused
            letter = isinstance(event, events.Key) and event.is_printable
            if letter and isinstance(line, Gated) and line.gate.is_open and line.gate.is_early(event):
                # Be it a letter that belongs to the screen while the line is empty: it was pressed at another sight.
                line._forward_event(event)
                return
        await super().deal(event)

    def _taken(self, event: events.Key | events.Paste) -> bool:
        """Return whether anything on the screen in front takes a key or a paste."""
        if isinstance(event, events.Paste):
            return isinstance(self.focused, Input | TextArea)
        if not event.is_printable or event.key in self.active_bindings:
            return True
        return self.types(event)

    @property
    def _gate_below(self) -> Gate | None:
        """The gate of a question that is covered by another screen now; None where there is none."""
        front, *below = (getattr(screen, "gate", None) for screen in reversed(self.screen_stack))
        return next((gate for gate in below if isinstance(gate, Gate)), None) if front is None else None
