"""Wrapping loses nothing and is never too wide, whatever the text."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from rich.cells import cell_len
from textual.content import Content

from bioblue_tui.formatting.text import visible
from bioblue_tui.widgets.wrap import fitting, keep_numbers_whole, wrap

TEXTS = st.one_of(
    st.text("ab  -12", max_size=120),
    st.text("漢字 a🍎e\u0301", max_size=80),
    st.text(max_size=80).map(lambda text: visible(text).replace("\n", " ")),
)


@example("\u0301 字", 2)
@given(TEXTS, st.integers(2, 70))
def test_every_letter_is_on_a_line_that_fits(text: str, width: int) -> None:
    lines = wrap(text, width)
    assert all(cell_len(line) <= width for line in lines), lines
    # A line may also end within a word that is too long for one: nothing at all stands between those.
    position = 0
    for line in lines:
        if position and not text.startswith(line, position):
            assert text[position] == " "
            position += 1
        assert text.startswith(line, position)
        position += len(line)
    assert not text[position:].strip(" ")


@given(st.lists(TEXTS, min_size=1, max_size=3), st.integers(-2, 70), st.integers(1, 4))
def test_in_a_terminal_of_any_width_some_words_are_shown(texts: list[str], width: int, rows: int) -> None:
    shown = fitting(texts, width, rows)
    whole = next((text for text in texts if len(wrap(text, width)) <= rows), None)
    lines = shown.split("\n")
    assert shown == whole or (whole is None and lines[-1].endswith("…") and len(lines) == rows)
    assert whole is not None or all(cell_len(line) <= max(2, width) for line in lines)


def test_an_indentation_stays() -> None:
    assert wrap("    keep the indentation", 14) == ["    keep the", "indentation"]
    assert wrap("    indivisible", 10) == ["    indivi", "sible"]


@pytest.mark.parametrize("width", range(14, 60))
async def test_no_number_is_broken_anywhere(width: int) -> None:
    text = "In all −1 012 528 points, of 2 528 in 12 steps."
    assert any("−1 012 528" in line for line in wrap(text, width))
    assert any("2 528 in" in line or line.endswith("2 528") for line in wrap(text, width))
    keep_numbers_whole()
    lines = [str(line) for line in Content(text).wrap(width)]
    assert any("−1 012 528" in line for line in lines)
    assert any(" 2 528" in line or line.startswith("2 528") for line in lines)


def test_numbers_beside_each_other_are_still_apart() -> None:
    assert wrap("4 3 2 1 0 5", 6) == ["4 3 2", "1 0 5"]
