"""How a provider counts what it is sent, and what its prompt cache makes of it: deterministic, tokens by length."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

LOOKBACK = 20
"""How many blocks before a breakpoint the Messages API looks for a beginning that it knows."""

GRAIN = 128
"""The Chat Completions API caches whole multiples of so many tokens."""

WRITE_PRICE, READ_PRICE = 1.25, 0.1
"""What a token costs that goes into the cache, and one that comes from it, where one that is merely sent costs 1."""


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of a prompt, and whether the request marks it as the end of a beginning to keep."""

    text: str
    marked: bool = False

    @property
    def tokens(self) -> int:
        """About as many as real tokenizers find in such prompts."""
        return len(self.text) // 4 + 1


@dataclass(frozen=True, slots=True)
class Count:
    """Tokens of one request."""

    fresh: int
    read: int = 0
    written: int = 0

    @property
    def sent(self) -> int:
        """All of them."""
        return self.fresh + self.read + self.written

    @property
    def billed(self) -> float:
        """What they cost, in tokens that are merely sent."""
        return self.fresh + WRITE_PRICE * self.written + READ_PRICE * self.read


class PromptCache:
    """Knows the beginnings of earlier prompts.

    Args:
        smallest: Tokens of the shortest beginning that is kept.
    """

    def __init__(self, smallest: int = 1024) -> None:
        self.smallest = smallest
        self._known: set[int] = set()

    def count_marked(self, blocks: Sequence[Block]) -> Count:
        """Count a request to the Messages API: what is marked is kept, and looked for a few blocks back."""
        sizes, keys = _prefixes(blocks)
        total = sizes[-1]
        marks = [index for index, block in enumerate(blocks) if block.marked and sizes[index] >= self.smallest]
        if not marks:
            return Count(total)
        near = {index for mark in marks for index in range(max(0, mark - LOOKBACK + 1), mark + 1)}
        read = max((sizes[index] for index in near if keys[index] in self._known), default=0)
        self._known.update(keys[mark] for mark in marks)
        return Count(total - max(read, sizes[marks[-1]]), read, max(0, sizes[marks[-1]] - read))

    def count_automatic(self, blocks: Sequence[Block]) -> Count:
        """Count a request to the Chat Completions API: every beginning is kept, in whole multiples of the grain."""
        sizes, keys = _prefixes(blocks)
        known = max((size for size, key in zip(sizes, keys, strict=True) if key in self._known), default=0)
        self._known.update(keys)
        read = known // GRAIN * GRAIN if self.smallest >= GRAIN else known
        return Count(sizes[-1] - read, read) if read >= self.smallest else Count(sizes[-1])


def billed(counts: Iterable[Count]) -> float:
    """Return what requests cost together."""
    return sum(count.billed for count in counts)


def _prefixes(blocks: Sequence[Block]) -> tuple[list[int], list[int]]:
    sizes, keys = [], []
    size, key = 0, 0
    for block in blocks:
        size, key = size + block.tokens, hash((key, block.text))
        sizes.append(size)
        keys.append(key)
    return sizes, keys
