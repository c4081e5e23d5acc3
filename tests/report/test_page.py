"""The page: its figures are those of the analysis, it needs nothing else, and no text in it takes effect."""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import re
import shutil
from collections import Counter
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import bioblue_envs
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bioblue_tui.formatting.numbers import amount, signed
from bioblue_tui.records.schema import dumps, encode_event
from bioblue_tui.report.answers import raw_steps
from bioblue_tui.report.content import report
from bioblue_tui.report.page import page
from bioblue_tui.report.pictures import mean_plots
from bioblue_tui.report.plots import caption, means, series_of
from bioblue_tui.report.table import as_text
from bioblue_tui.report.trials import Shown, grouped
from bioblue_tui.trials.events import Answered, Asked, Ended, Noted, Stepped
from tests.support.attacks import ALL, FORBIDDEN
from tests.support.records import header_for, need_published, play, published_files
from tests.support.reports import greedy, record, shown, write_record

TAGS = frozenset(
    re.findall(
        r"\w+",
        "html head meta title style body a header h1 h2 h3 h4 p main section strong ul ol li nav div table caption "
        "thead tbody tfoot tr th td figure figcaption svg desc path rect circle text article span details summary "
        "code pre dl dt dd",
    )
)
"""All that a page is made of: nothing in it runs, loads or sends."""

VOID = {"meta"}

HOSTILE = (
    "</pre></style></title><script>alert(1)</script><img src=http://pwned.example/x onerror=alert(1)>"
    '"\'><svg onload=alert(1)><a href="javascript:alert(1)">x</a>{{ 7 * 7 }}{% raw %}]]><!-- &lt;b&gt; '
)


class Parsed(HTMLParser):
    """What a browser makes of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.stack: list[str] = []
        self.texts: list[tuple[str, str]] = []
        self.feed(text)
        self.close()
        assert self.stack == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.stack.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.stack.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append((self.stack[-1] if self.stack else "", data))

    def handle_comment(self, data: str) -> None:
        raise AssertionError(f"a comment: {data[:50]}")

    def text_in(self, *tags: str) -> str:
        return "\n".join(text for tag, text in self.texts if tag in tags)

    @property
    def structure(self) -> list[tuple[str, tuple[str, ...]]]:
        return [(tag, tuple(attrs)) for tag, attrs in self.elements]


def parse(trials: list[Shown]) -> Parsed:
    return Parsed(page(report(trials)))


def assert_inert(parsed: Parsed) -> None:
    """Nothing runs, nothing is loaded, every link leads to a place in the page."""
    ids = Counter(attrs["id"] for _, attrs in parsed.elements if "id" in attrs)
    assert all(count == 1 for count in ids.values())
    for tag, attrs in parsed.elements:
        assert tag in TAGS, tag
        for name, value in attrs.items():
            assert not name.startswith("on"), (tag, name)
            assert name not in ("style", "src", "srcset", "action", "data", "xlink:href"), (tag, name)
            if name == "href":
                assert value is not None
                assert value.startswith("#")
                assert value[1:] in ids
            assert "url(" not in (value or "")
    assert not re.search(r"url\(|@import|https?:", parsed.text_in("style"))


@pytest.fixture(scope="module")
def trials(tmp_path_factory: pytest.TempPathFactory) -> list[Shown]:
    folder = tmp_path_factory.mktemp("records")
    chosen = [record(folder / f"b{seed}.jsonl", "multi-homeostasis", greedy, seed=seed) for seed in (1, 2, 3)]
    others = [record(folder / f"{name}.jsonl", name) for name in bioblue_envs.ids()]
    return shown(*chosen, *others)


@pytest.fixture(scope="module")
def parsed(trials: list[Shown]) -> Parsed:
    return parse(trials)


def test_it_needs_nothing_else(parsed: Parsed) -> None:
    assert_inert(parsed)


def test_only_its_own_style_may_apply_and_nothing_else(parsed: Parsed) -> None:
    policy = next(a["content"] for _, a in parsed.elements if a.get("http-equiv") == "Content-Security-Policy")
    digest = base64.b64encode(hashlib.sha256(parsed.text_in("style").encode()).digest()).decode()
    assert policy == f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"


def test_every_figure_is_the_analysis_own(trials: list[Shown], parsed: Parsed) -> None:
    texts = [text for tag, text in parsed.texts if tag == "td"]
    assert not [text for text in texts if re.fullmatch(r"[−+]?\d+ \d{3}", text)], "no line is broken within a number"
    cells = Counter(text.replace("\N{NARROW NO-BREAK SPACE}", " ") for text in texts)
    expected: Counter[str] = Counter()
    for trial in trials:
        for key, total in trial.figures.totals.items():
            difference = trial.figures.difference(key)
            assert difference is not None
            expected[amount(total, 12)] += 1
            expected[signed(difference, 12)] += 1
    assert not expected - cells


def test_findings_stand_with_onset_and_evidence(trials: list[Shown], parsed: Parsed) -> None:
    items = " ".join(parsed.text_in("li", "strong", "span").split())
    findings = [finding for trial in trials for finding in trial.analysis.findings]
    assert any(finding.mode == "accelerating_maximisation" for finding in findings)
    for finding in findings:
        assert f"steps {finding.onset} to" in items
        assert finding.evidence in items
        assert finding.name in items


def test_what_was_said_around_an_onset_is_there_whole(tmp_path: Path) -> None:
    (trial,) = shown(record(tmp_path / "a.jsonl", "homeostasis", greedy, text="I reason\nover lines"))
    finding = trial.failures[0]
    parsed = parse([trial])
    said = parsed.text_in("pre")
    for step in range(finding.onset - 2, finding.onset + 3):
        answer = trial.state.steps[step - 1].answer
        assert answer is not None
        assert answer.text is not None
        assert answer.text in said
        assert any(text.startswith(f"Step {step}") for tag, text in parsed.texts if tag == "summary")


def test_provenance_names_all_that_a_repetition_needs(tmp_path: Path) -> None:
    path = record(
        tmp_path / "a.jsonl", "homeostasis", seed=17, model="some-model", provider={"temperature": 0.7}, program="p 9.8"
    )
    told = parse(shown(path)).text_in("dd", "dt")
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    for wanted in (digest, "17", "some-model", "temperature", "0.7", "p 9.8", "parameter hysteresis", "a.jsonl"):
        assert wanted in told


def test_every_chart_has_words_for_those_who_cannot_see_it(trials: list[Shown], parsed: Parsed) -> None:
    drawn = [attrs for tag, attrs in parsed.elements if tag == "svg"]
    ids = {attrs.get("id") for tag, attrs in parsed.elements if tag in ("title", "desc")}
    assert len(drawn) >= sum(len(trial.environment.gauges) for trial in trials)
    for attrs in drawn:
        assert attrs["role"] == "img"
        assert set((attrs["aria-labelledby"] or "").split()) <= ids
    assert all(text.strip() for tag, text in parsed.texts if tag == "desc")


def test_trials_that_are_no_different_ones_are_told_before_any_mean(tmp_path: Path) -> None:
    same = [record(tmp_path / f"{n}.jsonl", "homeostasis", seed=5) for n in range(3)]
    told = parse(shown(*same)).text_in("li")
    assert "3 trials use the same noise" in told
    assert "3 trials share one sequence of actions" in told


def test_notes_stand_with_their_steps_and_take_no_effect(tmp_path: Path) -> None:
    path = record(tmp_path / "a.jsonl", "homeostasis", greedy)
    note = Noted(1.0, 7, "n", f"here it turns {HOSTILE}", "unbounded_maximisation", "Ada")
    with path.open("a", encoding="utf-8") as file:
        file.write(f"{dumps(encode_event(note))}\n")
    parsed = parse(shown(path))
    assert_inert(parsed)
    assert "Step 7: [unbounded_maximisation] here it turns </pre>" in parsed.text_in("li")
    assert "(Ada)" in parsed.text_in("li")
    (row,) = (row for row in csv.DictReader(io.StringIO(as_text(shown(path), ","))) if row["step"] == "7")
    assert "here it turns" in row["notes"]


def test_a_trial_without_a_step_has_its_place(tmp_path: Path) -> None:
    header = header_for(bioblue_envs.make("homeostasis"), 10)
    path = write_record(tmp_path / "empty.jsonl", header, [Ended(1.0, 0, "stopped")])
    parsed = parse(shown(path))
    assert_inert(parsed)
    assert "no verdict" in parsed.text_in("span")
    assert "No step was played." in parsed.text_in("p")
    assert "No failure found" not in parsed.text_in("p", "figcaption")


def test_a_trial_without_a_step_counts_nowhere(tmp_path: Path) -> None:
    played = [record(tmp_path / f"{seed}.jsonl", "homeostasis", seed=seed) for seed in (1, 2)]
    header = replace(shown(played[0])[0].header, seed=3)
    empty = write_record(tmp_path / "empty.jsonl", header, [Ended(1.0, 0, "stopped")])
    (group,), (alone,) = report(shown(*played, empty)).groups, report(shown(*played)).groups
    out = "1 left out, not played to the end: 1 stopped"
    assert [[row[1:] for row in table.foot] for table in group.figures] == [
        [row[1:] for row in table.foot] for table in alone.figures
    ]
    assert group.figures[0].rows == alone.figures[0].rows, "verdicts and failures"
    assert group.figures[0].caption == f"{alone.figures[0].caption}, {out}"
    assert group.plots is not None
    assert alone.plots is not None
    assert group.plots.drawing.alone().replace(f", {out}", "") == alone.plots.drawing.alone()
    (warning,) = report(shown(*played, empty)).warnings
    assert warning == f"means, shares and comparisons are of trials that were played to their end: {out} (trial 3)"
    (row,) = (row for row in group.trials.rows if row[1] == "empty.jsonl")
    assert row[3:] == ("stopped", "–", "no step was played", "–", "–")
    (one,) = report(shown(played[0], empty)).groups
    assert one.plots is None
    assert not any(table.foot for table in one.figures)
    (none,) = report(shown(empty)).groups
    assert none.plots is None
    assert "No step was played" in mean_plots(shown(empty)).alone()


def test_copies_of_a_trial_move_no_mean_and_no_interval(tmp_path: Path) -> None:
    paths = [record(tmp_path / f"{seed}.jsonl", "homeostasis", seed=seed) for seed in range(1, 7)]
    copies = [Path(shutil.copy(paths[1], tmp_path / f"copy-{n}.jsonl")) for n in range(4)]
    (one,), (more,) = report(shown(*paths)).groups, report(shown(*paths, *copies)).groups
    for table, other in zip(one.figures[1:], more.figures[1:], strict=True):
        assert other.foot[0][0] == "mean of 6 independent trials (10 played)"
        assert [row[1:] for row in other.foot] == [row[1:] for row in table.foot]
    assert [row[0] for row in more.figures[0].rows] == [row[0] for row in one.figures[0].rows]
    assert [row[2:] for row in more.figures[0].rows] == [row[2:] for row in one.figures[0].rows]
    (single,), (several,) = grouped(shown(*paths)), grouped(shown(*paths, *copies))
    for series, same in zip(series_of(single, [single]), series_of(several, [several]), strict=True):
        assert means(same, 40, several.kin) == means(series, 40, single.kin)
    assert "mean of 6 independent trials (10 played)" in caption(several)


def test_numbers_of_any_size_have_their_place(tmp_path: Path) -> None:
    def endless(environment: bioblue_envs.Environment, state: bioblue_envs.State) -> str:
        return "999999999" if state.step > 5 else "0"

    path = record(tmp_path / "a.jsonl", "homeostasis", endless)
    lines = path.read_text().replace("999999999", "9" * 290)
    path.write_text(lines)
    assert_inert(parse(shown(path)))


# Hostile texts


markup = st.sampled_from(re.findall(r"\S+", "< > \" ' & / = <b> </pre> </style> <script> ]]> --> <!-- {{ }} {% `"))
texts = st.lists(st.one_of(markup, st.text(st.characters(codec="utf-8"), max_size=5)), max_size=8).map("".join)

FIELDS = ("agent", "model", "instruction", "wording", "condition", "program", "created", "id")


def hostile_record(path: Path, text: str) -> Path:
    """Write a runaway whose every text is hostile."""
    fields: dict[str, Any] = dict.fromkeys(
        ("agent", "model", "instruction", "wording", "condition", "program", "created", "id"), text
    )
    return record(
        path,
        "multi-homeostasis",
        greedy,
        steps=30,
        provider={text or "p": text},
        parent={"file": text, "step": 1},
        presentation=text,
        text=text,
        **fields,
    )


def test_no_text_of_a_record_takes_effect(tmp_path: Path) -> None:
    innocent = parse(shown(hostile_record(tmp_path / "x.jsonl", "x")))
    hostile = parse(shown(hostile_record(tmp_path / "<b onclick=x>.jsonl", HOSTILE + ALL)))
    assert_inert(hostile)
    assert hostile.structure == innocent.structure
    shown_text = hostile.text_in("pre")
    assert "</pre></style></title><script>alert(1)</script>" in shown_text
    assert "{{ 7 * 7 }}" in shown_text
    assert not any(FORBIDDEN.findall(text) for tag, text in hostile.texts)


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=texts)
def test_whatever_the_texts_the_page_is_built_alike(tmp_path: Path, text: str) -> None:
    # A letter at both ends keeps the text from being empty where blanks are left out.
    innocent = parse(shown(hostile_record(tmp_path / "x.jsonl", "xx")))
    hostile = parse(shown(hostile_record(tmp_path / "x.jsonl", f"x{text}x")))
    assert hostile.structure == innocent.structure


def test_a_damaged_answer_can_be_written(tmp_path: Path) -> None:
    header = header_for(bioblue_envs.make("homeostasis"), 3)
    path = write_record(
        tmp_path / "a.jsonl",
        header,
        [
            Asked(1.0, 1, 1, "?", "a"),
            Answered(1.0, 1, 1, "\ud800 4", "a"),
            Stepped(1.0, 1, "a", (4,), (0,), (100,), (104,), *_nothing(), ""),
        ],
    )
    assert page(report(shown(path))).encode()


def _nothing() -> tuple[dict[str, bioblue_envs.Number], dict[str, bioblue_envs.Number], dict[str, bioblue_envs.Number]]:
    zero: dict[str, bioblue_envs.Number] = {"consumption": 4, "undersatiation": 0, "oversatiation": 0}
    return zero, {"deviation": 4}, zero


@need_published
def test_published_trials_make_an_inert_page() -> None:
    trials = shown(*published_files())
    parsed = parse(trials)
    assert_inert(parsed)
    titles = parsed.text_in("h3")
    assert all(f"Trial {trial.label} " in titles for trial in trials)


def test_what_two_have_played_is_a_group_that_says_so_and_rows_say_who_acted(tmp_path: Path) -> None:
    own = record(tmp_path / "own.jsonl", "homeostasis", seed=1, agent="b")
    header = header_for(
        bioblue_envs.make("homeostasis"), 40, 3, agent="b", parent={"id": "p", "file": "p.jsonl", "step": 9}
    )
    events = [
        replace(event, actor="a") if isinstance(event, Stepped) and event.step <= 9 else event for event in play(header)
    ]
    trials = shown(own, write_record(tmp_path / "fork.jsonl", header, events))
    first, second = report(trials).groups
    assert (first.title, second.title) == ("homeostasis · b", "homeostasis · b from step 10 of the trial of a")
    assert second.figures[0].caption.startswith("Sum of each reward dimension over all steps, the parent's first 9 too")
    rows = [row for row in csv.DictReader(io.StringIO(as_text(trials, ","))) if row["file"] == "fork.jsonl"]
    assert [row["actor"] for row in rows] == ["a"] * 9 + ["b"] * 31


def test_what_a_person_answered_in_the_agents_place_is_told_as_theirs(tmp_path: Path) -> None:
    header = header_for(bioblue_envs.make("homeostasis"), 40, 3, agent="openai:x")
    (alone,) = shown(write_record(tmp_path / "alone.jsonl", header, play(header, greedy)))
    theirs = alone.failures[0].onset
    events = [
        replace(event, actor="human")
        if isinstance(event, Asked | Answered | Stepped) and event.step == theirs
        else event
        for event in play(header, greedy)
    ]
    (trial,) = shown(write_record(tmp_path / "own.jsonl", header, events))
    by = {step.number: {said.outcome.startswith("by human: ") for said in step.said} for step in raw_steps(trial)[0]}
    assert by.pop(theirs) == {True}
    assert set().union(*by.values()) == {False}


def test_groups_that_differ_by_their_steps_alone_name_them(tmp_path: Path) -> None:
    paths = [record(tmp_path / f"{steps}.jsonl", "homeostasis", steps=steps, agent="b") for steps in (20, 40)]
    assert [group.title for group in grouped(shown(*paths))] == [
        "homeostasis · b · 20 steps planned",
        "homeostasis · b · 40 steps planned",
    ]


def test_trials_that_are_not_averaged_are_not_said_to_count_as_one(tmp_path: Path) -> None:
    paths = [record(tmp_path / f"{name}.jsonl", "sustainability", agent="b", condition=name) for name in ("x", "y")]
    assert report(shown(*paths)).warnings == ()
