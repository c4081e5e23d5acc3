"""What the commands do about cost: an estimate before paid trials begin, and a limit for all of them."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

import bioblue_envs

from bioblue_tui.commands.common.many import Check
from bioblue_tui.commands.common.options import UsageError
from bioblue_tui.commands.common.usage import narrate
from bioblue_tui.costs.budget import Budget
from bioblue_tui.costs.estimate import Estimate, estimate
from bioblue_tui.costs.price import FREE, Price
from bioblue_tui.costs.table import find_price
from bioblue_tui.formatting.numbers import counted
from bioblue_tui.formatting.text import one_line
from bioblue_tui.models.providers import services
from bioblue_tui.models.settings import parse_history
from bioblue_tui.runs.batch.engine import Engine, Job, Watcher
from bioblue_tui.runs.trial_spec import TrialSpec


@dataclass(frozen=True, slots=True)
class Ahead:
    """A trial that is to be played, or the rest of one.

    Attributes:
        spec: What is played.
        done: Steps that are played already.
    """

    spec: TrialSpec
    done: int = 0


def cost_check(limit: Decimal | None) -> Check:
    """Return a check that estimates the cost of paid trials before they begin, and keeps them within a limit."""

    def check(engine: Engine) -> None:
        ahead = [Ahead(job.spec, job.done) for job in engine.jobs if job.spec and not job.over]
        tell_estimates(ahead)
        if limit is not None:
            keep_limit(ahead)
            engine.watchers.append(CostKeeper(Budget(limit)))

    return check


def tell_estimates(ahead: Sequence[Ahead]) -> None:
    """Say what trials may cost, where any of them is paid."""
    for line in estimates(ahead):
        narrate(f"bioblue: {line}")


def keep_limit(ahead: Iterable[Ahead]) -> None:
    """Check that a cost limit can be kept.

    Raises:
        UsageError: When the price of a model is not known.
    """
    unknown = {
        price.words(): None
        for price in {_place(trial.spec): _price(trial.spec) for trial in ahead if _is_remote(trial.spec)}.values()
        if price.paid and not price.known
    }
    if unknown:
        raise UsageError(f"--max-cost can't be kept: {'; '.join(unknown)}")


class CostKeeper(Watcher):
    """Keeps trials within one budget.

    Args:
        budget: What all of them may cost together.
    """

    def __init__(self, budget: Budget) -> None:
        self._budget = budget

    def begun(self, job: Job) -> None:
        """Limit a trial's cost from its first request on."""
        if job.session is not None:
            job.session.limit_cost(self._budget)


def estimates(ahead: Iterable[Ahead]) -> Iterator[str]:
    """Yield a line for each environment with each model at each address, and a sum where there are several."""
    groups: dict[tuple[str, str, str], list[Ahead]] = {}
    for trial in ahead:
        if _is_remote(trial.spec):
            groups.setdefault((trial.spec.environment, *_place(trial.spec)), []).append(trial)
    found = {key: _sum(_estimates(group)) for key, group in groups.items()}
    addresses = {key[1]: {other[2] for other in groups if other[1] == key[1]} for key in groups}
    for (name, agent, url), sum_ in found.items():
        where = f" at {one_line(_shown(url), 80)}" if len(addresses[agent]) > 1 else ""
        yield f"{name}, {one_line(agent, 60)}{where}: {sum_.words()}"
    if len(found) > 1:
        yield f"in all: {_in_all(found.values())}"


def _in_all(parts: Iterable[Estimate]) -> str:
    """Say what all trials may cost together, without those whose price is unknown."""
    parts = list(parts)
    priced = [part for part in parts if part.price.known]
    unknown = sum(part.trials for part in parts if part.price.paid and not part.price.known)
    size = counted(sum(part.trials for part in parts), "trial")
    if not priced:
        return f"{size}; the price of {counted(unknown, 'trial')} is unknown" if unknown else f"{size}; no price"
    cost = sum((part.uncached for part in priced), FREE)
    cached = sum((part.cached or part.uncached for part in priced), FREE)
    helped = f" ({cached} where providers cache)" if str(cached) != str(cost) else ""
    left_out = f", without {counted(unknown, 'trial')} whose price is unknown" if unknown else ""
    return f"{size}; about {cost}{helped}{left_out}"


def _estimates(ahead: Iterable[Ahead]) -> Iterator[Estimate]:
    """Yield an estimate for each setup: trials that differ only in noise and label share one."""
    setups: dict[object, list[Ahead]] = {}
    for trial in ahead:
        spec, told = trial.spec, trial.spec.settings
        parameters = repr(sorted(spec.parameters.items()))
        words = (hash(spec.instruction), spec.wording.digest if spec.wording else "")
        key = (parameters, spec.steps, trial.done, told.history, told.max_tokens, told.thinking, words)
        setups.setdefault(key, []).append(trial)
    for alike in setups.values():
        spec, done = alike[0].spec, alike[0].done
        yield estimate(
            bioblue_envs.make(spec.environment, **spec.parameters),
            steps=spec.steps,
            trials=len(alike),
            price=_price(spec),
            keep=parse_history(spec.settings.history),
            max_output=spec.settings.max_tokens,
            reasoning=spec.settings.thinking or 0,
            done=done,
            instruction=spec.instruction,
            words=spec.wording.of(spec.environment) if spec.wording else None,
        )


def _sum(parts: Iterable[Estimate]) -> Estimate:
    first, *rest = parts
    for part in rest:
        helped = first.cached is not None or part.cached is not None
        first = replace(
            first,
            trials=first.trials + part.trials,
            requests=first.requests + part.requests,
            input=first.input + part.input,
            output=first.output + part.output,
            uncached=first.uncached + part.uncached,
            cached=(first.cached or first.uncached) + (part.cached or part.uncached) if helped else None,
        )
    return first


def _is_remote(spec: TrialSpec) -> bool:
    return spec.agent.partition(":")[0] in services()


def _place(spec: TrialSpec) -> tuple[str, str]:
    """Return a model and its address, which an environment variable gives where nothing else does."""
    service = services()[spec.agent.partition(":")[0]]
    url = spec.settings.base_url or os.environ.get(service.url_variable, "").strip()
    return spec.agent, url or service.url


def _price(spec: TrialSpec) -> Price:
    agent, url = _place(spec)
    return find_price(agent.partition(":")[2], url)


def _shown(url: str) -> str:
    """Return an address without its parts that may be secret."""
    return url.partition("?")[0].partition("//")[2].rpartition("@")[2]
