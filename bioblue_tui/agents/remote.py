"""What agents behind an HTTP API share: the client's life, parameters a server refuses, faults as AgentErrors."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar, Generic, Protocol, TypeVar

from bioblue_tui.agents.base import Answer, BaseAgent, Turn
from bioblue_tui.agents.endpoint import Endpoint
from bioblue_tui.agents.faults import Source, guarded, no_answer, refused_parameter

if TYPE_CHECKING:
    import httpx2

CONNECT_SECONDS = 10.0
"""A server that takes longer to accept a connection is not there; waiting the whole time-out tells a person nothing."""


class Closable(Protocol):
    """A client that can be closed."""

    async def close(self) -> None:
        """Close all connections."""


ClientT = TypeVar("ClientT", bound=Closable)


class RemoteAgent(BaseAgent, ABC, Generic[ClientT]):
    """A language model behind an SDK.

    Args:
        name: Name of the agent.
        model: Name of the model.
        endpoint: Where it is.
        parameters: What is sent with every request beside the messages; None values are left out.
        timeout: Seconds to wait for an answer.
    """

    droppable: ClassVar[tuple[str, ...]] = ()
    """Parameters a request can do without. Where a server's refusal names several, the first of these goes."""

    successors: ClassVar[Mapping[str, str]] = {}
    """What to send in place of a refused parameter, for servers that know it by another name."""

    def __init__(
        self, name: str, model: str, endpoint: Endpoint, parameters: Mapping[str, object], timeout: float
    ) -> None:
        self._parameters: dict[str, object] = {key: value for key, value in parameters.items() if value is not None}
        super().__init__(name, model, {"base_url": endpoint.shown, **self._parameters})
        self._endpoint = endpoint
        self._timeout = timeout
        self._source = Source(endpoint, model, timeout)
        self._client: ClientT | None = None
        self._notes: list[str] = []

    async def answer(self, turn: Turn) -> Answer:
        """Ask the model.

        Raises:
            AgentError: When no answer could be had.
        """
        answer = self._read(await guarded(self._request(turn), self._source))
        notes, self._notes = (*self._notes, *answer.notes), []
        return replace(answer, text=self._clean(answer.text), reasoning=self._clean(answer.reasoning), notes=notes)

    async def aclose(self) -> None:
        """Close all connections."""
        client, self._client = self._client, None
        if client is not None:
            await client.close()

    @abstractmethod
    def _connect(self) -> ClientT:
        """Import the SDK and make its client. Runs in a thread: the import takes up to a second."""

    def _http_client(self, make: Callable[..., httpx2.AsyncClient]) -> httpx2.AsyncClient:
        """Make what the SDK's client sends through: ours to close, with the SDK's settings.

        Left to itself an SDK uses a client that makes a task when it is collected, which outlives a closing loop.
        """
        import httpx2

        timeout = httpx2.Timeout(self._timeout, connect=min(self._timeout, CONNECT_SECONDS))
        if self._endpoint.local:
            # A proxy in the environment can't reach this computer for us; the SDKs would ask it all the same.
            return httpx2.AsyncClient(timeout=timeout, follow_redirects=True, trust_env=False)
        return make(timeout=timeout)

    @abstractmethod
    async def _send(self, client: ClientT, turn: Turn, parameters: Mapping[str, object]) -> object:
        """Send one request and return what the SDK makes of the answer."""

    @abstractmethod
    def _read(self, reply: object) -> Answer:
        """Read what the SDK returned, which has the declared type only if the server kept to the API.

        Raises:
            AgentError: When it holds no answer.
        """

    async def _request(self, turn: Turn) -> object:
        if self._client is None:
            self._client = await asyncio.to_thread(self._connect)
        parameters, notes = dict(self._parameters), list[str]()
        while True:
            try:
                reply = await self._send(self._client, turn, parameters)
            except Exception as error:
                parameter = refused_parameter(error, [name for name in self.droppable if name in parameters])
                if parameter is None:
                    raise
                notes.append(self._leave_out(parameter, parameters))
            else:
                # Only now: an error that merely mentions a parameter must not take it from the rest of the trial.
                self._parameters = parameters
                self._notes += notes
                return reply

    def _leave_out(self, parameter: str, parameters: dict[str, object]) -> str:
        """Take a parameter out, or put its successor in its place, and return the note that says so."""
        value = parameters.pop(parameter)
        successor = self.successors.get(parameter)
        if successor is None:
            return f"the model refused {parameter}; it was left out"
        parameters[successor] = value
        return f"the model refused {parameter}; {successor} was sent in its place"

    def _clean(self, text: str) -> str:
        # JSON can carry half a surrogate pair, which no file and no later request could hold.
        return self._endpoint.redact(text.encode("utf-8", "replace").decode("utf-8"))

    def _cut_short(self, text: str) -> str:
        """Return the note on an answer that reached the limit of tokens.

        Raises:
            AgentError: When nothing of the answer came before the limit: asking again would cost the same for nothing.
        """
        if text.strip():
            return "the answer was cut at the limit of tokens"
        raise no_answer(
            self._source,
            "the model used up the limit of tokens before it answered, as reasoning does; raise max_tokens",
        )


def tokens(usage: object, name: str) -> int | None:
    """Return a count of tokens from what a server sent, or None where it is no count."""
    count = getattr(usage, name, None)
    return count if isinstance(count, int) and not isinstance(count, bool) and count >= 0 else None
