"""Lessons are checked when they are loaded: every mistake is named with its line."""

from __future__ import annotations

from pathlib import Path

import bioblue_envs
import pytest

from bioblue_tui.lessons.format import Activity, Discussion, Lesson, Prediction, Reveal, Text, WhatIf
from bioblue_tui.lessons.reading import LessonError, read_lesson
from tests.support.fixed import fixed_session

GOOD = """# A title

@lesson --minutes 5

## One

Some *text*.

@play homeostasis --steps 3 --seed 7 --set hysteresis=5

@what-if "a wide band" --set hysteresis=20

@predict step: When does it flip?

@reveal

@@home is no directive.

```
@play is none in code
```

## Two

@watch balancing --agent collapse:4 --hint --hide-agent --speed 2 --pause-on any

@predict choice: What now? | more | less

@discuss

- Why?
- Who *says* so?

After that.
"""


def lesson(tmp_path: Path, text: str) -> Lesson:
    """Read a lesson from this text."""
    path = tmp_path / "lesson.md"
    path.write_text(text, encoding="utf-8")
    return read_lesson(path)


def test_a_lesson_is_read_with_all_its_parts(tmp_path: Path) -> None:
    read = lesson(tmp_path, GOOD)
    one, two = read.pages
    assert (read.title, read.minutes, one.title, two.title) == ("A title", 5, "One", "Two")
    wide = WhatIf("a wide band", bioblue_envs.parse_settings("homeostasis", ["hysteresis=20"]))
    narrow = bioblue_envs.parse_settings("homeostasis", ["hysteresis=5"])
    assert one.blocks[:4] == (
        Text("Some *text*."),
        Activity("human", "homeostasis", narrow, seed=7, steps=3, what_ifs=(wide,)),
        Prediction("step", "When does it flip?"),
        Reveal(),
    )
    assert one.blocks[4] == Text("@home is no directive.\n\n```\n@play is none in code\n```")
    watched = two.blocks[0]
    assert isinstance(watched, Activity)
    assert (watched.agent, watched.speed, watched.hide_agent) == ("collapse:4", 2, True)
    assert watched.parameters == {"hint": True}
    assert "single_objective_collapse" in watched.pause_on
    assert two.blocks[1] == Prediction("choice", "What now?", ("more", "less"))
    assert two.blocks[2] == Discussion(("Why?", "Who *says* so?"))


@pytest.mark.parametrize(
    ("line", "wrong", "said"),
    [
        (9, "@plya homeostasis", "no directive @plya; did you mean @play?"),
        (9, "@play homeostasys", "did you mean homeostasis?"),
        (9, "@play homeostasis --steps 0", "--steps"),
        (9, "@play homeostasis --set hysterisis=5", "hysterisis"),
        (9, "@play homeostasis --agent x", "No such option"),
        (9, "@watch homeostasis", "Missing option '--agent'"),
        (9, "@watch homeostasis --agent balanced", "balanced is made for balancing"),
        (9, "@watch homeostasis --agent accelerator --pause-on melting", "no failure mode 'melting'"),
        (9, '@play "homeostasis', "quotes"),
        (9, "@replay ../elsewhere.jsonl", "beside the lesson"),
        (9, "@replay missing.jsonl", "cannot be read"),
        (9, '@what-if "more" --set hysteresis=3', "needs an @play or @watch above it"),
        (11, '@what-if "more"', "say what changes"),
        (11, '@what-if "more" --set hysteresis=-3', "hysteresis"),
        (13, "@predict when: does it flip?", "write step:, number: or choice:"),
        (13, "@predict choice: What? | one", "two answers or more"),
        (13, "@predict step:", "the question is missing"),
        (15, "@reveal now", "stands alone"),
        (15, " @reveal", "'@reveal' is no directive as it stands"),
        (9, "@ play homeostasis", "write @@play if it is text"),
        (13, "@predict: step: When?", "begin the line with @predict and put a blank behind it"),
        (3, "@lesson --minutes soon", "--minutes"),
        (3, "@play homeostasis", "before the first page"),
    ],
)
def test_a_mistake_is_named_with_its_line(tmp_path: Path, line: int, wrong: str, said: str) -> None:
    lines = GOOD.splitlines()
    lines[line - 1] = wrong
    with pytest.raises(LessonError) as caught:
        lesson(tmp_path, "\n".join(lines))
    assert f"lesson.md, line {line}: " in str(caught.value)
    assert said in str(caught.value)


def test_a_question_for_a_step_that_no_trial_answers_is_a_mistake_of_its_line(tmp_path: Path) -> None:
    pages = "# T\n\n## P\n\n@play homeostasis\n\n## Q\n\n@predict step: When?\n\n@predict number: How much?\n"
    (tmp_path / "lesson.md").write_text(pages, encoding="utf-8")
    with pytest.raises(LessonError) as caught:
        read_lesson(tmp_path / "lesson.md")
    assert str(caught.value).count("\n") == 0
    assert "lesson.md, line 9: @predict: no trial on this page answers it" in str(caught.value)


def test_all_mistakes_are_named_in_the_order_of_their_lines(tmp_path: Path) -> None:
    lines = GOOD.splitlines()
    lines[8], lines[12] = "@play homeostasys", "@predict when: does it flip?"
    lines[16] = "{= level balancing --plays 5,5 }"
    lines[33] = "{= totle balancing --plays 5,5 }"
    (tmp_path / "lesson.md").write_text("\n".join(lines), encoding="utf-8")
    with pytest.raises(LessonError) as caught:
        read_lesson(tmp_path / "lesson.md", reckon=True)
    found = [line.partition("line ")[2] for line in str(caught.value).split("\n")]
    # No word of the @what-if below the @play: whether it can be followed is not known.
    assert [line.partition(":")[0] for line in found] == ["9", "13", "17", "34"]


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("", 1, "begins with '# '"),
        ("# Title\n", 1, "at least one page"),
        ("# Title\n\n## Empty\n\n\n\n## Full\n\ntext\n", 3, "the page 'Empty' is empty"),
        ("# Title\n\n## Full\n\ntext\n\n## Empty\n\n\n", 7, "the page 'Empty' is empty"),
        ("# Title\n\n##\n\n@discuss\n\n- Why?\n", 3, "a page has a heading"),
        ("# Title\n\n## \n\n@reveal\n\ntext\n", 3, "a page has a heading"),
        ("# Title\n@lesson --minutes 5\n\ntext\n\n## Page\n\nmore\n", 4, "text before the first page"),
        ("# Title\n\n## Page\n\n@discuss\n\nno list\n\n\n", 5, "@discuss: it has no questions"),
        ("# Title\n\n## Page\n\n@discuss\n\n@reveal\n\ntext\n", 5, "@discuss: it has no questions"),
        ("# Title\n\n## Page\n\n@discuss\n\n@plya x\n\n@discuss\n- a\n", 5, "@discuss: it has no questions"),
        ("# Title\n\n## Page\n\n@reveal\n\ntext\n\n@reveal\n", 9, "one reveal at most"),
        ("# Title\n\n## Page\n\ntext\n\n@reveal\n\n\n## Next\n\ntext\n", 7, "nothing below it"),
        ("# Title\n\n## Page\n\ntext\n\n```\n\n## Next\n\ntext\n", 7, "the code that begins here has no end"),
        ("# Title\n\n## Page\n\n````\n```\n\n## Next\n\ntext\n", 5, "write ```` on a line below it"),
    ],
)
def test_a_lesson_without_what_it_needs_says_so_with_the_line_it_is_about(
    tmp_path: Path, text: str, line: int, said: str
) -> None:
    with pytest.raises(LessonError) as caught:
        lesson(tmp_path, text)
    (found,) = [mistake for mistake in str(caught.value).split("\n") if "@plya" not in mistake]
    assert f"lesson.md, line {line}: " in found
    assert said in found


def test_code_ends_where_markdown_ends_it(tmp_path: Path) -> None:
    read = lesson(tmp_path, "# T\n\n## One\n\n````\n```\n## No\n````\n\n## Two\n\n```a```\n\n## Three\n\nx\n")
    assert [page.title for page in read.pages] == ["One", "Two", "Three"]


def test_what_is_no_text_and_what_is_not_there_are_named(tmp_path: Path) -> None:
    (tmp_path / "odd.md").write_bytes(b"# \xff\xfe")
    with pytest.raises(LessonError, match="not UTF-8"):
        read_lesson(tmp_path / "odd.md")
    with pytest.raises(LessonError, match="cannot be read"):
        read_lesson(tmp_path / "none.md")


def test_a_record_beside_the_lesson_can_be_replayed(tmp_path: Path) -> None:
    session = fixed_session(tmp_path / "data")
    session.trial.pause()
    (tmp_path / "records").mkdir()
    record = tmp_path / "records" / "one.jsonl"
    record.write_bytes(session.path.read_bytes())
    read = lesson(tmp_path, "# Title\n\n## Page\n\n@replay records/one.jsonl --hide-agent\n")
    block = read.pages[0].blocks[0]
    assert isinstance(block, Activity)
    assert block.record == record.resolve()
    assert block.hide_agent
