"""Language models through the Chat Completions API: OpenAI's own and every server that is compatible with it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

from bioblue_tui.agents.base import Answer, Turn, Usage
from bioblue_tui.agents.endpoint import Service, find_endpoint
from bioblue_tui.agents.faults import no_answer, wrong_shape
from bioblue_tui.agents.messages import Conversation
from bioblue_tui.agents.remote import RemoteAgent, tokens

if TYPE_CHECKING:
    from openai import AsyncOpenAI

SERVICE = Service("OpenAI", "https://api.openai.com/v1", "http://127.0.0.1:8080/v1", "OPENAI")

_LIMIT, _OLD_LIMIT = "max_completion_tokens", "max_tokens"


class OpenAIChatAgent(RemoteAgent["AsyncOpenAI"]):
    """A model behind the Chat Completions API.

    Args:
        model: Name of the model, as the server knows it.
        base_url: Address of the API; None for ``OPENAI_BASE_URL`` or, without that, OpenAI's own.
        temperature: Sampling temperature; None leaves it to the server.
        top_p: Nucleus sampling; None leaves it to the server.
        max_tokens: Most tokens of an answer, reasoning included; None leaves it to the server.
        timeout: Seconds to wait for an answer.
        environ: Where ``OPENAI_API_KEY`` is looked up. Without it a base URL is needed, and no real key is sent.

    Raises:
        AgentError: When there is neither a key nor a base URL, or one of them cannot be used.
    """

    droppable: ClassVar[tuple[str, ...]] = ("top_p", "temperature", _LIMIT, _OLD_LIMIT)
    successors: ClassVar[Mapping[str, str]] = {_LIMIT: _OLD_LIMIT}

    def __init__(
        self,
        model: str,
        *,
        base_url: str | None = None,
        temperature: float | None = 1.0,
        top_p: float | None = 1.0,
        max_tokens: int | None = 100,
        timeout: float = 120.0,
        environ: Mapping[str, str] = os.environ,
    ) -> None:
        endpoint = find_endpoint(SERVICE, base_url, environ)
        parameters = {"temperature": temperature, "top_p": top_p, _LIMIT: max_tokens}
        super().__init__(f"openai:{model}", model, endpoint, parameters, timeout)
        self._conversation = Conversation(with_instruction=True)

    def _connect(self) -> AsyncOpenAI:
        import openai

        http_client = self._http_client(openai.DefaultAsyncHttpxClient)
        client = openai.AsyncOpenAI(
            api_key=self._endpoint.key,
            base_url=self._endpoint.url,
            default_query=self._endpoint.query,
            timeout=http_client.timeout,
            max_retries=0,
            http_client=http_client,
        )
        # Loads the rest of the SDK here, in the thread, rather than at the first request.
        _ = client.chat.completions
        return client

    async def _send(self, client: AsyncOpenAI, turn: Turn, parameters: Mapping[str, object]) -> object:
        # As extra body, because the SDK walks through declared arguments piece by piece: 20 ms for a hundred steps.
        body = {"messages": self._conversation.messages(turn), **parameters}
        return await client.chat.completions.create(model=self.model, messages=(), extra_body=body)

    def _read(self, reply: object) -> Answer:
        choices = getattr(reply, "choices", None)
        choice = choices[0] if isinstance(choices, list) and choices else None
        message = getattr(choice, "message", None)
        text = getattr(message, "content", None)
        if not hasattr(message, "content") or not (text is None or isinstance(text, str)):
            raise wrong_shape(self._source, choice if getattr(choice, "error", None) else reply)
        refusal, reason = getattr(message, "refusal", None), getattr(choice, "finish_reason", None)
        if reason == "content_filter":
            raise no_answer(self._source, "the provider's content filter held the answer back; try again")
        if refusal and not text:
            raise no_answer(self._source, "the model refused to answer; try again or use another model", refusal)
        usage, notes = _usage(getattr(reply, "usage", None)), []
        if reason == "length":
            notes.append(self._cut_short(text or ""))
        notes += self._watch_limit(usage)
        return Answer(text or "", _reasoning(message), usage, tuple(notes))

    def _watch_limit(self, usage: Usage | None) -> list[str]:
        """Notice a server that takes the limit of tokens without a word and ignores it, as older ones do."""
        limit = self._parameters.get(_LIMIT)
        if not isinstance(limit, int) or usage is None or usage.output is None or usage.output <= limit:
            return []
        self._parameters[_OLD_LIMIT] = self._parameters.pop(_LIMIT)
        return [f"the server ignored {_LIMIT}; {_OLD_LIMIT} is sent from now on"]


def _reasoning(message: object) -> str:
    # Not in OpenAI's API; servers of open models use one of these names.
    for name in ("reasoning_content", "reasoning"):
        text = getattr(message, name, None)
        if isinstance(text, str) and text:
            return text
    return ""


def _usage(usage: object) -> Usage | None:
    if usage is None:
        return None
    details = getattr(usage, "prompt_tokens_details", None)
    return Usage(tokens(usage, "prompt_tokens"), tokens(details, "cached_tokens"), tokens(usage, "completion_tokens"))
