"""What a trial has used and cost so far, step by step: a fold over its events."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from itertools import accumulate

from bioblue_tui.agents.base import Usage
from bioblue_tui.agents.human import HUMAN
from bioblue_tui.costs.price import FREE, UNKNOWN, Cost, Price
from bioblue_tui.costs.table import price_of
from bioblue_tui.costs.words import money, tokens
from bioblue_tui.formatting.numbers import counted
from bioblue_tui.trials.events import Answered, Event, Failed, Header, Interrupted, Retrying


@dataclass(frozen=True, slots=True)
class Bill:
    """What some requests have used and cost. Tokens are sums of what providers reported; None where they reported none.

    Attributes:
        requests: How many requests were made, whether or not a connection or an answer came. A request in flight when
            the program was killed is in no record.
        abandoned: How many of them were cut short: what they used and cost is not known.
        input: Tokens sent, cached ones included.
        cached: Those of them read from a cache.
        written: Those of them written to a cache.
        output: Tokens produced.
        seconds: Time of answered requests, from sending to the end of the answer; without retries and waits.
        cost: What they cost.
    """

    requests: int = 0
    input: int | None = None
    cached: int | None = None
    written: int | None = None
    output: int | None = None
    seconds: float = 0.0
    cost: Cost = FREE
    abandoned: int = 0

    @classmethod
    def of(cls, usage: Usage | None, seconds: float | None, price: Price, requests: int = 1) -> Bill:
        """Return the bill of one answer, and how many requests were sent for it."""
        told = usage or Usage()
        cost = Cost.of(usage, price)
        return cls(requests, told.input, told.cached, told.written, told.output, seconds or 0.0, cost)

    def __add__(self, other: Bill) -> Bill:
        return Bill(
            self.requests + other.requests,
            _sum(self.input, other.input),
            _sum(self.cached, other.cached),
            _sum(self.written, other.written),
            _sum(self.output, other.output),
            self.seconds + other.seconds,
            self.cost + other.cost,
            self.abandoned + other.abandoned,
        )

    def facts(self) -> dict[str, object]:
        """Return it as JSON values; an unknown cost is null; ``cost_unknown`` says that it may be more."""
        dollars = self.cost.dollars
        return {
            "requests": self.requests,
            "abandoned": self.abandoned,
            "input": self.input,
            "cached": self.cached,
            "written": self.written,
            "output": self.output,
            "seconds": round(self.seconds, 6),
            "cost": None if dollars is None else float(dollars),
            "cost_unknown": self.cost.unknown,
        }

    def words(self) -> str:
        """Say it in one line: ``2 140 tokens in (1 980 cached), 35 out; 0.8 s; $0.0004``."""
        unknown = "tokens and cost are" if self.cost.unknown else "tokens are"
        whose = "its" if self.abandoned == 1 else "their"
        abandoned = f"{self.abandoned} abandoned ({whose} {unknown} not known); " if self.abandoned else ""
        return f"{abandoned}{self.tokens()}; {self.seconds:.1f} s; {self.cost}"

    def tokens(self) -> str:
        """Say how many tokens went in and out: ``2 140 tokens in (1 980 cached), 35 out``."""
        if self.input is None and self.output is None:
            return "tokens unknown"
        cached = f" ({tokens(self.cached)} cached)" if self.cached else ""
        return f"{tokens(self.input)} tokens in{cached}, {tokens(self.output)} out"

    def brief(self) -> str:
        """Say in a few characters what it cost, or used where no price is known; empty for no request."""
        if not self.requests:
            return ""
        if self.cost.dollars is not None:
            return f"{'≥' * self.cost.unknown}{money(self.cost.dollars)}"
        if self.input is None and self.output is None:
            return str(self.cost) if self.cost.unknown else ""
        return f"{tokens((self.input or 0) + (self.output or 0))} tok"


EMPTY = Bill()
"""No request."""


class Spending:
    """What a trial has used and cost.

    Rejected answers are paid like any other. An answer that a person, or the trial's end, cut short may be paid too,
    but no provider says how much: the cost is then only known in part. A request that failed without an answer is
    counted and assumed not to be paid, as providers say. What a fork took over is on the other trial's bill.

    Args:
        header: What the trial is.
        price: What its model costs; None to look that up.
    """

    def __init__(self, header: Header, price: Price | None = None) -> None:
        self.price = price or price_of(header)
        self.max_output = _limit(header)
        """The most tokens of an answer, as sent to the provider; None for no limit."""
        self.total = EMPTY
        """The trial's bill so far."""
        self.newest = EMPTY
        """The bill of the latest request."""
        self.last: Usage | None = None
        """Tokens of the latest request; None where there was none, or its tokens are unknown."""
        self.billed = 0
        """How many requests may be paid: those that were answered or cut short."""
        self.most_output = 0
        """The most tokens that one answer had."""
        self.dearest = Decimal(0)
        """The most that a server reported for one answer, in US dollars."""
        self._reported = False
        self._steps: dict[int, Bill] = {}
        self._agent = header.agent
        parent = (header.parent or {}).get("step")
        self._inherited = parent if isinstance(parent, int) else 0

    def words(self) -> str:
        """Say it in one line, with where the cost comes from: ``40 requests: … ; $0.0042 (prices of 2026-11-09 …)``."""
        said = f"{counted(self.total.requests, 'request')}: {self.total.words()}"
        if not self.price.paid:
            return said
        table = self.price.words() if self.price.known or not self._reported else ""
        sources = ["as the server reports"] * self._reported + [table] * bool(table)
        return f"{said} ({'; '.join(sources)})"

    def until(self) -> list[Bill]:
        """Return the bill up to each step: at 0 nothing, at the last index all steps that asked the model."""
        return list(accumulate(map(self.step, range(1, max(self._steps, default=0) + 1)), initial=EMPTY))

    def step(self, number: int) -> Bill:
        """Return a step's bill so far: of all attempts at it."""
        return self._steps.get(number, EMPTY)

    def apply(self, event: Event) -> None:
        """Take one event into account."""
        if event.step <= self._inherited:
            return
        match event:
            case Answered(actor=actor) if self._asks_model(actor):
                self._add(event.step, Bill.of(event.usage, event.seconds, self.price, event.requests))
                self.billed += 1
                if event.usage is not None and event.usage.cost is not None:
                    self._reported = True
                    self.dearest = max(self.dearest, self.newest.cost.dollars or Decimal(0))
                self.last = event.usage
                self.most_output = max(self.most_output, (event.usage and event.usage.output) or 0)
            case Interrupted(actor=actor) if self._asks_model(actor):
                perhaps_paid = self.price.paid and event.requests
                cost, abandoned = UNKNOWN if perhaps_paid else FREE, min(1, event.requests)
                self._add(event.step, Bill(event.requests, cost=cost, abandoned=abandoned))
                self.billed += event.requests > 0
            case Retrying() | Failed() if self.price.model:
                # A person's answer cannot fail like this.
                self._add(event.step, Bill(event.requests, cost=self._unpaid()))
            case _:
                pass

    def feed(self, events: Iterable[Event]) -> Spending:
        """Take events into account, in order, and return this."""
        for event in events:
            self.apply(event)
        return self

    def _unpaid(self) -> Cost:
        return Cost(Decimal(0)) if self.price.known else UNKNOWN if self.price.paid else FREE

    def _asks_model(self, actor: str) -> bool:
        return actor == self._agent and actor != HUMAN and bool(self.price.model)

    def _add(self, step: int, bill: Bill) -> None:
        self._steps[step] = self.step(step) + bill
        self.total += bill
        self.newest = bill


def spending_of(header: Header, past: Iterable[Event] = ()) -> Spending | None:
    """Return what a trial has spent; None where no model is asked, and for published logs, which do not say.

    Args:
        header: What the trial is.
        past: What has happened in it so far.
    """
    return Spending(header).feed(past) if header.model and header.source == "live" else None


def _sum(one: int | None, other: int | None) -> int | None:
    return one if other is None else other if one is None else one + other


def _limit(header: Header) -> int | None:
    for name in ("max_completion_tokens", "max_tokens"):
        limit = header.provider.get(name)
        if isinstance(limit, int):
            return limit
    return None
