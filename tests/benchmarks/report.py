"""What a benchmark says: a figure beside its limit, and whether it is met. Figures never fail anything."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bioblue_tui.widgets.wrap import wrap

_NAME = 44
_FIGURE = 34


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured figure.

    Attributes:
        name: What was measured.
        measured: The figure as people read it, with what it was compared with.
        limit: What it should be at most, as people read it; empty for what others are to be seen beside.
        met: Whether it is.
    """

    name: str
    measured: str
    limit: str = ""
    met: bool = True


def ratio(name: str, value: float, base: float, limit: float, unit: str = "ms") -> Figure:
    """Compare a figure with another one of the same run."""
    found = value / base
    return Figure(name, f"{found:.2f} × ({value:.4g} / {base:.4g} {unit})", f"{limit:.2f} ×", found <= limit)


def at_most(name: str, value: float, limit: float, unit: str = "ms", detail: str = "") -> Figure:
    """Compare a figure with a fixed limit."""
    more = f" ({detail})" if detail else ""
    return Figure(name, f"{value:.4g} {unit}{more}", f"{limit:g} {unit}", value <= limit)


def percentile(values: Sequence[float], percent: float) -> float:
    """Return the value that this percentage of the values does not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, round(percent / 100 * (len(ordered) - 1)))]


def lines(figures: Iterable[Figure]) -> list[str]:
    """Return the rows of a table."""
    rows = []
    for figure in figures:
        first, *more = wrap(figure.name, _NAME)
        verdict = f"≤ {figure.limit:<9} {'met' if figure.met else 'missed'}" if figure.limit else ""
        rows.append(f"{first:<{_NAME}}  {figure.measured:<{_FIGURE}}  {verdict}".rstrip())
        rows += [f"  {part}" for part in more]
    return rows
