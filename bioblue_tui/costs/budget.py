"""A limit on what trials may cost together: a request that might exceed it is not sent."""

from __future__ import annotations

from decimal import Decimal

from bioblue_tui.agents.base import Turn, Usage
from bioblue_tui.costs.lengths import at_most, texts_of
from bioblue_tui.costs.price import MILLION
from bioblue_tui.costs.spending import Spending
from bioblue_tui.costs.words import money

UNLIMITED_OUTPUT = 16_000
"""Tokens to allow for in an answer that has no limit."""


class Budget:
    """What some trials may cost together.

    Args:
        limit: US dollars.
    """

    def __init__(self, limit: Decimal) -> None:
        self.limit = limit
        self._guards: list[Guard] = []

    def guard(self, spending: Spending) -> Guard:
        """Return a guard that keeps one trial within the limit; its requests so far count."""
        guard = Guard(self, spending)
        self._guards.append(guard)
        return guard

    def settle(self) -> None:
        """Release what was held for requests that are over, in whichever trial."""
        for guard in self._guards:
            if guard.is_over:
                guard.settle()

    @property
    def spent(self) -> Decimal:
        """What all trials have cost so far; a request of unknown cost counts with the most it may have cost."""
        return sum((guard.spent for guard in self._guards), Decimal(0))

    @property
    def held(self) -> Decimal:
        """What requests in flight may cost."""
        return sum((guard.held for guard in self._guards), Decimal(0))

    def dearest(self, model: str) -> Decimal:
        """Return the most that a server reported for one answer of a model."""
        told = (guard.spending for guard in self._guards)
        return max((one.dearest for one in told if one.price.model == model), default=Decimal(0))


class Guard:
    """Keeps one trial within a limit. Ask it before every request of the trial's model.

    Args:
        budget: The limit, shared with other trials.
        spending: What the trial costs, kept up to date by its events.
    """

    def __init__(self, budget: Budget, spending: Spending) -> None:
        self._budget, self.spending = budget, spending
        self._untold = Decimal(0)
        self._billed, self._requests = spending.billed, spending.total.requests
        self._known: int | None = None
        self._dollars = spending.total.cost.dollars or Decimal(0)
        self.held = Decimal(0)
        """What the request in flight may cost."""

    @property
    def spent(self) -> Decimal:
        """What the trial has cost."""
        return (self.spending.total.cost.dollars or Decimal(0)) + self._untold

    @property
    def is_over(self) -> bool:
        """Whether the request that was held for has been answered, has failed or was interrupted."""
        return self.spending.total.requests > self._requests

    def settle(self) -> None:
        """Release what was held for a request that is over."""
        total = self.spending.total
        dollars = total.cost.dollars or Decimal(0)
        billed = self.spending.billed
        if billed > self._billed and dollars == self._dollars:
            self._untold += self.held
        self._billed, self._dollars, self.held = billed, dollars, Decimal(0)
        self._requests = total.requests

    def refusal(self, turn: Turn) -> str:
        """Return why a request must not be sent, or an empty string when it may; then its cost is held.

        The limit is read at every call, so it can be raised in between.
        """
        self.settle()
        self._budget.settle()
        price, limit = self.spending.price, self._budget.limit
        if not price.paid:
            return ""
        if not price.known:
            return f"{price.words()}: a limit to the cost can't be kept"
        expected = self._most(turn)
        if self._budget.spent + self._budget.held + expected <= limit:
            self.held, self._known = expected, len(turn.history)
            return ""
        return (
            f"the limit of {money(limit)} would be exceeded: {money(self._budget.spent)} is spent"
            f"{f', requests in flight may cost {money(held)}' if (held := self._budget.held) else ''} and the next "
            f"request may cost {money(expected)}"
        )

    def _most(self, turn: Turn) -> Decimal:
        """Return the most a request may cost: nothing read from the cache, all written to it, the longest answer.

        A server that reported a higher cost than the table's may do so again.
        """
        sent, spending = self._sent(turn, self.spending.last), self.spending
        most = spending.max_output
        output = max(spending.most_output, UNLIMITED_OUTPUT if most is None else most)
        rates = spending.price.rates(sent)
        most_by_table = (sent * max(rates.input, rates.written) + output * rates.output) / MILLION
        return max(most_by_table, self._budget.dearest(spending.price.model))

    def _sent(self, turn: Turn, last: Usage | None) -> int:
        """Return the most tokens that a request sends: the latest request's plus what is new, or a bound on all."""
        if last is None or last.input is None or self._known is None:
            return at_most([turn.instruction, *texts_of(turn.history), turn.observation])
        return last.input + at_most([*texts_of(turn.history[self._known :]), turn.observation])
