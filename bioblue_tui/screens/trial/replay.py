"""Replaying a record: the trial screen over a state that is already complete."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.message import Message

from bioblue_tui.agents.human import HUMAN
from bioblue_tui.analysis.reference import compare
from bioblue_tui.analysis.verify import Difference, verify
from bioblue_tui.analysis.words import UNREAD
from bioblue_tui.costs.spending import EMPTY, Bill, Spending, spending_of
from bioblue_tui.formatting.numbers import counted
from bioblue_tui.formatting.text import error_line, one_line
from bioblue_tui.records.growing import Growing
from bioblue_tui.records.schema import Record, RecordError
from bioblue_tui.runs.resume_fork import can_resume
from bioblue_tui.runs.session import ReplaySession
from bioblue_tui.screens.actions import command
from bioblue_tui.screens.notes.noting import NOTE_KEYS
from bioblue_tui.screens.refreshing import Refreshing
from bioblue_tui.screens.trial.keys import LEAVE_KEYS, LOOK_KEYS, PANEL_KEYS, play_keys
from bioblue_tui.screens.trial.screen import TrialScreen
from bioblue_tui.screens.trial.summary import SummaryScreen
from bioblue_tui.screens.trial.watch import speed_bindings
from bioblue_tui.trials.course import never_known
from bioblue_tui.trials.events import RUNNING
from bioblue_tui.trials.state import Mark
from bioblue_tui.widgets.lines import Line

NOT_HERE = "This is a replay: {}"
"""The message for keys that work only in a live trial."""


REPLACED = "replaced"
"""The standing of a trial whose file now holds another record."""


@dataclass(frozen=True, slots=True)
class _News:
    """A record as read again, with everything that follows from it, so that the screen updates all at once.

    Attributes:
        record: The record as it is now.
        standing: How the trial stands.
        differences: Where record and environment differ.
        spending: What the trial cost; None where no model was asked.
        bills: Its cost up to each step.
    """

    record: Record
    standing: str
    differences: list[Difference]
    spending: Spending | None
    bills: list[Bill]


class ReplayScreen(TrialScreen, Refreshing[bool]):
    """A recorded trial, played again.

    Timeline and failures are those of the whole record. Gauges and raw output grow as it plays. Steps that another
    process writes meanwhile are added.
    """

    ABOUT = (
        "A recorded trial is played again. The timeline shows the whole record; g and G go to where failures begin, ← "
        "and → move step by step, j jumps to a step, end shows all. Everything was recomputed: a step where the record "
        "and the environment differ is marked ≠ and named below. A trial that still runs is followed at its last step."
    )

    BINDINGS: ClassVar[list[BindingType]] = [
        *play_keys("replay.play", "Play", "Play or pause; at the end, begin again"),
        command("replay.step", "n", "look(1)", "One step", "One step on", footer="Step"),
        *speed_bindings(),
        command("replay.resume", "r", "resume", "Resume this trial", "Resume it from its last step, in its own record"),
        Binding("t", "not_here('nobody can take over.')", show=False),
        Binding("i", "not_here('nothing can be changed.')", show=False),
        *LOOK_KEYS,
        *LEAVE_KEYS,
        command(
            "replay.summary", "s", "summary", "Summary", "Compare the whole trial with the reference", footer="Summary"
        ),
        *NOTE_KEYS,
        *PANEL_KEYS,
    ]

    class ResumeAsked(Message):
        """The replayed trial is to be resumed."""

        def __init__(self, replay: ReplayScreen, path: Path) -> None:
            super().__init__()
            self.replay, self.path = replay, path

    resumed: TrialScreen | None = None
    """The resumed trial that has replaced the replay, if any."""

    def __init__(self, session: ReplaySession) -> None:
        super().__init__(session)
        self.replay = session
        self._differences: list[Difference] | None = None
        self._resumable = not can_resume(session.record)
        self._growing = Growing(session.record, session.state)
        """Its record, which is read again in a thread."""
        self._standing = self._growing.standing
        """How the trial stands, by the record that is shown."""
        self._lost = ""
        """Why the record is not followed any more."""
        self._spending: Spending | None = None
        """What the trial cost, once the prices are loaded; None where no model was asked."""
        self._bills: list[Bill] = []
        """Its cost up to each step."""
        self._caught = ""
        """The failure that paused it, where the audience may see it."""

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
        """The last recorded step; where a class is to notice failures by itself, the furthest step shown so far."""
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
        """True once it was played to its end, or was paused because of a failure."""
        return bool(self._caught) or (self.known >= self.last_step() and not self.staging.secret)

    @property
    def _withheld(self) -> bool:
        """Whether a lesson's trial, whose rewards its player is not shown, is still to be played to its end."""
        environment = self.state.environment
        played = self.staging.resumed is not None and self._resumable and self.state.header.agent == HUMAN
        return played and not environment.shown_dimensions

    def paint(self) -> None:
        """Pause at the failures that are to be shown, and update all panels."""
        if self.is_mounted and not self.left and self._withheld:
            self.show_rewards(())
        if self.staging.pause_on and self.is_mounted and not self.left:
            for found in self.insight.follow(self.known):
                if found.mode in self.staging.pause_on:
                    self._caught = found.name
                    self.replay.trial.pause()
        super().paint()

    def look(self) -> bool:
        """Read the record again where it has grown or ended, and recompute it; at first the one that was opened."""
        growing = self._growing
        if self._standing == REPLACED:
            return False
        try:
            grown = growing.look() or bool(self._lost)
        except (RecordError, ValueError) as error:
            self.app.call_from_thread(self._lose, UNREAD, f"The record {UNREAD} any more: {error_line(error)}")
            return True
        if grown or self._differences is None:
            record = growing.record
            # A table of prices takes a third of a second to load.
            spending = spending_of(record.header, record.events)
            bills = spending.until() if spending is not None and spending.total.requests else []
            news = _News(record, growing.standing, verify(record), spending if bills else None, bills)
            self.app.call_from_thread(self._take_in, news)
        return grown

    def _take_in(self, news: _News) -> None:
        if self.left:
            return
        if not self.replay.take_in(news.record):
            self._lose(REPLACED, "The record was replaced. This shows its earlier content; open it again.")
            return
        self._lost, self._standing = "", news.standing
        self._resumable = not can_resume(self.replay.record)
        known = self._differences or []
        self._differences = news.differences
        fresh = [difference for difference in news.differences if difference not in known]
        self.state.marks += [Mark(difference.step, "difference", difference.sentence()) for difference in fresh]
        self._spending, self._bills = news.spending, news.bills
        if news.spending is not None and news.spending.price.paid:
            self.transcript.show_costs(lambda step: str(news.spending.step(step).cost) if news.spending else "")
        self.refresh_bindings()
        self.paint()

    def _lose(self, standing: str, why: str) -> None:
        self._standing, self._lost = standing, why
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
        how = ("‖ replay", "warn") if trial.paused else ("▶ replay", "good")
        parts: list[tuple[str, str]] = [("▶ following", "good") if self._follows else how]
        parts += [(f"  {self.speed_text()}", "dim")]
        parts.append((f"  step {self.shown}/{self.state.header.steps}", "strong"))
        if self.state.done < self.state.header.steps:
            parts.append((f"  {self.state.done} recorded, {one_line(self._standing, 24)}", "warn"))
        # Up to the furthest step shown, to give nothing away. At the last step, attempts at the unfinished step count,
        # too.
        reached = self.known if self.known < min(self.last_step(), len(self._bills)) else -1
        bill = self._bills[reached] if self._bills else EMPTY
        if bill.requests and self._spending is not None and self._spending.price.paid:
            parts.append((f"  {bill.brief()}", "dim"))
        if self._differences:
            parts.append((f"  ≠ {len(self._differences)}", "bad"))
        elif self._differences is not None:
            parts.append(("  ✓ recomputed", "dim"))
        return parts

    @property
    def _follows(self) -> bool:
        """Whether the view follows a trial that is still running."""
        return self._standing == RUNNING and self.replay.trial.ended

    def remark_text(self) -> str:
        """Name the differences at the step looked at, or the first one, and any damage in the file."""
        if self._lost:
            return self._lost
        if not self._differences:
            return "; ".join(one_line(warning) for warning in self.replay.record.warnings)
        here = [d for d in self._differences if d.step == self.shown]
        first = here[0] if here else self._differences[0]
        return f"≠ {counted(len(self._differences), 'difference')}; {one_line(first.sentence(), 200)}"

    def signature(self) -> tuple[object, ...]:
        """Return what else the screen depends on."""
        return (*super().signature(), self._differences is None, self._spending is None, self._standing, self._lost)

    def doable(self) -> tuple[bool, ...]:
        """Return whether it is paused: no other key depends on the state."""
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
        """Set the speed; 0 stands for as fast as possible."""
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
        """Leave the replay and resume the trial."""
        if self.replay.path is not None:
            self.post_message(self.ResumeAsked(self, self.replay.path))

    def give_way(self, resumed: TrialScreen) -> None:
        """Leave the replay, which has only the trial's beginning, for the resumed trial."""
        self.resumed = resumed
        self.dismiss(False)

    def action_not_here(self, why: str) -> None:
        """Say why a key that works only in a live trial does nothing."""
        forks = "" if never_known(self.state.environment, self.state.header) else " f forks it at this step."
        self.say(NOT_HERE.format(why) + forks)

    def action_summary(self) -> None:
        """Compare the whole trial with the reference policy."""
        if self._withheld:
            self.say("Rewards are shown once the trial has been played to its end: r resumes it.")
            return
        found = compare(self.state)
        if found is None:
            self.say("There is nothing to compare: no step was done, or the noise of the trial is not known.")
        else:
            said = (
                self.insight.conclusion(self.readable, running=self._standing == RUNNING)
                if self.readable == self.last_step()
                else ""
            )
            summary = SummaryScreen(
                self.state,
                found,
                again=False,
                spending=self._spending,
                conclusion=said,
                told=self.reveals,
                replayed=True,
                standing=self._standing,
            )
            self.app.push_screen(summary)
