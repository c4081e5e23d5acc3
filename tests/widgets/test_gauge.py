"""A gauge: deviation as everywhere on the screen; failures are underlaid where they are, from their own onset on."""

from __future__ import annotations

from collections.abc import Sequence

import bioblue_envs
import pytest
from bioblue_envs import Gauge, Number

from bioblue_tui.widgets.gauge import GaugeView
from bioblue_tui.widgets.lines import Line

HOMEOSTASIS = bioblue_envs.make("homeostasis").gauges[0]
FIELD = bioblue_envs.make("sustainability").gauges[0]
WIDTH, HEIGHT, AXIS = 50, 10, 6


def drawn(gauge: Gauge, values: Sequence[Number], spans: tuple[tuple[int, int], ...], known: int) -> GaugeView:
    view = GaugeView(gauge, len(values) - 1)
    for value in values:
        view.add(value, value, 0)
    view.show_step(known, known)
    view.show_alert(("since 1: a failure",), spans)
    return view


def trend(view: GaugeView) -> Sequence[Line]:
    """The lines with an axis."""
    return [line for line in view.draw(WIDTH, HEIGHT) if line[0][0][-1:] in ("│", "┊")]


def underlaid(view: GaugeView) -> dict[int, tuple[int, int]]:
    """The rows of the trend with underlaid cells: the first and last such column."""
    found = {}
    for row, line in enumerate(trend(view)):
        styles = [style for text, style in line[1:] for _ in text]
        at = [column for column, style in enumerate(styles) if "alert" in style]
        if at:
            found[row] = (at[0], at[-1])
    return found


@pytest.mark.parametrize(
    ("gauge", "healthy", "failing", "top"),
    [
        (HOMEOSTASIS, 100, 300, True),
        (HOMEOSTASIS, 100, 60, False),
        (FIELD, 10.0, 19.9, True),
        (FIELD, 10.0, 2.0, False),
    ],
)
def test_a_failure_is_underlaid_at_the_end_of_the_scale_where_it_is(
    gauge: Gauge, healthy: Number, failing: Number, top: bool
) -> None:
    view = drawn(gauge, [*[healthy] * 40, *[failing] * 61], ((40, 100),), 100)
    (row,) = underlaid(view)
    assert row == (0 if top else len(trend(view)) - 1)


def test_each_failure_is_underlaid_from_its_own_onset_to_its_own_end() -> None:
    values = [*[100] * 20, *[60] * 30, *[300] * 51]
    view = drawn(HOMEOSTASIS, values, ((20, 49), (50, 100)), 100)
    columns = WIDTH - AXIS - 1
    low, high = underlaid(view)[len(trend(view)) - 1], underlaid(view)[0]
    cell = [step * (2 * columns - 1) // 100 // 2 for step in (20, 49, 50, 100)]
    assert low == (cell[0], cell[1])
    assert high == (cell[2], cell[3])


def test_nothing_is_underlaid_before_the_playhead_has_come_there() -> None:
    assert underlaid(drawn(HOMEOSTASIS, [*[100] * 50, *[300] * 51], ((50, 100),), 49)) == {}


def test_a_deviation_is_measured_from_the_target() -> None:
    for value, said in ((135, "HIGH +35"), (65, "LOW −35"), (109, "in band")):
        title = drawn(HOMEOSTASIS, [100, value], (), 1).draw(WIDTH, HEIGHT)[0]
        assert said in "".join(text for text, _ in title)
