"""The address and key of a language model, read from a base URL and environment variables."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from urllib.parse import SplitResult, parse_qsl, urlsplit, urlunsplit

from bioblue_tui.agents.base import AgentError
from bioblue_tui.models.provider import Service
from bioblue_tui.models.redaction import all_forms, basic, masked, redacted

PLACEHOLDER_KEY = "no-key"
"""Sent where a base URL is given but no key: local servers accept any, but the SDKs require one."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An address and a key. Its representation holds no secret.

    Attributes:
        key_variable: Environment variable the key is read from.
        lacking: What to do where the server requires a key and got none.
        example: What such an address looks like.
        shown: The address for people and records: no user information, no query.
        local: True when the address is this computer.
        url: The address as requests use it; may hold user information.
        query: Query parameters of the address, sent with every request.
        key: The key, or the placeholder.
        secrets: What must never be shown or recorded.
    """

    key_variable: str
    lacking: str
    example: str
    shown: str
    local: bool
    url: str = field(repr=False)
    query: Mapping[str, str] = field(repr=False)
    key: str = field(repr=False)
    secrets: tuple[str, ...] = field(repr=False)

    @property
    def has_key(self) -> bool:
        """Whether there is a real key; False when the placeholder is sent."""
        return self.key != PLACEHOLDER_KEY

    def redact(self, text: str) -> str:
        """Return the text with every secret removed."""
        return redacted(text, self.secrets)

    def mask(self, text: str) -> str:
        """Return the text without any secret or part of one: servers quote parts of the keys that they refuse."""
        return masked(text, self.secrets)

    def hiding(self, more: Iterable[str]) -> Endpoint:
        """Return the same endpoint with more secrets."""
        return replace(self, secrets=all_forms((*self.secrets, *more)))


def find_endpoint(
    service: Service, base_url: str | None, environ: Mapping[str, str], *, confirmed: bool = True
) -> Endpoint:
    """Find where to send requests and with which key.

    No key is sent to an unconfirmed server on this computer: most servers there need none.

    Args:
        service: The provider.
        base_url: Where its server is; None for the address in the environment variable, or the service's own.
        environ: Environment variables.
        confirmed: False where only a record names the base URL: a record may come from anywhere.

    Raises:
        AgentError: When there is neither a key nor a base URL, when one of them cannot be used, or when a key would be
            sent to an unconfirmed server on another computer.
    """
    given, key = _address(service, base_url, environ), environ.get(service.key_variable, "").strip()
    if not key and not given:
        raise AgentError(
            f"no key for {service.title}: set {service.key_variable}, or give the base URL of a server that needs none"
        )
    if not (key.isascii() and key.isprintable()):
        raise AgentError(f"{service.key_variable} holds characters that no key has; copy it again")
    parts = _split(given or service.url, service.dialect.example)
    local, lacking = is_local(parts.hostname or ""), f"set {service.key_variable}"
    if key and not (confirmed or _is_known(service, parts, environ)):
        shown = _shown(parts)
        confirm = f"Set {service.url_variable}={shown}, or fork with --base-url {shown}"
        doubt = "a record may come from anywhere: your key is not sent there unless you say so"
        if not local:
            raise AgentError(f"the record names the server {shown}, and {doubt}. {confirm}")
        key, lacking = "", f"only the record names it, and {doubt}. {confirm}"
    query = dict(parse_qsl(parts.query, keep_blank_values=True))
    user, password = parts.username or "", parts.password or ""
    # A server may know other keys than the one it asks for, as a gateway does, and quote them.
    keys = (value.strip() for name, value in environ.items() if name.endswith("_API_KEY"))
    return Endpoint(
        key_variable=service.key_variable,
        lacking=lacking,
        example=service.dialect.example,
        shown=_shown(parts),
        local=local,
        url=urlunsplit((parts.scheme, parts.netloc, parts.path.rstrip("/"), "", "")),
        query=query,
        key=key or PLACEHOLDER_KEY,
        secrets=all_forms((*keys, user, password, basic(user, password) if password else "", *query.values())),
    )


def _is_known(service: Service, parts: SplitResult, environ: Mapping[str, str]) -> bool:
    """Tell whether a recorded address is the service's own, or the one in the environment variable."""
    shown, known = _shown(parts), environ.get(service.url_variable, "").strip()
    return shown == service.url.rstrip("/") or bool(known and _shown(_split(known, service.dialect.example)) == shown)


def _address(service: Service, base_url: str | None, environ: Mapping[str, str]) -> str:
    """Return the address to use.

    A record holds an address without its secrets: where the environment has the same address with them, that is used.
    """
    known = environ.get(service.url_variable, "").strip()
    given = (base_url or "").strip()
    if given and known:
        try:
            return known if _shown(urlsplit(known)) == given else given
        except ValueError:
            return given
    return given or known


def _shown(parts: SplitResult) -> str:
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path.rstrip("/"), "", ""))


def _split(url: str, example: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable:
        # The address is not quoted: it may hold a password.
        raise AgentError(f"the base URL is not valid; it should look like {example}")
    return parts


def is_local(host: str) -> bool:
    """Tell whether a host is this computer."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
