"""The ends of an interval, as people read them."""

import pytest

from bioblue_tui.formatting.numbers import ends


def whole(value: float) -> float:
    return round(value)


@pytest.mark.parametrize(
    ("low", "high", "read"),
    [
        (1.5, 20.4, ("2", "20")),
        (-163_210.4, -161_033.9, ("−163 210", "−161 034")),
        (0.4001, 0.4002, ("4.001e−1", "4.002e−1")),
        (-1.234e30, -1.229e30, ("−1.234e30", "−1.229e30")),
    ],
)
def test_ends_that_differ_are_read_as_different(low: float, high: float, read: tuple[str, str]) -> None:
    assert ends(low, high, 7, whole) == read
