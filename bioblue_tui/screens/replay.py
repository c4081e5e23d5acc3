"""Replaying a record: the same screen over a state that is already complete."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from textual import work
from textual.binding import BindingType
from textual.message import Message

from bioblue_tui.agents.human import HUMAN
from bioblue_tui.analysis.reference import compare
from bioblue_tui.analysis.verify import Difference, verify
from bioblue_tui.continuing import can_resume
from bioblue_tui.costs.spending import EMPTY, Bill, Spending, spending_of
from bioblue_tui.numbers import counted
from bioblue_tui.records.collection import standing_of
from bioblue_tui.screens.actions import command
from bioblue_tui.screens.noting import NOTE_KEYS
from bioblue_tui.screens.summary import SummaryScreen
from bioblue_tui.screens.trial import TrialScreen
from bioblue_tui.screens.trial_keys import LEAVE_KEYS, LOOK_KEYS, PANEL_KEYS, play_keys
from bioblue_tui.screens.watch import speed_bindings
from bioblue_tui.session import ReplaySession
from bioblue_tui.text import one_line
from bioblue_tui.trials.state import Mark
from bioblue_tui.widgets.lines import Line


class ReplayScreen(TrialScreen):
    """A recorded trial, played again.

    All of it was read: timeline and failures are those of the whole record. Gauges and raw output grow as it plays.
    """

    ABOUT = (
        "A recorded trial is played again. The timeline shows the whole record; g and G go to where failures begin, ← "
        "and → move step by step, j jumps to a step, end shows all. Everything was recomputed: a step where the record "
        "and the environment differ is marked ≠ and named below."
    )

    BINDINGS: ClassVar[list[BindingType]] = [
        *play_keys("replay.play", "Play", "Play or pause; at the end, begin again"),
        command("replay.step", "n", "look(1)", "One step", "One step on", footer="Step"),
        *speed_bindings(),
        command("replay.resume", "r", "resume", "Go on with this trial", "Go on from its last step, in its own record"),
        *LOOK_KEYS,
        *LEAVE_KEYS,
        command(
            "replay.summary", "s", "summary", "Summary", "Compare the whole trial with the reference", footer="Summary"
        ),
        *NOTE_KEYS,
        *PANEL_KEYS,
    ]

    class ResumeAsked(Message):
        """The trial that is replayed is to go on."""

        def __init__(self, replay: ReplayScreen, path: Path) -> None:
            super().__init__()
            self.replay, self.path = replay, path

    resumed: TrialScreen | None = None
    """The trial that goes on in the replay's place, once it was left for it."""

    def __init__(self, session: ReplaySession) -> None:
        super().__init__(session)
        self.replay = session
        self._differences: list[Difference] | None = None
        self._resumable = not can_resume(session.record)
        self._standing = standing_of(self.state, session.path)
        """How the trial stood when its record was read."""
        self._spending: Spending | None = None
        """What the trial cost, once the prices are loaded; None where no model was asked."""
        self._bills: list[Bill] = []
        """What it had cost up to each step."""
        self._caught = ""
        """The failure that paused it, where the audience is to be shown that."""

    @property
    def shown(self) -> int:
        """The step under the playhead."""
        return self.replay.trial.position

    @property
    def known(self) -> int:
        """The furthest step shown so far."""
        return self.replay.trial.furthest

    @property
    def readable(self) -> int:
        """The last recorded step; the furthest one shown where a class is to notice by itself what happens."""
        return self.known if self.staging.suspense or self.staging.pause_on else self.last_step()

    @property
    def settled(self) -> bool:
        """True where the whole record was read."""
        return self.readable >= self.last_step()

    @property
    def following(self) -> bool:
        """True while the playhead is on the furthest step."""
        return self.shown == self.known

    @property
    def disclosed(self) -> bool:
        """True once it was seen to its end, or was paused because of a failure."""
        return bool(self._caught) or (self.known >= self.last_step() and not self.staging.secret)

    @property
    def _withheld(self) -> bool:
        """Whether a lesson's trial is still to be played to its end by somebody who is not shown its rewards."""
        environment = self.state.environment
        played = self.staging.resumed is not None and self._resumable and self.state.header.agent == HUMAN
        return played and not environment.shown_dimensions

    def paint(self) -> None:
        """Pause at the failures that are to be shown, and bring all panels up to date."""
        if self.is_mounted and not self.left and self._withheld:
            self.show_rewards(())
        if self.staging.pause_on and self.is_mounted and not self.left:
            for found in self.insight.follow(self.known):
                if found.mode in self.staging.pause_on:
                    self._caught = found.name
                    self.replay.trial.pause()
        super().paint()

    def on_mount(self) -> None:
        """Recompute the trial once it is seen; Textual calls the base class's handler by itself."""
        self.call_after_refresh(self._verify)

    @work(thread=True, group="verify")
    def _verify(self) -> None:
        record = self.replay.record
        # A table of prices takes a third of a second to load.
        spending = spending_of(record.header, record.events)
        if spending is not None and spending.total.requests:
            self.app.call_from_thread(self._charged, spending, spending.until())
        self.app.call_from_thread(self._verified, verify(record))

    def _charged(self, spending: Spending, bills: list[Bill]) -> None:
        self._spending, self._bills = spending, bills
        if spending.price.paid:
            self.transcript.show_costs(lambda step: str(spending.step(step).cost))
        self.paint()

    def _verified(self, found: list[Difference]) -> None:
        self._differences = found
        self.state.marks += [Mark(difference.step, "difference", difference.sentence()) for difference in found]
        self.paint()

    def seek(self, step: int) -> None:
        """Put the playhead on a step and hold it there."""
        self.replay.trial.pause()
        self.replay.trial.seek(step)

    def last_step(self) -> int:
        """Return the last recorded step."""
        return self.state.done

    def status_line(self) -> Line:
        """Say whether it plays, and whether the record agrees with the environment."""
        trial = self.replay.trial
        parts: list[tuple[str, str]] = [
            ("‖ replay" if trial.paused else "▶ replay", "warn" if trial.paused else "good")
        ]
        parts += [(f"  {self.speed_text()}", "dim")]
        parts.append((f"  step {self.shown}/{self.state.header.steps}", "strong"))
        if self.state.done < self.state.header.steps:
            parts.append((f"  {self.state.done} recorded, {one_line(self._standing, 24)}", "warn"))
        # Up to the furthest step shown: what lies beyond it is not given away.
        bill = self._bills[min(self.known, len(self._bills) - 1)] if self._bills else EMPTY
        if bill.requests and self._spending is not None and self._spending.price.paid:
            parts.append((f"  {bill.brief()}", "dim"))
        if self._differences:
            parts.append((f"  ≠ {len(self._differences)}", "bad"))
        elif self._differences is not None:
            parts.append(("  ✓ recomputed", "dim"))
        return parts

    def remark_text(self) -> str:
        """Name the differences of the step looked at, or the first one; and damage in the file."""
        if not self._differences:
            return "; ".join(one_line(warning) for warning in self.replay.record.warnings)
        here = [d for d in self._differences if d.step == self.shown]
        first = here[0] if here else self._differences[0]
        return f"≠ {counted(len(self._differences), 'difference')}; {one_line(first.sentence(), 200)}"

    def signature(self) -> tuple[object, ...]:
        """Return what else the screen depends on."""
        return (*super().signature(), self._differences is None, self._spending is None)

    def doable(self) -> tuple[bool, ...]:
        """Return whether it plays: the other keys work at every step."""
        return (self.replay.trial.paused,)

    def action_pause(self) -> None:
        """Hold."""
        self.replay.trial.pause()
        self.paint()

    def action_unpause(self) -> None:
        """Play; at the end, begin again."""
        self.unsay()
        self.replay.trial.resume()
        self.paint()

    def action_speed(self, speed: float) -> None:
        """Set the speed; 0 stands for as fast as it goes."""
        self.replay.trial.speed = speed or None
        self.paint()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer what can be done now."""
        if action in ("pause", "unpause"):
            return self.replay.trial.paused == (action == "unpause")
        if action == "resume":
            return self._resumable and (self.staging.resumed is not None or not self.staging.lesson)
        return super().check_action(action, parameters)

    def action_resume(self) -> None:
        """Leave the replay and go on with the trial."""
        if self.replay.path is not None:
            self.post_message(self.ResumeAsked(self, self.replay.path))

    def give_way(self, resumed: TrialScreen) -> None:
        """Leave the replay for the trial that was resumed, of which it knows the beginning only."""
        self.resumed = resumed
        self.dismiss(False)

    def action_summary(self) -> None:
        """Compare the whole trial with the reference policy."""
        if self._withheld:
            self.say("Rewards are shown once the trial was played to its end: r resumes it.")
            return
        found = compare(self.state)
        if found is None:
            self.say("There is nothing to compare: no step was done, or the noise of the trial is not known.")
        else:
            said = self.insight.conclusion(self.readable) if self.readable == self.last_step() else ""
            summary = SummaryScreen(
                self.state,
                found,
                again=False,
                spending=self._spending,
                conclusion=said,
                told=self.reveals,
                replayed=True,
            )
            self.app.push_screen(summary)
