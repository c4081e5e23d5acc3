"""The other formats: Markdown, tables, pictures; and what happens where a library is missing."""

from __future__ import annotations

import csv
import io
import sys
from dataclasses import replace
from html import unescape
from pathlib import Path

import bioblue_envs
import pytest
from markdown_it import MarkdownIt

from bioblue_tui.report.format import MissingLibraryError
from bioblue_tui.report.formats import FORMATS, format_of
from bioblue_tui.report.table import columns
from bioblue_tui.report.trials import ORDERS, Shown, ordered
from bioblue_tui.trials.events import Answered, Asked, Event, Failed, Rejected, Stepped
from tests.support.attacks import ALL, FORBIDDEN
from tests.support.records import header_for, play, reference
from tests.support.reports import greedy, record, shown, write_record


@pytest.fixture(scope="module")
def trials(tmp_path_factory: pytest.TempPathFactory) -> list[Shown]:
    folder = tmp_path_factory.mktemp("records")
    runaway = record(folder / "run.jsonl", "multi-homeostasis", greedy)
    return shown(runaway, *(record(folder / f"{name}.jsonl", name, steps=12) for name in bioblue_envs.ids()))


def cells(trials: list[Shown], form: str = "csv") -> list[dict[str, str]]:
    text = FORMATS[form].write(trials, ()).decode()
    return list(csv.DictReader(io.StringIO(text), delimiter="," if form == "csv" else "\t"))


# The long table


def test_there_is_a_row_for_every_trial_and_step(trials: list[Shown]) -> None:
    found = cells(trials)
    assert [(int(row["trial"]), int(row["step"])) for row in found] == [
        (trial.number, step.step) for trial in trials for step in trial.steps
    ]


def test_a_row_holds_what_happened_what_was_found_and_the_ghost(trials: list[Shown]) -> None:
    trial = trials[0]
    played = trial.analysis.shadows[trial.environment.cautious_name].played
    for row, step in zip(cells(trials), trial.steps, strict=False):
        for index, label in enumerate("AB"):
            assert int(row[f"action_{label}"]) == step.action[index]
            assert int(row[f"change_{label}"]) == step.change[index]
            assert int(row[f"before_{label}"]) == step.before[index]
            assert int(row[f"after_{label}"]) == step.after[index]
            assert int(row[f"ghost_after_{label}"]) == played[step.step - 1].after.levels[index]
            assert int(row[f"metric_deviation_{label}"]) == step.metrics[f"deviation_{label}"]
        assert int(row["total_oversatiation_B"]) == step.totals["oversatiation_B"]
        held = {f"{f.mode}:{f.objective}" for f in trial.analysis.findings if f.holds(step.step)}
        assert set(row["modes"].split()) == held
        assert row["sha256"] == trial.digest


def test_tabs_and_commas_hold_the_same(trials: list[Shown]) -> None:
    assert cells(trials, "csv") == cells(trials, "tsv")


def test_no_cell_is_a_formula_or_breaks_its_line(tmp_path: Path) -> None:
    hostile = "=cmd|'/c calc'!A0\t1\n2\r3,\"4"
    trials = shown(record(tmp_path / "a.jsonl", "homeostasis", steps=3, model=hostile, condition="+1" + ALL))
    forms: tuple[str, ...] = ("csv", "tsv")
    for form in forms:
        lines = FORMATS[form].write(trials, ()).decode().splitlines()
        assert len(lines) == 4
        row = cells(trials, form)[0]
        assert row["model"].startswith("'=cmd")
        assert row["condition"].startswith("'+1")
        assert row["step"] == "1"


def test_parquet_holds_the_same_as_the_text(trials: list[Shown]) -> None:
    parquet = pytest.importorskip("pyarrow.parquet", reason="the extra 'parquet' is not installed")
    table = parquet.read_table(io.BytesIO(FORMATS["parquet"].write(trials, ())))
    assert table.column_names == columns(trials)
    types = {name: str(table.schema.field(name).type) for name in ("file", "step", "action_A", "reward_imbalance")}
    assert types == {"file": "string", "step": "int64", "action_A": "int64", "reward_imbalance": "double"}
    for row, text in zip(table.to_pylist(), cells(trials), strict=True):
        for name, value in row.items():
            assert ("" if value is None else str(value)) == text[name] or float(text[name]) == value


def test_parquet_takes_numbers_of_any_size(tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet", reason="the extra 'parquet' is not installed")
    path = record(tmp_path / "a.jsonl", "homeostasis", lambda *_: "999999999", steps=3)
    path.write_text(path.read_text().replace('"action":[999999999]', f'"action":[{10**299}]'))
    table = parquet.read_table(io.BytesIO(FORMATS["parquet"].write(shown(path), ())))
    assert table.column("action").to_pylist() == [1e299] * 3


# Pictures


def test_a_picture_of_one_trial_and_of_many(trials: list[Shown]) -> None:
    pytest.importorskip("resvg_py", reason="the extra 'png' is not installed")
    for chosen in (trials[:1], trials):
        data = FORMATS["png"].write(chosen, ())
        assert data.startswith(b"\x89PNG\r\n\x1a\n")
        assert int.from_bytes(data[16:20]) > 1000


@pytest.mark.parametrize(("form", "library", "extra"), [("png", "resvg_py", "png"), ("parquet", "pyarrow", "parquet")])
def test_a_missing_library_is_named_with_what_to_do(
    trials: list[Shown], monkeypatch: pytest.MonkeyPatch, form: str, library: str, extra: str
) -> None:
    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(MissingLibraryError, match=rf"in a clone: pip install '\.\[{extra}\]'"):
        FORMATS[form].write(trials, ())


def test_the_table_counts_apart_what_did_not_count_and_tells_how_answers_were_read(tmp_path: Path) -> None:
    header = header_for(bioblue_envs.make("homeostasis"), 3, 3)
    events: list[Event] = []
    for event in play(header, reference):
        if isinstance(event, Stepped):
            event = replace(event, rule="statement-2", clause="alone", part="the last line")
        events.append(event)
        if isinstance(event, Asked) and event.step == 3:
            for number, kind in enumerate(("illegal", "unreadable", "unreadable", "cut", "provider"), 1):
                events += [Rejected(0, 3, number, "why", kind), replace(event, attempt=number + 1)]
            events += [Failed(0, 3, 6, "down", "provider"), replace(event, attempt=7)]
    events = [replace(e, attempt=7) if isinstance(e, Answered) and e.step == 3 else e for e in events]
    trials = shown(write_record(tmp_path / "a.jsonl", header, events))
    rows = cells(trials)
    counted = [[row[name] for name in ("rejected", "illegal", "unreadable", "cut", "provider")] for row in rows]
    assert counted == [["0"] * 5, [*["0"] * 4, "1"], ["3", "1", "2", "1", "2"]]
    assert [[row[name] for name in ("rule", "clause", "part")] for row in rows] == [
        ["statement-2", "alone", "the last line"]
    ] * 3
    old = [replace(e, kind="") if isinstance(e, Rejected) else e for e in events]
    (_, _, row) = cells(shown(write_record(tmp_path / "old.jsonl", header, old)))
    assert (row["rejected"], row["illegal"], row["unreadable"], row["provider"]) == ("5", "", "", "1")
    # Its last step was never played: who groups by model still counts what did not count there.
    given_up = events[: next(n for n, e in enumerate(events) if isinstance(e, Answered) and e.step == 3)]
    (*_, row) = cells(shown(write_record(tmp_path / "given_up.jsonl", header, given_up)))
    assert (row["step"], row["rejected"], row["provider"], row["action"], row["actor"]) == ("3", "3", "2", "", "")


def test_a_report_says_how_an_answer_was_read(tmp_path: Path) -> None:
    header = header_for(bioblue_envs.make("homeostasis"), 40, 3)
    events = [
        replace(e, rule="statement-2", clause="alone", part="the last line") if isinstance(e, Stepped) else e
        for e in play(header, greedy)
    ]
    trials = shown(write_record(tmp_path / "a.jsonl", header, events))
    forms: tuple[str, ...] = ("md", "html")
    for form in forms:
        assert "read by statement-2: alone, from the last line" in unescape(FORMATS[form].write(trials, ()).decode())


# Markdown


def test_markdown_has_tables_findings_and_raw_outputs(trials: list[Shown]) -> None:
    text = FORMATS["md"].write(trials, ()).decode()
    tokens = MarkdownIt("gfm-like").parse(text)
    kinds = [token.type for token in tokens]
    assert kinds.count("table_open") >= 4 * 4 + len(trials)
    assert any(token.type == "fence" and token.content.strip() == "0, 8" for token in tokens)
    for finding in trials[0].failures:
        assert f"**{finding.name}**, steps {finding.onset}" in text


def test_no_text_is_read_as_markdown(tmp_path: Path) -> None:
    hostile = (
        "</b><script>alert(1)</script> [x](http://pwned.example) ![y](http://pwned.example/p) <http://pwned.example> "
        "www.pwned.example https://pwned.example me@pwned.example | a | `c` **b** _i_ # h\n# heading\n```\n<img src=x>"
    )
    path = record(
        tmp_path / "a.jsonl",
        "homeostasis",
        greedy,
        text=hostile + ALL,
        model=hostile,
        condition=hostile,
        instruction=hostile,
        provider={hostile: hostile},
        program=hostile,
    )
    innocent = record(
        tmp_path / "b.jsonl",
        "homeostasis",
        greedy,
        text="x",
        model="x",
        condition="x",
        instruction="x",
        provider={"x": "x"},
        program="x",
    )
    text = FORMATS["md"].write(shown(path), ()).decode()
    parsed, control = (
        [t for token in MarkdownIt("gfm-like").parse(told) for t in (token, *(token.children or ()))]
        for told in (text, FORMATS["md"].write(shown(innocent), ()).decode())
    )
    kinds = {"link_open", "image", "html_block", "html_inline", "strong_open", "em_open", "code_inline", "heading_open"}
    assert [t.type for t in parsed if t.type in kinds] == [t.type for t in control if t.type in kinds]
    assert [t.type for t in parsed if t.level == 0] == [t.type for t in control if t.level == 0]
    assert not FORBIDDEN.findall(text)


# Order


def test_trials_can_be_put_in_an_order(tmp_path: Path) -> None:
    ok = record(tmp_path / "ok.jsonl", "homeostasis", seed=9)
    fail = record(tmp_path / "fail.jsonl", "homeostasis", greedy, seed=5)
    short = record(tmp_path / "short.jsonl", "homeostasis", greedy, seed=7, steps=30)
    trials = shown(ok, short, fail)
    names = {order: [trial.name.partition(".")[0] for trial in ordered(trials, order)] for order in ORDERS}
    assert names["given"] == ["ok", "short", "fail"]
    assert names["seed"] == ["fail", "short", "ok"]
    assert names["steps"] == ["short", "ok", "fail"]
    assert names["onset"][-1] == "ok"
    assert names["verdict"][-1] == "ok"
    assert [trial.number for trial in ordered(trials, "seed")] == [1, 2, 3]


# Names


@pytest.mark.parametrize(
    ("name", "form"),
    [("a.html", "html"), ("a.HTM", "html"), ("a.b.md", "md"), ("x.tsv", "tsv"), ("x.pq", "parquet"), ("x.txt", None)],
)
def test_the_name_tells_the_format(name: str, form: str | None) -> None:
    assert format_of(Path(name)) == form
