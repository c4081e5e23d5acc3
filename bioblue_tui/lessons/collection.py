"""Finding lessons: those that come with the program, by number, and files."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from bioblue_tui.formatting.text import one_line
from bioblue_tui.lessons.format import Lesson
from bioblue_tui.lessons.reading import LessonError, read_lesson


@dataclass(frozen=True, slots=True)
class Entry:
    """A lesson that comes with the program.

    Attributes:
        number: Its number, from 1.
        lesson: The lesson; None when it can't be used.
        problem: Why not; empty when it can.
    """

    number: int
    lesson: Lesson | None
    problem: str = ""


def built_in_files() -> list[Path]:
    """Return the files of the lessons that come with the program, in their order."""
    folder = Path(str(files("bioblue_tui.lessons"))) / "texts"
    return sorted((path for path in folder.glob("*.md") if _number(path)), key=_number)


def built_in() -> list[Entry]:
    """Read the lessons that come with the program."""
    found = []
    for path in built_in_files():
        try:
            found.append(Entry(_number(path), read_lesson(path)))
        except LessonError as error:
            found.append(Entry(_number(path), None, str(error)))
    return found


def find(name: str, *, reckon: bool = False) -> Lesson:
    """Read a lesson that is named by its number or its file.

    Args:
        name: Its number or its file.
        reckon: Whether to reckon its figures, too.

    Raises:
        LessonError: When there is no such lesson, or it has mistakes.
    """
    if not name.isascii() or not name.isdecimal() or Path(name).exists():
        return read_lesson(Path(name).expanduser(), reckon=reckon)
    paths = built_in_files()
    for path in paths:
        if _number(path) == int(name[:9]):
            return read_lesson(path, reckon=reckon)
    raise LessonError(f"no lesson {one_line(name, 20)}; there are 1 to {len(paths)}, and files")


def _number(path: Path) -> int:
    head = path.name.partition("-")[0]
    return int(head) if head.isascii() and head.isdecimal() else 0
