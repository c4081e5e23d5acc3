"""The method sheet: what readers of a human baseline ask, answered as far as the program knows."""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Iterator, Sequence

from bioblue_tui.formatting.numbers import counted, minutes_and_seconds
from bioblue_tui.formatting.text import error_line, one_line
from bioblue_tui.studies.absences import added, together
from bioblue_tui.studies.changes import what_changed
from bioblue_tui.studies.export.common import HELD_DOWN, where
from bioblue_tui.studies.export.equivalence import equivalence
from bioblue_tui.studies.export.people import passed, tries_of
from bioblue_tui.studies.export.played import Collected, Person
from bioblue_tui.studies.log import DECLINED, EXCLUDED, FINISHED, OUT_OF_TIME, Log
from bioblue_tui.studies.order import design_rows
from bioblue_tui.studies.removed import in_words
from bioblue_tui.studies.study import Block, Study, StudyTrial, is_placeholder
from bioblue_tui.wordings.collection import called

MISSING = "Not stated in the study file."
"""Stands for what only a person knows, where nobody has stated it."""

ASKED = {
    "recruitment": "Recruitment and eligibility",
    "ethics": "Ethics",
    "tools": "Tools that were allowed",
    "exclusions": "Exclusions that were planned",
}
"""Headings for what only a person knows, by their keys in ``[method]``."""


def method_sheet(found: Collected) -> str:
    """Return the method sheet as Markdown, with a sheet of its own for each version that was played.

    Args:
        found: Everything the study has so far.
    """
    played = [v for v in found.versions if found.only(v).people or found.only(v).removed] or found.versions[-1:]
    title = one_line(played[-1].study.title)
    lines = [f"# {title}", "", f"Method sheet of the study `{found.name}`, written by the program.", ""]
    if found.problems:
        lines += ["Could not be read; its contents are left out:", ""]
        lines += [*(f"- {error_line(problem)}" for problem in found.problems), ""]
    if found.remarks:
        lines += [*(error_line(remark) for remark in found.remarks), ""]
    numbers = [version.number for version in played]
    lost = {stood: count for stood, count in found.removed.items() if stood.version not in numbers}
    if lost:
        lines += [f"Removed, and in no other figure: {in_words(lost)}; which version they played is not known.", ""]
    if len(played) == 1:
        lines += _sections(found.only(played[0]))
        return "\n".join(lines).rstrip() + "\n"
    lines += [f"{len(played)} versions of the study were played. Each has its own sheet below.", ""]
    for before, version in zip([None, *played], played, strict=False):
        count = counted(len(found.only(version).people), "participant")
        lines += [f"# {_name(version.number)}: {count}", ""]
        if before is not None:
            changes = what_changed(before.study, version.study)
            lines += [f"What differs from {_name(before.number).lower()}:", "", "```text", *changes, "```", ""]
        lines += _sections(found.only(version))
    return "\n".join(lines).rstrip() + "\n"


def _name(number: int) -> str:
    return f"Version {number}" if number else "Before versions were kept (described by the study's file as it is now)"


def _sections(found: Collected) -> list[str]:
    parts: list[tuple[str, Iterator[str]]] = [
        ("Participants", _participants(found)),
        ("Task", _task(found)),
        ("Interface and instruction: the same as a model's?", equivalence(found)),
        ("Training", _training(found)),
        ("Order", _order(found)),
        ("Time", _time(found)),
        ("Data", _data(found)),
    ]
    lines: list[str] = []
    for title, body in parts:
        lines += [f"## {title}", "", *body, ""]
    method = _study(found).method
    for key in {**ASKED, **method}:
        stated = method.get(key, "").strip()
        title = ASKED.get(key) or one_line(key).capitalize()
        lines += [f"## {title}", "", MISSING if is_placeholder(stated) else stated, ""]
    return lines


def _study(found: Collected) -> Study:
    """Return the study, where all of it is of one version."""
    return found.versions[0].study


def _logs(found: Collected) -> Sequence[Log]:
    return [person.log for person in found.people]


def _participants(found: Collected) -> Iterator[str]:
    logs = _logs(found)
    states = Counter(log.outcome for log in logs)
    yield f"- Began: {len(logs)}. Finished: {states[FINISHED]}."
    if found.lost:
        codes = ", ".join(found.lost)
        yield f"- Began, too, and in no other figure: {len(found.lost)} whose session can't be read ({codes})."
    if _study(found).consent is not None:
        yield f"- Declined to take part: {states[DECLINED]}."
    if _study(found).comprehension.questions:
        yield f"- Excluded after the questions about the instructions: {states[EXCLUDED]}."
    yield f"- Have not finished: {states['']}."
    if found.removed:
        yield f"- Removed afterwards (`bioblue study forget`), and in no other figure: {in_words(found.removed)}."
    begun, complete = len(found.counting), sum(played.complete for played in found.counting)
    yield f"- Trials begun, practice aside: {begun}; played to their end: {complete}."
    cut = [played for played in found.counting if played.cut]
    if cut:
        limited = sum(played.trial.limit > 0 for played in found.counting)
        steps, planned = sum(one.state.done for one in cut), sum(one.record.header.steps for one in cut)
        yield (
            f"  - cut by their time limit: {len(cut)} of the {limited} that had one, after {steps} of "
            f"{counted(planned, 'step')} in all. They are in all tables (`cut`); `comparisons.csv` counts them "
            "(`people_cut`) and compares complete trials only."
        )
    others = [played for played in found.counting if not played.complete and not played.cut]
    stopped = Counter(played.standing for played in others)
    yield from (f"  - not to their end, {one_line(why)}: {count}" for why, count in sorted(stopped.items()))
    late = sum(done.outcome == OUT_OF_TIME for log in logs for done in log.own_trials)
    if late:
        yield f"- Trials that did not begin because the study's time was over: {late}."
    incentives = _study(found).incentives.strip()
    yield f"- Incentives: {f'participants were told: {one_line(incentives, 2000)}' if incentives else MISSING}"


def _task(found: Collected) -> Iterator[str]:
    columns = (
        *("block", "order in it", "condition", "wording", "environment", "parameters set"),
        *("time limit", "asked to answer after", "seeds", "steps"),
    )
    yield f"| {' | '.join(columns)} | trials begun | steps played |"
    yield "|---" * (len(columns) + 2) + "|"
    for block in _study(found).blocks:
        yield from _rows(found, block)


def _rows(found: Collected, block: Block) -> Iterator[str]:
    groups: dict[tuple[str, str, str, str, int], list[StudyTrial]] = {}
    for trial in block.trials:
        set_ = ", ".join(f"{key}={value}" for key, value in trial.spec.parameters.items()) or "none"
        wording = trial.spec.wording.title if trial.spec.wording else "not known"
        key = (trial.condition, wording, trial.spec.environment, set_, trial.spec.steps)
        groups.setdefault(key, []).append(trial)
    for (condition, wording, environment, set_, steps), trials in groups.items():
        seeds = ", ".join(str(trial.spec.seed) for trial in trials)
        shown = "prompt-only" if trials[0].spec.prompt_only else "gauges"
        keys = [trial.key for trial in trials]
        records = [one for one in found.counting if one.trial.key in keys]
        played = [one.state.done for one in records]
        # Each record says what was played: older programs had other words.
        headers = [one.record.header for one in records]
        told = ", ".join(sorted({called(one.wording, one.wording_digest) for one in headers})) or wording
        done = "–".join(map(str, sorted({min(played), max(played)}))) if played else "none"
        label = f"{condition} ({shown})"
        limit = minutes_and_seconds(trials[0].limit) if trials[0].limit else "none"
        hurry = f"{trials[0].hurry:g} s" if trials[0].hurry else "never"
        about = (block.name, block.order, label, told, environment, set_, limit, hurry, seeds, str(steps))
        cells = (*about, str(len(played)), done)
        yield "| " + " | ".join(one_line(cell).replace("|", "\\|") for cell in cells) + " |"


def _training(found: Collected) -> Iterator[str]:
    study = _study(found)
    asked = study.comprehension
    yield f"- Pages of instruction: {len(study.pages) or 'none'}."
    if own := [block.name for block in study.blocks if block.page is not None]:
        yield f"- A page of its own before its first trial: block {one_line(', '.join(own), 300)}."
    left_out = (
        f"{len(study.practice)}, in no table of trials or answers; their time is in `pages.csv`, and counts in "
        "`participants.csv` (`minutes`); pauses in them are in `events.csv` and in “Stretches left out” below"
    )
    yield f"- Practice trials: {left_out if study.practice else 'none'}."
    for trial in study.practice:
        spec, shown = trial.spec, "prompt-only" if trial.spec.prompt_only else "gauges"
        about = f"{spec.environment}, condition {one_line(trial.condition)} ({shown}), seed {spec.seed}"
        yield f"  - {about}, {counted(spec.steps, 'step')}"
    if not asked.questions:
        yield "- No questions about the instructions."
        return
    again = "The pages are shown again before another try. " if study.rereads else ""
    after = "the session ends" if asked.failing == "exclude" else "the session continues and they are marked"
    yield f"- Questions about the instructions: {len(asked.questions)}, tries: {asked.tries}."
    yield f"- {again}After the last try: {after}."
    tries = [(person, tries_of(person)) for person in found.people]
    answered = [(person, own) for person, own in tries if own]
    if asked.tries > 1:
        more = sum(any(key.startswith("comprehension/wrong") for key in person.log.done) for person, _ in answered)
        yield f"- Participants who needed another try: {more} of {len(answered)}."
    never = sum(len(own) == asked.tries and passed(person) is False for person, own in answered)
    yield f"- Participants who did not have all of them right in the end: {never} of {len(answered)}."


def _order(found: Collected) -> Iterator[str]:
    study = _study(found)
    words = {
        "fixed": "as written, for all",
        "balanced": "balanced over participants (Williams design: Latin square, balanced for first-order carry-over)",
        "random": f"drawn for each participant (from seed {study.seed} and their code)",
    }
    yield f"- Blocks: {words[study.order] if len(study.blocks) > 1 else 'there is one'}."
    for order in dict.fromkeys(block.order for block in study.blocks):
        names = ", ".join(one_line(block.name) for block in study.blocks if block.order == order)
        yield f"- Trials in {names}: {words[order]}."
    rows = design_rows(study)
    if rows > 1:
        later = any(version.number > 1 for version in found.versions)
        alike = " Only participants whose version of the study has the same trials were counted." if later else ""
        yield (
            f"- Rows of the design: {rows}. Unless a row was named (`--row`), a new participant got the row with the "
            "fewest participants who had finished or were playing at that moment; among equals, the row with the "
            "fewest who had begun, were not playing, and might still continue; among equals again, the first. Those "
            f"who declined, were excluded or were removed gave their row back.{alike}"
        )
        yield f"- Finished, by row: {_by_row([log for log in _logs(found) if log.outcome == FINISHED])}."
        yield f"- Began, by row: {_by_row(_logs(found))}."


def _by_row(logs: Sequence[Log]) -> str:
    taken = Counter(log.opening.row + 1 for log in logs)
    return ", ".join(f"row {row}: {taken[row]}" for row in sorted(taken)) or "none yet"


def _limits(study: Study) -> Iterator[str]:
    trials = [*study.practice, *study.trials]
    if study.limit:
        yield f"{minutes_and_seconds(study.limit)} of trials in all, after which no further one begins"
    limits, hurries = where(trials, lambda trial: trial.limit), where(trials, lambda trial: trial.hurry)
    yield from (f"{minutes_and_seconds(limit)} for a trial, {place}" for limit, place in limits.items())
    yield from (f"“Please answer now” after {hurry:g} s, {place}" for hurry, place in hurries.items())


def _time(found: Collected) -> Iterator[str]:
    study, logs = _study(found), _logs(found)
    yield f"- Limits: {'; '.join(_limits(study)) or 'none'}."
    breaks = study.breaks
    often = "trial" if breaks.every == 1 else f"{breaks.every} trials"
    rests = [f"after every {often}"] * bool(breaks.every) + ["between blocks"] * breaks.between
    taken = sum(key.startswith("break/") for log in logs for key in log.done)
    told = f"{' and '.join(rests)}; {taken} {'was' if taken == 1 else 'were'} taken" if rests else "none"
    yield f"- Breaks: {told}. Pauses at will, with a key."
    seconds = [second for played in found.counting for second in played.response_times]
    if seconds:
        low, middle, high = _quartiles(seconds)
        quartiles = f"quartiles {low:.2f} and {high:.2f}, {counted(len(seconds), 'answer')}, refused ones included"
        yield f"- Seconds for an answer: median {middle:.2f} ({quartiles})."
    again = sum(bool(left) for played in found.counting for _, _, left in played.answers)
    if again:
        yield (
            f"- Left out of that: {counted(again, 'answer')} to a question that had been on the screen before, and was "
            "shown again after an interruption (`shown_before`). Their seconds begin when it was shown last."
        )
    minutes = [log.seconds / 60 for log in logs if log.outcome == FINISHED]
    if minutes:
        middle, longest = statistics.median(minutes), max(minutes)
        spent = "up to the last page" + ", without score cards" * any(one.study.feedback for one in found.versions)
        yield f"- Minutes of those who finished, {spent}: median {middle:.1f}, longest {longest:.1f}."
    if found.killed:
        yield (
            f"- Time that is not known, and in no figure: {counted(found.killed, 'time')} the program was ended in the "
            "middle of a page, a question or a trial and could not note how long it had been open (a crash, a power "
            "cut). In a trial with a time limit that is about a second; elsewhere it may be any length of time."
        )
    yield (
        "- Response times run from the moment the observation is there, or, after a refused answer, from the refusal, "
        "to the moment the answer is submitted, on a monotonic clock. The screen is drawn up to 30 times a second, so "
        "an observation appears up to 1/30 s later, or more on a busy computer. Left out, and recorded: pauses, the "
        "question whether to leave, and stretches in which another window had the keyboard, where the terminal tells. "
        "Where such stretches overlap, the shared time is counted once, for the one that began first. The sums below "
        "are of all stretches, including those on a score card or between two pages, which only `events.csv` has; "
        "there each stretch has its full length."
    )
    yield from _views(found)
    early = "before what they would answer was on the screen, or while a pause or a dialog lay over it,"
    yield f"- Keys pressed {early} did not count; nor did, {HELD_DOWN}. In all, these did not count: {_dropped(found)}."
    yield f"- Stretches left out: {_absences(found.people) or 'none'}."


def _views(found: Collected) -> Iterator[str]:
    """Yield what was in view: which panels, and, of text alone, whether the question was."""
    decisions = [(one, decision) for one in found.counting for decision in one.decisions.values()]
    text = [decision for one, decision in decisions if one.trial.spec.prompt_only]
    panels = [decision.screen.get("panels") for one, decision in decisions if not one.trial.spec.prompt_only]
    if panels:
        single = Counter(str(shown[0]) for shown in panels if isinstance(shown, list) and len(shown) == 1)
        which = f" ({', '.join(f'{name}: {count}' for name, count in sorted(single.items()))})" if single else ""
        yield (
            "- Conditions with gauges: a window of less than 110 columns or 30 rows shows one panel at a time, and Tab "
            f"the others. One panel alone was in view at {sum(single.values())} of "
            f"{counted(len(panels), 'answer')}{which}; see `panels` in `decisions.csv`."
        )
    if not text:
        return
    out, unknown = (sum(decision.question_in_view is value for decision in text) for value in (False, None))
    not_noted = f"; for {unknown} this was not noted" if unknown else ""
    yield (
        "- Prompt-only: the first question of a trial stands below the instruction; on a small terminal it is out of "
        "view until the text is scrolled or an answer is begun. Its time runs from the beginning of the trial, reading "
        f"the instruction included. Not in view when it was answered: the question of {out} of "
        f"{counted(len(text), 'answer')}{not_noted} (`question_in_view` in `decisions.csv`)."
    )


def _dropped(found: Collected) -> str:
    """Return how many keys did not count, and where."""
    answers = [decision.dropped for played in found.counting for decision in played.decisions.values()]
    views = [count for person in found.people for count in person.dropped.values()]
    kinds = (
        ("answer",),
        (
            "page, question, practice trial, interruption or end of a trial",
            "pages, questions, practice trials, interruptions or ends of trials",
        ),
    )
    parts = []
    for counts, kind in zip((answers, views), kinds, strict=True):
        having = sum(count > 0 for count in counts)
        parts += [f"{sum(counts)} at {counted(having, *kind)}"] if having else []
    named = "`dropped` in `decisions.csv`, `trials.csv` and `pages.csv`, except those at anything left unfinished"
    return f"{', '.join(parts) or 'none'} ({named})"


def _absences(people: Sequence[Person]) -> str:
    """Return how often and for how long people were away, by why."""
    stretches = [(person, stretch) for person in people for stretch in person.log.absences]
    parts = []
    sums = added(together(person.log.absences) for person in people)
    for why in sorted({stretch.why for _, stretch in stretches}):
        own = [(person, stretch) for person, stretch in stretches if stretch.why == why]
        still = sum(person.still(stretch) for person, stretch in own)
        ended = sum(not stretch.ended for _, stretch in own) - still
        unknown = [f"{ended} of unknown length: the program crashed in them"] * bool(ended)
        unknown += [f"{still} still open, and not in the sum"] * bool(still)
        more = f" ({'; '.join(unknown)})" if unknown else ""
        parts.append(f"{why} {len(own)}, {sums.get(why, 0.0):.1f} s in all{more}")
    return "; ".join(parts)


def _data(found: Collected) -> Iterator[str]:
    logs = _logs(found)
    yield "- Individual-level: every participant is in `participants.csv`, every trial of theirs in `trials.csv` and"
    yield "  every answer in `decisions.csv`, practice trials aside; `dictionary.json` says what each column means."
    yield "- Every trial has a record in `records/`, practice trials too (marked in their headers); `bioblue replay`"
    yield "  shows one, `bioblue verify` recomputes it. The study as it was played is in `versions/`."
    yield "- Participants are known by their codes alone."
    yield f"- Programs: {', '.join(sorted({v.program for log in logs for v in log.visits})) or 'none yet'}."
    if not found.versions[0].number:
        digests = sorted({visit.digest for log in logs for visit in log.visits})
        yield f"- No copy of the study was kept. Hashes of its file: {', '.join(digests) or 'none'}."
    yield f"- Terminal sizes, columns × rows, at each start and after each resize: {_sizes(logs)}."


def _sizes(logs: Sequence[Log]) -> str:
    sizes = Counter(f"{columns}×{rows}" for log in logs for _, columns, rows in log.sizes)
    return ", ".join(f"{size} ({count})" for size, count in sizes.most_common(20)) or "none yet"


def _quartiles(values: Sequence[float]) -> tuple[float, float, float]:
    if len(values) < 2:
        return values[0], values[0], values[0]
    low, middle, high = statistics.quantiles(values, n=4, method="inclusive")
    return low, middle, high
