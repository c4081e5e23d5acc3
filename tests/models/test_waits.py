"""How long a trial waits by itself where a provider asks for patience."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from bioblue_tui.models.endpoint import find_endpoint
from bioblue_tui.models.faults import Source, _status
from bioblue_tui.models.providers.openai import PROVIDER as OPENAI
from bioblue_tui.models.retry_after import retry_after


class _Refused(Exception):
    def __init__(self, wait: str) -> None:
        self.body = None
        self.response = SimpleNamespace(headers={"retry-after": wait})


@pytest.mark.parametrize(("wait", "waits"), [("3600", True), ("3601", False)])
def test_a_trial_waits_an_hour_by_itself_and_no_longer(wait: str, waits: bool) -> None:
    source = Source(find_endpoint(OPENAI, "http://127.0.0.1:9/v1", {}), "m", 1)
    error = _status(_Refused(wait), 429, source, "")
    assert error.transient == waits
    assert ("it asks for no requests until" in str(error)) == (not waits)


def test_what_is_no_time_is_no_wait() -> None:
    assert [retry_after({"retry-after": text}) for text in ("nan", "soon", "-5", "2.5")] == [None, None, 0, 2.5]
