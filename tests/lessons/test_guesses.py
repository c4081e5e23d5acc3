"""What a class guesses is read as it was meant, or not at all; what is drawn fits and counts every guess."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bioblue_tui.lessons.format import Prediction
from bioblue_tui.lessons.guesses import MOST, Guess, GuessError, middle, read_guesses
from bioblue_tui.screens.lesson.guesses import GuessPlot

STEP, NUMBER = Prediction("step", "When?"), Prediction("number", "How many?")
CHOICE = Prediction("choice", "Which?", ("this", "that", "neither"))
KINDS = st.sampled_from([STEP, NUMBER, CHOICE])

steps = st.one_of(st.none(), st.integers(1, 100_000))


@given(st.lists(steps, max_size=30), st.sampled_from([" ", ", ", ";", "\t"]))
def test_steps_are_read_as_they_are_written(guesses: list[int | None], between: str) -> None:
    text = between.join("never" if guess is None else str(guess) for guess in guesses)
    assert read_guesses(STEP, text) == guesses


@pytest.mark.parametrize(
    ("prediction", "text", "guesses"),
    [
        (STEP, "31*3 Never", [31, 31, 31, None]),
        (NUMBER, "−63, 2.5 1e", None),
        (NUMBER, "−63, +2.5", [-63, 2.5]),
        (NUMBER, "20 4.5, 3", [20, 4.5, 3]),
        (NUMBER, "90,5", None),
        (NUMBER, "20 ,5", None),
        (NUMBER, "1,000", None),
        (STEP, "31*4,20", None),
        (STEP, "12,never", [12, None]),
        (CHOICE, "a B*2 3", [0, 1, 1, 2]),
        (CHOICE, "a,b*3 1,2", [0, 1, 1, 1, 0, 1]),
        (CHOICE, "d", None),
        (STEP, "0", None),
        (STEP, "3.5", None),
        (STEP, "١٢", None),
        (NUMBER, "nan", None),
        (NUMBER, "1" * 21, None),
        (NUMBER, f"1*{MOST} 2", None),
    ],
)
def test_a_line_is_read_whole_or_not_at_all(prediction: Prediction, text: str, guesses: list[Guess] | None) -> None:
    if guesses is None:
        with pytest.raises(GuessError):
            read_guesses(prediction, text)
    else:
        assert read_guesses(prediction, text) == guesses


@given(KINDS, st.text(max_size=60))
def test_anything_that_is_typed_is_read_or_refused_in_one_inert_line(prediction: Prediction, text: str) -> None:
    said = ""
    try:
        read_guesses(prediction, text)
    except GuessError as error:
        said = str(error)
    assert said.isprintable()


def test_a_decimal_comma_is_refused_with_what_to_write() -> None:
    with pytest.raises(GuessError, match=r"^90,5: blanks separate guesses, and a decimal has a point, as 4\.5$"):
        read_guesses(NUMBER, "31 90,5 20")


@given(st.lists(steps, min_size=1))
def test_the_middle_has_as_many_on_either_side(guesses: list[int | None]) -> None:
    beyond = [math.inf if guess is None else guess for guess in guesses]
    low, *high = (math.inf if guess is None else guess for guess in middle(guesses))
    assert len(high) == (len(guesses) % 2 == 0)
    below = sum(n < low for n in beyond), sum(n <= low for n in beyond)
    above = sum(n > (high or [low])[0] for n in beyond)
    assert below[0] < len(guesses) / 2 <= below[1]
    assert above < len(guesses) / 2


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("26*4 40 48*3 never", "9 guesses; the middle one 40; 1 never"),
        ("10 20", "2 guesses; the middle two 10 and 20"),
        ("10 never", "2 guesses; the middle two 10 and never; 1 never"),
        ("10 20*2 30", "4 guesses; the middle two both 20"),
        ("10 never*2", "3 guesses; the middle one never; 2 never"),
        ("10", "1 guess"),
    ],
)
def test_the_middle_that_is_told_counts_every_guess(typed: str, told: str) -> None:
    plot = GuessPlot(STEP)
    plot._guesses = read_guesses(STEP, typed)
    for width in (30, 80):
        # No figure is cut off: a line that is too long goes on in the next one.
        lines = ["".join(text for text, _ in line).strip() for line in plot.draw(width, 0)]
        below = next(at for at, line in enumerate(lines) if "guess" in line)
        assert " ".join(lines[below:]) == told


@given(
    st.lists(st.one_of(st.none(), st.integers(1, 300)), max_size=200),
    st.none() | st.lists(st.integers(1, 120), max_size=3),
    st.integers(20, 120),
)
def test_a_plot_fits_and_marks_what_happened(guesses: list[int | None], onsets: list[int] | None, width: int) -> None:
    plot = GuessPlot(STEP)
    plot._guesses, plot._steps = guesses, 120
    plot._truths = None if onsets is None else [(onset, "a failure") for onset in onsets]
    lines = ["".join(text for text, _ in line) for line in plot.draw(width, 0)]
    dots = [line for line in lines if set(line) <= {" ", "●"}]
    assert all(len(line) <= width for line in lines)
    assert len(dots) <= 5
    assert any("●" in line for line in dots) == any(guess is not None for guess in guesses)
    told = " ".join(" ".join(lines).split())
    if onsets is None:
        assert "▲" not in told
    elif not onsets:
        assert "No failure was found" in told
    else:
        assert all(f"▲ {onset}: a failure" in told for onset in onsets)


@given(st.lists(st.integers(0, 2), max_size=300), st.integers(30, 120))
def test_votes_are_counted_beside_their_answers(guesses: list[int], width: int) -> None:
    plot = GuessPlot(CHOICE)
    plot._guesses = guesses
    lines = ["".join(text for text, _ in line) for line in plot.draw(width, 0)]
    for index, (line, answer) in enumerate(zip(lines, CHOICE.choices, strict=True)):
        count = guesses.count(index)
        assert answer in line
        assert len(line) <= width
        assert line.endswith(f" {count}") or not count


@pytest.mark.parametrize("width", [34, 40, 60, 88])
def test_answers_are_read_to_their_end_at_every_width(width: int) -> None:
    answers = ("everything to one store", "half and half", "first to the one that is behind, then half and half")
    plot = GuessPlot(Prediction("choice", "What?", answers))
    plot._guesses = [2] * 7
    lines = ["".join(text for text, _ in line) for line in plot.draw(width, 0)]
    assert all(len(line) <= width for line in lines)
    told = " ".join(" ".join(lines).replace("●", "").replace(" 7", "").split())
    assert told == " ".join(f"{letter} {answer}" for letter, answer in zip("abc", answers, strict=True))
