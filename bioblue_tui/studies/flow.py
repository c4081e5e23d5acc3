"""What a participant sees next: the study, in their order, without what is over.

The flow depends on the study and the log alone. So it resumes where it was, however the program ended.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass

from bioblue_tui.formatting.numbers import counted, minutes_and_seconds
from bioblue_tui.studies.log import CLOSING, DECLINED, EXCLUDED, FINISHED, OUT_OF_TIME, TIME_LIMIT, TRIAL, Log
from bioblue_tui.studies.order import ordered_blocks
from bioblue_tui.studies.study import Block, Page, Question, Study, StudyTrial

TIME_OVER = "time-limit/"
"""How the key begins of a page that says that a time limit ended the trial."""

AGREED = "yes"
"""The answer of those who take part."""


@dataclass(frozen=True, slots=True)
class PageView:
    """A page to read; on the last one ``closing`` is the outcome that the session has as soon as the page is shown."""

    key: str
    page: Page
    closing: str = ""


@dataclass(frozen=True, slots=True)
class ConsentView:
    """A page to agree to."""

    key: str
    page: Page


@dataclass(frozen=True, slots=True)
class QuestionView:
    """A question; ``number`` of ``count`` that belong together."""

    key: str
    question: Question
    number: int
    count: int


@dataclass(frozen=True, slots=True)
class InstructionView:
    """Exactly what a model is told before a trial."""

    key: str
    trial: StudyTrial
    number: int
    count: int


@dataclass(frozen=True, slots=True)
class TrialView:
    """A trial; ``number`` of ``count`` of its kind. ``begin`` is False where the time for it is over."""

    key: str
    trial: StudyTrial
    number: int
    count: int
    begin: bool = True


View = PageView | ConsentView | QuestionView | InstructionView | TrialView


def next_view(study: Study, log: Log) -> View | None:
    """Return the next view; None when the session is over."""
    if log.outcome:
        return None
    return next((view for view in views(study, log) if view.key not in log.done), None)


def views(study: Study, log: Log) -> Iterator[View]:
    """Yield everything a participant sees, as far as it follows from what they have answered so far."""
    if study.consent is not None:
        yield ConsentView("consent", study.consent)
        if log.answer("consent") != AGREED:
            yield PageView(DECLINED, Page("You do not take part. Thank you all the same.", "The end"), DECLINED)
            return
    if study.incentives:
        yield PageView("incentives", Page(study.incentives, "What you get"))
    yield from _pages(study, 1)
    passed = yield from _comprehension(study, log)
    if not passed and study.comprehension.failing == "exclude":
        text = "These rules are not easy. We stop here; thank you for your time."
        yield PageView(EXCLUDED, Page(text, "The end"), EXCLUDED)
        return
    for number, trial in enumerate(study.practice, 1):
        yield from _trial(log, trial, number, len(study.practice))
    yield from _blocks(study, log)
    for number, question in enumerate(study.questionnaire, 1):
        yield QuestionView(f"questionnaire/{question.key}", question, number, len(study.questionnaire))
    yield PageView(CLOSING, study.closing, FINISHED)


def _pages(study: Study, again: int) -> Iterator[View]:
    for number, page in enumerate(study.pages, 1):
        yield PageView(f"page/{number}" + (f"/try-{again}" if again > 1 else ""), page)


def wrong_answers(study: Study, log: Log, attempt: int) -> Sequence[Question]:
    """Return the comprehension questions that were answered wrongly at a try, from 1."""
    asked = study.comprehension.questions
    return [question for question in asked if log.answer(question_key(question, attempt)) != question.answer]


def question_key(question: Question, attempt: int) -> str:
    """Return the key of a comprehension question's view at a try, from 1."""
    return f"comprehension/{question.key}/try-{attempt}"


def _comprehension(study: Study, log: Log) -> Generator[View, None, bool]:
    """Yield questions, and what was wrong, until all is right or no try is left; returns whether all was right."""
    asked, tries = study.comprehension.questions, study.comprehension.tries
    if not asked:
        return True
    for attempt in range(1, tries + 1):
        if attempt > 1 and study.rereads:
            yield from _pages(study, attempt)
        for number, question in enumerate(asked, 1):
            yield QuestionView(question_key(question, attempt), question, number, len(asked))
        wrong = wrong_answers(study, log, attempt)
        if not wrong:
            return True
        if attempt < tries:
            yield PageView(f"comprehension/wrong/try-{attempt}", _mistakes(wrong))
    return False


def _mistakes(wrong: Sequence[Question]) -> Page:
    parts = ["Not all answers were right. Please try once more."]
    parts += [f"**{question.text}**\n\n{question.why}".strip() for question in wrong]
    return Page("\n\n".join(parts), "Not quite")


def _blocks(study: Study, log: Log) -> Iterator[View]:
    blocks = ordered_blocks(study, log.opening.row, log.opening.participant)
    count, number = len(study.trials), 0
    for place, (block, trials) in enumerate(blocks):
        for index, trial in enumerate(trials):
            # A trial that was begun in time may continue, however often it is left.
            begin = f"{TRIAL}{trial.key}" in log.trials or _time_left(study, log)
            if begin:
                yield from _before(study, block, number, first=index == 0, between=place > 0 and index == 0)
            number += 1
            yield from _trial(log, trial, number, count, begin=begin)
    out_of_time = sum(done.outcome == OUT_OF_TIME for done in log.own_trials)
    if out_of_time:
        text = f"The time for the trials is over. {out_of_time} of {counted(count, 'trial')} did not begin."
        yield PageView("out-of-time", Page(text, "Time is over"))


def _before(study: Study, block: Block, played: int, *, first: bool, between: bool) -> Iterator[View]:
    """Yield a rest, and a block's own page before its first trial."""
    every = study.breaks.every
    if between and study.breaks.between:
        yield PageView(f"break/before-{block.name}", study.breaks.page)
    elif every and played and played % every == 0:
        yield PageView(f"break/after-{played}", study.breaks.page)
    if first and block.page is not None:
        yield PageView(f"block/{block.name}", block.page)


def _trial(log: Log, trial: StudyTrial, number: int, count: int, *, begin: bool = True) -> Iterator[View]:
    if begin:
        yield InstructionView(f"instruction/{trial.key}", trial, number, count)
    key = f"{TRIAL}{trial.key}"
    yield TrialView(key, trial, number, count, begin)
    done = log.done.get(key)
    if done is not None and done.outcome == TIME_LIMIT:
        least = "at least " if key in log.trials and log.trials[key][0] in log.cut_short else ""
        text = (
            f"The time limit of {minutes_and_seconds(trial.limit)} ended this trial. "
            f"You played for {least}{minutes_and_seconds(done.seconds)}."
        )
        yield PageView(f"{TIME_OVER}{trial.key}", Page(text, "Time is over"))


def trial_seconds(log: Log) -> float:
    """Return how long a participant has played trials that count, without excluded time."""
    return sum(done.seconds for done in log.own_trials) + sum(map(log.played, log.open_trials))


def _time_left(study: Study, log: Log) -> bool:
    return not study.limit or trial_seconds(log) < study.limit


def trial_places(study: Study, log: Log) -> Mapping[str, int]:
    """Return the place, from 1, of each trial that counts in a participant's order, by its key."""
    blocks = ordered_blocks(study, log.opening.row, log.opening.participant)
    return {trial.key: number for number, trial in enumerate((t for _, trials in blocks for t in trials), 1)}
