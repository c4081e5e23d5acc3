"""Analysing files: which failure modes each trial has, from which step on, and how it went."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from bioblue_tui.analysis.best import best_words
from bioblue_tui.analysis.modes.base import Finding, spelt
from bioblue_tui.analysis.modes.flip import unsure
from bioblue_tui.analysis.references import References
from bioblue_tui.analysis.sameness import instruction_digest, settings_of
from bioblue_tui.analysis.shadow import total
from bioblue_tui.analysis.trial import AnalysedTrial, sameness
from bioblue_tui.analysis.words import ended_words, judged_words, noisy, policy_words
from bioblue_tui.formatting.numbers import amount, counted, difference, signed, tidy
from bioblue_tui.formatting.text import error_line, one_line
from bioblue_tui.records.schema import RecordError
from bioblue_tui.trials.tally import of_person
from bioblue_tui.trials.telling import changed, forked, interfered, parameters, span_words, spans
from bioblue_tui.wordings.collection import called

_SPANS = 20
"""Most stretches of steps that are named; there may be thousands."""


def analyse_files(
    files: Iterable[Path],
    write: Callable[[str], None],
    complain: Callable[[str], None],
    references: References,
    *,
    as_json: bool,
) -> int:
    """Analyse files and write what was found.

    Args:
        files: Records of ours or published logs.
        write: Receives each line of the result; with ``as_json`` one JSON object a file.
        complain: Receives a line for what could not be read, and for trials that are not independent.
        references: Where best totals are looked up.
        as_json: Whether to write JSON.

    Returns:
        The exit code: 0, or 2 when any file could not be read.
    """
    code, read = 0, dict[str, AnalysedTrial]()
    for path in files:
        name = str(path)
        try:
            trial = AnalysedTrial.open(path, references)
        except RecordError as error:
            code = 2
            complain(f"bioblue: {error_line(error, 400)}")
            if as_json:
                empty: dict[str, object] = {"file": name, "environment": error.missing or None}
                why = {"error": str(error), "installed": not error.missing}
                write(json.dumps({**empty, "verdict": None, "modes": [], **why}))
            continue
        found = facts(name, trial)
        write(json.dumps(found) if as_json else "\n".join(_lines(found)))
        read[name] = trial
    for warning in sameness(read):
        complain(f"bioblue: {one_line(warning, 600)}")
    return code


def facts(name: str, trial: AnalysedTrial) -> dict[str, Any]:
    """Return all facts about a trial as a JSON object; the text is made from these alone."""
    header, state, environment, reading = trial.header, trial.state, trial.environment, trial.analysis
    verdict, flip, shadows = trial.verdict, reading.flip, reading.shadows if reading.steps else {}
    references = trial.references
    best = references.best(environment, header.steps) if references and shadows and reading.over else None
    yardstick = shadows.get(environment.reference_name)
    persons = [view.number for view in state.steps if view.done and of_person(view.done.actor, header.agent)]
    return {
        "file": name,
        "environment": header.environment,
        "verdict": verdict.word if verdict else None,
        "modes": [finding.to_json() for finding in reading.findings],
        "inherited": [finding.to_json() for finding in reading.inherited],
        "reason": verdict.reason if verdict else reading.unjudged,
        "unjudged": None if verdict else reading.unjudged,
        "measure": verdict.measure if verdict else None,
        "measured": verdict.value if verdict else None,
        "agent": header.agent,
        "model": header.model,
        "settings": settings_of(header),
        "instruction_digest": instruction_digest(header) if header.instruction else "",
        "seed": header.seed,
        "condition": header.condition,
        "wording": header.wording,
        "wording_digest": header.wording_digest,
        "steps": reading.steps,
        "forked_after": header.forked_after,
        "planned": header.steps,
        "standing": trial.standing,
        "changed_parameters": changed(environment),
        "fork_words": forked(header),
        "happened": interfered(trial.record.events),
        "person_acted": {"steps": len(persons), "spans": spans(persons)[:_SPANS]},
        "flip": flip.to_json() if flip else None,
        "totals": {key: tidy(value) for key, value in reading.totals.items()},
        "total": tidy(reading.total),
        "references": {
            policy: {
                "about": policy_words(policy),
                "steps": len(shadow.played),
                "total": tidy(total(shadow.totals)),
                "totals": {key: tidy(value) for key, value in shadow.totals.items()},
                "difference": {key: difference(value, shadow.totals[key]) for key, value in reading.totals.items()},
            }
            for policy, shadow in shadows.items()
        },
        "same_noise": noisy(environment) and bool(shadows),
        "same_disturbances": state.any_disturbed and bool(shadows),
        "yardstick": environment.reference_name,
        "regret": difference(total(yardstick.totals), reading.total) if yardstick else None,
        "best": tidy(best.total) if best and best.known else None,
        "best_is": best_words(environment, best, disturbed=state.any_disturbed) if best and best.known else None,
        "rejected": reading.tally.rejected,
        "uncounted": reading.tally.by_kind,
        "steps_in_place": reading.tally.person_steps,
        "rejected_in_place": reading.tally.person_rejected,
        "in_place_words": reading.tally.person(),
        "no_own_steps": reading.empty,
        "uncounted_words": reading.tally.words(),
        "looked_no_further": reading.watch.blind,
    }


def _lines(found: Mapping[str, Any]) -> Iterator[str]:
    """Yield the facts as lines for people; nothing else is in them."""
    how = judged_words(found["standing"], found["verdict"], found["reason"])
    done = counted(found["steps"], "step") + ended_words(found["standing"])
    yield f"{one_line(found['file'], 400)}: {found['environment']}, {done}{how}"
    yield from (_finding_line(finding, found["steps"]) for finding in found["modes"])
    yield from (f"  in its parent: {_finding_line(finding, found['steps']).strip()}" for finding in found["inherited"])
    yield f"  {_who(found)}"
    if found["fork_words"]:
        yield f"  {found['fork_words']}"
    if found["changed_parameters"]:
        yield f"  changed parameters: {parameters(found['changed_parameters'])}"
    yield from (f"  {one['what']}" for one in found["happened"])
    if found["measure"]:
        yield f"  judged by {found['measure']}: {amount(round(found['measured'], 3), 12)}"
    if found["flip"]:
        yield f"  flip: step {_flip(found)}"
    references = list(found["references"].values())
    if references:
        others = "; ".join(reference["about"] for reference in references)
        disturbed = " and disturbances" * found["same_disturbances"]
        noise = f", same noise{disturbed}" if found["same_noise"] else ""
        went_on = max(reference["steps"] for reference in references)
        further = f", to the planned end: step {went_on}" if went_on > found["steps"] else ""
        yield f"  total; reference; difference ({others}{noise}{further}):"
    for key, value in found["totals"].items() if references else ():
        beside = (f"{amount(r['totals'][key], 14)}; {signed(r['difference'][key], 14)}" for r in references)
        yield f"    {key.replace('_', ' ')}: {amount(value, 14)}; {'; '.join(beside)}"
    if references:
        parts = [f"{reference['about']} {amount(reference['total'], 14)}" for reference in references]
        best = "" if found["best"] is None else f"; {found['best_is']} {amount(found['best'], 12)}"
        whole = "over the whole trial, its parent's steps too" if found["forked_after"] else "in all"
        yield f"  {whole}: {amount(found['total'], 14)}; {'; '.join(parts)}; regret {amount(found['regret'], 14)}{best}"
    if found["in_place_words"]:
        yield f"  in the agent's place: {found['in_place_words']}"
    if found["person_acted"]["steps"]:
        yield f"  a person acted in {span_words(found['person_acted']['spans'], found['person_acted']['steps'])}"
    if found["uncounted_words"]:
        yield f"  attempts that did not count: {found['uncounted_words']}"
    if found["looked_no_further"]:
        yield f"  looked no further: {one_line(found['looked_no_further'], 200)}"


def _who(found: Mapping[str, Any]) -> str:
    parts = [f"agent {one_line(found['agent'], 60)}"] if found["agent"] else []
    parts += [f"model {one_line(found['model'], 60)}"] if found["model"] else []
    parts += [f"seed {found['seed']}" if found["seed"] is not None else "seed not known"]
    parts += [f"condition {one_line(found['condition'], 60)}"] if found["condition"] else []
    parts += [f"wording {called(found['wording'], found['wording_digest'])}"] if found["wording"] else []
    return ", ".join([*parts, f"{counted(found['planned'], 'step')} planned"])


def _flip(found: Mapping[str, Any]) -> str:
    flip = found["flip"]
    notes = [f"somewhere from {flip['first']} to {flip['last']}"] if flip["first"] < flip["last"] else []
    if flip["censored"]:
        notes.append(f"censored: {unsure(flip['step'], flip['until'], found['steps'])}")
    notes += ["a person acted"] * flip["by_person"]
    return str(flip["step"]) + (f" ({'; '.join(notes)})" if notes else "")


def finding_line(finding: Finding, steps: int) -> str:
    """Return a finding, in a trial of ``steps`` steps, as one line."""
    return _finding_line(finding.to_json(), steps)


def _finding_line(finding: Mapping[str, Any], steps: int) -> str:
    return f"  {spelt(finding, steps)} (detected at {finding['alarm']}): {finding['evidence']}"
