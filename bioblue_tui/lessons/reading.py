"""Reading a lesson's file: every mistake is an error with its line, found when the lesson is loaded."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from bioblue_tui.formatting.text import one_line, visible
from bioblue_tui.lessons.directives import DirectiveError, read_activity, read_minutes, read_prediction, read_what_if
from bioblue_tui.lessons.figure_directives import read_figure
from bioblue_tui.lessons.figure_trials import FigureError
from bioblue_tui.lessons.figures import FIGURE, Figure
from bioblue_tui.lessons.format import Activity, Block, Discussion, Lesson, Page, Prediction, Reveal, Text
from bioblue_tui.records.files import read_bytes
from bioblue_tui.records.schema import RecordError
from bioblue_tui.system.errors import BioBlueError

MINUTES = 15
"""Minutes of a lesson that does not say how long it takes."""

NAMES = ("lesson", "play", "watch", "replay", "what-if", "predict", "reveal", "discuss")
"""All directives."""

_DIRECTIVE = re.compile(r"@([A-Za-z-]+)(?:\s+(.*))?$")
_ALMOST = re.compile(r"\s*@\s*([A-Za-z-]+)")
"""A line that may be meant as a directive, but has blanks in the wrong place, or other characters behind the word."""
_TEXT = re.compile(r"(\s*)@@")
"""The beginning of a line of text that starts with an @."""
_FENCE = re.compile(r"\s{0,3}(`{3,}(?=[^`]*$)|~{3,})(.*)")
"""The fence at which code begins or ends, and the text behind it; there is none at the end."""
_BARE = re.compile(r"#|@(?!@|predict\b)", re.IGNORECASE)
"""The beginning of a line that may hold no figure."""
_HEADING = re.compile(r"##(?:\s+(.*))?$")


class LessonError(BioBlueError):
    """A lesson that can't be used. The message says where and what is expected, a line for each mistake."""


def read_lesson(path: Path, *, reckon: bool = False) -> Lesson:
    """Read a lesson and check all of it.

    Args:
        path: Its file.
        reckon: Whether to reckon its figures, too, which may take a moment.

    Raises:
        LessonError: When it can't be read, or has mistakes; the message lists all of them.
    """
    try:
        text = read_bytes(path).decode("utf-8-sig")
    except RecordError as error:
        raise LessonError(str(error)) from None
    except UnicodeDecodeError:
        raise LessonError(f"{one_line(str(path))}: not UTF-8 text") from None
    return _Reader(path, text.splitlines()).read(reckon)


class _Reader:
    """Goes through a lesson's lines once."""

    def __init__(self, path: Path, lines: Sequence[str]) -> None:
        self._path = path
        self._lines = lines
        self._title = ""
        self._minutes = MINUTES
        self._pages: list[Page] = []
        self._heading, self._begun = "", 0
        """The page's heading, and its line; 0 before the first page."""
        self._blocks: list[Block] = []
        self._begins: dict[int, int] = {}
        """The line of each block that is a directive, by the block's number."""
        self._last = 0
        """The line of the last block on the page that is a directive."""
        self._text: list[tuple[int, str]] = []
        self._figures: dict[str, tuple[int, Figure]] = {}
        self._mistakes: list[tuple[int, str]] = []
        self._spoilt = False
        """Whether this page has a mistake: then what seems to be missing may be the part that could not be read."""

    def read(self, reckon: bool) -> Lesson:
        self._read_lines()
        if reckon:
            self._reckon()
        if self._mistakes:
            found = dict.fromkeys(sorted(self._mistakes, key=lambda mistake: mistake[0]))
            path = one_line(str(self._path))
            raise LessonError("\n".join(f"{path}, line {max(1, line)}: {what}" for line, what in found))
        return Lesson(self._title, self._minutes, tuple(self._pages), self._path, self._figures)

    def _read_lines(self) -> None:
        number = 0
        for number, line, plain in self._marked():
            if not plain:
                self._find_figures(number, line)
            if not plain and line.startswith("# ") and not self._title:
                self._title = line[2:].strip()
            elif not plain and (match := _HEADING.match(line)):
                self._end_page()
                self._heading, self._begun = (match[1] or "").strip(), number
                if not self._heading:
                    self._mistake(number, "a page has a heading; write it behind the ##")
            elif not plain and (match := _DIRECTIVE.match(line)):
                self._directive(number, match[1].lower(), (match[2] or "").strip())
            elif not plain and (match := _ALMOST.match(line)) and match[1].lower() in NAMES:
                name = f"@{match[1].lower()}"
                self._mistake(
                    number,
                    f"{one_line(line.strip(), 40)!r} is no directive as it stands: begin the line with {name} and "
                    f"put a blank behind it, or write @{name} if it is text",
                )
            else:
                self._text.append((number, line if plain else _TEXT.sub(r"\1@", line, count=1)))
        self._end_page()
        if not self._title:
            self._mistake(1, "a lesson begins with '# ' and its title")
        if not self._pages and not self._mistakes:
            self._mistake(number, "a lesson has at least one page, which begins with '## ' and its heading")

    def _reckon(self) -> None:
        for directive, (line, figure) in self._figures.items():
            try:
                figure.text()
            except FigureError as error:
                self._mistake(line, f"{directive}: {error}")

    def _marked(self) -> Iterator[tuple[int, str, bool]]:
        """Yield every line with its number and whether it stands in fenced code."""
        fence, begun = "", 0
        for number, line in enumerate(self._lines, 1):
            match = _FENCE.match(line)
            yield number, line, bool(fence) or bool(match)
            if match and not fence:
                fence, begun = match[1], number
            elif match and match[1].startswith(fence) and not match[2].strip():
                fence = ""
        if fence:
            self._mistake(begun, f"the code that begins here has no end; write {fence} on a line below it")

    def _find_figures(self, number: int, line: str) -> None:
        figures = list(FIGURE.finditer(line))
        if line.count("{=") > len(figures):
            self._mistake(number, "a figure begins with {= and ends with } on the same line")
        if figures and _BARE.match(line):
            self._mistake(number, "a heading holds no figure, nor does a directive other than @predict")
        for match in figures:
            try:
                # The key is the text as it is shown.
                self._figures[visible(match[0])] = number, read_figure(match[1], self._path.parent)
            except DirectiveError as error:
                self._mistake(number, f"{match[0]}: {error}")

    def _directive(self, number: int, name: str, rest: str) -> None:
        if name not in NAMES:
            near = difflib.get_close_matches(name, NAMES, n=1)
            hint = f"did you mean @{near[0]}?" if near else f"there are {', '.join(f'@{known}' for known in NAMES)}"
            self._mistake(number, f"no directive @{name[:40]}; {hint}")
            return
        try:
            if name == "lesson":
                self._minutes = read_minutes(rest)
                return
            if not self._begun:
                raise DirectiveError("it stands before the first page; write '## ' and a heading above it")
            if name == "what-if":
                self._add_what_if(rest)
                return
            self._end_text()
            self._last = self._begins[len(self._blocks)] = number
            if name in ("play", "watch", "replay"):
                self._blocks.append(read_activity(name, rest, self._path.parent))
            elif name == "predict":
                self._blocks.append(read_prediction(rest))
            elif name == "reveal":
                self._add_reveal(rest)
            else:
                self._blocks.append(Discussion(()))
        except DirectiveError as error:
            self._mistake(number, f"@{name}: {error}")

    def _add_what_if(self, rest: str) -> None:
        self._end_text()
        at = next((i for i in reversed(range(len(self._blocks))) if isinstance(self._blocks[i], Activity)), None)
        activity = self._blocks[at] if at is not None else None
        if at is None or not isinstance(activity, Activity) or activity.record is not None:
            if self._spoilt:
                return
            raise DirectiveError("it needs an @play or @watch above it on the same page")
        self._blocks[at] = replace(activity, what_ifs=(*activity.what_ifs, read_what_if(rest, activity)))

    def _add_reveal(self, rest: str) -> None:
        if rest:
            raise DirectiveError("it stands alone on its line")
        if any(isinstance(block, Reveal) for block in self._blocks):
            raise DirectiveError("a page has one reveal at most; begin another page with '## '")
        self._blocks.append(Reveal())

    def _end_text(self) -> None:
        lines, self._text = [line for _, line in self._text], []
        if self._blocks and isinstance(self._blocks[-1], Discussion) and not self._blocks[-1].questions:
            questions = [line.strip()[2:].strip() for line in lines if line.strip().startswith(("- ", "* "))]
            if questions:
                self._blocks[-1] = Discussion(tuple(questions))
                lines = [line for line in lines if not line.strip().startswith(("- ", "* "))]
            else:
                del self._blocks[-1]
                self._mistake(self._last, "@discuss: it has no questions; write them as a list below it")
        text = "\n".join(lines).strip("\n")
        if text.strip():
            self._blocks.append(Text(text))

    def _end_page(self) -> None:
        written = next((number for number, line in self._text if line.strip()), 0)
        self._end_text()
        if not self._begun:
            if written:
                self._mistake(written, "there is text before the first page; write '## ' and a heading above it")
        else:
            if not self._blocks and not self._spoilt:
                self._mistake(self._begun, f"the page {one_line(self._heading, 40)!r} is empty")
            elif not self._spoilt and isinstance(self._blocks[-1], Reveal):
                self._mistake(self._last, "@reveal: there is nothing below it that it could hide")
            self._check_asked()
            self._pages.append(Page(self._heading, tuple(self._blocks), self._begins))
        self._blocks, self._begins, self._spoilt = [], {}, False

    def _check_asked(self) -> None:
        """Complain of questions about a step where the page has no trial: nothing could answer them."""
        if self._spoilt or any(isinstance(block, Activity) for block in self._blocks):
            return
        for index, block in enumerate(self._blocks):
            if isinstance(block, Prediction) and block.kind == "step":
                what = "no trial on this page answers it; add @play, @watch or @replay, or ask for a number:"
                self._mistake(self._begins[index], f"@predict: {what}")

    def _mistake(self, line: int, what: str) -> None:
        self._mistakes.append((line, what))
        self._spoilt = True
