"""Exports and forgetting: nothing is lost, nothing is mixed, and nothing of who is forgotten stays."""

from __future__ import annotations

import asyncio
import csv
import io
import json
from datetime import datetime
from pathlib import Path

import pytest

from bioblue_tui.agents.base import AgentError, Answer, Turn
from bioblue_tui.agents.scripted import ScriptedAgent
from bioblue_tui.records.collection import append_note, open_record
from bioblue_tui.records.schema import RecordError
from bioblue_tui.runs.resume_fork import fork_session
from bioblue_tui.runs.session import open_session, run_agent, run_unattended
from bioblue_tui.runs.trial_spec import TrialSpec
from bioblue_tui.studies.example import EXAMPLE
from bioblue_tui.studies.export.comparing import comparisons
from bioblue_tui.studies.export.method import method_sheet
from bioblue_tui.studies.export.played import collect
from bioblue_tui.studies.export.table import Column, Table
from bioblue_tui.studies.export.writing import export_study
from bioblue_tui.studies.flow import TrialView
from bioblue_tui.studies.forgetting import remove, what_there_is
from bioblue_tui.studies.loading import StudyError, load_study
from bioblue_tui.studies.running import enter
from bioblue_tui.studies.sessions import session_file, study_dir
from bioblue_tui.studies.standing import standings
from bioblue_tui.studies.study import Study
from bioblue_tui.trials.events import Noted
from tests.studies.small import first_trial, load, play, toml, walk
from tests.studies.test_flow import SHORT, WHOLE
from tests.support.changed import changed


def through(study: Study, root: Path, *codes: str) -> None:
    for code in codes:
        run = enter(study, code, root)
        with run.file:
            walk(run)


def rows(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"))))


def test_an_empty_study_can_be_exported(tmp_path: Path) -> None:
    study = load(tmp_path)
    written, problems, _ = export_study(study.name, study, tmp_path / "out", tmp_path)
    assert problems == []
    assert {path.name for path in written} >= {"participants.csv", "decisions.csv", "dictionary.json", "method.md"}
    assert rows(tmp_path / "out" / "decisions.csv") == []


def test_an_export_is_never_mixed_with_another(tmp_path: Path) -> None:
    study = load(tmp_path)
    export_study(study.name, study, tmp_path / "out", tmp_path)
    with pytest.raises(RecordError, match="not empty"):
        export_study(study.name, study, tmp_path / "out", tmp_path)
    with pytest.raises(RecordError, match="not empty"):
        export_study(study.name, study, tmp_path / "study.toml", tmp_path)


def test_what_cannot_be_read_is_told_and_left_out(tmp_path: Path) -> None:
    study = load(tmp_path, [("a", "1-2", "fixed")])
    through(study, tmp_path, "P1", "P2")
    session_file(study_dir("small", tmp_path), "P2").write_text("nonsense\n")
    first = next(path for path in (tmp_path / "trials").iterdir() if b'"P1"' in path.read_bytes())
    first.write_text(first.read_text()[:100])
    written, problems, _ = export_study(study.name, study, tmp_path / "out", tmp_path)
    assert len(problems) == 2
    assert {row["participant"] for row in rows(tmp_path / "out" / "participants.csv")} == {"P1"}
    assert "Could not be read" in written[-1].read_text(encoding="utf-8")
    (damaged,) = [one for one in standings(study_dir("small", tmp_path), study) if one.problem]
    assert (damaged.participant, damaged.state) == ("P2", "damaged")


def test_every_column_is_described_and_no_described_one_is_missing(tmp_path: Path) -> None:
    study = load(tmp_path, [("a", "1-2", "fixed")], more=WHOLE, environments='["homeostasis", "balancing"]')
    through(study, tmp_path, "P1")
    export_study(study.name, study, tmp_path / "out", tmp_path)
    described = json.loads((tmp_path / "out" / "dictionary.json").read_text(encoding="utf-8"))
    for table in described["tables"]:
        with (tmp_path / "out" / table["file"]).open(encoding="utf-8", newline="") as file:
            heading, *cells = csv.reader(file)
        assert heading == [column["name"] for column in table["columns"]]
        assert len(set(heading)) == len(heading)
        assert len(cells) == table["rows"]
        for column in table["columns"]:
            for cell in (row[heading.index(column["name"])] for row in cells):
                checked(cell, column["type"])


def checked(cell: str, kind: str) -> None:
    if cell and kind in ("integer", "number"):
        float(cell)
    elif cell and kind == "boolean":
        assert cell in ("0", "1")
    elif cell and kind == "json":
        json.loads(cell)


def test_practice_is_in_no_table_of_trials(tmp_path: Path) -> None:
    study = load(tmp_path, more=SHORT)
    through(study, tmp_path, "P1")
    export_study(study.name, study, tmp_path / "out", tmp_path)
    for name in ("trials", "decisions", "participants"):
        assert "practice" not in (tmp_path / "out" / f"{name}.csv").read_text(encoding="utf-8")
    kept = [open_record(path).header for path in (tmp_path / "out" / "records").glob("*.jsonl")]
    assert sorted(str(header.study and header.study["practice"]) for header in kept) == ["False", "True"]
    assert {header.condition for header in kept} == {"small/gauges", "small/practice"}
    sheet = (tmp_path / "out" / "method.md").read_text(encoding="utf-8")
    assert "1, in no table of trials or answers; their time is in `pages.csv`" in sheet


def test_text_comes_back_as_it_was_typed_and_runs_in_no_spreadsheet() -> None:
    typed = ["1+1=2", 'a "b", c', "two\nlines", " x ", "é語", ""]
    table = Table("t", "", [Column("a", "text", "")], [{"a": text} for text in typed])
    found = list(csv.reader(io.StringIO(table.csv(), newline="")))
    assert [row[0] if row else "" for row in found[1:]] == typed
    assert Table("t", "", table.columns, [{"a": "=1+1"}]).csv().splitlines()[1] == "'=1+1"


def test_people_are_set_beside_agents_that_played_the_same(tmp_path: Path) -> None:
    study = load(tmp_path, [("a", "1-3", "fixed")], steps=4)
    through(study, tmp_path, "P1", "P2")
    for seed in (1, 2, 9):
        run_agent("homeostasis", ScriptedAgent("thermostat", seed), seed=seed, steps=4, data=tmp_path)
    run_agent("homeostasis", ScriptedAgent("random", 1), seed=1, steps=5, data=tmp_path)
    run_agent("homeostasis", ScriptedAgent("random", 1), seed=1, steps=4, data=tmp_path, hysteresis=1)
    for live in (False, True):
        # What was done to an agent is done to nobody in a study.
        changed(tmp_path, (2, "disturb", [5]), live=live, steps=4)
    table = comparisons(collect(study.name, study, tmp_path), tmp_path)
    assert {row["agent"] for row in table.rows} == {"thermostat"}
    (eaten,) = [row for row in table.rows if row["dimension"] == "consumption"]
    assert (eaten["people"], eaten["people_trials"], eaten["agent_trials"], eaten["seeds"]) == (2, 4, 2, 2)
    assert eaten["steps"] == 4
    # The reference is base stock, which keeps the level 5 lower than the thermostat does.
    assert eaten["agent_mean"] == 5
    by_seed = {p.record.header.seed: p for p in collect(study.name, study, tmp_path).trials}
    expected = [4 - float(by_seed[seed].figures.compared.rows["consumption"][1]) - 5 for seed in (1, 2)]  # type: ignore[union-attr]
    assert eaten["paired"] == pytest.approx(sum(expected) / 2)
    # Nobody else played seed 3: with as many trials of everyone on each seed, both means are that far apart.
    people, agent = (float(str(eaten[f"{side}_mean"])) for side in ("people", "agent"))
    assert people - agent == pytest.approx(eaten["paired"])
    assert eaten["people_left_out"] == "2 left out, on seeds that only one side has"
    assert eaten["agent_left_out"] == ""


def test_what_was_not_played_to_its_end_is_told_on_both_sides(tmp_path: Path) -> None:
    study = load(tmp_path, [("a", "1-2", "fixed")], steps=4)
    through(study, tmp_path, "P1")
    run = enter(study, "P2", tmp_path)
    with run.file:
        session = first_trial(run)
        asyncio.run(play(run, session, stop_at=3))
        run.note("left")
    run_agent("homeostasis", ScriptedAgent("thermostat", 1), seed=1, steps=4, data=tmp_path)
    for name, seed in (("thermostat", 2), ("zero", 1)):
        held = open_session(TrialSpec("homeostasis", name, seed=seed, steps=4), tmp_path, agent=Silent(name))
        asyncio.run(run_unattended(held))
    export_study("small", study, tmp_path / "out", tmp_path)
    (left,) = (row for row in rows(tmp_path / "out" / "trials.csv") if row["participant"] == "P2")
    assert (left["outcome"], left["standing"]) == ("", "stopped")
    people = {row["participant"]: row for row in rows(tmp_path / "out" / "participants.csv")}
    pages = [row for row in rows(tmp_path / "out" / "pages.csv") if row["participant"] == "P1"]
    assert pages[-1]["view"] == "closing"
    asked = sum(float(row["seconds"]) for row in pages[:-1])
    assert float(people["P1"]["minutes"]) == pytest.approx(asked / 60, abs=0.001), "nobody is asked on the last page"
    minutes = {row["participant"]: float(row["trial_minutes"]) for row in rows(tmp_path / "out" / "participants.csv")}
    assert minutes["P2"] == pytest.approx(float(left["seconds"]) / 60, abs=0.001)
    assert minutes["P2"] > 0
    sheet = (tmp_path / "out" / "method.md").read_text(encoding="utf-8")
    assert "not to their end, stopped: 1" in sheet
    assert f"who finished, up to the last page: median {asked / 60:.1f}" in sheet
    told = {
        row["agent"]: (row["agent_trials"], row["agent_left_out"], row["people_left_out"])
        for row in rows(tmp_path / "out" / "comparisons.csv")
    }
    ours, theirs = (f"1 left out, not played to the end: 1 {word}" for word in ("stopped", "failed"))
    unpaired = "left out, on seeds that only one side has"
    assert told == {
        "thermostat": ("1", theirs, f"{ours}; 1 {unpaired}"),
        "zero": ("0", theirs, f"{ours}; 2 {unpaired}"),
    }


def test_a_record_that_lost_its_end_is_not_complete_whatever_the_session_says(tmp_path: Path) -> None:
    study = load(tmp_path, [("a", "1", "fixed")], steps=4)
    through(study, tmp_path, "P1")
    (path,) = (tmp_path / "trials").glob("*.jsonl")
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:8]))
    export_study("small", study, tmp_path / "out", tmp_path)
    (row,) = rows(tmp_path / "out" / "trials.csv")
    assert (row["complete"], row["outcome"], row["standing"]) == ("0", "complete", "interrupted")
    assert "not to their end, interrupted: 1" in (tmp_path / "out" / "method.md").read_text(encoding="utf-8")


def test_what_cannot_be_read_is_named_and_counted_on_both_sides(tmp_path: Path) -> None:
    study = load(tmp_path, [("a", "1-3", "fixed")], steps=4)
    through(study, tmp_path, "P1")
    for seed in (1, 2, 3):
        run_agent("homeostasis", ScriptedAgent("thermostat", seed), seed=seed, steps=4, data=tmp_path)
    records = sorted((tmp_path / "trials").iterdir())
    mine, theirs = ([path for path in records if word in path.name] for word in ("human", "thermostat"))
    mine[0].unlink()
    lines = theirs[1].read_bytes().splitlines(keepends=True)
    theirs[1].write_bytes(b"".join([*lines[:4], b"\0" * 20 + b"\n", *lines[5:]]))
    _, told, _ = export_study("small", study, tmp_path / "out", tmp_path)
    assert len(told) == 2
    assert mine[0].name in told[0]
    assert f"{theirs[1]}, line 5: damaged: " in told[1]
    sheet = (tmp_path / "out" / "method.md").read_text(encoding="utf-8")
    assert all(path.name in sheet for path in (mine[0], theirs[1]))
    found = {
        (row["people_trials"], row["people_left_out"], row["agent_trials"], row["agent_left_out"], row["seeds"])
        for row in rows(tmp_path / "out" / "comparisons.csv")
    }
    unread = "1 left out, can't be read"
    assert found == {("1", f"{unread}; 1 left out, on seeds that only one side has", "1", unread, "1")}


def test_whose_session_cannot_be_read_is_counted_beside_the_others(tmp_path: Path) -> None:
    study = load(tmp_path, [("a", "1-2", "fixed")], steps=2, more="[breaks]\nevery = 1")
    for code in ("P1", "P2"):
        through(study, tmp_path, code)
    run_agent("homeostasis", ScriptedAgent("thermostat", 1), seed=1, steps=2, data=tmp_path)
    session_file(study_dir("small", tmp_path), "P2").write_bytes(b"\0" * 40 + b"\n{}\n")
    export_study("small", study, tmp_path / "out", tmp_path)
    sheet = (tmp_path / "out" / "method.md").read_text(encoding="utf-8")
    assert "- Began: 1. Finished: 1." in sheet
    assert "- Began, too, and in no other figure: 1 whose session can't be read (P2)." in sheet
    assert "- Breaks: after every trial;" in sheet
    (left,) = {row["people_left_out"] for row in rows(tmp_path / "out" / "comparisons.csv")}
    assert left.split("; ")[0] == "1 left out, session can't be read"


class Silent(ScriptedAgent):
    """Never answers."""

    def __init__(self, name: str) -> None:
        super().__init__("thermostat", 1)
        self.name = name

    async def answer(self, turn: Turn) -> Answer:
        raise AgentError("the provider is down")


def test_who_is_forgotten_leaves_nothing(tmp_path: Path) -> None:
    study = load(tmp_path, [("a", "1-2", "fixed")], more=SHORT)
    through(study, tmp_path, "P1", "P2")
    theirs = [p for p in (tmp_path / "trials").iterdir() if b'"P1"' in p.read_bytes()]
    record = open_record(theirs[0])
    fork = fork_session(record, 1, tmp_path, agent=ScriptedAgent("thermostat", 1))
    again = fork_session(open_record(fork.path), 1, tmp_path, agent=ScriptedAgent("thermostat", 1))
    with pytest.raises(StudyError, match="being written"):
        what_there_is("small", "P1", tmp_path)
    for session in (fork, again):
        session._journal.close()
    files = what_there_is("small", "P1", tmp_path)
    assert len(files) == 3 + 2 + 1
    remove(files)
    remove(files)
    left = [path for path in tmp_path.rglob("*") if path.is_file() and b'"P1"' in path.read_bytes()]
    assert left == []
    assert not fork.path.exists()
    assert not again.path.exists()
    assert [one.participant for one in standings(study_dir("small", tmp_path), study)] == ["P2"]
    assert what_there_is("small", "P1", tmp_path) == []


def test_a_fork_of_a_studys_trial_is_no_trial_of_the_study(tmp_path: Path) -> None:
    study = load(tmp_path)
    through(study, tmp_path, "P1")
    (path,) = (tmp_path / "trials").iterdir()
    fork = fork_session(open_record(path), 1, tmp_path, agent=ScriptedAgent("thermostat", 1))
    fork._journal.close()
    assert fork.header.study is None
    assert len(collect(study.name, study, tmp_path).trials) == 1


def test_a_record_without_a_line_in_the_session_is_forgotten_too(tmp_path: Path) -> None:
    """A kill between the two leaves a trial nobody has played."""
    study = load(tmp_path)
    run = enter(study, "P1", tmp_path)
    with run.file:
        session = first_trial(run)
        session._journal.close()
    data = run.file.path.read_bytes().splitlines(keepends=True)
    run.file.path.write_bytes(b"".join(line for line in data if b'"event":"trial"' not in line))
    through(study, tmp_path, "P1")
    assert len(list((tmp_path / "trials").iterdir())) == 2
    assert len(collect(study.name, study, tmp_path).trials) == 1
    remove(what_there_is("small", "P1", tmp_path))
    assert list((tmp_path / "trials").iterdir()) == []


def test_trials_that_a_time_limit_cut_are_counted(tmp_path: Path) -> None:
    blocks = "".join(
        f'[[blocks]]\nname = "{name}"\nenvironments = ["homeostasis"]\nseeds = {seed}\n{limits}\n'
        for name, seed, limits in (("a", 1, "minutes = 5\nhurry = 7"), ("b", 2, ""))
    )
    study = load(tmp_path, [], more=f"minutes = 30\n{blocks}")
    for code, outcome in (("P1", "time limit"), ("P2", "")):
        run = enter(study, code, tmp_path)
        with run.file:
            walk(run, until=lambda view: view.key == "trial/a.1")
            view = run.next
            assert isinstance(view, TrialView)
            session = run.open_trial(view)
            assert not isinstance(session, str)
            if outcome:
                asyncio.run(play(run, session, stop_at=2))
                run.note("unanswered", trial=session.header.id, seconds=3.5)
                run.done(view, run.played(view), {}, outcome=outcome)
            else:
                session._journal.close()
            walk(run)
    for seed in (1, 2):
        agent = open_session(TrialSpec("homeostasis", "thermostat", seed=seed, steps=2), tmp_path)
        asyncio.run(agent.run())
    export_study("small", study, tmp_path / "out", tmp_path)
    trials = rows(tmp_path / "out" / "trials.csv")
    cut = next(row for row in trials if row["cut"] == "1")
    assert (cut["participant"], cut["trial"], cut["steps"], cut["complete"], cut["seconds"]) == (
        "P1",
        "a.1",
        "1",
        "0",
        "13.5",
    )
    assert sum(int(row["cut"]) for row in trials) == 1
    assert {(row["people_trials"], row["people_cut"]) for row in rows(tmp_path / "out" / "comparisons.csv")} == {
        ("3", "1")
    }
    sheet = (tmp_path / "out" / "method.md").read_text()
    for words in (
        "cut by their time limit: 1 of the 2 that had one, after 1 of 2 steps in all",
        "It cut 1 of the 2 trials that had a limit.",
        "time limit of 5 min in block a only",
        "; 5 min for a trial, in block a only; “Please answer now” after 7 s, in block a only.",
        "Without an answer after 7 s in block a only",
        "| none | 5 min | 7 s | 1 | 2 |",
        "| none | none | never | 2 | 2 |",
    ):
        assert words in sheet
    assert "30 min of trials in all, after which no further one begins" in sheet


def test_every_stretch_is_counted_in_the_sheet(tmp_path: Path) -> None:
    study = load(tmp_path)
    run = enter(study, "P1", tmp_path)
    with run.file:
        for why, seconds in (("pause", 1.5), ("pause", 2.0), ("focus", 0.25)):
            run.note("away", why=why)
            run.note("back", why=why, seconds=seconds)
        run.note("away", why="pause")
        walk(run)
    export_study("small", study, tmp_path / "out", tmp_path)
    sheet = (tmp_path / "out" / "method.md").read_text()
    assert "focus 1, 0.2 s in all; pause 3, 3.5 s in all (1 of unknown length: the program crashed in them)" in sheet
    events = [row for row in rows(tmp_path / "out" / "events.csv") if row["event"] == "away"]
    assert [(row["why"], row["seconds"], bool(row["until"])) for row in events] == [
        ("pause", "1.5", True),
        ("pause", "2.0", True),
        ("focus", "0.25", True),
        ("pause", "", False),
    ]
    assert all(row["at"] <= row["until"] for row in events if row["until"])


def test_placeholders_are_no_statements(tmp_path: Path) -> None:
    more = '[method]\nrecruitment = "How participants were found, and who could take part."\nethics = "..."\n'
    path = tmp_path / "study.toml"
    for text in (EXAMPLE, toml() + more):
        path.write_text(text, encoding="utf-8")
        study = load_study(path)
        export_study(study.name, study, tmp_path / study.name, tmp_path)
        sheet = (tmp_path / study.name / "method.md").read_text(encoding="utf-8")
        # Recruitment, ethics, tools, exclusions, and what participants were told that they get.
        assert sheet.count("Not stated in the study file.") == 5
        for words in (
            "How participants were found",
            "Which board",
            "Pen and paper were allowed",
            "same payment",
            "...",
        ):
            assert words not in sheet
    for wrong in ('incentives = "..."', 'consent = {text = "TODO"}', 'pages = [{text = "…"}]'):
        path.write_text(toml(more=wrong), encoding="utf-8")
        with pytest.raises(StudyError, match=r"line 4: .* expected"):
            load_study(path)


def test_an_answer_to_what_was_seen_before_is_marked_and_in_no_median(tmp_path: Path) -> None:
    study = load(tmp_path, steps=3)
    for noted in (True, False):
        run = enter(study, f"P{noted:d}", tmp_path)
        with run.file:
            session = first_trial(run)
            asyncio.run(play(run, session, stop_at=2))
            if noted:
                run.note("unanswered", trial=session.header.id, seconds=7.5, step=2, attempt=1)
            walk(run)
            if noted:
                assert run.log.left_open == {(session.header.id, 2, 1): 7.5}
    export_study("small", study, tmp_path / "out", tmp_path)
    found = rows(tmp_path / "out" / "decisions.csv")
    marks = [(r["participant"], r["step"], r["attempt"], r["shown_before"], r["shown_before_seconds"]) for r in found]
    assert marks == [
        ("P0", "1", "1", "0", ""),
        ("P0", "2", "2", "1", ""),
        ("P0", "3", "1", "0", ""),
        ("P1", "1", "1", "0", ""),
        ("P1", "2", "2", "1", "7.5"),
        ("P1", "3", "1", "0", ""),
    ]
    (one, _) = collect("small", study, tmp_path).counting
    assert one.response_times == [10.0, 10.0]
    sheet = (tmp_path / "out" / "method.md").read_text()
    assert "4 answers, refused ones included)" in sheet
    assert "Left out of that: 2 answers to a question that had been on the screen before" in sheet


def test_an_answer_that_the_program_did_not_live_to_judge_is_neither_accepted_nor_refused(tmp_path: Path) -> None:
    study = load(tmp_path, steps=3)
    run = enter(study, "P1", tmp_path)
    with run.file:
        session = first_trial(run)
        asyncio.run(play(run, session, stop_at=3))
    assert session.path
    lines = session.path.read_bytes().splitlines(keepends=True)
    judged = next(at for at, line in enumerate(lines) if b'"stepped"' in line and b'"step":2' in line)
    session.path.write_bytes(b"".join(lines[:judged]))
    run = enter(study, "P1", tmp_path)
    with run.file:
        walk(run)
    export_study("small", study, tmp_path / "out", tmp_path)
    found = rows(tmp_path / "out" / "decisions.csv")
    told = ("step", "attempt", "answer", "accepted", "rejection", "shown_before", "shown_before_seconds")
    assert [tuple(row[name] for name in told) for row in found] == [
        ("1", "1", "1", "1", "", "0", ""),
        ("2", "1", "1", "", "", "0", ""),
        ("2", "2", "1", "1", "", "1", "10.0"),
        ("3", "1", "1", "1", "", "0", ""),
    ]


def test_numbers_are_numbers_and_dropped_keys_are_in_the_tables(tmp_path: Path) -> None:
    more = """
questionnaire = [{key = "n", text = "How many?", kind = "number"}, {key = "t", text = "Why?", required = false}]
"""
    study = load(tmp_path, more=more)
    run = enter(study, "P1", tmp_path)
    with run.file:
        walk(run, until=lambda view: view.key == "questionnaire/n")
        for answer, dropped in (("-3", 2), ("-3", 0)):
            view = run.next
            assert view is not None
            run.done(view, 1.0, {}, answer=answer, dropped=dropped)
        walk(run)
    export_study("small", study, tmp_path / "out", tmp_path)
    (person,) = rows(tmp_path / "out" / "participants.csv")
    assert (person["answer_n"], person["answer_t"]) == ("-3", "'-3")
    pages = {row["view"]: row for row in rows(tmp_path / "out" / "pages.csv")}
    assert [pages[f"questionnaire/{key}"]["answer"] for key in "nt"] == ["-3", "'-3"]
    assert [pages[f"questionnaire/{key}"]["dropped"] for key in "nt"] == ["2", "0"]
    assert (pages["trial/a.1"]["dropped"], pages["trial/a.1"]["away_pause"]) == ("0", "0")
    assert {row["dropped"] for row in rows(tmp_path / "out" / "decisions.csv")} == {"0"}
    tables = json.loads((tmp_path / "out" / "dictionary.json").read_text(encoding="utf-8"))["tables"]
    types = {column["name"]: column["type"] for table in tables for column in table["columns"]}
    assert (types["answer_n"], types["answer_t"]) == ("integer", "text")
    assert "did not count: 2 at 1 page" in (tmp_path / "out" / "method.md").read_text()


def test_dropped_keys_of_practice_are_counted_and_what_is_counted_has_its_plural(tmp_path: Path) -> None:
    practice = '[[practice]]\nenvironment = "homeostasis"\nseed = 9\nsteps = 2\n'
    study = load(
        tmp_path,
        [("a", "1", "fixed"), ("b", "2", "fixed")],
        more="breaks = {between_blocks = true}",
        conditions=practice,
    )
    run = enter(study, "P1", tmp_path)
    with run.file:
        walk(run, until=lambda view: view.key == "trial/practice.1")
        view = run.next
        assert isinstance(view, TrialView)
        session = run.open_trial(view)
        assert not isinstance(session, str)
        measured = {"edits": 1, "deletions": 0, "pasted": 0, "repeated": False, "late": False, "looks": 0, "screen": {}}
        about = {"trial": session.header.id, "step": 1, "attempt": 1, "seconds": 1.0, "away": {}}
        run.note("decision", **about, **measured, dropped=2)
        asyncio.run(play(run, session, stop_at=2))
        run.done(view, 1.0, {}, outcome="time limit", dropped=1)
        walk(run, until=lambda view: view.key == "trial/b.1")
        view = run.next
        assert view is not None
        run.done(view, 0.0, {}, outcome="no time left", dropped=4)
        walk(run)
    export_study("small", study, tmp_path / "out", tmp_path)
    pages = {row["view"]: row["dropped"] for row in rows(tmp_path / "out" / "pages.csv")}
    assert (pages["trial/practice.1"], pages["trial/b.1"]) == ("3", "4")
    sheet = (tmp_path / "out" / "method.md").read_text()
    assert "did not count: 7 at 2 pages, questions, practice trials, interruptions or ends of trials (" in sheet
    assert "between blocks; 1 was taken" in sheet


def test_a_stretch_is_still_open_only_while_the_program_runs(tmp_path: Path) -> None:
    study = load(tmp_path)

    def told(name: str) -> tuple[str, list[tuple[str, str, str, str]]]:
        export_study("small", study, tmp_path / name, tmp_path)
        sheet = (tmp_path / name / "method.md").read_text(encoding="utf-8")
        events = [row for row in rows(tmp_path / name / "events.csv") if row["event"] == "away"]
        stretches = [(row["why"], row["until"], row["seconds"], row["open"]) for row in events]
        return sheet.partition("Stretches left out: ")[2].partition("\n")[0], stretches

    run = enter(study, "P1", tmp_path)
    with run.file:
        run.visit(80, 24)
        run.note("away", why="pause")
        sheet, stretches = told("running")
        assert sheet == "pause 1, 0.0 s in all (1 still open, and not in the sum)."
        assert stretches == [("pause", "", "", "1")]
    sheet, stretches = told("killed")
    assert sheet == "pause 1, 0.0 s in all (1 of unknown length: the program crashed in them)."
    assert stretches == [("pause", "", "", "0")]
    again = enter(study, "P1", tmp_path)
    with again.file:
        again.visit(80, 24)
        again.note("away", why="pause")
        sheet, stretches = told("both")
        assert "(1 of unknown length: the program crashed in them; 1 still open, and not in the sum)" in sheet
        assert [row[3] for row in stretches] == ["0", "1"]
        again.note("left")
        assert "still open" not in told("left")[0]


@pytest.mark.parametrize("resumed", [False, True])
def test_a_crash_is_counted_whether_they_come_back_or_not(tmp_path: Path, resumed: bool) -> None:
    study = load(tmp_path)
    run = enter(study, "P1", tmp_path)
    with run.file:
        run.visit(80, 24)
        walk(run, until=lambda view: view.key == "trial/a.1")
        run.note("shown", view="trial/a.1")
        assert "Time that is not known" not in method_sheet(collect("small", study, tmp_path))
    if resumed:
        again = enter(study, "P1", tmp_path)
        with again.file:
            again.visit(80, 24)
            again.note("left")
    assert "Time that is not known, and in no figure: 1 time the" in method_sheet(collect("small", study, tmp_path))


def test_a_trial_is_over_before_its_score_card_and_whoever_is_killed_there_lacks_no_time(tmp_path: Path) -> None:
    study = load(tmp_path)
    run = enter(study, "P1", tmp_path)
    with run.file:
        run.visit(80, 24)
        session = first_trial(run)
        run.note("shown", view="trial/a.1")
        assert asyncio.run(play(run, session)) == "complete"
    over = open_record(session.path).events[-1].at
    append_note(session.path, Noted(over + 900, 1, "n", "seen"))
    assert "Time that is not known" not in method_sheet(collect("small", study, tmp_path))
    again = enter(study, "P1", tmp_path)
    with again.file:
        again.visit(80, 24)
        view = again.next
        assert view is not None
        again.file.append("done", over + 60, view=view.key, seconds=20.0, away={}, outcome="complete")
        walk(again)
    assert "Time that is not known" not in method_sheet(collect("small", study, tmp_path))
    export_study("small", study, tmp_path / "out", tmp_path)
    (ended,) = (row["ended"] for row in rows(tmp_path / "out" / "pages.csv") if row["view"] == "trial/a.1")
    assert datetime.fromisoformat(ended).timestamp() == pytest.approx(over, abs=0.002)


def test_the_sheet_tells_of_no_other_try_where_there_is_one(tmp_path: Path) -> None:
    asked = '[[questions]]\nkey = "q"\ntext = "Why?"\noptions = ["a", "b"]\nanswer = "a"\n'
    for tries, again in ((1, False), (2, True)):
        pages = 'pages = [{text = "One."}]'
        study = load(tmp_path, more=pages, conditions=f"[comprehension]\ntries = {tries}\n{asked}")
        sheet = method_sheet(collect("small", study, tmp_path))
        assert f"tries: {tries}." in sheet
        assert ("another try" in sheet) == again


@pytest.mark.parametrize("feedback", [False, True])
@pytest.mark.parametrize("presentation", ["prompt-only", "gauges"])
def test_the_sheet_tells_that_a_score_card_says_how_many_steps_there_were(
    tmp_path: Path, presentation: str, feedback: bool
) -> None:
    condition = f'[[conditions]]\nname = "c"\npresentation = "{presentation}"\n'
    study = load(tmp_path, conditions=condition, more=f"feedback = {str(feedback).lower()}")
    sheet = method_sheet(collect("small", study, tmp_path))
    assert ("say how many steps the trial had" in sheet) == (feedback and presentation == "prompt-only")
