"""A wording's file to start from: a built-in one under another name, with all placeholders and conditions explained."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator, Mapping

import bioblue_envs

from bioblue_tui.wordings.collection import source_of
from bioblue_tui.wordings.facts import SWITCHES, VALUES

_HEAD = """\
A wording: what agents are told. bioblue wording check FILE says what is wrong in it, and bioblue wording show FILE what
it tells; --wording FILE plays with it. Raise the version whenever you change a word.

For each environment: instruction (the system prompt), observation and question (one message, a blank line between
them), labels (names of the rewards), and what interventions may add: summary, and reason, which is the same for all.
summary and reason may be left out; then those of plain are used.

{name} stands for a value. {if name} … {else} … {end} and {if not name} … {end} leave out what does not hold;
{each objective} … {end} and {each reward} … {end} repeat. A line with nothing but if, else, each and end is not a line
of the text. A brace is written twice.
"""


def example(name: str, built_in: str) -> str:
    """Return a file that can be used as it is.

    Args:
        name: The new wording's name.
        built_in: Name of the built-in wording whose texts it has.
    """
    texts = source_of(built_in)
    texts = texts[texts.index("\nname = ") + 1 :]
    texts = re.sub(r"^name = .*$", f'name = "{name}"', texts, count=1, flags=re.MULTILINE)
    texts = re.sub(r"^version = .*$", "version = 1", texts, count=1, flags=re.MULTILINE)
    texts = re.sub(r"^about = .*$", f'about = "Begun from {built_in}."', texts, count=1, flags=re.MULTILINE)
    return "\n".join(f"# {line}".rstrip() for line in _explained()) + f"\n\n{texts}"


def _explained() -> Iterator[str]:
    yield from _HEAD.splitlines()
    yield ""
    yield "In every environment:"
    yield from _listed(VALUES)
    yield from _listed({f"if {name}": meaning for name, meaning in SWITCHES.items()})
    for id_ in bioblue_envs.ids():
        yield f"In {id_}, beside these:"
        yield from _listed(bioblue_envs.make(id_).names)


def _listed(names: Mapping[str, str]) -> Iterator[str]:
    for name, meaning in names.items():
        yield from textwrap.wrap(f"{name}: {meaning}", 110, initial_indent="  ", subsequent_indent="    ")
