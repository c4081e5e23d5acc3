"""Looking at any step of a trial: the actions of its keys, wherever a trial is shown."""

from __future__ import annotations

from textual.getters import query_one
from textual.screen import Screen

from bioblue_tui.screens.dialogs import LineDialog
from bioblue_tui.screens.help import HelpScreen
from bioblue_tui.screens.notes.noting import Noting
from bioblue_tui.screens.trial.insight import Insight
from bioblue_tui.widgets.transcript import Transcript


class LookingScreen(Screen[bool]):
    """A screen that can show any step of a trial. Subclasses say which step that is, and paint it."""

    ABOUT = ""

    transcript = query_one("#raw", Transcript)

    insight: Insight
    """The analysis of the trial."""
    noting: Noting
    """People's notes on it."""

    @property
    def shown(self) -> int:
        """The step that is looked at."""
        raise NotImplementedError

    @property
    def known(self) -> int:
        """The last step that may be shown."""
        raise NotImplementedError

    @property
    def readable(self) -> int:
        """The last step that was read: the timeline and the analysis end there."""
        return self.known

    @property
    def settled(self) -> bool:
        """True where no further failure can begin."""
        return False

    @property
    def following(self) -> bool:
        """True while the view follows the newest step."""
        return self.shown == self.known

    def seek(self, step: int) -> None:
        """Look at a step; out of range means the nearest."""
        raise NotImplementedError

    @property
    def reveals(self) -> bool:
        """True where failures and references may be shown."""
        raise NotImplementedError

    def paint(self) -> None:
        """Update all panels, if anything they show has changed."""
        raise NotImplementedError

    def action_look(self, by: int) -> None:
        """Look some steps back or on."""
        self.action_seek(self.shown + by)

    def action_seek(self, step: int) -> None:
        """Look at a step."""
        self.unsay()
        self.seek(step)
        self.paint()

    def action_end(self) -> None:
        """Go to the last step."""
        self.action_seek(self.last_step())

    def say(self, text: str) -> None:
        """Say something short, such as why a key did nothing."""
        raise NotImplementedError

    def unsay(self) -> None:
        """Remove the message: it was about the step shown then."""
        raise NotImplementedError

    def action_onset(self, by: int) -> None:
        """Look at the step where the next or the previous failure begins; in a fork, also those of its parent."""
        if not self.reveals:
            self.say("Onsets of failures are shown later.")
            return
        onsets = self.insight.onsets
        found = [step for step in onsets if (step > self.shown if by > 0 else step < self.shown)]
        if found:
            self.action_seek(found[0] if by > 0 else found[-1])
        else:
            so_far = "" if self.settled and self.insight.companion.read >= self.readable else ", as far as is known"
            self.say(f"No {'later' if by > 0 else 'earlier'} onset{so_far}.")

    def action_ghost(self) -> None:
        """Draw another policy on the same noise behind the gauges, or none."""
        if not self.reveals:
            return
        self.insight.next_ghost()
        self.paint()

    def action_note(self) -> None:
        """Note something about the step looked at."""
        self.noting.ask(self, self.shown)

    def action_notes(self) -> None:
        """List the notes."""
        self.noting.list(self, self.known)

    def action_jump(self) -> None:
        """Ask for a step and look at it."""

        def jump(text: str | None) -> None:
            if text and text.isdecimal() and len(text) < 10:
                self.action_seek(int(text))

        self.app.push_screen(LineDialog(f"Jump to step (0 to {self.last_step()})", "step", digits=True), jump)

    def last_step(self) -> int:
        """Return the greatest step that ``seek`` accepts."""
        return self.known

    def action_fold(self) -> None:
        """Show or hide the prompts."""
        self.transcript.toggle_fold()

    def action_page(self, by: int) -> None:
        """Scroll the raw output by a page; looking at another step scrolls back to that one."""
        # Without animation: while it glides, new lines would scroll it to the end again.
        if by < 0:
            self.transcript.scroll_page_up(animate=False)
        else:
            self.transcript.scroll_page_down(animate=False)

    def action_help(self) -> None:
        """Show the keys."""
        self.app.push_screen(HelpScreen(self, self.ABOUT))  # type: ignore[arg-type]

    def action_leave(self) -> None:
        """Leave the trial."""
        self.dismiss(False)
