"""Templates: what they render, and what is said of those that are none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bioblue_tui.wordings.template import Scope, Template, TemplateError

SCOPE = Scope(
    {"count": 2, "level": 5},
    {"rewards": True, "hint": False},
    {
        "objective": [Scope({"objective": "A"}, {"more": True}), Scope({"objective": "B"}, {"more": False})],
        "reward": [Scope({"name": "x", "value": -0.5}, {"more": False})],
    },
)


@pytest.mark.parametrize(
    ("text", "rendered"),
    [
        ("{count} of {level}", "2 of 5"),
        ("{{count}} }}{{", "{count} }{"),
        ("{if rewards}yes{else}no{end}, {if hint}yes{else}no{end}, {if not hint}not{end}", "yes, no, not"),
        ("{each objective}{objective}{if more}, {end}{end}", "A, B"),
        ("{each objective}{objective} {level};{end}", "A 5;B 5;"),
        ("a\n{if hint}\nb\n{end}\nc", "a\nc"),
        ("a\n  {if rewards}{each reward}  \n{name}: {value}\n{end}{end}\n\nc", "a\nx: -0.5\n\nc"),
        ("\n\n  a\r\n\n", "a"),
    ],
)
def test_a_template_says(text: str, rendered: str) -> None:
    assert Template(text, SCOPE).render(SCOPE) == rendered


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        ("a\n{cuont}", 2, "did you mean count"),
        ("a\n\n{if what}x{end}", 3, "there are rewards, hint"),
        ("{objective}", 1, "goes between {each objective} and {end}"),
        ("{if more}x{end}", 1, "belongs to each objective"),
        ("{each step}x{end}", 1, "there are objective, reward"),
        ("{each reward}{each objective}x{end}{end}", 1, "there is none"),
        ("\n{if rewards}\nx", 2, "{if rewards} has no {end}"),
        ("{if rewards}x{else}y{else}z{end}", 1, "two {else}"),
        ("{each reward}x{else}y{end}", 1, "{else} goes with {if"),
        ("x\n{end}", 2, "{end} without"),
        ("x\ny { z", 2, "write {{ for a brace"),
        ("x }", 1, "write }} for a brace"),
        ("{if rewards}" * 30, 1, "more than 20"),
        ("x" * 50_001, 1, "at most 50000"),
        ("{}", 1, "not known here"),
    ],
)
def test_what_is_no_template_says_where_and_why(text: str, line: int, what: str) -> None:
    with pytest.raises(TemplateError) as found:
        Template(text, SCOPE)
    assert (found.value.line, what in found.value.what) == (line, True), found.value.what


PARTS = st.sampled_from(
    [
        "a",
        "\n",
        "{{",
        "}}",
        "{",
        "}",
        "{count}",
        "{if rewards}",
        "{if not hint}",
        "{else}",
        "{end}",
        "{each reward}",
        " ",
    ]
)


@given(st.lists(PARTS | st.text(max_size=3), max_size=25).map("".join))
def test_any_text_is_rendered_or_refused_with_a_line(text: str) -> None:
    line = line_of_fault(text)
    assert 1 <= line <= len(text.splitlines()) + 1


def line_of_fault(text: str) -> int:
    try:
        rendered = Template(text, SCOPE).render(SCOPE)
    except TemplateError as error:
        return error.line
    assert rendered == rendered.strip()
    return 1


@given(st.text(max_size=40))
def test_what_has_no_braces_is_said_to_the_letter(text: str) -> None:
    plain = text.replace("{", "").replace("}", "")
    assert Template(plain, SCOPE).render(SCOPE) == plain.strip()


@given(st.text(max_size=20))
def test_what_is_filled_in_is_never_read_as_a_template(text: str) -> None:
    scope = Scope({"name": f"[{text}{{count}}]"})
    assert Template("{name}", scope).render(scope) == f"[{text}{{count}}]"
