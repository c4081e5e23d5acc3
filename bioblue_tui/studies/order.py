"""In which order a participant meets blocks and trials.

A balanced order is a Williams design (E. J. Williams, Australian Journal of Scientific Research A 2, 1949): a Latin
square in which every item also follows every other one equally often, so that what carries over from one to the next
is balanced too. For an odd number of items that takes two squares, the second the mirror of the first.
"""

from __future__ import annotations

import hashlib
import math
import random
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TypeVar

from bioblue_tui.studies.study import Block, Order, Study, StudyTrial

T = TypeVar("T")


def rows_of(count: int) -> int:
    """Return how many different orders a balanced design of ``count`` items has."""
    return max(1, count if count % 2 == 0 or count == 1 else 2 * count)


def balanced(count: int, row: int) -> list[int]:
    """Return a row of a Williams design: the items, from 0, in the order in which they come.

    Args:
        count: How many items there are.
        row: Which row; after the last row it begins again with the first.
    """
    row %= rows_of(count)
    mirrored, shift = row >= count, row % max(1, count)
    first = [(place + 1) // 2 if place % 2 else (count - place // 2) % count for place in range(count)]
    order = [(item + shift) % count for item in first]
    return order[::-1] if mirrored else order


def design_rows(study: Study) -> int:
    """Return after how many participants the orders of a study begin again; 1 where nothing is balanced."""
    inner = [rows_of(len(block.trials)) for block in study.blocks if block.order == "balanced"]
    outer = rows_of(len(study.blocks)) if study.order == "balanced" else 1
    return outer * math.lcm(*inner)


def ordered_blocks(study: Study, row: int, participant: str) -> list[tuple[Block, list[StudyTrial]]]:
    """Return the blocks of a study, each with its trials, in a participant's order.

    Args:
        study: The study.
        row: The participant's row of the design.
        participant: The participant's code, for random orders.
    """
    outer = rows_of(len(study.blocks)) if study.order == "balanced" else 1
    blocks = _ordered(study.blocks, study.order, row, (study, participant, "blocks"))
    return [
        (block, _ordered(block.trials, block.order, row // outer, (study, participant, block.name))) for block in blocks
    ]


def next_row(study: Study, held: Iterable[int], begun: Iterable[int] = ()) -> int:
    """Return the row that the fewest participants have; the first of several.

    Args:
        study: The study.
        held: Rows of those who have finished, or are playing now.
        begun: Rows of those who may still resume; they decide between rows that are held equally often.
    """
    rows, count, waiting = design_rows(study), Counter(held), Counter(begun)
    return min(range(rows), key=lambda row: (count[row], waiting[row], row))


def _ordered(items: Sequence[T], order: Order, row: int, drawn_from: tuple[Study, str, str]) -> list[T]:
    if order == "balanced":
        return [items[index] for index in balanced(len(items), row)]
    shuffled = list(items)
    if order == "random":
        study, participant, what = drawn_from
        # Python's own hash of a text differs in every process.
        text = f"{study.name}\n{study.seed}\n{participant}\n{what}"
        random.Random(int.from_bytes(hashlib.sha256(text.encode()).digest())).shuffle(shuffled)
    return shuffled
