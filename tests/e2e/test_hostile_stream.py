"""Hostile output while it streams, on a real terminal: shown inert, recorded to the letter, the screen stays alive."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bioblue_tui.trials.events import Answered, Rejected
from tests.support.attacks import ATTACKS, assert_harmless
from tests.support.command import Bioblue
from tests.support.fake_provider import Api, FakeProvider, Request, thermostat
from tests.support.fake_shapes import Reply
from tests.support.terminal import Terminal

APIS: list[Api] = ["openai", "anthropic"]

LONGEST = 1_000_000
"""Characters of an answer without a newline."""


@pytest.fixture
def provider() -> Iterator[FakeProvider]:
    with FakeProvider() as server:
        yield server


def watched(bioblue: Bioblue, provider: FakeProvider, api: Api, steps: int) -> Terminal:
    address = ["--model", f"{api}:fake", "--base-url", provider.url(api)]
    return bioblue.terminal(
        "watch",
        "homeostasis",
        *address,
        "--max-tokens",
        "none" if api == "openai" else "9000000",
        "--steps",
        str(steps),
    )


def in_bytes(size: int, *, escaped: bool) -> Callable[[bytes], Iterator[bytes]]:
    """Return what cuts a part of a stream into chunks of so many bytes, its characters as escapes or as UTF-8."""

    def cut(data: bytes) -> Iterator[bytes]:
        if not escaped and b"data: {" in data:
            begin, _, body = data.partition(b"data: ")
            text = json.dumps(json.loads(body), ensure_ascii=False).encode("utf-8", "surrogatepass")
            data = begin + b"data: " + text + b"\n\n"
        return (data[at : at + size] for at in range(0, len(data), size))

    return cut


def answers(texts: list[str]) -> Callable[[Request], Reply]:
    """Return what says one text after another, each followed by what the thermostat does, cut everywhere.

    The texts are thought, too. Each step has its own, however often it is asked.
    """

    def answer(request: Request) -> Reply:
        text, end = texts[len(request.conversation) // 2], f"Answer: {thermostat(request)}"
        return Reply(f"{text}{end}", text, pieces=(*text, end))

    return answer


def said(bioblue: Bioblue) -> list[Answered]:
    return [event for event in bioblue.record().events if isinstance(event, Answered)]


def play(root: Path, provider: FakeProvider, api: Api, texts: list[str], shown: str) -> tuple[Bioblue, Terminal]:
    root.mkdir()
    bioblue = Bioblue(root)
    provider.answer = answers(texts)
    with watched(bioblue, provider, api, len(texts)) as terminal:
        terminal.wait("■ complete", shown)
        terminal.press("p")
        terminal.wait(f"~ {shown}")
        terminal.press("esc")
        assert terminal.finish() == 0
    return bioblue, terminal


@pytest.mark.parametrize(("api", "escaped"), [("openai", True), ("anthropic", False)])
def test_attacks_in_single_characters(tmp_path: Path, provider: FakeProvider, api: Api, escaped: bool) -> None:
    provider.cut = in_bytes(31, escaped=escaped)
    texts = [f"{attack} END.\n" for attack in ATTACKS.values()]
    _, control = play(tmp_path / "innocent", provider, api, ["nothing END.\n"], "nothing END.")
    bioblue, terminal = play(tmp_path / "hostile", provider, api, texts, "語語語")
    assert_harmless(terminal, control)
    assert [event.text.rpartition("\n")[0] + "\n" for event in said(bioblue)] == texts
    assert [event.reasoning for event in said(bioblue)] == texts


def go_on(provider: FakeProvider, count: int = 1) -> None:
    assert provider.pace is not None
    provider.pace.release(count)


HALVES: dict[str, tuple[tuple[str, ...], list[str]]] = {
    "CSI": (("a\x1b", "[", "2", "J."), ["a␛▌", "a␛[▌", "a␛[2▌", "a␛[2J.▌"]),
    "OSC": (("\x1b]0;PWN", "ED\x1b", "\\."), ["␛]0;PWN▌", "␛]0;PWNED␛▌", "␛]0;PWNED␛\\.▌"]),
    "DCS": (("\x1bP+q5", "44e\x1b", "\\."), ["␛P+q5▌", "␛P+q544e␛▌", "␛P+q544e␛\\.▌"]),
    "C1": (("\x9b", "31m", "\x9d0;X\x9c."), ["⟨U+009B⟩▌", "⟨U+009B⟩31m▌", "⟨U+009D⟩0;X⟨U+009C⟩.▌"]),
    "bidi": (("1\u202e", "2\u2066", "3."), ["1⟨U+202E⟩▌", "1⟨U+202E⟩2⟨U+2066⟩▌", "2⟨U+2066⟩3.▌"]),
    "markup": (("[/bo", "ld][@click=", "app.quit]x"), ["[/bo▌", "[/bold][@click=▌", "[/bold][@click=app.quit]x▌"]),
    "NUL": (
        (
            "a\x00",
            "b\x00\x07.",
        ),
        ["a␀▌", "a␀b␀␇.▌"],
    ),
    "pair": (("a\ud83d", "\ude00", "b\ude00\ud83d", "c"), ["a▌", "a😀▌", "a😀b�▌", "a😀b��c▌"]),
}
"""Pieces, and what is on the screen after each."""

FAITHFUL = {"pair": "a😀b��c"}
"""What is recorded of text that no file can hold: lone halves of pairs are replaced."""


@pytest.mark.parametrize("api", APIS)
def test_each_half_of_what_a_border_cuts_is_shown_inert(bioblue: Bioblue, provider: FakeProvider, api: Api) -> None:
    provider.pace = threading.Semaphore(0)
    texts = list(HALVES.values())

    def answer(request: Request) -> Reply:
        parts, _ = texts[len(request.conversation) // 2]
        end = f"\nAnswer: {thermostat(request)}"
        return Reply("".join((*parts, end)), pieces=(*parts, end))

    provider.answer = answer
    with watched(bioblue, provider, api, len(texts)) as terminal:
        for parts, seen in texts:
            for _, shown in zip(parts, seen, strict=True):
                go_on(provider)
                terminal.wait(shown)
            go_on(provider)
        terminal.wait("■ complete")
        terminal.press("esc")
        assert terminal.finish() == 0
    assert b"\x1b]0;PWN" not in terminal.output
    assert b"\x1bP" not in terminal.output
    told = [event.text.rpartition("\n")[0] for event in said(bioblue)]
    assert told == [FAITHFUL.get(name, "".join(parts)) for name, (parts, _) in HALVES.items()]


@pytest.mark.parametrize(("api", "kind"), [("openai", "letters"), ("anthropic", "marks")])
def test_a_key_is_answered_while_an_endless_line_comes(
    bioblue: Bioblue, provider: FakeProvider, api: Api, kind: str
) -> None:
    piece = {"letters": "x" * 999 + "\x1b", "marks": "e" + "\u0301" * 999}[kind]
    count = LONGEST // len(piece)
    provider.pace = threading.Semaphore(0)
    whole = f"{piece * count}.\n5"
    provider.answer = lambda _: (
        Reply(whole, pieces=(*[piece] * count, ".\n5")) if len(provider.journal) == 1 else Reply("5")
    )
    with watched(bioblue, provider, api, 2) as terminal:
        go_on(provider, count // 2)
        terminal.wait("▌")
        terminal.press("?")
        go_on(provider, count // 4)
        terminal.wait("Leave; what happened so far")
        terminal.press("esc")
        terminal.wait(lambda text: "Leave; what happened so far" not in text)
        go_on(provider, count)
        terminal.wait("■ complete", "step 2/2", "✗1")
        terminal.press("left")
        terminal.wait("looking at 1")
        terminal.press("end", "esc")
        assert terminal.finish() == 0
    assert len(terminal.output) < LONGEST
    # It is kept to the letter, and too long to be read.
    assert [event.text for event in said(bioblue)] == [whole, "5", "5"]
    rejected = [event.reason for event in bioblue.record().events if isinstance(event, Rejected)]
    assert rejected == [f"an answer of {len(whole):,} characters is too long to be read"]
