"""An answer that comes in pieces is the same wherever it is cut, and holds no secret."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bioblue_tui.agents.base import Piece
from bioblue_tui.models.stream import Cleaner, Hearing

SECRETS = ["sk-abcdefgh", "sk-abcdefghijkl", "habcdefg", "aaaaaaaab", "hunt3r", "3"]

BITS = [
    *SECRETS,
    "sk-",
    "sk-abc",
    "abcdefgh",
    "a",
    "aaaaaaaa",
    "ijkl",
    " ",
    "token=",
    "hunt",
    "\ud83d",
    "\ude00",
    "😀",
    "\x1b[3",
    "1m",
]

texts = st.lists(st.sampled_from(BITS)).map("".join)


def cleaned(pieces: list[str], secrets: list[str] = SECRETS) -> list[str]:
    cleaner = Cleaner(secrets)
    return [*map(cleaner.feed, pieces), cleaner.finish()]


@given(texts, st.data())
def test_cuts_change_nothing(text: str, data: st.DataObject) -> None:
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=8)))
    pieces = [text[a:b] for a, b in zip([0, *cuts], [*cuts, len(text)], strict=True)]
    told = cleaned(pieces)
    assert "".join(told) == "".join(cleaned([text])) == "".join(cleaned(list(text)))
    assert not any(secret in "".join(told) for secret in SECRETS[:4])
    assert not re.search(r"(?<![\w•])(hunt3r|token=(hunt)?3)(?![\w•])", "".join(told))
    "".join(told).encode("utf-8")


@given(st.lists(st.text()))
def test_text_without_secrets_comes_out_as_it_went_in(pieces: list[str]) -> None:
    cleaner = Cleaner([])
    assert [*map(cleaner.feed, pieces), cleaner.finish()] == [*pieces, ""]


def test_only_what_may_be_a_secret_is_held_back() -> None:
    secrets = ["sk-abcdefgh", "sk-abcdefghijkl"]
    assert cleaned(["so sk-", "abc", " or so"], secrets) == ["so ", "", "sk-abc or so", ""]
    assert cleaned(["sk-abcdefgh", "i", "j!"], secrets) == ["", "", "•••ij!", ""]
    assert cleaned(["sk-abcdefgh", "ijkl."], secrets) == ["", "•••.", ""]
    assert cleaned(["my sk-abcdefgh"], secrets) == ["my ", "•••"]


def test_a_short_secret_is_held_back_until_its_word_ends() -> None:
    secrets = ["hunter2", "3"]
    assert cleaned(["hunter", "2", "!"], secrets) == ["", "", "•••!", ""]
    assert cleaned(["hunter2", "2 hunter2"], secrets) == ["", "hunter22 ", "•••"]
    assert cleaned(['{"A": 3, "pass', 'word": ', "3", "}"], secrets) == ['{"A": 3, "pass', 'word": ', "", "•••}", ""]


def test_the_beginning_of_a_secret_that_breaks_off_is_hidden() -> None:
    secrets = ["sk-abcdefgh", "sk-abcdefghijkl"]
    assert cleaned(["my sk-abcdefg"], secrets) == ["my ", "•••"]
    assert cleaned(["my sk-abcdefghijk"], secrets) == ["my ", "•••"]
    assert cleaned(["my sk-abcd"], secrets) == ["my ", "sk-abcd"]


def test_pairs_of_surrogates_are_joined_and_halves_replaced() -> None:
    pieces = ["a\ud83d", "\ude00", "\ud83d", "b", "\ude00\ud83d"]
    assert cleaned(pieces, []) == ["a", "😀", "", "�b", "�", "�"]


def test_reasoning_is_told_apart() -> None:
    pieces: list[Piece] = []
    hearing = Hearing(pieces.append, ["sk-abcdefgh"])
    assert not hearing.heard
    hearing.take("hm sk-ab", reasoning=True)
    hearing.take("")
    hearing.take("5 sk-abc")
    hearing.take("defgh")
    hearing.finish()
    assert pieces == [Piece("hm ", True), Piece("5 "), Piece("•••"), Piece("sk-ab", True)]
    assert (hearing.text, hearing.reasoning, hearing.heard) == ("5 •••", "hm sk-ab", True)


def test_fault_of_a_listener_is_remembered() -> None:
    def fail(piece: Piece) -> None:
        raise OSError("disk full")

    hearing = Hearing(fail, [])
    with pytest.raises(OSError, match="disk full"):
        hearing.take("5")
    assert isinstance(hearing.failure, OSError)
