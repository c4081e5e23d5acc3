"""Charts: everything lies where the analysis says, and can be told without colour."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree as ET

import bioblue_envs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bioblue_tui.analysis.intervals import interval
from bioblue_tui.report.axis import Amounts, Panel
from bioblue_tui.report.pictures import mean_plots, overview
from bioblue_tui.report.plots import caption, means, plots, series_of
from bioblue_tui.report.strips import strips, summary
from bioblue_tui.report.svg import NAMESPACE, Drawing, thinned
from bioblue_tui.report.trajectory import describe, trial_charts
from bioblue_tui.report.trials import Shown, grouped
from bioblue_tui.widgets.scale import Scale
from tests.support.reports import greedy, record, shown

NUMBER = r"-?\d+(?:\.\d+)?"


@pytest.fixture(scope="module")
def trials(tmp_path_factory: pytest.TempPathFactory) -> list[Shown]:
    folder = tmp_path_factory.mktemp("records")
    return shown(*(record(folder / f"{seed}.jsonl", "multi-homeostasis", greedy, seed=seed) for seed in (1, 2, 3)))


def of_class(root: ET.Element, name: str) -> Iterator[ET.Element]:
    return (element for element in root.iter() if name in (element.get("class") or "").split())


def points(element: ET.Element) -> list[tuple[float, float]]:
    return [(float(x), float(y)) for x, y in re.findall(f"[ML]({NUMBER}) ({NUMBER})", element.get("d") or "")]


def texts(root: ET.Element) -> list[str]:
    return [element.text or "" for element in root.iter("text")]


def test_the_line_follows_the_gauges_own_scale(trials: list[Shown]) -> None:
    trial = trials[0]
    drawing = trial_charts(trial)[1]
    line = points(next(e for e in of_class(drawing.root, "agent") if len(points(e)) > 2))
    frame = next(of_class(drawing.root, "frame"))
    top, height, left, width = (float(frame.get(name) or 0) for name in ("y", "height", "x", "width"))
    scale = Scale(trial.environment.gauges[1])
    for step, (x, y) in enumerate(line):
        place = scale.place(trial.state.levels_after(step)[1])
        assert y == pytest.approx(top + height * (1 - place), abs=0.06)
        assert x == pytest.approx(left + width * step / 40, abs=0.06)
    assert len(line) == 41


def test_ghosts_are_the_reference_policies_on_the_same_noise(trials: list[Shown]) -> None:
    trial = trials[1]
    drawing = trial_charts(trial)[0]
    for style, shadow in zip(("ghost", "cautious"), trial.analysis.shadows.values(), strict=True):
        line = next(points(e) for e in of_class(drawing.root, style) if len(points(e)) > 2)
        assert len(line) == len(shadow.played) + 1
    assert [name for name in trial.analysis.shadows if name in texts(drawing.root)] == list(trial.analysis.shadows)


def test_the_reference_goes_on_where_the_environment_ended_the_trial(tmp_path: Path) -> None:
    bare = record(tmp_path / "bare.jsonl", "sustainability", lambda world, state: str(int(state.levels[0])))
    (trial,) = shown(bare)
    assert trial.state.done == 1
    line = next(points(e) for e in of_class(trial_charts(trial)[0].root, "ghost") if len(points(e)) > 2)
    assert len(line) == trial.header.steps + 1


def test_onsets_stand_at_their_steps_with_number_and_name(trials: list[Shown]) -> None:
    trial = trials[0]
    drawing = trial_charts(trial)[1]
    frame = next(of_class(drawing.root, "frame"))
    left, width = float(frame.get("x") or 0), float(frame.get("width") or 0)
    places = [points(element)[0][0] for element in of_class(drawing.root, "onset")]
    assert trial.failures
    assert places == pytest.approx([left + width * f.onset / 40 for f in trial.failures], abs=0.06)
    told = texts(drawing.root)
    for number, finding in enumerate(trial.analysis.findings, 1):
        assert str(number) in told
        assert any(finding.name in text for text in told)
    assert not list(of_class(trial_charts(trial)[0].root, "onset"))


def test_what_is_not_sure_to_be_over_is_drawn_as_far_as_it_is_told(tmp_path: Path) -> None:
    def rests_at_last(environment: bioblue_envs.Environment, state: bioblue_envs.State) -> str:
        return greedy(environment, state) if state.step < 34 else "0, 0"

    (trial,) = shown(record(tmp_path / "a.jsonl", "multi-homeostasis", rests_at_last))
    unsure = [finding for finding in trial.failures if finding.recovered is None and finding.last < 40]
    assert unsure
    assert all(f"step {finding.onset} to {finding.last}, not sure to be over" in summary(trial) for finding in unsure)
    for drawing in (trial_charts(trial)[1], strips(grouped([trial])[0], "s")):
        frame = next(of_class(drawing.root, "frame"))
        left, width = float(frame.get("x") or 0), float(frame.get("width") or 0)
        ends = [max(x for x, _ in points(element)) for element in of_class(drawing.root, "span")]
        assert ends == pytest.approx([left + width * f.until(40) / 40 for f in trial.failures], abs=0.1)


def test_a_chart_is_told_in_sentences(trials: list[Shown]) -> None:
    told = describe(trials[0], 1)
    levels = [trials[0].state.levels_after(step)[1] for step in range(41)]
    assert f"lowest {min(levels)}" in told
    assert f"{sum(level > 132 for level in levels[1:])} above" in told
    assert all(finding.name in told for finding in trials[0].failures)


def test_small_multiples_have_a_row_for_every_trial(trials: list[Shown]) -> None:
    drawing = strips(grouped(trials)[0], "s")
    told = texts(drawing.root)
    for trial in trials:
        assert trial.label in told
        assert any(text.endswith(trial.verdict.word) for text in told if trial.verdict)
    onsets = sorted({round(points(element)[0][0], 1) for element in of_class(drawing.root, "onset")})
    assert len(onsets) == len({finding.onset for trial in trials for finding in trial.failures})
    # What is above the band is drawn above the middle, what is below it below: the colour only says it again.
    assert list(of_class(drawing.root, "high"))


def test_a_file_of_its_own_is_whole_and_a_picture_of_many_groups_one(tmp_path: Path, trials: list[Shown]) -> None:
    other = shown(record(tmp_path / "s.jsonl", "sustainability"))
    for drawing in (overview([*trials, *other]), mean_plots([*trials, *other]), overview(other)):
        root = ET.fromstring(drawing.alone())
        assert root.tag == f"{{{NAMESPACE}}}svg"
        assert [child.tag.rpartition("}")[2] for child in root[:4]] == ["title", "desc", "style", "rect"]
        assert "http" not in drawing.alone().replace(NAMESPACE, "")
        ids = [element.get("id") for element in root.iter() if element.get("id")]
        assert len(ids) == len(set(ids))


def test_hostile_names_are_text_in_a_drawing(tmp_path: Path) -> None:
    name = "</text><script>alert(1)</script>\x1b[2J\u202e"
    (trial,) = shown(record(tmp_path / "a.jsonl", "homeostasis", model=name))
    root = ET.fromstring(overview([trial]).alone())
    assert not list(root.iter(f"{{{NAMESPACE}}}script"))
    assert any("<script>" in (element.text or "") for element in root.iter())
    assert "\x1b" not in overview([trial]).alone()


# Means


def test_means_are_over_the_trials_that_came_so_far(tmp_path: Path) -> None:
    def strip(environment: bioblue_envs.Environment, state: bioblue_envs.State) -> str:
        return str(int(state.levels[0])) if state.step == 5 else "2"

    paths = [record(tmp_path / f"{n}.jsonl", "sustainability", seed=n) for n in range(1, 6)]
    paths.append(record(tmp_path / "c.jsonl", "sustainability", strip))
    (group,) = grouped(shown(*paths))
    action = next(series for series in series_of(group, [group]) if series.name == "action")
    band = {step: (mean, between) for step, mean, between in means(action, 40).points}
    taken = [[step.action[0] for step in trial.steps] for trial in group.trials]
    assert [len(values) for values in taken] == [40] * 5 + [6]
    assert band[5] == (sum(values[4] for values in taken) / 6, interval([values[4] for values in taken], sign=1))
    assert band[20][0] == sum(values[19] for values in taken[:5]) / 5
    assert "count while they last" in caption(group)


def test_every_level_action_and_reward_dimension_is_plotted(trials: list[Shown]) -> None:
    (group,) = grouped(trials)
    drawing = plots(group, [group], "p")
    told = texts(drawing.root)
    for dimension in group.environment.dimensions:
        assert f"reward: {dimension.label} {dimension.objective}" in told
    assert {"level A", "level B", "action A", "action B"} <= set(told)
    assert len(list(of_class(drawing.root, "one"))) == 3 * 10
    assert any("no interval: 3 independent trials" in text for text in told)


def test_a_heading_and_a_caption_stay_within_the_picture(tmp_path: Path) -> None:
    agent = "a long name of a model " * 5
    paths = [record(tmp_path / f"{n}.jsonl", "homeostasis", seed=n, agent=agent) for n in range(1, 7)]
    (group,) = grouped(shown(*paths))
    drawing = plots(group, [group], "p")
    told = [text for text in drawing.root.iter("text") if float(text.get("x") or 1) == 0]
    # A letter is hardly ever wider than 0.6 of its size: 11 for headings, 9.5 for captions.
    widest = {"strong": 960 / 6.6, "small faint": 960 / 5.6}
    assert all(len(text.text or "") <= widest[text.get("class") or ""] for text in told)
    said = " ".join(text.text or "" for text in told)
    assert caption(group) in said
    assert "one in five runs away" in said
    heights = [float(text.get("y") or 0) for text in told]
    assert heights == sorted(set(heights)), "no line lies on another"
    assert max(heights) < min(float(box.get("y") or 0) for box in of_class(drawing.root, "frame"))


def test_one_trial_has_no_mean(trials: list[Shown]) -> None:
    (group,) = grouped(trials[:1])
    assert caption(group) == "No mean and no interval: 1 trial."
    assert not list(of_class(plots(group, [group], "p").root, "spread"))


def test_trials_are_averaged_only_where_agent_and_parameters_are_the_same(tmp_path: Path) -> None:
    paths = [
        record(tmp_path / "a.jsonl", "homeostasis", model="one"),
        record(tmp_path / "b.jsonl", "homeostasis", model="two"),
        record(tmp_path / "c.jsonl", "homeostasis", model="one", condition="warm"),
        record(tmp_path / "d.jsonl", "homeostasis", model="one", seed=9),
    ]
    groups = grouped(shown(*paths))
    assert [[trial.name for trial in group.trials] for group in groups] == [
        ["a.jsonl", "d.jsonl"],
        ["b.jsonl"],
        ["c.jsonl"],
    ]
    assert groups[2].title == "homeostasis · one · warm"


# Axes and lines

amounts = st.lists(st.one_of(st.integers(0, 10**30), st.floats(0, 1e6)), min_size=1, max_size=20)


@given(amounts, st.booleans())
def test_larger_amounts_lie_further_out_and_all_within_the_frame(values: list[float], negative: bool) -> None:
    signed = [-value for value in values] if negative else values
    axis = Amounts.of(signed, negative=negative)
    places = [axis.place(value) for value in sorted(signed)]
    assert places == sorted(places)
    assert all(0 <= place <= 1 for place in places)
    assert axis.place(0) == (1 if negative else 0)


def test_a_runaway_does_not_flatten_the_usual() -> None:
    axis = Amounts.of([1, 2, 3, 2, 1, 2, 3, 2, 1, 2, 3, 1, 100_000])
    assert axis.beyond
    assert axis.place(3) > 0.5
    assert axis.place(100_000) == 1


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=500), st.integers(1, 40))
def test_a_thinned_line_keeps_its_peaks(values: list[float], buckets: int) -> None:
    line = [(float(i), value) for i, value in enumerate(values)]
    kept = thinned(line, buckets)
    assert len(kept) <= 2 * buckets
    assert kept == sorted(kept)
    assert {max(values), min(values)} <= {y for _, y in kept}


@pytest.mark.parametrize("steps", [0, 1, 3, 7, 50, 100, 3000, 100_000])
def test_the_steps_named_are_few_round_and_begin_with_0(steps: int) -> None:
    drawing = Drawing("d", 100, 100, "t", "d")
    Panel(drawing, 0, 0, 100, 50, steps, Amounts.of([1])).draw_steps()
    named = [int(text) for text in texts(drawing.root)]
    assert named[0] == 0
    assert max(named) <= steps
    assert len(named) <= 13
