"""Loading a study: all of its file is checked, and every error names the file, the line and the field.

``EXAMPLE`` in ``example.py`` shows and explains every key.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import bioblue_envs

from bioblue_tui.runs.batch.items import Item, read_environment, read_parameter
from bioblue_tui.runs.batch.seeds import MAX_SEED, parse_seeds
from bioblue_tui.runs.spec_file import SpecError
from bioblue_tui.runs.trial_spec import STEPS, TrialSpec
from bioblue_tui.runs.values import label, switch, table, text, whole
from bioblue_tui.studies.idle import idle_keys
from bioblue_tui.studies.log import PRACTICE
from bioblue_tui.studies.order import design_rows
from bioblue_tui.studies.parts import PAGE, Copies, Reader, one_of, quoted, seconds, words
from bioblue_tui.studies.study import (
    Block,
    Breaks,
    Comprehension,
    Condition,
    Failing,
    Order,
    Page,
    Question,
    Study,
    StudyTrial,
)
from bioblue_tui.system.errors import BioBlueError
from bioblue_tui.system.toml_lines import Path as Way
from bioblue_tui.trials.events import MAX_STEPS
from bioblue_tui.wordings.collection import default
from bioblue_tui.wordings.words import WordingError

MOST_TRIALS = 1000
"""The most trials of one participant."""

_MOST_ROWS = 10_000

_TOP = (
    *("name", "title", "order", "seed", "steps", "feedback", "minutes", "incentives", "consent", "pages"),
    *("comprehension", "questions", "practice", "conditions", "blocks", "breaks", "questionnaire", "closing", "method"),
)
_BLOCK = ("name", "environments", "seeds", "conditions", "steps", "order", "minutes", "hurry", *PAGE)
_PRACTICE = ("environment", "seed", "condition", "steps", "minutes", "hurry")
_SECONDS, _MINUTES = "seconds from 0 to 86400", "minutes from 0 to 1440"

CLOSING = Page("Thank you. You have reached the end.\n\nPlease tell the experimenter.", "The end")
"""The last page unless the study has another."""

REST = Page("Rest for a moment. Continue when you are ready.", "A short rest")
"""The text of a break unless the study has another."""


class StudyError(BioBlueError):
    """A study that cannot be used or resumed. The message says what is wrong, where, and what to do."""


def load_study(path: Path, text: bytes | None = None, copies: Copies | None = None) -> Study:
    """Load and check a study.

    Args:
        path: The file; pages' files are looked up in its directory.
        text: Its content, where it is a copy that was kept; None to read the file.
        copies: The copies that were kept of the files and wordings it names; None to read them as they are now.

    Raises:
        StudyError: When it can't be read, or anything in it is wrong.
    """
    try:
        return _Loader(Reader(path, text, copies)).study()
    except SpecError as error:
        raise StudyError(str(error)) from None


class _Loader:
    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._values = reader.values

    def study(self) -> Study:
        reader, values = self._reader, self._values
        reader.known((), values, _TOP)
        for key in ("name", "blocks"):
            if not values.get(key):
                raise reader.error((), f"{key} is missing or empty; bioblue study init writes a whole file")
        name = reader.needed((), values, "name", label, "a short name without a slash")
        self._label = name
        self._steps = reader.value((), values, "steps", whole(1, MAX_STEPS), "a whole number above 0", STEPS)
        self._conditions = self._read_conditions()
        study = Study(
            name=name,
            title=reader.value((), values, "title", text, "a text", name),
            order=self._order((), values),
            seed=reader.value((), values, "seed", whole(0, MAX_SEED), "a whole number", 1),
            consent=self._page("consent"),
            pages=[reader.page(way, reader.table(way, value, PAGE)) for way, value in reader.items("pages")],
            comprehension=self._comprehension(),
            practice=list(self._practice()),
            blocks=self._blocks(),
            breaks=self._breaks(),
            feedback=reader.value((), values, "feedback", switch, "true or false", False),
            limit=60 * reader.value((), values, "minutes", _minutes, _MINUTES, 0.0),
            questionnaire=self._questions("questionnaire"),
            closing=self._page("closing") or CLOSING,
            incentives=reader.value((), values, "incentives", words, "a text", ""),
            method=self._method(),
            digest=self._digest(),
            text=reader.data,
            files=dict(reader.files),
            wordings=reader.wordings,
        )
        self._check(study)
        if reader.strict:
            for way, why in idle_keys(study, values):
                raise reader.error(way, f"does nothing: {why}")
        return study

    def _check(self, study: Study) -> None:
        count = sum(len(block.trials) for block in study.blocks) + len(study.practice)
        if count > MOST_TRIALS:
            raise self._reader.error((), f"{count} trials for each participant; a study has at most {MOST_TRIALS}")
        if design_rows(study) > _MOST_ROWS:
            raise self._reader.error(
                (), "a balanced order would need too many participants; make fewer orders balanced"
            )

    def _digest(self) -> str:
        whole = hashlib.sha256()
        for data in (self._reader.data, *(data for _, data in self._reader.files)):
            whole.update(hashlib.sha256(data).digest())
        return whole.hexdigest()[:16]

    def _page(self, key: str) -> Page | None:
        if key not in self._values:
            return None
        return self._reader.page((key,), self._reader.table((key,), self._values[key], PAGE))

    def _order(self, way: Way, given: Mapping[str, object]) -> Order:
        return cast(Order, self._reader.value(way, given, "order", one_of(Order), quoted(Order), "fixed"))

    def _method(self) -> Mapping[str, str]:
        given = self._reader.read(("method",), self._values.get("method", {}), table, "a table of texts")
        return {key: self._reader.read(("method", key), value, text, "a text") for key, value in given.items()}

    def _questions(self, key: str) -> Sequence[Question]:
        found: list[Question] = []
        for index, (way, value) in enumerate(self._reader.items(key), 1):
            ask = self._reader.question if key == "questionnaire" else self._reader.comprehension
            question = ask(way, value, index)
            if question.key in [known.key for known in found]:
                raise self._reader.error(way, f"there are two questions with the key {question.key}")
            found.append(question)
        return found

    def _comprehension(self) -> Comprehension:
        reader, way = self._reader, ("comprehension",)
        given = reader.table(way, self._values.get("comprehension", {}), ("tries", "reread", "failing"))
        questions = self._questions("questions")
        if given and not questions and reader.strict:
            raise self._reader.error(way, "there is no question it could be about: [[questions]] expected")
        return Comprehension(
            questions,
            reader.value(way, given, "tries", whole(1, 100), "a whole number from 1 to 100", 2),
            reader.value(way, given, "reread", switch, "true or false", True),
            cast(Failing, reader.value(way, given, "failing", one_of(Failing), quoted(Failing), "exclude")),
        )

    def _breaks(self) -> Breaks:
        reader, way = self._reader, ("breaks",)
        given = reader.table(way, self._values.get("breaks", {}), ("every", "between_blocks", *PAGE))
        every = reader.value(way, given, "every", whole(0, MOST_TRIALS), "a number of trials", 0)
        between = reader.value(way, given, "between_blocks", switch, "true or false", False)
        page = self._break_page(given)
        if every or between:
            return Breaks(every, between, page)
        if reader.strict and not given.keys().isdisjoint(PAGE):
            raise self._reader.error(way, "there is no break: every = 4, or between_blocks = true, expected")
        return Breaks()

    def _break_page(self, given: Mapping[str, object]) -> Page:
        written = given if "text" in given or "file" in given else {**given, "text": REST.text}
        return self._reader.page(("breaks",), {"title": REST.title, **written})

    # Trials

    def _read_conditions(self) -> Mapping[str, tuple[Way, Condition]]:
        found: dict[str, tuple[Way, Condition]] = {}
        for way, value in self._reader.items("conditions"):
            condition = self._reader.condition(way, value)
            if condition.name in found:
                raise self._reader.error((*way, "name"), f"there are two conditions named {condition.name}")
            found[condition.name] = (way, condition)
        return found or {"gauges": ((), Condition("gauges", wording=self._reader.wording((), {})))}

    def _practice(self) -> Iterator[StudyTrial]:
        reader = self._reader
        for index, (way, value) in enumerate(self._reader.items("practice"), 1):
            given = reader.table(way, value, _PRACTICE)
            if "environment" not in given:
                raise self._reader.error(way, 'environment is missing, such as environment = "homeostasis"')
            world = read_environment(reader, (*way, "environment"), given["environment"])
            seed = reader.value(way, given, "seed", whole(0, MAX_SEED), "a whole number", 1)
            first = next(iter(self._conditions))
            name = reader.value(way, given, "condition", self._condition, "the name of a condition", first)
            trial = self._trial(way, given, PRACTICE, world, self._conditions[name], seed)
            yield trial(f"{PRACTICE}.{index}")

    def _blocks(self) -> Sequence[Block]:
        blocks = [self._block(way, value) for way, value in self._reader.items("blocks")]
        for index, block in enumerate(blocks):
            if block.name == PRACTICE or block.name in [other.name for other in blocks[:index]]:
                raise self._reader.error(
                    ("blocks", index, "name"), f"another name than {block.name} expected; it is taken"
                )
        return blocks

    def _block(self, way: Way, value: object) -> Block:
        reader = self._reader
        given = reader.table(way, value, _BLOCK)
        name = reader.needed(way, given, "name", label, "a short name without a slash")
        listed = reader.needed(way, given, "environments", _some, 'a list such as ["homeostasis"]')
        worlds = [read_environment(reader, (*way, "environments", index), one) for index, one in enumerate(listed)]
        seeds = reader.needed(way, given, "seeds", _seeds, 'seeds such as "1-3" or [1, 4, 7]')
        wanted = "a list of names of conditions"
        names = reader.value(way, given, "conditions", self._names, wanted, list(self._conditions))
        makers = [
            self._trial(way, given, name, world, self._conditions[condition], seed)
            for condition in names
            for world in worlds
            for seed in seeds
        ]
        if len(makers) > MOST_TRIALS:
            raise reader.error(way, f"{len(makers)} trials; a study has at most {MOST_TRIALS} for each participant")
        trials = [make(f"{name}.{index}") for index, make in enumerate(makers, 1)]
        page = reader.page(way, given) if self._says(way, given) else None
        return Block(name, trials, self._order(way, given), page)

    def _says(self, way: Way, given: Mapping[str, object]) -> bool:
        """Return whether a table has a page; without one, a title or a least time would do nothing."""
        written = "text" in given or "file" in given
        for key in ("title", "least"):
            if self._reader.strict and key in given and not written:
                raise self._reader.error((*way, key), "belongs to a page: text or file is missing")
        return written

    def _trial(
        self,
        way: Way,
        given: Mapping[str, object],
        block: str,
        world: Item,
        placed: tuple[Way, Condition],
        seed: int,
    ) -> _Maker:
        reader, (place, condition) = self._reader, placed
        parameters = {**world.parameters, **condition.parameters}
        known = {parameter.name for parameter in bioblue_envs.parameters(world.name)}
        for key, value in condition.parameters.items():
            if key in known:
                parameters[key] = read_parameter(reader, place, world.name, key, value)
        try:
            # Lists in a TOML file and tuples in an environment mean the same.
            bioblue_envs.make(world.name, **parameters)
        except bioblue_envs.ParameterError as error:
            told = f"{error} (environment {world.name}, condition {condition.name})"
            own = {key: value for key, value in world.parameters.items() if key not in condition.parameters}
            where = place if place and _fits(world.name, own) else world.way
            raise reader.error(where, told, world.name) from None
        steps = reader.value(way, given, "steps", whole(1, MAX_STEPS), "a whole number above 0", self._steps)
        minutes = reader.value(way, given, "minutes", _minutes, _MINUTES, 0.0)
        hurry = reader.value(way, given, "hurry", seconds, _SECONDS, 0.0)
        name = PRACTICE if block == PRACTICE else condition.name
        try:
            (condition.wording or default()).of(world.name)
        except WordingError as error:
            raise self._reader.error((*place, "wording"), str(error)) from None
        spec = TrialSpec(
            world.name,
            "human",
            parameters,
            seed,
            steps,
            condition.prompt_only,
            condition=f"{self._label}/{name}",
            wording=condition.wording,
        )
        return _Maker(spec, block, condition.name, 60 * minutes, hurry)

    def _condition(self, value: object) -> str:
        if isinstance(value, str) and value in self._conditions:
            return value
        raise ValueError(f"there are {', '.join(self._conditions)}")

    def _names(self, value: object) -> list[str]:
        names = [self._condition(name) for name in _some(value)]
        if len(set(names)) < len(names):
            raise ValueError
        return names


@dataclass(frozen=True, slots=True)
class _Maker:
    """A trial that has no key yet."""

    spec: TrialSpec
    block: str
    condition: str
    limit: float
    hurry: float

    def __call__(self, key: str) -> StudyTrial:
        return StudyTrial(key, self.spec, self.block, self.condition, self.limit, self.hurry)


def _fits(environment: str, parameters: Mapping[str, object]) -> bool:
    try:
        bioblue_envs.make(environment, **parameters)
    except bioblue_envs.ParameterError:
        return False
    return True


def _minutes(value: object) -> float:
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1440:
        return float(value)
    raise ValueError


def _some(value: object) -> list[object]:
    if isinstance(value, list) and value:
        return value
    raise ValueError


def _seeds(value: object) -> Sequence[int]:
    if isinstance(value, int) and not isinstance(value, bool):
        value = [value]
    if isinstance(value, str):
        return parse_seeds(value)
    seeds = [whole(0, MAX_SEED)(seed) for seed in _some(value)]
    if len(seeds) > MOST_TRIALS or len(set(seeds)) < len(seeds):
        raise ValueError
    return seeds
