"""A language model on this computer, in this process: no key, no network, no server to set up."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from bioblue_tui.agents.base import AgentError
from bioblue_tui.models.endpoint import find_endpoint
from bioblue_tui.models.faults import Source
from bioblue_tui.models.grammar import ConstrainedChatAgent
from bioblue_tui.models.local_files import SMALL, ModelFile, find_file, missing_library
from bioblue_tui.models.local_server import CONTEXT, serve
from bioblue_tui.models.providers.openai import PROVIDER as OPENAI
from bioblue_tui.models.settings import ModelSettings

if TYPE_CHECKING:
    from openai import AsyncOpenAI

TIMEOUT = 900.0
"""Seconds to wait for the first word: a full context takes a minute on one slow processor, and trials take turns."""

_NOT_YET = "http://127.0.0.1/v1"
"""Used as the address until the server runs."""


class LocalAgent(ConstrainedChatAgent):
    """A model that runs in this process. It is loaded when it is first asked.

    Args:
        file: The model's file.
        settings: What a person set. A grammar restricts answers to integers unless it is turned off.
        start: Starts a server for a file and a name, and returns its address.

    Raises:
        AgentError: When something that was set cannot be used.
    """

    def __init__(
        self,
        file: ModelFile,
        settings: ModelSettings | None = None,
        *,
        start: Callable[[Path, str], str] = serve,
    ) -> None:
        settings = settings or ModelSettings()
        if settings.base_url:
            raise AgentError("a model on this computer has no base URL; leave it out")
        # No environment variable applies: no key goes to the server, and the address is our own.
        super().__init__(file.name, replace(settings, base_url=_NOT_YET), timeout=TIMEOUT, environ={})
        self._file, self._start = file, start
        self.name = f"local:{file.name}"
        sent = {name: value for name, value in self.provider.items() if name != "base_url"}
        self.provider = {"file": file.path.name, "context": CONTEXT, **sent}
        if file.small:
            self.provider["remark"] = SMALL.remark

    def _connect(self) -> AsyncOpenAI:
        address = self._start(self._file.path, self.model)
        self._endpoint = find_endpoint(OPENAI, f"{address}/v1", {})
        self._source = Source(self._endpoint, self.model, self._timeout)
        return super()._connect()


def make_local(wanted: str, settings: ModelSettings | None = None, data: Path | None = None) -> LocalAgent:
    """Make the agent that ``local`` or ``local:FILE`` names.

    Args:
        wanted: What comes after the colon; empty for the small model that can be fetched.
        settings: What a person set.
        data: The data directory; None for the platform's.

    Raises:
        AgentError: When a package or the file is missing, or something that was set cannot be used.
    """
    missing = missing_library()
    if missing:
        raise AgentError(missing)
    return LocalAgent(find_file(wanted, data), settings)
