"""What was the same for people and models in a study as it was played, and what was not."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import bioblue_envs
from bioblue_envs import Environment

from bioblue_tui.analysis.words import noisy
from bioblue_tui.formatting.numbers import counted, minutes_and_seconds
from bioblue_tui.runs.trial_spec import TrialSpec
from bioblue_tui.studies.export.common import where
from bioblue_tui.studies.export.played import Collected, Played
from bioblue_tui.wordings.collection import words_of


def equivalence(found: Collected) -> Iterator[str]:
    """Yield the lines about this for the method sheet of one version."""
    study = found.versions[0].study
    same = sum(map(same_texts, found.trials))
    yield "The same:"
    yield ""
    yield f"- Instruction and observations, byte for byte: checked in {same} of {counted(len(found.trials), 'record')}."
    yield "- Which answers are legal; a rejected answer is not applied, and the same question is asked again."
    yield "- The whole past of the trial can be read at any time."
    if any(noisy(_world(trial.spec)) for trial in (*study.practice, *study.trials)):
        yield "- The noise: it comes from the seed alone, so people and models meet the same."
    if not study.feedback:
        yield "- After a trial, nobody is told its result."
    yield ""
    yield "Not the same:"
    yield ""
    if study.feedback:
        yield (
            "- After a trial that was played to its end people see a score card with the rewards that its condition "
            "shows, compared with a reference policy's. Where a condition shows no rewards there is no card."
        )
        specs = [trial.spec for trial in (*study.practice, *study.trials) if trial.spec.prompt_only]
        if any(_world(spec).shown_dimensions for spec in specs):
            yield (
                "- That card, and the line above it, say how many steps the trial had: in prompt-only conditions, too, "
                "where a model is not told."
            )
    yield "- After a rejected answer people are told why."
    yield "- People see which trial of how many it is, and may rest between steps."
    yield "- A key puts the last answer on the line again; two others change a number by 1."
    yield from _limits(found)
    trials = (*study.practice, *study.trials)
    yield from _gauges([trial.spec for trial in trials if not trial.spec.prompt_only])
    if any(trial.spec.prompt_only for trial in trials):
        yield "- In prompt-only conditions they see the text and the line they answer in, and no gauges."


def _gauges(specs: Sequence[TrialSpec]) -> Iterator[str]:
    """Yield what people see on gauges; bands and noise only where an environment has them."""
    if not specs:
        return
    worlds = [_world(spec) for spec in specs]
    bands = _having(" with their bands", worlds, lambda world: any(gauge.band for gauge in world.gauges))
    noise = _having(" and the noise", worlds, noisy)
    yield (
        f"- In conditions with gauges people have panels, side by side or, in a smaller window, one at a time: the "
        f"levels on gauges{bands}, what the last action{noise} did, the rewards that the condition shows with their "
        "totals, the text. Which step of how many it is can always be seen."
    )
    more = [
        _having("how much there can be at most", worlds, lambda world: not all(own.open_ended for own in world.gauges)),
        _having("the stock unrounded", worlds, lambda world: "unrounded" in world.names),
        _having(
            "how far each objective is from the mean",
            worlds,
            lambda world: any(gauge.quantity.startswith("distance") for gauge in world.gauges),
        ),
        "in the answer line, which actions are legal at the step",
        "next to each of their answers, how long it took",
    ]
    yield f"- They also see, whether it is in the text or not: {'; '.join(filter(None, more))}."


def _world(spec: TrialSpec) -> Environment:
    return bioblue_envs.make(spec.environment, **spec.parameters)


def _having(what: str, worlds: Sequence[Environment], has: Callable[[Environment], bool]) -> str:
    """Return words for what environments have, naming which ones where not all have it; nothing where none has."""
    having = [world for world in worlds if has(world)]
    names = "" if len(having) == len(worlds) else f" ({', '.join(sorted({world.id for world in having}))})"
    return f"{what}{names}" if having else ""


def _limits(found: Collected) -> Iterator[str]:
    study = found.versions[0].study
    limits = where(study.trials, lambda trial: trial.limit)
    if limits:
        limited = [played for played in found.counting if played.trial.limit]
        longest = ", ".join(f"{minutes_and_seconds(limit)} {place}" for limit, place in limits.items())
        cut = f"It cut {sum(played.cut for played in limited)} of {_of_those(limited, 'that had a limit')}."
        yield (
            f"- A trial of people may end before its last step: time limit of {longest}; there they see how much is "
            f"left. {cut} No limit of time ends a model's trial."
        )
    if study.limit:
        yield f"- After {minutes_and_seconds(study.limit)} of trials no further one begins for a participant."
    hurries = where(study.trials, lambda trial: trial.hurry)
    if hurries:
        asked = [decision for one in found.counting if one.trial.hurry for decision in one.decisions.values()]
        late, after = sum(d.late for d in asked), ", ".join(f"{hurry:g} s {place}" for hurry, place in hurries.items())
        yield (
            f"- Without an answer after {after} people are told: “Please answer now.” Answers after that: {late} of "
            f"{len(asked)} in these trials."
        )


def _of_those(trials: Sequence[Played], which: str) -> str:
    return f"the {len(trials)} trials {which}" if len(trials) != 1 else f"the one trial {which}"


def same_texts(played: Played) -> bool:
    """Return whether a record holds exactly the instruction and observations that a model gets."""
    environment, state, header = played.state.environment, played.state, played.record.header
    words = words_of(environment.id, header.wording, header.words)
    if header.instruction != words.instruction(environment):
        return False
    world, last = environment.initial(), None
    for view in state.steps:
        if view.attempts and view.observation != words.observation(environment, world, last):
            return False
        if view.done is None:
            break
        last = environment.transition(world, view.done.action, view.done.change)
        world = last.after
    return True
