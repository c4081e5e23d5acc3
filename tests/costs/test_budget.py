"""A limit to the cost is kept whatever a model answers, and also by several trials at once."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal

import bioblue_envs
from hypothesis import given
from hypothesis import strategies as st

from bioblue_tui.agents.base import Exchange, Turn, Usage
from bioblue_tui.costs.budget import Budget
from bioblue_tui.costs.price import Basis, Price, Rates
from bioblue_tui.costs.spending import Spending
from bioblue_tui.trials.events import Answered, Header, Interrupted
from tests.support import told

RATES = Rates(input=Decimal(1), output=Decimal(10), cached=Decimal("0.1"), written=Decimal("1.25"))
PRICE = Price(Basis.PRICED, "m", ((0, RATES),))
HEADER = Header("homeostasis", {}, 1, 100, "openai:m", model="m", provider={"max_completion_tokens": 100})
WORLD = bioblue_envs.make("homeostasis")
OBSERVATION = told.observation(WORLD, WORLD.initial())
TOKENS = 300
"""More than instruction or observation have, so that a fake count of tokens can be honest."""


def turn(step: int, answer: str = "3") -> Turn:
    history = [Exchange(OBSERVATION, answer)] * (step - 1)
    return Turn(step, 1, told.instruction(WORLD), history, OBSERVATION, WORLD, WORLD.initial())


def sent(step: int) -> int:
    """Tokens of a request, as a provider might count them."""
    return TOKENS + 40 * (step - 1)


@given(
    st.decimals(Decimal("0.0001"), Decimal("0.2"), places=4),
    st.lists(st.tuples(st.integers(0, 100), st.sampled_from(["answered", "interrupted", "failed"])), max_size=60),
    st.integers(1, 4),
)
def test_the_limit_is_never_exceeded(limit: Decimal, answers: list[tuple[int, str]], trials: int) -> None:
    budget = Budget(limit)
    spendings = [Spending(replace(HEADER, id=str(number)), PRICE) for number in range(trials)]
    guards = [budget.guard(spending) for spending in spendings]
    steps = [1] * trials
    truth = Decimal(0)
    for number, (output, outcome) in enumerate(answers):
        which = number % trials
        step = steps[which]
        if guards[which].refusal(turn(step)):
            continue
        usage = Usage(sent(step), 0, output, sent(step))
        cost = (usage.input or 0) * RATES.written / 1_000_000 + output * RATES.output / 1_000_000
        if outcome == "answered":
            spendings[which].apply(Answered(0, step, 1, "3", "openai:m", 1, usage=usage))
            steps[which] += 1
            truth += cost
        elif outcome == "interrupted":
            # Whoever cuts an answer short may pay all of it.
            spendings[which].apply(Interrupted(0, step, 1, "", "openai:m"))
            truth += cost
    for guard in guards:
        guard.settle()
    assert truth <= budget.spent <= limit
    assert budget.held == 0


def test_it_says_why_and_a_raised_limit_lets_it_go_on() -> None:
    budget = Budget(Decimal("0.002"))
    spending = Spending(HEADER, PRICE)
    guard = budget.guard(spending)
    assert guard.refusal(turn(1)) == ""
    spending.apply(Answered(0, 1, 1, "3", "openai:m", 1, usage=Usage(TOKENS, 0, 100)))
    why = guard.refusal(turn(2))
    assert why.startswith("the limit of $0.002 would be exceeded: $0.0013 is spent and the next request may cost $0.0")
    assert guard.refusal(turn(2)) == why
    budget.limit = Decimal(1)
    assert guard.refusal(turn(2)) == ""


def test_what_is_in_flight_elsewhere_counts() -> None:
    budget = Budget(Decimal("0.0025"))
    first, second = (budget.guard(Spending(HEADER, PRICE)) for _ in range(2))
    assert first.refusal(turn(1)) == ""
    why = second.refusal(turn(1))
    sums = [float(found) for found in re.findall(r"\$([\d.]+)", why)]
    assert re.search("exceeded: .* is spent, requests in flight may cost .* and the next request may cost", why)
    assert sum(sums[1:]) > sums[0]
    first.settle()
    assert second.refusal(turn(1)) == ""


def test_what_was_answered_elsewhere_is_spent_and_no_longer_held() -> None:
    budget = Budget(Decimal("0.003"))
    first, second = (budget.guard(Spending(HEADER, PRICE)) for _ in range(2))
    assert first.refusal(turn(1)) == ""
    # Its trial may be over, or wait for its next step: it does not ask the guard again.
    first.spending.apply(Answered(0, 1, 1, "3", "openai:m", 1, usage=Usage(TOKENS, 0, 100)))
    assert second.refusal(turn(1)) == ""
    assert budget.held == second.held
    second.spending.apply(Answered(0, 1, 1, "3", "openai:m", 1, usage=Usage(TOKENS, 0, 100)))
    why = first.refusal(turn(2))
    assert re.search("exceeded: .* is spent and the next request may cost", why)


def test_what_a_resumed_trial_has_cost_counts() -> None:
    spending = Spending(HEADER, PRICE)
    spending.apply(Answered(0, 1, 1, "3", "openai:m", 1, usage=Usage(1_000_000, 0, 100)))
    assert "$1.00 is spent" in Budget(Decimal("1.0011")).guard(spending).refusal(turn(2))


def test_without_a_price_a_limit_cannot_be_kept_and_is_not_needed() -> None:
    budget = Budget(Decimal(1))
    unknown = budget.guard(Spending(HEADER, Price(Basis.UNKNOWN, "m")))
    assert unknown.refusal(turn(1)) == "no price known for m at this address: a limit to the cost can't be kept"
    assert budget.guard(Spending(HEADER, Price(Basis.LOCAL, "m"))).refusal(turn(1)) == ""


def test_a_person_may_have_played_long_in_between() -> None:
    spending = Spending(HEADER, PRICE)
    guard = Budget(Decimal("0.01")).guard(spending)
    assert guard.refusal(turn(1)) == ""
    spending.apply(Answered(0, 1, 1, "3", "openai:m", 1, usage=Usage(TOKENS, 0, 2)))
    assert guard.refusal(turn(2)) == ""
    assert "would be exceeded" in guard.refusal(turn(200))


def test_a_server_that_reports_more_than_the_table_is_believed_for_the_next_request_too() -> None:
    budget = Budget(Decimal("0.10"))
    spending, other = Spending(HEADER, PRICE), Spending(replace(HEADER, id="2"), PRICE)
    guard, beside = budget.guard(spending), budget.guard(other)
    for step in (1, 2, 3):
        assert not guard.refusal(turn(step))
        spending.apply(Answered(0, step, 1, "3", "openai:m", 1, usage=Usage(sent(step), output=5, cost=0.03)))
    for asked in (guard, beside):
        assert "$0.09 is spent and the next request may cost $0.03" in asked.refusal(turn(4))
    # Another model's costs say nothing of this one.
    cheap = budget.guard(Spending(replace(HEADER, id="3", model="n"), replace(PRICE, model="n")))
    assert not cheap.refusal(turn(1))
