import json
from typing import Any

import bioblue_envs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bioblue_tui.records.fields import quoted
from bioblue_tui.records.schema import (
    SCHEMA_VERSION,
    DecodeError,
    NotInstalled,
    decode_event,
    decode_header,
    dumps,
    encode_event,
    encode_header,
    loads,
)
from bioblue_tui.trials.events import Event, Header, Noted
from tests.support.record_strategies import events, headers
from tests.support.records import header_for, play

HEADER = encode_header(header_for(bioblue_envs.make("multi-homeostasis")))
EVENTS = {
    str(data["event"]): data
    for data in map(
        encode_event,
        [
            *play(header_for(bioblue_envs.make("homeostasis")), rejected=["-1", "no"]),
            Noted(1.0, 2, "n1", "odd", "greed", "me"),
        ],
    )
}
WRONG: list[Any] = [None, True, -1, 0.5, "x", [], {}, ["x"], [True], [None], {"a": "b"}, {"a": True}]


@given(events)
def test_every_event_comes_back_exactly(event: Event) -> None:
    line = dumps(encode_event(event))
    assert line.isascii()
    assert "\n" not in line
    back = decode_event(loads(line))
    assert back == event
    assert repr(back) == repr(event)


@given(headers)
def test_every_header_comes_back_exactly(header: Header) -> None:
    back, newer = decode_header(loads(dumps(encode_header(header))))
    assert back == header
    assert not newer


def test_the_examples_hold_every_kind_of_event() -> None:
    assert len(EVENTS) == 9


@pytest.mark.parametrize("name", EVENTS)
def test_wrong_types_are_errors_in_every_field(name: str) -> None:
    found = 0
    for field in EVENTS[name]:
        for value in WRONG:
            data = {**EVENTS[name], field: value}
            message, decoded = "", None
            try:
                decoded = decode_event(data)
            except DecodeError as error:
                message = str(error)
            if message:
                found += 1
                assert field in message or field == "event"
            else:
                assert decoded is not None
                # What is accepted must be what was written, not something it was turned into.
                kept = json.loads(dumps(encode_event(decoded)))[field]
                assert kept == value or (field, value) == ("usage", {})
                assert not isinstance(value, bool) or field == "deleted"
    assert found > len(EVENTS[name])


@pytest.mark.parametrize("field", HEADER)
def test_wrong_types_are_errors_in_every_field_of_the_header(field: str) -> None:
    wrong = [value for value in WRONG if type(value) is not type(HEADER[field])] + [True]
    allowed = {"seed": (None, -1), "parent": (None,), "study": (None,), "source": ("live",), "steps": ()}.get(field, ())
    if field in ("parent", "study"):
        wrong = [value for value in wrong if not isinstance(value, dict)]
    for value in wrong:
        if any(value is good or (value == good and type(value) is type(good)) for good in allowed):
            continue
        with pytest.raises(DecodeError):
            decode_header({**HEADER, field: value})


OPTIONAL = {
    "answered": 6,
    "stepped": 4,
    "paused": 1,
    "noted": 3,
    "rejected": 1,
    "failed": 2,
    "retrying": 1,
    "interrupted": 1,
}
"""How many fields of an event may be missing."""


@pytest.mark.parametrize("name", EVENTS)
def test_missing_fields_take_their_default_or_are_errors(name: str) -> None:
    optional = OPTIONAL.get(name, 0)
    missing = 0
    for field in EVENTS[name]:
        rest = {key: value for key, value in EVENTS[name].items() if key != field}
        try:
            assert decode_event(rest) is not None
            missing += 1
        except DecodeError:
            pass
    assert missing == optional


@pytest.mark.parametrize("name", EVENTS)
def test_the_order_of_fields_does_not_matter(name: str) -> None:
    assert decode_event(dict(reversed(EVENTS[name].items()))) == decode_event(EVENTS[name])


def test_unknown_things_are_errors_in_our_version_and_warnings_in_a_newer_minor_one() -> None:
    odd, later = {**EVENTS["paused"], "mood": 1}, {"event": "praised", "at": 0.0, "step": 1}
    for data in (odd, later):
        with pytest.raises(DecodeError, match="unknown"):
            decode_event(data)
    unknown: list[str] = []
    assert decode_event(odd, unknown) == decode_event(EVENTS["paused"])
    assert decode_event(later, unknown) is None
    assert unknown == ["field 'mood'", "event 'praised'"]


def test_versions() -> None:
    major, minor = map(int, SCHEMA_VERSION.split("."))
    assert decode_header({**HEADER, "schema": f"{major}.{minor + 1}", "mood": 1})[1]
    with pytest.raises(DecodeError, match="newer version"):
        decode_header({**HEADER, "schema": f"{major + 1}.0"})
    for nonsense in (None, 1.0, "1", "one.two", "1.0.0", "9" * 5000 + ".0"):
        with pytest.raises(DecodeError):
            decode_header({**HEADER, "schema": nonsense})


@pytest.mark.parametrize(
    "line",
    [
        "",
        "{",
        "nul",
        '{"a": NaN}',
        "[Infinity]",
        "[-Infinity]",
        "[" * 100_000,
        '{"a":' * 100_000,
        "1 2",
        "1" * 5000,
        '"\\x"',
    ],
)
def test_what_is_no_json_is_one_kind_of_error(line: str) -> None:
    with pytest.raises(DecodeError) as caught:
        loads(line)
    assert len(str(caught.value)) < 200


@given(st.text(max_size=50))
def test_any_text_is_json_or_a_decode_error(line: str) -> None:
    try:
        value = loads(line)
    except DecodeError:
        return
    assert value == json.loads(line)


@pytest.mark.parametrize(
    "value",
    [float("nan"), float("inf"), pytest.param(10**5000, id="long"), object(), {1, 2}],
    ids=lambda v: type(v).__name__,
)
def test_what_json_cannot_hold_is_not_written(value: object) -> None:
    with pytest.raises(DecodeError):
        dumps({"value": value})


@pytest.mark.parametrize("number", ["1e999", "-1e999", pytest.param("9" * 400, id="400 digits")])
@pytest.mark.parametrize("field", ["before", "rewards", "at"])
def test_numbers_beyond_floats_are_errors(number: str, field: str) -> None:
    text = {"before": f"[{number}]", "rewards": f'{{"consumption":{number}}}', "at": number}[field]
    data = {**EVENTS["stepped"], field: loads(text)}
    with pytest.raises(DecodeError, match=field):
        decode_event(data)


@pytest.mark.parametrize("number", ["1e999", pytest.param("9" * 400, id="400 digits")])
@pytest.mark.parametrize("field", ["provider", "words", "parent", "study"])
def test_what_nothing_can_be_reckoned_with_is_an_error_wherever_it_stands_in_the_header(
    field: str, number: str
) -> None:
    with pytest.raises(DecodeError, match=f"{field}: a value in it"):
        decode_header({**HEADER, field: loads(f'{{"x": [1, {{"y": {number}}}]}}')})


@pytest.mark.parametrize(
    "parameters",
    [
        {"id": 1},
        {"multiple": True},
        {"self": 1},
        {"target": 10**400},
        {"target": "x"},
        {"objectives": 99},
        {"\x1b[31m": 1},
    ],
)
def test_hostile_parameters_are_decode_errors(parameters: dict[str, object]) -> None:
    with pytest.raises(DecodeError) as caught:
        decode_header({**HEADER, "parameters": parameters})
    assert str(caught.value).isprintable()


def test_what_a_file_holds_is_quoted_as_it_stands() -> None:
    assert quoted("\x1b[31mevil") == "'\\x1b[31mevil'"
    assert quoted("a\\b it's") == "'a\\b it's'"
    assert quoted({"a": 1}) == "'an object'"


def test_an_unknown_environment_is_not_installed() -> None:
    with pytest.raises(NotInstalled, match="'homeostasys' is not installed here"):
        decode_header({**HEADER, "environment": "homeostasys"})
