"""How many tokens texts have, without a tokenizer: a likely number, and a bound that is hardly ever exceeded."""

from __future__ import annotations

from collections.abc import Iterable

from bioblue_tui.agents.base import Exchange

FRAME = 5
"""Tokens that separate one message from the next."""

BYTES_LIKELY = 3.4
"""Bytes per token in the texts of our environments: short lines, numbers, punctuation."""

BYTES_LEAST = 2
"""Fewer bytes per token than in any of these texts."""


def likely(*texts: str) -> float:
    """Return about how many tokens these messages have."""
    return sum(len(text.encode(errors="replace")) / BYTES_LIKELY + FRAME for text in texts)


def at_most(texts: Iterable[str]) -> int:
    """Return a number of tokens that these messages don't exceed."""
    return sum(len(text.encode(errors="replace")) // BYTES_LEAST + 2 * FRAME for text in texts)


def texts_of(exchanges: Iterable[Exchange]) -> Iterable[str]:
    """Go through the messages of past steps."""
    return (text for exchange in exchanges for text in (exchange.observation, exchange.answer))
