"""A drawing as pixels, with a library that is only installed when somebody asks for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bioblue_tui.report.format import MissingLibraryError, picture_format

if TYPE_CHECKING:
    from bioblue_tui.report.svg import Drawing

ZOOM = 2
"""Pixels of a picture for each of the drawing's: sharp in print and on dense screens."""


def _draw(drawing: Drawing) -> bytes:
    """Draw on white."""
    try:
        import resvg_py
    except ImportError:
        raise MissingLibraryError("a PNG picture", "png") from None
    return bytes(resvg_py.svg_to_bytes(svg_string=drawing.alone(), zoom=ZOOM))


FORMAT = picture_format("png", _draw, binary=True)
