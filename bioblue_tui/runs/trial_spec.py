"""The description of a trial that commands, the home screen, lessons, batches and studies share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from bioblue_tui.models.settings import ModelSettings
from bioblue_tui.trials.events import Header, Planned
from bioblue_tui.wordings.wording import Wording

STEPS = 100
"""Steps of a published trial."""


@dataclass(frozen=True, slots=True)
class TrialSpec:
    """A trial that is to be played.

    Attributes:
        environment: Id of the environment.
        agent: As in ``make_agent``, or ``replay:FILE``.
        parameters: The environment's parameters that differ from the benchmark's.
        seed: Seed of the environment's noise.
        steps: How many steps.
        prompt_only: For a person: show exactly the text that a model would get, no gauges.
        settings: For models.
        condition: Label of the experimental condition, for the record.
        schedule: Interventions planned for certain steps.
        instruction: A system instruction that replaces the wording's own; empty for the wording's own.
        wording: What the agent is told, and in which words; None for the default wording.
        study: Which trial of a study with people it is, as in ``Header``; None outside studies.
    """

    environment: str
    agent: str
    parameters: Mapping[str, object] = field(default_factory=dict)
    seed: int = 1
    steps: int = STEPS
    prompt_only: bool = False
    settings: ModelSettings = field(default_factory=ModelSettings)
    condition: str = ""
    schedule: tuple[Planned, ...] = ()
    instruction: str = ""
    wording: Wording | None = None
    study: Mapping[str, object] | None = None

    @classmethod
    def of(cls, header: Header) -> TrialSpec:
        """Return what a recorded trial plays, without its condition, which labels that record only."""
        return cls(
            header.environment,
            header.agent,
            header.parameters,
            header.seed or 0,
            header.steps,
            settings=ModelSettings.of(header.provider),
            schedule=header.schedule,
            instruction=header.instruction,
        )
