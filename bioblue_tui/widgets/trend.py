"""A line over all steps of a trial, in braille dots: two columns and four rows of dots to a character."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

_BITS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))
_BLANK = " "
"""A cell without dots: a plain space, since some fonts draw the blank braille cell as eight empty rings."""


class Trend:
    """The points of a line, kept in one bucket per dot column as they arrive.

    A bucket holds the lowest and highest place that fell into it, so that a long trial costs no more to draw than a
    short one and no peak is lost.

    Args:
        steps: How many steps the whole width stands for.
        width: Width in characters.
    """

    def __init__(self, steps: int, width: int) -> None:
        self.steps, self.width = max(1, steps), max(1, width)
        self.count = 0
        self.version = 0
        """Counts changes of the drawing: most steps of a long trial fall on the existing line."""
        self._buckets: list[tuple[float, float] | None] = [None] * (2 * self.width)

    def column(self, step: int) -> int:
        """Return the dot column of a step; step 0 is the start."""
        return min(2 * self.width - 1, step * (2 * self.width - 1) // self.steps)

    def extend(self, places: Sequence[float]) -> None:
        """Add the places (0 to 1) of the next steps."""
        for place in places:
            column = self.column(self.count)
            bucket = self._buckets[column]
            if bucket is None or not bucket[0] <= place <= bucket[1]:
                self._buckets[column] = (min(bucket[0], place), max(bucket[1], place)) if bucket else (place, place)
                self.version += 1
            self.count += 1

    def extent(self, cell: int) -> tuple[float, float] | None:
        """Return the lowest and highest place drawn in one character's column; None where it has no step."""
        found = [bucket for bucket in self._buckets[2 * cell : 2 * cell + 2] if bucket]
        return (min(low for low, _ in found), max(high for _, high in found)) if found else None

    def rows(self, height: int) -> list[str]:
        """Draw the line into ``height`` rows of characters; characters without dots are spaces."""
        cells = [[0] * self.width for _ in range(height)]
        previous: tuple[int, int] | None = None
        for column, span in enumerate(self._spans(height)):
            if span is None:
                continue
            top, bottom = span
            if previous is not None:
                # Neighbouring columns are joined, so that a jump appears as a line instead of two dots.
                top, bottom = min(top, previous[1] + 1), max(bottom, previous[0] - 1)
            for dot in range(top, bottom + 1):
                cells[dot // 4][column // 2] |= _BITS[dot % 4][column % 2]
            previous = span
        return ["".join(chr(0x2800 + bits) if bits else _BLANK for bits in row) for row in cells]

    def _spans(self, height: int) -> list[tuple[int, int] | None]:
        """Return the top and bottom dot of every column, with gaps between two points bridged by a straight line."""
        last = 4 * height - 1
        spans: list[tuple[int, int] | None] = [
            (round((1 - b[1]) * last), round((1 - b[0]) * last)) if b else None for b in self._buckets
        ]
        known = [column for column, span in enumerate(spans) if span]
        for left, right in pairwise(known):
            a, b = spans[left], spans[right]
            assert a is not None
            assert b is not None
            for column in range(left + 1, right):
                part = (column - left) / (right - left)
                dot = round((a[0] + a[1]) / 2 * (1 - part) + (b[0] + b[1]) / 2 * part)
                spans[column] = (dot, dot)
        return spans


BLOCKS = "▁▂▃▄▅▆▇█"


def blocks(values: Sequence[float], top: float) -> str:
    """Draw magnitudes as eighth blocks, the full block standing for ``top``; zero is the lowest block."""
    if top <= 0:
        return BLOCKS[0] * len(values)
    return "".join(BLOCKS[min(7, max(0, round(min(abs(value) / top, 1.0) * 7)))] for value in values)
