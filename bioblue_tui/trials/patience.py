"""Attempts without a legal action, and when a trial stops trying and asks a person."""

from __future__ import annotations

from collections import Counter

from bioblue_tui.agents.base import Answer, Fault
from bioblue_tui.trials.reading.outcome import Reading
from bioblue_tui.trials.reading.thoughts import split_thoughts
from bioblue_tui.trials.tally import rejected_as

FAULT_LIMIT = 3
"""How many answers in a row may be cut, or spoilt by the provider, before a trial pauses: each of them costs."""


class Patience:
    """How often the same question is asked again.

    Args:
        limit: Rejected answers to one question before the trial pauses; 0 for no limit.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._rejected = 0
        self._faults: list[Fault] = []

    def rejected(self, reading: Reading) -> str:
        """Count a rejected answer; returns why the trial must pause, or an empty string."""
        self._rejected += 1
        self._faults.clear()
        if not self._limit or self._rejected < self._limit:
            return ""
        self._rejected = 0
        return f"{self._limit} rejected answers in a row; the last one: {reading.reason}"

    def spoilt(self, fault: Fault, answer: Answer) -> str:
        """Count a fault that is not the model's; returns why the trial must pause, or an empty string."""
        self._faults.append(fault)
        # Where reasoning alone used up the limit, asking again would cost as much and fail again.
        thought = fault.kind == "cut" and not split_thoughts(answer.text).answer.strip()
        if not (fault.hopeless or thought or len(self._faults) >= FAULT_LIMIT):
            return ""
        times, reasons = len(self._faults), {one.reason for one in self._faults}
        kinds = Counter(one.kind for one in self._faults)
        self._faults.clear()
        if times == 1:
            return fault.reason
        if len(reasons) == 1:
            return f"{fault.reason} ({times} times in a row)"
        told = ", ".join(f"{count} {rejected_as(kind)}" for kind, count in kinds.items())
        return f"{times} attempts in a row without an answer: {told}; the last one: {fault.reason}"
