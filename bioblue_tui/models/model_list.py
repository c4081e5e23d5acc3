"""Which models a provider offers: the provider's own list, fetched through its SDK."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bioblue_tui.agents.base import AgentError
from bioblue_tui.models.endpoint import Endpoint
from bioblue_tui.models.error_body import said
from bioblue_tui.models.faults import Source, explain, guarded, wrong_shape
from bioblue_tui.models.provider import Service
from bioblue_tui.models.settings import ModelSettings

_SECONDS = 30.0
"""Longest wait for the list."""

_PAGES = 50
"""The most pages of a list: a server may always claim to have more."""

_CONTEXT = ("max_input_tokens", "context_length", "context_window", "max_model_len", "max_context_length")
"""Fields in which servers give the size of a model's context."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A model in a provider's list.

    Attributes:
        id: Its name, as requests give it.
        context: How many tokens it takes in; None where the provider does not say.
        created: When it was made, in seconds since the epoch; 0 where not known.
        note: That it will end, or has ended.
    """

    id: str
    context: int | None = None
    created: float = 0
    note: str = ""


async def list_models(
    service: Service, base_url: str | None = None, environ: Mapping[str, str] = os.environ
) -> tuple[str, list[Listed]]:
    """Ask a provider which models it offers.

    Args:
        service: Whose API it is.
        base_url: Where it is; None for the address in the environment variable, or the provider's own.
        environ: Where key and address are looked up.

    Returns:
        The address that was asked, without secrets, and the models, the newest first.

    Raises:
        AgentError: When there is no key, or the list could not be fetched.
    """
    agent = service.agent("", ModelSettings(base_url=base_url), environ, timeout=_SECONDS)
    try:
        client, source = await agent.reach()
        models = await _ask(client, service.dialect.models, source)
    finally:
        await agent.aclose()
    return source.endpoint.shown, sorted(models, key=lambda model: (-model.created, model.id))


async def _ask(client: Any, path: str, source: Source) -> list[Listed]:
    async with client:
        models: list[Listed] = []
        query: dict[str, object] = {}
        for _ in range(_PAGES):
            request = client.get(path, cast_to=object, options={"params": query} if query else {})
            reply = await guarded(request, lambda error: _explain(error, source))
            page = reply.get("data") if isinstance(reply, dict) else None
            if not isinstance(page, list):
                raise wrong_shape(source, reply)
            found = [entry for entry in page if isinstance(entry, dict) and isinstance(entry.get("id"), str)]
            models += [_read(entry, source.endpoint) for entry in found]
            if not reply.get("has_more") or not found:
                break
            query = {"after_id": found[-1]["id"]}
        return models


def _explain(error: Exception, source: Source) -> AgentError:
    if getattr(error, "status_code", None) in (404, 405):
        what = (
            f"HTTP {getattr(error, 'status_code', '')} from {source.url}: there is no list of models there; check the"
        )
        what += f" base URL (such as {source.endpoint.example})"
        return source.fault(what, said(getattr(error, "body", None)))
    return explain(error, source)


def _read(entry: Mapping[str, Any], endpoint: Endpoint) -> Listed:
    # llama.cpp's server gives the context of its model in "meta".
    places = (entry, entry.get("meta"))
    context = next(
        (
            place[name]
            for place in places
            if isinstance(place, dict)
            for name in (*_CONTEXT, "n_ctx", "n_ctx_train")
            if isinstance(place.get(name), int) and place[name] > 0
        ),
        None,
    )
    created = _moment(entry.get("created", entry.get("created_at")))
    return Listed(endpoint.redact(entry["id"]), context, created, endpoint.redact(_note(entry)))


def _moment(value: object) -> float:
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return float(value)
    try:
        return datetime.fromisoformat(value).timestamp() if isinstance(value, str) else 0
    except (ValueError, OverflowError):
        return 0


def _note(entry: Mapping[str, Any]) -> str:
    lifecycle, end = entry.get("lifecycle"), entry.get("shutdown_date")
    if isinstance(end, str) and end:
        return f"ends {end}"
    return lifecycle if isinstance(lifecycle, str) and lifecycle != "active" else ""
