"""Sorting the rows of an overview, and filtering them by words."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bioblue_tui.analysis.digest import Digest
from bioblue_tui.formatting.numbers import amount
from bioblue_tui.widgets.strips import Row

_WORST = {"fail": 0, "mild": 1, "ok": 2}


@dataclass(frozen=True, slots=True)
class Order:
    """An order of rows.

    Attributes:
        name: Its name.
        key: The value that is compared; trials without one come last.
        told: The text about it next to each trial; empty for none.
    """

    name: str
    key: Callable[[Digest], object | None]
    told: Callable[[Digest], str]


def _quiet(_: Digest) -> str:
    return ""


ORDERS = (
    Order("file", lambda d: str(d.path), _quiet),
    Order("seed", lambda d: d.header.seed, _quiet),
    Order("agent", lambda d: d.who.casefold(), _quiet),
    Order("verdict", lambda d: _WORST.get(d.verdict.word) if d.verdict else None, _quiet),
    Order("onset", lambda d: d.onset, _quiet),
)
"""Orders that apply to all trials; those by reward dimensions follow."""


def orders_of(rows: Sequence[Row]) -> list[Order]:
    """Return the orders of rows: those for all trials, and by the total of every reward dimension among them."""
    dimensions = {d.key: d for row in rows if row.digest for d in row.digest.environment.dimensions}
    named = [(key, f"{d.label} {d.objective}" if d.objective else d.label) for key, d in dimensions.items()]
    return [*ORDERS, *(_by_total(key, name) for key, name in named)]


def arranged(rows: Sequence[Row], words: str, order: Order, *, backwards: bool) -> list[Row]:
    """Return the rows that match all words, in an order; rows without a value for it come last.

    Args:
        rows: All rows.
        words: Words, separated by blanks; case does not count.
        order: Their order.
        backwards: Whether the order is reversed.
    """
    wanted = words.casefold().split()
    matching = [row for row in rows if all(word in _text(row) for word in wanted)]
    keyed = [(row, order.key(row.digest) if row.digest else None) for row in matching]
    known = [(row, key) for row, key in keyed if key is not None]
    known.sort(key=lambda pair: pair[1], reverse=backwards)  # type: ignore[arg-type, return-value]
    return [row for row, _ in known] + [row for row, key in keyed if key is None]


def _by_total(key: str, name: str) -> Order:
    return Order(
        f"total {name}",
        lambda d: d.figures.totals.get(key),
        lambda d: amount(d.figures.totals[key], 8) if key in d.figures.totals else "",
    )


def _text(row: Row) -> str:
    """Return the text that the filter searches, in small letters."""
    parts = [row.path.name]
    found = row.digest
    if found is not None:
        modes = [f"{finding.mode} {finding.name}" for finding in found.failures]
        verdict = found.verdict.word if found.verdict else "no verdict"
        parts += [found.header.environment, found.environment.title, found.header.agent, found.who, found.seed, verdict]
        parts += [found.header.condition, *modes]
    return " ".join(parts).casefold()
