"""Language models through the Messages API: Anthropic's own and every server that is compatible with it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

from bioblue_tui.agents.base import AgentError
from bioblue_tui.models.anthropic_reading import FORM
from bioblue_tui.models.provider import Service
from bioblue_tui.models.providers.anthropic import PROVIDER as ANTHROPIC
from bioblue_tui.models.remote import STREAM, RemoteAgent
from bioblue_tui.models.response import Form
from bioblue_tui.models.settings import FULL_HISTORY, ModelSettings

if TYPE_CHECKING:
    from anthropic import AsyncAnthropic


class AnthropicAgent(RemoteAgent["AsyncAnthropic"]):
    """A model behind the Messages API, which requires a limit of tokens for an answer. See ``RemoteAgent``.

    A budget for thinking is added to the limit.
    """

    usual: ClassVar[Service] = ANTHROPIC
    resource: ClassVar[str] = "/v1/messages"
    droppable: ClassVar[tuple[str, ...]] = (
        "top_p", "temperature", "output_config", "thinking", "cache_control", STREAM,
    )  # fmt: skip
    fields: ClassVar[Mapping[str, str]] = {"output_config": "effort"}
    reserved: ClassVar[frozenset[str]] = RemoteAgent.reserved | {"system"}
    form: ClassVar[Form] = FORM
    with_instruction: ClassVar[bool] = False

    def _sent(self, settings: ModelSettings, title: str) -> Mapping[str, object]:
        if settings.max_tokens is None:
            raise AgentError(f"{title}'s API needs a limit of tokens for an answer; set --max-tokens to a number")
        budget = settings.thinking
        return {
            "temperature": settings.temperature,
            "top_p": settings.top_p,
            "max_tokens": settings.max_tokens + (budget or 0),
            "output_config": {"effort": settings.effort} if settings.effort is not None else None,
            "thinking": {"type": "enabled", "budget_tokens": budget} if budget is not None else None,
            # Caches all that is sent, since the next request begins with it. A past that does not only grow would never
            # be read from the cache, and writing to the cache costs more than sending.
            "cache_control": {"type": "ephemeral"} if settings.history == FULL_HISTORY else None,
        }

    def _first_notes(self, settings: ModelSettings) -> list[str]:
        budget, limit = settings.thinking, settings.max_tokens
        if budget is None or limit is None:
            return []
        return [f"max_tokens is {budget + limit}: {budget} for thinking and {limit} for the answer"]

    def _connect(self) -> AsyncAnthropic:
        import anthropic

        http_client = self._http_client(anthropic.DefaultAsyncHttpxClient)
        return anthropic.AsyncAnthropic(
            # A key given here keeps the SDK from looking for other variables and for profiles in the user's folders.
            api_key=self._endpoint.key,
            # The SDK adds the version itself, while settings made for other programs have it in the address.
            base_url=self._endpoint.url.removesuffix("/v1"),
            default_query=self._endpoint.query,
            timeout=http_client.timeout,
            max_retries=0,
            http_client=http_client,
        )

    def _complete(self, body: dict[str, object], instruction: str) -> None:
        if instruction:
            body["system"] = instruction
