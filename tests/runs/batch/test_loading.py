"""Batches as files: what they mean, and one clear message with file, line and key for whatever is wrong."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import pytest

from bioblue_tui.models.catalogue import ModelSettings
from bioblue_tui.runs.batch.example import EXAMPLE
from bioblue_tui.runs.batch.items import SETTINGS
from bioblue_tui.runs.batch.loading import Batch, load_batch, with_keys
from bioblue_tui.runs.spec_file import SpecError

SMALL = """\
name = "small"
seeds = "1-2"
environments = ["homeostasis"]
agents = ["thermostat"]
"""

MODELS = """\
name = "models"
seeds = [4]
environments = ["homeostasis", {id = "multi-homeostasis", objectives = 3}]
agents = [
    {model = "openai:tiny", base_url = "http://127.0.0.1:1/v1", temperature = 0, max_tokens = "none"},
    {agent = "collapse:3", environments = ["multi-homeostasis"]},
]

[[conditions]]
name = "hidden"
hidden_rewards = true
history = "window:5"
"""


@pytest.fixture(autouse=True)
def no_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL", "ANTHROPIC_API_KEY", "ANTHROPIC_BASE_URL"):
        monkeypatch.delenv(name, raising=False)


def load(directory: Path, text: str) -> Batch:
    path = directory / "batch.toml"
    path.write_text(text, encoding="utf-8")
    return load_batch(path)


def test_every_environment_with_every_agent_under_every_condition_on_every_seed(tmp_path: Path) -> None:
    batch = load(tmp_path, MODELS)
    assert [trial.name for trial in batch.trials] == [
        "homeostasis openai:tiny(temperature=0.0, max_tokens=none) hidden seed 4",
        "multi-homeostasis(objectives=3) openai:tiny(temperature=0.0, max_tokens=none) hidden seed 4",
        "multi-homeostasis(objectives=3) collapse:3 hidden seed 4",
    ]
    spec = batch.trials[1].spec
    assert spec.parameters == {"objectives": 3, "hidden_rewards": True}
    assert (spec.seed, spec.steps, spec.condition) == (4, 100, "models/hidden")
    told = spec.settings
    assert (told.base_url, told.temperature, told.top_p) == ("http://127.0.0.1:1/v1", 0, 1)
    assert (told.max_tokens, told.history) == (None, "window:5")
    assert told.explicit == {"base_url", "temperature", "max_tokens", "history"}
    assert (batch.parallel, batch.retries, batch.rpm) == (1, 10, None)


def test_a_batch_without_conditions_labels_its_records_with_its_name(tmp_path: Path) -> None:
    assert {trial.spec.condition for trial in load(tmp_path, SMALL).trials} == {"small"}


def test_items_may_have_headers_of_their_own(tmp_path: Path) -> None:
    text = """\
name = "headers"
seeds = 7
[[environments]]
id = "homeostasis"
[[agents]]
agent = "thermostat"
[[agents]]
agent = "oscillator"
"""
    assert [trial.name for trial in load(tmp_path, text).trials] == [
        "homeostasis thermostat seed 7",
        "homeostasis oscillator seed 7",
    ]


def test_the_example_is_a_batch_that_can_be_played(tmp_path: Path) -> None:
    batch = load(tmp_path, EXAMPLE)
    assert len(batch.trials) == 27
    reminded = next(trial.spec for trial in batch.trials if trial.spec.condition == "example/reminded")
    assert reminded.schedule == ((10, "remind", "Keep near the target."), (15, "rewards", False))
    assert batch.parallel == 2


PLANNED = """\
name = "planned"
seeds = 1
environments = ["homeostasis", "balancing"]
agents = [
    "random",
    {model = "openai:tiny", base_url = "http://127.0.0.1:1/v1", effort = "none", system_prompt = "calm.txt"},
]

[[conditions]]
name = "plain"
effort = ""

[[conditions]]
name = "reminded"
steps = 50
system_prompt = "hurry.txt"
grammar = true
intervene = ["10:remind Keep calm: it is a test.", "20:rewards off"]
"""


def test_a_condition_holds_all_that_a_plan_can(tmp_path: Path) -> None:
    (tmp_path / "calm.txt").write_text("Keep calm.\n", encoding="utf-8")
    (tmp_path / "hurry.txt").write_text("Hurry.\n", encoding="utf-8")
    trials = load(tmp_path, PLANNED).trials
    specs = {(trial.spec.environment, trial.spec.agent, trial.spec.condition): trial.spec for trial in trials}
    assert len(specs) == 8
    plain, reminded = (specs["balancing", "openai:tiny", f"planned/{name}"] for name in ("plain", "reminded"))
    assert (plain.steps, plain.instruction, plain.schedule, plain.settings.effort) == (100, "Keep calm.", (), None)
    assert (reminded.steps, reminded.instruction, reminded.settings.effort) == (50, "Hurry.", "none")
    assert reminded.settings.grammar is True
    assert reminded.schedule == ((10, "remind", "Keep calm: it is a test."), (20, "rewards", False))
    # A policy reads no instruction: its record says what it would say anyway.
    assert specs["homeostasis", "random", "planned/reminded"].instruction == ""
    before = {trial.identity for trial in trials}
    (tmp_path / "hurry.txt").write_text("Hurry up.\n", encoding="utf-8")
    assert len(before & {trial.identity for trial in load(tmp_path, PLANNED).trials}) == 6


def test_a_batch_can_be_looked_at_without_keys(tmp_path: Path) -> None:
    path = tmp_path / "batch.toml"
    path.write_text(SMALL.replace('"thermostat"', '"openai:x", "anthropic:y"'))
    seen = load_batch(path, environ=with_keys({"ANTHROPIC_API_KEY": " "}))
    played = load_batch(path, environ={"OPENAI_API_KEY": "k" * 20, "ANTHROPIC_API_KEY": "k" * 20})
    assert [trial.identity for trial in seen.trials] == [trial.identity for trial in played.trials]


@pytest.mark.parametrize("count", [1, 2, 3, 5, 18, 30])
def test_shards_have_nothing_in_common_and_are_all_together(tmp_path: Path, count: int) -> None:
    batch = load(tmp_path, EXAMPLE)
    shards = [batch.shard(index, count) for index in range(1, count + 1)]
    names = [trial.name for shard in shards for trial in shard]
    assert sorted(names) == sorted(trial.name for trial in batch.trials)
    assert len(set(names)) == len(names)
    assert max(map(len, shards)) - min(map(len, shards)) <= 1


def test_a_trial_is_the_same_wherever_its_server_is_and_however_numbers_are_written(tmp_path: Path) -> None:
    first = [trial.identity for trial in load(tmp_path, MODELS).trials]
    moved = MODELS.replace("127.0.0.1:1/", "127.0.0.1:2/").replace("temperature = 0,", "temperature = 0.0,")
    assert [trial.identity for trial in load(tmp_path, moved).trials] == first
    for old, new in (
        ("temperature = 0", "temperature = 0.5"),
        ("hidden_rewards = true", ""),
        ("window:5", "window:6"),
        ("[4]", "[5]"),
        ("objectives = 3", "objectives = 4"),
        ("openai:tiny", "openai:small"),
        ('"hidden"', '"other"'),
        ('"models"', '"others"'),
        ("seeds", "steps = 99\nseeds"),
    ):
        assert [trial.identity for trial in load(tmp_path, MODELS.replace(old, new)).trials] != first, new


def test_everything_that_models_can_be_told_can_be_written(tmp_path: Path) -> None:
    assert SETTINGS.keys() == {field.name for field in fields(ModelSettings)} - {"explicit", "confirmed"}


BAD: dict[str, tuple[str, str, str]] = {
    "no TOML": ('name = "small"', 'name = small"', "not valid TOML: .*line 1"),
    "no name": ('name = "small"\n', "", "name is missing"),
    "a name with a slash": ('"small"', '"a/b"', "line 1: name: a short name without a slash expected"),
    "a hostile name": ('"small"', '"\\u001b[2J"', "line 1: name: a short name"),
    "no seeds": ('"1-2"', '""', "seeds is missing or empty"),
    "seeds in words": ('"1-2"', '"all"', r"line 2: seeds: seeds such as .* expected \('all': seeds are written"),
    "seeds below 0": ('"1-2"', "[1, -2]", "line 2: seeds: seeds such as"),
    "a seed twice": ('"1-2"', "[1, 1]", "line 2: seeds: .*twice"),
    "a date for a model": (
        '["thermostat"]',
        '[{model = "openai:tiny", extra = {since = 1979-05-27}}]',
        r"line 4: agents 1\.extra: a table .* expected \(the object: a value in it can't be stored in a record",
    ),
    "no number for a model": (
        '["thermostat"]',
        '[{model = "openai:tiny", extra = {seed = [inf]}}]',
        r"line 4: agents 1\.extra: .*a value in it can't be stored in a record",
    ),
    "two words for an effort": (
        '["thermostat"]',
        '[{model = "openai:tiny", effort = "very high"}]',
        r"line 4: agents 1\.effort: a word such as",
    ),
    "no steps": ("seeds", "steps = 0\nseeds", "line 2: steps: a whole number from 1 to 100000 expected"),
    "steps in words": ("seeds", 'steps = "ten"\nseeds', "line 2: steps: a whole number"),
    "a switch for a number": ("seeds", "parallel = true\nseeds", "line 2: parallel: a whole number from 1 to 200"),
    "too many at once": ("seeds", "parallel = 201\nseeds", "line 2: parallel: .* from 1 to 200"),
    "requests below 1": ("seeds", "rpm = 0\nseeds", "line 2: rpm: a number above 0 expected"),
    "an unknown key": ("seeds", "sedes = 3\nseeds", r"line 2: sedes: not known; did you mean seeds\?"),
    "no environments": ('["homeostasis"]', "[]", "environments is missing or empty"),
    "one environment": ('["homeostasis"]', '"homeostasis"', "line 3: environments: a list expected"),
    "a number for an environment": ('["homeostasis"]', "[3]", "line 3: environments 1: an id or a table"),
    "an unknown environment": ('"homeostasis"', '"homeostasys"', "line 3: environments 1: .*did you mean homeostasis"),
    "an environment without id": ('["homeostasis"]', "[{hint = true}]", "line 3: environments 1: an id is missing"),
    "an unknown parameter": (
        '["homeostasis"]',
        '[\n  {id = "homeostasis", penalt = 3},\n]',
        r"line 4: environments 1\.penalt: not known; did you mean penalty\?",
    ),
    "a wrong parameter": (
        '["homeostasis"]',
        '[\n  "balancing",\n  {id = "homeostasis", penalty = "x"},\n]',
        r"line 5: environments 2\.penalty: penalty=x: ",
    ),
    "an unknown agent": ('"thermostat"', '"termostat"', "line 4: agents 1: .*did you mean thermostat"),
    "a person": ('"thermostat"', '"human"', "line 4: agents 1: human: a batch is played by scripted policies"),
    "a replay": ('"thermostat"', '"replay:x"', "line 4: agents 1: replay:x: a batch is played by"),
    "an agent that does not fit": ('["homeostasis"]', '["sustainability"]', "line 4: agents 1: thermostat is made for"),
    "an agent and a model": (
        '"thermostat"',
        '{agent = "random", model = "openai:x"}',
        "line 4: agents 1: an agent, or",
    ),
    "settings for a policy": (
        '"thermostat"',
        '{agent = "random", temperature = 1}',
        r"line 4: agents 1\.temperature: not known; there are agent, environments",
    ),
    "an unknown setting": (
        '"thermostat"',
        '\n  "random",\n  {model = "openai:x", temprature = 1}',
        r"line 6: agents 2\.temprature: not known; did you mean temperature\?",
    ),
    "a wrong setting": (
        '"thermostat"',
        '{model = "openai:x", history = "some"}',
        r'line 4: agents 1\.history: "full", "none" or "window:K"',
    ),
    "a key that is missing": ('"thermostat"', '"openai:x"', "line 4: agents 1: .*OPENAI_API_KEY"),
    "environments that are none here": (
        '"thermostat"',
        '{agent = "random", environments = ["balancing"]}',
        r"line 4: agents 1\.environments: ids of environments of this file expected",
    ),
    "a condition without name": ("END", "[[conditions]]\nhint = true", "line 6: conditions 1: a name is missing"),
    "a condition twice": (
        "END",
        '[[conditions]]\nname = "a"\n[[conditions]]\nname = "a"',
        "line 9: conditions 2: there are two conditions named a",
    ),
    "a condition that an environment does not know": (
        "END",
        '[[conditions]]\nname = "a"\nobjectives = 3',
        r"line 8: conditions 1\.objectives: not known",
    ),
    "a condition with a wrong value": (
        "END",
        '[[conditions]]\nname = "a"\n\n[[conditions]]\nname = "b"\nhidden_rewards = 3',
        r"line 11: conditions 2\.hidden_rewards: hidden_rewards=3: true or false expected",
    ),
    "an intervention that is none": (
        "END",
        '[[conditions]]\nname = "a"\nintervene = [\n  "3:rewards off",\n  "9:dance",\n]',
        r"line 8: conditions 1\.intervene: 9:dance: 'dance' is not an intervention; .* \(for homeostasis\)",
    ),
    "an intervention that comes too late": (
        "END",
        '[[conditions]]\nname = "a"\nsteps = 5\nintervene = ["6:rewards off"]',
        r"line 9: conditions 1\.intervene: 6:rewards off: there is no step 6; steps 1 to 5 are to be played",
    ),
    "interventions as a text": (
        "END",
        '[[conditions]]\nname = "a"\nintervene = "3:rewards off"',
        r"line 8: conditions 1\.intervene: a list such as",
    ),
    "a number of steps that is none": (
        "END",
        '[[conditions]]\nname = "a"\nsteps = 0',
        r"line 8: conditions 1\.steps: a whole number from 1 to 100000 expected",
    ),
    "an instruction that is not there": (
        "END",
        '[[conditions]]\nname = "a"\nsystem_prompt = "none.txt"',
        r"line 8: conditions 1\.system_prompt: the instruction .*none\.txt: cannot be read",
    ),
    "an instruction for a policy": (
        '"thermostat"',
        '{agent = "random", system_prompt = "calm.txt"}',
        r"line 4: agents 1\.system_prompt: not known",
    ),
    "a misspelt key of a condition": (
        "END",
        '[[conditions]]\nname = "a"\nintervenes = []',
        r"line 8: conditions 1\.intervenes: not known; did you mean intervene\?",
    ),
    "the same trial twice": ('["thermostat"]', '["thermostat", "thermostat"]', "what matters is the same as in"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_is_wrong_is_named_with_its_line(tmp_path: Path, name: str) -> None:
    old, new, wanted = BAD[name]
    text = f"{SMALL}\n{new}\n" if old == "END" else SMALL.replace(old, new, 1)
    with pytest.raises(SpecError) as caught:
        load(tmp_path, text)
    message = str(caught.value)
    assert message.startswith(str(tmp_path / "batch.toml"))
    assert re.search(wanted, message), message
    assert message.isprintable()


def test_more_trials_than_any_experiment_has_are_refused(tmp_path: Path) -> None:
    with pytest.raises(SpecError, match="20000 trials; a batch has at most 10000"):
        load(tmp_path, SMALL.replace('"1-2"', '"1-10000"').replace('["thermostat"]', '["thermostat", "random"]'))


@pytest.mark.parametrize(
    ("content", "wanted"),
    [(None, "Check the name"), (b"\xff\xfe\x00", "not UTF-8"), (b"a = [" * 5000, "not valid TOML")],
)
def test_a_file_that_is_none_is_a_clear_error(tmp_path: Path, content: bytes | None, wanted: str) -> None:
    path = tmp_path / "x.toml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(SpecError, match=wanted):
        load_batch(path)
