"""People compared with models: who else has played the same trials, and how far apart they are."""

from __future__ import annotations

import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from bioblue_tui.agents.human import HUMAN
from bioblue_tui.analysis.contrasts import TOO_LARGE, WITHOUT_REFERENCE, Contrast, Member
from bioblue_tui.analysis.effects import DESCRIBED, Effect
from bioblue_tui.analysis.intervals import Interval
from bioblue_tui.analysis.paired import Paired, described, holm
from bioblue_tui.analysis.sameness import ALIKE, plain, settings_of
from bioblue_tui.analysis.trial import AnalysedTrial
from bioblue_tui.analysis.words import UNREAD, left_out
from bioblue_tui.records.collection import recent
from bioblue_tui.records.schema import RecordError, dumps
from bioblue_tui.studies.export.played import Collected, Played
from bioblue_tui.studies.export.table import Column, Table
from bioblue_tui.system.paths import data_dir, trials_dir
from bioblue_tui.trials.events import Header
from bioblue_tui.wordings.collection import digest_of

Setting = tuple[str, str, str, str, int, int]
"""What must be the same to be compared: environment, parameters, instruction, wording, steps, dynamics."""


_COLUMNS = [
    Column("environment", "text", "Id of the environment."),
    Column("parameters", "json", "All its parameters, as text."),
    Column("steps", "integer", "Steps that these trials were to have."),
    Column("condition", "text", "The people's condition."),
    Column("agent", "text", "The agent they are compared with."),
    Column("agent_condition", "text", "The label of that agent's trials."),
    Column("agent_settings", "json", "The settings its model was sent, as text."),
    Column("dimension", "text", "Reward dimension; what is compared is its sum minus the reference policy's."),
    Column(
        "people",
        "integer",
        "Participants compared: they played such a trial to its end, on a seed that the agent played at as many steps.",
    ),
    Column("people_trials", "integer", "Their trials that are compared: every figure in the row is over these."),
    Column("people_cut", "integer", "Their trials that a time limit cut: left out of the comparison."),
    Column(
        "people_unfinished", "integer", "Their other trials that were begun but not played to the end: left out, too."
    ),
    Column(
        "people_left_out",
        "text",
        "How those left out stand, or why else they are left out; anybody with an unreadable session is in every row.",
    ),
    Column("versions", "text", "Versions of the study that these trials belong to."),
    Column("agent_trials", "integer", "Its trials that are compared: played to their end, on seeds of both."),
    Column("agent_left_out", "text", "Its other trials on these seeds: left out, with standing or reason."),
    Column(
        "people_mean",
        "number",
        "Mean over these trials of people: the sum minus the reference policy's. Copies of one trial count as one.",
    ),
    Column(
        "agent_mean",
        "number",
        f"The same over the agent's compared trials; those with the same noise or {ALIKE} count as one, their mean.",
    ),
    Column("seeds", "integer", "Seeds that both have played."),
    Column("seeds_independent", "integer", f"How many count separately: those with the same noise or {ALIKE} are one."),
    Column(
        "paired",
        "number",
        "Mean over these seeds of the people's mean minus the agent's; may depend on the noise.",
    ),
    Column("paired_low", "number", f"Lower end of its interval ({described()})."),
    Column("paired_high", "number", "Upper end."),
    Column("paired_over", "text", "What that interval is taken over, and so what it holds for; or why there is none."),
    Column("p", "number", "Probability of a difference at least this large if there were none in truth."),
    Column("contrasts", "integer", "How many p values this table has."),
    Column("p_holm", "number", "p adjusted by Holm for that number."),
    Column("hedges_g", "number", "Hedges' g of people minus agent, over the same trials."),
    Column("hedges_g_low", "number", f"Lower end of its interval ({DESCRIBED})."),
    Column("hedges_g_high", "number", "Upper end."),
    Column(
        "cliffs_delta",
        "number",
        "Cliff's delta over them: how often people are above the agent minus how often below.",
    ),
    Column("cliffs_delta_low", "number", "Lower end of its interval."),
    Column("cliffs_delta_high", "number", "Upper end."),
]


_LOST = "session can't be read"
"""Why a participant's trials are in no table: nobody knows which they played."""


@dataclass(frozen=True, slots=True)
class _Trial:
    """An agent's trial.

    Attributes:
        seed: Its seed.
        member: Its figures for the comparison; None where it was not played to its end.
        unaveraged: How it stands if it was not played to its end; empty where it is compared.
        otherwise: Any other reason why it is not compared.
    """

    seed: int
    member: Member | None
    unaveraged: str = ""
    otherwise: str = ""


def comparisons(
    found: Collected, data: Path | None = None, complain: Callable[[str], None] = lambda line: None
) -> Table:
    """Compare people with every agent that has played the same trials; only trials played to their end count.

    Trials are the same when environment, parameters, instruction, wording, number of steps and seed are.

    Args:
        found: The study's trials.
        data: The data directory; None for the platform's.
        complain: Receives a line for every agent's record that should be compared but can't be read.
    """
    people: defaultdict[tuple[Setting, str], list[Played]] = defaultdict(list)
    for played in found.counting:
        people[(_setting(played.record.header), played.trial.condition)].append(played)
    agents = _agents({setting for setting, _ in people}, data, complain)
    rows = [
        row
        for (setting, condition), group in people.items()
        for (other, *agent), trials in agents.items()
        if other == setting
        for row in _rows(
            setting, condition, agent, group, trials, {UNREAD: _unread(found, group), _LOST: len(found.lost)}
        )
    ]
    adjusted = holm([row.get("p") for row in rows])
    made = {"contrasts": sum(p is not None for p in adjusted)}
    rows = [row | made | _rounded("p_holm", p) for row, p in zip(rows, adjusted, strict=True)]
    meaning = "A condition of the study at a number of steps, an agent, and a reward dimension."
    return Table("comparisons", meaning, _COLUMNS, rows)


def _rows(
    setting: Setting,
    condition: str,
    agent: Sequence[str],
    group: Sequence[Played],
    trials: Sequence[_Trial],
    unread: Mapping[str, int],
) -> Iterator[dict[str, Any]]:
    begun, complete = group, [played for played in group if played.complete]
    seeds = {played.record.header.seed for played in begun}
    trials = [trial for trial in trials if trial.seed in seeds]
    if not trials:
        return
    mine, theirs = list(filter(None, map(_member, complete))), [trial.member for trial in trials if trial.member]
    sides = Contrast(mine, theirs)
    unknown = {WITHOUT_REFERENCE: len(complete) - len(mine)}
    otherwise = Counter(trial.otherwise for trial in trials if trial.otherwise)
    counts: dict[str, object] = {
        "people_cut": sum(played.cut for played in begun),
        "people_unfinished": sum(not played.cut and not played.complete for played in begun),
        "people_left_out": left_out(begun, {**unread, **unknown, **sides.left_out[0]}),
        "versions": ", ".join(map(str, sorted({played.person.version.number for played in begun}))),
        "agent_left_out": left_out(trials, otherwise | sides.left_out[1]),
    }
    compared = sides.members
    environment, parameters, _, _, steps, _ = setting
    for dimension in begun[0].state.environment.dimensions:
        key = dimension.key
        yield {
            "environment": environment,
            "parameters": parameters,
            "steps": steps,
            "condition": condition,
            "agent": agent[0],
            "agent_condition": agent[1],
            "agent_settings": agent[2],
            "dimension": key,
            "people": len({member.person for member in compared[0]}),
            "people_trials": len(compared[0]),
            **counts,
            "agent_trials": len(compared[1]),
            **(_compared(sides, key) if sides.seeds else {}),
        }


def _unread(found: Collected, group: Sequence[Played]) -> int:
    """Return how many more trials of the same setup, with any seed, have records that can't be read."""
    setups = [(played.trial.condition, replace(played.trial.spec, seed=0)) for played in group]
    return sum((trial.condition, replace(trial.spec, seed=0)) in setups for trial in found.unread)


def _compared(sides: Contrast, key: str) -> dict[str, object]:
    if sides.too_large(key):
        return {"seeds": len(sides.seeds), "paired_over": TOO_LARGE}
    people, agent = map(_mean, sides.values(key))
    return {
        "people_mean": people,
        "agent_mean": agent,
        **_paired(sides.pair(key)),
        **_effect("hedges_g", sides.g(key)),
        **_effect("cliffs_delta", sides.delta(key)),
    }


def _agents(
    settings: set[Setting], data: Path | None, complain: Callable[[str], None]
) -> Mapping[tuple[Setting, str, str, str], list[_Trial]]:
    """Return the trials of agents in these settings, by setting, agent, label and what a model was sent."""
    found: defaultdict[tuple[Setting, str, str, str], list[_Trial]] = defaultdict(list)
    for entry in recent(trials_dir(data_dir(data)), sys.maxsize) if settings else ():
        header = entry.header
        # A fork's past may be another agent's, and answers of two agents count for neither. A study has no
        # interventions.
        if header is None or header.agent == HUMAN or header.parent or header.schedule or header.seed is None:
            continue
        setting = _setting(header)
        if setting not in settings:
            continue
        group = found[(setting, header.agent, header.condition, dumps(plain(settings_of(header))))]
        try:
            trial = AnalysedTrial.open(entry.path)
        except RecordError as error:
            complain(str(error))
            group.append(_Trial(header.seed, None, otherwise=UNREAD))
            continue
        own = not any(attempt.actor == HUMAN for view in trial.state.steps for attempt in view.attempts)
        if own and not trial.state.interventions:
            group.append(_compared_trial(header.seed, trial))
    return found


def _compared_trial(seed: int, trial: AnalysedTrial) -> _Trial:
    if trial.state.unaveraged:
        return _Trial(seed, None, trial.standing)
    compared = trial.figures.compared
    if compared is None:
        return _Trial(seed, None, otherwise=WITHOUT_REFERENCE)
    return _Trial(seed, Member(seed, "", trial.figures.trace, compared.differences))


def _setting(header: Header) -> Setting:
    words = header.wording_digest or digest_of(header.wording) or header.wording
    parameters = dumps(dict(sorted(header.parameters.items())))
    return header.environment, parameters, header.instruction, words, header.steps, header.dynamics


def _member(played: Played) -> Member | None:
    """Return a person's trial for the comparison; None where no reference is known."""
    if played.figures.compared is None:
        return None
    header = played.record.header
    return Member(header.seed or 0, played.person.code, played.figures.trace, played.figures.compared.differences)


def _mean(values: Sequence[float]) -> float:
    return round(sum(values) / len(values), 6)


def _ends(name: str, interval: Interval | None) -> dict[str, object]:
    if interval is None:
        return {}
    return {f"{name}_low": round(interval.low, 6), f"{name}_high": round(interval.high, 6)}


def _paired(found: Paired | None) -> dict[str, object]:
    if found is None:
        return {}
    return {
        "seeds": found.seeds,
        "seeds_independent": found.independent,
        "paired": round(found.difference, 6),
        **_ends("paired", found.interval),
        "paired_over": found.told,
        **_rounded("p", found.p),
    }


def _rounded(name: str, value: float | None) -> dict[str, object]:
    return {} if value is None else {name: round(value, 6)}


def _effect(name: str, found: Effect | None) -> dict[str, object]:
    return {} if found is None else {name: round(found.value, 6), **_ends(name, found.interval)}
