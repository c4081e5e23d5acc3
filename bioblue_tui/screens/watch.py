"""Watching a live trial: an agent plays, a person controls."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import BindingType

from bioblue_tui.analysis.reference import compare
from bioblue_tui.screens.actions import command
from bioblue_tui.screens.dialogs import LineDialog
from bioblue_tui.screens.summary import Choice, SummaryScreen
from bioblue_tui.screens.trial import LEAVE_KEYS, LOOK_KEYS, PANEL_KEYS, TrialScreen
from bioblue_tui.session import Session
from bioblue_tui.text import one_line
from bioblue_tui.widgets.lines import Line

SPEED_KEYS: dict[str, float | None] = {"1": 1, "2": 2, "5": 5, "0": 10, "9": None}
"""Digits and the speeds they set, in steps per second."""


def speed_bindings() -> list[BindingType]:
    """Return the bindings of the digits, one of them shown for all."""
    all_of_them = "Speed: 1, 2, 5, 10 (key 0) steps per second, or as fast as it goes (key 9)"
    return [
        command(
            f"speed.{key}",
            key,
            f"speed({speed or 0})",
            f"Speed: {speed or 'max'}",
            f"{speed} steps a second" if speed else "As fast as it goes",
            footer="Speed" if key == "1" else "",
            shown=" ".join(SPEED_KEYS),
            together=all_of_them,
        )
        for key, speed in SPEED_KEYS.items()
    ]


class LiveScreen(TrialScreen):
    """A trial that goes on while one looks at any of its steps."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self.live = session
        self._cursor: int | None = None
        """The step looked at; None to follow the newest."""

    @property
    def shown(self) -> int:
        """The step looked at."""
        return self.state.done if self._cursor is None else self._cursor

    @property
    def known(self) -> int:
        """The newest step."""
        return self.state.done

    @property
    def following(self) -> bool:
        """True while the newest step is followed."""
        return self._cursor is None

    def seek(self, step: int) -> None:
        """Look at a step; the newest one is followed from then on."""
        self._cursor = None if step >= self.known else max(0, step)

    def status_line(self) -> Line:
        """Say whether the trial runs, and where one looks."""
        state, trial = self.state, self.live.trial
        if state.status == "ended":
            how: tuple[str, str] = (f"■ {one_line(state.reason, 30)}", "accent")
        elif trial.paused:
            how = ("‖ paused", "warn")
        else:
            how = ("▶ live", "good")
        where = f"step {state.done}/{state.header.steps}"
        if not self.following:
            where = f"looking at {self.shown}, {where}"
        parts: list[tuple[str, str]] = [how]
        if not trial.ended:
            parts.append((f"  {self.speed_text()}", "dim"))
        parts.append((f"  {where}", "strong"))
        if state.rejections:
            parts.append((f"  ✗{state.rejections}", "warn"))
        return parts

    def _summarise(self) -> None:
        found = compare(self.state)
        if found is not None:
            self.app.push_screen(SummaryScreen(self.state, found, again=False), self._after_summary)

    def _after_summary(self, choice: Choice | None) -> None:
        if choice == "leave":
            self.action_leave()


class WatchScreen(LiveScreen):
    """An agent plays; a person pauses, steps, sets the speed and looks back."""

    ABOUT = (
        "An agent plays this trial. Pause it, play it step by step, look back at any step while it goes on. Every step "
        "is on disk before the next one begins. In the raw output ▸ is the prompt, ◂ the answer to the letter, → how "
        "it was read, ✗ a rejected answer. On the scale ━ is the band, ┄ its logarithmic parts."
    )

    BINDINGS: ClassVar[list[BindingType]] = [
        command("watch.pause", "space", "pause", "Pause or go on", "Pause between steps, or go on", footer="Pause"),
        command("watch.step", "n", "one", "One step", "Play one step, then hold", footer="Step"),
        *speed_bindings(),
        command("watch.answer", "a", "instead", "Answer in its place", "While paused: answer in its place"),
        *LOOK_KEYS,
        *LEAVE_KEYS,
        command(
            "watch.summary", "s", "summary", "Summary", "Compare with the reference policy so far", footer="Summary"
        ),
        *PANEL_KEYS,
    ]

    def notice_text(self) -> str:
        """Say why the trial holds, when it was not a person who paused it."""
        if self._broken:
            return self._broken
        if self.state.status == "paused" and self.state.reason:
            why = one_line(self.state.reason, 300)
            stop = "" if why.endswith((".", "!", "?", "…")) else "."
            return f"Paused: {why}{stop} space asks again, a answers in its place, esc stops."
        return ""

    def action_pause(self) -> None:
        """Pause, or go on."""
        trial = self.live.trial
        if trial.paused:
            trial.resume()
        else:
            trial.pause()
        self.paint()

    def action_one(self) -> None:
        """Play one step."""
        self.live.trial.step_once()
        self._cursor = None
        self.paint()

    def action_speed(self, speed: float) -> None:
        """Set the speed; 0 stands for as fast as it goes."""
        self.live.trial.speed = speed or None
        self.paint()

    def action_instead(self) -> None:
        """Ask a person for the answer to the present observation."""
        bounds = "an integer for each objective"

        def answer(text: str | None) -> None:
            if text and text.strip():
                self.live.trial.answer_instead(text)

        self.app.push_screen(LineDialog(f"Answer step {self.state.done + 1} in the agent's place", bounds), answer)

    def action_summary(self) -> None:
        """Compare with the reference policy."""
        self._summarise()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Grey what cannot be done now."""
        trial = self.live.trial
        if action in ("pause", "one", "speed"):
            return True if not trial.ended else None
        if action == "instead":
            return True if trial.paused and not trial.ended else None
        if action == "summary":
            return True if self.state.done else None
        return super().check_action(action, parameters)
