"""A changed word needs a changed version: each built-in wording's texts are pinned under its name and version."""

from __future__ import annotations

import pytest

from bioblue_tui.wordings.collection import built_in, names, retired

PINNED = {
    "plain 1": "0ee98136c8c96bedd24d8379422aa723f45e7b74e3be1569b9060eb5ffbc037a",
    "other-story 1": "3d26067f300d59077029b6414d53cb681b12d44d1dbc1989e426af5d8f1b831a",
    "reordered 1": "3917a4cb645d9ee0cb6a3da077d686f62615a1e88a6a85e149c1e473daeb55e0",
    "bioblue-tui 1": "242fde32b5fe1c72b32c8971ef99b9ce106f4e4fc714d4d0a98a280521e96ae9",
}
"""To change a word: raise the version in the file, keep the old file under ``retired``, add a line here."""


def test_every_word_belongs_to_a_version() -> None:
    wordings = [*filter(None, map(built_in, names())), *retired()]
    assert {wording.title: wording.digest for wording in wordings} == PINNED


@pytest.mark.parametrize("name", names())
def test_every_built_in_wording_has_words_for_every_environment(name: str) -> None:
    wording = built_in(name)
    assert wording is not None
    assert wording.name == name
    assert wording.about
    assert list(wording.words) == ["homeostasis", "multi-homeostasis", "sustainability", "balancing"]
