"""What the analysis adds to a trial screen: alerts, onsets, spans of failures, and the reference on the same noise."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from bioblue_tui.analysis.analysed import PARENTS
from bioblue_tui.analysis.companion import Companion
from bioblue_tui.analysis.modes.base import Finding
from bioblue_tui.analysis.references import References
from bioblue_tui.analysis.shadow import total
from bioblue_tui.analysis.words import line_words, met_words
from bioblue_tui.formatting.numbers import amount, difference
from bioblue_tui.trials.state import TrialState
from bioblue_tui.widgets.gauge import GaugeView
from bioblue_tui.widgets.lines import Line
from bioblue_tui.widgets.rewards import RewardPanel
from bioblue_tui.widgets.timeline import Timeline
from bioblue_tui.widgets.transcript import Transcript

Spans = tuple[tuple[int, int], ...]


class Insight:
    """Reads a trial as far as it may be shown, and shows the findings on the screen's panels.

    Args:
        state: The trial.
        gauges: The gauges, one per objective.
    """

    def __init__(self, state: TrialState, gauges: Sequence[GaugeView]) -> None:
        self.companion = Companion(state)
        self._state = state
        self._objectives = state.environment.objectives
        self._dimensions = state.environment.dimensions
        self._gauges = gauges
        self._ghost = 0
        self._rewards: RewardPanel | None = None
        self._shown: tuple[object, ...] = ()
        self._findings: list[Finding] = []
        self._inherited: list[Finding] = []
        """The failures of a fork's parent in the steps that they share."""

    @property
    def signature(self) -> tuple[object, ...]:
        """What the panels depend on."""
        return self.companion.read, self._ghost

    @property
    def onsets(self) -> list[int]:
        """The steps at which failures begin, including those of a fork's parent."""
        return sorted({finding.onset for finding in (*self._inherited, *self._findings)})

    def ghost(self, width: int) -> str:
        """Name the policy that is drawn behind the gauges, within a width; empty for none."""
        ghosts = self.companion.ghosts
        if self._ghost >= len(ghosts):
            return ""
        met = met_words(self._state.environment, disturbed=self._state.any_disturbed)
        return line_words(ghosts[self._ghost].name, met and f", same {met}", width)

    def next_ghost(self) -> None:
        """Draw the next policy, or none after the last."""
        self._ghost = (self._ghost + 1) % (len(self.companion.ghosts) + 1)
        self._show_ghost()
        self._show_reference()

    def follow(self, known: int) -> list[Finding]:
        """Read on, up to the last step that may be shown; return the new failures."""
        if self.companion.read >= known:
            return []
        raised = self.companion.follow(known)
        self._findings, self._inherited = self.companion.analysis.failures, self.companion.analysis.inherited_failures
        return raised

    def show(self, shown: int, known: int, timeline: Timeline, transcript: Transcript, rewards: RewardPanel) -> None:
        """Show the findings on the panels.

        Args:
            shown: The step looked at.
            known: The last step that was read.
            timeline: Where onsets are marked.
            transcript: Where the evidence is written.
            rewards: Where the reference and the difference from it are shown.
        """
        if not self._shown:
            self._rewards = rewards
            self._show_ghost()
            self._show_reference()
        for label, gauge in zip(self._objectives, self._gauges, strict=True):
            # Findings about all objectives together are shown in every gauge.
            own = [finding for finding in self._findings if finding.objective in (None, label or None)]
            gauge.show_alert(_titles(self._holding(shown, own)), self._spans(own, known))
        found = (*self._inherited, *self._findings)
        now = (tuple((f.mode, f.objective, f.onset, f.recovered) for f in found), len(self._inherited), known)
        if now != self._shown:
            self._shown = now
            timeline.show_onsets([(finding.onset, finding.title) for finding in self._findings])
            alerts: defaultdict[int, list[str]] = defaultdict(list)
            for whose, findings in ((PARENTS, self._inherited), ("", self._findings)):
                for finding in findings:
                    known_then = _sentence(finding, finding.alarm)
                    alerts[finding.alarm].append(f"{whose}{finding.name} since step {finding.onset}. {known_then}")
            transcript.show_alerts(alerts, self._spans(self._findings, known))

    def notice(self, shown: int) -> str:
        """Return which failures hold for a step, with the evidence at that step for the latest; empty for none."""
        holding, whose = self._holding(shown, self._findings), ""
        if not holding:
            holding, whose = self._holding(shown, self._inherited), PARENTS
        if not holding:
            return ""
        # The latest first; all names before its evidence, so that without room only the evidence is cut off.
        named = ", ".join(_named(finding, shown) for finding in reversed(holding))
        return f"⚠ {whose}{named}. {_sentence(holding[-1], shown)}"

    def alerts(self, shown: int) -> dict[str, str]:
        """Return which failures hold for a step, by their objective's label; empty for all objectives together."""
        named: defaultdict[str, list[Finding]] = defaultdict(list)
        for finding in self._holding(shown, self._findings):
            named[finding.objective or ""].append(finding)
        return {label: ", ".join(_titles(findings)) for label, findings in named.items()}

    def badge(self, shown: int) -> Line:
        """Return, for the status line, how many of the failures on the timeline hold for a step."""
        count = len(self._holding(shown, self._findings))
        return [(f"  ⚠ {count} of {len(self._findings)}", "bad" if count else "dim")] if self._findings else []

    def conclusion(self, known: int, *, running: bool) -> str:
        """Return how the trial went up to a step: the verdict with its figure, the flip, and the findings.

        Args:
            known: The step.
            running: Whether it may still continue by itself.
        """
        while self.companion.read < known:
            self.follow(known)
        verdict = self.companion.analysis.verdict(References(), wait=False)
        unpenalised = not any(self.companion.analysis.totals.get(d.key) for d in self._dimensions if d.penalty)
        spared = "no penalties; " if unpenalised else ""
        beside = self._beside() if verdict else ""
        parts = [f"{self._judged(verdict.word, running)}: {spared}{verdict.reason}{beside}."] if verdict else []
        if self.companion.analysis.flip is not None:
            parts.append(f"Flip: step {self.companion.analysis.flip.told}.")
        for found, findings in (("Found", self._findings), ("Found in its parent", self._inherited)):
            if findings:
                parts.append(f"{found}: {'; '.join(finding.spell(known) for finding in findings)}.")
        return " ".join(parts)

    def _judged(self, verdict: str, running: bool) -> str:
        """Return the verdict in words; where not all steps were played, with words for how much it covers."""
        if self._state.whole:
            return verdict.capitalize()
        return f"{'So far' if running else 'Until then'} {verdict}"

    def _beside(self) -> str:
        """Return the distance from the table's reference, where the verdict is based on another reference."""
        reading = self.companion.analysis
        if not self._state.environment.cautious_name:
            return ""
        name, shadow = next(iter(reading.shadows.items()))
        lost = difference(total(shadow.totals), reading.total)
        side = "below" if lost >= 0 else "above"
        return f"; in the table {amount(abs(lost), 14)} {side} {name}"

    def _holding(self, step: int, findings: Sequence[Finding]) -> list[Finding]:
        return [finding for finding in findings if finding.holds(step)]

    def _spans(self, findings: Sequence[Finding], known: int) -> Spans:
        return tuple((f.onset, f.until(known)) for f in findings)

    def _show_reference(self) -> None:
        """Compare rewards with the reference that is drawn; without one, with the better one."""
        ghosts = self.companion.ghosts
        if self._rewards is not None:
            chosen = self._ghost if self._ghost < len(ghosts) else 0
            self._rewards.show_shadow(ghosts[chosen].totals if ghosts else ())

    def _show_ghost(self) -> None:
        ghosts = self.companion.ghosts
        chosen = ghosts[self._ghost].values if self._ghost < len(ghosts) else [()] * len(self._gauges)
        for gauge, values in zip(self._gauges, chosen, strict=True):
            gauge.show_ghost(values)


def _titles(findings: Sequence[Finding]) -> tuple[str, ...]:
    """Name failures in a few words each, the latest first; the onset comes before text that may be cut off."""
    return tuple(f"since {finding.onset}: {finding.title}" for finding in reversed(findings))


def _named(finding: Finding, step: int) -> str:
    """Name a failure, with its onset and, where this is still to come, the step at which it is detected."""
    begins = "begins here" if finding.onset == step else f"since step {finding.onset}"
    return f"{finding.name} {begins}" + (f", detected at step {finding.alarm}" if finding.alarm > step else "")


def _sentence(finding: Finding, step: int) -> str:
    """Return the evidence at a step; before detection, the evidence at detection, which names its own step."""
    told = finding.told_at(max(step, finding.alarm))
    return f"{told[:1].upper()}{told[1:].rstrip('.')}."
