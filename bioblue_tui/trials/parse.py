"""Reading an answer into an action that is legal, or into the reason why there is none."""

from __future__ import annotations

from bioblue_envs import Environment, IllegalAction, State

from bioblue_tui.trials.reading.outcome import MAX_DIGITS, Reading

RULE = "statement-2.8"
"""Name of this rule, as records hold it; behind the point how closely it is read, raised where a reading changes."""


def read_answer(text: str, environment: Environment, state: State, shown: str = "") -> Reading:
    """Read an answer into an action that is legal in this state. Never raises, whatever the text.

    Takes time in proportion to the length of the text.

    Args:
        text: The answer, verbatim.
        environment: The world.
        state: Its state.
        shown: What was asked; lines that only repeat it say nothing.
    """
    reading = bare_numbers(text, len(environment.objectives)) or _weighed(text, environment, state, shown)
    if reading.action is not None:
        try:
            environment.check(state, reading.action)
        except IllegalAction as error:
            return Reading(None, "illegal", str(error))
    return reading


def bare_numbers(text: str, count: int) -> Reading | None:
    """Return the reading of an answer that is nothing but the numbers wanted; None where there is more to weigh."""
    numbers = text.strip(" \n").split(", ")
    plain = all(each.isascii() and each.isdigit() and len(each) <= MAX_DIGITS for each in numbers)
    if len(numbers) != count or not plain or any(each != "0" and each[0] == "0" for each in numbers):
        return None
    return Reading(tuple(map(int, numbers)), clause="alone", part="all of it")


def prepare() -> None:
    """Load the words of the rule, which takes a part of a second, before an answer waits for it. Any thread may."""
    from bioblue_tui.trials.reading import decide, rest  # noqa: F401


def _weighed(text: str, environment: Environment, state: State, shown: str) -> Reading:
    # The words of the rule are many: whoever only lists, or plays by a policy, does not wait until they are there.
    from bioblue_tui.trials.reading.decide import read_integers
    from bioblue_tui.trials.reading.rest import shown_numbers

    return read_integers(text, environment, shown, shown_numbers(environment, state, shown))
