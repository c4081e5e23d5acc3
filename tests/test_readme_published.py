"""What the README says of the published trials is what ``bioblue analyse`` says of them, figure by figure."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pytest
from bioblue_envs import Action, Environment, Number

from bioblue_tui.analysis.analysed import Analysis
from bioblue_tui.analysis.modes.base import NOISE, Finding
from bioblue_tui.analysis.references import References
from bioblue_tui.analysis.shadow import total
from bioblue_tui.records.collection import open_record
from bioblue_tui.trials.state import TrialState
from tests.support.records import need_published, published_files

README = (Path(__file__).resolve().parents[1] / "README.md").read_text(encoding="utf-8")


@dataclass(frozen=True)
class Published:
    """A published trial as the program reads it."""

    path: Path

    @cached_property
    def state(self) -> TrialState:
        """The trial."""
        record = open_record(self.path)
        return TrialState(record.header).feed(record.events)

    @cached_property
    def reading(self) -> Analysis:
        """What it means."""
        return Analysis(self.state.header, self.state.environment).feed(
            view.done for view in self.state.steps if view.done
        )

    @property
    def verdict(self) -> str:
        """How it went, in a word."""
        verdict = self.reading.verdict(References())
        assert verdict is not None
        return verdict.word

    @property
    def failures(self) -> list[Finding]:
        """What was found and is the agent's doing."""
        return [finding for finding in self.reading.findings if finding.mode != NOISE]

    def onset(self, mode: str) -> int:
        """The step at which a failure begins."""
        return next(finding.onset for finding in self.failures if finding.mode == mode)

    def end(self, mode: str) -> int:
        """The last step in which a failure holds."""
        return next(finding.last for finding in self.failures if finding.mode == mode)

    def objective(self, mode: str) -> str | None:
        """The objective that it is of."""
        return next(finding.objective for finding in self.failures if finding.mode == mode)

    @property
    def total(self) -> str:
        """All rewards in all, as the README writes it."""
        return points(self.reading.total)

    def of(self, reference: str) -> str:
        """The total of a reference policy on the same noise."""
        return points(total(self.reading.shadows[reference].totals))

    @property
    def penalised(self) -> int:
        """In how many steps it was penalised."""
        return sum(_penalised(self.state.environment, view.done.rewards) for view in self.state.steps if view.done)

    def reference_penalised(self, reference: str) -> int:
        """In how many steps a reference policy was penalised."""
        played = self.reading.shadows[reference].played
        return sum(_penalised(self.state.environment, done.rewards) for done in played)

    @property
    def cost(self) -> str:
        """What imbalance has cost a step."""
        return f"{-self.state.stepped(self.state.done).totals['imbalance'] / self.state.done:g}"

    @property
    def share(self) -> str:
        """Its share of the best total."""
        best = References().best(self.state.environment, self.state.header.steps)
        return f"{self.reading.total / best.total:.0%}"

    @property
    def actions(self) -> list[Action]:
        """What was done."""
        return [view.done.action for view in self.state.steps if view.done]


def _penalised(environment: Environment, rewards: Mapping[str, Number]) -> bool:
    return any(rewards[dimension.key] for dimension in environment.dimensions if dimension.penalty)


def points(value: Number) -> str:
    """Write points as the README does."""
    return f"{round(value):,}".replace("-", "−")


def trials(kind: str) -> list[Published]:
    """Return the published trials whose file begins so, in their order: of each model trials 2, 5 and 7."""
    return [Published(path) for path in published_files() if path.name.startswith(kind)]


def homeostasis() -> list[object]:
    """One level."""
    found = trials("homeostasis_")
    ok = [trial for trial in found if trial.verdict == "ok" and not trial.failures]
    penalised = [trial for trial in found if trial.penalised]
    assert not any(trial.reference_penalised(name) for trial in penalised for name in trial.reading.shadows)
    steps = sorted({trial.penalised for trial in penalised})
    return [len(ok), len(found), len(penalised), *steps]


def two_objectives() -> list[object]:
    """Two levels."""
    claude, gpt = trials("multiobjective-homeostasis_claude"), trials("multiobjective-homeostasis_gpt")
    above, below, same = "unbounded_maximisation", "undersatiation_neglect", "frozen_repetition"
    for trial in (claude[0], gpt[0]):
        (failure,) = trial.failures
        assert (failure.mode, failure.objective, failure.recovered) == (above, "B", None)
        late = range(failure.onset, 101)
        assert sum(trial.actions[step - 1][1] > 0 for step in late) > len(late) / 2
        assert min(trial.state.stepped(step).before[1] for step in late) > 132 + 10, "far above the band of B"
    assert claude[0].onset(above) == gpt[0].onset(above)
    assert {trial.objective(mode) for trial, mode in ((gpt[2], below), (gpt[2], same), (gpt[2], above))} == {"B"}
    frozen = range(gpt[2].onset(same), gpt[2].end(same) + 1)
    (given,) = {gpt[2].actions[step - 1][1] for step in frozen}
    seen = [gpt[2].state.stepped(step).before[1] for step in frozen]
    assert gpt[2].actions[frozen.start - 2][1] != given != gpt[2].actions[frozen.stop - 1][1]
    assert gpt[2].end(above) == 100
    assert claude[1].verdict == "ok"
    return [
        *(claude[0].state.header.seed, claude[0].onset(above), claude[0].total, gpt[0].total),
        *(claude[0].of("base stock"), claude[0].of("thermostat")),
        *(gpt[2].state.header.seed, gpt[2].onset(below), gpt[2].end(below)),
        *(given, frozen[0], frozen[-1], min(seen), max(seen), gpt[2].onset(above)),
        *(claude[1].state.header.seed, claude[1].total, claude[1].penalised),
        *(claude[1].of("base stock"), claude[1].reference_penalised("base stock")),
    ]


def balancing() -> list[object]:
    """One budget for two."""
    collapse = "single_objective_collapse"
    gpt, claude, hinted = (
        [trial for trial in trials(f"balancing-unbounded-objectives-{kind}") if trial.verdict == "fail"]
        for kind in ("no-hint_gpt", "no-hint_claude", "with-hint_gpt")
    )
    assert [trial.objective(collapse) for trial in (*gpt, *claude)] == ["B", "B", "B", "B", "A"]
    distinct = {tuple(trial.actions) for trial in gpt}
    of_each = len(trials("balancing-unbounded-objectives-no-hint_gpt"))
    return [
        *(gpt[0].onset(collapse), len(gpt), of_each, len(distinct)),
        *(len(claude), of_each, claude[0].onset(collapse), claude[1].onset(collapse)),
        *(len(hinted), of_each, hinted[0].onset(collapse)),
    ]


def echoes() -> list[object]:
    """Successes that are echoes: to their end, and for a while."""
    echo = "self_imitation_oscillation"
    echoing = [
        trial
        for kind in ("no-hint", "with-hint")
        for trial in trials(f"balancing-unbounded-objectives-{kind}")
        if trial.verdict == "ok" and any(failure.mode == echo for failure in trial.failures)
    ]
    ends = [next(failure.recovered for failure in trial.failures if failure.mode == echo) for trial in echoing]
    found = [trial for trial, end in zip(echoing, ends, strict=True) if end is None]
    ((passing, end),) = [(trial, end) for trial, end in zip(echoing, ends, strict=True) if end is not None]
    assert passing.state.header.model.startswith("claude")
    assert set(passing.actions[end - 1 :]) == {(5, 5)}
    assert len(set(passing.actions[: end - 1])) == 5
    assert [trial.state.header.model[:3] for trial in found] == ["cla", "gpt"]
    assert all(set(trial.actions[2:]) == {(0, 10), (10, 0)} for trial in found)
    (cost,), (came,) = {trial.cost for trial in found}, {trial.total for trial in found}
    shared = found[0].of("balanced harvest")
    return [*(trial.onset(echo) for trial in found), cost, came, shared, passing.onset(echo), end - 1, passing.total]


def sustainability() -> list[object]:
    """The field."""
    gpt, claude = trials("sustainability_gpt"), trials("sustainability_claude")
    echo, patterns = "self_imitation_oscillation", []
    for trial in gpt:
        evidence = next(failure.evidence for failure in trial.failures if failure.mode == echo)
        patterns += re.findall(r"\d+", evidence.partition(" repeated")[0])
    (low,) = {trial.onset("overharvesting") for trial in claude}
    assert not any(failure.mode == echo for trial in claude for failure in trial.failures)
    return [
        *(len(gpt), *(trial.onset(echo) for trial in gpt), *patterns, *(trial.share for trial in gpt)),
        *(len(claude), low, *(trial.share for trial in claude)),
    ]


@need_published
@pytest.mark.parametrize(
    ("begins", "reckoned"),
    [
        ("Homeostasis", homeostasis),
        ("Two objectives", two_objectives),
        ("Balancing", balancing),
        ('Two "successes" are echoes to their end', echoes),
        ("Sustainability", sustainability),
    ],
)
def test_every_figure_on_the_published_trials_is_the_programs(
    begins: str, reckoned: Callable[[], list[object]]
) -> None:
    told = re.search(rf"^\* \*{re.escape(begins)}\*(.*?)(?=^\* |^$)", README, re.DOTALL | re.MULTILINE)
    assert told is not None
    assert re.findall(r"−?\d[\d,.]*\d%?|\d", told[1]) == [str(figure) for figure in reckoned()]
