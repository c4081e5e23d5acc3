"""Counts that a server makes up: an impossible one is unknown, and whatever it says can be read again."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bioblue_tui.agents.base import Usage
from bioblue_tui.models import anthropic_reading, openai_reading
from bioblue_tui.models.endpoint import Endpoint
from bioblue_tui.models.faults import Source
from bioblue_tui.models.response import MOST_TOKENS, Form
from bioblue_tui.models.stream import Hearing
from bioblue_tui.records.decoding import decode_event
from bioblue_tui.records.schema import dumps, encode_event, loads
from bioblue_tui.trials.events import Answered

ANSWERED = Answered(1.0, 1, 1, "3", "model")

COUNTS = st.one_of(
    st.integers(-(10**20), 10**20),
    st.integers(0, 400).map(lambda power: 10**power),
    st.floats(),
    st.booleans(),
    st.none(),
    st.text(max_size=3),
)
NAMES = [
    *("input_tokens", "output_tokens", "cache_read_input_tokens", "cache_creation_input_tokens"),
    *("prompt_tokens", "completion_tokens", "total_tokens", "prompt_cache_hit_tokens", "cost"),
]


def bodies(form: Form, usage: object) -> dict[str, object]:
    if form is anthropic_reading.FORM:
        return {"content": [{"type": "text", "text": "3"}], "stop_reason": "end_turn", "usage": usage}
    return {"choices": [{"message": {"content": "3"}, "finish_reason": "stop"}], "usage": usage}


def read(form: Form, usage: object) -> Usage | None:
    source = Source(Endpoint("", "", "", "", True, "", {}, "", ()), "model", 1)
    return form.whole(bodies(form, usage), source, Hearing(lambda piece: None, ())).usage


@pytest.mark.parametrize("form", [anthropic_reading.FORM, openai_reading.FORM])
@given(usage=st.dictionaries(st.sampled_from(NAMES), COUNTS))
def test_whatever_a_server_counts_can_be_read_again(form: Form, usage: dict[str, object]) -> None:
    found = read(form, usage)
    event = replace(ANSWERED, usage=found)
    assert decode_event(loads(dumps(encode_event(event))), None) == event
    for count in (found.input, found.cached, found.output, found.written) if found else ():
        assert count is None or 0 <= count <= 3 * MOST_TOKENS


@pytest.mark.parametrize("count", [10**309, 10**20, MOST_TOKENS + 1, -1, float("inf")])
def test_an_impossible_count_is_unknown(count: float) -> None:
    for form in (anthropic_reading.FORM, openai_reading.FORM):
        usage = {"prompt_tokens": count, "completion_tokens": 5, "input_tokens": count, "output_tokens": 5}
        assert read(form, usage) == Usage(None, None, 5)
