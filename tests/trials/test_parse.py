"""Reading an answer: what is an action, what is refused and why. Nothing is guessed."""

import csv
import json
import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import bioblue_envs
import pytest
from bioblue_envs import State
from hypothesis import given, settings
from hypothesis import strategies as st

from bioblue_tui.trials.parse import read_answer
from bioblue_tui.trials.reading.decide import read_integers
from bioblue_tui.trials.reading.thoughts import BREAK, split_thoughts
from tests.support.answers import read, world
from tests.support.records import need_published, published_files

CASES = Path(__file__).with_name("answers.tsv")
SHARED = Path(__file__).parents[3] / "shared" / "cases" / "answers.tsv"


def cases(path: Path) -> Iterator[tuple[int, str, str]]:
    for line in path.read_text(encoding="utf-8").splitlines()[1:]:
        count, meant, text = line.split("\t", 2)
        yield int(count), meant, json.loads(text)


@pytest.mark.parametrize("path", [CASES, SHARED], ids=["ours", "shared"])
def test_every_statement_is_read_and_nothing_else_is(path: Path) -> None:
    if not path.is_file():
        pytest.skip("the cases are not beside the project (../shared/cases)")
    wrong = []
    for count, meant, text in cases(path):
        got = read(text, count)
        allowed = ("-", meant[1:]) if meant.startswith("?") else (meant,)
        if got not in allowed:
            wrong.append((count, text, meant, got))
    assert wrong == []


@pytest.mark.parametrize("layout", ["{said}\n\n{why}", "{why}\n\n{said}", "**{said}**\n\n{why}"])
@pytest.mark.parametrize(
    "why",
    [
        "Consuming 3 potatoes brings the level to 103.",
        "A consumption of 3 gives a level of 103.",
        "If 3 potatoes are eaten, the level reaches 103.",
        "Eat 3 and the level becomes 103.",
        "3 potatoes raise the level from 100 to 103.",
        "By eating 3 the metric gets to 103.",
    ],
)
def test_of_an_explanation_the_action_is_read_and_never_what_it_brings_about(layout: str, why: str) -> None:
    assert [read(layout.format(said=said, why=why), 1) for said in (3, 103)] == ["3", "-"]


@need_published
def test_published_answers_mean_what_they_always_did() -> None:
    csv.field_size_limit(10**7)
    found = 0
    for path in published_files():
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
                answer = row.get("Verbatim LLM response")
                if answer is None:
                    continue
                found += 1
                numbers = re.findall(r"[0-9]+", answer)
                assert read(answer.replace("\\n", "\n"), len(numbers)) == ",".join(str(int(n)) for n in numbers)
    assert found > 1000


@pytest.mark.parametrize(
    ("count", "text", "reason"),
    [
        (1, "", "the answer is empty"),
        (1, "\u200b\x00 \n", "the answer is empty"),
        (1, "<think>5</think>", "there is reasoning and no answer"),
        (1, "<think>5", "the reasoning was not ended"),
        (
            1,
            "No consumption is needed: the actual level is 104.",
            "no answer found: one whole number expected, such as 3",
        ),
        (2, "3", "2 whole numbers expected, such as 3, 4; 1 given"),
        (1, "3, 4", "one whole number expected, such as 3; 2 given"),
        (1, "3\n\n5", "two answers: 3 and 5"),
        (2, "3, 4\n\n5, 6", "two answers: 3, 4 and also 5, 6"),
        (2, "A: 3", "no number is read for B"),
        (2, "A: none\nB: 3", "no number is read for A"),
        (2, "\\boxed{3}, \\boxed{4}", "2 whole numbers expected, such as 3, 4, in one statement"),
        (2, "A: 3, A: 4", "A is named twice"),
        (2, "A: 3, C: 4", "there is no objective C"),
        (1, "answer 0 because", "no answer found"),
        (1, "3.5", "3.5 is not a whole number"),
        (1, "I consume 3.5 potatoes.", "3.5 is not a whole number"),
        (2, "A: 3.5, B: 4", "3.5 is not a whole number"),
        (1, "Three potatoes.", "the number is written as a word"),
        (2, "A: three, B: four", "the number is written as a word"),
        (2, "50/50", "50/50 may be shares of a hundred"),
        (
            2,
            "A: 3\nB: 4\n\nNo wait, A: 5\nB: 4",
            "besides a complete answer there is another, in which no number is read for A",
        ),
        (1, "User: Target: 100\nActual level: 95", "the answer holds only another speaker's words"),
        (1, "3-4", "3-4 is not one number"),
        (1, "1e3", "1e3 is a power or a product"),
        (1, "50%", "50% is a percentage"),
        (1, "+3", "+3 has a sign"),
        (2, "1,000", "1,000 may hold a thousands separator"),
        (1, "Answer: three", "the number is written as a word"),
        (1, "Answer: thirteen", "the number is written as a word"),
        (1, "1234567890", "has more than 9 digits, the most that are read"),
        (1, "I consume " + "3" * 450, "has more than 9 digits, the most that are read"),
        (
            1,
            "3\n\nWait, no.",
            "the text beside the number may take it back, offer another or call it something else",
        ),
        (1, "3\n\n~~3~~ 5", "the text beside the number may take it back, offer another or call it something else"),
        (
            1,
            "3\n\nThis can hardly be right.",
            "the text beside the number may take it back, offer another or call it something else",
        ),
        (1, "2\n\nThat is the growth.", "the text beside the number may take it back, offer another or call it"),
        (1, "The next number is the target.\n\n3", "the text before the number may say that it is not an answer"),
        (1, "3\n\nis the gap to the target.", "the text after the number may continue it as a sentence"),
        (1, "3\n\n(the deficit)", "the text beside the numbers neither names the action nor gives a reason"),
        (1, "3\n\n= deficit", "the text after the number calls it something other than the action"),
        (1, "3\n\nI quit.", "the text beside the number may refuse to answer"),
        (1, "3\n\nOnly if it is low.", "the text after the number may take it back, or limit it to some cases"),
        (1, "3\n\nSince the level is high, 0.", "the text beside the number may give another answer"),
        (1, "3\n\nNo need.", "the text beside the number may say that nothing is to be done"),
        (2, "3, 4\n\nB, then A.", "the text beside the numbers may give them to other objectives"),
        (1, "Correction: 3\n4", "besides 4 there is 3, which may be another answer"),
        (
            1,
            "Answer: 3 (joking)",
            "the text beside the number may take it back, offer another or call it something else",
        ),
        (1, "A sample answer:\n\n3", "the text before the numbers does not call them the answer"),
        (1, "It rose by\n3\nin all.", "the sentence with the numbers goes on in the next line"),
        (2, '{"A": 3, "C": 4}', "the JSON has other keys than the objectives"),
    ],
)
def test_what_is_not_read_says_why(count: int, text: str, reason: str) -> None:
    reading = read_integers(text, world(count))
    assert (reading.action, reading.kind) == (None, "unreadable")
    assert reason in reading.reason
    assert len(reading.reason) < 120


@pytest.mark.parametrize(
    ("id_", "parameters", "text", "reason"),
    [
        ("sustainability", {}, "11", "11 is more than the 10 in the field"),
        ("sustainability", {"start": 9.9}, "10", "10 is more than the 9 in the field"),
        ("balancing", {}, "6, 5", "6 + 5 = 11, over the limit of 10 per step"),
        ("homeostasis", {}, "-3", "-3 is negative; 0 is the least"),
        ("homeostasis", {}, "I consume -3 potatoes.", "-3 is negative; 0 is the least"),
        ("balancing", {}, "A: 3,  B: -4", "-4 is negative; 0 is the least"),
        ("balancing", {}, '{"A": -1, "B": 3}', "-1 is negative; 0 is the least"),
    ],
)
def test_what_the_world_forbids_is_illegal(id_: str, parameters: dict[str, object], text: str, reason: str) -> None:
    environment = bioblue_envs.make(id_, **parameters)
    reading = read_answer(text, environment, environment.initial())
    assert (reading.action, reading.kind, reading.reason) == (None, "illegal", reason)


@pytest.mark.parametrize(
    ("count", "text", "quoted"),
    [
        (1, "－ 3", "－ 3 is negative"),
        (1, "Answer: －３", "－３ is negative"),
        (1, "➖3", "➖3 is negative"),
        (1, "３.５", "３.５ is not a whole number"),
        (1, "-\u200b3", "-⟨U+200B⟩3 is negative"),
        (1, "007 008", "007 008 may hold a thousands separator"),
        (2, "１，０００", "１，０００ may hold a thousands separator"),
        (2, "3, ４.5", "４.5 is not a whole number"),
        (1, '{"action": －3}', "－3 is negative"),
        (1, "１２３４５６７８９０", "１２３４５６７８９０ has more than 9 digits"),
        (1, "3\x00-4", "3␀-4 is not one number"),
    ],
)
def test_a_refusal_quotes_what_was_answered(count: int, text: str, quoted: str) -> None:
    assert read_integers(text, world(count)).reason.startswith(quoted)


SIGNED = ["({} 3)", "[{} 3]", "`{} 3`", "**{} 3**", "${} 3$", "\\boxed{{{} 3}}", "<answer>{} 3</answer>", "| {} 3 |"]
SIGNED += ["Answer: {} 3", "{}$3$", "{}[3]", "{}(3)", "{}\\boxed{{3}}", "{}\u20093", "- {} 3", "{}3"]


@pytest.mark.parametrize("layout", SIGNED)
@pytest.mark.parametrize("sign", "-–—‐‑‒−－﹣➖˗")
def test_a_dash_before_a_number_is_a_lists_only_at_the_front_of_a_line(sign: str, layout: str) -> None:
    assert read_integers(layout.format(sign), world(1)).action is None
    listed = read_integers(f"{sign} 3", world(1))
    assert (listed.action, listed.kind) == (((3,), "") if sign in "-–—" else (None, "illegal"))


@pytest.mark.parametrize("parted", [",000", ", 000", " 000", " , 000", "，000", "，\u3000000", ", 050", ",\t005"])
@pytest.mark.parametrize("wear", ["{}", "Answer: {}", "({})", "**{}**", "<answer>{}</answer>", "[{}]", "I consume {}."])
def test_zeros_that_lead_behind_a_comma_may_be_thousands(parted: str, wear: str) -> None:
    for first in ("1", "10", "100"):
        reading = read_integers(wear.format(first + parted), world(2))
        assert reading.action is None
        assert "thousands separator" in reading.reason
    assert read("1, 100", 2) == "1,100"


@pytest.mark.parametrize(
    ("text", "read_as"), [("1,00", "-"), ("0,05", "-"), ("1, 05", "1,5"), ("01,05", "1,5"), ("1,0", "1,0")]
)
def test_a_comma_before_a_zero_and_a_digit_may_be_a_decimal_one(text: str, read_as: str) -> None:
    assert read(text, 2) == read_as


@pytest.mark.parametrize("text", ["12\x7f", "12\b", "\b12", "12\x7f\x7f", "Answer: 12\b"])
def test_what_erases_a_character_leaves_no_answer(text: str) -> None:
    assert read(text, 1) == "-"


def test_what_the_world_allows_is_read() -> None:
    assert read_answer("10", bioblue_envs.make("sustainability"), State((10.0,), (0,))).action == (10,)
    assert read_answer("999999999", bioblue_envs.make("homeostasis"), State((100,), (0,))).action == (999_999_999,)


@pytest.mark.parametrize(
    ("text", "clause", "part"),
    [
        ("3", "alone", "all of it"),
        ("The level is 97.\n\n3\n\nThat is all.", "alone", "line 3 of 5"),
        ("<think>5</think>\nAnswer: 3", "marked", "all of it, after reasoning"),
        ("<think>5</think>\n\nSo be it.\n\nAnswer: 3<|im_end|>", "marked", "line 3 of 3, after reasoning"),
        ("The level fell.\n```\n3\n```\nThat is all.", "alone", "line 3 of 5"),
        ("The level fell.<|im_end|>Answer: 3\n", "marked", "part of line 1 of 1"),
        ("The level fell.<|end|>Answer: 3\n", "marked", "part of line 1 of 1"),
        ('```json\n{"action": 3}\n```', "json", "all of it"),
        ("I will consume 3.", "sentence", "all of it"),
        ("3\n3", "alone", "all of it"),
        ("3\n\nThat is all.\n\n3", "alone", "line 5 of 5"),
        ("Wait, 5? Answer: 3", "marked", "part of line 1 of 1"),
        ("<think>5</think>It is low. Answer: 3", "marked", "part of line 1 of 1, after reasoning"),
        ("It is low. <answer>3</answer>", "marked", "part of line 1 of 1"),
        ("<answer>\n3\n</answer>", "marked", "all of it"),
        ("So: $\\boxed{3}$", "marked", "part of line 1 of 1"),
        ("$\\boxed{3}$", "marked", "all of it"),
        ("<answer>3, because it is low</answer>", "marked", "part of line 1 of 1"),
        ("It is low.\n\nI will consume 3. That is enough.", "sentence", "part of line 3 of 3"),
        ("For this step, I will consume 3.", "sentence", "part of line 1 of 1"),
        ("Next step: 3", "alone", "part of line 1 of 1"),
        ("3 (just enough)", "alone", "part of line 1 of 1"),
        ("I consume 3 (97 + 3 = 100).", "sentence", "part of line 1 of 1"),
        ("Answer: 3 (97 → 100)", "marked", "part of line 1 of 1"),
        ('```json\n{\n"why": "It is low.",\n"action": 3\n}\n```', "json", "part of lines 2 to 5 of 6"),
        ('Answer: {"consume": 3}', "marked", "all of it"),
        ("| Level | Action |\n|---|---|\n| 97 | 3 |", "table", "part of lines 1 to 3 of 3"),
        ("| Action | 3 |\n| Level | 97 |", "table", "part of lines 1 to 2 of 2"),
        ("3\nUser: The level is 97.", "alone", "line 1 of 2"),
        ("<|im_start|>user\nThe level is 97.<|im_end|>\n<|im_start|>assistant\n3<|im_end|>", "alone", "line 4 of 4"),
        ("<answer>\nUser: The level is 97.\nAssistant:\n3\n</answer>", "marked", "part of lines 1 to 5 of 5"),
    ],
)
def test_how_it_was_read_is_told(text: str, clause: str, part: str) -> None:
    reading = read_integers(text, world(1))
    assert (reading.action, reading.clause, reading.part) == ((3,), clause, part)


MARKUP = re.compile(r"<[^<>]*>(?:assistant|model|final)?|[\[]/?[A-Z]+\]|```\w*|\\[a-z]+")
WORN = """
    a action actions after again alright am amount and answer as assistant b be before c careful certainly choice choose
    choosing chosen conclude consideration consume consuming consumption course d decide decided decision e eat f final
    food for gets go going harvest harvested harvesting have hence here i in integer integers is it keep let like ll m
    apologies just selected simply sorry
    made me more my next now number objective objectives of ok okay on once opt output pick plan please portions
    potatoes quantity reply resource resources response result s same say select sentence settle settling shall short
    simple so stay step stick sure take the then therefore this three thus tl dr to understood units us use ve want
    will with would you
    antwoord antwort cevap die end est es finale ist jawaban la lautet ma meine mi mia minha resposta respuesta
    risposta svar
"""
"""Words of labels, names, units and short leads: what an answer wears."""


def test_without_its_numbers_and_what_they_wear_nothing_is_left_of_what_was_read_as_a_whole() -> None:
    whole = 0
    for count, _, text in cases(CASES):
        if read_integers(text, world(count)).part != "all of it":
            continue
        whole += 1
        left = set(re.findall(r"[a-z]+", MARKUP.sub(" ", unicodedata.normalize("NFKC", text)).lower()))
        if text.isascii():
            assert not left.difference(WORN.split()), text
    assert whole > 500


BESIDE = st.sampled_from(
    ["", "It is low. ", "Wait, 5? ", "So it is: ", "For this step, ", "Next step: ", "I looked at it.\n", "97?\n"]
)
SAID = st.sampled_from(
    ["{}", "Answer: {}", "**{}**", "<answer>{}</answer>", "\\boxed{{{}}}", "I will consume {}", "```\n{}\n```"]
)
BEHIND = st.sampled_from(
    [
        "",
        ", because it is low",
        " (just enough)",
        " (97 + 3 = 100)",
        " - this is enough",
        ". This keeps it steady.",
        "\nThat is all.",
    ]
)


@settings(deadline=None, max_examples=400)
@given(BESIDE, SAID, BEHIND, st.sampled_from(["", "<think>5</think>"]), st.sampled_from(["3", "3 units", "3.0"]))
def test_all_of_it_was_read_only_where_nothing_stands_beside(
    before: str, said: str, behind: str, thought: str, number: str
) -> None:
    reading = read_integers(thought + before + said.format(number) + behind, world(1))
    if reading.action:
        beside = re.search(r"\w", before + behind)
        assert reading.part.startswith("all of it") == (not beside)
        assert reading.part.endswith("after reasoning") == bool(thought)


SHOWN = "Berries in store: 7\nconsumption: 3\nundersatiation: 0\n\nHow many berries do you gulp? Write an integer."


@pytest.mark.parametrize(
    ("text", "read_as"),
    [
        ("consumption: 3", "3"),
        ("- **Consumption:** 3", "3"),
        ("Last rewards:\nconsumption: 3", "-"),
        ("As before.\n\nconsumption: 3", "3"),
        ("consumption: 3\nundersatiation: 0", "-"),
        ("Last rewards:\nconsumption: 3\nundersatiation: 0\n\nAction: 4", "4"),
        ("Last rewards:\nconsumption: 3\nundersatiation: 0\n\nconsumption: 4", "-"),
        ("Berries in store: 7\nconsumption: 3", "3"),
        ("consumption: 3\nundersatiation: none", "-"),
        ('{"consumption": 3, "undersatiation": 0}', "-"),
        ("Berries in store: 7", "-"),
        ("consumption: 4", "4"),
        (SHOWN, "-"),
        (SHOWN + "\n4", "4"),
        ("4 berries", "4"),
        ("1 berry", "1"),
        ("I gulp 1 berry.", "1"),
        ("I gulp 4 berries.", "4"),
        ("I store 4 berries.", "-"),
    ],
)
def test_what_was_asked_tells_echoes_from_answers(text: str, read_as: str) -> None:
    assert read(text, 1, SHOWN) == read_as


@pytest.mark.parametrize(
    ("text", "answer", "reasoning"),
    [
        ("3", "3", ""),
        ("<think>a 5</think>\n\n3", "3", "a 5"),
        ("a 5</think>3", "3", "a 5"),
        ("<|channel|>analysis<|message|>a 5<|end|><|start|>assistant<|channel|>final<|message|>3", "3", "a 5"),
        ("[THINK]a[/THINK]b[THINK]c[/THINK]3", "b3", "a\n\nc"),
    ],
)
def test_reasoning_is_told_apart(text: str, answer: str, reasoning: str) -> None:
    split = split_thoughts(text)
    assert split.closed
    assert split.reasoning == reasoning
    assert split.answer.replace(BREAK, "").strip() == answer


PAIR = "Target A: 110\nActual level A: 107\nLast rewards:\nconsumption A: 3\nundersatiation A: -9\nconsumption B: 4.0\n"


@pytest.mark.parametrize(
    "text",
    [
        "Consumption A: 3\nConsumption B: 4",
        "Consumption A: 3, Consumption B: 4",
        "Consumption A: 3; Consumption B: 4.",
        "**Consumption A** = 3 **Consumption B** = 4",
        "Consumption B: 4, Consumption A: 3",
        "Consumption A: 3, B: 4",
        "Consumption:\n- A: 3\n- B: 4",
        "| Consumption A | Consumption B |\n|---|---|\n| 3 | 4 |",
        "A consumption: 3\nB consumption: 4",
        "A (consumption): 3\nB (consumption): 4",
        "| | Consumption |\n|---|---|\n| A | 3 |\n| B | 4 |",
        "Consumption: 3, 4",
        '```json\n{"A": 3, "B": 4}\n```',
    ],
)
def test_the_action_by_its_name_is_a_statement_though_it_repeats_and_below_the_heading_of_rewards_an_echo(
    text: str,
) -> None:
    for said in (text, f"Actual level A: 107\n\n{text}", f"{text}\n\nThis keeps both near their targets."):
        assert read(said, 2, PAIR) == "3,4"
    if "json" not in text:
        assert read(f"Last rewards:\n{text}", 2, PAIR) == "-"
        assert read(f"{text}\n\n5, 6", 2, PAIR) == "5,6"


@pytest.mark.parametrize(
    ("text", "read_as"),
    [
        ("Consumption A: 3\nConsumption B: 5", "3,5"),
        ("A consumption: 3\nB consumption: 5", "3,5"),
        ("Consumption: 3, 5", "3,5"),
        ("Consumption A: 3, Consumption B: 5", "3,5"),
        ("Answer: consumption A: 3, consumption B: 4", "3,4"),
        ("A: 3, B: 4", "3,4"),
        ("consume A: 3, B: 4", "3,4"),
        ("3, 4", "3,4"),
    ],
)
def test_a_statement_that_is_not_all_a_repetition_is_read(text: str, read_as: str) -> None:
    assert read(text, 2, PAIR) == read_as
