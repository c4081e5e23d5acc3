"""Secrets planted where a person may put them, and a search for them in everything that was written."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import quote

OPENAI_KEY = "sk-planted-OpenAI/Zm9v+YmFy=c4"
"""Has characters that addresses and forms encode."""

ANTHROPIC_KEY = "sk-ant-planted-Anthropic-9d1e"
USER, PASSWORD = "planted-user", "PlantedPassword/7a+b"
QUERY_KEY = "planted%Query&Key=5f"
EXTRA_KEY, EXTRA_TOKEN = "planted-extra-key-31c7", "Bearer planted-extra-token-8e02"

VARIABLES: Mapping[str, str] = {"OPENAI_API_KEY": OPENAI_KEY, "ANTHROPIC_API_KEY": ANTHROPIC_KEY}

EXTRA: Mapping[str, object] = {"api_key": EXTRA_KEY, "gateway": {"headers": [{"Authorization": EXTRA_TOKEN}]}}
"""More for the body of a request, as gateways want it."""

SECRETS = (OPENAI_KEY, ANTHROPIC_KEY, PASSWORD, QUERY_KEY, EXTRA_KEY, EXTRA_TOKEN)

_BASIC = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
"""What an HTTP client makes of user and password in an address."""

ALL_FORMS = tuple(dict.fromkeys([*SECRETS, *(quote(secret, safe="") for secret in SECRETS), _BASIC]))
"""The secrets as they are, as an address holds them, and as a header does."""

_WINDOW = 12
"""Characters of a secret that must not be anywhere: a line that is wrapped holds only a part of it."""


def planted_url(url: str) -> str:
    """Return an address with a password and a key in it."""
    user = f"{quote(USER, safe='')}:{quote(PASSWORD, safe='')}"
    return f"{url.replace('://', f'://{user}@')}?api-key={quote(QUERY_KEY, safe='')}"


def echo(*, extra: bool = True) -> str:
    """Return all that a server may say back, on one line.

    Args:
        extra: Whether it was told what ``EXTRA`` holds.
    """
    if extra:
        return f"<<{' '.join(ALL_FORMS)} {json.dumps(EXTRA)}>>"
    return f"<<{' '.join(form for form in ALL_FORMS if 'extra' not in form)}>>"


def found_in(data: bytes) -> list[bytes]:
    """Return every part of a secret that is in some bytes."""
    return [part for part in _PARTS if part in data]


def found_below(directory: Path) -> list[tuple[Path, bytes]]:
    """Return every part of a secret in the files below a directory, and in their names."""
    return [
        (path, part)
        for path in directory.rglob("*")
        for part in found_in(str(path).encode() + (path.read_bytes() if path.is_file() else b""))
    ]


def _parts() -> Iterator[bytes]:
    for form in ALL_FORMS:
        for begin in range(len(form) - _WINDOW + 1):
            yield form[begin : begin + _WINDOW].encode()


_PARTS = tuple(dict.fromkeys(_parts()))
