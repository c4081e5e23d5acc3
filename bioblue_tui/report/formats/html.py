"""One page that needs no network, with charts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from bioblue_tui.report.format import Format, encoded

if TYPE_CHECKING:
    from bioblue_tui.report.trials import Shown


def _write(trials: Sequence[Shown], complaints: Sequence[str]) -> bytes:
    from bioblue_tui.report.content import report
    from bioblue_tui.report.page import page

    return encoded(page(report(trials, complaints)))


FORMAT = Format(
    "html", "one page that needs no network, with tables, charts, raw outputs, parameters", _write, suffixes=(".htm",)
)
