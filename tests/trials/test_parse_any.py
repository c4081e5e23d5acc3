"""What holds for answers of any form: what was meant is read, no other text is, nothing raises, time is linear."""

import json
import re
import unicodedata

import bioblue_envs
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bioblue_tui.trials.parse import bare_numbers, read_answer
from bioblue_tui.trials.reading.decide import MOST_LINES, read_integers
from bioblue_tui.trials.reading.thoughts import split_thoughts
from tests.support.answers import read, told, world

# Any dressed statement reads as the numbers that were meant.

PLAIN = [
    "{}",
    "**{}**",
    "`{}`",
    "```\n{}\n```",
    "{}.",
    "[{}]",
    "({})",
    "\\boxed{{{}}}",
    "<answer>{}</answer>",
    '"{}"',
]
PHRASES = [
    "No consumption is needed.",
    "I skip.",
    "Nothing to do.",
    "I won't eat.",
    "That is too much.",
    "I do nothing.",
    "Zero.",
    "Better none.",
    "Let me revise: zero.",
    "I refuse.",
    "Pass.",
]


@given(st.integers(1, 999), st.sampled_from(PHRASES), st.sampled_from(["\n", "\n\n"]), st.sampled_from(PLAIN[:5]))
def test_a_number_beside_a_refusal_is_no_answer(amount: int, phrase: str, joint: str, form: str) -> None:
    assert told(form.format(amount) + joint + phrase, 97) == "-"
    assert told(form.format(0) + joint + "No consumption is needed.", 97) == "0"


LEADS = ["Answer: {}", "**Answer:** {}", "My answer is {}", "I will consume {}.", "Action: {}", "### Answer\n\n{}"]
ABOVE = [
    "",
    "The level fell by 7 of 9.\n\n",
    "<think>5, or 6?</think>\n",
    "I see 97, and 103.\n",
    "5\n</think>\n",
    "Sure!\n\n",
]
BELOW = ["", "\n", "\r\n\r\n", "\n\nThis keeps all at 100.", "</s>", "<|im_end|>\n", "\n\n(97 + 3 is 100)"]


@st.composite
def dressed(draw: st.DrawFn) -> tuple[tuple[int, ...], str]:
    # 97 and 100 would be levels in the sum that is told below.
    amounts = draw(
        st.lists(st.integers(0, 10**9 - 1).filter(lambda amount: amount not in (97, 100)), min_size=1, max_size=6)
    )
    separator = draw(st.sampled_from([", ", "; ", " / ", " and ", "\t"]))
    body = separator.join(map(str, amounts))
    if len(amounts) > 1:
        pairs = draw(st.permutations([("ABCDEF"[i], amount) for i, amount in enumerate(amounts)]))
        labelled = [
            ", ".join(f"{label}: {amount}" for label, amount in pairs),
            "\n".join(f"- {label} = {amount}" for label, amount in pairs),
            " and ".join(f"{amount} for {label}" for label, amount in pairs),
            json.dumps(dict(pairs)),
            json.dumps(dict(pairs), indent=2),
        ]
        body = draw(st.sampled_from([body, *labelled]))
    form = "{}" if "\n" in body or "{" in body else draw(st.sampled_from(PLAIN))
    if "\\" not in form and "<" not in form and form != "{}.":
        leads = ["{}"] if "\n" in form + body or form[0] == ">" else ["{}", *LEADS]
        form = draw(st.sampled_from(leads)).replace("{}", form)
    text = draw(st.sampled_from(ABOVE)) + form.replace("{}", body).replace("{{", "{").replace("}}", "}")
    return tuple(amounts), text + draw(st.sampled_from(BELOW))


@given(dressed())
@settings(max_examples=400)
def test_a_dressed_statement_is_what_was_meant(case: tuple[tuple[int, ...], str]) -> None:
    amounts, text = case
    reading = read_integers(text, world(len(amounts)))
    assert reading.action == amounts, reading.reason


@st.composite
def bare(draw: st.DrawFn) -> tuple[str, int]:
    """Draw an answer of numbers alone, and of how many, or one that is nearly such."""
    numbers = draw(st.lists(st.integers(0, 2 * 10**9) | st.integers(0, 130), min_size=1, max_size=4))
    joint = draw(st.sampled_from([", ", ", ", ",", " ", ",  ", "\n"]))
    ends = st.sampled_from(["", "", " ", "\n", "\t", "\f", ".", ","])
    text = draw(ends) + joint.join(
        draw(st.sampled_from(["{}", "{}", "{:02}", "-{}", "{}."])).format(n) for n in numbers
    )
    return text + draw(ends), draw(st.sampled_from([len(numbers), draw(st.integers(1, 4))]))


@given(bare(), st.sampled_from(["", "A: 3, B: 4\nHow many units of A and of B do you consume?", "3\n0,4\n5, 6", "100"]))
@settings(max_examples=400)
def test_numbers_alone_are_read_as_the_whole_rule_reads_them(case: tuple[str, int], shown: str) -> None:
    text, count = case
    quick = bare_numbers(text, count)
    assert quick is None or quick == read_integers(text, world(count), shown, frozenset(range(200)))


ASSIGNED = [
    "{n} for {a} and {m} for {b}.",
    "{a}: {n} because it is low.\n{b}: {m} because it is lower.",
    "This means {n} resources for {a} and {m} for {b}.",
    "{a} gets {n} and {b} gets {m}.",
    "That is {n} for {a}.",
    "I give {a} {n} and {b} {m}.",
    "The first number is for {a}, the second for {b}.",
    "First {a}, then {b}.",
    "(order: {a}, {b})",
]


@pytest.mark.parametrize("form", ASSIGNED)
@pytest.mark.parametrize("text", ["{n}, {m}\n\n{said}", "Answer: {n}, {m}\n\n{said}", "{said}\n\n**{n}, {m}**"])
@given(pair=st.lists(st.integers(0, 60), min_size=2, max_size=2, unique=True))
@settings(max_examples=20)
def test_a_list_whose_text_gives_it_to_other_objectives_is_not_read(form: str, text: str, pair: list[int]) -> None:
    n, m = pair
    swapped = text.format(n=n, m=m, said=form.format(n=n, m=m, a="B", b="A"))
    assert read(swapped, 2) in ("-", f"{m},{n}")
    if not text.startswith("{said}"):
        assert read(text.format(n=n, m=m, said=form.format(n=n, m=m, a="A", b="B")), 2) == f"{n},{m}"


# No text that is no statement is read.

WORDS = st.sampled_from(
    re.findall(
        r"\w+",
        "level target about near the below of with from it falls rises penalised missing potatoes consume eat"
        " answer action A B steps noise not between more than if to and or is was harvest",
    )
)
FOREIGN = st.sampled_from(re.findall(r"\w+", "level target falls penalised missing noise between was steps"))
AMOUNTS = st.integers(0, 300).map(str)


@st.composite
def sentences(draw: st.DrawFn) -> str:
    words = draw(st.lists(st.one_of(WORDS, AMOUNTS), min_size=1, max_size=9))
    words.insert(draw(st.integers(0, len(words))), draw(FOREIGN))
    words.insert(draw(st.integers(0, len(words))), draw(AMOUNTS))
    return " ".join(words) + draw(st.sampled_from(["", ".", ":", ",", "!", " -", "?"]))


@given(st.lists(sentences(), min_size=1, max_size=4), st.sampled_from(["\n", "\n\n", "\n- ", " "]), st.integers(1, 6))
@settings(max_examples=400)
def test_prose_with_numbers_is_never_read(lines: list[str], joint: str, count: int) -> None:
    reading = read_integers(joint.join(lines), world(count))
    assert reading.action is None


@given(dressed(), st.integers(0, 10**9 - 1))
def test_two_answers_are_none(case: tuple[tuple[int, ...], str], other: int) -> None:
    amounts, text = case
    if other not in amounts and split_thoughts(text).answer == text and "Answer" not in text and "answer" not in text:
        second = ", ".join([str(other)] * len(amounts))
        if "boxed" not in text:
            assert read_integers(f"{second}\n\n{text}", world(len(amounts))).action is None


# Whatever is accepted stands in the text.

TOKENS = [
    "<think>",
    "</think>",
    "Answer:",
    "\\boxed{",
    "}",
    "<answer>",
    "</answer>",
    "```",
    "A:",
    "B:",
    "A",
    "B",
    "<|im_end|>",
    "<|channel|>final<|message|>",
    "</s>",
    "|",
    "A",
    "|",
    "B",
    "|",
    "<|channel|>analysis<|message|>",
    '{"A":3,"B":4}',
    "3",
    "4",
    "12",
    "consume",
    "units",
    "and",
    "User:",
    "\u202e",
    "�",
    "<!--",
    "-->",
    "[THINK]",
]
PIECES = st.one_of(
    st.sampled_from("0123456789 ,.-+eE×*^_'\n\r\t\u200b\x00−–½²٣５:;|/\\{}[]()<>`~$#=&\f"),
    st.sampled_from([*TOKENS, *(f"{token} " for token in TOKENS), "\n\n"]),
    st.characters(),
)
NASTY = st.lists(PIECES, max_size=25).map("".join)


@given(NASTY, st.integers(1, 6))
@example("5\ud8006", 1)
@example("6 (sıx)", 1)
@example("sıx (6)", 1)
@settings(max_examples=600)
def test_no_text_raises_and_nothing_is_glued_together(text: str, count: int) -> None:
    reading = read_integers(text, world(count))
    split_thoughts(text)
    if reading.action is None:
        assert reading.reason
        assert reading.kind
        return
    assert not reading.reason
    assert reading.clause
    assert reading.part
    runs = [int(run) for run in re.findall(r"[0-9０-９]+", text)]
    assert len(reading.action) == count
    assert set(reading.action) <= set(runs)


INVISIBLE = st.text(
    st.characters(categories=["C", "M", "Zl", "Zp"], exclude_characters="\n\t\r"), min_size=1, max_size=5
)


@given(st.integers(0, 99), st.integers(0, 99), INVISIBLE)
def test_what_cannot_be_seen_neither_joins_nor_parts_numbers(first: int, second: int, between: str) -> None:
    for count in (1, 2):
        action = read_integers(f"{first}{between}{second}", world(count)).action
        assert action in (None, (first, second))
        assert action is None or "\u2028" in between or "\u2029" in between


@given(st.integers(0, 999), st.sampled_from("-+−–"), st.text(st.sampled_from("*_`(\u200b"), max_size=4))
def test_a_sign_is_seen_through_emphasis(amount: int, sign: str, between: str) -> None:
    assert read(f"Action: {sign}{between}{amount}", 1) == "-"
    assert read(f"{sign}{between}{amount}", 1) == "-"


@pytest.mark.parametrize("id_", bioblue_envs.ids())
@given(text=NASTY)
def test_what_is_read_is_legal(id_: str, text: str) -> None:
    environment = bioblue_envs.make(id_)
    action = read_answer(text, environment, environment.initial()).action
    if action is not None:
        environment.check(environment.initial(), action)


LINES = [
    "",
    "5",
    "- ",
    "x",
    "`",
    "\x00",
    "A:",
    "A: 3",
    "Answer:",
    "| 3 |",
    "| A | 3 |",
    "{",
    "[",
    '["a",',
    "~~~",
    "a\n3",
]
LONG = [
    "5",
    "1 ",
    "5e",
    "\u200b",
    "é1",
    "[",
    '{"a":',
    "3.0,",
    "3 for A and ",
    "*3* ",
    "I consume 3. ",
    "no, ",
    "so ",
    "in ",
    "3. on, ",
    "answer ",
]
MARKS = [
    "<think>",
    "</think>",
    "<answer>",
    "\\boxed{",
    "\\boxed{{",
    "\\boxed{3} ",
    "<|im_end|>",
    "<|channel|>",
    "User: ",
    "<!--",
]


@pytest.mark.parametrize("unit", [*(line + "\n" for line in LINES), *LONG, *MARKS], ids=ascii)
def test_a_long_text_is_read_in_linear_time(unit: str) -> None:
    # A quadratic reading would not come back.
    repeated = unit * min(60_000 // len(unit), MOST_LINES - 1 if "\n" in unit else 60_000)
    assert read_integers(repeated, world(3)).reason != ""


@pytest.mark.parametrize(
    ("text", "size"),
    [("3\n" * 40_000, "40,001 lines"), ("3 " * 60_000, "120,000 characters"), ("3\n" * 60_000, "120,000 characters")],
)
def test_an_answer_without_end_is_not_read_and_holds_nothing_up(text: str, size: str) -> None:
    reading = read_integers(text, world(1))
    assert reading.action is None
    assert reading.reason == f"an answer of {size} is too long to be read"
    thoughts = f"<think>{text}</think>3"
    assert read_integers(thoughts, world(1)).action == (3,)


def test_every_kind_of_sign_that_unicode_names_is_one() -> None:
    named = [chr(i) for i in range(0x10000) if unicodedata.name(chr(i), "") in SIGN_NAMES]
    assert len(named) == len(SIGN_NAMES)
    assert [sign for sign in named if read(f"{sign}5", 1) != "-"] == []


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


@pytest.mark.parametrize("text", ["-1", "[-1]", "answer: -1", '{"A": -1}', "1, 2, -3", "7"])
def test_another_number_of_values_is_one_lack_whatever_they_are(text: str) -> None:
    environment = bioblue_envs.make("multi-homeostasis")
    reading = read_answer(text, environment, environment.initial())
    assert (reading.kind, "2 whole numbers expected" in reading.reason) == ("unreadable", True)
    for fitting in ("-1, 2", "-1\n-2"):
        assert read_answer(fitting, environment, environment.initial()).kind == "illegal"
