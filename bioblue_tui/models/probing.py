"""Which servers of language models answer on this computer: a quick check without a key or a proxy."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable
from dataclasses import dataclass

SECONDS = 1.0
"""Longest wait for a server on this computer."""

KNOWN_SERVERS = {
    "Ollama": "http://127.0.0.1:11434/v1",
    "LM Studio": "http://127.0.0.1:1234/v1",
    "llama.cpp": "http://127.0.0.1:8080/v1",
    "vLLM": "http://127.0.0.1:8000/v1",
}
"""Where well-known servers listen by default."""

_MOST_BYTES = 1_000_000


@dataclass(frozen=True, slots=True)
class Probe:
    """What answers at an address.

    Attributes:
        name: Which server is expected there.
        url: Its address.
        answers: Whether anything answers.
        models: The models it offers; None where the answer is not that of such a server.
    """

    name: str
    url: str
    answers: bool = False
    models: tuple[str, ...] | None = None


async def probe(servers: Iterable[tuple[str, str]], seconds: float = SECONDS) -> list[Probe]:
    """Look at servers, all at once.

    Args:
        servers: Names and addresses of the servers.
        seconds: Longest wait.
    """
    import httpx2

    # Redirects are not followed: they could lead away from this computer.
    async with httpx2.AsyncClient(trust_env=False, timeout=seconds) as client:
        return list(await asyncio.gather(*(_look(client, name, url, seconds) for name, url in servers)))


async def _look(client: object, name: str, url: str, seconds: float) -> Probe:
    import httpx2

    assert isinstance(client, httpx2.AsyncClient)
    body = bytearray()
    try:
        async with asyncio.timeout(seconds), client.stream("GET", f"{url}/models") as response:
            async for chunk in response.aiter_bytes():
                body += chunk
                if len(body) > _MOST_BYTES:
                    break
    except (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.InvalidURL):
        return Probe(name, url)
    except (httpx2.HTTPError, TimeoutError):
        return Probe(name, url, answers=True)
    return Probe(name, url, answers=True, models=_names(bytes(body)) if response.status_code == 200 else None)


def _names(body: bytes) -> tuple[str, ...] | None:
    try:
        reply = json.loads(body)
    except (ValueError, RecursionError):
        return None
    entries = reply.get("data") if isinstance(reply, dict) else None
    # Ollama sends null for an empty list.
    if entries is None and isinstance(reply, dict) and reply.get("object") == "list":
        return ()
    if not isinstance(entries, list):
        return None
    names = (entry.get("id") for entry in entries if isinstance(entry, dict))
    return tuple(name for name in names if isinstance(name, str))
