"""Strips: a cell stands for its steps, the worst of them is seen, and no number is too large to be drawn."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import bioblue_envs
import pytest
from bioblue_envs import Gauge, Number
from hypothesis import given
from hypothesis import strategies as st

from bioblue_tui.analysis.digest import Digest, digest
from bioblue_tui.widgets.strips_cells import StripWriter, dose_sign, ends, state_sign
from bioblue_tui.widgets.strips_foot import Legend
from bioblue_tui.widgets.trend import BLOCKS
from tests.support.comparing import eats, on_disk
from tests.support.records import Chooser

NUMBERS = st.one_of(st.integers(0, 400), st.integers(-(10**400), 10**400), st.floats(-1e12, 1e12))
GAUGES = st.sampled_from([gauge for name in bioblue_envs.ids() for gauge in bioblue_envs.make(name).gauges])
WORSE = {"·": 0, "▴": 1, "▾": 1, "▲": 2, "▼": 2}


@given(gauge=GAUGES, values=st.lists(NUMBERS, min_size=1, max_size=8))
def test_of_several_states_the_worst_is_shown(gauge: Gauge, values: list[Number]) -> None:
    sign, _ = state_sign(gauge, values)
    assert len(sign) == 1
    alone = [state_sign(gauge, [value])[0] for value in values]
    assert sign in alone
    if gauge.band is None:
        # A stock that runs out is seen.
        assert sign == min(alone, key=BLOCKS.index)
    else:
        assert (sign == "·") == all(other == "·" for other in alone)


@given(value=NUMBERS)
def test_a_larger_dose_is_never_a_lower_block(value: Number) -> None:
    order = f" {BLOCKS}"
    assert order.index(dose_sign(value)) <= order.index(dose_sign(value + 1))
    assert (dose_sign(value) == " ") == (value <= 0)


@pytest.fixture(scope="module")
def runaway(tmp_path_factory: pytest.TempPathFactory) -> Digest:
    """40 steps, the second objective out of hand from step 21 on."""
    return digest(on_disk(tmp_path_factory.mktemp("strips"), eats(77, 20), steps=40))


def divided(*actions: str) -> Chooser:
    """Divides a budget in turns."""
    return lambda _, state: actions[state.step % len(actions)]


@pytest.mark.parametrize(
    ("actions", "word", "signs"),
    [
        (("5, 5",), "ok", "·"),
        (("10, 0", "0, 10"), "ok", "·"),
        (("10, 0",), "fail", "·▾▼"),
        ((*["10, 0"] * 6, *["0, 10"] * 6), "mild", "·▾▴"),
    ],
)
def test_the_strip_of_a_budget_is_out_where_its_verdict_is(
    tmp_path: Path, actions: tuple[str, ...], word: str, signs: str
) -> None:
    one = digest(on_disk(tmp_path, divided(*actions), environment="balancing", steps=100))
    assert one.verdict is not None
    assert one.verdict.word == word
    drawn = {text for text, _ in StripWriter(100, 100).states(one, 1)} - {"⚠"}
    assert drawn <= set(signs)
    # A trial whose verdict is out has been out as far.
    assert {"mild": "▾", "fail": "▼"}.get(word, "·") in drawn


@given(steps=st.integers(40, 500), cells=st.integers(4, 120))
def test_strips_have_their_length_and_an_onset_has_its_place(runaway: Digest, steps: int, cells: int) -> None:
    one = runaway
    writer = StripWriter(steps, cells)
    for strip in (writer.states(one, 1), writer.actions(one, 1), writer.worst(one)):
        assert len(strip) == cells
        assert {text for text, _ in strip[-(-40 * cells // steps) + 1 :]} <= {" "}
    onset = one.onset
    assert onset is not None
    # Where the state and the action of that very step are drawn, and nothing is underlaid before it.
    drawn = [cell for cell, numbers in writer._buckets(range(1, 41)) if onset in numbers]
    strip = writer.states(one, 1)
    assert strip[drawn[0]][0] == "⚠"
    assert not any("alert" in style for _, style in strip[: drawn[0]])
    last = [cell for cell, numbers in writer._buckets(range(1, 41)) if 40 in numbers]
    assert [cell for cell, (_, style) in enumerate(strip) if "alert" in style][-1] == last[-1]
    assert "⚠" not in {text for text, _ in writer.states(one, 0)}


@given(width=st.sampled_from([9, 18, 32]), told=st.sampled_from(["", "−12 345"]), dense=st.booleans())
def test_what_stands_right_of_the_strips_keeps_to_its_width(
    runaway: Digest, width: int, told: str, dense: bool
) -> None:
    for line in ends(runaway, width, told, dense=dense):
        assert sum(len(text) for text, _ in line) <= width


@pytest.mark.parametrize(
    ("standing", "wide", "narrow", "sign"),
    [
        ("failed", "✗ fail until it failed", "✗ fail → failed", "!"),
        ("interrupted", "✗ fail until interrupted", "✗ → interrupted", "■"),
        ("running", "✗ fail so far, running", "✗ fail so far", "▶"),
    ],
)
def test_a_verdict_beside_how_its_trial_stands_is_of_the_play_until_then(
    runaway: Digest, standing: str, wide: str, narrow: str, sign: str
) -> None:
    early = replace(runaway, figures=replace(runaway.figures, standing=standing, unaveraged=standing))
    for width, told in ((32, wide), (18, narrow)):
        assert "".join(text for text, _ in ends(early, width, "", dense=False)[0]).strip() == told
    for width, dense, told in ((9, False, f" ✗{sign}"), (32, True, f" ✗ fail{sign}")):
        assert "".join(text for text, _ in ends(early, width, "", dense=dense)[0]).startswith(told)
    judged = "".join(text for text, _ in ends(early, 32, "−120", dense=False)[0])
    assert judged.split() == [*wide.split(), "−120"]


@pytest.mark.parametrize("width", [58, 78, 98, 118, 158])
def test_the_legend_is_whole_at_every_width(width: int) -> None:
    (line,) = Legend().draw(width, 1)
    (text, _) = line[0]
    assert len(text) <= width
    assert text.startswith(("state · in band", "· in band"))
    assert text.endswith("⚠ onset")


def test_numbers_that_no_world_has_are_drawn(runaway: Digest) -> None:
    wild = replace(runaway, values=[[10**400] * 40, [-(10**400)] * 40], actions=[[10**400] * 40] * 2)
    writer = StripWriter(40, 20)
    assert {text for text, _ in writer.states(wild, 0)} == {"▲"}
    assert {text for text, _ in writer.actions(wild, 0)} == {"█"}
