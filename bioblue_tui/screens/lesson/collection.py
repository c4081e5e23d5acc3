"""The lessons that come with the program, to choose from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content
from textual.getters import query_one
from textual.message import Message
from textual.screen import Screen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from bioblue_tui.formatting.numbers import counted
from bioblue_tui.formatting.text import one_line
from bioblue_tui.lessons.collection import Entry
from bioblue_tui.lessons.format import Lesson
from bioblue_tui.screens.actions import command
from bioblue_tui.screens.help import HelpScreen
from bioblue_tui.widgets.footer import KeysFooter


class LessonsScreen(Screen[None]):
    """A list of lessons.

    Args:
        entries: The lessons.
        large: Whether they begin in large type.
    """

    CSS_PATH = "lesson.tcss"
    AUTO_FOCUS = "#lessons"
    ABOUT = "Choose a lesson with the arrows and Enter, or by its digit. A lesson of your own: bioblue teach FILE."

    BINDINGS: ClassVar[list[BindingType]] = [
        *(
            command(
                f"lessons.{number}",
                str(number),
                f"open({number})",
                f"Lesson {number}",
                f"Open lesson {number}",
                footer="Open" if number == 1 else "",
                shown="1 … 9",
                together="Open the lesson of this number",
            )
            for number in range(1, 10)
        ),
        command("lessons.help", "question_mark,f1", "help", "Help", "This help", footer="Help", shown="?"),
        command("lessons.quit", "escape,q", "dismiss", "Leave", "Leave", footer="Leave"),
    ]

    lessons = query_one("#lessons", OptionList)

    class Opened(Message):
        """A lesson is to be given."""

        def __init__(self, lesson: Lesson, *, large: bool) -> None:
            super().__init__()
            self.lesson, self.large = lesson, large

    def __init__(self, entries: Sequence[Entry], *, large: bool = False) -> None:
        super().__init__()
        self._entries, self._large = entries, large

    def compose(self) -> ComposeResult:
        """Lay out the list."""
        yield Static("BioBlue: lessons", id="head", markup=False)
        yield OptionList(*map(_option, self._entries), id="lessons", markup=False)
        yield KeysFooter()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only existing lessons can be opened."""
        return action != "open" or any(entry.lesson and entry.number == parameters[0] for entry in self._entries)

    def action_open(self, number: int) -> None:
        """Open a lesson by its number."""
        for index, entry in enumerate(self._entries):
            if entry.number == number and entry.lesson is not None:
                self.lessons.highlighted = index
                self.post_message(self.Opened(entry.lesson, large=self._large))

    @on(OptionList.OptionSelected)
    def _chosen(self, event: OptionList.OptionSelected) -> None:
        self.action_open(self._entries[event.option_index].number)

    def action_help(self) -> None:
        """Show the keys."""
        self.app.push_screen(HelpScreen(self, self.ABOUT))  # type: ignore[arg-type]


def _option(entry: Entry) -> Option:
    if entry.lesson is None:
        text = Content.assemble((f"{entry.number}  ", "bold"), (one_line(entry.problem, 300), "dim"))
        return Option(text, disabled=True)
    lesson = entry.lesson
    about = f"\n   {counted(len(lesson.pages), 'page')}, {lesson.minutes} minutes\n"
    return Option(Content.assemble((f"{entry.number}  {one_line(lesson.title, 60)}", "bold"), (about, "dim")))
