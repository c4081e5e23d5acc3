"""A study with people as its file describes it: pages, questions, and blocks of trials."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from bioblue_tui.runs.trial_spec import TrialSpec
from bioblue_tui.studies.log import PRACTICE
from bioblue_tui.wordings.wording import Wording

Order = Literal["fixed", "balanced", "random"]
"""As written; a Latin square over the participants; or drawn for each participant from the study's seed."""

Kind = Literal["choice", "number", "text", "scale"]
"""One of several options; a number; free text; a whole number from ``low`` to ``high``."""

NUMBERS = ("number", "scale")
"""Kinds whose answers are whole numbers."""

Failing = Literal["exclude", "continue"]
"""After wrong answers in the last try, the study either ends for the participant, or continues and is marked."""


_PLACEHOLDERS = ("", "…", "todo", "tbd", "to do", "to be filled in", "fill in", "xxx", "?", "-")

_OLD_PLACEHOLDERS = (
    "How participants were found, and who could take part.",
    "Which board approved it, under which number.",
)
"""Texts in the method table of older programs' example: they say what to write there, and state nothing."""


def is_placeholder(text: str) -> bool:
    """Return whether a text is a placeholder for one that is still to be written."""
    return text.strip().rstrip(".:").strip().lower() in _PLACEHOLDERS or text.strip() in _OLD_PLACEHOLDERS


@dataclass(frozen=True, slots=True)
class Page:
    """Something to read.

    Attributes:
        text: Markdown.
        title: Its heading; may be empty.
        least: Seconds that must pass before one can continue.
    """

    text: str
    title: str = ""
    least: float = 0


@dataclass(frozen=True, slots=True)
class Question:
    """Something to answer.

    Attributes:
        key: Its name in exports.
        text: The question.
        kind: How it is answered.
        options: The options of a choice; the numbers of a scale.
        answer: The right answer, of a comprehension question; empty elsewhere.
        why: The explanation after a wrong answer.
        labels: What the ends of a scale mean; may be empty.
        required: Whether it must be answered.
    """

    key: str
    text: str
    kind: Kind = "text"
    options: Sequence[str] = ()
    answer: str = ""
    why: str = ""
    labels: tuple[str, str] = ("", "")
    required: bool = True


@dataclass(frozen=True, slots=True)
class Condition:
    """What differs between trials.

    Attributes:
        name: Its label.
        prompt_only: True for exactly the text a model gets; False for gauges, too.
        parameters: Parameters of environments that it sets.
        wording: What participants are told, and in which words; None for the default wording.
    """

    name: str
    prompt_only: bool = False
    parameters: Mapping[str, object] = field(default_factory=dict)
    wording: Wording | None = None


@dataclass(frozen=True, slots=True)
class StudyTrial:
    """One trial of a study.

    Attributes:
        key: Its name in exports, the same for every participant.
        spec: What is played; participant and place are added when it begins.
        block: Name of its block; ``practice`` for a practice trial.
        condition: Name of its condition.
        limit: Seconds after which it ends; 0 for no limit.
        hurry: Seconds after which the participant is asked to hurry; 0 for never.
    """

    key: str
    spec: TrialSpec
    block: str
    condition: str
    limit: float = 0
    hurry: float = 0

    @property
    def practice(self) -> bool:
        """True for a trial that does not count."""
        return self.block == PRACTICE


@dataclass(frozen=True, slots=True)
class Block:
    """Trials that belong together.

    Attributes:
        name: Its label.
        trials: Its trials as written.
        order: In which order they are played.
        page: The page before it; None for no page.
    """

    name: str
    trials: Sequence[StudyTrial]
    order: Order = "fixed"
    page: Page | None = None


@dataclass(frozen=True, slots=True)
class Comprehension:
    """Questions that check whether the instructions were understood.

    Attributes:
        questions: The questions.
        tries: How often they may be answered.
        reread: Whether the pages are shown again before another try.
        failing: What happens after a failed last try.
    """

    questions: Sequence[Question] = ()
    tries: int = 2
    reread: bool = True
    failing: Failing = "exclude"


@dataclass(frozen=True, slots=True)
class Breaks:
    """Rests between trials.

    Attributes:
        every: After how many trials; 0 for none.
        between: Whether there is one between blocks.
        page: The page that is shown.
    """

    every: int = 0
    between: bool = False
    page: Page = field(default_factory=lambda: Page("", "A short rest"))


@dataclass(frozen=True, slots=True)
class Study:
    """A study.

    Attributes:
        name: Its label, in records and in the data directory.
        title: The name that participants read.
        order: In which order the blocks are played.
        seed: What random orders are drawn from, together with a participant's code.
        consent: The page to agree to; None for no such page.
        pages: Instructions.
        comprehension: Questions about them.
        practice: Practice trials, which do not count.
        blocks: Trials that count.
        breaks: Rests between them.
        feedback: Whether a score is shown after each trial.
        limit: Seconds of trials after which no further one begins; 0 for no limit.
        questionnaire: Closing questions.
        closing: The last page.
        incentives: What participants are told they get.
        method: Statements for the method sheet, by heading.
        digest: Hash of everything that was read, pages included.
        text: The file itself.
        files: Contents of the files it names, by their names as written there.
        wordings: The wordings it uses, by their names as written there; the default one has an empty name.
    """

    name: str
    title: str
    order: Order
    seed: int
    consent: Page | None
    pages: Sequence[Page]
    comprehension: Comprehension
    practice: Sequence[StudyTrial]
    blocks: Sequence[Block]
    breaks: Breaks
    feedback: bool
    limit: float
    questionnaire: Sequence[Question]
    closing: Page
    incentives: str
    method: Mapping[str, str]
    # Two studies are equal when no participant could tell them apart, whatever their files' comments say.
    digest: str = field(compare=False)
    text: bytes = field(default=b"", compare=False, repr=False)
    files: Mapping[str, bytes] = field(default_factory=dict, compare=False, repr=False)
    wordings: Mapping[str, Wording] = field(default_factory=dict, compare=False, repr=False)

    def trial(self, key: str) -> StudyTrial | None:
        """Return a trial by its key, or None."""
        return next((trial for trial in (*self.practice, *self.trials) if trial.key == key), None)

    @property
    def trials(self) -> list[StudyTrial]:
        """Every trial that counts, as written."""
        return [trial for block in self.blocks for trial in block.trials]

    @property
    def rereads(self) -> bool:
        """Whether pages are shown again before another try at the questions about them."""
        return self.comprehension.reread and self.comprehension.tries > 1 and bool(self.pages)
