"""The agent protocol: given a turn, produce raw text. Reading the text into an action is not the agent's business."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

from bioblue_envs import Environment, State, Transition

from bioblue_tui.system.errors import BioBlueError

OUTGREW = "the conversation outgrew the model's context"
"""How the note begins on an answer that was given without the oldest turns; how many were left out follows."""


class AgentError(BioBlueError):
    """An agent could not answer, for a reason outside its answer (no key, refused connection, overload).

    The message says what happened and what to do, for a person. It never holds a key.

    Args:
        message: What happened and what to do.
        transient: True when asking again later may well succeed.
        wait: Seconds that the provider asks to wait before the next request; None where it did not say.
    """

    def __init__(self, message: str, *, transient: bool = False, wait: float | None = None) -> None:
        super().__init__(message)
        self.transient, self.wait = transient, wait


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of one request. None where the provider did not say.

    Attributes:
        input: Tokens sent, cached ones included.
        cached: Those of them read from the provider's cache.
        output: Tokens produced, reasoning included.
        written: Tokens sent that were also written to the cache, where that costs more than sending them.
        cost: US dollars, where the server itself says what the request cost.
    """

    input: int | None = None
    cached: int | None = None
    output: int | None = None
    written: int | None = None
    cost: float | None = None


FaultKind = Literal["cut", "provider"]
"""What kept a response from being an answer: the limit of tokens, or the provider."""


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a model's response must not be read as its answer.

    Attributes:
        kind: What caused it.
        reason: What happened and what to do, for a person.
        hopeless: True when asking again would cost as much and fail again.
    """

    kind: FaultKind
    reason: str
    hopeless: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """What an agent said.

    Attributes:
        text: The answer, verbatim.
        reasoning: Reasoning text that a provider returns apart from the answer; never read as the answer.
        usage: Tokens, where there are any.
        notes: What a person should know about how this answer came about, such as a parameter that was dropped.
        dropped: Keys that a person pressed before the question was on the screen; they are not part of the answer.
        fault: Why the text must not be read, whatever it looks like; None where it may be.
        seconds: From sending the request that was answered to the last byte of its answer; for a participant, the time
            measured; None where neither is known.
    """

    text: str
    reasoning: str = ""
    usage: Usage | None = None
    notes: tuple[str, ...] = ()
    dropped: int = 0
    fault: Fault | None = None
    seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Piece:
    """The next part of an answer that is still arriving.

    Attributes:
        text: The text that arrived.
        reasoning: True when it belongs to the reasoning and not to the answer.
    """

    text: str
    reasoning: bool = False


def unheard(piece: Piece) -> None:
    """Take no notice of a piece."""


def uncounted() -> None:
    """Take no notice of a request."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """One past step as the agent may see it: what was observed and the legal answer that was given, verbatim."""

    observation: str
    answer: str


@dataclass(frozen=True, slots=True)
class Turn:
    """One request for an answer.

    Attributes:
        step: The step to be taken, from 1.
        attempt: 1, or more where the same step is asked again: after a rejected answer, a fault, an interruption.
        instruction: The system instruction.
        history: All past steps, oldest first. It grows in place from turn to turn: do not keep or change it.
        observation: What is observed now, with its question.
        environment: The environment itself, for agents that are programs.
        state: Its state, for agents that are programs.
        last: The last transition, or None at the first step.
        rejection: Why the previous attempt at this step was rejected, or an empty string.
        hear: Receives the answer piece by piece, where the agent can deliver it so.
        sending: Called before every request that is sent to a provider.
    """

    step: int
    attempt: int
    instruction: str
    history: Sequence[Exchange]
    observation: str
    environment: Environment
    state: State
    last: Transition | None = None
    rejection: str = ""
    hear: Callable[[Piece], None] = unheard
    sending: Callable[[], None] = uncounted


class Agent(Protocol):
    """Who answers.

    Attributes:
        name: Its name for people and records: ``human``, ``thermostat``, ``openai:gpt-6-luna``.
        model: The model's name, or an empty string.
        provider: Parameters sent to the provider, as JSON values, without any key.
        patient: True when illegal answers are never counted against a limit (a person may try as often as they like).
    """

    name: str
    model: str
    provider: Mapping[str, object]
    patient: bool

    async def answer(self, turn: Turn) -> Answer:
        """Answer a turn.

        Raises:
            AgentError: When the agent could not answer.
        """

    async def aclose(self) -> None:
        """Release connections. The agent is not used afterwards."""


@dataclass(eq=False)
class BaseAgent:
    """What most agents share: no model, no provider parameters, nothing to release.

    A complete agent of your own needs no more than this::

        class Half(BaseAgent):
            async def answer(self, turn: Turn) -> Answer:
                return Answer(str(int(turn.state.levels[0] // 2)))

        environment = bioblue_envs.make("sustainability")
        header = Header(environment.id, environment.parameters, seed=1, steps=100, agent="half")
        asyncio.run(Trial(environment, Half("half"), header, print).run())
    """

    name: str
    model: str = ""
    provider: Mapping[str, object] = field(default_factory=dict)
    patient: bool = False

    async def aclose(self) -> None:
        """Release nothing."""
