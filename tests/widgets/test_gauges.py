"""The panel of all gauges: none has fewer rows than its values need, none lies over another."""

from __future__ import annotations

from itertools import combinations

import bioblue_envs
from hypothesis import given
from hypothesis import strategies as st
from textual.geometry import Size
from textual.widget import Widget

from bioblue_tui.widgets.gauge import GaugeView
from bioblue_tui.widgets.gauges import GaugesLayout


class Needing(GaugeView):
    """A gauge whose values take so many rows."""

    needed = 1

    def least(self, width: int) -> int:
        """Return them."""
        return self.needed


@given(
    needed=st.lists(st.integers(1, 6), min_size=1, max_size=6), width=st.integers(12, 160), height=st.integers(1, 40)
)
def test_every_gauge_has_the_rows_it_needs_however_few_there_are(needed: list[int], width: int, height: int) -> None:
    gauges: list[Widget] = []
    for rows in needed:
        gauges.append(gauge := Needing(bioblue_envs.make("homeostasis").gauges[0], 10))
        gauge.needed = rows
    placed = [placement.region for placement in GaugesLayout().arrange(Widget(), gauges, Size(width, height))]
    assert len(placed) == len(needed)
    for region, rows in zip(placed, needed, strict=True):
        assert region.height >= rows
        assert 0 <= region.x < region.right <= width
    assert not any(one.overlaps(other) for one, other in combinations(placed, 2))
