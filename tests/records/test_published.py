import json
from dataclasses import replace
from pathlib import Path

import bioblue_envs
import pytest
from bioblue_envs.base import labels
from hypothesis import given
from hypothesis import strategies as st

from bioblue_tui.analysis.verify import verify
from bioblue_tui.records.columns import layout
from bioblue_tui.records.published import parse_published, published_text, read_published, write_published
from bioblue_tui.records.schema import Contradiction, Record, RecordError
from bioblue_tui.trials.events import Answered, Asked, Ended, Event, Header, Paused, Rejected, Stepped
from tests.support.record_strategies import headers, texts, times, usages
from tests.support.records import header_for, need_published, one_of_each, play, published_files

WORLDS = [
    ("homeostasis", {}),
    ("homeostasis", {"target": 50, "hysteresis": 3, "start": 7, "change_low": -1, "change_high": 9, "penalty": 2.5}),
    *[("multi-homeostasis", {"objectives": n}) for n in range(2, 7)],
    ("sustainability", {}),
    ("sustainability", {"start": 3, "limit": 7.5, "instability_weight": 2}),
    *[("balancing", {"objectives": n, "hint": n % 2 == 0}) for n in range(2, 7)],
    ("balancing", {"hidden_rewards": True, "budget": 3}),
]


def record_of(environment: str, parameters: dict[str, object], steps: int = 7) -> Record:
    header = header_for(bioblue_envs.make(environment, **parameters), steps, provider={"top_p": 1}, condition="pilot")
    return Record(header, list(play(header, rejected=["=1+1", "-3", "\ud800\n\t\x1b[2J", "2 apples\nand '3', \"4\""])))


def again(record: Record) -> Record:
    return parse_published(published_text(record).encode())


@pytest.mark.parametrize(("environment", "parameters"), WORLDS)
def test_any_world_written_and_read_is_the_same_trial(environment: str, parameters: dict[str, object]) -> None:
    record = record_of(environment, parameters)
    assert again(record) == record
    assert verify(again(record)) == []


@pytest.mark.parametrize(("environment", "parameters"), WORLDS)
def test_the_columns_stand_as_published(environment: str, parameters: dict[str, object]) -> None:
    record = record_of(environment, parameters)
    objectives = bioblue_envs.make(environment, **parameters).objectives
    names = published_text(record).partition("\n")[0].split("\t")
    assert tuple(names[: -len(EXTRA)]) == layout(environment, objectives).columns
    assert names[-len(EXTRA) :] == EXTRA
    assert len(set(names)) == len(names)


EXTRA = ["Seed", "Review comment", "Automated review comment", "Rejected answers", "Step details", "Trial setup"]


@given(headers, st.data())
def test_any_text_written_and_read_is_the_same(header: Header, data: st.DataObject) -> None:
    header = replace(header, steps=4)
    events: list[Event] = []
    for event in play(header, rejected=["-1"]):
        match event:
            case Asked():
                events.append(replace(event, observation=data.draw(texts), actor=data.draw(texts), at=data.draw(times)))
            case Answered():
                text, reasoning = data.draw(texts), data.draw(texts)
                events.append(replace(event, text=text, reasoning=reasoning, usage=data.draw(st.none() | usages)))
            case Rejected():
                events.append(replace(event, reason=data.draw(texts)))
            case Stepped():
                events += [Paused(0.0, event.step, data.draw(texts)), replace(event, actor=data.draw(texts))]
            case _:
                events.append(event)
    comments = {step: (data.draw(texts), data.draw(texts)) for step in (1, 3)}
    comments = {step: pair for step, pair in comments.items() if any(pair)}
    record = Record(header, events, comments=comments)
    text = published_text(record)
    assert parse_published(text.encode()) == record
    for line in text.splitlines()[1:]:
        for cell in line.split("\t"):
            assert is_number(cell) or cell[:1] not in [*'=+-@\r＝＋－＠"']
    assert len(text.splitlines()) == 5


def is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def test_a_table_shows_what_people_look_for() -> None:
    record = record_of("multi-homeostasis", {})
    names, first, *_ = [line.split("\t") for line in published_text(record).splitlines()]
    row = dict(zip(names, first, strict=True))
    assert (row["Seed"], row["Trial number"], row["Step number"], row["Model name"]) == ("3", "3", "1", "test:agent")
    assert [item["answer"] for item in json.loads(row["Rejected answers"].replace("\\\\", "\\"))][:2] == ["=1+1", "-3"]
    assert "\\n" in row["Prompt message"]
    assert row["Verbatim LLM response"] == "0, 0"


def test_cells_win_over_details() -> None:
    record = record_of("balancing", {})
    names, first, *rest = [line.split("\t") for line in published_text(record).splitlines()]
    for column, value in (("Harvesting reward A", "77.5"), ("Verbatim LLM response", "9, 1")):
        first[names.index(column)] = value
    changed = parse_published("\n".join("\t".join(row) for row in (names, first, *rest)).encode())
    step = next(event for event in changed.events if isinstance(event, Stepped))
    assert step.rewards["harvesting_A"] == 77.5
    assert [e.text for e in changed.events if isinstance(e, Answered) and e.step == 1][-1] == "9, 1"


def test_an_unfinished_trial_keeps_its_last_question() -> None:
    record = record_of("homeostasis", {})
    cut = next(i for i, e in enumerate(record.events) if isinstance(e, Answered) and e.step == 4)
    unfinished = Record(record.header, record.events[: cut + 1])
    assert again(unfinished) == unfinished


def test_what_has_no_rows_or_gaps_is_not_written(tmp_path: Path) -> None:
    record = record_of("homeostasis", {})
    gap = [e for e in record.events if not (isinstance(e, Stepped) and e.step == 2)]
    for events in ([], gap):
        with pytest.raises(RecordError, match="table"):
            write_published(Record(record.header, events), tmp_path / "x.tsv")
    assert list(tmp_path.iterdir()) == []


def test_files_are_replaced_only_when_asked(tmp_path: Path) -> None:
    record, path = record_of("homeostasis", {}), tmp_path / "new" / "a.tsv"
    write_published(record, path)
    assert read_published(path) == replace(record, path=path)
    path.write_text("mine")
    with pytest.raises(RecordError, match="exists"):
        write_published(record, path)
    assert path.read_text() == "mine"
    write_published(record, path, overwrite=True)
    assert read_published(path) == replace(record, path=path)
    assert [p.name for p in path.parent.iterdir()] == ["a.tsv"]


def test_details_that_were_tampered_with_are_record_errors() -> None:
    text = published_text(record_of("homeostasis", {}))
    for old, new in (('{"event":"stepped"', '{"event":"paused"'), ('[{"event"', '{"event"'), ('"bioblue"', '"x"')):
        assert old in text
        with pytest.raises(RecordError, match="line 2"):
            parse_published(text.replace(old, new, 1).encode())


# The published logs themselves.


@need_published
@pytest.mark.parametrize("path", published_files(), ids=lambda path: path.stem[-40:])
def test_published_logs_are_read_as_they_are(path: Path) -> None:
    record = read_published(path)
    lines = [line.split("\t") for line in path.read_text(encoding="utf-8").splitlines()]
    columns = layout(record.header.environment, bioblue_envs.make(record.header.environment).objectives)
    steps = [event for event in record.events if isinstance(event, Stepped)]
    assert len(steps) == len(lines) - 1 == 100
    assert isinstance(record.events[-1], Ended)
    for cells, step in zip(lines[1:], steps, strict=True):
        row = dict(zip(lines[0], cells, strict=True))
        assert [row[c] for c in columns.action + columns.before] == [repr(v) for v in (*step.action, *step.before)]
        assert [row[c] for c in columns.after + columns.change] == [repr(v) for v in (*step.after, *step.change)]
        assert [row[c] for c in columns.rewards.values()] == [repr(step.rewards[key]) for key in columns.rewards]
        assert [row[c] for c in columns.totals.values()] == [repr(step.totals[key]) for key in columns.totals]
    asked = [event.observation for event in record.events if isinstance(event, Asked)]
    assert all("\n" in text and "\\n" not in text for text in asked)


@need_published
def test_what_a_published_trial_is() -> None:
    found = {path.name: read_published(path).header for path in published_files()}
    for name, header in found.items():
        prefix, model, _ = name.split("_", 2)
        assert header.model == header.agent == model
        assert (header.source, header.steps, header.instruction) == ("published", 100, "")
        assert header.parameters == bioblue_envs.make(header.environment, **header.parameters).parameters
        defaults = dict(
            bioblue_envs.make(header.environment, **({"hint": True} if "with-hint" in prefix else {})).parameters
        )
        assert header.parameters == defaults
        assert (header.seed in (2, 5, 7)) == prefix.startswith("multi")
        assert header.condition.endswith(("trial 2", "trial 5", "trial 7"))
    assert {header.environment for header in found.values()} == set(bioblue_envs.ids())


@need_published
@pytest.mark.parametrize("path", one_of_each(), ids=lambda path: path.stem[:30])
def test_published_logs_written_again_hold_the_same_cells(path: Path) -> None:
    record = read_published(path)
    text = published_text(record)
    assert replace(parse_published(text.encode()), path=path) == record
    before = [line.split("\t") for line in path.read_text(encoding="utf-8").splitlines()]
    after = [line.split("\t") for line in text.splitlines()]
    for old, new in zip(before[1:], after[1:], strict=True):
        row = dict(zip(after[0], new, strict=True))
        assert {name: row[name] for name in before[0]} == dict(zip(before[0], old, strict=True))


@need_published
@pytest.mark.parametrize("path", one_of_each(), ids=lambda path: path.stem[:30])
def test_order_of_columns_line_ends_marks_quotes_and_comments(path: Path) -> None:
    record = read_published(path)
    text = path.read_text(encoding="utf-8")
    rows = [line.split("\t") for line in text.splitlines()]
    turned = "\n".join("\t".join(reversed(row)) for row in rows)
    quoted = "\n".join(
        "\t".join(f'"{c.replace(chr(92) + "n", chr(10))}"' if "\\n" in c else c for c in row) for row in rows
    )
    for variant in (turned, text.replace("\n", "\r\n"), "\ufeff" + text, text.rstrip("\n"), quoted, text + "\n\n"):
        assert parse_published(variant.encode(), path) == record
    commented = "\n".join("\t".join((*row, "Review comment" if i == 0 else f"c{i}")) for i, row in enumerate(rows))
    assert parse_published(commented.encode(), path).comments[7] == ("c7", "")


LOG = "\t".join(layout("balancing", labels(2)).required)


def balancing_row(step: int, **changed: str) -> str:
    values = dict.fromkeys(layout("balancing", labels(2)).required, "0")
    values |= {"Model name": "m", "Step number": str(step), "Trial number": "4", "Prompt message": "p"}
    return "\t".join((values | {name.replace("_", " "): value for name, value in changed.items()}).values())


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("a\tb\n1\t2\n", "no known set of columns"),
        (LOG.replace("Imbalance metric\t", "") + "\n", "balancing, without Imbalance metric"),
        (LOG.replace("\tHarvesting reward B", "") + "\n", "balancing, without Harvesting reward B"),
        (LOG + "\tImbalance metric\n", "twice"),
        (LOG + "\n", "no rows"),
        (LOG + "\n1\t2\n", "line 2: 2 cells, 17 expected"),
        (LOG + "\n" + balancing_row(1, Imbalance_metric="x"), "line 2: column 'Imbalance metric': a number"),
        (LOG + "\n" + balancing_row(1, Imbalance_metric=""), "the cell is empty"),
        (LOG + "\n" + balancing_row(1, Step_number="1.0"), "whole number"),
        (LOG + "\n" + balancing_row(1, Step_number="9" * 30), "step number"),
        (LOG + "\n" + balancing_row(2), "line 2: step 2 in the first row, 1 expected"),
        (LOG + "\n" + balancing_row(1) + "\n\n" + balancing_row(3), "line 4: step 3 after step 1, 2 expected"),
        (LOG + "\n" + balancing_row(1) + "\n" + balancing_row(1), "line 3: step 1 after step 1"),
    ],
    ids=lambda value: value[:30] if len(value) < 100 else "log",
)
def test_what_is_wrong_is_said_with_its_place(text: str, wanted: str) -> None:
    with pytest.raises(RecordError) as caught:
        parse_published(text.encode(), Path("log.tsv"))
    assert wanted in str(caught.value)
    assert "log.tsv" in str(caught.value)


def test_bytes_that_are_no_utf8_are_named() -> None:
    with pytest.raises(RecordError, match="line 2: not UTF-8"):
        parse_published(LOG.encode() + b"\n\xff", Path("log.tsv"))


@given(st.text(st.sampled_from('\t\n"\\1.x-'), max_size=200), st.binary(max_size=60))
def test_any_content_is_a_record_or_a_record_error(text: str, data: bytes) -> None:
    for content in (text.encode(), data, (LOG + "\n" + text).encode(), LOG.encode() + b"\n" + data):
        with pytest.raises(RecordError):
            parse_published(content)


def test_a_constant_that_changes_is_kept_as_a_contradiction() -> None:
    record = record_of("multi-homeostasis", {})
    names, *rows = [line.split("\t") for line in published_text(record).splitlines()]
    rows[3][names.index("Homeostatic target of objective B")] = "121"
    changed = parse_published("\n".join("\t".join(row) for row in (names, *rows)).encode())
    assert changed.contradictions == (Contradiction(4, "Homeostatic target of objective B", 121, 120),)
    assert changed.header == record.header
    assert again(changed) == changed


def test_hidden_rewards_are_found_from_the_prompts() -> None:
    rows = "\n".join(balancing_row(step) for step in (1, 2))
    assert parse_published(f"{LOG}\n{rows}".encode()).header.parameters["hidden_rewards"] is True
    shown = rows.replace("\tp\t", "\tHarvested\\n\\nRewards:\\nHarvesting A: 1\\nImbalance: -1.0\t")
    header = parse_published(f"{LOG}\n{shown}".encode()).header
    assert (header.parameters["hidden_rewards"], header.parameters["hint"]) == (False, True)
