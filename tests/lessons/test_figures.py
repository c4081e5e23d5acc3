"""Figures in a lesson's text are what the program plays, and mistakes in them are named with their line."""

from __future__ import annotations

from pathlib import Path

import pytest

from bioblue_tui.lessons.collection import built_in_files, find
from bioblue_tui.lessons.format import Text
from bioblue_tui.lessons.reading import LessonError, read_lesson
from bioblue_tui.records.collection import open_record
from bioblue_tui.records.files import read_bytes
from bioblue_tui.trials.events import Stepped
from bioblue_tui.trials.state import TrialState
from tests.support.pilots import text_of
from tests.support.teacher import given

RECORDS = built_in_files()[0].parent / "records"


def written(tmp_path: Path, text: str) -> Path:
    """Write a lesson of one page with this text on line 5."""
    (tmp_path / "records").mkdir(exist_ok=True)
    (tmp_path / "records" / "small-model.jsonl").write_bytes(read_bytes(RECORDS / "small-model.jsonl"))
    path = tmp_path / "lesson.md"
    path.write_text(f"# A title\n\n## A page\n\n{text}\n", encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("figure", "reckoned"),
    [
        # What REFERENCE says of the published problems.
        ("best sustainability --decimals 3", "554.363"),
        ("expected homeostasis", "41"),
        # It is 10.6849.
        ("expected homeostasis --steps 5 --decimals 2", "10.68"),
        ("total sustainability --plays 2", "200"),
        ("penalised homeostasis --agent thermostat --seed 2", "58"),
        ("total homeostasis --agent thermostat --seed 2", "−15 720"),
        ("total multi-homeostasis --agent thermostat --seed 1-10 --take least", "−16 480"),
        ("total multi-homeostasis --agent thermostat --seed 1-10 --take greatest", "138"),
        ("total balancing --plays '10,0 5,5' --decimals 1", "337.2"),
        ("total balancing --plays 5,5 --decimals 1", "−62.8"),
        ("total balancing --plays 0,10 --decimals 1", "−25 425.5"),
        ("total balancing --plays 0,10 --of imbalance --unsigned", "25 650"),
        # What can be reckoned by hand.
        ("level sustainability --plays 3 --steps 10 --decimals 3", "2.599"),
        ("level multi-homeostasis --plays 0,0 --of B --at 0", "120"),
        ("action sustainability --agent oscillator --at 7", "4"),
        ("steps sustainability --plays 10", "1"),
        ("noise balancing --plays 0,0 --of A", "0"),
        ("onset multi-homeostasis --agent accelerator:27 --mode accelerating_maximisation --of B", "28"),
        ("band homeostasis --agent thermostat --seed 2 --percent", "42%"),
        ("penalised-from multi-homeostasis --agent neglect:10 --seed 5 --steps 40 --of B", "14"),
        ("penalised-from multi-homeostasis --agent accelerator:10 --seed 5 --steps 40 --of B", "15"),
        ("penalised multi-homeostasis --agent accelerator:10 --seed 5 --steps 40 --of A", "0"),
        ("total homeostasis --agent thermostat --less thermostat", "0"),
        ("total records/small-model.jsonl --agent thermostat --less thermostat", "0"),
        ("level records/small-model.jsonl --of A --at 0", "110"),
    ],
)
def test_a_figure_is_what_is_played(tmp_path: Path, figure: str, reckoned: str) -> None:
    lesson = read_lesson(written(tmp_path, f"So it is {{= {figure} }}."))
    assert lesson.pages[0].blocks == (Text(f"So it is {{= {figure} }}."),)
    assert lesson.told(f"So it is {{= {figure} }}.").replace(" ", " ") == f"So it is {reckoned}."


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{= totle balancing --plays 5,5 }", "}: no measure 'totle'; did you mean total?"),
        ("{= bset sustainability }", "}: no measure 'bset'; did you mean best?"),
        ("{= frob balancing --plays 5,5 }", "no measure 'frob'; there are best, expected, total, level, "),
        ("{= level homeostasis --of C --plays 5 }", "homeostasis has one objective here; leave out --of"),
        ("{= level balancing --of C --plays 5,5 }", "say which objective: --of A or B"),
        ("{= total balancing }", "say who plays"),
        ("{= total balancing --agent thermostat }", "thermostat is made for"),
        ("{= total balancing --agent openai:gpt }", "scripted policy"),
        ("{= total balancing --agent human }", "scripted policy"),
        ("{= total balancng --plays 5,5 }", "did you mean balancing?"),
        ("{= total balancing --plays five }", "--plays: write actions"),
        ("{= total balancing --plays 5,5 --set weight=3 }", "weight"),
        ("{= total homeostasis --plays 5 --seed x }", "seeds are written"),
        ("{= total homeostasis --plays 5 --seed 1-10000 --take mean }", "steps in all"),
        ("{= onset balancing --plays 5,5 --mode melting }", "no failure mode 'melting'"),
        ("{= onset records/none.jsonl }", "cannot be read"),
        ("{= onset ../lesson.jsonl }", "beside the lesson"),
        ("{= best homeostasis }", "homeostasis has noise, and what is best on it is not known"),
        ("{= best multi-homeostasis --steps 20 }", "'expected' is the best over all noise"),
        ("{= expected sustainability }", "no noise; its best total is 'best'"),
        ("{= expected homeostasis --seed 4 }", "--seed has no effect here"),
        ("{= best sustainability --seed 1 }", "--seed has no effect here"),
        ("{= best balancing --less balanced }", "--less has no effect here"),
        ("{= best balancing --of A }", "--of has no effect here"),
        ("{= best records/small-model.jsonl }", "name an environment"),
        ("{= total balancing --plays 5,5 --seed 2 }", "--seed has no effect here: balancing has no noise"),
        ("{= steps records/small-model.jsonl --seed 2 }", "--seed has no effect here: a record has its own"),
        ("{= steps records/small-model.jsonl --steps 2 }", "--steps has no effect here"),
        ("{= total balancing --plays 5,5", "ends with }"),
        ("## {= total balancing --plays 5,5 }", "a heading holds no figure"),
        # These are found when they are reckoned.
        ("{= level balancing --plays 5,5 }", "--of A or B"),
        ("{= level balancing --plays 5,5 --of C }", "--of A or B"),
        ("{= level balancing --plays 5,5 --of A --at 101 }", "no step 101"),
        ("{= penalised homeostasis --agent thermostat --seed 2 --at 200 }", "no step 200: the trial has 100 steps"),
        ("{= settled balancing --plays 5,5 --at 1 }", "--at has no effect here: only total, level, action, noise, "),
        ("{= total balancing --plays 5,5 --percent }", "--percent has no effect here: only band uses it"),
        ("{= level balancing --plays 5,5 --of A --mode any }", "--mode has no effect here: only onset, detected, rec"),
        ("{= total balancing --plays 5,5 --agent balanced }", "--plays has no effect here: --agent says who plays"),
        (
            "{= total homeostasis --agent thermostat --seed 1-3 }",
            "there are 3 trials; say --take mean or least or greatest",
        ),
        ("{= total homeostasis --agent thermostat --take least }", "--take has no effect here: there is one trial"),
        ("@predict choice: Which? | it | it", "@predict: two of its answers are the same"),
        ("{= penalised-from balancing --plays '10,0 5,5' --of A }", "no penalty is of A"),
        ("{= total balancing --plays 5,5 --of bananas }", "no dimension is bananas"),
        ("{= total sustainability --plays 3 }", "step 11: 3 is more than the 2 in the field"),
        ("{= band balancing --plays 5,5 }", "balancing has no band"),
        ("{= onset balancing --agent balanced }", "nothing such is found"),
    ],
)
def test_a_mistake_in_a_figure_is_named_with_its_line(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(LessonError) as caught:
        read_lesson(written(tmp_path, text), reckon=True)
    assert "lesson.md, line 5: " in str(caught.value)
    assert said in str(caught.value)


def test_code_is_shown_as_it_is(tmp_path: Path) -> None:
    lesson = read_lesson(written(tmp_path, "```\n{= total nowhere }\n```"))
    assert lesson.told("{= total nowhere }") == "{= total nowhere }"


def test_several_trials_are_one_figure(tmp_path: Path) -> None:
    each = [
        f"{{= level multi-homeostasis --agent accelerator:{good} --of B --at 40 }}"
        for good in ("10", "20", "10,20 --take mean")
    ]
    lesson = read_lesson(written(tmp_path, "\n".join(each)))
    one, other, mean = (figure.value() for _, figure in lesson.figures.values())
    assert mean == (one + other) / 2


async def test_a_page_shows_figures_and_not_how_they_are_reckoned(tmp_path: Path) -> None:
    text = "It is {= steps sustainability --plays 10 }.\n\n@discuss\n\n- Why {= action balancing --plays 7,3 --of A }?"
    async with given(read_lesson(written(tmp_path, text)), tmp_path / "data") as teacher:
        shown = "\n".join(text_of(widget) for widget in teacher.screen.sheet.query("MarkdownBlock"))
        assert "It is 1." in shown
        assert "Why 7?" in shown


@pytest.mark.parametrize("number", range(1, 8))
def test_every_figure_of_our_lessons_can_be_reckoned(number: int) -> None:
    assert find(str(number), reckon=True).figures


async def test_what_lesson_7_bids_the_class_find_out_is_answered_below(tmp_path: Path) -> None:
    record = open_record(RECORDS / "small-model.jsonl")
    steps = [event for event in record.events if isinstance(event, Stepped)]
    settled = next(done.step for done in steps if {later.action for later in steps[done.step - 1 :]} == {(1, 1)})
    marks = TrialState(record.header).feed(record.events).marks
    left_out = [mark.step for mark in marks if mark.kind == "shortened"]
    assert len(left_out) == 2
    assert min(left_out) > settled
    async with given("7", tmp_path / "data") as teacher:
        await teacher.press(*["right"] * 3)
        assert "before or after" in " ".join(teacher.texts.split())
        assert "both times" not in teacher.texts
        await teacher.whole_page()
        assert f"After, both times: its answers were 1, 1 from step {settled} on" in " ".join(teacher.texts.split())
