"""Tables about participants: who they are and what they reached (wide), pages, events."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from bioblue_tui.studies.export.common import AWAY, DROPPED, KILLED, WHO, time_of, who
from bioblue_tui.studies.export.played import Collected, Person
from bioblue_tui.studies.export.table import Column, Table, Type
from bioblue_tui.studies.export.tables import trial_row
from bioblue_tui.studies.flow import AGREED, question_key, trial_seconds, wrong_answers
from bioblue_tui.studies.study import NUMBERS, Question


def people(found: Collected) -> Table:
    """Return every participant with what they answered and reached: the wide table."""
    own = [
        Column("state", "text", "finished, declined, excluded; empty while their session is open."),
        Column("began", "time", "When they began."),
        Column("last", "time", "When something last happened."),
        Column("visits", "integer", "How often the program was started for them."),
        Column(
            "minutes",
            "number",
            f"On questions, trials and pages, except score cards and the last page; without excluded time. {KILLED}",
            "min",
        ),
        Column("trial_minutes", "number", "In trials that count, over or not, without excluded time.", "min"),
        Column("agreed", "boolean", "Whether they agreed to take part, where that was asked."),
        Column("comprehension_tries", "integer", "How often they answered the questions about the instructions."),
        Column("comprehension_passed", "boolean", "Whether they had all of them right in the end."),
    ]
    asked: dict[str, list[str]] = {}
    kinds: Mapping[str, Type]
    for version in found.versions:
        for question in version.study.questionnaire:
            texts = asked.setdefault(question.key, [])
            texts += [question.text] * (question.text not in texts)
    kinds = {key: "integer" if _are_numbers(found, key) else "text" for key in asked}
    answers = [Column(f"answer_{key}", kinds[key], f"Closing question: {' / '.join(asked[key])}") for key in asked]
    columns, cells = _wide(found)
    rows = [{**who(person), **_person(person), **cells.get(person.code, {})} for person in found.people]
    return Table("participants", "A participant.", [*WHO, *own, *answers, *columns], rows)


def _person(person: Person) -> dict[str, object]:
    study, log = person.study, person.log
    tries = tries_of(person)
    row: dict[str, object] = {
        "state": log.outcome,
        "began": log.opening.created,
        "last": time_of(log.last),
        "visits": len(log.visits),
        "minutes": round(log.seconds / 60, 3),
        "trial_minutes": round(trial_seconds(log) / 60, 3),
        "agreed": log.answer("consent") == AGREED if "consent" in log.done else None,
        "comprehension_tries": len(tries) if study.comprehension.questions else None,
        "comprehension_passed": passed(person),
    }
    for question in study.questionnaire:
        row[f"answer_{question.key}"] = _typed(question, log.answer(f"questionnaire/{question.key}"))
    return row


def _typed(question: Question | None, answer: str) -> object:
    """Return an answer as a number where a number is asked for, otherwise as text."""
    return int(answer) if question and answer and question.kind in NUMBERS else answer


def _are_numbers(found: Collected, key: str) -> bool:
    """Return whether a closing question asks for a number in every version that has it."""
    questions = [question for version in found.versions for question in version.study.questionnaire]
    return all(question.kind in NUMBERS for question in questions if question.key == key)


def _asked(person: Person, view: str) -> Question | None:
    """Return the question that a view asks."""
    kind, _, rest = view.partition("/")
    questions = {"questionnaire": person.study.questionnaire, "comprehension": person.study.comprehension.questions}
    name = rest.partition("/")[0]
    return next((question for question in questions.get(kind, ()) if question.key == name), None)


def passed(person: Person) -> bool | None:
    """Return whether all answers about the instructions were right in the end; None where that is not known."""
    tries, study, log = tries_of(person), person.study, person.log
    if not tries or (not person.version.number and log.visits and log.visits[-1].digest != study.digest):
        return None
    return not wrong_answers(study, log, tries[-1])


def tries_of(person: Person) -> list[int]:
    """Return the tries, from 1, in which a participant answered all questions about the instructions."""
    asked = person.study.comprehension
    tries = range(1, asked.tries + 1) if asked.questions else ()
    return [n for n in tries if all(question_key(question, n) in person.log.done for question in asked.questions)]


def _wide(found: Collected) -> tuple[list[Column], dict[str, dict[str, object]]]:
    """Return a group of columns for each trial of the study, and the cells by participant."""
    columns: dict[str, Column] = {}
    cells: dict[str, dict[str, object]] = {}
    keys = dict.fromkeys(trial.key for version in found.versions for trial in version.study.trials)
    order = {key: place for place, key in enumerate(keys)}
    for played in sorted(found.counting, key=lambda played: order[played.trial.key]):
        prefix = re.sub(r"\W+", "_", played.trial.key)
        row, own = trial_row(played), cells.setdefault(played.person.code, {})
        what = f"trial {played.trial.key}"
        for name, kind, meaning, unit in (
            ("place", "integer", "its place in the order", ""),
            ("steps", "integer", "steps done", ""),
            ("complete", "boolean", "whether it was played to its end", ""),
            ("cut", "boolean", "whether its time limit ended it before its last step", ""),
            ("rejected", "integer", "rejected answers", ""),
            ("seconds", "number", "seconds, without excluded time", "s"),
        ):
            column = Column(f"{prefix}_{name}", kind, f"{what}: {meaning}.", unit)  # type: ignore[arg-type]
            columns.setdefault(column.name, column)
            own[column.name] = played.place if name == "place" else row[name]
        for key in played.figures.compared.rows if played.figures.compared else ():
            for name, meaning in (("total", "sum of"), ("difference", "sum minus the reference policy's of")):
                column = Column(f"{prefix}_{name}_{key}", "number", f"{what}: {meaning} {key}.")
                columns.setdefault(column.name, column)
                own[column.name] = row[f"{name}_{key}"]
    return list(columns.values()), cells


def pages(found: Collected) -> Table:
    """Return how long everything was shown, and what was answered."""
    columns = [
        *WHO,
        Column("view", "text", "What was shown: its key in the study."),
        Column("ended", "time", "When it was over; for a trial, before its score card."),
        Column(
            "seconds",
            "number",
            f"How long, over all visits, without excluded time; for trials as in trials.csv. {KILLED}",
            "s",
        ),
        *(
            Column(
                f"away_{why}",
                "number",
                f"Excluded seconds {words}; for trials as in trials.csv, where they are one sum (away). "
                "Stretches in which the program crashed are left out.",
                "s",
            )
            for why, words in AWAY.items()
        ),
        replace(
            DROPPED,
            meaning=f"{DROPPED.meaning} For a practice trial all are counted here. For another trial only those at "
            "questions left without an answer, and after the last answer; decisions.csv has the rest, trials.csv all.",
        ),
        Column("answer", "text", "The answer, where something was asked; a number where a number was asked for."),
        Column("outcome", "text", "How it ended, where it could end in several ways."),
    ]
    ends = found.ends
    rows = [
        {
            **who(person),
            "view": done.view,
            "ended": time_of(min(done.at, ends.get((person.code, done.view), done.at))),
            "seconds": done.seconds,
            **({} if (away := person.away(done)) is None else {f"away_{why}": away.get(why, 0) for why in AWAY}),
            "dropped": dropped[done.view],
            "answer": _typed(_asked(person, done.view), done.answer),
            "outcome": done.outcome,
        }
        for person in found.people
        for dropped in [person.dropped]
        for done in person.log.done.values()
    ]
    return Table("pages", "A page, question or trial that was shown and is over.", columns, rows)


def events(found: Collected) -> Table:
    """Return when the program was started, when the terminal was resized, and when time did not count."""
    columns = [
        *WHO,
        Column("at", "time", "When it happened; for a stretch that does not count, when it began."),
        Column("event", "text", "visit: the program was started; resized: the terminal; away: time did not count."),
        Column("why", "text", "Why time did not count: pause, leaving, focus. Stretches may overlap."),
        Column("until", "time", "When the stretch ended; empty where it was still open, or the program crashed in it."),
        Column(
            "seconds",
            "number",
            "Full length of the stretch; where stretches overlap, other tables count the shared time once, for the one "
            "that began first. Empty where until is.",
            "s",
        ),
        Column("open", "boolean", "Whether it was still open, and the program running, at the time of the export."),
        Column("terminal_columns", "integer", "Width of the terminal from then on.", "characters"),
        Column("terminal_rows", "integer", "Height of the terminal from then on.", "characters"),
        Column("program", "text", "Program and version, of a visit."),
        Column("digest", "text", "Hash of the study's file and the files it names, of a visit."),
    ]
    rows = [row for person in found.people for row in sorted(_events(person), key=lambda row: row["moment"])]
    told = [{**row, "at": time_of(row["moment"])} for row in rows]
    return Table("events", "Something that happened around the trials.", columns, told)


def _events(person: Person) -> Iterator[dict[str, Any]]:
    own, log = who(person), person.log
    visits = {visit.at: visit for visit in log.visits}
    for at, columns, rows in log.sizes:
        visit = visits.get(at)
        more = {"program": visit.program, "digest": visit.digest} if visit else {}
        kind = "visit" if visit else "resized"
        yield {**own, "moment": at, "event": kind, "terminal_columns": columns, "terminal_rows": rows, **more}
    for away in log.absences:
        ended = {"until": time_of(away.ended), "seconds": away.seconds} if away.ended else {}
        yield {**own, "moment": away.began, "event": "away", "why": away.why, **ended, "open": person.still(away)}
