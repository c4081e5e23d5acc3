"""A study's file is checked whole: errors name the file, the line and the field."""

import re
from pathlib import Path

import pytest

from bioblue_tui.studies import loading, parts
from bioblue_tui.studies.example import EXAMPLE
from bioblue_tui.studies.loading import StudyError, load_study
from bioblue_tui.studies.parts import Copies
from tests.studies.small import toml


def written(root: Path, text: str) -> Path:
    path = root / "study.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_example_can_be_played_as_it_stands(tmp_path: Path) -> None:
    study = load_study(written(tmp_path, EXAMPLE))
    assert [len(block.trials) for block in study.blocks] == [4, 4]
    assert {trial.spec.prompt_only for trial in study.blocks[0].trials} == {True}
    assert study.practice[0].practice
    assert study.trial("text.3") is study.blocks[0].trials[2]


@pytest.mark.parametrize(
    ("old", "new", "field", "told"),
    [
        ("steps = 20 ", "steps = 0 ", "steps", "above 0"),
        ('order = "balanced"', 'order = "latin"', "order", '"balanced"'),
        ("answer = 2 ", "answer = true ", "questions 2.answer", "whole number"),
        ('answer = "I am told why and try again"', 'answer = "No idea"', "questions 1.answer", "one of the options"),
        ('conditions = ["gauges"]', 'conditions = ["gauge"]', "blocks 2.conditions", "prompt, gauges"),
        ('kind = "scale"', 'kind = "slider"', "questionnaire 2.kind", '"scale"'),
        ("high = 7", "high = 70", "questionnaire 2.high", "2 to 10"),
        ('"multi-homeostasis"]', '"multi-homeo"]', "blocks 1.environments", "multi-homeostasis"),
        ("objectives = 2}", "objectives = 9}", "blocks 2.environments", "2 to 6"),
        ('presentation = "gauges"', 'presentation = "gauges"\nhint = true', "conditions 2", "homeostasis has no"),
        ('presentation = "gauges"', 'presentation = "gauges"\nhidden_reward = 1', "hidden_reward", "hidden_rewards?"),
        ("least = 10\n\n#", "leats = 10\n\n#", "breaks.leats", "did you mean least?"),
        ("seed = 101", "seed = -1", "practice 1.seed", "whole number"),
        ("tries = 2", "tries = 0", "comprehension.tries", "1 to 100"),
    ],
)
def test_an_error_names_line_and_field(tmp_path: Path, old: str, new: str, field: str, told: str) -> None:
    assert old in EXAMPLE
    text = EXAMPLE.replace(old, new, 1)
    path = written(tmp_path, text)
    with pytest.raises(StudyError) as caught:
        load_study(path)
    message = str(caught.value)
    assert str(path) in message
    assert field in message
    assert told in message
    wanted = text[: text.index(new)].count("\n") + 1
    found = int(message.partition(", line ")[2].partition(":")[0])
    # Where a value cannot be told from others, the head of its table is named.
    assert 0 <= wanted + new.count("\n") - found <= 3


WORLDS = """\
name = "lines"
[[conditions]]
name = "first"
[[conditions]]
name = "second"
hidden_rewards = true
[[blocks]]
name = "only"
seeds = [1]
environments = [
  "homeostasis",
  {id = "balancing", objectives = 3},
]
"""


@pytest.mark.parametrize(
    ("new", "told"),
    [
        ("hidden_rewards = 3", "line 6: conditions 2.hidden_rewards: hidden_rewards=3: true or false expected"),
        ("objectives = 33", "line 12: blocks 1.environments 2.objectives: "),
        ('name = "first"\n', "line 5: conditions 2.name: there are two conditions named first"),
    ],
)
def test_a_value_is_named_with_its_own_line(tmp_path: Path, new: str, told: str) -> None:
    old = {"hid": "hidden_rewards = true", "obj": "objectives = 3", "nam": 'name = "second"\n'}[new[:3]]
    load_study(written(tmp_path, WORLDS))
    with pytest.raises(StudyError, match=told):
        load_study(written(tmp_path, WORLDS.replace(old, new)))


def test_a_long_text_does_not_confuse_lines(tmp_path: Path) -> None:
    text = 'incentives = """\n[blocks]\nsteps = 3 {{{\n"""\n' + toml(steps=0)
    with pytest.raises(StudyError, match="line 7: steps"):
        load_study(written(tmp_path, text))


def test_pages_come_from_files_beside_the_study(tmp_path: Path) -> None:
    text = toml(more='[[pages]]\nfile = "welcome.md"\n')
    path = written(tmp_path, text)
    with pytest.raises(StudyError, match=r"line \d+.*welcome\.md"):
        load_study(path)
    (tmp_path / "welcome.md").write_bytes(b"\xff\xfe")
    with pytest.raises(StudyError, match="not UTF-8"):
        load_study(path)
    (tmp_path / "welcome.md").write_text("Hello.")
    before = load_study(path)
    assert before.pages[0].text == "Hello."
    (tmp_path / "welcome.md").write_text("Hello!")
    assert load_study(path).digest != before.digest


@pytest.mark.parametrize(
    "text", ["", "name = 3", "[[[", 'name = "x"', 'name = "x"\nblocks = 3', 'name="x"\nblocks=[1]']
)
def test_nonsense_is_an_error(tmp_path: Path, text: str) -> None:
    with pytest.raises(StudyError, match=r"study\.toml"):
        load_study(written(tmp_path, text))


def test_a_design_that_needs_too_many_participants_is_refused(tmp_path: Path) -> None:
    blocks = [(f"b{count}", f"1-{count}", "balanced") for count in (7, 11, 13, 17)]
    with pytest.raises(StudyError, match="too many participants"):
        load_study(written(tmp_path, toml(blocks, order="balanced")))


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('text = "In the next simulations you also see', '# "', "title: belongs to a page"),
        ("between_blocks = true\n", "", "breaks: there is no break"),
        ('conditions = ["gauges"]', 'conditions = ["prompt"]', "conditions 2: does nothing: no block and no practice"),
        ('order = "random"', 'order = "fixed"', "line 18: seed: does nothing: nothing is in random order"),
        ("between_blocks = true", "between_blocks = true\nevery = 8", "breaks.every: does nothing: there are 8 trials"),
        ("tries = 2", "tries = 1", "comprehension.reread: does nothing: there is one try"),
        ("# minutes = 10\n# hurry = 60", "minutes = 1\nhurry = 60", "blocks 1.hurry: does nothing: minutes ends"),
    ],
)
def test_a_key_that_would_do_nothing_is_refused_but_not_in_what_was_begun(
    tmp_path: Path, old: str, new: str, told: str
) -> None:
    text = EXAMPLE.replace(old, new)
    assert text != EXAMPLE
    with pytest.raises(StudyError, match=told):
        load_study(written(tmp_path, text))
    load_study(tmp_path / "kept.toml", text.encode(), Copies({}, {}))


def test_a_score_card_without_a_score_is_refused(tmp_path: Path) -> None:
    hidden = '[[conditions]]\nname = "h"\nhidden_rewards = true\n'
    with pytest.raises(StudyError, match="feedback: does nothing: every condition hides its rewards"):
        load_study(written(tmp_path, toml(more="feedback = true", conditions=hidden)))


@pytest.mark.parametrize(
    "keys", [loading._TOP, loading._BLOCK, loading._PRACTICE, parts.PAGE, parts.QUESTION, parts.COMPREHENSION]
)
def test_the_example_explains_every_key(keys: tuple[str, ...]) -> None:
    assert not [key for key in keys if not re.search(rf"\b{key}\b", EXAMPLE)]
