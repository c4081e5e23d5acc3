"""The report as one page that needs no network and no scripts; the template engine escapes every text."""

from __future__ import annotations

import base64
import functools
import hashlib
import re
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from bioblue_tui.report.content import Report
from bioblue_tui.report.palette import DARK, LIGHT, PRINT, chart_rules
from bioblue_tui.report.svg import Drawing

_THOUSANDS = re.compile(r"(?<=\d) (?=\d{3}(?!\d))")
"""A space within a number as ``amount`` writes it."""


def page(report: Report) -> str:
    """Return a report as an HTML page."""
    style = _style()
    policy = f"default-src 'none'; style-src 'sha256-{_digest(style)}'; base-uri 'none'; form-action 'none'"
    return _templates().get_template("page.html").render(report=report, style=Markup(style), policy=policy)  # noqa: S704


def _style() -> str:
    rules = files("bioblue_tui.report").joinpath("templates/page.css").read_text(encoding="utf-8")
    dark = f"@media screen and (prefers-color-scheme: dark) {{{chart_rules(DARK)}}}"
    return f"{rules}{chart_rules(LIGHT)}{dark}\n@media print {{{chart_rules(PRINT)}}}\n"


def _digest(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


@functools.cache
def _templates() -> Environment:
    templates = Environment(
        loader=PackageLoader("bioblue_tui.report"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_unbroken,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates.filters["svg"] = _svg
    templates.filters["verbatim"] = _verbatim
    return templates


def _unbroken(value: object) -> object:
    """Keep a number on one line: make the spaces between its thousands narrow and unbreakable."""
    if not isinstance(value, str) or isinstance(value, Markup):
        return value
    return _THOUSANDS.sub("\N{NARROW NO-BREAK SPACE}", value)


def _verbatim(text: str) -> Markup:
    return escape(text)


def _svg(drawing: Drawing) -> Markup:
    # The serialiser has escaped every text and attribute in it.
    return Markup(drawing.inline())  # noqa: S704
