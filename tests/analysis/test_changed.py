"""Trials that were disturbed or told otherwise: what is noise, and which trials are averaged under which name."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import bioblue_envs
import pytest
from click.testing import CliRunner

from bioblue_tui.analysis.comparison import Comparison
from bioblue_tui.analysis.digest import digest
from bioblue_tui.analysis.outcome import Outcome
from bioblue_tui.analysis.peers import find_peers
from bioblue_tui.analysis.trial import AnalysedTrial, sameness
from bioblue_tui.analysis.words import step_sentence
from bioblue_tui.cli import cli
from bioblue_tui.display.comparison import comparison_json, comparison_lines
from bioblue_tui.display.look import Look
from bioblue_tui.display.outcomes import outcome_tables
from bioblue_tui.records.collection import open_record
from bioblue_tui.report.content import report
from bioblue_tui.report.table import as_text
from bioblue_tui.report.trials import grouped
from bioblue_tui.trials.events import Event, Intervened, Planned, Stepped
from bioblue_tui.trials.state import TrialState
from bioblue_tui.widgets.strips_foot import averages
from tests.support.changed import changed
from tests.support.records import header_for, play
from tests.support.reports import record, shown, write_record

PUSH: Planned = (5, "disturb", [7])


def compared(*paths: Path) -> Comparison:
    return Comparison([open_record(path) for path in paths])


def titles(*paths: Path) -> list[str]:
    return [group.title for group in grouped(shown(*paths))]


def averaged(*paths: Path) -> list[str]:
    return [
        each.title
        for each in averages([digest(path) for path in paths], beside=False)
        if each.title.startswith("homeostasis")
    ]


@pytest.mark.parametrize("live", [False, True])
@pytest.mark.parametrize("turned", [False, True])
def test_a_disturbance_is_no_noise(tmp_path: Path, live: bool, turned: bool) -> None:
    paths = [changed(tmp_path), changed(tmp_path, PUSH, live=live)]
    found = compared(*(reversed(paths) if turned else paths))
    who = 1 if turned else 2
    parted = found.members[1].parted
    assert found.same_noise
    assert (parted and (parted.noise, parted.disturbance, parted.state)) == (None, 5, 5)
    assert found.noise_words == "same noise, disturbed from step 5 on"
    (note,) = found.notes
    assert note.startswith(f"Disturbed from step 5 on (trial {who}: disturb 7 at step 5). The noise is the same;")
    assert found.headlines == ["Disturbed from step 5 on"]
    lines = list(comparison_lines(found, Look.of(io.StringIO())))
    assert lines[0] == "homeostasis: 2 trials, same noise, disturbed from step 5 on"
    assert any("states from step 5, disturbances from step 5, over 12" in line for line in lines)
    assert any(line.endswith(" on the same noise and disturbances") for line in lines)
    facts = comparison_json(found)
    assert (facts["same_noise"], facts["disturbed_from"]) == (True, 5)
    trials = facts["trials"]
    assert isinstance(trials, list)
    assert [trial["disturbances"] for trial in trials][who - 1] == [{"step": 5, "change": [7]}]


def test_trials_disturbed_alike_part_in_nothing(tmp_path: Path) -> None:
    found = compared(changed(tmp_path, PUSH), changed(tmp_path, PUSH))
    assert (found.noise_words, found.notes) == ("same noise, all disturbed alike", [])
    other = compared(changed(tmp_path, PUSH), changed(tmp_path, PUSH, seed=2))
    assert not other.same_noise
    assert other.noise_words == "different noise, all disturbed alike"


def test_a_disturbance_of_nothing_is_none(tmp_path: Path) -> None:
    none: tuple[Planned, ...] = (5, "disturb", [0]), (6, "disturb", [3]), (6, "disturb", [-3])
    paths = changed(tmp_path), changed(tmp_path, *none)
    found = compared(*paths)
    assert (found.noise_words, found.notes, found.disturbed) == ("same noise", [], False)
    assert not any("disturbance" in step_sentence(found.members[1].state, step) for step in (5, 6))
    (trial,) = report(shown(paths[1])).trials
    assert "disturbance" not in trial.steps.head


def test_groups_are_named_by_what_was_planned_for_them(tmp_path: Path) -> None:
    reminded: Planned = (5, "remind", "Keep near")
    paths = [changed(tmp_path), changed(tmp_path, PUSH), changed(tmp_path, reminded)]
    assert titles(*paths) == [
        "homeostasis · thermostat",
        "homeostasis · thermostat, planned: disturb 7 at step 5",
        "homeostasis · thermostat, planned: remind Keep near at step 5",
    ]
    assert averaged(*paths) == [f"{title} · 1 trial" for title in titles(*paths)]


def test_groups_that_differ_beyond_what_a_line_says_have_no_one_name(tmp_path: Path) -> None:
    long = "Keep the level near its target, and " * 5
    paths = [changed(tmp_path, (5, "remind", long + end)) for end in ("rest", "wait", "rest")]
    found = titles(*paths)
    assert len(found) == len(set(found)) == 2
    for at, title in enumerate(found, 1):
        assert title.endswith(f"more characters] at step 5 · {at} of 2 of this name")
    assert len(set(averaged(*paths))) == 2


@pytest.mark.parametrize("what", [PUSH, (5, "remind", "Keep near"), (5, "rewards", False), (5, "summary", True)])
def test_what_was_changed_live_is_a_group_of_its_own(tmp_path: Path, what: Planned) -> None:
    quiet, live, same = (
        changed(tmp_path),
        changed(tmp_path, what, live=True),
        changed(tmp_path, what, seed=2, live=True),
    )
    planned = changed(tmp_path, what)
    found = grouped(shown(quiet, live, same, planned))
    assert [len(group.trials) for group in found] == [1, 2, 1]
    assert found[1].title.startswith(f"homeostasis · thermostat, live: {what[1]} ")
    assert len({*averaged(quiet, live, same, planned)}) == 3
    outcome = Outcome.of(TrialState(open_record(live).header).feed(open_record(live).events), live)
    table = next(outcome_tables(found[0].environment, "thermostat", [outcome]))
    assert table.title.startswith(f"homeostasis, thermostat, live: {what[1]} ")
    assert sameness({"quiet": AnalysedTrial.open(quiet), "live": AnalysedTrial.open(live)}) == []


def test_what_was_meant_for_a_step_that_was_never_played_changed_nothing(tmp_path: Path) -> None:
    whole, short = changed(tmp_path, PUSH, live=True), changed(tmp_path, PUSH, live=True)
    text = short.read_text(encoding="utf-8").splitlines(keepends=True)
    cut = next(place for place, line in enumerate(text) if '"intervened"' in line)
    short.write_text("".join(text[: cut + 1]), encoding="utf-8")
    assert ", live: " in titles(whole)[0]
    assert ", live: " not in titles(short)[0]
    assert [member.disturbances for member in compared(whole, short).members] == [[PUSH], []]


def test_copies_are_found_whatever_was_added_to_their_noise(tmp_path: Path) -> None:
    paths = {name: AnalysedTrial.open(changed(tmp_path, PUSH)) for name in ("x", "y")}
    (told,) = (line for line in sameness(paths) if "noise" in line)
    assert told.startswith("2 trials use the same noise")


def test_tables_tell_disturbances_from_noise(tmp_path: Path) -> None:
    rows = [list(csv.DictReader(io.StringIO(as_text(shown(changed(tmp_path, *what)), ",")))) for what in ((), (PUSH,))]
    quiet, pushed = rows
    assert [row["disturbance"] for row in quiet] == ["0"] * 12
    assert [row["disturbance"] for row in pushed] == ["7" if step == 5 else "0" for step in range(1, 13)]
    noise = [[int(row["change"]) - int(row["disturbance"]) for row in each] for each in rows]
    assert noise[0] == noise[1]


def test_the_reference_is_said_to_meet_the_disturbances_too(tmp_path: Path) -> None:
    quiet, pushed = report(shown(changed(tmp_path), changed(tmp_path, PUSH))).groups
    assert " on the same noise; " not in pushed.figures[1].caption
    assert " on the same noise and disturbances" in pushed.figures[1].caption
    assert " and disturbances" not in quiet.figures[1].caption
    met = " on the same noise and disturbances"
    assert f"reference's{met})" in next(table.caption for table in pushed.figures if "paired by seed" in table.caption)
    first, second = report(shown(changed(tmp_path), changed(tmp_path, PUSH))).trials
    assert [met in trial.rewards.caption for trial in (first, second)] == [False, True]
    assert [trial.steps.head[2:4] for trial in (first, second)] == [("noise", "level"), ("noise", "disturbance")]
    assert [row[3] for row in second.steps.rows] == ["+7" if step == 5 else "–" for step in range(1, 13)]
    record = open_record(changed(tmp_path, PUSH))
    state = TrialState(record.header).feed(record.events)
    tables = outcome_tables(state.environment, "thermostat", [Outcome.of(state, tmp_path / "x.jsonl")])
    assert [table.title for table in tables if met in table.title]


def test_what_a_person_played_too_is_said_with_every_measure(tmp_path: Path) -> None:
    header = header_for(bioblue_envs.make("homeostasis"), 12, 1, agent="b")
    played = [replace(e, actor="human") if isinstance(e, Stepped) and e.step == 5 else e for e in play(header)]
    found = report(shown(write_record(tmp_path / "a.jsonl", header, played)))
    over = " over all steps, those of others too"
    metrics = found.groups[0].figures[2].caption
    assert metrics == f"Metrics{over}, and attempts that did not count at the steps of the agent itself"
    assert found.trials[0].metrics.caption == f"Metrics{over}"


def test_analyse_says_that_references_meet_disturbances(tmp_path: Path) -> None:
    def said(path: Path) -> str:
        return CliRunner().invoke(cli, ["analyse", str(path)]).output

    assert ", same noise):" in said(changed(tmp_path))
    assert ", same noise and disturbances):" in said(changed(tmp_path, PUSH))


def test_groups_without_a_common_seed_say_once_why_they_are_not_compared(tmp_path: Path) -> None:
    trials = shown(
        *(
            record(tmp_path / f"{agent}.jsonl", "homeostasis", seed=seed, agent=agent)
            for seed, agent in enumerate("abc")
        )
    )
    (why,) = (line for line in report(trials).warnings if "not compared" in line)
    assert why.endswith("no known seed is common: homeostasis · b, homeostasis · c with homeostasis · a")
    both = shown(*(record(tmp_path / f"{agent}.jsonl", "homeostasis", seed=1, agent=agent) for agent in "ab"))
    assert not any("not compared" in line for line in report(both).warnings)


def test_who_was_disturbed_is_no_peer(tmp_path: Path) -> None:
    def peers(schedule: tuple[Planned, ...] = (), live: Sequence[Event] = ()) -> int:
        folder = tmp_path / str(len(list(tmp_path.iterdir())))
        folder.mkdir()
        path = record(folder / "a.jsonl", "homeostasis", agent="openai:m", model="m", schedule=schedule)
        own = open_record(path)
        write_record(path, own.header, [*live, *own.events])
        mine = open_record(record(tmp_path / "mine.jsonl", "homeostasis", agent="human")).header
        assert path.exists()
        return len(find_peers(mine, folder))

    assert peers() == 1
    assert peers((PUSH,)) == 0
    assert peers(live=[Intervened(0.0, 2, "remind", "Keep near")]) == 0
