"""Formats that need a library of an optional extra."""

from __future__ import annotations

import io
from collections.abc import Sequence

from bioblue_tui.report.svg import Drawing
from bioblue_tui.report.table import FOUND, READ, TEXTS, columns, rows
from bioblue_tui.report.trials import Shown
from bioblue_tui.system.errors import BioBlueError
from bioblue_tui.system.installing import needs_extra

ZOOM = 2
"""Pixels of a picture for each pixel of the drawing: sharp in print and on dense screens."""

_INTEGERS = range(-(2**63), 2**63)


class MissingLibraryError(BioBlueError):
    """A library that a format needs is not installed. The message says how to install it."""

    def __init__(self, what: str, extra: str) -> None:
        super().__init__(needs_extra(what, extra))


def png(drawing: Drawing) -> bytes:
    """Return a drawing as a PNG picture, on white.

    Raises:
        MissingLibraryError: When the library is not installed.
    """
    try:
        import resvg_py
    except ImportError:
        raise MissingLibraryError("a PNG picture", "png") from None
    return bytes(resvg_py.svg_to_bytes(svg_string=drawing.alone(), zoom=ZOOM))


def parquet(trials: Sequence[Shown]) -> bytes:
    """Return the long table as a Parquet file, with columns of texts, of 64-bit integers or of floats.

    A number too large for a float becomes infinite.

    Raises:
        MissingLibraryError: When the library is not installed.
    """
    try:
        import pyarrow as pa
        from pyarrow import parquet as pq
    except ImportError:
        raise MissingLibraryError("a Parquet file", "parquet") from None
    every = list(rows(trials))
    arrays = {}
    for name in columns(trials):
        values = [row.get(name) for row in every]
        if name in (*TEXTS, "actor", *READ, *FOUND):
            shown = [None if value is None else str(value).encode("utf-8", "replace").decode() for value in values]
            arrays[name] = pa.array(shown, pa.string())
        elif all(value is None or (isinstance(value, int) and value in _INTEGERS) for value in values):
            arrays[name] = pa.array(values, pa.int64())
        else:
            arrays[name] = pa.array([None if value is None else _real(value) for value in values], pa.float64())
    out = io.BytesIO()
    pq.write_table(pa.table(arrays), out)
    return out.getvalue()


def _real(value: object) -> float:
    assert isinstance(value, int | float)
    try:
        return float(value)
    except OverflowError:
        return float("inf") if value > 0 else float("-inf")
