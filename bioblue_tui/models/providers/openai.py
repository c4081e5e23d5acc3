"""OpenAI, and every server that is compatible with its API."""

from bioblue_tui.models.provider import CHAT, Service

PROVIDER = Service("openai", ("openai:NAME",), "OpenAI", CHAT, "https://api.openai.com/v1", "gpt-6-luna")
