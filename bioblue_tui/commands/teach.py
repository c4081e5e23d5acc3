"""People: Give a lesson on runaway optimisation."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bioblue_tui.commands.common.usage import data_option, narrate
from bioblue_tui.formatting.numbers import counted
from bioblue_tui.formatting.text import one_line, visible

if TYPE_CHECKING:
    from bioblue_tui.app.navigation import Shown
    from bioblue_tui.lessons.format import Lesson


@click.command()
@click.argument("lesson", required=False)
@click.option("--list", "listed", is_flag=True, help="List the lessons that come with the program.")
@click.option("--check", metavar="FILE", help="Check a lesson and list what is in it, without showing it.")
@click.option("--large", is_flag=True, help="Begin in large type, for an audience (key L).")
@data_option
@click.pass_obj
def teach(
    default_data: Path | None,
    /,
    lesson: str | None,
    listed: bool,
    check: str | None,
    large: bool,
    data_dir: Path | None,
) -> None:
    """Give a lesson: one of ours, by its number, or a FILE of your own.

    Without LESSON: a list to choose from. A lesson is a Markdown file with a few directives; see the README.
    """
    if listed:
        _list()
    elif check is not None:
        from bioblue_tui.lessons.collection import find

        found = find(check, reckon=True)
        about = f"{counted(len(found.pages), 'page')}, {found.minutes} minutes"
        click.echo(f"{visible(check)}: {one_line(found.title)}: {about}")
        for line in _asked(found):
            click.echo(f"  {line}")
    else:
        _give(lesson, large, data_dir or default_data)


def _asked(lesson: Lesson) -> Iterator[str]:
    """Yield a line for every question, with the trial it is about."""
    from bioblue_tui.lessons.format import Prediction
    from bioblue_tui.lessons.sitting import Sitting

    sitting = Sitting(lesson)
    for number, page in enumerate(lesson.pages):
        for index, block in enumerate(page.blocks):
            if isinstance(block, Prediction):
                about = sitting.about((number, index))
                which = f"the trial of line {page.lines[about[1]]}" if about else "no trial"
                yield f"question, line {page.lines[index]}: about {which}"


def _list() -> None:
    from bioblue_tui.lessons.collection import built_in

    for entry in built_in():
        lesson = entry.lesson
        if lesson is None:
            narrate(f"{entry.number}  {one_line(entry.problem, 300)}")
        else:
            click.echo(
                f"{entry.number}  {lesson.title:<32}  {counted(len(lesson.pages), 'page')}, {lesson.minutes} minutes"
            )


def _give(name: str | None, large: bool, data: Path | None) -> None:
    from bioblue_tui.commands.common.screen import need_terminal, run_app
    from bioblue_tui.lessons.collection import find

    chosen = find(name) if name is not None else None
    need_terminal("to check a lesson without one: bioblue teach --check FILE")
    run_app(data, lambda: lesson_screen(chosen, large=large))


def lesson_screen(lesson: Lesson | None, *, large: bool = False) -> Shown:
    """Make the screen of a lesson, or of the list of lessons."""
    if lesson is None:
        from bioblue_tui.lessons.collection import built_in
        from bioblue_tui.screens.lesson.collection import LessonsScreen

        return LessonsScreen(built_in(), large=large)
    from bioblue_tui.screens.lesson.screen import LessonScreen

    return LessonScreen(lesson, large=large)
