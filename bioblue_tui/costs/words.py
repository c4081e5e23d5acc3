"""Amounts of money and of tokens as people read them."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

_CENT = Decimal("0.01")


def money(dollars: Decimal, rounding: str = ROUND_HALF_UP) -> str:
    """Return an amount: in cents from a dollar on, below that with two significant digits; only 0 is shown as 0."""
    if dollars >= 1 or not dollars:
        places = _CENT if dollars else Decimal(1)
    else:
        places = Decimal(1).scaleb(dollars.adjusted() - 1)
    text = f"{dollars.quantize(places, rounding):,f}".replace(",", " ")
    if dollars < 1 and "." in text:
        whole, _, decimals = text.partition(".")
        text = f"{whole}.{decimals.rstrip('0').ljust(2, '0')}"
    return f"${text}"


def tokens(count: int | None) -> str:
    """Return a number of tokens, exact below ten thousand: ``2 140``, ``30 k``, ``1.2 M``; ``unknown`` for None."""
    if count is None:
        return "unknown"
    if count < 10_000:
        return f"{count:,}".replace(",", " ")
    for unit, size in (("k", 1_000), ("M", 1_000_000), ("G", 10**9)):
        shown = count / size
        if round(shown) < 1000 or unit == "G":
            break
    return f"{shown:.1f} {unit}" if shown < 9.95 else f"{shown:,.0f} {unit}".replace(",", " ")
