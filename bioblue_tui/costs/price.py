"""Prices of models and what requests cost at them. A cost that is not known never counts as 0."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_FLOOR, Decimal
from enum import Enum

from bioblue_tui.agents.base import Usage
from bioblue_tui.costs.words import money
from bioblue_tui.formatting.text import one_line

MILLION = 1_000_000
"""How many tokens a rate is for."""


class Basis(Enum):
    """Why a model has a price, or none."""

    PRICED = "priced"
    """The table has a price."""
    UNKNOWN = "unknown"
    """Requests are paid, but the table doesn't say how much."""
    LOCAL = "local"
    """The program itself runs the model, on this computer."""
    NOBODY = "nobody"
    """No model answers."""


@dataclass(frozen=True, slots=True)
class Rates:
    """US dollars for a million tokens.

    Attributes:
        input: Sent.
        output: Produced, reasoning included.
        cached: Sent, and read from the provider's cache.
        written: Sent, and written to the cache.
    """

    input: Decimal
    output: Decimal
    cached: Decimal
    written: Decimal


@dataclass(frozen=True, slots=True)
class Price:
    """What a model costs, or why no price is known.

    Attributes:
        basis: Why there is a price, or none.
        model: Name of the model, as it was asked for.
        tiers: Pairs of a number of tokens and the rates of requests that send more than that, smallest number first;
            the first one is 0. Empty without a price.
        dated: The newest change of a price that the table knows; None where no table was asked.
        source: Where the table comes from, with its version.
        context: How many tokens the model takes in; None where not known.
    """

    basis: Basis
    model: str = ""
    tiers: tuple[tuple[int, Rates], ...] = ()
    dated: date | None = None
    source: str = ""
    context: int | None = None

    @property
    def known(self) -> bool:
        """True when the table has a price."""
        return self.basis is Basis.PRICED

    @property
    def paid(self) -> bool:
        """True when requests are paid, whether or not it is known how much."""
        return self.basis in (Basis.PRICED, Basis.UNKNOWN)

    def rates(self, sent: int = 0) -> Rates:
        """Return the rates of a request that sends this many tokens.

        Raises:
            LookupError: Where there is no price.
        """
        found = [rates for start, rates in self.tiers if sent > start or start == 0]
        if not found:
            raise LookupError(f"no price of {self.model}")
        return found[-1]

    @property
    def table(self) -> str:
        """The table that was asked, with its date: ``prices of 2026-11-09, genai-prices 0.2.3``."""
        return f"prices of {self.dated.isoformat()}, {self.source}" if self.dated else self.source

    def brief(self) -> str:
        """Say what a million tokens cost: ``$0.15 in, $0.60 out``; ``price unknown``, ``no price``."""
        if not self.known:
            return "price unknown" if self.paid else "no price"
        least = "from " if len(self.tiers) > 1 else ""
        return f"{least}{money(self.rates().input)} in, {money(self.rates().output)} out"

    def words(self) -> str:
        """Say where costs come from, or why there are none; empty where no model answers."""
        match self.basis:
            case Basis.PRICED:
                return self.table
            case Basis.UNKNOWN:
                # The name may come from a foreign record.
                name = one_line(self.model, 60) or "the model"
                return f"no price known for {name} at this address" + (f" ({self.table})" if self.table else "")
            case Basis.LOCAL:
                return "no price: the model runs on this computer"
            case Basis.NOBODY:
                return ""


@dataclass(frozen=True, slots=True)
class Cost:
    """What something cost.

    Attributes:
        dollars: The sum of all known costs; None where none is known.
        unknown: True when something was, or may have been, paid that is not in the sum.
    """

    dollars: Decimal | None = None
    unknown: bool = False

    @classmethod
    def of(cls, usage: Usage | None, price: Price) -> Cost:
        """Return what a request cost: as the server reported it, else by the table.

        Without a report, the cost is unknown where the table has no price or the provider did not count the tokens.
        """
        if not price.paid:
            return FREE
        if usage is not None and usage.cost is not None:
            return cls(Decimal(str(usage.cost)))
        if not price.known or usage is None or usage.input is None or usage.output is None:
            return UNKNOWN
        rates = price.rates(usage.input)
        # A server may count as it likes, but no part may exceed the whole.
        cached = min(usage.cached or 0, usage.input)
        written = min(usage.written or 0, usage.input - cached)
        dollars = (
            (usage.input - cached - written) * rates.input
            + cached * rates.cached
            + written * rates.written
            + usage.output * rates.output
        )
        return cls(dollars / MILLION)

    def __add__(self, other: Cost) -> Cost:
        parts = [cost.dollars for cost in (self, other) if cost.dollars is not None]
        return Cost(sum(parts, Decimal(0)) if parts else None, self.unknown or other.unknown)

    def __str__(self) -> str:
        if self.dollars is None:
            return "unknown" if self.unknown else "no price"
        return f"at least {money(self.dollars, ROUND_FLOOR)}" if self.unknown else money(self.dollars)


FREE = Cost()
"""Nothing is paid."""

UNKNOWN = Cost(unknown=True)
"""Something is paid; how much is not known."""
