"""The method sheet: what readers of a human baseline ask, filled in as far as the program knows it."""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Iterator, Sequence

from bioblue_tui.numbers import counted
from bioblue_tui.studies.export.played import Collected, Played
from bioblue_tui.studies.log import DECLINED, EXCLUDED, FINISHED, Log
from bioblue_tui.studies.order import design_rows
from bioblue_tui.studies.study import Block, StudyTrial
from bioblue_tui.text import one_line
from bioblue_tui.wordings.library import words_of

MISSING = "**To be filled in:** the study's file says nothing of it (`[method]`, `{}`)."
"""What stands where only a person knows."""

ASKED = {
    "recruitment": "Recruitment and eligibility",
    "ethics": "Ethics",
    "tools": "Tools that were allowed",
    "exclusions": "Exclusions that were planned",
}
"""What only a person knows, by its key in ``[method]``."""


def method_sheet(found: Collected, same: int) -> str:
    """Return the method sheet as Markdown.

    Args:
        found: The study's trials.
        same: How many of their records were checked to hold the very texts a model gets.
    """
    parts: list[tuple[str, Iterator[str]]] = [
        ("Participants", _participants(found)),
        ("Task", _task(found)),
        ("Interface and instruction: the same as a model's?", _equivalence(found, same)),
        ("Training", _training(found)),
        ("Order", _order(found)),
        ("Time", _time(found)),
        ("Data", _data(found)),
    ]
    study = found.study
    lines = [f"# {one_line(study.title)}", "", f"Method sheet of the study `{study.name}`, written by the program.", ""]
    for title, body in parts:
        lines += [f"## {title}", "", *body, ""]
    for key, title in ASKED.items():
        lines += [f"## {title}", "", study.method.get(key, MISSING.format(key)).strip(), ""]
    for key in study.method.keys() - ASKED.keys():
        lines += [f"## {one_line(key).capitalize()}", "", study.method[key].strip(), ""]
    return "\n".join(lines).rstrip() + "\n"


def _participants(found: Collected) -> Iterator[str]:
    states = Counter(log.outcome for log in found.logs)
    yield f"- Began: {len(found.logs)}. Finished: {states[FINISHED]}."
    yield f"- Did not agree to take part: {states[DECLINED]}."
    yield f"- Excluded after the questions about the instructions: {states[EXCLUDED]}."
    yield f"- Have not finished: {states['']}."
    begun, complete = len(found.counting), sum(played.complete for played in found.counting)
    yield f"- Trials begun: {begun}; played to their end: {complete}."
    stopped = Counter(played.outcome or "still open" for played in found.counting if not played.complete)
    yield from (f"  - not to their end, {one_line(why)}: {count}" for why, count in sorted(stopped.items()))
    for problem in found.problems:
        yield f"- Could not be read: {one_line(problem, 300)}"
    incentives = found.study.incentives
    yield f"- Incentives, as participants were told: {one_line(incentives.strip(), 2000) if incentives else 'none'}"


def _task(found: Collected) -> Iterator[str]:
    yield "| block | order in it | condition | environment | parameters set | seeds | steps |"
    yield "|---|---|---|---|---|---|---|"
    for block in found.study.blocks:
        yield from _rows(block)


def _rows(block: Block) -> Iterator[str]:
    groups: dict[tuple[str, str, str, int], list[StudyTrial]] = {}
    for trial in block.trials:
        set_ = ", ".join(f"{key}={value}" for key, value in trial.plan.parameters.items()) or "none"
        key = (trial.condition, trial.plan.environment, set_, trial.plan.steps)
        groups.setdefault(key, []).append(trial)
    for (condition, environment, set_, steps), trials in groups.items():
        seeds = ", ".join(str(trial.plan.seed) for trial in trials)
        shown = "prompt-only" if trials[0].plan.prompt_only else "gauges"
        cells = (block.name, block.order, f"{condition} ({shown})", environment, set_, seeds, str(steps))
        yield "| " + " | ".join(one_line(cell).replace("|", "\\|") for cell in cells) + " |"


def _equivalence(found: Collected, same: int) -> Iterator[str]:
    yield "The same:"
    yield ""
    yield f"- Instruction and observations, byte for byte: checked in {same} of {counted(len(found.trials), 'record')}."
    yield "- What is a legal answer, and how it is read; a rejected answer is not applied, and the same is asked again."
    yield "- The whole past of the trial can be read at any time."
    yield "- The noise: it comes from the seed alone, so people and models meet the same."
    yield f"- Results: {'a score card after each trial' if found.study.feedback else 'none is told'} (models: none)."
    yield ""
    yield "Not the same:"
    yield ""
    yield "- After a rejected answer people are told why."
    yield "- People see which trial of how many it is, and may rest between steps."
    yield "- A key hands in the last answer again; two others change a number by 1."
    shown = {trial.plan.prompt_only for block in found.study.blocks for trial in block.trials}
    if False in shown:
        yield (
            "- In conditions with gauges people see the levels on gauges with their bands, what the last action and "
            "the noise did, the rewards that the condition shows with their totals, and which step of how many it is."
        )
    if True in shown:
        yield "- In prompt-only conditions they see the text and the line they answer in, and nothing else."


def _training(found: Collected) -> Iterator[str]:
    study, asked = found.study, found.study.comprehension
    yield f"- Pages of instruction: {len(study.pages)}. Practice trials, left out of all tables: {len(study.practice)}."
    if not asked.questions:
        yield "- No questions about the instructions."
        return
    again = "The pages are shown again before another try. " if asked.reread else ""
    after = "the session ends" if asked.failing == "exclude" else "the session goes on and they are marked"
    yield f"- Questions about the instructions: {len(asked.questions)}, tries: {asked.tries}."
    yield f"- {again}After the last try: {after}."
    tries = [
        len({key for key in log.done if key.startswith("comprehension/") and "wrong" in key}) for log in found.logs
    ]
    yield f"- Participants who needed another try: {sum(map(bool, tries))} of {len(found.logs)}."


def _order(found: Collected) -> Iterator[str]:
    study = found.study
    words = {
        "fixed": "as written, for all",
        "balanced": "balanced over participants (Williams design: Latin square, balanced for first-order carry-over)",
        "random": f"drawn for each participant (from seed {study.seed} and their code)",
    }
    yield f"- Blocks: {words[study.order]}."
    for order in dict.fromkeys(block.order for block in study.blocks):
        names = ", ".join(one_line(block.name) for block in study.blocks if block.order == order)
        yield f"- Trials in {names}: {words[order]}."
    rows = design_rows(study)
    if rows > 1:
        taken = Counter(log.opening.row + 1 for log in found.logs)
        told = ", ".join(f"row {row}: {taken[row]}" for row in range(1, rows + 1) if taken[row])
        yield f"- Rows of the design: {rows}. Participants: {told or 'none yet'}."


def _time(found: Collected) -> Iterator[str]:
    study = found.study
    limits = [
        *([f"{study.limit / 60:g} min of trials in all"] if study.limit else []),
        *(f"{limit / 60:g} min for a trial" for limit in sorted({t.limit for t in _trials(found) if t.limit})),
        *(
            f"an answer is asked for after {hurry:g} s"
            for hurry in sorted({t.hurry for t in _trials(found) if t.hurry})
        ),
    ]
    yield f"- Limits: {'; '.join(limits) or 'none'}."
    breaks = study.breaks
    rests = ([f"after every {breaks.every} trials"] if breaks.every else []) + ["between blocks"] * breaks.between
    yield f"- Breaks: {' and '.join(rests) or 'none but pauses at will'}."
    seconds = [decision.seconds for played in found.counting for decision in played.decisions.values()]
    if seconds:
        low, middle, high = _quartiles(seconds)
        quartiles = f"quartiles {low:.2f} and {high:.2f}, {len(seconds)} answers"
        yield f"- Seconds for an answer: median {middle:.2f} ({quartiles})."
    minutes = [sum(done.seconds for done in log.done.values()) / 60 for log in found.logs if log.outcome == FINISHED]
    if minutes:
        yield f"- Minutes of those who finished: median {statistics.median(minutes):.1f}, longest {max(minutes):.1f}."
    yield (
        "- Response times are from the moment the observation is there to the moment the answer is handed in, on a "
        "monotonic clock. Excluded, and recorded: pauses, the question whether to leave, and stretches in which "
        "another window had the keyboard, where the terminal tells. It is shown at most 1/30 s after it is there."
    )
    away = Counter[str]()
    for log in found.logs:
        away.update({why: seconds for _, why, seconds in log.interruptions})
    told = ", ".join(f"{why} {seconds:.0f} s" for why, seconds in sorted(away.items()))
    yield f"- Excluded in all: {told or 'nothing'}."


def _data(found: Collected) -> Iterator[str]:
    yield "- Individual-level: every answer of every participant is in `decisions.csv`, every trial in `trials.csv`,"
    yield "  every participant in `participants.csv`; `dictionary.json` says what each column means."
    yield "- Every trial has a record in `records/`, practice trials too (marked in their headers); `bioblue replay`"
    yield "  shows one, `bioblue verify` recomputes it."
    yield "- Participants are known by their codes alone."
    yield f"- Programs: {', '.join(sorted({v.program for log in found.logs for v in log.visits})) or 'none yet'}."
    digests = sorted({visit.digest for log in found.logs for visit in log.visits})
    if len(digests) > 1:
        yield f"- Texts of the study were changed while it ran: {len(digests)} versions ({', '.join(digests)})."
    yield f"- Terminals, columns × rows: {_sizes(found.logs) or 'none yet'}."


def _sizes(logs: Sequence[Log]) -> str:
    sizes = Counter(f"{columns}×{rows}" for log in logs for _, columns, rows in log.sizes)
    return ", ".join(f"{size} ({count})" for size, count in sizes.most_common(20))


def _trials(found: Collected) -> Sequence[StudyTrial]:
    return [trial for block in found.study.blocks for trial in block.trials]


def _quartiles(values: Sequence[float]) -> tuple[float, float, float]:
    if len(values) < 2:
        return values[0], values[0], values[0]
    low, middle, high = statistics.quantiles(values, n=4, method="inclusive")
    return low, middle, high


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
