"""Server-sent events come out the same wherever a network cut them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bioblue_tui.models.event_stream import EventDecoder

NAMES = st.sampled_from(["", "ping", "message_delta"])
LINES = st.text(st.characters(codec="utf-8", exclude_characters="\r\n"), max_size=8)


def events_of(*parts: bytes) -> list[tuple[str, str]]:
    decoder = EventDecoder()
    return [event for part in parts for event in decoder.feed(part)]


@given(
    st.lists(st.tuples(NAMES, st.lists(LINES, min_size=1, max_size=3)), max_size=4),
    st.sampled_from(["\n", "\r", "\r\n"]),
    st.data(),
)
def test_events_are_the_same_wherever_they_are_cut(
    events: list[tuple[str, list[str]]], end: str, data: st.DataObject
) -> None:
    lines: list[str] = []
    for name, texts in events:
        lines += [": a comment", *([f"event: {name}"] if name else []), *(f"data: {text}" for text in texts), ""]
    stream = "".join(line + end for line in lines).encode()
    cuts = sorted(data.draw(st.sets(st.integers(0, len(stream)))))
    parts = [stream[begin:stop] for begin, stop in zip([0, *cuts], [*cuts, len(stream)], strict=True)]
    assert events_of(*parts) == [(name, "\n".join(texts)) for name, texts in events]


def test_what_is_not_ended_is_no_event() -> None:
    assert events_of(b"data: 1\n\ndata: 2\n") == [("", "1")]


def test_a_name_without_data_is_no_event_and_names_no_other() -> None:
    assert events_of(b"event: ping\n\ndata:1\n\n") == [("", "1")]


def test_what_is_no_text_is_an_error() -> None:
    with pytest.raises(ValueError, match="utf-8"):
        events_of(b"data: \xff\n\n")


def test_a_line_in_a_thousand_parts_is_joined_once() -> None:
    assert events_of(b"data: ", *[b"x" * 1000] * 1000, b"\n\n") == [("", "x" * 1_000_000)]
