"""The step panel: the action in one step, the noise, and the result."""

from __future__ import annotations

from collections.abc import Sequence

from bioblue_envs import Change, Dimension

from bioblue_tui.formatting.numbers import amount, signed
from bioblue_tui.trials.events import Stepped
from bioblue_tui.trials.state import TrialState
from bioblue_tui.widgets.lines import Line, Lines
from bioblue_tui.widgets.scale import deviation


class StepPanel(Lines):
    """Action, exogenous change, levels and deviation from target by objective; instability or imbalance below."""

    BORDER_TITLE = "step"

    def __init__(self, state: TrialState, *, id: str | None = None) -> None:  # noqa: A002 - Textual's word
        super().__init__(id=id, classes="panel")
        self._state = state
        self._shown = 0
        environment = state.environment
        self._targets = [gauge.target for gauge in environment.gauges if gauge.quantity == "level"]
        self._metrics = () if self._targets else environment.metrics
        self.common = self._metrics
        """Metrics below the objectives."""

    def limit(self, shown: Sequence[Dimension]) -> None:
        """Leave out the metrics of rewards that a person may not see."""
        keys = {dimension.key for dimension in shown}
        self.common = tuple(metric for metric in self._metrics if metric in keys)
        self.redraw()

    @property
    def rows(self) -> int:
        """How many lines it needs."""
        return 1 + len(self._state.environment.objectives) + len(self.common)

    def show_step(self, step: int) -> None:
        """Show a step; 0 is before the first."""
        self._shown = step
        extra = self._state.disturbed(step)
        disturbed = f" ◆ disturbance {', '.join(map(signed, extra))}" if extra else ""
        self.border_title = f"step {step}{disturbed}" if step else "step"
        self.redraw()

    def draw(self, width: int, height: int) -> Sequence[Line]:
        """Draw the table."""
        noise = bool(self._targets)
        heading = f"{'':3}{'action':>8}" + (f"{'noise':>8}" if noise else "") + f"{'before → after':>20}"
        lines: list[Line] = [[(heading + (f"{'deviation':>11}" if self._targets else ""), "dim")]]
        if not self._shown:
            return [*lines, [("   before the first step", "dim")]]
        done = self._state.recorded(self._shown)
        if done is None:
            return [*lines, [("   lost: the record has no such step", "bad")]]
        changes = self._state.noise(self._shown) if noise else None
        lines += [self._row(done, index, changes) for index in range(len(done.action))]
        for metric in self.common:
            value = done.metrics.get(metric, 0)
            lines.append([(f"   {metric} ", "text"), (amount(value), "bad" if value else "dim")])
        return lines

    def _row(self, done: Stepped, index: int, noise: Change | None) -> Line:
        environment = self._state.environment
        before, after = amount(done.before[index], 7), amount(done.after[index], 7)
        line = [
            (f" {environment.objectives[index]:2}", "strong+accent"),
            (f"{amount(done.action[index], 7):>8}", "strong"),
        ]
        if noise is not None:
            line.append((f"{signed(noise[index], 7) if noise else '·':>8}", "warn"))
        line.append((f"{before + ' → ' + after:>20}", "text"))
        if self._targets:
            value = deviation(environment.gauges[index], done.after[index])
            position = environment.gauges[index].position(done.after[index])
            line.append((f"{signed(value, 9) if value else '0':>11}", "good" if position == "in band" else "bad"))
        return line
