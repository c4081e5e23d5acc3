"""Language models through the Messages API: Anthropic's own and every server that is compatible with it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar, cast

from bioblue_tui.agents.base import AgentError, Answer, Turn, Usage
from bioblue_tui.agents.endpoint import Service, find_endpoint
from bioblue_tui.agents.faults import no_answer, wrong_shape
from bioblue_tui.agents.messages import Conversation
from bioblue_tui.agents.remote import RemoteAgent, tokens

if TYPE_CHECKING:
    from anthropic import AsyncAnthropic

SERVICE = Service("Anthropic", "https://api.anthropic.com", "http://127.0.0.1:8080", "ANTHROPIC")


class AnthropicAgent(RemoteAgent["AsyncAnthropic"]):
    """A model behind the Messages API.

    Args:
        model: Name of the model, as the server knows it.
        base_url: Address of the API; None for ``ANTHROPIC_BASE_URL`` or, without that, Anthropic's own.
        temperature: Sampling temperature; None leaves it to the server.
        top_p: Nucleus sampling; None leaves it to the server.
        max_tokens: Most tokens of an answer, reasoning included. The API wants a number.
        timeout: Seconds to wait for an answer.
        environ: Where ``ANTHROPIC_API_KEY`` is looked up. Without it a base URL is needed, and no real key is sent.

    Raises:
        AgentError: When there is neither a key nor a base URL, one of them cannot be used, or ``max_tokens`` is None.
    """

    droppable: ClassVar[tuple[str, ...]] = ("top_p", "temperature", "cache_control")

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
        if max_tokens is None:
            raise AgentError("Anthropic's API needs a limit of tokens for an answer; set max_tokens to a number")
        endpoint = find_endpoint(SERVICE, base_url, environ)
        parameters = {
            "temperature": temperature,
            "top_p": top_p,
            "max_tokens": max_tokens,
            "cache_control": {"type": "ephemeral"},
        }
        super().__init__(f"anthropic:{model}", model, endpoint, parameters, timeout)
        self._conversation = Conversation(with_instruction=False)

    def _connect(self) -> AsyncAnthropic:
        import anthropic

        http_client = self._http_client(anthropic.DefaultAsyncHttpxClient)
        client = anthropic.AsyncAnthropic(
            # A key given here keeps the SDK from looking for other variables and for profiles in the user's folders.
            api_key=self._endpoint.key,
            # The SDK adds the version itself; other programs' settings have it in the address.
            base_url=self._endpoint.url.removesuffix("/v1"),
            default_query=self._endpoint.query,
            timeout=http_client.timeout,
            max_retries=0,
            http_client=http_client,
        )
        # Loads the rest of the SDK here, in the thread, rather than at the first request.
        _ = client.messages
        return client

    async def _send(self, client: AsyncAnthropic, turn: Turn, parameters: Mapping[str, object]) -> object:
        messages = cast(Any, self._conversation.messages(turn))
        # The SDK no longer knows some parameters that servers still take, so that all go in as they are.
        body = {**parameters, **({"system": turn.instruction} if turn.instruction else {})}
        limit = cast(int, parameters["max_tokens"])
        return await client.messages.create(model=self.model, max_tokens=limit, messages=messages, extra_body=body)

    def _read(self, reply: object) -> Answer:
        blocks = getattr(reply, "content", None)
        if not isinstance(blocks, list):
            raise wrong_shape(self._source, reply)
        text, reasoning = _joined(blocks, "text", "text"), _joined(blocks, "thinking", "thinking")
        if text is None or reasoning is None:
            raise wrong_shape(self._source, reply)
        answer = Answer(text, reasoning, _usage(getattr(reply, "usage", None)))
        reason = getattr(reply, "stop_reason", None)
        if reason == "refusal":
            raise no_answer(self._source, "the model refused to answer; try again or use another model", text)
        if reason == "model_context_window_exceeded":
            what = "the conversation is too long for the model; use a model with a larger context or fewer steps"
            raise no_answer(self._source, what)
        return replace(answer, notes=(self._cut_short(text),)) if reason == "max_tokens" else answer


def _joined(blocks: list[Any], kind: str, field: str) -> str | None:
    """Join the texts of the blocks of one kind; None where one of them is no text."""
    texts: list[str] = []
    for block in blocks:
        if getattr(block, "type", None) == kind:
            text = getattr(block, field, None)
            if not isinstance(text, str):
                return None
            texts.append(text)
    return "".join(texts)


def _usage(usage: object) -> Usage | None:
    if usage is None:
        return None
    fresh, cached = tokens(usage, "input_tokens"), tokens(usage, "cache_read_input_tokens")
    # The API counts what the cache took or gave apart from the rest.
    total = None if fresh is None else fresh + (cached or 0) + (tokens(usage, "cache_creation_input_tokens") or 0)
    return Usage(total, cached, tokens(usage, "output_tokens"))
