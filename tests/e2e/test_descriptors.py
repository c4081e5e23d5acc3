"""Many trials at once need many files and connections: the program asks for them, and says when it gets none."""

from __future__ import annotations

import sys

import pytest

from tests.support.command import Bioblue
from tests.support.fake_provider import FakeProvider

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the system has no such limits")

MANY = 60


def _run(bioblue: Bioblue, provider: FakeProvider, limit: str) -> tuple[int, str]:
    url = provider.url("openai")
    options = f"--steps 2 --seeds 1-{MANY} --parallel {MANY} --display none --base-url {url}"
    done = bioblue.shell(f"ulimit {limit} && exec bioblue run homeostasis --model openai:tiny {options}")
    return done.returncode, done.stderr


def test_a_soft_limit_is_raised_for_many_trials(bioblue: Bioblue) -> None:
    with FakeProvider() as provider:
        code, told = _run(bioblue, provider, "-Sn 60")
    assert (code, "too many" in told) == (0, False)


def test_where_none_is_left_no_server_is_blamed(bioblue: Bioblue) -> None:
    with FakeProvider() as provider:
        code, told = _run(bioblue, provider, "-n 60")
    assert code != 0
    assert "too many files and connections are open at once; play fewer trials at once (--parallel)" in told
    assert "is the server running" not in told
