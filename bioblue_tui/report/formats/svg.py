"""A drawing as scalable vector graphics."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bioblue_tui.report.format import encoded, picture_format

if TYPE_CHECKING:
    from bioblue_tui.report.svg import Drawing


def _draw(drawing: Drawing) -> bytes:
    return encoded(drawing.alone())


FORMAT = picture_format("svg", _draw)
