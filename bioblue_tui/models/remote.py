"""What agents behind an HTTP API share: the client's lifetime, refused parameters, a full context, faults."""

from __future__ import annotations

import asyncio
import os
import ssl
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cache, partial
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Protocol, TypeVar
from urllib.request import getproxies

from bioblue_tui.agents.base import AgentError, Answer, BaseAgent, Turn
from bioblue_tui.models.endpoint import find_endpoint
from bioblue_tui.models.error_body import is_overflow, refused_parameter, said
from bioblue_tui.models.faults import Source, explain, guarded
from bioblue_tui.models.messages import Conversation, encode
from bioblue_tui.models.posting import Poster
from bioblue_tui.models.provider import SECONDS, Service
from bioblue_tui.models.redaction import HIDDEN, is_hidden, secrets_in, without
from bioblue_tui.models.response import End, Form, Received, judge, seconds_of
from bioblue_tui.models.settings import ModelSettings, parse_history
from bioblue_tui.models.stream import Hearing

if TYPE_CHECKING:
    import httpx2

    from bioblue_tui.models.transport import Transport

CONNECT_SECONDS = 10.0
"""A server that takes longer to accept a connection counts as absent; the whole time-out would be too long to wait."""

SILENT_SECONDS = 600.0
"""A server may keep a connection alive and never answer. Reasoning that is not shown takes minutes, but not more."""

STREAM = "stream"
"""The parameter that asks for an answer in pieces."""


class Closable(Protocol):
    """A client that can be closed."""

    async def close(self) -> None:
        """Close all connections."""


ClientT = TypeVar("ClientT", bound=Closable)


class RemoteAgent(BaseAgent, ABC, Generic[ClientT]):
    """A language model behind an SDK.

    Args:
        model: Name of the model, as the server knows it.
        settings: What a person set. The base URL is where the API is; None for the address in the environment variable
            or, without that, the provider's own.
        timeout: Seconds to wait for an answer, or for more of it.
        environ: Where the key is looked up. Without it a base URL is needed, and no real key is sent.
        service: Whose API it is; None for the usual provider of the dialect.

    Raises:
        AgentError: When there is neither a key nor a base URL, or something that was set cannot be used.
    """

    usual: ClassVar[Service]
    """Whose API it is by default."""

    resource: ClassVar[str]
    """The path of the API to which requests are sent."""

    droppable: ClassVar[tuple[str, ...]]
    """Parameters a request can do without. Where a server's refusal names several, the first of these is dropped."""

    successors: ClassVar[Mapping[str, str]] = {}
    """The parameter to send in place of a refused one, for servers that know it by another name."""

    fields: ClassVar[Mapping[str, str]] = {}
    """The setting that a parameter comes from, where their names differ."""

    ways_out: ClassVar[Mapping[str, str]] = {"effort": "--effort ''"}
    """How to leave out those settings for which ``none`` means something else."""

    reserved: ClassVar[frozenset[str]] = frozenset({"messages", "model", STREAM})
    """Fields that the extra body must not replace: otherwise the trial would not be what its record says."""

    limits: ClassVar[tuple[str, ...]] = ("max_tokens",)
    """Names of the parameter that limits an answer's tokens."""

    form: ClassVar[Form]
    """How answers are read."""

    with_instruction: ClassVar[bool]
    """Whether the instruction is the first message."""

    transport: ClassVar[Mapping[str, object]] = {STREAM: True}
    """Parameters that only say how the answer is sent; they are not recorded."""

    def __init__(
        self,
        model: str,
        settings: ModelSettings | None = None,
        *,
        timeout: float = SECONDS,
        environ: Mapping[str, str] = os.environ,
        service: Service | None = None,
    ) -> None:
        settings, service = settings or ModelSettings(), service or self.usual
        parameters = self._sent(settings, service.title)
        endpoint = find_endpoint(service, settings.base_url, environ, confirmed=settings.confirmed)
        taken = sorted(self.reserved & settings.extra.keys())
        if taken:
            raise AgentError(f"the extra body must not hold {', '.join(taken)}; leave it out")
        if is_hidden(settings.extra):
            what = f"the extra body held a secret ({HIDDEN}), which no record keeps"
            raise AgentError(f"{what}; fork the trial and give it again with --extra")
        endpoint = endpoint.hiding(secrets_in(settings.extra))
        keep = parse_history(settings.history)
        self._extra = dict(settings.extra)
        shown = {key: value for key, value in parameters.items() if value is not None and key not in self._extra}
        recorded = {"base_url": endpoint.shown, **shown, "history": settings.history}
        if settings.send_reasoning:
            recorded["send_reasoning"] = True
        if self._extra:
            recorded["extra"] = without(self._extra, endpoint.secrets)
        super().__init__(f"{service.name}:{model}", model, recorded)
        self._parameters: dict[str, object] = {**shown, **self.transport}
        self._insisted = {key for key in shown if settings.is_set(self.fields.get(key, key))}
        self._endpoint = endpoint
        self._timeout = timeout
        self._source = Source(endpoint, model, timeout)
        self._conversation = Conversation(with_instruction=self.with_instruction, keep=keep)
        self._client: ClientT | None = None
        self._transport: Transport | None = None
        self._poster: Poster | None = None
        self._notes = self._first_notes(settings)

    async def answer(self, turn: Turn) -> Answer:
        """Ask the model.

        Raises:
            AgentError: When the model could not answer.
        """
        hearing = Hearing(turn.hear, self._endpoint.secrets)
        try:
            received = await guarded(self._request(turn, hearing), self._explain)
        except AgentError:
            if hearing.failure is not None:
                raise hearing.failure from None
            raise
        if received.end is End.CONTEXT and self._conversation.leave_out_oldest():
            raise self._again()
        sent = {**self._parameters, **self._extra}
        answer = judge(received, self._source, next((sent[name] for name in self.limits if name in sent), None))
        notes = [*self._notes, self._conversation.news, *answer.notes, *self._watch(received)]
        self._notes, self._conversation.news = [], ""
        return replace(answer, notes=tuple(filter(None, notes)))

    async def ready(self) -> None:
        """Make the client, which takes up to a second, before the first request would.

        Raises:
            AgentError: When it can't be made.
        """
        await guarded(self._prepared(), self._explain)

    async def aclose(self) -> None:
        """Close all connections."""
        client, self._client, self._poster = self._client, None, None
        if client is not None:
            await client.close()

    @abstractmethod
    def _sent(self, settings: ModelSettings, title: str) -> Mapping[str, object]:
        """Return the parameters to send with every request, besides the messages; None values are left out.

        Raises:
            AgentError: When something that was set cannot be used with the API; ``title`` names it for people.
        """

    def _first_notes(self, settings: ModelSettings) -> list[str]:
        """Return the notes for a person that come with the first answer."""
        return []

    @abstractmethod
    def _connect(self) -> ClientT:
        """Import the SDK and make its client. Runs in a thread: the import takes up to a second."""

    def _http_client(self, make: Callable[..., httpx2.AsyncClient]) -> httpx2.AsyncClient:
        """Make the HTTP client for the SDK's client: with the SDK's settings, but ours to close.

        An SDK's own client makes a task when it is garbage-collected, and that task may outlive a closing loop.
        """
        import httpx2

        from bioblue_tui.models.transport import Transport

        own: dict[str, Any] = {"timeout": httpx2.Timeout(self._timeout, connect=min(self._timeout, CONNECT_SECONDS))}
        if self._endpoint.local:
            # A proxy can't reach this computer for us, but the SDKs would still use the one in the environment.
            make = partial(httpx2.AsyncClient, follow_redirects=True, trust_env=False)
        if self._endpoint.local or not getproxies():
            own["transport"] = self._transport = Transport(_certificates())
        return make(verify=_certificates(), **own)

    @abstractmethod
    def _complete(self, body: dict[str, object], instruction: str) -> None:
        """Put into a request's body what the API needs besides messages and parameters."""

    async def _send(self, poster: Poster, body: dict[str, object], turn: Turn, hearing: Hearing) -> Received:
        streamed = bool(body.get(STREAM))
        self._complete(body, turn.instruction)
        encoded = self._encode(body)
        turn.sending()
        begun = time.monotonic()
        response = await poster.post(encoded)
        try:
            received = await self.form.read(response, streamed, self._source, hearing)
        finally:
            await response.aclose()
        return replace(received, seconds=seconds_of(response, begun))

    def _encode(self, body: Mapping[str, object]) -> bytes:
        """Return a request's body. The messages, which are most of it, were encoded before."""
        rest = encode({**body, "model": self.model})
        return b'{"messages":' + self._conversation.encoded() + b"," + rest[1:]

    def _watch(self, received: Received) -> Sequence[str]:
        """Look for what a server does silently; returns notes for a person."""
        return ()

    async def reach(self) -> tuple[ClientT, Source]:
        """Make the client, which ``aclose`` closes; returns it and the source that its faults are described with."""
        self._client = await asyncio.to_thread(self._connect)
        return self._client, self._source

    async def _prepared(self) -> Poster:
        if self._poster is None:
            client, _ = await self.reach()
            self._poster = Poster(client, self.resource, self._transport)
        return self._poster

    async def _request(self, turn: Turn, hearing: Hearing) -> Received:
        poster = await self._prepared()
        self._conversation.messages(turn)
        parameters, notes = dict(self._parameters), list[str]()
        while True:
            body = {**parameters, **self._extra}
            try:
                received = await self._attend(poster, body, turn, hearing)
            except AgentError:
                raise
            except Exception as error:
                if hearing.heard or not self._mend(error, parameters, notes):
                    raise
            else:
                # Only after success: an error that merely mentions a parameter must not drop it for the whole trial.
                self._parameters = parameters
                self._notes += notes
                return received

    async def _attend(self, poster: Poster, body: dict[str, object], turn: Turn, hearing: Hearing) -> Received:
        """Send one request, and give up when no text comes for too long, even if the connection is kept alive."""
        limit = max(self._timeout, SILENT_SECONDS)
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(limit) as patience:
                hearing.moved = lambda: patience.reschedule(loop.time() + limit)
                return await self._send(poster, body, turn, hearing)
        except TimeoutError:
            if not patience.expired():
                raise
            what = f"time-out: {self._source.url} kept the connection but sent no word for {limit:g} s; try again"
            raise self._source.fault(what, transient=True) from None

    def _mend(self, error: Exception, parameters: dict[str, object], notes: list[str]) -> bool:
        """Change a refused request so that it may be accepted. Returns False where nothing can be changed."""
        if is_overflow(error):
            return self._conversation.leave_out_oldest()
        name = refused_parameter(error, self._in_doubt(parameters))
        if name is None:
            return False
        successor = self.successors.get(name)
        if successor is None and name in self._insisted:
            return False
        value = parameters.pop(name)
        if successor is None:
            notes.append(f"the model refused {name}; it was left out")
        else:
            parameters[successor] = value
            if name in self._insisted:
                self._insisted.add(successor)
            notes.append(f"the model refused {name}; {successor} was sent in its place")
        return True

    def _in_doubt(self, parameters: Mapping[str, object]) -> list[str]:
        """Return the parameters a request can do without; those that no person set come first."""
        return sorted((name for name in self.droppable if name in parameters), key=self._insisted.__contains__)

    def _explain(self, error: Exception) -> AgentError:
        if is_overflow(error) and self._conversation.leave_out_oldest():
            return self._again()
        name = refused_parameter(error, [*self._insisted, *self._extra])
        if name is None:
            return explain(error, self._source)
        flag = self.fields.get(name, name).replace("_", "-")
        if flag in self.ways_out:
            way = f"with {self.ways_out[flag]}"
        else:
            way = "of the extra body" if name in self._extra else f"with --{flag} none"
        return self._source.fault(f"the model refused {name}; leave it out {way}", said(getattr(error, "body", None)))

    def _again(self) -> AgentError:
        """Make the error after which the trial asks again with less of the past, since part of an answer was heard."""
        return self._source.fault(f"{self._conversation.news}; asking again", transient=True, wait=0)


@cache
def _certificates() -> ssl.SSLContext:
    """Return the certificates to trust. Cached: reading them takes 20 ms, and every trial has its own client."""
    import httpx2

    return httpx2.create_ssl_context()
