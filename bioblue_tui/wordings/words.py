"""The words for one environment: templates of what an agent is told, checked and filled in."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from itertools import islice

from bioblue_envs import Dimension, Environment, State, Transition

from bioblue_tui.formatting.text import one_line
from bioblue_tui.system.errors import BioBlueError
from bioblue_tui.wordings.facts import example, label_scope, news, rules
from bioblue_tui.wordings.template import MOST, Scope, Template, TemplateError

NEEDED = ("instruction", "observation", "question")
"""Texts that every environment needs."""

ADDED = ("summary", "reason")
"""Texts that interventions add to an observation."""


LONGEST_LABEL = 200
"""Most characters of a reward's name: it is repeated wherever rewards are told."""


class WordingError(BioBlueError, ValueError):
    """A wording that cannot be used. The message has a line for each mistake: what, where, and what is expected."""


class Mistakes(list[WordingError]):
    """The mistakes that were found."""

    @contextmanager
    def noted(self) -> Iterator[None]:
        """Keep an error that is raised inside, and continue."""
        try:
            yield
        except WordingError as error:
            self.append(error)

    def check(self) -> None:
        """Raise the mistakes that were found, as one error.

        Raises:
            WordingError: When there are any.
        """
        if self:
            lines = list(dict.fromkeys(line for error in self for line in str(error).split("\n")))
            more = ["More mistakes follow."] if len(lines) > MOST else []
            raise WordingError("\n".join([*lines[:MOST], *more])) from None


Fault = Callable[[str, int, str], WordingError]
"""Makes the error for a key, a line of its text (0 for the key itself), and what is wrong there."""


def fault_in(place: str) -> Fault:
    """Return a function that makes errors about words that are not in a file."""

    def fault(key: str, line: int, what: str) -> WordingError:
        return WordingError(f"{place}: {one_line(key, 60)}{f', line {line}' if line else ''}: {what}")

    return fault


class Words:
    """The words for one environment.

    Args:
        id_: The environment's id.
        given: Templates by name, and ``labels``: names of reward dimensions by the dimensions' own labels.
        fault: Makes errors.

    Raises:
        WordingError: When anything is missing, has the wrong type, is not a template, or names something unknown.
    """

    def __init__(self, id_: str, given: Mapping[str, object], fault: Fault | None = None) -> None:
        fault = fault or fault_in(f"the words for {id_}")
        self.id, self.given = id_, given
        environment, state, last = example(id_)
        keys = (*NEEDED, *ADDED, "labels")
        odd = (fault(key, 0, f"not known; there are {', '.join(keys)}") for key in given if key not in keys)
        found = Mistakes(islice(odd, MOST + 1))
        wanted = tuple(dict.fromkeys(dimension.label for dimension in environment.dimensions))
        self._labels: dict[str, Template] = {}
        told = given.get("labels")
        if not isinstance(told, Mapping):
            found.append(fault("labels", 0, f"a table expected, with names for {', '.join(wanted)}"))
            told = dict.fromkeys(wanted, "")
        for label in dict.fromkeys((*islice(told, MOST + 1), *wanted)):
            with found.noted():
                if label not in wanted:
                    raise fault(f"labels.{label}", 0, f"no reward has this name; there are {', '.join(wanted)}")
                if isinstance(told.get(label), str) and len(told[label]) > LONGEST_LABEL:
                    raise fault(f"labels.{label}", 0, f"a name of at most {LONGEST_LABEL} characters expected")
                owner = label_scope(environment.dimensions[0].objective)
                self._labels[label] = _template(f"labels.{label}", told.get(label), owner, fault)
        seen = news(environment, state, last, dict.fromkeys((d.key for d in environment.dimensions), ""))
        scopes = {"instruction": rules(environment), "reason": Scope()}
        self._templates: dict[str, Template] = {}
        for key in keys[:-1]:
            with found.noted():
                self._templates[key] = _template(key, given.get(key), scopes.get(key, seen), fault)
                if key in NEEDED and not str(given[key]).strip():
                    raise fault(key, 0, "it is empty")
        found.check()
        told_at = [
            self._templates["observation"].render(news(environment, at, None, {}))
            for at in (environment.initial(), state)
        ]
        if told_at[0] == told_at[1]:
            raise fault("observation", 0, "it says nothing of the state; every step would look the same to the agent")

    def instruction(self, environment: Environment) -> str:
        """Return the system instruction: the rules and how to answer."""
        return self._templates["instruction"].render(rules(environment))

    def observation(self, environment: Environment, state: State, last: Transition | None) -> str:
        """Return one step's observation with its closing question."""
        scope = self._news(environment, state, last)
        return "\n\n".join(self._templates[key].render(scope) for key in ("observation", "question"))

    def summary(self, environment: Environment, state: State) -> str:
        """Return the text that the intervention ``summary`` adds to an observation."""
        return self._templates["summary"].render(self._news(environment, state, None))

    @property
    def reason(self) -> str:
        """The text that the intervention ``reason`` adds to an observation."""
        return self._templates["reason"].render(Scope())

    def tell_rewards_apart(self, fault: Fault) -> None:
        """Check that every reward has its own name; objectives may share names unless a list names all rewards.

        Raises:
            WordingError: When a reward has no name, or another's name.
        """
        environment, _, _ = example(self.id)
        found = Mistakes()
        listed = "{each reward}" in str(self.given["observation"])
        seen: dict[tuple[str, str], Dimension] = {}
        for dimension in environment.dimensions:
            label = dimension.label
            name = self._labels[label].render(label_scope(dimension.objective)).strip()
            if not one_line(name).strip():
                found.append(fault(f"labels.{label}", 0, "it is empty; a name for the reward expected"))
                continue
            other = seen.setdefault(("" if listed else dimension.objective or "", name.casefold()), dimension)
            if other is dimension:
                continue
            if other.label == label:
                what = f"the same name for every objective ({one_line(name, 40)!r}); write {{objective}} in it"
            else:
                what = f"{one_line(name, 40)!r} is the name of another reward, too; each needs one of its own"
            found.append(fault(f"labels.{label}", 0, what))
        found.check()

    def name(self, dimension: Dimension) -> str:
        """Return a reward's name, on one line."""
        return one_line(self._labels[dimension.label].render(label_scope(dimension.objective))).strip()

    def _news(self, environment: Environment, state: State, last: Transition | None) -> Scope:
        names = {d.key: self._labels[d.label].render(label_scope(d.objective)) for d in environment.shown_dimensions}
        return news(environment, state, last, names)


def _template(key: str, text: object, known: Scope, fault: Fault) -> Template:
    if not isinstance(text, str):
        raise fault(key, 0, "missing" if text is None else "a text expected")
    try:
        return Template(text, known)
    except TemplateError as error:
        found = Mistakes(fault(key, one.line, one.what) for one in (error, *error.others))
    found.check()
    raise AssertionError(key)
