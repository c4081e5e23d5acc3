"""What a trial has cost: every request is on the bill once, and what nobody told is never taken for nothing."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bioblue_tui.agents.base import Usage
from bioblue_tui.costs.price import FREE, UNKNOWN, Basis, Cost, Price, Rates
from bioblue_tui.costs.spending import EMPTY, Bill, Spending
from bioblue_tui.trials.events import Answered, Event, Failed, Header, Interrupted, Rejected, Retrying

RATES = Rates(input=Decimal(1), output=Decimal(10), cached=Decimal("0.1"), written=Decimal("1.25"))
PRICE = Price(Basis.PRICED, "m", ((0, RATES),))
DEAR_ABOVE_1000 = replace(PRICE, tiers=((0, RATES), (1000, replace(RATES, input=Decimal(2)))))
HEADER = Header("homeostasis", {}, 1, 100, "openai:m", model="m")


def answered(
    step: int, usage: Usage | None, attempt: int = 1, actor: str = "openai:m", seconds: float = 0.5
) -> Answered:
    return Answered(0, step, attempt, "1", actor, seconds, usage=usage)


counts = st.none() | st.integers(0, 10**6)
usages = st.none() | st.builds(Usage, counts, counts, counts, counts)
answers = st.builds(answered, st.integers(1, 5), usages, st.integers(1, 3), st.sampled_from(["openai:m", "human"]))


def test_parts_of_a_request_cost_what_they_cost() -> None:
    cost = Cost.of(Usage(input=1_000_000, cached=600_000, output=100_000, written=300_000), PRICE)
    assert cost.dollars == Decimal("0.1") + Decimal("0.06") + Decimal("0.375") + 1
    assert Cost.of(Usage(1000, 0, 0), DEAR_ABOVE_1000).dollars == Decimal("0.001")
    assert Cost.of(Usage(1001, 0, 0), DEAR_ABOVE_1000).dollars == Decimal("0.002002")


@given(usages)
def test_a_cost_is_known_only_when_the_tokens_are(usage: Usage | None) -> None:
    cost = Cost.of(usage, PRICE)
    told = usage is not None and usage.input is not None and usage.output is not None
    assert (cost.dollars is not None) == told
    assert cost.unknown == (not told)
    assert cost.dollars is None or cost.dollars >= 0
    assert Cost.of(usage, Price(Basis.UNKNOWN, "m")) == UNKNOWN
    assert Cost.of(usage, Price(Basis.LOCAL, "m")) == FREE


def test_sums_say_what_they_leave_out() -> None:
    known = Cost(Decimal("0.5"))
    assert str(known + known) == "$1.00"
    assert str(known + UNKNOWN) == "at least $0.50"
    assert str(UNKNOWN + UNKNOWN) == "unknown"
    assert str(FREE + FREE) == "no price"
    assert FREE + known == known
    assert FREE + UNKNOWN == UNKNOWN


@given(st.lists(answers, max_size=20))
def test_the_total_is_the_sum_of_the_steps(events: list[Event]) -> None:
    spending = Spending(HEADER, PRICE).feed(events)
    assert sum((spending.step(number) for number in range(1, 6)), EMPTY) == spending.total
    paid = [event for event in events if isinstance(event, Answered) and event.actor != "human"]
    assert spending.total.requests == len(paid)
    assert spending.total.seconds == pytest.approx(0.5 * len(paid))
    assert spending.total.cost == sum((Cost.of(event.usage, PRICE) for event in paid), FREE)


def test_rejected_answers_are_paid_and_persons_are_not() -> None:
    usage = Usage(1000, 0, 100, None)
    spending = Spending(HEADER, PRICE).feed(
        [
            answered(1, usage),
            Rejected(0, 1, 1, "no"),
            answered(1, usage, attempt=2),
            answered(2, None, actor="human"),
            Retrying(0, 3, 1, 1, 2.0, "overloaded", requests=2),
            Failed(0, 3, 1, "overloaded"),
        ]
    )
    assert spending.step(1).requests == 2
    assert spending.step(2) == EMPTY
    assert (spending.step(3).requests, str(spending.step(3).cost)) == (3, "$0")
    assert spending.total.words() == "2 000 tokens in, 200 out; 1.0 s; $0.004"
    assert (
        Bill.of(Usage(2140, 1980, 35), 0.81, PRICE).words() == "2 140 tokens in (1 980 cached), 35 out; 0.8 s; $0.00071"
    )


def test_a_bill_as_json() -> None:
    known = Bill.of(Usage(1000, None, 100, None), 0.5, PRICE)
    assert json.loads(json.dumps(known.facts())) == {
        "requests": 1,
        "abandoned": 0,
        "input": 1000,
        "cached": None,
        "written": None,
        "output": 100,
        "seconds": 0.5,
        "cost": 0.002,
        "cost_unknown": False,
    }
    unknown = Bill.of(None, None, PRICE)
    assert (unknown.facts()["cost"], unknown.facts()["cost_unknown"]) == (None, True)
    assert (known + unknown).facts()["cost_unknown"] is True
    assert str(unknown.words()) == "tokens unknown; 0.0 s; unknown"


def test_what_the_server_says_of_the_cost_is_believed() -> None:
    said = Usage(1000, 0, 100, cost=0.00123)
    assert Cost.of(said, PRICE).dollars == Decimal("0.00123")
    events: list[Event] = [answered(1, said), answered(2, said)]
    unknown = Spending(HEADER, Price(Basis.UNKNOWN, "m")).feed(events)
    assert unknown.words() == "2 requests: 2 000 tokens in, 200 out; 1.0 s; $0.0025 (as the server reports)"
    assert Cost.of(said, Price(Basis.LOCAL, "m")) == FREE
    mixed = Spending(HEADER, PRICE).feed([*events, answered(3, Usage(1000, 0, 100))])
    assert mixed.total.cost.dollars == Decimal("0.00446")


def test_an_answer_cut_short_costs_nobody_knows_what() -> None:
    events: list[Event] = [answered(1, Usage(1000, 0, 100)), Interrupted(0, 2, 1, "4", "openai:m")]
    assert str(Spending(HEADER, PRICE).feed(events).total.cost) == "at least $0.002"
    assert Spending(HEADER, Price(Basis.LOCAL, "m")).feed(events).total.cost == FREE


def test_what_a_fork_took_over_is_on_the_parents_bill() -> None:
    fork = replace(HEADER, parent={"id": "x", "file": "", "step": 2})
    events = [answered(step, Usage(1000, 0, 100)) for step in (1, 2, 3)]
    assert Spending(fork, PRICE).feed(events).total.requests == 1
    odd = replace(HEADER, parent={"step": "two"})
    assert Spending(odd, PRICE).feed(events).total.requests == 3


def test_a_script_has_no_bill() -> None:
    header = replace(HEADER, agent="thermostat", model="")
    spending = Spending(header).feed([answered(1, None, actor="thermostat")])
    assert spending.total == EMPTY
    assert spending.price.words() == ""


@pytest.mark.parametrize(
    ("provider", "limit"),
    [({}, None), ({"max_tokens": 5}, 5), ({"max_completion_tokens": 100}, 100), ({"max_tokens": "many"}, None)],
)
def test_the_limit_of_an_answer_is_as_the_provider_was_told(provider: dict[str, Any], limit: int | None) -> None:
    assert Spending(replace(HEADER, provider=provider), PRICE).max_output == limit


def test_at_least_is_never_more_than_what_is_known() -> None:
    assert str(Cost(Decimal("0.125"), unknown=True)) == "at least $0.12"
    assert str(Cost(Decimal("0.125"))) == "$0.13"
