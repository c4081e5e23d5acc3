"""Scripted policies: healthy ones, and failures to show to a class.

A failing policy plays the reference policy for its first good steps and then shows one failure in its pure form. The
failures are those the paper reports of language models (arXiv 2509.02655): one objective maximised without bound, one
objective dropped, doses that grow with each step, and a rhythm of the agent's own past that ignores the state.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from dataclasses import dataclass, replace

from bioblue_envs import Action, Environment, IllegalAction, State

from bioblue_tui.agents.base import AgentError, Answer, BaseAgent, Turn

Rule = Callable[["Scene"], Action]

GOOD_STEPS = 20
"""How many good steps a failing policy plays before it fails: enough to look healthy in a 100-step trial."""

STREAM = "random_stream"
"""The name under which the provider parameters hold a scripted agent's random stream."""

_CEILING = 999_999_999
"""The most a policy ever takes: an answer may have nine digits."""

_GREED = 10
"""What a maximiser takes at every step where nothing limits it: more than noise can undo, yet a plausible amount."""

_TAKEOVER = 20
"""Steps until an accelerator takes all of a shared budget: slow enough to be watched."""

_RHYTHM = (4, 3, 2, 1, 0, 5)
"""An oscillator's doses of its one objective: a falling staircase, over and over."""


@dataclass(frozen=True, slots=True)
class Scene:
    """What a rule sees: environment, state, step (from 1), steps since the failure began (from 1), random stream."""

    environment: Environment
    state: State
    step: int
    failing: int
    rng: random.Random

    @property
    def count(self) -> int:
        """How many objectives there are."""
        return len(self.environment.objectives)

    def reference(self) -> list[int]:
        """Return the reference policy's action, as a list that the caller may change."""
        return list(self.environment.reference_action(self.state))

    def room(self, action: list[int], index: int, wanted: int = _CEILING) -> int:
        """Return the greatest legal amount for one objective, at most ``wanted``, given the others' amounts."""
        legal, illegal = 0, wanted + 1
        while illegal - legal > 1:
            middle = (legal + illegal) // 2
            try:
                self.environment.check(self.state, (*action[:index], middle, *action[index + 1 :]))
                legal = middle
            except IllegalAction:
                illegal = middle
        return legal

    def fit(self, wanted: list[int], first: int = 0) -> Action:
        """Cut an action down to what is legal: each objective in turn, beginning with ``first``, gets what is left."""
        action = [0] * self.count
        for index in (first, *(i for i in range(self.count) if i != first)):
            action[index] = self.room(action, index, wanted[index])
        return tuple(action)


@dataclass(frozen=True, slots=True)
class Policy:
    """A scripted policy.

    Attributes:
        about: What it does, in one line for people.
        rule: From a scene to a legal action.
        environments: Ids of the environments it is made for; empty for all.
        good_steps: Good steps before the failure begins; None for a policy with one behaviour throughout.
        draws: Whether it draws random numbers.
        formerly: Other environments that older versions let it play under this name.
    """

    about: str
    rule: Rule
    environments: tuple[str, ...] = ()
    good_steps: int | None = None
    draws: bool = False
    formerly: tuple[str, ...] = ()

    def plays(self, environment: str) -> bool:
        """Tell whether it can play an environment."""
        return not self.environments or environment in (*self.environments, *self.formerly)


def _reference(scene: Scene) -> Action:
    return scene.environment.reference_action(scene.state)


def _cautious(scene: Scene) -> Action:
    return scene.environment.cautious_action(scene.state)


def _maximise(scene: Scene) -> Action:
    """Take all there is for the first objective; the others get what the reference policy gives, if it is left."""
    most = scene.room([0] * scene.count, 0)
    return scene.fit([_GREED if most == _CEILING else most, *scene.reference()[1:]])


def _drop(scene: Scene) -> Action:
    """Do what the reference policy would do if the last objective had more than enough."""
    levels = (*scene.state.levels[:-1], _CEILING)
    return scene.environment.reference_action(replace(scene.state, levels=levels))


def _accelerate(scene: Scene) -> Action:
    """Take more of the last objective at every step; the others get what the reference policy gives, if it is left.

    The doses are 5, 6, 7, … and reach 300 after 70 steps, as in a published trial; even in the longest possible trial
    they have no more than nine digits. Where the objectives share a budget, the last one's part grows from its fair
    share to all of it.
    """
    last, k = scene.count - 1, scene.failing
    dose, most = 4 + k + k * k // 20, scene.room([0] * scene.count, last)
    if scene.count > 1 and most < _CEILING:
        fair = most // scene.count
        dose = fair + min(most - fair, math.ceil((most - fair) * k / _TAKEOVER))
    return scene.fit([*scene.reference()[:-1], dose], first=last)


def _oscillate(scene: Scene) -> Action:
    """Repeat a rhythm: falling doses of one objective, or each of several objectives in turn."""
    if scene.count == 1:
        return scene.fit([_RHYTHM[(scene.step - 1) % len(_RHYTHM)]])
    wanted = [0] * scene.count
    wanted[scene.step % scene.count] = _GREED
    return scene.fit(wanted)


def _harvest_half(scene: Scene) -> Action:
    return (int(scene.state.levels[0] // 2),)


def _random(scene: Scene) -> Action:
    wanted = [scene.rng.randint(0, _GREED) for _ in range(scene.count)]
    return scene.fit(wanted, first=scene.rng.randrange(scene.count))


POLICIES: dict[str, Policy] = {
    "thermostat": Policy("refills to target every step", _reference, ("homeostasis", "multi-homeostasis")),
    "base-stock": Policy(
        "refills to a safe floor: the best fixed fill level",
        _cautious,
        ("homeostasis", "multi-homeostasis"),
    ),
    "sustainable": Policy("lets the field fill, then takes what regrows", _reference, ("sustainability",)),
    "balanced": Policy("gives to the objective that is behind", _reference, ("balancing",)),
    "accelerator": Policy("plays well, then takes more at every step", _accelerate, good_steps=GOOD_STEPS),
    "neglect": Policy("plays well, then leaves one level to itself", _drop, ("multi-homeostasis",), GOOD_STEPS),
    "collapse": Policy(
        "plays well, then drops one objective", _drop, ("balancing",), GOOD_STEPS, formerly=("multi-homeostasis",)
    ),
    "maximiser": Policy("plays well, then takes a fixed large amount of one thing", _maximise, good_steps=GOOD_STEPS),
    "oscillator": Policy("repeats its own rhythm, whatever it sees", _oscillate),
    "greedy-harvester": Policy("takes half of what is there", _harvest_half, ("sustainability",)),
    "random": Policy("small random actions", _random, draws=True),
}
"""All scripted policies by name, in the order to present them."""


class ScriptedAgent(BaseAgent):
    """An agent that follows a scripted policy.

    Args:
        name: One of ``POLICIES``.
        seed: The trial's seed. The agent's own random stream is made from it and is never the environment's.
        good_steps: Good steps before a failing policy fails; None for the policy's own number.
        stream: Names another random stream than the seed's own, for a policy that draws; it is recorded.

    Raises:
        ValueError: For an unknown policy or a negative number of good steps.
    """

    def __init__(self, name: str, seed: int, good_steps: int | None = None, stream: str = "") -> None:
        if name not in POLICIES:
            raise ValueError(f"no policy {name[:40]!r}; there are {', '.join(POLICIES)}")
        if good_steps is not None and good_steps < 0:
            raise ValueError(f"good steps are 0 or more, not {good_steps}")
        self._policy = POLICIES[name]
        self._good = self._policy.good_steps if good_steps is None else good_steps
        shown = name if good_steps is None else f"{name}:{good_steps}"
        stream = stream if self._policy.draws else ""
        super().__init__(shown, provider={STREAM: stream} if stream else {})
        self._seed = f"{seed} stream {stream}" if stream else str(seed)

    def act(self, environment: Environment, state: State) -> Action:
        """Return the policy's action; it depends on the state and the step alone."""
        good = self._good or 0
        step = state.step + 1
        # A stream for each step, so that a resumed or forked trial meets the same draws.
        rng = random.Random(f"agent {self._seed} step {step}")
        scene = Scene(environment, state, step, max(0, step - good), rng)
        return _reference(scene) if step <= good else self._policy.rule(scene)

    async def answer(self, turn: Turn) -> Answer:
        """Answer with the policy's action, as text.

        Raises:
            AgentError: When the policy is not made for this environment.
        """
        if not self._policy.plays(turn.environment.id):
            made_for = " and ".join(self._policy.environments)
            raise AgentError(f"{self.name} is made for {made_for}, not for {turn.environment.id}")
        return Answer(", ".join(map(str, self.act(turn.environment, turn.state))))
