"""The settings of a trial about to begin: seed, steps, switches, parameters, and what a model needs."""

from __future__ import annotations

import bioblue_envs
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.getters import query_one
from textual.widgets import Checkbox, Input, Label

from bioblue_tui.formatting.text import one_line
from bioblue_tui.models.provider import Choice
from bioblue_tui.models.settings import ModelSettings
from bioblue_tui.runs.batch.seeds import MAX_SEED
from bioblue_tui.runs.trial_options import SWITCHES, read_parameters
from bioblue_tui.runs.trial_spec import STEPS, TrialSpec
from bioblue_tui.trials.events import MAX_STEPS
from bioblue_tui.wordings.collection import DEFAULT, built_in, names
from bioblue_tui.wordings.wording import Wording


class PlainCheckbox(Checkbox):
    """A checkbox that is empty when off, so that colour alone does not tell its state."""

    BUTTON_INNER = " "

    def watch_value(self) -> None:
        """Draw the cross only when on."""
        self.BUTTON_INNER = "X" if self.value else " "
        super().watch_value()


class SetupPanel(Vertical):
    """Lines to fill in; only fields that matter for the chosen environment and agent are shown."""

    DEFAULT_CSS = """
    SetupPanel { height: auto; padding: 0 1; }
    SetupPanel Horizontal { height: 1; }
    SetupPanel Label { color: $text-muted; padding-right: 1; }
    SetupPanel Input { width: 8; margin-right: 2; }
    SetupPanel #setting, SetupPanel #model, SetupPanel #base-url { width: 1fr; }
    SetupPanel #wording { width: 14; }
    SetupPanel Checkbox { margin-right: 2; }
    """

    seed = query_one("#seed", Input)
    steps = query_one("#steps", Input)
    objectives = query_one("#objectives", Input)
    setting = query_one("#setting", Input)
    wording = query_one("#wording", Input)
    model = query_one("#model", Input)
    base_url = query_one("#base-url", Input)
    prompt_only = query_one("#prompt-only", Checkbox)

    def compose(self) -> ComposeResult:
        """Lay out three lines."""
        with Horizontal():
            yield Label("seed")
            yield Input("1", id="seed", type="integer", compact=True)
            yield Label("steps")
            yield Input(str(STEPS), id="steps", type="integer", compact=True)
            yield Label("objectives", id="objectives-label")
            yield Input("2", id="objectives", type="integer", compact=True)
        with Horizontal():
            for name in SWITCHES:
                yield PlainCheckbox(name.replace("_", " "), id=name.replace("_", "-"), compact=True)
            yield PlainCheckbox("prompt only", id="prompt-only", compact=True)
        with Horizontal(id="setting-line"):
            yield Label("set")
            yield Input(id="setting", placeholder="parameters, such as hysteresis=5 penalty=20", compact=True)
            yield Label("wording")
            yield Input(id="wording", placeholder=DEFAULT, compact=True)
        with Horizontal(id="model-line"):
            yield Label("model")
            yield Input(id="model", compact=True)
            yield Label("base URL")
            yield Input(id="base-url", placeholder="the provider's own", compact=True)

    def show_for(self, environment: str, agent: Choice) -> None:
        """Show the fields that matter for an environment and an agent."""
        known = {parameter.name for parameter in bioblue_envs.parameters(environment)}
        for name in SWITCHES:
            self.query_one(f"#{name.replace('_', '-')}", Checkbox).display = name in known
        self.objectives.display = self.query_one("#objectives-label").display = "objectives" in known
        self.prompt_only.display = agent.kind == "human"
        self.query_one("#model-line").display = bool(agent.provider)
        if agent.provider:
            self.model.placeholder = agent.suggestion or "the model's name on the server"
            self.base_url.placeholder = agent.base_url or "the provider's own"

    def spec(self, environment: str, agent: Choice) -> TrialSpec:
        """Return the spec of the trial.

        Raises:
            bioblue_envs.ParameterError: When a field holds something that cannot be used; the message says which.
        """
        known = {parameter.name for parameter in bioblue_envs.parameters(environment)}
        settings = self.setting.value.split()
        written: dict[str, object] = {"settings": settings}
        for name in known.intersection(SWITCHES):
            written[name] = self.query_one(f"#{name.replace('_', '-')}", Checkbox).value or None
        # This field is never empty, so a value typed in the line of parameters goes first.
        if "objectives" in known - bioblue_envs.parse_settings(environment, settings).keys():
            written["objectives"] = whole("objectives", self.objectives.value, 2, 6)
        parameters = read_parameters(environment, written)
        sent = ModelSettings(base_url=self.base_url.value.strip() or agent.base_url or None)
        model = self.model.value.strip() or agent.suggestion or "default"
        return TrialSpec(
            environment,
            f"{agent.provider}:{model}" if agent.provider else agent.name,
            parameters,
            seed=whole("seed", self.seed.value, 0, MAX_SEED),
            steps=whole("steps", self.steps.value, 1, MAX_STEPS),
            prompt_only=self.prompt_only.value,
            settings=sent,
            wording=_wording(self.wording.value.strip()),
        )


def _wording(name: str) -> Wording | None:
    """Return a built-in wording; files are for the command line, since they are checked there."""
    if not name:
        return None
    found = built_in(name)
    if found is None:
        known = f"there are {', '.join(names())}; a file: bioblue play --wording FILE"
        raise bioblue_envs.ParameterError(f"wording={one_line(name, 20)}: no such wording; {known}")
    return found


def whole(name: str, text: str, low: int, high: int) -> int:
    """Read a whole number within bounds.

    Raises:
        bioblue_envs.ParameterError: When the text is not one; the message names the field and the bounds.
    """
    text = text.strip()
    if not text.isascii() or not text.isdigit() or len(text) > 20 or not low <= int(text) <= high:
        raise bioblue_envs.ParameterError(f"{name}={text[:20]}: a whole number from {low} to {high} expected")
    return int(text)
