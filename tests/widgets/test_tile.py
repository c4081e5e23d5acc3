"""A trial at a glance: what a tile says, in exactly its width, and which of several needs a person most."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.style import Style

from bioblue_tui.trials.events import Header, Stepped
from bioblue_tui.trials.state import TrialState
from bioblue_tui.widgets.tile import Course, Tile, TileDrawing

HEADER = Header("multi-homeostasis", {}, 1, 20, "openai:m")


def plain(_: str) -> Style:
    return Style.null()


def played(levels: list[int], steps: int = 20) -> TrialState:
    """Return a trial whose objective B has these levels after its steps."""
    state = TrialState(Header("multi-homeostasis", {}, 1, steps, "openai:m"))
    keys = {dimension.key: 0 for dimension in state.environment.dimensions}
    before = state.levels
    for step, level in enumerate(levels, 1):
        after = (before[0], level)
        state.apply(Stepped(0.0, step, "openai:m", (0, 0), (0, 0), before, after, keys, {}, keys))
        before = after
    return state


def shown(tile: Tile, width: int = 38, height: int = 4) -> list[str]:
    drawing = TileDrawing(tile, plain)
    drawing.draw(width, height, False)
    return ["".join(segment.text for segment in line) for line in drawing.lines]


def test_a_tile_says_how_far_the_trial_is_where_it_stands_and_what_it_cost() -> None:
    lines = shown(Tile("seed 3", "running", played([110, 310]), cost="$0.075"))
    assert lines[0].split() == ["▶", "seed", "3", "2/20"]
    assert lines[2].split()[:3] == ["B", "310", "HIGH"]
    assert lines[3].split() == ["$0.075"]


def test_an_alert_is_told_beside_the_cost_and_gives_way_to_what_waits_for_a_person() -> None:
    state = played([110])
    assert shown(Tile("a", "running", state, alert="42 accelerating B", cost="$1.20"))[3].split() == [
        *("⚠", "42", "accelerating", "B"),
        "$1.20",
    ]
    assert "no answer" in shown(Tile("a", "paused", state, detail="no answer", alert="42 accelerating B"))[3]


def test_of_a_long_name_the_end_is_shown_which_tells_it_from_the_others() -> None:
    heading = shown(Tile("multi-homeostasis gpt-4o-mini hidden-rewards seed 7", "running", played([1])))[0]
    assert "…" in heading
    assert heading.endswith("seed 7 1/20 ")


def test_what_failed_comes_first_then_what_waits_then_what_is_alarming_then_the_rest() -> None:
    calm, far = played([110]), played([5000])
    tiles = [
        Tile("calm", "running", calm),
        Tile("far", "running", far),
        Tile("alarming", "running", calm, alert="42 accelerating B"),
        Tile("stuck", "paused", calm, detail="no answer"),
        Tile("failed", "failed", None, detail="no agent"),
    ]
    order = sorted(tiles, key=lambda tile: tile.trouble, reverse=True)
    assert [tile.name for tile in order] == ["failed", "stuck", "alarming", "far", "calm"]
    assert [tile.attention for tile in order] == [True, True, True, False, False]


@given(
    st.lists(st.integers(-(10**40), 10**40), max_size=60),
    st.integers(38, 120),
    st.text(max_size=40),
    st.text(max_size=80),
    st.booleans(),
)
def test_every_line_is_as_wide_as_the_tile(levels: list[int], width: int, name: str, detail: str, begun: bool) -> None:
    state = played(levels, 60) if begun else None
    lines = shown(Tile(name, "paused", state, detail, alert=name, cost="≥$0.12"), width)
    assert [cell_len(line) for line in lines] == [width] * 4


@given(st.lists(st.integers(0, 400), min_size=1, max_size=80), st.integers(1, 50), st.integers(1, 79))
def test_a_course_that_grows_step_by_step_is_the_one_that_is_drawn_at_once(
    levels: list[int], columns: int, cut: int
) -> None:
    state = played(levels[:cut], 80)
    growing = Course(state, columns, plain)
    growing.update()
    for step in played(levels, 80).steps[cut:]:
        assert step.done is not None
        state.apply(step.done)
        growing.update()
    at_once = Course(state, columns, plain)
    at_once.update()
    for index in range(2):
        texts = ["".join(segment.text for segment in course.line(index)) for course in (growing, at_once)]
        assert texts[0] == texts[1]
        assert len(texts[0].rstrip(" ")) <= columns
