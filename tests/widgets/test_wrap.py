"""Wrapping loses nothing and is never too wide, whatever the text."""

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from bioblue_tui.text import visible
from bioblue_tui.widgets.wrap import wrap

TEXTS = st.one_of(
    st.text("ab  -12", max_size=120),
    st.text("漢字 a🍎e\u0301", max_size=80),
    st.text(max_size=80).map(lambda text: visible(text).replace("\n", " ")),
)


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


def test_an_indentation_stays() -> None:
    assert wrap("    keep the indentation", 14) == ["    keep the", "indentation"]
    assert wrap("    indivisible", 10) == ["    indivi", "sible"]
