"""Failures in trials that are played together: the one that holds in each, for whoever watches all of them."""

from __future__ import annotations

from bioblue_tui.analysis.analysed import Analysis
from bioblue_tui.runs.batch.engine import Job, Watcher
from bioblue_tui.trials.events import Event, Stepped


class Alerts(Watcher):
    """Reads every trial as it is played."""

    def __init__(self) -> None:
        self._readings: dict[Job, Analysis] = {}
        self._alerts: dict[Job, str] = {}

    def begun(self, job: Job) -> None:
        """Take in what happened before, if the trial is resumed, and follow it."""
        assert job.session is not None
        self._readings[job] = Analysis(job.session.header, job.session.state.environment).feed(job.session.past)
        self._tell(job)

    def heard(self, job: Job, event: Event) -> None:
        """Take one event into account."""
        reading = self._readings.get(job)
        if reading is not None and isinstance(event, Stepped):
            reading.apply(event)
            self._tell(job)

    def over(self, job: Job) -> None:
        """Keep the last alert only: there may be thousands of trials."""
        self._readings.pop(job, None)

    def of(self, job: Job) -> str:
        """Return the onset, name and objective of the failure that holds in a trial; empty where none holds."""
        return self._alerts.get(job, "")

    def _tell(self, job: Job) -> None:
        lasting = [f for f in self._readings[job].failures if f.recovered is None]
        last = lasting[-1] if lasting else None
        more = f" +{len(lasting) - 1}" if len(lasting) > 1 else ""
        self._alerts[job] = f"{last.onset} {last.title} {last.objective or ''}".strip() + more if last else ""
