"""Watching a live trial: an agent plays, a person controls."""

from __future__ import annotations

from time import monotonic
from typing import ClassVar

from bioblue_envs import State
from textual.binding import BindingType

from bioblue_tui.agents.human import HumanAgent
from bioblue_tui.agents.replayed import ReplayAgent
from bioblue_tui.agents.scripted import ScriptedAgent
from bioblue_tui.formatting.numbers import counted
from bioblue_tui.formatting.text import one_line
from bioblue_tui.screens.actions import command
from bioblue_tui.screens.dialogs import LineDialog
from bioblue_tui.screens.notes.noting import NOTE_KEYS
from bioblue_tui.screens.trial.answering import AnsweringScreen
from bioblue_tui.screens.trial.keys import LEAVE_KEYS, LOOK_KEYS, PANEL_KEYS, play_keys
from bioblue_tui.trials.interventions import HELP, InterventionError, read_intervention
from bioblue_tui.widgets.gate import AGAIN

REMARKED = 10
"""For this many steps a line says what a person should know about the model; the head always does, if there is room."""

SPEED_KEYS: dict[str, float | None] = {"1": 1, "2": 2, "5": 5, "0": 10, "9": None}
"""Digits and the speeds they set, in steps per second."""


def speed_bindings() -> list[BindingType]:
    """Return the bindings of the digits, one of them shown for all."""
    all_of_them = "Speed: 1, 2, 5, 10 (key 0) steps per second, or as fast as possible (key 9)"
    return [
        command(
            f"speed.{key}",
            key,
            f"speed({speed or 0})",
            f"Speed: {speed or 'max'}",
            f"{counted(int(speed), 'step')} a second" if speed else "As fast as possible",
            footer="Speed" if key == "1" else "",
            shown=" ".join(SPEED_KEYS),
            together=all_of_them,
        )
        for key, speed in SPEED_KEYS.items()
    ]


class WatchScreen(AnsweringScreen):
    """An agent plays; a person pauses, steps, sets the speed and looks back."""

    ABOUT = (
        "An agent plays this trial. Until its end you can pause it, play it step by step and look back at any step. "
        "Every step is on disk before the next one begins. In the raw output ▸ is the prompt, ◂ the exact answer, → "
        "how it was read, ✗ a rejected answer. On the scale ━ is the band, ┄ its logarithmic parts."
    )

    BINDINGS: ClassVar[list[BindingType]] = [
        *play_keys("watch.pause", "Resume", "Pause between steps, or resume"),
        command("watch.step", "n", "one", "One step", "Play one step, then hold", footer="Step"),
        *speed_bindings(),
        command(
            "watch.over",
            "t",
            "take_over",
            "Take over or hand back",
            "Answer yourself from here, or let the agent answer again",
            priority=True,
        ),
        command("watch.intervene", "i", "intervene", "Intervene", "Remind, ask for reasoning, hide rewards, disturb …"),
        command("watch.repeat", AGAIN, "repeat", "Repeat answer", "While you answer: put your last answer on the line"),
        command("watch.answer", "a", "instead", "Answer in its place", "Pause, and answer this step in its place"),
        *LOOK_KEYS,
        *LEAVE_KEYS,
        command(
            "watch.summary", "s", "summary", "Summary", "Compare with the reference policy so far", footer="Summary"
        ),
        *NOTE_KEYS,
        *PANEL_KEYS,
    ]

    def notice_text(self) -> str:
        """Return why the trial is paused, when no person paused it."""
        if self._broken:
            return self._broken
        if self.state.stuck:
            why = one_line(self.state.reason, 300)
            stop = "" if why.endswith((".", "!", "?", "…")) else "."
            return f"Paused: {why}{stop} space asks again, a answers in its place, esc stops."
        if self.person is not None and self.unseen:
            return f"{one_line(self.state.header.agent, 40)} does not see {self.unseen}; you do."
        if self.remark and self.state.done < REMARKED and self.state.status != "ended":
            return f"{one_line(self.state.header.agent, 40)}: {self.remark}."
        return ""

    def remark_text(self) -> str:
        """Return which failure paused the trial; failures at the step looked at are below, with their evidence."""
        if self.state.status != "paused" or not self.state.reason or self.state.stuck:
            return ""
        return f"Paused: {one_line(self.state.reason, 300).partition(': ')[0]}. space resumes."

    @property
    def unseen(self) -> str:
        """Rewards on the screen that the agent is not shown; empty for none."""
        shown = self.live.trial.shown_dimensions
        missing = {dimension.label: None for dimension in self.state.environment.dimensions if dimension not in shown}
        return ", ".join(missing) if shown else "rewards"

    def action_pause(self) -> None:
        """Pause between steps."""
        self.live.trial.pause()
        self.paint()

    def action_unpause(self) -> None:
        """Resume."""
        self.live.trial.resume()
        self.paint()

    def on_mount(self) -> None:
        """Leave t and ? to the screen until an answer is begun; Textual calls the base classes' handlers, too."""
        self.bar.answer.free_keys = ("t", "L", "question_mark")

    def greeting(self) -> str:
        """Say what to do, above the empty line."""
        return f"{super().greeting()} Empty line + t: give control back."

    def action_take_over(self) -> None:
        """Let the person answer from here, or the agent again, and show the step that is asked for."""
        self.to_present()
        trial = self.live.trial
        if self.person is None:
            trial.take_over(HumanAgent())
        else:
            trial.hand_back()
        self._told, self._rejections = self.state.done, self.state.rejections
        self.show_bar()
        self.paint()
        # Scroll to the question that is answered now, wherever the text was read before.
        self.transcript.follow()

    def action_leave(self) -> None:
        """Cut the answer in flight short; leave when there is none, or one that needs no time."""
        trial = self.live.trial
        slow = self.person is None and not isinstance(trial.agent, ScriptedAgent | ReplayAgent)
        if slow and trial.in_flight and not trial.ended and trial.interrupt():
            self.paint()
            return
        super().action_leave()

    def action_one(self) -> None:
        """Play one step."""
        self.live.trial.step_once()
        self.to_present()

    def action_speed(self, speed: float) -> None:
        """Set the speed; 0 stands for as fast as possible."""
        self.live.trial.speed = speed or None
        self.paint()

    def action_intervene(self) -> None:
        """Ask what to change from the next question on, and change it."""

        def change(text: str) -> str:
            if self.live.trial.ended:
                return "The trial has ended meanwhile; nothing was recorded."
            try:
                self.live.trial.intervene(*read_intervention(text, self.state.environment))
            except InterventionError as error:
                return str(error)
            self.paint()
            return ""

        self.app.push_screen(LineDialog(f"Intervene: {HELP}", "remind Think of the steps to come", take=change))

    def action_instead(self) -> None:
        """Pause, and ask a person for the answer to the present observation."""
        self.live.trial.pause()
        self.to_present()
        bounds, asked = self.state.environment.bounds(State(self.state.levels, ())), monotonic()

        def answer(text: str) -> str:
            nonlocal asked
            begun, asked = asked, monotonic()
            reason = self.live.trial.answer_instead(text, dialog.dropped, round(asked - begun, 6))
            dialog.dropped = 0
            return f"{self.why_refused(text, reason)} No step was used." if reason else ""

        question = f"Answer step {self.state.done + 1} in the agent's place"
        dialog = LineDialog(question, bounds, answers=True, take=answer)
        self.app.push_screen(dialog)

    def action_summary(self) -> None:
        """Compare with the reference policy."""
        self._summarise()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer what can be done now."""
        trial = self.live.trial
        if action in ("pause", "unpause"):
            return not trial.ended and trial.paused == (action == "unpause")
        if action in ("one", "speed", "intervene"):
            return not trial.ended
        if action == "instead":
            return self.person is None and not trial.ended
        if action == "repeat":
            return self.person is not None and not trial.ended
        if action == "take_over":
            # Once something is typed in the answer line, t is an ordinary letter.
            typed = self.person is not None and self.is_mounted and self.bar.answer.value
            # A key that bounces must not hand back what it has just taken over.
            soon = self.person is not None and not trial.paused and self.is_mounted and not self.bar.gate.is_open
            return not trial.ended and not typed and not soon
        if action == "summary":
            return True if self.state.done else None
        return super().check_action(action, parameters)
