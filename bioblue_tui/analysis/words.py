"""Steps and references in words, for people: in the play screen's feedback, on plain displays and on screens."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Protocol

from bioblue_envs import Dimension, Environment

from bioblue_tui.formatting.numbers import EXACT, amount, counted, signed
from bioblue_tui.formatting.text import one_line
from bioblue_tui.trials.events import COMPLETE, FAILED, INTERRUPTED, RUNNING, STOPPED
from bioblue_tui.trials.state import TrialState
from bioblue_tui.trials.telling import acting

_POLICIES = {"thermostat": "refill to target (thermostat)", "base stock": "refill to a safe floor (base stock)"}


def policy_words(name: str) -> str:
    """Return a reference policy's name with what it does, or the name alone for other policies."""
    return _POLICIES.get(name, name)


def line_words(name: str, same: str, width: int) -> str:
    """Say what a faint line behind a gauge is, as fully as there is room for; a policy's name is never cut.

    Args:
        name: The reference policy's name.
        same: The words about its noise; empty without noise.
        width: How many columns there are.
    """
    forms = (f"faint line: {policy_words(name)}{same}", f"faint line: {name}{same}", f"faint line: {name}", name)
    return next((form for form in forms if len(form) <= width), "")


class Played(Protocol):
    """The part of a trial that matters for means."""

    @property
    def unaveraged(self) -> str:
        """As in ``TrialState``."""


def ended_words(standing: str) -> str:
    """Return words to put after a number of steps: the state of a trial; empty for a complete one."""
    return "" if standing == COMPLETE else f", {one_line(standing, 30)}"


UNFOLLOWED = "not read again"
"""State of a trial that was running when it was last read but can no longer be read: its present state is not known."""


def until_words(standing: str) -> Sequence[str]:
    """Say until when a verdict holds, to put between it and the trial's state; the fullest words come first.

    A trial that failed may have gone well until then: ``ok failed`` would contradict itself. Empty for a trial that was
    played to its end.
    """
    if standing == RUNNING:
        return ("so far, running", "so far")
    if standing == UNFOLLOWED:
        return ("so far, not read again", "not read again", "→ not read")
    if standing not in (FAILED, STOPPED, INTERRUPTED):
        return ()
    return (f"until {'it ' if standing == FAILED else ''}{standing}", f"until {standing}", f"→ {standing}")


def standing_sign(standing: str) -> str:
    """Return one character to put beside a verdict without room for words; a blank for a trial played to its end."""
    if not until_words(standing):
        return " "
    return {RUNNING: "▶", FAILED: "!", UNFOLLOWED: "?"}.get(standing, "■")


def judged_words(standing: str, verdict: str | None, reason: str) -> str:
    """Return words to put after a trial's state: its verdict, such as ``; until then ok, 3 points below …``.

    Args:
        standing: The trial's state.
        verdict: The verdict in a word; None for none.
        reason: What it is based on, or why there is none.
    """
    if verdict is None:
        return f", no verdict, {reason}"
    early = "so far " if standing in (RUNNING, UNFOLLOWED) else "until then " if until_words(standing) else ""
    return f"{'; ' if early else ', '}{early}{verdict}, {reason}"


def whose(state: TrialState, name: str) -> str:
    """Say whose actions led to a trial's totals: ``random (the first 30 steps of its parent, by accelerator)``.

    Args:
        state: The trial.
        name: Its agent's name in these words.
    """
    others = by_others(state)
    return f"{name} ({others})" if others else name


def by_others(state: TrialState) -> str:
    """Say which parts of a trial its agent did not play; empty where it played all."""
    shared = min(state.header.forked_after or 0, state.done)
    before = acting([view.done.actor for view in state.steps[:shared] if view.done])
    parts = [f"the first {counted(shared, 'step')} of its parent, by {before}"] if before else []
    if person := state.tally.person():
        parts.append(f"in its place {person}")
    return "; ".join(parts)


UNREAD = "can't be read"
"""Why a trial with a damaged or missing record is left out."""


def left_out(trials: Iterable[Played], otherwise: Mapping[str, int] | None = None) -> str:
    """Say how many trials are left out, and why, such as ``2 left out, not played to the end: 1 failed, 1 stopped``.

    There is one rule: only trials that were played to their end are averaged, or compared in groups. Empty where all
    were.

    Args:
        trials: The trials that can be read.
        otherwise: How many others are left out, by reason, such as ``UNREAD``.
    """
    found = Counter(trial.unaveraged for trial in trials if trial.unaveraged)
    how = ", ".join(f"{count} {one_line(why, 30)}" for why, count in sorted(found.items()))
    early = [f"{found.total()} left out, not played to the end: {how}"] if found else []
    return "; ".join([*early, *(f"{count} left out, {why}" for why, count in (otherwise or {}).items() if count)])


def averaged(trials: Collection[Played], independent: int) -> str:
    """Say how many trials a mean is over, such as ``2 independent trials (3 played), 1 left out, …``.

    Args:
        trials: All of them.
        independent: How many independent ones there are among those that were played to their end.
    """
    whole = sum(not trial.unaveraged for trial in trials)
    of = counted(whole, "trial")
    if independent < whole:
        of = f"{counted(independent, 'independent trial')} ({whole} played)"
    return ", ".join(filter(None, (of, left_out(trials))))


def over_all(inherited: Iterable[int]) -> str:
    """Return words to put after sums: that they are over all steps, where trials are forks.

    Args:
        inherited: For each trial how many steps it shares with its parent.
    """
    shared = _shared(inherited)
    return f" over all steps, the parent's first {shared} too" if shared else ""


def over_own(inherited: Iterable[int]) -> str:
    """Return words to put after other figures: that they are over a fork's own steps; see ``over_all``."""
    shared = _shared(inherited)
    return f" over own steps, without the parent's first {shared}" if shared else ""


def _shared(inherited: Iterable[int]) -> str:
    return " or ".join(str(number) for number in sorted(set(inherited)) if number)


_DRAWS = 100
"""How many draws without any change show that an environment has no noise."""


def noisy(environment: Environment) -> bool:
    """Return whether anything exogenous happens in an environment."""
    rng = random.Random(0)
    return any(any(environment.draw(rng)) for _ in range(_DRAWS))


def met_words(environment: Environment, *, disturbed: bool) -> str:
    """Return what a trial and its reference meet: noise, disturbances, both, or an empty string for neither.

    Args:
        environment: The environment.
        disturbed: Whether anything was added to the noise.
    """
    return " and ".join(["noise"] * noisy(environment) + ["disturbances"] * disturbed)


def on_same_noise(environment: Environment, *, disturbed: bool = False) -> str:
    """Return words to put after a reference's name; see ``met_words``."""
    met = met_words(environment, disturbed=disturbed)
    return f" on the same {met}" if met else ""


def step_sentence(state: TrialState, number: int, shown: Sequence[Dimension] | None = None) -> str:
    """Say what a step did: action, noise and disturbance, levels, place in the band, and the rewards that are not 0.

    Args:
        state: The trial.
        number: The step; it has been done.
        shown: The reward dimensions to name; None for all. Where it is empty, rewards are not mentioned.
    """
    environment, step = state.environment, state.stepped(number)
    noise, disturbed = state.noise(number), state.disturbed(number)
    dimensions = environment.dimensions if shown is None else shown
    parts = []
    for index, gauge in enumerate(environment.gauges):
        label = environment.objectives[index]
        name = f"{label}: " if label else ""
        change = f", noise {signed(noise[index], EXACT)}" if noise else ""
        change += f", disturbance {signed(disturbed[index], EXACT)}" if disturbed else ""
        before, after = amount(step.before[index], EXACT), amount(step.after[index], EXACT)
        position = gauge.position(step.after[index]) if gauge.target else ""
        where = f" ({position})" if position else ""
        parts.append(f"{name}{amount(step.action[index], EXACT)} taken{change}, {before} → {after}{where}")
    felt = [
        f"{dimension.label}{' ' + dimension.objective if dimension.objective else ''} {signed(reward, EXACT)}"
        for dimension in dimensions
        if (reward := step.rewards.get(dimension.key, 0))
    ]
    if not dimensions:
        return f"{'; '.join(parts)}."
    return f"{'; '.join(parts)}. Rewards: {', '.join(felt) or 'none'}."
