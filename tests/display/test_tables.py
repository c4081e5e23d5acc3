"""Tables: exact in a pipe, within the terminal for people, no digit lost in either."""

from __future__ import annotations

import re

import pytest

from bioblue_tui.display.look import Look
from bioblue_tui.display.tables import Column, Table, table_lines

TABLE = Table(
    "figures",
    [
        Column("seed", "seed"),
        Column("consumption_A", "consumption\nA"),
        Column("oversatiation_A", "oversatiation\nA", penalty=True),
        Column("ended", "ended"),
    ],
    [
        [1, 123456789012345678901234567890, -1234567.891, "complete"],
        [20, 0, -0.5, "the field is gone"],
        [3, 2.0, -0.0, "failed"],
        [4, None, 0.1 + 0.2, "complete"],
    ],
    [["mean", 1.5, -3.25, "2 trials"]],
)


def plain(table: Table) -> list[str]:
    return list(table_lines(table, Look()))


def drawn(table: Table, width: int | None, *, colour: bool = False) -> str:
    return "\n".join(table_lines(table, Look(drawn=True, colour=colour, width=width)))


def test_plain_columns_hold_exact_numbers_that_programs_read() -> None:
    title, *rows = plain(TABLE)
    assert title == "figures"
    assert [row.split(maxsplit=3) for row in rows] == [
        ["seed", "consumption_A", "oversatiation_A", "ended"],
        ["1", "123456789012345678901234567890", "-1234567.891", "complete"],
        ["20", "0", "-0.5", "the field is gone"],
        ["3", "2", "0", "failed"],
        ["4", "-", "0.3", "complete"],
        ["mean", "1.5", "-3.25", "2 trials"],
    ]
    assert "\x1b" not in "".join(rows)


def test_plain_columns_are_aligned() -> None:
    _, *rows = plain(TABLE)
    ends = {re.match(r" *\S+ +\S+ +\S+", row).end() for row in rows}  # type: ignore[union-attr]
    assert len(ends) == 1


def test_numbers_for_people_are_grouped_and_whole() -> None:
    text = drawn(TABLE, 200)
    assert "123 456 789 012 345 678 901 234 567 890" in text
    assert "−1 234 567.891" in text
    assert "−0.5" in text
    assert "the field is gone" in text


@pytest.mark.parametrize("width", [120, 80, 60, 45])
def test_a_drawn_table_keeps_to_the_width_and_loses_nothing(width: int) -> None:
    text = drawn(TABLE, width)
    assert all(len(line.rstrip()) <= width for line in text.splitlines())
    for figure in ("123 456 789 012 345 678 901 234 567 890", "−1 234 567.891", "the field is gone", "2 trials"):
        assert figure in text
    assert "…" not in text


def test_every_part_of_a_divided_table_names_its_rows() -> None:
    parts = drawn(TABLE, 45).split("\n\n")
    assert len(parts) == 2
    for part in parts:
        assert [line.split()[0] for line in part.splitlines() if re.match(r" *(\d+|mean) ", line)] == [
            "1",
            "20",
            "3",
            "4",
            "mean",
        ]


def test_a_column_wider_than_the_terminal_is_still_whole() -> None:
    assert "123 456 789 012 345 678 901 234 567 890" in drawn(TABLE, 10)


def test_colour_only_where_it_is_allowed() -> None:
    assert "\x1b" not in drawn(TABLE, 100)
    coloured = drawn(TABLE, 100, colour=True)
    assert "\x1b[31m" in coloured
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == drawn(TABLE, 100)
