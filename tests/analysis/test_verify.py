import json
import random
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import bioblue_envs
import pytest
from bioblue_envs import Environment, State
from hypothesis import given, settings
from hypothesis import strategies as st

from bioblue_tui.analysis.verify import Difference, verify
from bioblue_tui.records.collection import open_record
from bioblue_tui.records.columns import COMMON, recognise
from bioblue_tui.records.published import parse_published, published_text, read_published
from bioblue_tui.records.schema import Record
from bioblue_tui.trials.events import STOPPED, Answered, Ended, Event, Stepped
from bioblue_tui.trials.parse import RULE
from tests.support.records import header_for, need_published, one_of_each, play, published_files
from tests.support.reports import write_record


def greedy(environment: Environment, state: State) -> str:
    """Answer with swings, so that every kind of penalty occurs."""
    if environment.id == "sustainability":
        return str(int(state.levels[0]) // 2 if state.step % 3 else 0)
    largest = 10 if environment.id == "balancing" else 40
    return ", ".join(str(largest if i == state.step % 2 else 0) for i in range(len(environment.objectives)))


def record_of(environment: str, steps: int = 9, choose: Any = greedy, **parameters: object) -> Record:
    header = header_for(bioblue_envs.make(environment, **parameters), steps)
    return Record(header, list(play(header, choose, rejected=["x"])))


def changed(record: Record, step: int, **fields: object) -> Record:
    """Return the record with other fields in one step."""
    events: list[Event] = [
        replace(e, **fields) if isinstance(e, Stepped) and e.step == step else e  # type: ignore[arg-type]
        for e in record.events
    ]
    return replace(record, events=events)


def stepped(record: Record, step: int) -> Stepped:
    return next(e for e in record.events if isinstance(e, Stepped) and e.step == step)


@pytest.mark.parametrize("environment", bioblue_envs.ids())
@pytest.mark.parametrize("variant", [{}, {"hidden_rewards": True}])
def test_what_was_played_agrees(environment: str, variant: dict[str, object]) -> None:
    record = record_of(environment, 60, **variant)
    assert verify(record) == []
    assert sum(any(e.rewards[k] < 0 for k in e.rewards) for e in record.events if isinstance(e, Stepped)) > 3


@need_published
@pytest.mark.parametrize("path", published_files(), ids=lambda path: path.stem[-40:])
def test_every_published_trial_reproduces_exactly(path: Path) -> None:
    assert verify(read_published(path)) == []


@need_published
@pytest.mark.parametrize("path", one_of_each(), ids=lambda path: path.stem[:30])
def test_any_number_changed_in_a_published_log_is_found_at_its_step(path: Path) -> None:
    names, *rows = [line.split("\t") for line in path.read_text(encoding="utf-8").splitlines()]
    form, _ = recognise(names)
    assert form is not None
    rng = random.Random(path.name)
    for column in (*form.own, "Trial number"):
        row = rng.choice([0, 1, 48, 98, 99])
        cells = [list(cells) for cells in rows]
        value = cells[row][names.index(column)]
        cells[row][names.index(column)] = repr(float(value) + 1) if "." in value else str(int(value) + 1)
        found = verify(parse_published("\n".join("\t".join(c) for c in (names, *cells)).encode(), path))
        steps = {difference.step for difference in found}
        assert row + 1 in steps, column
        if column not in form.action:
            assert steps == {row + 1}, column
            if column not in form.change:
                assert len(found) == 1, column


@need_published
@pytest.mark.parametrize("path", one_of_each(), ids=lambda path: path.stem[:30])
def test_an_answer_changed_in_a_published_log_is_found_at_its_step(path: Path) -> None:
    names, *rows = [line.split("\t") for line in path.read_text(encoding="utf-8").splitlines()]
    if "Verbatim LLM response" not in names:
        pytest.skip("this log holds no answers")
    place = names.index("Verbatim LLM response")
    rows[48][place] = re.sub(r"\d+", lambda number: str(int(number[0]) + 1), rows[48][place])
    (found,) = verify(parse_published("\n".join("\t".join(c) for c in (names, *rows)).encode(), path))
    assert (found.step, found.field) == (49, "answer")


Tamper = Callable[[Stepped], dict[str, object]]
TAMPERS: dict[str, Tamper] = {
    "before": lambda s: {"before": (s.before[0] + 1, *s.before[1:])},
    "after": lambda s: {"after": (*s.after[:-1], s.after[-1] - 1)},
    "reward": lambda s: {"rewards": {k: v + 0.001 if i == 0 else v for i, (k, v) in enumerate(s.rewards.items())}},
    "metric": lambda s: {"metrics": {k: v + 1 if i == 0 else v for i, (k, v) in enumerate(s.metrics.items())}},
    "total": lambda s: {"totals": {k: v - 1 if i == 0 else v for i, (k, v) in enumerate(s.totals.items())}},
    "ended": lambda s: {"ended": "bored"},
}


@pytest.mark.parametrize("step", [1, 4, 9])
@pytest.mark.parametrize("environment", bioblue_envs.ids())
@pytest.mark.parametrize("tamper", TAMPERS)
def test_one_change_is_one_difference(environment: str, tamper: str, step: int) -> None:
    record = record_of(environment)
    found = verify(changed(record, step, **TAMPERS[tamper](stepped(record, step))))
    own = [difference for difference in found if difference.field.split()[0] == tamper]
    assert [difference.step for difference in own] == [step]
    assert found == own
    assert own[0].recorded != own[0].computed


def test_a_metric_that_is_missing_is_found_in_our_own_records() -> None:
    found = verify(changed(record_of("homeostasis"), 2, metrics={}))
    assert [(d.step, d.field, d.recorded) for d in found] == [(2, "metric deviation", None)]


def test_the_change_must_be_the_seeds() -> None:
    record = record_of("homeostasis")
    step = stepped(record, 5)
    shifted = changed(record, 5, change=(step.change[0] + 1,), after=(step.after[0] + 1,))
    fields = {(d.step, d.field) for d in verify(shifted)}
    assert (5, "change") in fields
    other = replace(record, header=replace(record.header, seed=4))
    assert {d.field for d in verify(other)} == {"change"}
    published = replace(record, header=replace(record.header, seed=4, source="published"))
    assert verify(published) == []


def test_the_answer_must_mean_the_action() -> None:
    record = record_of("balancing")
    place = next(i for i, e in enumerate(record.events) if isinstance(e, Answered) and e.step == 3 and e.text != "x")
    answer = record.events[place]
    assert isinstance(answer, Answered)
    for text, meant in (("1, 2", [1, 2]), ("no", "another answer")):
        events = [*record.events[:place], replace(answer, text=text), *record.events[place + 1 :]]
        (found,) = verify(replace(record, events=events))
        assert (found.step, found.field, found.computed) == (3, "answer", meant)
    (found,) = verify(replace(record, events=record.events[:place] + record.events[place + 1 :]))
    assert (found.step, found.field, found.recorded) == (3, "answer", None)


def test_an_illegal_action_is_said_and_the_check_goes_on() -> None:
    record = record_of("balancing")
    record = changed(record, 3, action=(11, 0))
    record = changed(record, 6, rewards={**stepped(record, 6).rewards, "imbalance": 1.0})
    found = verify(record)
    illegal = [d for d in found if d.field == "action"]
    assert [d.step for d in illegal] == [3]
    assert "over the limit of 10" in str(illegal[0].computed)
    assert {d.step for d in found} == {3, 6}


def test_ends() -> None:
    record = record_of("homeostasis")
    *rest, end = record.events
    assert isinstance(end, Ended)
    for event, count in (
        (replace(end, reason=STOPPED), 0),
        (replace(end, reason="fault: KeyError"), 0),
        (replace(end, reason="resource exhausted"), 1),
        (replace(end, step=3), 1),
    ):
        assert len(verify(replace(record, events=[*rest, event]))) == count
    assert verify(replace(record, events=rest)) == []
    (found,) = verify(replace(record, header=replace(record.header, steps=10)))
    assert (found.field, found.recorded) == ("end", "complete")


def test_exhaustion_is_an_end() -> None:
    record = record_of("sustainability", 9, lambda environment, state: str(int(state.levels[0])))
    assert isinstance(record.events[-1], Ended)
    assert record.events[-1].reason == "resource exhausted"
    assert verify(record) == []
    assert len(verify(changed(record, record.events[-1].step, ended=""))) == 1


def test_a_record_of_an_older_program_agrees_by_the_rule_it_was_played_by(tmp_path: Path) -> None:
    strip = bioblue_envs.make_version("sustainability", 1), lambda environment, state: str(int(state.levels[0]))
    header = replace(header_for(strip[0], 3), dynamics=1)
    path = write_record(tmp_path / "old.jsonl", header, play(header, strip[1]))
    first, *rest = path.read_text("utf-8").splitlines(keepends=True)
    fields = {key: value for key, value in json.loads(first).items() if key != "dynamics"} | {"schema": "1.1"}
    path.write_text("".join([json.dumps(fields) + "\n", *rest]), "utf-8")

    record = open_record(path)
    (step,) = (event for event in record.events if isinstance(event, Stepped))
    assert (record.header.dynamics, step.rewards["consumption"], step.totals["consumption"]) == (1, 10, 10)
    assert verify(record) == []
    by_the_new = verify(replace(record, header=replace(record.header, dynamics=2)))
    assert {difference.field for difference in by_the_new} == {"reward consumption", "total consumption"}


def test_an_action_that_an_earlier_reader_took_from_the_text_is_not_called_false() -> None:
    # Today's reader passes the text over; a number that is nowhere in it was never read by any.
    text, other = "The level is low, so 3 is my wish.", "The level is low, so 4 is my wish."
    record = record_of("homeostasis", 3, lambda environment, state: "3")
    for rule, said, wrong in (("statement-2", text, 0), ("statement-2", other, 3), (RULE, text, 3)):
        old = replace(record, header=replace(record.header, reading=rule))
        events: list[Event] = [
            replace(e, text=said)
            if isinstance(e, Answered) and e.text == "3"
            else (replace(e, rule=rule) if isinstance(e, Stepped) else e)
            for e in record.events
        ]
        old = replace(old, events=events)
        assert [difference.field for difference in verify(old)] == ["answer"] * wrong


@pytest.mark.parametrize(
    ("environment", "fields"),
    [
        ("balancing", {"before": (-5, 0)}),
        ("balancing", {"before": (10**4299, 10**400)}),
        ("sustainability", {"before": (10**400,), "action": (10**400,)}),
        ("homeostasis", {"before": (1e308,), "after": (-1e308,)}),
        ("homeostasis", {"change": ()}),
        ("homeostasis", {"action": (-1,)}),
        ("homeostasis", {"before": (9 * 10**4299,), "after": (1,), "action": (9 * 10**4299,)}),
    ],
    ids=lambda value: value if isinstance(value, str) else "fields",
)
def test_hostile_numbers_are_differences_that_can_be_told(environment: str, fields: dict[str, object]) -> None:
    record = record_of(environment, 3)
    found = verify(changed(changed(record, 1, after=fields.get("before", stepped(record, 1).after)), 2, **fields))
    assert found
    for difference in found:
        assert json.loads(json.dumps(difference.to_json(), allow_nan=False))["step"] == difference.step
        assert difference.sentence().startswith(f"step {difference.step}, ")


def test_differences_are_told() -> None:
    difference = Difference(7, "total imbalance", -5.0, -6.0)
    assert difference.sentence() == "step 7, total imbalance: recorded -5.0, recomputed -6.0"
    assert difference.to_json() == {"step": 7, "field": "total imbalance", "recorded": -5.0, "computed": -6.0}
    assert (
        Difference(2, "metric deviation", None, 4).sentence()
        == "step 2, metric deviation: recorded missing, recomputed 4"
    )


@settings(max_examples=25)
@given(st.sampled_from(bioblue_envs.ids()), st.data())
def test_any_cell_changed_in_a_table_of_ours_is_found_at_its_step(environment: str, data: st.DataObject) -> None:
    names, *rows = [line.split("\t") for line in published_text(record_of(environment)).splitlines()]
    form, _ = recognise(names)
    assert form is not None
    column = data.draw(
        st.sampled_from([c for c in form.columns if c not in COMMON and "LLM" not in c and "/" not in c])
    )
    row = data.draw(st.integers(0, len(rows) - 1))
    value = rows[row][names.index(column)]
    rows[row][names.index(column)] = repr(float(value) + 1) if "." in value else str(int(value) + 1)
    found = verify(parse_published("\n".join("\t".join(cells) for cells in (names, *rows)).encode()))
    assert row + 1 in {difference.step for difference in found}
