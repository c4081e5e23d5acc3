"""Seeds as people write them."""

from __future__ import annotations

import re

import click
import pytest

from bioblue_tui.commands.common.options import read_seeds
from bioblue_tui.runs.batch.seeds import MAX_TRIALS

CONTEXT = click.Context(click.Command("run"))
SEEDS = click.Option(["--seeds"])


def seeds(text: str) -> tuple[int, ...]:
    return read_seeds(CONTEXT, SEEDS, text)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("3", (3,)),
        ("0", (0,)),
        ("1-4", (1, 2, 3, 4)),
        ("7-7", (7,)),
        ("1,4,7-9", (1, 4, 7, 8, 9)),
        ("9, 2 - 3", (9, 2, 3)),
        (str(2**63), (2**63,)),
    ],
)
def test_seeds_are_read_in_the_order_given(text: str, meant: tuple[int, ...]) -> None:
    assert seeds(text) == meant


def test_as_many_trials_as_may_be() -> None:
    assert len(seeds(f"1-{MAX_TRIALS}")) == MAX_TRIALS


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "seeds are written 3, 1-10 or 1,4,7-9"),
        ("x", "'x': seeds are written"),
        ("-1", "'-1': seeds are written"),
        ("1-", "'1-': seeds are written"),
        ("1-2-3", "'1-2-3': seeds are written"),
        ("1,,2", "'': seeds are written"),
        ("1.5", "'1.5': seeds are written"),
        ("1e3", "'1e3': seeds are written"),
        ("٣", "seeds are written"),
        ("\x1b[2J", "'␛[2J': seeds are written"),
        ("9" * 5000, "seeds are written"),
        ("5-1", "'5-1': a range goes up; write 1-5"),
        ("1-3,2", "seed 2 is there twice"),
        ("4,4", "seed 4 is there twice"),
        (f"0-{MAX_TRIALS}", "more than 10000 trials"),
        ("1-9000000000000000000", "more than 10000 trials"),
        ("1-9999,20-30000", "more than 10000 trials"),
        (str(2**63 + 1), "seeds go up to"),
    ],
)
def test_nonsense_is_told_from_seeds(text: str, said: str) -> None:
    with pytest.raises(click.BadParameter, match=re.escape(said)):
        seeds(text)
