"""The page as Markdown, without charts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from bioblue_tui.report.format import Format, encoded

if TYPE_CHECKING:
    from bioblue_tui.report.trials import Shown


def _write(trials: Sequence[Shown], complaints: Sequence[str]) -> bytes:
    from bioblue_tui.report.content import report
    from bioblue_tui.report.markdown import markdown

    return encoded(markdown(report(trials, complaints)))


FORMAT = Format("md", "the same page in Markdown, without charts", _write, suffixes=(".markdown",))
