"""Language models through the Chat Completions API: OpenAI's own and every server that is compatible with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar

from bioblue_tui.agents.base import AgentError
from bioblue_tui.models.openai_reading import FORM
from bioblue_tui.models.provider import Service
from bioblue_tui.models.providers.openai import PROVIDER as OPENAI
from bioblue_tui.models.remote import STREAM, RemoteAgent
from bioblue_tui.models.response import Form, Received
from bioblue_tui.models.settings import ModelSettings

if TYPE_CHECKING:
    from openai import AsyncOpenAI

_LIMIT, _OLD_LIMIT, _STREAM_OPTIONS = "max_completion_tokens", "max_tokens", "stream_options"


class OpenAIChatAgent(RemoteAgent["AsyncOpenAI"]):
    """A model behind the Chat Completions API; the limit of tokens includes reasoning. See ``RemoteAgent``."""

    usual: ClassVar[Service] = OPENAI
    resource: ClassVar[str] = "/chat/completions"
    droppable: ClassVar[tuple[str, ...]] = (
        "top_p", "temperature", "reasoning_effort", _LIMIT, _OLD_LIMIT, _STREAM_OPTIONS, STREAM,
    )  # fmt: skip
    successors: ClassVar[Mapping[str, str]] = {_LIMIT: _OLD_LIMIT}
    fields: ClassVar[Mapping[str, str]] = {_LIMIT: "max_tokens", "reasoning_effort": "effort"}
    transport: ClassVar[Mapping[str, object]] = {STREAM: True, _STREAM_OPTIONS: {"include_usage": True}}
    limits: ClassVar[tuple[str, ...]] = (_LIMIT, _OLD_LIMIT)
    form: ClassVar[Form] = FORM
    with_instruction: ClassVar[bool] = True

    def _sent(self, settings: ModelSettings, title: str) -> Mapping[str, object]:
        if settings.thinking is not None:
            raise AgentError(f"{title}'s API has no budget for thinking; leave it out, or set an effort")
        return {
            "temperature": settings.temperature,
            "top_p": settings.top_p,
            _LIMIT: None if _OLD_LIMIT in settings.extra else settings.max_tokens,
            "reasoning_effort": settings.effort,
        }

    def _connect(self) -> AsyncOpenAI:
        import openai

        http_client = self._http_client(openai.DefaultAsyncHttpxClient)
        return openai.AsyncOpenAI(
            api_key=self._endpoint.key,
            base_url=self._endpoint.url,
            default_query=self._endpoint.query,
            timeout=http_client.timeout,
            max_retries=0,
            http_client=http_client,
        )

    def _complete(self, body: dict[str, object], instruction: str) -> None:
        if not body.get(STREAM):
            body.pop(_STREAM_OPTIONS, None)

    def _watch(self, received: Received) -> Sequence[str]:
        """Notice a server that accepts the limit of tokens but silently ignores it, as older ones do."""
        limit, usage = self._parameters.get(_LIMIT), received.usage
        if not isinstance(limit, int) or usage is None or usage.output is None:
            return ()
        if usage.output - received.beside <= limit:
            return ()
        self._parameters[_OLD_LIMIT] = self._parameters.pop(_LIMIT)
        return (f"the server ignored {_LIMIT}; {_OLD_LIMIT} is sent from now on",)
