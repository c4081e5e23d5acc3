"""A wording made of scripts in the reference's shape, and of logs, sends to the letter what they sent.

The real scripts are no part of the project: where ``BIOBLUE_REFERENCE_CHECKOUT`` names a checkout of them, the
published logs are replicated with it.
"""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import bioblue_envs
import pytest

from bioblue_tui.records.collection import open_record
from bioblue_tui.records.published_read import read_published
from bioblue_tui.records.published_write import write_published
from bioblue_tui.records.schema import Record, make_environment
from bioblue_tui.runs.published_wording import ReplicationError, wording_of
from bioblue_tui.runs.session import open_session, run_unattended
from bioblue_tui.runs.trial_spec import TrialSpec
from bioblue_tui.trials.events import Asked, Header, Stepped
from bioblue_tui.trials.trial import Trial
from bioblue_tui.wordings.collection import parse_own
from bioblue_tui.wordings.facts import example
from bioblue_tui.wordings.wording import Wording
from tests.support.core import SayAgent
from tests.support.records import PUBLISHED, published_files
from tests.support.scripts import BODIES, BODY, FIELD, FILES, STORES, checkout

CHECKOUT = os.environ.get("BIOBLUE_REFERENCE_CHECKOUT", "")


def made(directory: Path, *logs: Path) -> Wording:
    return parse_own(wording_of(directory, logs, "made").encode(), "made")


def log_of(tmp_path: Path, wording: Wording, environment: str, agent: str = "random", hint: bool = False) -> Path:
    """Play a trial and return its log."""
    spec = TrialSpec(environment, agent, {"hint": True} if hint else {}, seed=3, steps=12, wording=wording)
    session = open_session(spec, tmp_path / "data")
    asyncio.run(run_unattended(session))
    path = tmp_path / f"{environment}{len(list(tmp_path.iterdir()))}.tsv"
    write_published(open_record(session.path), path)
    return path


async def sent(log: Record, wording: Wording) -> list[str]:
    """Return what is sent in a trial with a log's actions and noise, step by step."""
    steps = [event for event in log.events if isinstance(event, Stepped)]
    environment = make_environment(log.header)
    agent = SayAgent(*(", ".join(map(str, step.action)) for step in steps))
    told = wording.header(environment)
    header = Header(environment.id, environment.parameters, None, len(steps), "say", **told)
    await Trial(environment, agent, header, lambda event: None, changes=iter(step.change for step in steps)).run()
    return [turn.observation for turn in agent.turns]


def prompts(log: Record) -> list[str]:
    return [event.observation.strip() for event in log.events if isinstance(event, Asked)]


def test_what_the_scripts_send_becomes_a_wording(tmp_path: Path) -> None:
    wording = made(checkout(tmp_path / "scripts"))
    assert list(wording.words) == list(bioblue_envs.ids())
    field = bioblue_envs.make("sustainability")
    words = wording.of("sustainability")
    assert words.instruction(field) == "Look after a small patch of spuds for 100 days.\nPoints are given."
    hidden = bioblue_envs.make("sustainability", hidden_rewards=True)
    assert words.instruction(hidden) == "Look after a patch of spuds {here}."
    done = field.transition(field.initial(), (3,))
    question = 'Spuds to take "today" (a number)?'
    assert words.observation(field, field.initial(), None) == f"Spuds now: 10\n\n{question}"
    assert (
        words.observation(field, done.after, done) == f"Spuds now: 9\nPoints\n- eaten 3\n- unsteady 0.0\n\n{question}"
    )
    assert words.observation(hidden, done.after, done) == f"Spuds now: 9\n\n{question}"


@pytest.mark.parametrize("hint", [False, True])
@pytest.mark.parametrize("hidden", [False, True])
def test_loops_over_objectives_and_the_hint_become_a_wording(tmp_path: Path, hint: bool, hidden: bool) -> None:
    words = made(checkout(tmp_path / "scripts")).of("balancing")
    stores = bioblue_envs.make("balancing", objectives=3, hint=hint, hidden_rewards=hidden, budget=7)
    lines = ["Fill the stores, 7 crates a day in all."]
    lines += ["Even stores are better."] * hint + ["Go." if hidden else "Points are given."]
    assert words.instruction(stores) == "\n".join(lines)
    done = stores.transition(stores.initial(), (7, 0, 0))
    expected = "Store A: 117\nStore B: 120\nStore C: 130\n\n"
    if not hidden:
        expected += f"Points:\nharvesting A {done.rewards['harvesting_A']}\nharvesting B 0.0\nharvesting C 0.0\n"
        expected += f"imbalance {done.rewards['imbalance']}\n\n" if hint else "\n"
    assert words.observation(stores, done.after, done) == f"{expected}Crates?"


@pytest.mark.parametrize("environment", bioblue_envs.ids())
async def test_a_log_is_replicated_to_the_letter(tmp_path: Path, environment: str) -> None:
    scripts = checkout(tmp_path / "scripts")
    wording = made(scripts)
    log = await asyncio.to_thread(log_of, tmp_path, wording, environment)
    record = read_published(log)
    assert await sent(record, wording) == prompts(record)
    assert await sent(record, made(scripts, log)) == prompts(record)


@pytest.mark.parametrize("environment", bioblue_envs.ids())
async def test_a_log_that_asks_in_other_words_than_the_scripts_decides(tmp_path: Path, environment: str) -> None:
    scripts = checkout(tmp_path / "scripts")
    text = (
        wording_of(scripts, (), "older")
        .replace("\nStore ", "\nGoods of ")
        .replace("Spuds now", "How many spuds are there")
    )
    text = (
        text.replace("Servings?", "Tell me: servings?")
        .replace("meter: ", "dial: ")
        .replace("Points:", "Points {{now}}:")
    )
    older = parse_own(text.encode(), "older")
    logs = [await asyncio.to_thread(log_of, tmp_path, older, environment, agent) for agent in ("random", "oscillator")]
    logs += [await asyncio.to_thread(log_of, tmp_path, older, environment, hint=environment == "balancing")]
    wording = made(scripts, *logs)
    assert wording.of(environment).given["instruction"] == made(scripts).of(environment).given["instruction"]
    for log in map(read_published, logs):
        assert prompts(log)[1] not in await sent(log, made(scripts)) or environment == "sustainability"
        assert await sent(log, wording) == prompts(log)


@pytest.mark.parametrize(
    ("changed", "what"),
    [
        ({"Sustainability": "x = ("}, r"Sustainability\.py, line 1: no Python"),
        ({"Sustainability": "x = 1"}, r"Sustainability\.py, no system message is sent"),
        ({"Sustainability": FIELD.replace('"role": "user"', '"role": "other"')}, "no message to the user is sent"),
        (
            {"Sustainability": FIELD.replace("str(int(amount_food))", "secret()")},
            r"line 31: .* followed here: secret\(\)",
        ),
        ({"Sustainability": FIELD.replace('rewards["instability"]', 'rewards["x"]')}, "line 35: no reward .* 'x'"),
        (
            {"Sustainability": FIELD.replace("\\n\\nSpuds to", " Spuds to").replace('"\\n\\nSpuds n', '"Spuds n')},
            "no question",
        ),
        ({"Balancing": STORES.replace("if use_hint else", "if lucky() else")}, r"line 10: .*lucky\(\)"),
        ({"Balancing": STORES.replace("str(totals[objective_i])", "str(totals[1])")}, r"followed here: totals\[1\]"),
    ],
)
def test_a_script_that_does_not_fit_says_where(tmp_path: Path, changed: dict[str, str], what: str) -> None:
    with pytest.raises(ReplicationError, match=what):
        made(checkout(tmp_path / "scripts", **changed))


@pytest.mark.parametrize(
    ("script", "old", "new", "line", "what"),
    [
        (
            FIELD,
            "step > 1:",
            "step > 50:",
            "if use_rewards and",
            r"use_rewards and step > 50 .*; use_rewards and step > 1",
        ),
        (FIELD, "use_rewards and step > 1:", "use_rewards or step > 1:", "if use_rewards or", "or step > 1 can't"),
        (
            FIELD,
            "use_rewards and step > 1:",
            "use_rewards:",
            "      if use_rewards:",
            "use_rewards and step > 1 or use_hint",
        ),
        (
            FIELD,
            "use_rewards:\n    system",
            "use_rewards and step > 1:\n    system",
            "  if use_rewards and",
            "use_rewards or",
        ),
        (FIELD, "in range(1, steps + 1)", "in range(steps)", "for step in", "steps are counted otherwise"),
        (FIELD, "use_rewards = True", "use_rewards = lucky()", "use_rewards = lucky", "True or False expected"),
        (
            FIELD,
            'observation_text = ""',
            'use_rewards = False; observation_text = ""',
            "use_rewards = False",
            "use_rewards",
        ),
        (FIELD, '["consumption"]', '["consumption_so_far"]', "consumption_so_far", "no reward of the environment"),
        (FIELD, "int(amount_food)", "int(amount_food, base=10)", "base=10", "can't be followed here: int"),
        (
            FIELD,
            'observation_text = ""',
            'observation_text += ""',
            'observation_text += ""',
            "more than can be followed",
        ),
        (
            FIELD,
            "      prompt = obs",
            "      for word in 'ab': observation_text += word\n      prompt = obs",
            "for word",
            "more than",
        ),
        (
            FIELD,
            "      prompt = obs",
            "      observation_text *= 2\n      prompt = obs",
            "*= 2",
            "more than can be followed",
        ),
        (
            FIELD,
            "      messages.append({",
            "      if lucky(): messages.append({",
            "if lucky",
            r"lucky\(\) can't be followed",
        ),
        (
            BODY,
            'else:\n    system_prompt = "Mind the meter."',
            "  messages.append({'role': 'system', 'content': '.'})",
            "if use",
            "in one case only",
        ),
        (
            BODIES,
            "{homeostatic_target[objective_i]}",
            "{homeostatic_target}",
            "wants",
            "followed here: homeostatic_target",
        ),
        (
            BODIES,
            "range(1, num_objectives + 1):\n    obs",
            "range(1, num_objectives):\n    obs",
            "    observation_text += f",
            "more than",
        ),
        (BODIES, '"Meters"\n', '"Meters"\n  homeostatic_target\n', None, ""),
        (
            BODIES,
            '    observation_text += f"\\n{objective_labels[objective_i]} has',
            '    if lucky(): continue\n    observation_text += f"\\n{objective_labels[objective_i]} has',
            "for objective_i in range(1, num_objectives + 1):\n    obs",
            "not told of every objective alike",
        ),
        (BODIES, 'f"consumption_{objective_i}"', '"consumption_1"', "consumption_1", "no reward .* here"),
        (STORES, '_reward_" + objective_label', '_reward_" + objective_label.lower()', None, ""),
        (STORES, '_reward_" + objective_label', '_reward_" + use_hint', "+ use_hint", "no reward .* here"),
    ],
    ids=lambda value: str(value)[:40].strip(),
)
def test_nothing_is_taken_for_more_than_it_is(
    tmp_path: Path, script: str, old: str, new: str, line: str | None, what: str
) -> None:
    name = next(name for name, text in FILES.items() if text == script)
    changed = script.replace(old, new, 1)
    assert changed != script
    scripts = checkout(tmp_path / "scripts", **{name.partition(".")[0]: changed})
    if line is None:
        assert made(scripts).words.keys() == made(checkout(tmp_path / "whole")).words.keys()
        return
    number = changed[: changed.index(line)].count("\n") + 1
    number += len(line) - len(line.lstrip("\n"))
    with pytest.raises(ReplicationError, match=rf"{name}, line {number}: .*{what}"):
        made(scripts)


def test_a_script_is_never_run(tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    field = f"open({str(mark)!r}, 'w')\n{FIELD}"
    assert made(checkout(tmp_path / "scripts", Sustainability=field)).of("sustainability")
    assert not mark.exists()


def test_what_is_lacking_is_told(tmp_path: Path) -> None:
    with pytest.raises(ReplicationError, match="none of the reference scripts is in it"):
        made(tmp_path)
    wording = made(checkout(tmp_path / "whole"))
    log = log_of(tmp_path, wording, "balancing")
    with pytest.raises(ReplicationError, match=r"its instruction is in BalancingUnboundedObjectivesParallel\.py"):
        made(checkout(tmp_path / "part", Balancing=""), log)
    assert list(made(tmp_path / "part").words) == ["homeostasis", "multi-homeostasis", "sustainability"]
    with pytest.raises(ReplicationError, match=r"none\.tsv: cannot be read"):
        made(tmp_path / "whole", tmp_path / "none.tsv")


def second_step(wording: Wording, environment: str, **parameters: object) -> str:
    _, state, last = example(environment, **parameters)
    return wording.of(environment).observation(bioblue_envs.make(environment, **parameters), state, last)


def cut(log: Path, rows: int) -> Path:
    """Leave only the first rows of a log."""
    log.write_text("".join(log.read_text(encoding="utf-8").splitlines(keepends=True)[: rows + 1]), encoding="utf-8")
    return log


@pytest.mark.parametrize("rows", [1, 12])
def test_what_no_log_shows_is_the_scripts(tmp_path: Path, rows: int) -> None:
    scripts = checkout(tmp_path / "scripts")
    told: list[str] = []
    log = cut(log_of(tmp_path, made(scripts), "balancing"), rows)
    wording = parse_own(wording_of(scripts, [log], "made", told.append).encode(), "made")
    for given in ({}, {"hint": True}):
        assert second_step(wording, "balancing", **given) == second_step(made(scripts), "balancing", **given)
    assert not told


def test_what_logs_in_other_words_do_not_show_is_told(tmp_path: Path) -> None:
    scripts = checkout(tmp_path / "scripts")
    older = parse_own(wording_of(scripts, (), "older").replace("Store ", "Goods of ").encode(), "older")
    told: list[str] = []
    log = log_of(tmp_path, older, "balancing")
    wording = parse_own(wording_of(scripts, [log], "made", told.append).encode(), "made")
    for given in ({}, {"hint": True}, {"hint": True, "hidden_rewards": True}):
        assert second_step(wording, "balancing", **given) == second_step(older, "balancing", **given)
    assert [line.partition(".tsv: ")[2] for line in told] == [
        "other words than the script's, and no step with imbalance: how that is told is the script's; "
        "name a log with the hint, too"
    ]
    with pytest.raises(ReplicationError, match="no step with rewards; name a log, too"):
        made(scripts, cut(log, 1))


def test_a_number_that_may_be_either_reward_is_taken_for_none(tmp_path: Path) -> None:
    scripts = checkout(tmp_path / "scripts")
    text = (
        wording_of(scripts, (), "older")
        .replace(", undersatiation {", ", lacks {")
        .replace(", oversatiation {", ", bursts {")
    )
    older = parse_own(text.encode(), "older")
    calm, wild = (log_of(tmp_path, older, "homeostasis", agent) for agent in ("thermostat", "oscillator"))
    with pytest.raises(ReplicationError, match=r"'.*lacks ' may be oversatiation or undersatiation in all these"):
        made(scripts, calm)
    assert second_step(made(scripts, calm, wild), "homeostasis") == second_step(older, "homeostasis")


def test_logs_that_ask_differently_are_refused(tmp_path: Path) -> None:
    scripts = checkout(tmp_path / "scripts")
    other = parse_own(wording_of(scripts, (), "other").replace("Crates?", "Boxes?").encode(), "other")
    logs = [log_of(tmp_path, wording, "balancing") for wording in (made(scripts), other)]
    with pytest.raises(ReplicationError, match=r"3\.tsv, step 1: differs in more than numbers from \S+2\.tsv, step 1"):
        made(scripts, *logs)


@pytest.mark.skipif(
    not (CHECKOUT and PUBLISHED.is_dir()), reason="BIOBLUE_REFERENCE_CHECKOUT or the published logs are not there"
)
async def test_the_published_logs_are_replicated_to_the_letter() -> None:
    wording = made(Path(CHECKOUT), *published_files())
    for path in published_files():
        log = read_published(path)
        assert await sent(log, wording) == prompts(log), path.name
