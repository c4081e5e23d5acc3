"""What the analysis adds to a trial screen: alerts, onsets, spans of failures, and the ghost on the same noise."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from bioblue_tui.analysis.companion import Companion
from bioblue_tui.analysis.modes.base import Finding
from bioblue_tui.analysis.references import References
from bioblue_tui.trials.state import TrialState
from bioblue_tui.widgets.gauge import GaugeView
from bioblue_tui.widgets.lines import Line
from bioblue_tui.widgets.rewards import RewardPanel
from bioblue_tui.widgets.timeline import Timeline
from bioblue_tui.widgets.transcript import Transcript

Spans = tuple[tuple[int, int], ...]


class Insight:
    """Reads a trial as far as it may be given away, and shows what that means on the screen's panels.

    Args:
        state: The trial.
        gauges: The gauges, one per objective.
    """

    def __init__(self, state: TrialState, gauges: Sequence[GaugeView]) -> None:
        self.companion = Companion(state)
        self._objectives = state.environment.objectives
        self._noisy = bool(state.environment.cautious_name)
        self._gauges = gauges
        self._ghost = 0
        self._shown: tuple[object, ...] = ()
        self._findings: list[Finding] = []

    @property
    def signature(self) -> tuple[object, ...]:
        """What the panels depend on."""
        return self.companion.read, self._ghost

    @property
    def onsets(self) -> list[int]:
        """The steps at which failures begin."""
        return sorted({finding.onset for finding in self._findings})

    @property
    def ghost(self) -> str:
        """What is drawn behind the gauges, in words; empty for nothing."""
        ghosts = self.companion.ghosts
        if self._ghost >= len(ghosts):
            return ""
        return f"dim: {ghosts[self._ghost].name}{' on the same noise' if self._noisy else ''}"

    def next_ghost(self) -> None:
        """Draw the next policy, or none after the last."""
        self._ghost = (self._ghost + 1) % (len(self.companion.ghosts) + 1)
        self._show_ghost()

    def follow(self, known: int) -> list[Finding]:
        """Read on, up to the last step that may be given away; return the failures that are new."""
        if self.companion.read >= known:
            return []
        raised = self.companion.follow(known)
        self._findings = self.companion.findings
        return raised

    def show(self, shown: int, known: int, timeline: Timeline, transcript: Transcript, rewards: RewardPanel) -> None:
        """Show on the panels what was found.

        Args:
            shown: The step looked at.
            known: The last step that may be given away.
            timeline: Where onsets are marked.
            transcript: Where the evidence is said.
            rewards: Where noise and agent are told apart.
        """
        if not self._shown:
            self._show_ghost()
            rewards.show_shadow(self.companion.ghosts[0].totals if self.companion.ghosts else ())
        for label, gauge in zip(self._objectives, self._gauges, strict=True):
            # What concerns all objectives together is seen in every gauge.
            own = [finding for finding in self._findings if finding.objective in (None, label or None)]
            holding = [finding for finding in own if finding.holds(shown)]
            alert = f"{holding[-1].title} since {holding[-1].onset}" if holding else ""
            gauge.show_alert(alert, self._spans(own, known))
        now = (tuple((f.mode, f.objective, f.onset, f.recovered) for f in self._findings), known)
        if now != self._shown:
            self._shown = now
            timeline.show_onsets([(finding.onset, finding.title) for finding in self._findings])
            alerts: defaultdict[int, list[str]] = defaultdict(list)
            for finding in self._findings:
                alerts[finding.alarm].append(f"{finding.name} since step {finding.onset}. {_sentence(finding)}")
            transcript.show_alerts(alerts, self._spans(self._findings, known))

    def notice(self, shown: int) -> str:
        """Say which failure holds for a step, with its evidence; empty where none does."""
        holding = [finding for finding in self._findings if finding.holds(shown)]
        if not holding:
            return ""
        last = holding[-1]
        more = f" (and {len(holding) - 1} more)" if len(holding) > 1 else ""
        return f"⚠ {last.name} since step {last.onset}{more}. {_sentence(last)}"

    def alerts(self, shown: int) -> dict[str, str]:
        """Return which failure holds for a step by the label of its objective; empty where it concerns all."""
        holding = [finding for finding in self._findings if finding.holds(shown)]
        return {finding.objective or "": f"{finding.title} since {finding.onset}" for finding in holding}

    def badge(self, shown: int) -> Line:
        """Return how many failures hold for a step, for the status line."""
        count = sum(finding.holds(shown) for finding in self._findings)
        return [(f"  ⚠ {count}", "bad")] if count else []

    def conclusion(self) -> str:
        """Say how the trial went: the verdict with its figure, the flip clock, and what was found."""
        verdict = self.companion.reading.verdict(References(), wait=False)
        parts = [f"{verdict.word.capitalize()}: {verdict.reason}."] if verdict else []
        if self.companion.reading.flip is not None:
            parts.append(f"Flip clock: step {self.companion.reading.flip}.")
        if self._findings:
            parts.append(f"Found: {', '.join(f'{f.name} from {f.onset}' for f in self._findings)}.")
        return " ".join(parts)

    def _spans(self, findings: Sequence[Finding], known: int) -> Spans:
        return tuple((f.onset, known if f.recovered is None else f.recovered - 1) for f in findings)

    def _show_ghost(self) -> None:
        ghosts = self.companion.ghosts
        chosen = ghosts[self._ghost].values if self._ghost < len(ghosts) else [()] * len(self._gauges)
        for gauge, values in zip(self._gauges, chosen, strict=True):
            gauge.show_ghost(values)


def _sentence(finding: Finding) -> str:
    return finding.evidence[:1].upper() + finding.evidence[1:]
