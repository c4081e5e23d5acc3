"""Anthropic, and every server that is compatible with its API."""

from bioblue_tui.models.provider import MESSAGES, Service

PROVIDER = Service(
    "anthropic", ("anthropic:NAME",), "Anthropic", MESSAGES, "https://api.anthropic.com", "claude-haiku-4-5"
)
