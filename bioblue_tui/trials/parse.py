"""Reading an answer into a legal action, or into the reason why it has none."""

from __future__ import annotations

from bioblue_envs import Environment, IllegalAction, State

from bioblue_tui.trials.reading.outcome import MAX_DIGITS, Reading

RULE = "statement-2.8"
"""Name of this rule, as records hold it. The number after the point is raised whenever any answer is read otherwise."""


def read_answer(text: str, environment: Environment, state: State, shown: str = "") -> Reading:
    """Read an answer into an action that is legal in this state. Never raises, whatever the text.

    Takes time in proportion to the length of the text.

    Args:
        text: The answer, verbatim.
        environment: The environment.
        state: Its state.
        shown: The question; lines of the answer that only repeat it do not count.
    """
    reading = bare_numbers(text, len(environment.objectives)) or _weighed(text, environment, state, shown)
    if reading.action is not None:
        try:
            environment.check(state, reading.action)
        except IllegalAction as error:
            return Reading(None, "illegal", str(error))
    return reading


def bare_numbers(text: str, count: int) -> Reading | None:
    """Return the reading of an answer that is only the expected numbers; None for any other answer."""
    numbers = text.strip(" \n").split(", ")
    plain = all(each.isascii() and each.isdigit() and len(each) <= MAX_DIGITS for each in numbers)
    if len(numbers) != count or not plain or any(each != "0" and each[0] == "0" for each in numbers):
        return None
    return Reading(tuple(map(int, numbers)), clause="alone", part="all of it")


def prepare() -> None:
    """Load the words of the rule before the first answer needs them: it takes part of a second. Any thread may call."""
    from bioblue_tui.trials.reading import decide, rest  # noqa: F401


def _weighed(text: str, environment: Environment, state: State, shown: str) -> Reading:
    # Imported late, since the rule has many words: commands that only list, or play a policy, need not wait for them.
    from bioblue_tui.trials.reading.decide import read_integers
    from bioblue_tui.trials.reading.rest import shown_numbers

    return read_integers(text, environment, shown, shown_numbers(environment, state, shown))
