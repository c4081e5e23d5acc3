"""Options of models: what they mean, and clear words for nonsense."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from bioblue_tui.commands.common.model_options import ModelChoice, read_model
from bioblue_tui.commands.common.options import UsageError
from bioblue_tui.runs.settings_text import ToldError, read_settings
from bioblue_tui.runs.trial_spec import TrialSpec

NOTHING: dict[str, Any] = {"interventions": (), "system_prompt": None, "max_cost": None}


def read(agent: str = "openai:fake", **given: Any) -> ModelChoice:
    return read_model(TrialSpec("homeostasis", agent), base_url=None, **{**NOTHING, **given})


def test_nothing_given_means_the_papers_parameters() -> None:
    settings = read().spec.settings
    assert (settings.temperature, settings.top_p, settings.max_tokens, settings.history) == (1, 1, 100, "full")
    assert settings.explicit == frozenset()


def test_what_is_given_counts_and_is_known_to_be_given() -> None:
    given = {"temperature": "1", "top_p": "none", "max_tokens": "500", "history": "window:20", "extra": '{"seed": 3}'}
    settings = read(**given, effort="low", thinking="2000").spec.settings
    assert (settings.temperature, settings.top_p, settings.max_tokens) == (1, None, 500)
    assert (settings.effort, settings.thinking, settings.history) == ("low", 2000, "window:20")
    assert settings.extra == {"seed": 3}
    assert settings.explicit == {*given, "effort", "thinking"}


def test_an_effort_is_a_word_and_an_empty_one_leaves_it_out() -> None:
    assert read(effort="none").spec.settings.effort == "none"
    left_out = read(effort="").spec.settings
    assert left_out.effort is None
    assert left_out.explicit == {"effort"}


@pytest.mark.parametrize("wanted", [True, False])
def test_a_grammar_is_wanted_or_not(wanted: bool) -> None:
    assert read(grammar=wanted).spec.settings.grammar is wanted
    assert read(grammar=None).spec.settings.grammar is None


def test_settings_as_lines() -> None:
    found = read_settings('temperature = 0.5\n\n--max-tokens=none\neffort=\ngrammar=on\nextra={"a": "b=c"}\n')
    assert found == {"temperature": 0.5, "max_tokens": None, "effort": None, "grammar": True, "extra": {"a": "b=c"}}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("\nhot", "line 2: write name=value"),
        ("temprature=1", "line 1: temprature is not known; did you mean temperature?"),
        ("colour=red", "there are temperature, top-p"),
        ("top-p=1\ntop_p=1", "line 2: top_p is there twice"),
        ("grammar=maybe", "line 1: grammar maybe: on or off"),
        ("temperature=warm", "line 1: temperature warm: a number"),
        ("history=\x1b[2J", "line 1: history "),
    ],
)
def test_lines_that_make_no_sense_are_named(text: str, said: str) -> None:
    with pytest.raises(ToldError) as error:
        read_settings(text)
    assert said in str(error.value)
    assert str(error.value).isprintable()


def test_instruction_schedule_and_limit(tmp_path: Path) -> None:
    file = tmp_path / "prompt.txt"
    file.write_text("\ufeffKeep calm.\n", encoding="utf-8")
    choice = read(system_prompt=file, interventions=("30: rewards off", "5:disturb -20"), max_cost="$2.50")
    assert choice.spec.instruction == "Keep calm."
    assert choice.spec.schedule == ((30, "rewards", False), (5, "disturb", [-20]))
    assert choice.max_cost == Decimal("2.50")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"temperature": "hot"}, "--temperature hot: a number"),
        ({"top_p": "-1"}, "--top-p -1: a number"),
        ({"max_tokens": "0"}, "--max-tokens 0: a whole number above 0"),
        ({"thinking": "1.5"}, "--thinking 1.5: a whole number"),
        ({"history": "window"}, "window"),
        ({"extra": "{"}, "--extra: not valid JSON"),
        ({"extra": "[1]"}, "--extra: a JSON object"),
        ({"extra": '{"x": [1e999]}'}, "--extra: the object: a value in it"),
        ({"interventions": ("x",)}, "--intervene x: write a step"),
        ({"interventions": ("0:rewards off",)}, "write a step"),
        ({"interventions": ("3:dance",)}, "is not an intervention"),
        ({"interventions": ("101:rewards off",)}, "there is no step 101; steps 1 to 100 are to be played"),
        ({"interventions": ("7:rewards off",), "after": 7}, "there is no step 7; steps 8 to 100"),
        ({"effort": "two words\n"}, "--effort two words"),
        ({"max_cost": "free"}, "--max-cost free: US dollars"),
        ({"max_cost": "NaN"}, "US dollars"),
        ({"system_prompt": Path("/no/such/file")}, "cannot be read"),
    ],
)
def test_nonsense_is_told(given: dict[str, Any], said: str) -> None:
    with pytest.raises((UsageError, ToldError)) as complaint:
        read(**given)
    assert said in str(complaint.value)


def test_options_of_models_are_no_options_of_scripts() -> None:
    with pytest.raises(UsageError, match="--temperature goes with --model"):
        read("thermostat", temperature="0")
    assert read("thermostat", interventions=("3:disturb 5",)).spec.schedule == ((3, "disturb", [5]),)
