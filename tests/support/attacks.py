"""Text that tries to take over a terminal, and whether any of it reached one."""

from __future__ import annotations

import re
from collections import Counter

from tests.support.terminal import Terminal

ATTACKS = {
    "title": "\x1b]0;PWNED\x07",
    "clipboard": "\x1b]52;c;UFdORUQ=\x07",
    "link": "\x1b]8;;http://pwned.example\x1b\\click\x1b]8;;\x1b\\",
    "clear": "\x1b[2J\x1b[3J\x1b[H",
    "leave the screen": "\x1b[?1049l\x1b[?25h\x1bc",
    "report": "\x1b[6n\x1b[5n\x1b[>0q",
    "device control": "\x1bP+q544e\x1b\\\x1b_Gi=1;PWNED\x1b\\\x1b^pm\x1b\\",
    "C1": "\x9b2J\x9d0;PWNED\x9c\x90q\x84\x85",
    "bidi": "\u202egnihton\u202c\u2066\u2067\u2069\u200f",
    "invisible": "\u200b\ufeff\U000e0041\u2028\u2029",
    "NUL and bells": "\x00\x07\x08\x08\x0b\x0c\x0e\x0f\x7f",
    "returns": "good\rBAD",
    "markup": "[/bold][red]x[@click=app.quit]y[/][link=http://pwned.example]z[/link][",
    "marks": "e" + "\u0301" * 50,
    "wide": "語" * 70,
}
ALL = " ".join(ATTACKS.values())

_SEQUENCE = re.compile(
    r"\x1b(?:\[(?P<private>[<>=?]?)(?P<numbers>[0-9;:]*)(?P<middle>[ -/]*)(?P<final>[@-~])"
    r"|(?P<string>[\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\)?)|(?P<other>.))",
    re.DOTALL,
)
FORBIDDEN = re.compile(
    "[\x00-\x06\x0b\x0c\x0e-\x1a\x1c-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\U000e0000-\U000e007f]"
)
"""What no terminal should get, beside newlines, returns, backspaces and what begins a sequence."""


def sequences(output: bytes) -> Counter[str]:
    """Count the kinds of control sequences; of colours and positions of the cursor only that there are any."""
    found: Counter[str] = Counter()
    for match in _SEQUENCE.finditer(output.decode()):
        if match["final"] in ("m", "H") and not match["private"]:
            found[match["final"]] = 1
        else:
            found[match.group()] += 1
    return found


def assert_harmless(hostile: Terminal, control: Terminal) -> None:
    """Nothing of the attacks reached the terminal: all its control sequences are those of an innocent run."""
    told = sequences(bytes(hostile.output))
    assert set(told) - set(sequences(bytes(control.output))) == set()
    # Drawing anew does not clear the terminal; whoever clears it does so from a text.
    assert not [kind for kind in told if kind.endswith("J")]
    assert FORBIDDEN.findall(hostile.output.decode()) == []
    for raw in (b"\x1b]52", b"\x1b]0;", b"\x1b]8;", b"\x1b[2J", b"\x1bP", b"\x1b_", b"\x1bc"):
        assert raw not in hostile.output
    assert b"Traceback" not in hostile.output
