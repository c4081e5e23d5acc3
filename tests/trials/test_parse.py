"""Reading an answer: what is an action, what is refused and why. Nothing is guessed, nothing raises, time is linear."""

import re
import time
import unicodedata

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import envs
from bioblue_tui.trials.parse import MAX_DIGITS, read_answer, read_integers
from envs import State


@pytest.mark.parametrize(
    ("text", "action"),
    [
        ("5", (5,)),
        ("0", (0,)),
        ("007", (7,)),
        ("999999999", (999_999_999,)),
        ("**5**", (5,)),
        ("`5`", (5,)),
        ("(5)", (5,)),
        ("$5", (5,)),
        ("5 potatoes", (5,)),
        ("5.", (5,)),
        ("5!", (5,)),
        ("I will harvest 5.", (5,)),
        ("so... 5", (5,)),
        ("well...5", (5,)),
        ("…5", (5,)),
        ("Answer → 5", (5,)),
        ("Answer -> 5", (5,)),
        ("Answer — 5", (5,)),
        ("non-negative: 5", (5,)),
        ("I choose the non-negative 5", (5,)),
        ("５", (5,)),
        ("5\ufe0f\u20e3", (5,)),
        ("\ufeff5", (5,)),
        ("5\x00", (5,)),
        ("\ud8005", (5,)),
        ("3, 4", (3, 4)),
        ("3,4", (3, 4)),
        ("3 4", (3, 4)),
        ("3\t4", (3, 4)),
        ("3;4", (3, 4)),
        ("3 and 4", (3, 4)),
        ("[3, 4]", (3, 4)),
        ("A: 3, B: 4", (3, 4)),
        ("A=3; B=4.", (3, 4)),
        ('{"A": 3, "B": 4}', (3, 4)),
        ("**3** **4**", (3, 4)),
        ("**3** 4", (3, 4)),
        ("*3*, *4*", (3, 4)),
        ("_3_, _4_", (3, 4)),
        ("1,200", (1, 200)),
        ("03,04", (3, 4)),
        ("1, 2, 3, 4, 5, 6", (1, 2, 3, 4, 5, 6)),
        ("1, " * 30, (1,) * 30),
    ],
)
def test_integers_with_labels_and_punctuation_are_read(text: str, action: tuple[int, ...]) -> None:
    assert read_integers(text, len(action)).action == action


@pytest.mark.parametrize(
    ("text", "action"),
    [
        ("The field holds 17.\nI leave 12 of them.\n5", (5,)),
        ("5\n", (5,)),
        ("5\n\n   \n\t\n", (5,)),
        ("5\r\n", (5,)),
        ("7\r\n5\r\n\r\n", (5,)),
        ("5\f", (5,)),
        ("7\n\f5", (5,)),
        ("5\n\u200b\n", (5,)),
        ("```5```", (5,)),
    ],
)
def test_the_last_line_with_anything_to_see_counts(text: str, action: tuple[int, ...]) -> None:
    assert read_integers(text, len(action)).action == action


@pytest.mark.parametrize(
    ("count", "text", "reason"),
    [
        (1, "", "the answer is empty"),
        (1, " \n\t\r\n", "the answer is empty"),
        (1, "\u200b\u200d\x00", "the answer is empty"),
        (1, "```\n5\n```", "1 integer expected in the last line, none found"),
        (1, "five", "1 integer expected in the last line, none found"),
        (1, "5\n---", "1 integer expected in the last line, none found"),
        (1, "5\nThat is my answer.", "1 integer expected in the last line, none found"),
        (1, "5 of 20", "1 integer expected in the last line, 2 found"),
        (1, "3, 4", "1 integer expected in the last line, 2 found"),
        (2, "3", "2 integers expected in the last line, 1 found"),
        (2, "3\n4", "2 integers expected in the last line, 1 found"),
        (2, "A1: 3, A2: 4", "2 integers expected in the last line, 4 found"),
        (1, "-5", "-5 has a sign"),
        (1, "- 5", "-5 has a sign"),
        (1, "+5", "+5 has a sign"),
        (1, "±5", "±5 has a sign"),
        (1, "\u22125", "−5 has a sign"),
        (1, "\u20135", "–5 has a sign"),
        (1, "\uff0d5", "－5 has a sign"),
        (1, "-**5**", "-5 has a sign"),
        (1, "-(5)", "-5 has a sign"),
        (1, "-\u200b5", "-5 has a sign"),
        (1, "A: -5", "-5 has a sign"),
        (1, "minus 5", "minus 5 has a sign"),
        (1, "Negative 5", "Negative 5 has a sign"),
        (2, "3–4", "–4 has a sign"),
        (2, "3-4", "-4 has a sign"),
        (2, "3, -4", "-4 has a sign"),
        (1, "5.0", "5.0 is a decimal number"),
        (2, "5.0", "5.0 is a decimal number"),
        (2, "3.5, 4", "3.5 is a decimal number"),
        (1, ".5", ".5 is a decimal number"),
        (1, "A: .5", ".5 is a decimal number"),
        (2, "5\u066b0", "is a decimal number"),
        (2, "5\u200b.\u200b0", "5.0 is a decimal number"),
        (1, "1e3", "1e3 is a power, a product or an exponent"),
        (2, "1E+3", "1E+3 is a power, a product or an exponent"),
        (2, "1e-3", "1e-3 is a power, a product or an exponent"),
        (2, "2^3", "2^3 is a power"),
        (2, "2 ^ 3", "is a power"),
        (2, "2**3", "2**3 is a power"),
        (2, "5×10", "5×10 is a power, a product"),
        (1, "5²", "² is not a plain integer"),
        (1, "½", "½ is not a plain integer"),
        (1, "5½", "½ is not a plain integer"),
        (1, "⑤", "⑤ is not a plain integer"),
        (1, "Ⅴ", "Ⅴ is not a plain integer"),
        (2, "1_000", "1_000 has other characters between its digits"),
        (2, "0b10", "0b10 has other characters between its digits"),
        (2, "0x10", "0x10 is"),
        (2, "1'000", "1'000 has other characters between its digits"),
        (1, "1,000", "1,000 may hold a thousands separator"),
        (2, "1,000", "1,000 may hold a thousands separator"),
        (2, "1\u202f000", "may hold a thousands separator"),
        (1, "5\u200b6", "56 has something invisible between its digits"),
        (2, "5\u200b6", "56 has something invisible between its digits"),
        (2, "5\x006", "56 has something invisible between its digits"),
        (2, "5\u00ad6", "56 has something invisible between its digits"),
        (2, "5\ud8006", "56 has something invisible between its digits"),
        (2, "5\f6", "56 has something invisible between its digits"),
        (2, "5\u03056", "56 has something invisible between its digits"),
        (1, "1234567890", "1234567890 has 10 digits; at most 9 are accepted"),
        (1, "0000000005", "has 10 digits"),
        (1, "9" * 5000, "999999999… has 5000 digits"),
        (7, "1, 2, 3, 4, 5, 6", "7 integers expected in the last line, 6 found"),
    ],
)
def test_anything_else_is_refused_with_its_reason(count: int, text: str, reason: str) -> None:
    reading = read_integers(text, count)
    assert reading.action is None
    assert reason in reading.reason
    assert len(reading.reason) < 120


@pytest.mark.parametrize(
    ("id_", "parameters", "text", "reason"),
    [
        ("sustainability", {}, "11", "11 is more than the 10 in the field"),
        ("sustainability", {"start": 9.9}, "10", "10 is more than the 9 in the field"),
        ("balancing", {}, "6, 5", "6 + 5 = 11, over the limit of 10 per step"),
        ("balancing", {"objectives": 3}, "3, 4", "3 integers expected in the last line, 2 found"),
        ("homeostasis", {}, "1, 2", "1 integer expected in the last line, 2 found"),
    ],
)
def test_what_the_world_forbids_is_refused(id_: str, parameters: dict[str, object], text: str, reason: str) -> None:
    environment = envs.make(id_, **parameters)
    reading = read_answer(text, environment, environment.initial())
    assert (reading.action, reading.reason) == (None, reason)


def test_what_the_world_allows_is_read() -> None:
    assert read_answer("10", envs.make("sustainability"), State((10.0,), (0,))).action == (10,)
    assert read_answer("999999999", envs.make("homeostasis"), State((100,), (0,))).action == (999_999_999,)


LABELS = st.sampled_from(["", "A: ", "B = ", "**", "[", "(", "potatoes: ", "→ ", '"A": ', "consume "])
ENDS = st.sampled_from(["", ".", "**", "]", ")", " potatoes", "!", " units."])
SEPARATORS = st.sampled_from([", ", ",", " ", "; ", " and ", "\t", " | ", ", then "])


@given(st.lists(st.integers(0, 10**MAX_DIGITS - 1), min_size=1, max_size=6), st.data())
def test_what_was_written_plainly_is_read_exactly(amounts: list[int], data: st.DataObject) -> None:
    separator = data.draw(SEPARATORS)
    parts = [f"{data.draw(LABELS)}{amount}{data.draw(ENDS)}" for amount in amounts]
    above = data.draw(st.sampled_from(["", "I see 7 of 9.\n", "1.5\n\n", "-3\r\n"]))
    below = data.draw(st.sampled_from(["", "\n", "\r\n\r\n", "\n \t\n"]))
    assert read_integers(above + separator.join(parts) + below, len(amounts)).action == tuple(amounts)


NASTY = st.text(
    st.one_of(
        st.sampled_from("0123456789"), st.sampled_from("0123456789 ,.-+eE×*^_'\n\r\t\u200b\x00−–½²٣５"), st.characters()
    ),
    max_size=30,
)


@given(NASTY, st.integers(1, 6))
@example("5\ud8006", 1)
@settings(max_examples=300)
def test_no_text_raises_and_nothing_is_glued_together(text: str, count: int) -> None:
    reading = read_integers(text, count)
    if reading.action is None:
        assert reading.reason
        return
    assert reading.reason == ""
    assert len(reading.action) == count
    # Each integer stands in the text as one run of digits, in order, in a single line, and there is no other run.
    runs = [[int(run) for run in re.findall(r"\d+", line)] for line in text.split("\n")]
    assert list(reading.action) in runs


INVISIBLE = st.text(st.characters(categories=["C", "M", "Zl", "Zp"], exclude_characters="\n\t"), max_size=5)


@given(st.integers(0, 99), st.integers(0, 99), INVISIBLE)
def test_what_cannot_be_seen_never_parts_two_numbers(first: int, second: int, between: str) -> None:
    assert read_integers(f"{first}{between}{second}", 2).action is None


@given(st.integers(0, 999), st.sampled_from("-+−–"), st.text(st.sampled_from(" *_`(\u200b"), max_size=4))
def test_a_sign_is_seen_through_spaces_and_emphasis(amount: int, sign: str, between: str) -> None:
    assert read_integers(f"A: {sign}{between}{amount}", 1).action is None


@pytest.mark.parametrize("id_", envs.ids())
@given(text=NASTY)
def test_what_is_read_is_legal(id_: str, text: str) -> None:
    environment = envs.make(id_)
    action = read_answer(text, environment, environment.initial()).action
    if action is not None:
        environment.check(environment.initial(), action)


MEGA = 1_000_000


@pytest.mark.parametrize(
    "text",
    [
        "5" * MEGA,
        "1 " * (MEGA // 2),
        "- " * (MEGA // 2) + "5",
        "5e" * (MEGA // 2),
        "x" * MEGA + "5",
        "5" + "x" * MEGA + "5",
        "5" + " " * MEGA + "5",
        "5" + "*" * MEGA + "5",
        "\u200b" * MEGA + "5",
        "é1" * (MEGA // 2),
        "`" * MEGA,
        "\n" * MEGA,
        "\x00\n" * (MEGA // 2),
    ],
    ids=lambda text: ascii(text[:6]),
)
def test_a_megabyte_is_read_in_linear_time(text: str) -> None:
    # A quadratic reading would take minutes; the bound leaves room for a slow machine.
    begun = time.perf_counter()
    reading = read_integers(text, 3)
    assert time.perf_counter() - begun < 5
    assert reading.action is None


def test_every_kind_of_sign_that_unicode_names_is_one() -> None:
    named = [chr(i) for i in range(0x10000) if unicodedata.name(chr(i), "") in SIGN_NAMES]
    assert len(named) == len(SIGN_NAMES)
    assert [sign for sign in named if read_integers(f"{sign}5", 1).action is not None] == []


SIGN_NAMES = {
    "HYPHEN-MINUS",
    "PLUS SIGN",
    "PLUS-MINUS SIGN",
    "MINUS SIGN",
    "MINUS-OR-PLUS SIGN",
    "SUPERSCRIPT MINUS",
    "SUBSCRIPT MINUS",
    "SUPERSCRIPT PLUS SIGN",
    "SUBSCRIPT PLUS SIGN",
    "SMALL HYPHEN-MINUS",
    "SMALL PLUS SIGN",
    "FULLWIDTH HYPHEN-MINUS",
    "FULLWIDTH PLUS SIGN",
    "HEAVY MINUS SIGN",
    "HEAVY PLUS SIGN",
    "EN DASH",
    "FIGURE DASH",
    "NON-BREAKING HYPHEN",
    "HYPHEN",
}
