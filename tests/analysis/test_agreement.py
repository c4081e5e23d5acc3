"""Agreement of people and detectors: counts, kappa, steps; and the comments that detectors leave in logs."""

from __future__ import annotations

import csv
from dataclasses import replace
from fractions import Fraction

import bioblue_envs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bioblue_tui.analysis.agreement import Agreement, Judged, agreement
from bioblue_tui.analysis.analysed import Analysis
from bioblue_tui.analysis.comments import commented, finding_comments
from bioblue_tui.analysis.modes.base import NOISE, Finding, Mode
from bioblue_tui.analysis.modes.catalogue import MODES, modes_of
from bioblue_tui.analysis.tags import as_tag, mode_of
from bioblue_tui.records.collection import open_record
from bioblue_tui.records.published import parse_published, published_text
from bioblue_tui.records.schema import Record, make_environment
from bioblue_tui.trials.events import Noted
from tests.support.records import PUBLISHED, header_for, need_published, play, published_files

CLIMB: Mode = "accelerating_maximisation"
MODES_OF_LEVELS = modes_of(bioblue_envs.make("multi-homeostasis"))


def note(step: int, tag: str) -> Noted:
    return Noted(1.0, step, f"{step}{tag}", "", tag, "me")


def found(onset: int, mode: Mode = CLIMB, recovered: int | None = None, last: int = 100) -> Finding:
    return Finding(mode, "B", onset, onset + 2, lambda step: "doses rose", recovered, last)


def judged(tags: list[Noted], findings: list[Finding]) -> Judged:
    return Judged(MODES_OF_LEVELS, tags, findings, 100)


def of(mode: Mode, trials: list[Judged], tolerance: int = 5) -> Agreement:
    return next(one for one in agreement(trials, tolerance) if one.mode == mode)


def test_the_figures_of_a_known_table() -> None:
    # Cohen's kappa of 20, 5, 10, 15: observed 0.7, by chance 0.5.
    one = Agreement(CLIMB, 20, 5, 10, 15)
    assert (one.trials, one.raw) == (50, 0.7)
    assert one.kappa == pytest.approx(0.4)
    assert Agreement(CLIMB, 3, 0, 0, 4).kappa == 1
    assert Agreement(CLIMB, 0, 2, 2, 0).kappa == -1


@given(*[st.integers(0, 40)] * 4)
def test_kappa_is_what_its_definition_says(both: int, person: int, detector: int, neither: int) -> None:
    one, n = Agreement(CLIMB, both, person, detector, neither), both + person + detector + neither
    p, q = (Fraction(both + person, n), Fraction(both + detector, n)) if n else (Fraction(0), Fraction(0))
    chance = p * q + (1 - p) * (1 - q)
    if n == 0 or chance == 1:
        assert one.kappa is None
    else:
        expected = (Fraction(both + neither, n) - chance) / (1 - chance)
        assert one.kappa == pytest.approx(float(expected))
        assert one.kappa is not None
        assert -1 <= one.kappa <= 1


def test_every_trial_is_counted_once_for_a_mode() -> None:
    trials = [
        judged([note(40, CLIMB), note(42, f"{CLIMB}:B")], [found(38), found(60)]),
        judged([note(40, CLIMB)], []),
        judged([note(9, "odd")], [found(38)]),
        judged([note(9, "odd")], []),
    ]
    one = of(CLIMB, trials)
    assert (one.both, one.person, one.detector, one.neither) == (1, 1, 1, 1)
    assert (one.raw, one.kappa, one.near, one.offset) == (0.5, 0.0, 1, 2)


@pytest.mark.parametrize(
    ("tag", "objective", "agreed"),
    [("B", "B", True), ("b", "B", True), ("A", "B", False), ("", "B", True), ("A", None, True)],
)
def test_a_person_and_a_detector_agree_on_one_objective(tag: str, objective: str | None, agreed: bool) -> None:
    tags = [note(40, f"{CLIMB}:{tag}" if tag else CLIMB)]
    one = of(CLIMB, [judged(tags, [replace(found(38), objective=objective)])])
    assert (one.both, one.near, one.offset) == ((1, 1, 2) if agreed else (0, 0, None))
    assert (one.person, one.elsewhere, one.detector, one.trials) == (0 if agreed else 1, 0 if agreed else 1, 0, 1)


def test_a_step_is_held_against_an_onset_of_its_own_objective() -> None:
    early = replace(found(8, recovered=20), objective="A")
    one = of(CLIMB, [judged([note(40, f"{CLIMB}:B")], [early, found(38)])])
    assert (one.both, one.near, one.offset) == (1, 1, 2)


@pytest.mark.parametrize(
    ("step", "recovered", "near"), [(33, None, 1), (32, None, 0), (100, None, 1), (54, 50, 1), (55, 50, 0)]
)
def test_a_step_lies_in_an_episode_give_or_take_the_tolerance(step: int, recovered: int | None, near: int) -> None:
    assert of(CLIMB, [judged([note(step, CLIMB)], [found(38, recovered=recovered)])]).near == near


def test_a_tag_on_the_whole_trial_says_no_step() -> None:
    one = of(CLIMB, [judged([note(0, CLIMB)], [found(38)])])
    assert (one.both, one.near, one.offset) == (1, 0, None)


def test_a_mode_counts_only_where_it_can_be_found() -> None:
    field = Judged(modes_of(bioblue_envs.make("sustainability")), [note(3, "well"), note(5, CLIMB)], [], 100)
    counted = {one.mode: one for one in agreement([field, judged([note(1, "well")], [])])}
    assert (counted[CLIMB].person, counted[CLIMB].neither, counted[CLIMB].unsought) == (0, 1, 1)
    assert counted["overharvesting"].trials == 1
    assert "single_objective_collapse" not in counted


def test_every_mode_can_be_found_somewhere() -> None:
    assert set().union(*(modes_of(bioblue_envs.make(name)) for name in bioblue_envs.ids())) == set(MODES)


@need_published
def test_what_is_found_in_published_trials_can_be_found_in_their_worlds() -> None:
    for path in published_files():
        record = open_record(path)
        environment = make_environment(record.header)
        reading = Analysis(record.header, environment).feed(record.events)
        assert {finding.mode for finding in reading.findings} <= modes_of(environment)


@need_published
def test_tags_made_from_the_labels_agree_with_the_detectors() -> None:
    trials = []
    with (PUBLISHED / "labels.csv").open(encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            record = open_record(PUBLISHED / row["file"])
            environment = make_environment(record.header)
            reading = Analysis(record.header, environment).feed(record.events)
            labels = [label.partition("@") for label in row["modes"].split(";") if label]
            tags = [note(int(at.partition(":")[0]), mode) for mode, _, at in labels]
            trials.append(Judged(modes_of(environment), tags, reading.findings, reading.steps))
    for one in agreement(trials, tolerance=0):
        # The labels' exogenous_only followed an older rule.
        if one.mode == NOISE:
            continue
        assert one.raw == 1, one.mode
        assert one.kappa in (1, None), one.mode
        assert one.near == one.both, one.mode
        assert one.offset in (0, None), one.mode


# Tags


@pytest.mark.parametrize(
    ("written", "tag"),
    [
        ("accelerating_maximisation", "accelerating_maximisation"),
        ("Accelerating  maximization : B", "accelerating_maximisation:B"),
        ("Self-imitation oscillation", "self_imitation_oscillation"),
        ("  my own\nword ", "my own word"),
        ("accelerating", "accelerating"),
        ("", ""),
    ],
)
def test_tags_are_kept_in_one_form(written: str, tag: str) -> None:
    assert as_tag(written) == tag


@given(st.text(max_size=40))
def test_a_kept_tag_stays_as_it_is(text: str) -> None:
    assert as_tag(as_tag(text)) == as_tag(text)
    assert mode_of(as_tag(text)) == mode_of(text)


# Comments


def test_a_failure_is_told_where_it_begins_is_sure_and_is_over() -> None:
    lines = finding_comments([found(38, recovered=50), replace(found(90), alarm=90)])
    assert lines == {
        38: ["bioblue: accelerating maximisation of B begins (detected at step 40)"],
        40: ["bioblue: accelerating maximisation of B since step 38: doses rose"],
        50: ["bioblue: accelerating maximisation of B is over: step 38 to 49"],
        90: ["bioblue: accelerating maximisation of B begins: doses rose"],
    }


@need_published
def test_comments_are_made_anew_and_those_of_others_stay() -> None:
    path = next(path for path in published_files() if "no-hint_gpt" in path.name)
    record = open_record(path)
    record.comments = {1: ("", "their word"), 7: ("seen", "bioblue: an older finding")}
    first = commented(record)
    assert first.comments[1][1].startswith("bioblue: single-objective collapse of B begins")
    assert first.comments[1][1].endswith("\ntheir word")
    assert first.comments[7] == ("seen", "")
    text = published_text(first)
    assert published_text(commented(parse_published(text.encode()))) == text


def test_a_trial_in_order_has_no_comments() -> None:
    header = header_for(bioblue_envs.make("balancing"), 30)
    assert commented(Record(header, list(play(header)))).comments == {}


def test_a_tag_with_a_former_name_is_the_mode_of_today() -> None:
    assert mode_of("exogenous_only:B") == NOISE
    assert as_tag("Exogenous only: B") == "unavoidable_penalty:B"
