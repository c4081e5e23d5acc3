"""Any server that is compatible with OpenAI's API, for people who choose from a list: its agents are openai:NAME."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from bioblue_tui.agents.base import Agent, AgentError
from bioblue_tui.models.provider import CHAT, Choice, Provider

if TYPE_CHECKING:
    from bioblue_tui.models.settings import ModelSettings


class _Server(Provider):
    def choices(self, environ: Mapping[str, str], data: Path | None) -> Iterable[Choice]:
        yield Choice(
            self.name,
            "model",
            "a local model behind an OpenAI-compatible server",
            provider="openai",
            base_url=CHAT.example,
        )

    def make(self, model: str, settings: ModelSettings, environ: Mapping[str, str], data: Path | None) -> Agent:
        raise AgentError(
            f"a model behind a server of your own: write openai:NAME, with a base URL such as {CHAT.example}"
        )


PROVIDER = _Server("server", ())
