"""What in a study is the same for people and for models, and what is not, as it was played."""

from __future__ import annotations

from collections.abc import Iterator

from bioblue_tui.numbers import counted, minutes_and_seconds
from bioblue_tui.studies.export.played import Collected, Played
from bioblue_tui.wordings.library import words_of


def equivalence(found: Collected) -> Iterator[str]:
    """Yield the lines of the method sheet about it: of one version."""
    study = found.versions[0].study
    same = sum(map(same_texts, found.trials))
    yield "The same:"
    yield ""
    yield f"- Instruction and observations, byte for byte: checked in {same} of {counted(len(found.trials), 'record')}."
    yield "- What is a legal answer; a rejected answer is not applied, and the same is asked again."
    yield "- The whole past of the trial can be read at any time."
    yield "- The noise: it comes from the seed alone, so people and models meet the same."
    if not study.feedback:
        yield "- No results are told."
    yield ""
    yield "Not the same:"
    yield ""
    if study.feedback:
        yield (
            "- After a trial that was played to its end people see a score card with the rewards that its condition "
            "shows, beside a reference policy's. Where a condition shows no rewards there is no card."
        )
    yield "- After a rejected answer people are told why."
    yield "- People see which trial of how many it is, and may rest between steps."
    yield "- A key submits the last answer again; two others change a number by 1."
    yield from _limits(found)
    presentations = {trial.plan.prompt_only for trial in study.trials}
    if False in presentations:
        yield (
            "- In conditions with gauges people see the levels on gauges with their bands, what the last action and "
            "the noise did, the rewards that the condition shows with their totals, and which step of how many it is."
        )
    if True in presentations:
        yield "- In prompt-only conditions they see the text and the line they answer in, and no gauges."


def _limits(found: Collected) -> Iterator[str]:
    study = found.versions[0].study
    limits = sorted({trial.limit for trial in study.trials if trial.limit})
    if limits:
        cut = sum(played.cut for played in found.counting)
        longest = ", ".join(map(minutes_and_seconds, limits))
        yield (
            f"- A trial of people may end before its last step: time limit of {longest}, and they see how much is "
            f"left. It cut {cut} of {counted(len(found.counting), 'trial')}. No limit of time ends a model's trial."
        )
    if study.limit:
        yield f"- After {minutes_and_seconds(study.limit)} of trials no further one begins for a participant."
    hurries = sorted({trial.hurry for trial in study.trials if trial.hurry})
    if hurries:
        late = sum(decision.late for played in found.counting for decision in played.decisions.values())
        after = ", ".join(f"{hurry:g} s" for hurry in hurries)
        yield f"- After {after} without an answer people are told: “Please answer now.” Answers after that: {late}."


def same_texts(played: Played) -> bool:
    """Return whether a record holds the very instruction and observations that a model gets."""
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
