"""What trials that are played together have used and cost: each trial, and all of them."""

from __future__ import annotations

from bioblue_tui.costs.spending import EMPTY, Bill, Spending, spending_of
from bioblue_tui.runs.batch.engine import Job, Watcher
from bioblue_tui.trials.events import Event


class Bills(Watcher):
    """Follows what every trial of a language model spends; agents that ask no model have no bill.

    Trials that were over before this began to follow them are left out.

    Args:
        steps: Whether the bills of single steps are kept when a trial is over; there may be thousands of trials.

    Attributes:
        total: The bill of all of them so far, past steps of resumed trials included.
    """

    def __init__(self, *, steps: bool = True) -> None:
        self.total: Bill = EMPTY
        self._keep_steps = steps
        self._over: dict[Job, Bill] = {}
        self._spendings: dict[Job, Spending] = {}

    def begun(self, job: Job) -> None:
        """Take in what a trial cost before, if it is resumed, and follow it."""
        assert job.session is not None
        spending = spending_of(job.session.header, job.session.past)
        if spending is not None:
            self._spendings[job] = spending
            self.total += spending.total

    def heard(self, job: Job, event: Event) -> None:
        """Take one event into account."""
        spending = self._spendings.get(job)
        if spending is not None:
            before = spending.total
            spending.apply(event)
            if spending.total is not before:
                self.total += spending.newest

    def over(self, job: Job) -> None:
        """Keep a trial's final bill."""
        if job in self._spendings and not self._keep_steps:
            self._over[job] = self._spendings.pop(job).total

    def spending(self, job: Job) -> Spending | None:
        """Return a trial's spending step by step; None before it begins, and where no model is asked."""
        return self._spendings.get(job)

    def of(self, job: Job) -> Bill:
        """Return a trial's bill so far; an empty one before it begins, and where no model is asked."""
        spending = self._spendings.get(job)
        return spending.total if spending else self._over.get(job, EMPTY)
