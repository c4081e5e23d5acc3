"""The dialog before a fork: what is different from there on."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import ClassVar

from bioblue_envs import Environment
from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.getters import query_one
from textual.screen import ModalScreen
from textual.widgets import Button, Input, Label, TextArea

from bioblue_tui.agents.scripted import POLICIES
from bioblue_tui.analysis.words import noisy
from bioblue_tui.formatting.text import one_line
from bioblue_tui.runs.resume_fork import Changes
from bioblue_tui.runs.settings_text import read_instruction, read_settings, read_wording
from bioblue_tui.system.errors import BioBlueError
from bioblue_tui.trials.events import Header, Planned
from bioblue_tui.trials.interventions import read_intervention, read_planned
from bioblue_tui.wordings.collection import names

_STEP = re.compile(r"\s*[0-9]+\s*:")
"""The beginning of an intervention that is planned for a step."""


class ForkDialog(ModalScreen[None]):
    """Asks who continues, with which settings, texts and interventions. Fields left empty change nothing.

    Args:
        header: The header of the trial to fork.
        environment: Its environment.
        step: The last step that the fork shares with it.
        begin: Receives the changes; the code that begins the fork then calls ``settle``.
    """

    CSS_PATH = "../dialogs.tcss"
    AUTO_FOCUS = "#agent"
    BINDINGS: ClassVar[list[BindingType]] = [
        ("escape", "dismiss", "Back"),
        ("ctrl+s", "fork", "Fork"),
    ]

    error = query_one("#error", Label)

    def __init__(self, header: Header, environment: Environment, step: int, begin: Callable[[Changes], None]) -> None:
        super().__init__()
        self._header, self._environment, self._step, self._begin = header, environment, step, begin

    def compose(self) -> ComposeResult:
        """Lay out a line for everything that may change."""
        same = one_line(self._header.agent, 40)
        with VerticalScroll(classes="dialog", can_focus=False):
            title = f"Fork after step {self._step}: same past{', same noise' if noisy(self._environment) else ''}"
            yield Label(title, markup=False, classes="title")
            with Horizontal():
                yield Label("who")
                hint = f"the same: {same}; or you, {self._script()}, openai:NAME"
                yield Input(id="agent", placeholder=hint, compact=True)
            with Horizontal(id="told"):
                yield Label("parameters")
                hint = "temperature=0.5\nhistory=window:20\none name=value a line"
                yield TextArea(id="settings", placeholder=hint, compact=True, highlight_cursor_line=False)
            with Horizontal():
                yield Label("instruction")
                yield Input(id="instruction", placeholder="file of another system prompt", compact=True)
            with Horizontal():
                yield Label("intervene")
                later = f", or {self._step + 1}:rewards off" if self._step < self._header.steps else ""
                yield Input(id="intervene", placeholder=f"remind TEXT{later}", compact=True)
            with Horizontal():
                yield Label("wording")
                yield Input(id="wording", placeholder=f"the same; or {', '.join(names())} or a file", compact=True)
            yield Label("", id="error", markup=False)
            with Horizontal(classes="buttons"):
                yield Label("Tab: next   Esc: back", classes="hint")
                yield Button("Fork (Enter, ctrl+s)", id="fork", variant="primary", compact=True)

    def _script(self) -> str:
        """Return a scripted agent that plays this environment."""
        return next(name for name, policy in POLICIES.items() if policy.plays(self._header.environment))

    def settle(self, problem: str) -> None:
        """Leave when the fork has begun, or say why it can't.

        Args:
            problem: Why it can't; empty when it has begun.
        """
        if not problem:
            self.dismiss(None)
        elif self.is_mounted:
            self._complain(problem)

    @on(Input.Submitted)
    @on(Button.Pressed)
    def _submitted(self, event: Input.Submitted | Button.Pressed) -> None:
        event.stop()
        self.action_fork()

    def action_fork(self) -> None:
        """Read the fields, and ask for the fork."""
        try:
            changes = self._changes()
        except BioBlueError as error:
            self._complain(str(error))
        else:
            self.error.display = False
            self._begin(changes)

    def _changes(self) -> Changes:
        agent, file = self.query_one("#agent", Input).value.strip(), self.query_one("#instruction", Input).value.strip()
        settings = read_settings(self.query_one("#settings", TextArea).text)
        instruction = read_instruction(Path(file).expanduser(), "instruction:") if file else ""
        name = {"you": "human", "me": "human"}.get(agent.lower(), agent)
        planned = self._planned(self.query_one("#intervene", Input).value)
        written = self.query_one("#wording", Input).value.strip()
        wording = read_wording(written, "wording:") if written else None
        return Changes(name, settings, instruction, planned, wording=wording)

    def _planned(self, text: str) -> tuple[Planned, ...]:
        if not text.strip():
            return ()
        if _STEP.match(text):
            return (read_planned(text, self._environment, self._header.steps, self._step),)
        return ((self._step + 1, *read_intervention(text, self._environment)),)

    def _complain(self, problem: str) -> None:
        self.error.update(f"✗ {one_line(problem, 300)}")
        self.error.display = True
        self.error.scroll_visible(animate=False)
