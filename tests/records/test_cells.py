import csv
import io

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from bioblue_tui.records.cells import escape, read_integer, read_number, rows, unescape, unescape_foreign, write_number
from bioblue_tui.records.schema import DecodeError
from tests.support.record_strategies import numbers

FORMULA = "=+-@\t\r\n＝＋－＠"
any_text = st.text(st.characters(codec=None), max_size=40)


@given(any_text)
@example("'")
@example("'=1")
@example("\\n")
@example("\ud800\udc00\x00\x85\u2028")
def test_text_comes_back(text: str) -> None:
    assert unescape(escape(text)) == text


@given(st.sampled_from([*FORMULA, " =", "\u00a0@", "\u200b=", '"=', "'="]), any_text)
def test_nothing_runs_as_a_formula(start: str, rest: str) -> None:
    cell = escape(start + rest)
    assert cell[0] == "'" or cell[0] == "\\"


@given(any_text)
def test_cells_are_one_line_of_valid_utf8_that_csv_readers_take_as_it_is(text: str) -> None:
    cell = escape(text)
    assert len(cell.splitlines()) <= 1
    assert cell[:1] not in [*FORMULA]
    cell.encode()
    assert next(csv.reader(io.StringIO(f"{cell}\tend"), delimiter="\t")) == [cell, "end"]


@pytest.mark.parametrize("cell", ["\\", "\\x", "a\\", "\\u12", "\\uZZZZ"])
def test_escapes_that_are_never_written_are_errors(cell: str) -> None:
    with pytest.raises(DecodeError):
        unescape(cell)


def test_published_cells_know_one_escape() -> None:
    assert unescape_foreign("a\\nb\\tc\\") == "a\nb\\tc\\"
    assert unescape_foreign("'=1") == "'=1"


@given(numbers)
def test_numbers_come_back_exactly(value: int | float) -> None:
    back = read_number(write_number(value))
    assert repr(back) == repr(value)


def test_an_integer_written_as_one_stays_one() -> None:
    assert repr([read_number(cell) for cell in ("20", "20.0", "-5", "1e3", ".5", "5.", " 7 ")]) == (
        "[20, 20.0, -5, 1000.0, 0.5, 5.0, 7]"
    )


@pytest.mark.parametrize(
    "cell", ["", " ", "x", "1_000", "nan", "inf", "-inf", "1e999", "٣", "0x10", "1,5", "--1", "9" * 5000]
)
def test_what_is_no_number_is_an_error(cell: str) -> None:
    with pytest.raises(DecodeError) as caught:
        read_number(cell)
    assert len(str(caught.value)) < 100


def test_whole_numbers_are_asked_for_where_they_must_be() -> None:
    assert read_integer("7") == 7
    with pytest.raises(DecodeError, match="whole"):
        read_integer("7.0")


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 10**5000], ids=["nan", "inf", "long"])
def test_what_is_no_number_is_not_written(value: float) -> None:
    with pytest.raises(DecodeError):
        write_number(value)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a\tb\n1\t2\n", [(1, ["a", "b"]), (2, ["1", "2"])]),
        ("a\tb\n\n1\t2", [(1, ["a", "b"]), (3, ["1", "2"])]),
        ('"5"\t2\n', [(1, ['"5"', "2"])]),
        ('"5\t2\n', [(1, ['"5', "2"])]),
        ('"a ""b"""\t2\n', [(1, ['a "b"', "2"])]),
        ('"a\tb"\t2\n', [(1, ["a\tb", "2"])]),
        ('"a\nb"\t2\n3\t4\n', [(1, ["a\nb", "2"]), (3, ["3", "4"])]),
        ('1\t"a\nb"\n3\t4\n', [(1, ["1", "a\nb"]), (3, ["3", "4"])]),
        ('1\t"a\n3\tb"\n', [(1, ["1", '"a']), (2, ["3", 'b"'])]),
        ('"a\tb\tc\n', [(1, ['"a', "b", "c"])]),
        ("1\n", [(1, ["1"])]),
    ],
)
def test_splitting(text: str, expected: list[tuple[int, list[str]]]) -> None:
    assert list(rows(text, 2)) == expected


@given(st.text(st.sampled_from('"\t\na'), max_size=30), st.integers(1, 4))
def test_splitting_takes_any_text(text: str, width: int) -> None:
    found = list(rows(text, width))
    assert sum(len(cells) for _, cells in found) <= text.count("\t") + text.count("\n") + 1


@given(st.lists(st.text(st.sampled_from('ab"\n\t '), max_size=8), min_size=1, max_size=5))
def test_tables_that_a_spreadsheet_wrote_are_read(texts: list[str]) -> None:
    # With tabs and line ends in one cell, its lines can look like rows of a log that quotes nothing.
    assume(not any("\n" in text and "\t" in text for text in texts))

    # A spreadsheet quotes the cells that need it, and no others.
    def quoted(cell: str) -> str:
        return '"' + cell.replace('"', '""') + '"' if set(cell) & set('"\n\t') else cell

    lines = [f"{i}\t{quoted(text)}\t{i}" for i, text in enumerate(texts)]
    assert [cells for _, cells in rows("\n".join(lines), 3)] == [[str(i), t, str(i)] for i, t in enumerate(texts)]
