"""The command palette: everything the present screen can do now, found by typing a few of its letters."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import Protocol, runtime_checkable

from textual.command import DiscoveryHit, Hit, Hits, Provider

from bioblue_tui.screens.actions import REGISTRY

Found = tuple[str, str, Callable[[], object]]
"""A command's title, its description, and a function that runs it."""


@runtime_checkable
class Offers(Protocol):
    """A screen with commands that have no key, such as starting a certain trial."""

    def offers(self) -> Iterator[Found]:
        """Yield these commands."""
        ...


class ScreenCommands(Provider):
    """The commands of the screen below the palette, those without a key last and only when searched for."""

    async def discover(self) -> Hits:
        """List what has a key, before anything is typed."""
        for title, explanation, run in self._bound():
            yield DiscoveryHit(title, run, help=explanation)

    async def search(self, query: str) -> Hits:
        """Find commands by a few of their letters."""
        matcher = self.matcher(query)
        offered = self.screen.offers() if isinstance(self.screen, Offers) else iter(())
        for title, explanation, run in (*self._bound(), *offered):
            score = matcher.match(title)
            if score > 0:
                yield Hit(score, matcher.highlight(title), run, help=explanation)

    def _bound(self) -> Iterator[Found]:
        seen: set[str] = set()
        for active in self.screen.active_bindings.values():
            known = REGISTRY.get(active.binding.id or "")
            if known is None or not known.title or not active.enabled or known.id in seen:
                continue
            seen.add(known.id)
            # The footer's text for a key may stand for several keys.
            key = self.app.get_key_display(replace(active.binding, key_display=None))
            run = partial(self.app.run_action, active.binding.action, active.node)
            yield known.title, f"{known.help} ({key})", run
