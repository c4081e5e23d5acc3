"""The line a person answers in, with the legal answers, and what the last answer did or why it was rejected."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.getters import query_one
from textual.message import Message
from textual.strip import Strip
from textual.widgets import Input, Static

from bioblue_tui.formatting.numbers import counted
from bioblue_tui.widgets.gate import AGAIN, Early, Gate, Gated
from bioblue_tui.widgets.strips_cells import fit
from bioblue_tui.widgets.wrap import fitting

_LINES = 4
"""Most lines above the answer line, as in its style."""


class RefusableInput(Input):
    """A line in which a refused text stays until it is replaced or corrected."""

    typed = False
    """Whether anything was typed since the line was last refused, even the same text again."""

    removals = 0
    """How often something was removed from the line, even by text that replaced it."""

    class Correcting(Message):
        """The cursor was moved in a refused text: typing now corrects the text instead of replacing it."""

    def refuse(self) -> None:
        """Keep the submitted text until typing replaces it, or ← or → begins to correct it."""
        self.select_all()
        self.typed = False

    @property
    def refused(self) -> bool:
        """True while the refused text is unchanged, so that typing replaces it."""
        return bool(self.value) and not self.typed and self.selected_text == self.value

    def replace(self, text: str, start: int, end: int) -> None:
        """Replace a part of the line with typed text."""
        self.typed = True
        before = self.value
        super().replace(text, start, end)
        self.removals += start != end and self.value != before

    def action_cursor_left(self, select: bool = False) -> None:
        """Move the cursor; in a refused line, begin to correct it."""
        self._move(super().action_cursor_left, select)

    def action_cursor_right(self, select: bool = False) -> None:
        """Move the cursor; in a refused line, begin to correct it."""
        self._move(super().action_cursor_right, select)

    def _move(self, move: Callable[[bool], None], select: bool) -> None:
        if self.refused and select:
            return
        if self.refused:
            self.post_message(self.Correcting())
        move(select)

    def action_home(self, select: bool = False) -> None:
        """Go to the start of the line, unless it was refused."""
        if not self.refused:
            super().action_home(select)

    def action_end(self, select: bool = False) -> None:
        """Go to the end of the line, unless it was refused."""
        if not self.refused:
            super().action_end(select)

    def action_cursor_left_word(self, select: bool = False) -> None:
        """Go back a word, unless the line was refused."""
        if not self.refused:
            super().action_cursor_left_word(select)

    def action_cursor_right_word(self, select: bool = False) -> None:
        """Go forward a word, unless the line was refused."""
        if not self.refused:
            super().action_cursor_right_word(select)


def _lines(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.strip()]


class GatedInput(Gated, RefusableInput):
    """A line that takes only keys pressed after its question was painted, each in its turn.

    Args:
        gate: Tells which keys were; Enter shuts it.
        placeholder: The text in the empty line.
        id: The widget's id.
    """

    def __init__(self, gate: Gate, placeholder: str = "", id: str | None = None) -> None:  # noqa: A002 - Textual's word
        super().__init__(placeholder=placeholder, compact=True, id=id)
        self.gate = gate

    empty_answers = False
    """Whether an Enter on the empty line is an answer."""

    early = Early()
    """Keys pressed too early before the last submitted answer."""

    def render_line(self, y: int) -> Strip:
        """Paint the line, and tell the gate: the question is painted at the same time, with all changes."""
        self.gate.painted()
        return super().render_line(y)

    def takes(self, event: events.Key | events.Paste) -> bool:
        """Return whether a key or paste would change the line, or submit it."""
        return super().takes(event) or isinstance(event, events.Paste) or event.is_printable

    def _on_paste(self, event: events.Paste) -> None:
        """Paste several lines as one; Textual calls the base class's handler by itself."""
        event.text = " ".join(_lines(event.text))

    async def action_submit(self) -> None:
        """Submit the line; later keys are for another question."""
        given = self.value.strip() or self.empty_answers
        self.early = self.gate.close() if given else Early()
        await super().action_submit()


class AnswerInput(GatedInput):
    """An input whose arrows change the number under the cursor."""

    also = (AGAIN,)

    BINDINGS = [
        Binding("up", "change(1)", "±1", key_display="↑↓", id="answer.up", tooltip="Raise the number under the cursor"),
        Binding("down", "change(-1)", "−1", show=False, id="answer.down", tooltip="Lower the number under the cursor"),
    ]

    def action_change(self, by: int) -> None:
        """Raise or lower the number under the cursor; from an empty line, begin with the last action.

        All of the line is then selected: another arrow changes the same number, and typing replaces all of it.
        """
        text = self.value or self.suggested
        place = self._changed[1] if self._changed[0] == self.selected_text == text else self.cursor_position
        position = place if self.value else len(text)
        numbers = list(re.finditer(r"\d+", text))
        if not numbers:
            return
        number = min(numbers, key=lambda m: 0 if m.start() <= position <= m.end() else abs(m.start() - position) + 1)
        changed = str(max(0, int(number.group()[:12]) + by))
        before, self.value = self.value, text[: number.start()] + changed + text[number.end() :]
        self.removals += bool(before) and self.value != before
        self._changed = self.value, number.start()
        self.select_all()
        self.typed = True

    _changed = ("", 0)
    """The line as an arrow last left it, and where the number that it changed begins."""

    class Unchanged(Message):
        """Enter was pressed on a refused answer, and nothing has been typed since."""

    class Empty(Message):
        """Enter was pressed on the empty line."""

    async def action_submit(self) -> None:
        """Submit the line; a refused answer is not submitted again until something is typed."""
        if not self.value.strip() or not self.typed:
            # This Enter ends any input that began too early.
            self.gate.torn = False
            self.post_message(self.Unchanged() if self.value.strip() else self.Empty())
            return
        await super().action_submit()

    free_keys: tuple[str, ...] = ("L",)
    """Letters that are keys of the screen while the line is empty."""

    def check_consume_key(self, key: str, character: str | None) -> bool:
        """Return whether a key is typed into the line."""
        if key in self.free_keys and not self.value:
            return False
        return super().check_consume_key(key, character)

    pastes = 0
    """How often something was pasted here."""

    def _on_paste(self, event: events.Paste) -> None:
        """Count the paste, and take its first line that is not empty; Textual calls the base classes' handlers, too."""
        self.pastes += bool(event.text)
        first, *more = _lines(event.text) or [""]
        event.text = first
        if more:
            self.post_message(self.Shortened(len(more)))

    def action_paste(self) -> None:
        """Paste text that was copied within the program."""
        self.pastes += bool(self.app.clipboard)
        super().action_paste()

    class Shortened(Message):
        """Several lines were pasted, and only the first was taken."""

        def __init__(self, more: int) -> None:
            super().__init__()
            self.more = more

    suggested = ""
    """The answer that ``+1`` and ``−1`` start from on an empty line: the last action, or zeros."""


class AnswerBar(Vertical):
    """The answer line. It posts ``Submitted``; it does not know the trial.

    Args:
        gate: Says which keys count.
    """

    DEFAULT_CSS = """
    AnswerBar { height: auto; padding: 0 1; border-top: solid $primary; }
    AnswerBar #feedback { height: auto; max-height: 4; }
    AnswerBar Input { width: 1fr; }
    AnswerBar.-rejected #feedback { color: $text-error; text-style: bold; }
    """

    answer = query_one(AnswerInput)
    feedback = query_one("#feedback", Static)

    def __init__(self, gate: Gate) -> None:
        super().__init__()
        self.gate = gate
        self._told: tuple[Sequence[str], bool] = (("",), False)
        self._remark = ""
        self._bounds: Sequence[str] = ()

    class Submitted(Message):
        """An answer was submitted."""

        def __init__(self, text: str, early: Early) -> None:
            super().__init__()
            self.text, self.early = text, early

    def compose(self) -> ComposeResult:
        """Lay out feedback above the line."""
        yield Static("", id="feedback", markup=False)
        yield AnswerInput(self.gate, id="answer")

    def ask(self, bounds: Sequence[str], last: str) -> None:
        """Set the words for what is legal now, longest first (the first that fit are shown), and the last action."""
        self._bounds = [f"{bounds[0]} — Enter submits", *bounds]
        self.answer.suggested = last

    def open(self, strays: int = 0) -> None:
        """Take an answer, from keys pressed after everything that is now to be shown was painted.

        Args:
            strays: How many characters were typed before the line could take them.
        """
        self.gate.dropped += strays
        self.gate.torn |= strays > 0
        self.gate.ask()
        self._asking = True
        self._fit()
        self.answer.refresh()

    def shut(self, why: str = "") -> None:
        """Take no answer, and say why; by default because no question is open."""
        self.gate.shut()
        self._asking, self.answer.placeholder = False, why

    _asking = False
    """Whether the empty line says what is legal."""

    def on_resize(self) -> None:
        """Choose the words that fit the new width."""
        self._fit()
        self._show()

    def _fit(self) -> None:
        room = self._room
        if self._asking and room:
            self.answer.placeholder = next(
                (form for form in self._bounds if len(form) < room), fit(self._bounds[-1], room - 1)
            )

    @property
    def _room(self) -> int:
        """Columns for a text; 0 before they are known."""
        return self.content_size.width

    def tell(self, *forms: str, rejected: bool = False) -> None:
        """Say what the last answer did, or why it was rejected.

        Args:
            forms: The same in fewer and fewer words; the first that fits is shown.
            rejected: Whether the answer was rejected.
        """
        self._told, self._remark = (forms, rejected), ""
        self._show()

    def remark(self, text: str) -> None:
        """Add a remark to the message, until the next message."""
        self._remark = text
        self._show()

    def count_dropped(self, keys: int) -> None:
        """Count keys that were dropped, and say so."""
        self.gate.dropped += keys
        self._show()

    def reject(self, why: str) -> None:
        """Say why an answer was rejected; it stays, to be corrected, or replaced by typing."""
        self.tell(why, rejected=True)
        self.answer.refuse()

    def _show(self) -> None:
        forms, rejected = self._told
        early = f"({counted(self.gate.dropped, 'key')} pressed too early: dropped.)"
        added = "".join(f"  {text}" for text in (early if self.gate.dropped else "", self._remark) if text)
        texts = [f"{form}{added}" for form in forms]
        if self._room:
            # Where no form fits, the text about the last answer is cut, not the remarks about this one.
            texts = [fitting([*texts, f"{added}  {forms[-1]}".strip()], self._room, _LINES)]
        self.feedback.update(texts[0].strip())
        self.set_class(rejected, "-rejected")

    @on(Gated.Dropped)
    def _dropped(self, event: Gated.Dropped) -> None:
        event.stop()
        self._show()

    @on(GatedInput.Correcting)
    def _correcting(self, event: GatedInput.Correcting) -> None:
        event.stop()
        self.remark("(Typing now inserts at the cursor.)")

    @on(AnswerInput.Unchanged)
    def _unchanged(self, event: AnswerInput.Unchanged) -> None:
        event.stop()
        self.remark("(Not submitted again: this is the answer that was refused.)")

    @on(AnswerInput.Empty)
    def _empty(self, event: AnswerInput.Empty) -> None:
        event.stop()
        # This replaces the text about the last answer, which could be read as the effect of this Enter.
        self.tell("The line is empty: nothing was submitted.")

    @on(AnswerInput.Shortened)
    def _shortened(self, event: AnswerInput.Shortened) -> None:
        event.stop()
        self.remark(f"(An answer is one line: {counted(event.more, 'more line')} of what was pasted left out.)")

    @on(Input.Changed)
    def _changed(self, event: Input.Changed) -> None:
        if not event.value:
            # Emptying the line is a new beginning.
            self.gate.torn = False

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        if event.value.strip():
            self.post_message(self.Submitted(event.value, self.answer.early))

    def clear(self) -> None:
        """Empty the line; this does not count as an edit."""
        with self.answer.prevent(Input.Changed):
            self.answer.value = ""
