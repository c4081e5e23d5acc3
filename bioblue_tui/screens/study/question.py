"""Questions: a choice of answers, a number, or free text."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import ClassVar, Self

from textual import events, on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.message import Message
from textual.widgets import Button, Input, OptionList, Static, TextArea

from bioblue_tui.formatting.text import one_line
from bioblue_tui.screens.actions import command
from bioblue_tui.screens.study.frame import Heading, StudyScreen
from bioblue_tui.studies.study import Question
from bioblue_tui.widgets.answer import GatedInput
from bioblue_tui.widgets.gate import Gate, Gated
from bioblue_tui.widgets.page import page

NO_ANSWER = "(no answer)"
"""The option that leaves an optional question unanswered."""

_LONGEST = 5000
"""Most characters of an answer."""

_HINTS = {
    "choice": "Choose by its number, with ↑ ↓ or a click; Enter submits.",
    "scale": "Choose by its number, with ↑ ↓ or a click; Enter submits.",
    "number": "Type a whole number; Enter submits.",
    "text": "Ctrl+S submits, or Tab and Enter.",
}


class Choices(Gated, OptionList):
    """Answers to choose from, by number, arrows or click; Enter submits the chosen one.

    Args:
        gate: Says which keys count.
        answers: The answers.
        others: Further options, without a number.
        numbered: Whether their numbers are written before them; answers of a scale are numbers themselves.
    """

    def __init__(self, gate: Gate, answers: Sequence[str], others: Sequence[str], *, numbered: bool) -> None:
        self.gate = gate
        width = len(str(len(answers)))
        shown = [f"{number:>{width}}  {text}" for number, text in enumerate(answers, 1)] if numbered else answers
        self._numbers = [text.split()[0] if text.strip() else "" for text in shown]
        self._typed = ""
        super().__init__(*shown, *others, markup=False)

    class Nothing(Message):
        """Enter was pressed, but nothing is chosen."""

    def takes(self, event: events.Key | events.Paste) -> bool:
        """Return whether a key chooses or submits."""
        return super().takes(event) or (isinstance(event, events.Key) and event.is_printable)

    async def _on_key(self, event: events.Key) -> None:
        """Choose by number; several digits make the longest number that is an option."""
        if event.character is None or event.character not in "-0123456789":
            return
        event.stop()
        event.prevent_default()
        typed = self._typed + event.character
        self._typed = typed if any(number.startswith(typed) for number in self._numbers) else event.character
        if self._typed in self._numbers:
            self.highlighted = self._numbers.index(self._typed)

    async def _on_click(self, event: events.Click) -> None:
        """Choose the clicked answer. Only Enter submits it: a click may be a mistake."""
        event.prevent_default()
        if (clicked := event.style.meta.get("option")) is not None:
            self.highlighted = clicked

    def action_select(self) -> None:
        """Submit the chosen answer."""
        if self.highlighted is None:
            self.post_message(self.Nothing())
            return
        self.gate.dropped = self.gate.close().dropped
        super().action_select()


class _Submit(Gated, Button):
    """Submits at once, so that the next key finds the question answered.

    Args:
        gate: Says which keys count.
        submit: Submits what was typed.
    """

    def __init__(self, gate: Gate, submit: Callable[[], None]) -> None:
        self.gate = gate
        super().__init__("submit", variant="primary", compact=True)
        self._submit = submit

    def press(self) -> Self:
        """Submit."""
        self._submit()
        return self


class QuestionScreen(StudyScreen[str]):
    """One question. Its result is the answer, exactly as given; empty for an optional question left unanswered.

    Args:
        heading: What stands at the top.
        question: The question.
        number: Which question it is.
        count: Of how many.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        command("study.hand_in", "ctrl+s", "hand_in", "Submit", "Submit the answer", priority=True),
    ]
    AUTO_FOCUS = "OptionList, Input, TextArea"

    def __init__(self, heading: Heading, question: Question, number: int, count: int) -> None:
        super().__init__(heading, "", f"question {number} of {count}")
        self._question = question

    def compose_sheet(self) -> ComposeResult:
        """Lay out the question, and how to answer it."""
        question = self._question
        with VerticalScroll(id="asked", can_focus=False):
            yield page(question.text)
        # Above the answers, since there may be more answers than fit.
        yield Static("", id="refused", markup=False)
        if question.kind in ("choice", "scale"):
            left_out = [] if question.required else [NO_ANSWER]
            with Vertical(id="answers"):
                yield Choices(self.gate, self._options(), left_out, numbered=question.kind == "choice")
        elif question.kind == "number":
            line = GatedInput(self.gate)
            line.max_length = 20
            yield line
        else:
            yield TextArea(tab_behavior="focus")
            with Horizontal(classes="buttons"):
                yield _Submit(self.gate, self.action_hand_in)

    def on_mount(self) -> None:
        """Say how to answer; nothing is chosen at first, since that would be a hint."""
        for options in self.query(OptionList):
            options.highlighted = None
        self.hint.update(_HINTS[self._question.kind])

    def _options(self) -> list[str]:
        question = self._question
        texts = [one_line(option, len(option)) for option in question.options]
        if question.kind == "scale":
            for index, label in ((0, question.labels[0]), (-1, question.labels[1])):
                texts[index] += f"  {one_line(label, len(label))}" if label else ""
        return texts

    @on(OptionList.OptionSelected)
    def _chosen(self, event: OptionList.OptionSelected) -> None:
        options = self._question.options
        self.dismiss(options[event.option_index] if event.option_index < len(options) else "")

    @on(Choices.Nothing)
    def _nothing_chosen(self) -> None:
        self._refuse("Nothing is chosen yet. Type the number of an answer, or choose with ↑ ↓.")

    @on(OptionList.OptionHighlighted)
    @on(Input.Changed)
    @on(TextArea.Changed)
    def _something_given(self, event: OptionList.OptionHighlighted | Input.Changed | TextArea.Changed) -> None:
        # The message about a line that was emptied, because its beginning was typed too early, stays.
        if not isinstance(event, Input.Changed) or event.value:
            self.query_one("#refused", Static).update("")

    @on(Input.Submitted)
    def _handed_in(self) -> None:
        line = self.query_one(GatedInput)
        self.gate.dropped += line.early.dropped
        if line.early.torn:
            line.value = ""
            self._refuse("Not submitted: its beginning was typed before this question was shown. Type it again.")
        else:
            self.action_hand_in()

    def action_hand_in(self) -> None:
        """Submit what was typed, if it is an answer."""
        question = self._question
        if question.kind in ("choice", "scale"):
            return
        number = question.kind == "number"
        typed = self.query_one(Input).value.strip() if number else self.query_one(TextArea).text
        if not typed.strip():
            if question.required:
                self._refuse("Please answer this question.")
            else:
                self.dismiss("")
        elif number and not re.fullmatch(r"[+-]?[0-9]{1,15}", typed):
            self._refuse("A whole number is asked for.")
        elif len(typed) > _LONGEST:
            self._refuse(f"At most {_LONGEST} characters are kept; these are {len(typed)}. Shorten the answer.")
        elif not number and self.gate.torn:
            # Refused only once: the answer may be complete after all, and typing it again is much work.
            self.gate.torn = False
            self._refuse(
                "Not submitted yet: something was typed before this question was shown, and is missing from the "
                "answer. Correct it, or submit it again."
            )
        else:
            self.dismiss(str(int(typed)) if number else typed)

    def _refuse(self, why: str) -> None:
        self.query_one("#refused", Static).update(why)
        for line in self.query(GatedInput):
            line.refuse()
        self.ask_again()
