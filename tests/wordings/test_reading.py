"""A wording's file: what it must hold, and messages that name file, line and what to do."""

from __future__ import annotations

import re
from pathlib import Path

import bioblue_envs
import pytest

from bioblue_tui.runs.settings_text import ToldError, load_wording, read_wording
from bioblue_tui.wordings.collection import DEFAULT, default, names
from bioblue_tui.wordings.example import example
from bioblue_tui.wordings.facts import SWITCHES, VALUES
from bioblue_tui.wordings.words import WordingError

OWN = example("mine", "plain")


def written(tmp_path: Path, text: str = OWN) -> Path:
    path = tmp_path / "mine.toml"
    path.write_text(text, encoding="utf-8")
    return path


def line_of(text: str, part: str) -> int:
    return text[: text.index(part)].count("\n") + 1


def test_the_example_is_a_wording_that_explains_all_that_can_be_named(tmp_path: Path) -> None:
    wording = load_wording(written(tmp_path))
    assert (wording.title, wording.digest) == ("mine 1", default().digest)
    explained = "".join(line for line in OWN.splitlines(keepends=True) if line.startswith("#"))
    known = {
        *VALUES,
        *(f"if {name}" for name in SWITCHES),
        *(name for id_ in bioblue_envs.ids() for name in bioblue_envs.make(id_).names),
    }
    assert [name for name in known if f"#   {name}: " not in explained] == []


@pytest.mark.parametrize("id_", bioblue_envs.ids())
def test_every_fact_of_an_environment_is_explained(id_: str) -> None:
    environment = bioblue_envs.make(id_)
    facts = environment.facts(environment.initial())
    assert {*facts.values, *facts.each[0], *facts.switches} == {*environment.names}


@pytest.mark.parametrize(
    ("old", "new", "at", "what"),
    [
        ("Target: {target}", "Target: {targt}", "Target: {targt}", r"homeostasis\.observation: 'targt'.* mean target"),
        ("Summary: {stock}", "Summary: {stok}", 'summary = "Summary: {stok', r"sustainability\.summary: .*mean stock"),
        ("{if hint}", "{if hnt}", "{if hnt}", r"balancing\.instruction: .*did you mean hint"),
        ('imbalance = "Imbalance"', "imbalance = 3", "imbalance = 3", r"balancing\.labels\.imbalance: a text expected"),
        ('imbalance = "Imbalance"', "", "[balancing.labels]", r"balancing\.labels\.imbalance: missing"),
        ('imbalance = "Imbalance"', 'imbalnce = "x"', "imbalnce", r"there are harvesting, imbalance"),
        ('instability = "Instability"', 'instability = "{x}"', 'instability = "{x}"', r"'x' is not known here"),
        ("[balancing.labels]", "[balancing.lables]", "[balancing]", r"balancing\.labels|lables: not known"),
        ('imbalance = "Imbalance"', 'imbalance = " "', 'imbalance = " "', r"balancing\.labels\.imbalance: it is empty"),
        ('instability = "Instability"', 'instability = "consumption"', 'instability = "consumption"', "another reward"),
        (
            '"Undersatiation {objective}"',
            '"Undersatiation"',
            'undersatiation = "Undersatiation"\noversatiation = "Oversatiation {',
            r"write \{objective\}",
        ),
        ("version = 1", 'version = "1"', 'version = "1"', "a whole number expected"),
        ("version = 1", "version = 0", "version = 0", "from 1 on"),
        ('name = "mine"', 'name = "My words"', 'name = "My words"', "small letters"),
        ('name = "mine"', 'name = "mine"\nnmae = 2', "nmae", "not known; there are name"),
        ("[balancing]", "[balncing]", "[balncing]", "not known"),
        ("Potatoes in the environment: {stock}\n", "Potatoes grow\n", "observation =", "nothing of the state"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(tmp_path: Path, old: str, new: str, at: str, what: str) -> None:
    text = OWN.replace(old, new, 1)
    assert text != OWN
    path = written(tmp_path, text)
    with pytest.raises(WordingError, match=what) as found:
        load_wording(path)
    assert str(found.value).startswith(f"{path}, line {line_of(text, at)}: ")


def test_a_brace_that_is_not_closed_hides_no_line_behind_it(tmp_path: Path) -> None:
    text = OWN.replace('question = "', 'question = "{')
    expected = [n for n, line in enumerate(text.splitlines(), 1) if line.startswith('question = "{')]
    assert len(expected) > 1
    with pytest.raises(WordingError) as found:
        load_wording(written(tmp_path, text))
    assert sorted(map(int, re.findall(r", line (\d+): [^\n]*a single \{", str(found.value)))) == expected


def test_every_mistake_is_told_each_on_a_line_of_its_own(tmp_path: Path) -> None:
    changed = (
        "version = 1",
        "{stock}",
        "{if rewards}",
        "{level}",
        "How many potatoes do you consume",
        'imbalance = "I',
    )
    text, lines = OWN, []
    for old in changed:
        new = {"version = 1": "version = 0", 'imbalance = "I': 'imbalnce = "I'}.get(old, f"{{odd}}{old}")
        at = text.index(old)
        text = text[:at] + new + text[at + len(old) :]
        lines.append(text[:at].count("\n") + 1)
    text = text.replace('reason = "', 'reason = "{odd}').replace("{if hint}", "{if rewards}{if hint}")
    path = written(tmp_path, text)
    with pytest.raises(WordingError) as found:
        load_wording(path)
    told = str(found.value).split("\n")
    assert all(re.match(rf"{re.escape(str(path))}, line \d+: [^\n]+$", line) for line in told)
    numbers = [int(line.partition(", line ")[2].partition(":")[0]) for line in told]
    lines += [line_of(text, 'reason = "'), line_of(text, "{if rewards}{if hint}"), line_of(text, "[balancing.labels]")]
    assert sorted(numbers) == sorted(lines)


def test_of_very_many_mistakes_some_are_told(tmp_path: Path) -> None:
    with pytest.raises(WordingError, match=r"line 61: [^\n]+(\n[^\n]+line \d+: [^\n]+){19}\nMore mistakes follow\.$"):
        load_wording(written(tmp_path, OWN.replace("{stock}", "{odd}\n" * 101, 1)))


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("", "name"),
        ("name = ", "not valid TOML"),
        (f"version = {'9' * 5000}", "not valid TOML"),
        ('name = "x"\nversion = 1', "words for no environment"),
        ('name = "x"\nversion = 1\nbalancing = 3', "a table expected"),
        ('name = "x"\nversion = 1\n[balancing]', "labels: a table expected"),
        ('name = "x"\nversion = 1\n[balancing]\nreason = "x"', "before the first table"),
        ('name = "plain"\nversion = 1\n' + OWN[OWN.index("[sustainability]") :].replace("live", "are"), "built-in"),
    ],
)
def test_what_is_no_wording_says_so(tmp_path: Path, text: str, what: str) -> None:
    with pytest.raises(WordingError, match=what):
        load_wording(written(tmp_path, text))


def test_a_file_that_cannot_be_read_says_so(tmp_path: Path) -> None:
    with pytest.raises(ToldError, match=r"--wording: .*none\.toml: cannot be read"):
        read_wording(str(tmp_path / "none.toml"), "--wording")
    (tmp_path / "odd.toml").write_bytes(b"\xff")
    with pytest.raises(ToldError, match="not UTF-8"):
        read_wording(str(tmp_path / "odd.toml"), "--wording")


@pytest.mark.parametrize(
    ("name", "what"),
    [("plian", "did you mean plain"), ("xxxx", "there are plain"), ("bioblue-tui", "only trials that began with this")],
)
def test_a_name_that_is_none_says_what_there_is(name: str, what: str) -> None:
    with pytest.raises(ToldError, match=what):
        read_wording(name, "--wording")


def test_a_part_of_the_environments_will_do_and_lacking_texts_are_the_defaults(tmp_path: Path) -> None:
    start = OWN.index("[homeostasis]")
    text = 'name = "part"\nversion = 3\n' + OWN[start : OWN.index("[multi-homeostasis]")]
    text = "\n".join(line for line in text.splitlines() if not line.startswith("summary"))
    wording = load_wording(written(tmp_path, text))
    assert list(wording.words) == ["homeostasis"]
    environment = bioblue_envs.make("homeostasis")
    for words in (wording.of("homeostasis"), default().of("homeostasis")):
        assert words.summary(environment, environment.initial()).startswith("Summary: the target is 100")
        assert words.reason.startswith("Think it through")
    with pytest.raises(WordingError, match=r"part has no words for balancing; it needs a table \[balancing\]"):
        wording.of("balancing")


def test_the_default_comes_first() -> None:
    assert names()[0] == DEFAULT == default().name
