"""A model on this computer, in this process: no key, no server, no price."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from bioblue_tui.agents.base import Agent
from bioblue_tui.models.provider import Choice, Provider

if TYPE_CHECKING:
    from bioblue_tui.models.settings import ModelSettings


class _Local(Provider):
    """Runs model files in this process. Modules for them are imported only where they are used."""

    here: ClassVar[bool] = True

    def choices(self, environ: Mapping[str, str], data: Path | None) -> Iterable[Choice]:
        from bioblue_tui.models.local_files import SMALL, unavailable

        yield Choice(self.name, "model", f"{SMALL.name} on this computer: {SMALL.remark}", unavailable(data))

    def make(self, model: str, settings: ModelSettings, environ: Mapping[str, str], data: Path | None) -> Agent:
        from bioblue_tui.models.local import make_local

        return make_local(model, settings, data)


PROVIDER = _Local("local", ("local", "local:FILE"))
