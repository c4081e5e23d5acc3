"""Questions: one of several answers, a number, or words of one's own."""

from __future__ import annotations

import re
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.widgets import Button, Input, OptionList, Static, TextArea

from bioblue_tui.screens.actions import command
from bioblue_tui.screens.study.frame import Heading, StudyScreen, page
from bioblue_tui.studies.study import Question
from bioblue_tui.text import one_line

NO_ANSWER = "(no answer)"
"""What is chosen to leave out a question that may be left out."""

_LONGEST = 5000
"""Characters of an answer that are kept."""

_HINTS = {
    "choice": "↑ ↓ choose, Enter hands it in.",
    "scale": "↑ ↓ choose, Enter hands it in.",
    "number": "Type a whole number; Enter hands it in.",
    "text": "Ctrl+S hands it in, or Tab and Enter.",
}


class QuestionScreen(StudyScreen[str]):
    """One question. Its result is the answer, to the letter; empty where it may be left out.

    Args:
        heading: What stands at the top.
        question: What is asked.
        number: Which question it is.
        count: Of how many.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        command("study.hand_in", "ctrl+s", "hand_in", "Hand in", "Hand in the answer", priority=True),
    ]
    AUTO_FOCUS = "OptionList, Input, TextArea"

    def __init__(self, heading: Heading, question: Question, number: int, count: int) -> None:
        super().__init__(heading, "", f"question {number} of {count}")
        self._question = question

    def compose_sheet(self) -> ComposeResult:
        """Lay out what is asked, and how it is answered."""
        question = self._question
        with VerticalScroll(id="asked", can_focus=False):
            yield page(question.text)
        if question.kind in ("choice", "scale"):
            left_out = [] if question.required else [NO_ANSWER]
            yield OptionList(*self._options(), *left_out, markup=False)
        elif question.kind == "number":
            yield Input(max_length=20, compact=True)
        else:
            yield TextArea(tab_behavior="focus")
            with Horizontal(classes="buttons"):
                yield Button("hand in", variant="primary", compact=True)
        yield Static("", id="refused", markup=False)

    def on_mount(self) -> None:
        """Say how to answer; nothing is chosen beforehand, for that would be a hint."""
        for options in self.query(OptionList):
            options.highlighted = None
        self.hint.update(_HINTS[self._question.kind])

    def _options(self) -> list[str]:
        question = self._question
        texts = [one_line(option, 300) for option in question.options]
        if question.kind == "scale":
            for index, label in ((0, question.labels[0]), (-1, question.labels[1])):
                texts[index] += f"  {one_line(label, 60)}" if label else ""
        return texts

    @on(OptionList.OptionSelected)
    def _chosen(self, event: OptionList.OptionSelected) -> None:
        options = self._question.options
        self.dismiss(options[event.option_index] if event.option_index < len(options) else "")

    @on(Input.Submitted)
    @on(Button.Pressed)
    def _handed_in(self) -> None:
        self.action_hand_in()

    def action_hand_in(self) -> None:
        """Hand in what was typed, if it is an answer."""
        question = self._question
        if question.kind in ("choice", "scale"):
            return
        number = question.kind == "number"
        typed = self.query_one(Input).value.strip() if number else self.query_one(TextArea).text[:_LONGEST]
        if not typed.strip():
            if question.required:
                self._refuse("Please answer this question.")
            else:
                self.dismiss("")
        elif number and not re.fullmatch(r"[+-]?[0-9]{1,15}", typed):
            self._refuse("A whole number is asked for.")
        else:
            self.dismiss(str(int(typed)) if number else typed)

    def _refuse(self, why: str) -> None:
        self.query_one("#refused", Static).update(why)
