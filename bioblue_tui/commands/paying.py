"""What the commands do about cost: an estimate before paid trials begin, and a limit that all of them keep."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

import click

import envs
from bioblue_tui.agents.settings import parse_history
from bioblue_tui.batch.engine import Engine, Job, Watcher
from bioblue_tui.commands.many import Check
from bioblue_tui.costs.budget import Budget
from bioblue_tui.costs.estimate import estimate
from bioblue_tui.costs.table import PUBLIC, find_price
from bioblue_tui.options import Complaint
from bioblue_tui.session import Plan
from bioblue_tui.text import one_line


def cost_check(limit: Decimal | None) -> Check:
    """Return what says before paid trials what they may come to, and keeps them within a limit."""

    def check(plans: Sequence[Plan], engine: Engine) -> None:
        if not any(plan.agent.partition(":")[0] in PUBLIC for plan in plans):
            return
        for line in estimates(plans):
            click.echo(f"bioblue: {line}", err=True)
        if limit is not None:
            for plan in plans:
                provider, _, model = plan.agent.partition(":")
                price = find_price(model, plan.settings.base_url or PUBLIC.get(provider, ""))
                if provider in PUBLIC and price.paid and not price.known:
                    raise Complaint(f"--max-cost can't be kept: {price.words()}")
            engine.watchers.append(CostKeeper(Budget(limit)))

    return check


class CostKeeper(Watcher):
    """Keeps trials within one budget.

    Args:
        budget: What all of them may cost together.
    """

    def __init__(self, budget: Budget) -> None:
        self._budget = budget

    def begun(self, job: Job) -> None:
        """Watch over a trial from its first request on."""
        if job.session is not None:
            job.session.limit_cost(self._budget)


def estimates(plans: Sequence[Plan]) -> Iterator[str]:
    """Yield a line for each environment and model: what their trials may come to."""
    groups: dict[tuple[str, str], list[Plan]] = {}
    for plan in plans:
        groups.setdefault((plan.environment, plan.agent), []).append(plan)
    for (name, agent), group in groups.items():
        provider, _, model = agent.partition(":")
        if provider not in PUBLIC:
            continue
        first = group[0]
        price = find_price(model, first.settings.base_url or PUBLIC[provider])
        found = estimate(
            envs.make(name, **first.parameters),
            steps=first.steps,
            trials=len(group),
            price=price,
            keep=parse_history(first.settings.history),
            max_output=first.settings.max_tokens,
        )
        yield f"{name}, {one_line(agent, 60)}: {found.words()}"
