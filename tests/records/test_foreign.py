"""Records from elsewhere, damaged in any way: they are refused with a clear message, or can be shown in full."""

from __future__ import annotations

import copy
import json
from typing import Any

import bioblue_envs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bioblue_tui.analysis.reference import compare
from bioblue_tui.analysis.verify import verify
from bioblue_tui.display import headless
from bioblue_tui.records.journal import parse_journal
from bioblue_tui.records.schema import Record, RecordError, dumps, encode_event, encode_header
from bioblue_tui.runs.session import ReplaySession
from bioblue_tui.widgets.rewards import RewardPanel
from bioblue_tui.widgets.step import StepPanel
from tests.support.records import header_for, play

STEPS = 12

NONSENSE: list[object] = [
    None,
    True,
    -1,
    0,
    STEPS + 1,
    10**30,
    1.5,
    "x",
    "\x1b[2J",
    [],
    [1, 2, 3],
    {},
    {"a": 1},
    "a" * 10_000,
]


def lines_of(environment: str) -> list[dict[str, Any]]:
    """The lines of a sound record."""
    header = header_for(bioblue_envs.make(environment), steps=STEPS)
    return [json.loads(dumps(line)) for line in (encode_header(header), *map(encode_event, play(header)))]


SOUND = {name: lines_of(name) for name in bioblue_envs.ids()}


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """A record with some of its lines and fields lost, repeated, moved or replaced."""
    lines = copy.deepcopy(SOUND[draw(st.sampled_from(bioblue_envs.ids()))])
    for _ in range(draw(st.integers(1, 3))):
        index = draw(st.integers(0, len(lines) - 1))
        line = lines[index]
        field = draw(st.sampled_from(sorted(line))) if line else ""
        match draw(st.sampled_from(["replace", "inside", "drop field", "drop lines", "repeat"])):
            case "replace":
                line[field] = draw(st.sampled_from(NONSENSE))
            case "inside" if isinstance(line.get(field), dict) and line[field]:
                line[field][draw(st.sampled_from(sorted(line[field])))] = draw(st.sampled_from(NONSENSE))
            case "drop field":
                line.pop(field, None)
            case "drop lines":
                del lines[max(1, index) : index + draw(st.integers(1, 12))]
            case _:
                lines.insert(draw(st.integers(1, len(lines))), line)
    return "".join(json.dumps(line) + "\n" for line in lines).encode()


def show(record: Record) -> None:
    """Look at everything that screens and commands show of a record."""
    session = ReplaySession(record)
    state = session.state
    panels = StepPanel(state), RewardPanel(state, StepPanel(state))
    for step in range(state.done + 1):
        assert len(state.levels_after(step)) == len(state.environment.objectives)
        state.gauge_values(step)
        for panel in panels:
            panel._shown = step
            assert panel.draw(60, 20)
    verify(record)
    compare(state)
    headless.replay(record, lambda line: None)


@settings(max_examples=300)
@given(damaged())
def test_a_damaged_record_is_refused_or_can_be_shown_in_full(data: bytes) -> None:
    try:
        record = parse_journal(data)
    except RecordError:
        return
    show(record)


@pytest.mark.parametrize(
    ("lost", "told"),
    [
        ((1, 2), "step 3 comes first"),
        ((4, 4), "step 5 follows step 3"),
        ((5, 9), "step 10 follows step 4"),
        ((12, 12), "the end after step 12 follows step 11"),
    ],
)
def test_a_record_of_which_steps_were_cut_out_is_damaged(lost: tuple[int, int], told: str) -> None:
    def cut(line: dict[str, Any]) -> bool:
        return line.get("event") != "ended" and line.get("step", 0) in range(lost[0], lost[1] + 1)

    lines = [line for line in SOUND["homeostasis"] if not cut(line)]
    with pytest.raises(RecordError, match=rf"line \d+: damaged: {told}\. Put back what is missing before this line"):
        parse_journal("".join(json.dumps(line) + "\n" for line in lines).encode())


def test_a_step_that_stands_twice_is_damaged() -> None:
    again = next(at for at, line in enumerate(SOUND["balancing"]) if line.get("event") == "stepped")
    lines = [*SOUND["balancing"][: again + 1], *SOUND["balancing"][again:]]
    with pytest.raises(RecordError, match="damaged: step 1 follows step 1"):
        parse_journal("".join(json.dumps(line) + "\n" for line in lines).encode())
