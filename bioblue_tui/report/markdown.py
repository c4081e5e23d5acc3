"""The report in Markdown. Every inserted text is escaped, so that none is read as Markdown or HTML."""

from __future__ import annotations

import functools
import re

from jinja2 import Environment, PackageLoader, StrictUndefined

from bioblue_tui.report.content import Report
from bioblue_tui.report.tables import Table

_ENTITIES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
_SPECIAL = re.compile(r"([\\`*_{}\[\]|~$^@]|^\s*[-+=#]|:(?=//)|(?<=www)\.)")
_TICKS = re.compile("`+")


class Raw(str):
    """Markdown that is inserted as it is."""

    __slots__ = ()


def markdown(report: Report) -> str:
    """Return a report in Markdown."""
    return _templates().get_template("report.md").render(report=report)


def escaped(text: str) -> str:
    """Return text on one line, with nothing that is read as Markdown, HTML or a link."""
    return _SPECIAL.sub(_backslash, " ".join(text.split("\n"))).translate(_ENTITIES)


def _backslash(match: re.Match[str]) -> str:
    return f"{match.group()[:-1]}\\{match.group()[-1]}"


def fenced(text: str) -> Raw:
    """Return text as a block of code, behind a fence that is longer than any in it."""
    longest = max((len(ticks) for ticks in _TICKS.findall(text)), default=0)
    fence = "`" * max(3, longest + 1)
    return Raw(f"{fence}text\n{text}\n{fence}")


def table(content: Table) -> Raw:
    """Return a table."""
    aligned = [":--" if place in content.words else "--:" for place in range(len(content.head))]
    lines = [_row(content.head), _row(aligned, plain=True)]
    lines += [_row(row) for row in content.rows]
    lines += [f"| **{escaped(row[0])}** {_row(row[1:])}" for row in content.foot]
    return Raw("\n".join(lines))


def _row(cells: list[str] | tuple[str, ...], *, plain: bool = False) -> str:
    return f"| {' | '.join(cell if plain else escaped(cell) for cell in cells)} |"


@functools.cache
def _templates() -> Environment:
    def finish(value: object) -> object:
        return escaped(value) if isinstance(value, str) and not isinstance(value, Raw) else value

    templates = Environment(
        loader=PackageLoader("bioblue_tui.report"),
        autoescape=False,  # noqa: S701 - it would escape HTML; ``finish`` escapes Markdown, and HTML with it
        finalize=finish,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    templates.filters |= {"table": table, "fenced": fenced}
    return templates
