"""The long table as a Parquet file, with a library that is only installed when somebody asks for it."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import TYPE_CHECKING

from bioblue_tui.report.format import TABLE, Format, MissingLibraryError

if TYPE_CHECKING:
    from bioblue_tui.report.trials import Shown

_INTEGERS = range(-(2**63), 2**63)


def _write(trials: Sequence[Shown], complaints: Sequence[str]) -> bytes:
    """Write texts, 64-bit integers, and floats where any value is none; what is too large for a float is infinite."""
    try:
        import pyarrow as pa
        from pyarrow import parquet as pq
    except ImportError:
        raise MissingLibraryError("a Parquet file", "parquet") from None
    from bioblue_tui.report.table import FOUND, READ, TEXTS, columns, rows

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


FORMAT = Format("parquet", TABLE, _write, suffixes=(".pq",), binary=True)
