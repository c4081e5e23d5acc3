"""Money and tokens are short to read and never say 0 for what is more."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bioblue_tui.costs.words import money, tokens


@pytest.mark.parametrize(
    ("dollars", "text"),
    [
        ("0", "$0"),
        ("0.0004", "$0.0004"),
        ("0.000412", "$0.00041"),
        ("0.35", "$0.35"),
        ("0.3", "$0.30"),
        ("0.999", "$1.00"),
        ("1", "$1.00"),
        ("12.345", "$12.35"),
        ("12345.6", "$12 345.60"),
        ("1E-9", "$0.000000001"),
    ],
)
def test_money(dollars: str, text: str) -> None:
    assert money(Decimal(dollars)) == text


@given(st.decimals(min_value=Decimal("1e-12"), max_value=Decimal("1e9"), allow_nan=False))
def test_money_is_within_five_percent_and_never_nothing(dollars: Decimal) -> None:
    shown = Decimal(money(dollars).removeprefix("$").replace(" ", ""))
    assert shown > 0
    assert abs(shown - dollars) <= dollars / 20


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (None, "unknown"),
        (0, "0"),
        (2140, "2 140"),
        (9_999, "9 999"),
        (10_000, "10 k"),
        (30_400, "30 k"),
        (999_400, "999 k"),
        (999_600, "1.0 M"),
        (1_234_000, "1.2 M"),
        (64_000_000, "64 M"),
        (2_000_000_000_000, "2 000 G"),
    ],
)
def test_tokens(count: int | None, text: str) -> None:
    assert tokens(count) == text
