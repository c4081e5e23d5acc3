"""Hypothesis strategies for everything a record can hold."""

from __future__ import annotations

import re

import bioblue_envs
from hypothesis import strategies as st

from bioblue_tui.agents.base import Usage
from bioblue_tui.trials.events import (
    Answered,
    Asked,
    Ended,
    Event,
    Failed,
    Header,
    Noted,
    Paused,
    Rejected,
    Resumed,
    Stepped,
)

_PAIR = re.compile("[\ud800-\udbff][\udc00-\udfff]")

texts = st.one_of(
    st.text(st.characters(), max_size=30),
    st.lists(
        st.sampled_from(
            [
                "=",
                "+",
                "-",
                "@",
                "\t",
                "\r",
                "\n",
                "'",
                '"',
                "\\",
                "\\n",
                "\\u0000",
                " ",
                "\xa0",
                "\u2028",
                "\x85",
                "�",
                "�",
                "\x00",
                "\x1b[31m",
                "＝",
                "＠",
                "\ufeff",
                "5",
                "1, 2",
                "<b>",
                "[red]",
                "é",
            ]
        ),
        max_size=8,
    ).map("".join),
).filter(lambda text: not _PAIR.search(text))
"""Any text but halves of a surrogate pair in a row, which JSON cannot tell from the character they stand for."""

integers = st.one_of(st.integers(-(2**70), 2**70), st.integers(-(10**300), 10**300))
numbers = st.one_of(integers, st.floats(allow_nan=False, allow_infinity=False))
times = st.floats(0, 4e9)
steps = st.integers(1, 100_000)
attempts = st.integers(1, 50)
names = st.dictionaries(st.text(max_size=8).filter(lambda text: not _PAIR.search(text)), numbers, max_size=4)
usages = st.builds(Usage, *[st.none() | st.integers(0, 10**7)] * 3)


def _objects(values: st.SearchStrategy[object]) -> st.SearchStrategy[dict[str, object]]:
    return st.dictionaries(texts, values, max_size=3)


json_values = st.recursive(
    st.none() | st.booleans() | numbers | texts,
    lambda inner: st.lists(inner, max_size=3) | _objects(inner),
    max_leaves=5,
)


def _tuples(values: st.SearchStrategy[int] | st.SearchStrategy[int | float]) -> st.SearchStrategy[tuple[int, ...]]:
    return st.lists(values, max_size=4).map(tuple)  # type: ignore[arg-type]


notes: st.SearchStrategy[Noted] = st.builds(
    Noted, times, st.integers(0, 100_000), texts, texts, texts, texts, st.booleans()
)

events: st.SearchStrategy[Event] = st.one_of(
    notes,
    st.builds(Asked, times, steps, attempts, texts, texts),
    st.builds(
        Answered,
        times,
        steps,
        attempts,
        texts,
        texts,
        st.none() | times,
        texts,
        st.none() | usages,
        st.lists(texts, max_size=3).map(tuple),
    ),
    st.builds(Rejected, times, steps, attempts, texts),
    st.builds(Failed, times, steps, attempts, texts),
    st.builds(
        Stepped,
        times,
        steps,
        texts,
        _tuples(integers),
        _tuples(integers),
        _tuples(numbers),
        _tuples(numbers),
        names,
        names,
        names,
        texts,
    ),
    st.builds(Paused, times, steps, texts),
    st.builds(Resumed, times, steps),
    st.builds(Ended, times, st.integers(0, 100_000), texts),
)

headers: st.SearchStrategy[Header] = st.builds(
    Header,
    environment=st.just("balancing"),
    parameters=st.integers(2, 6).map(lambda n: dict(bioblue_envs.make("balancing", objectives=n).parameters)),
    seed=st.none() | integers,
    steps=st.integers(0, 100_000),
    agent=texts,
    model=texts,
    provider=_objects(json_values),
    instruction=texts,
    wording=texts,
    condition=texts,
    program=texts,
    created=texts,
    id=texts,
    parent=st.none() | _objects(json_values),
    presentation=texts,
    source=st.sampled_from(["live", "published"]),
    study=st.none() | _objects(json_values),
)
