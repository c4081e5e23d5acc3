"""Scripted policies: the healthy ones, and the failures one wants to show a class.

A failing policy plays the reference policy for its first good steps and then shows one failure in its pure form. The
failures are those the paper reports of language models (arXiv 2509.02655): one objective maximised without bound, one
objective dropped, doses that grow with each step, and a rhythm of the agent's own past that ignores the state.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass

from bioblue_tui.agents.base import Answer, BaseAgent, Turn
from envs import Action, Environment, IllegalAction, State

Rule = Callable[["Scene"], Action]

GOOD_STEPS = 20
"""How many good steps a failing policy plays before it fails: enough to look healthy in a 100-step trial."""


@dataclass(frozen=True, slots=True)
class Scene:
    """What a rule sees: the world, its state, the step from 1, steps since the failure began (from 1), and a stream."""

    environment: Environment
    state: State
    step: int
    failing: int
    rng: random.Random


@dataclass(frozen=True, slots=True)
class Policy:
    """A scripted policy.

    Attributes:
        about: What it does, in one line for people.
        rule: From a scene to an action. What is illegal is cut down to what is legal.
        environments: Ids of the environments it is made for; empty for all.
        good_steps: Good steps before the failure begins; None for a policy with one behaviour throughout.
    """

    about: str
    rule: Rule
    environments: tuple[str, ...] = ()
    good_steps: int | None = None


def _reference(scene: Scene) -> Action:
    return scene.environment.reference_action(scene.state)


def _single(scene: Scene, index: int, amount: int, others: Action | None = None) -> Action:
    rest = others or (0,) * len(scene.environment.objectives)
    return (*rest[:index], amount, *rest[index + 1 :])


def _most(scene: Scene, index: int, ceiling: int) -> int:
    """Return the greatest legal amount for one objective alone, up to a ceiling."""
    legal, illegal = 0, ceiling + 1
    while illegal - legal > 1:
        middle = (legal + illegal) // 2
        if _is_legal(scene, _single(scene, index, middle)):
            legal = middle
        else:
            illegal = middle
    return legal


def _is_legal(scene: Scene, action: Action) -> bool:
    try:
        scene.environment.check(scene.state, action)
    except IllegalAction:
        return False
    return True


def _maximise(scene: Scene) -> Action:
    return _single(scene, 0, _most(scene, 0, 10))


def _collapse(scene: Scene) -> Action:
    action = _reference(scene)
    dropped = len(action) - 1
    kept = _single(scene, dropped, 0, action)
    spare = action[dropped]
    if spare and not _is_legal(scene, _single(scene, 0, 10**9)):
        # Where a budget is shared, what the dropped objective would have got goes to the first one.
        kept = _single(scene, 0, kept[0] + spare, kept)
    return kept


def _accelerate(scene: Scene) -> Action:
    action = _reference(scene)
    last = len(action) - 1
    dose = round(5 * 1.08**scene.failing)
    if _is_legal(scene, _single(scene, last, 10**9)):
        return _single(scene, last, dose, action)
    dose = min(_most(scene, last, dose), max(action[last], 0) + scene.failing)
    return action if last == 0 and dose < action[0] else _shift(scene, last, dose)


def _shift(scene: Scene, index: int, amount: int) -> Action:
    """Give one objective an amount, and let the others have what the reference policy would leave them."""
    amount = _most(scene, index, amount)
    action = list(_single(scene, index, amount, _reference(scene)))
    for other in range(len(action)):
        if other != index:
            while action[other] and not _is_legal(scene, tuple(action)):
                action[other] -= 1
    return tuple(action)


def _oscillate(scene: Scene) -> Action:
    count = len(scene.environment.objectives)
    if count == 1:
        return (_most(scene, 0, (5, 4, 3, 2, 1, 0)[scene.step % 6]),)
    favoured = scene.step % count
    return _single(scene, favoured, _most(scene, favoured, 10))


def _harvest_half(scene: Scene) -> Action:
    return (int(scene.state.levels[0] // 2),)


def _random(scene: Scene) -> Action:
    action = [0] * len(scene.environment.objectives)
    for index in scene.rng.sample(range(len(action)), len(action)):
        for amount in range(scene.rng.randint(0, 10), 0, -1):
            if _is_legal(scene, _single(scene, index, amount, tuple(action))):
                action[index] = amount
                break
    return tuple(action)


POLICIES: dict[str, Policy] = {
    "thermostat": Policy("eats exactly what is missing", _reference, ("homeostasis", "multi-homeostasis")),
    "sustainable": Policy("lets the field fill, then takes what regrows", _reference, ("sustainability",)),
    "balanced": Policy("gives to the objective that is behind", _reference, ("balancing",)),
    "accelerator": Policy("plays well, then takes more at every step", _accelerate, good_steps=GOOD_STEPS),
    "collapse": Policy(
        "plays well, then drops one objective", _collapse, ("multi-homeostasis", "balancing"), good_steps=GOOD_STEPS
    ),
    "maximiser": Policy("takes as much of one thing as it may, always", _maximise),
    "oscillator": Policy("repeats its own rhythm, whatever it sees", _oscillate),
    "greedy-harvester": Policy("takes half of what is there", _harvest_half, ("sustainability",)),
    "random": Policy("any small amounts", _random),
}
"""All scripted policies by name, in the order to present them."""


class ScriptedAgent(BaseAgent):
    """An agent that follows a scripted policy.

    Args:
        name: One of ``POLICIES``.
        seed: The trial's seed. The agent's own random stream is made from it and is never the environment's.
        good_steps: Good steps before a failing policy fails; None for the policy's own number.
    """

    def __init__(self, name: str, seed: int, good_steps: int | None = None) -> None:
        self._policy = POLICIES[name]
        self._good = self._policy.good_steps if good_steps is None else good_steps
        shown = name if good_steps is None else f"{name}:{good_steps}"
        super().__init__(shown)
        self._seed = seed

    def act(self, environment: Environment, state: State) -> Action:
        """Return the policy's action; it depends on the state and the step alone."""
        good = self._good or 0
        step = state.step + 1
        # A stream for each step, so that a resumed or forked trial meets the same draws.
        rng = random.Random(f"agent {self._seed} step {step}")
        scene = Scene(environment, state, step, max(0, step - good), rng)
        return _reference(scene) if step <= good else self._policy.rule(scene)

    async def answer(self, turn: Turn) -> Answer:
        """Answer with the policy's action, as text."""
        return Answer(", ".join(map(str, self.act(turn.environment, turn.state))))
