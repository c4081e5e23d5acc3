"""People and models in one report: differences on the same seeds, and effect sizes."""

from pathlib import Path

from bioblue_tui.agents.base import Answer, BaseAgent, Turn
from bioblue_tui.agents.scripted import ScriptedAgent
from bioblue_tui.analysis.references import References
from bioblue_tui.report.content import report
from bioblue_tui.report.trials import read_trials
from bioblue_tui.runs.session import run_agent
from bioblue_tui.studies.running import enter
from tests.studies.small import load, walk


class Eater(BaseAgent):
    dose = 5

    async def answer(self, turn: Turn) -> Answer:
        return Answer(str(self.dose))


def test_people_are_what_models_are_held_against(tmp_path: Path) -> None:
    study = load(tmp_path, [("a", "1-3", "fixed")], steps=4)
    for code in ("P1", "P2"):
        run = enter(study, code, tmp_path)
        with run.file:
            walk(run)
    for seed in (1, 2, 9):
        run_agent("homeostasis", ScriptedAgent("thermostat", seed), seed=seed, steps=4, data=tmp_path)
        run_agent("homeostasis", Eater("openai:eater", "eater"), seed=seed, steps=4, data=tmp_path)
    run_agent("homeostasis", Eater("openai:other", "other"), seed=1, steps=5, data=tmp_path)
    files = sorted((tmp_path / "trials").iterdir(), key=lambda path: "human" in path.name)
    trials = read_trials(files, References(), lambda line: None)
    assert len(trials) == 6 + 6 + 1
    parts = {group.title: group for group in report(trials).groups}
    beside = {
        title: [t for t in part.figures if t.caption.startswith("Compared with")] for title, part in parts.items()
    }
    (eater,) = next(tables for title, tables in beside.items() if "eater" in title)
    assert "human" in eater.caption
    assert next(tables for title, tables in beside.items() if "human" in title) == []
    assert next(tables for title, tables in beside.items() if "other" in title) == [], "another number of steps"
    rows = {row[0]: row for row in eater.rows}
    # Four steps of 5 each less four steps of 1 each, on the two seeds that both have.
    assert rows["consumption"][1:5] == ("2", "+16", "–", "too few")
    assert rows["consumption"][9:] == ("+1", "–")


def test_one_model_under_other_settings_is_held_against_itself(tmp_path: Path) -> None:
    for history in ("full", "none"):
        for seed in (1, 2):
            eater = Eater("openai:eater", "eater", {"history": history})
            run_agent("homeostasis", eater, seed=seed, steps=4, data=tmp_path)
    trials = read_trials(sorted((tmp_path / "trials").iterdir()), References(), lambda line: None)
    full, none = report(sorted(trials, key=lambda trial: str(trial.header.provider["history"]))).groups
    assert full.title.endswith(" · eater · history full")
    assert none.title.endswith(" · eater · history none")
    (compared,) = (table for table in none.figures if table.caption.startswith("Compared with"))
    assert compared.caption.startswith(f"Compared with {full.title}, paired by seed")


def test_what_people_did_is_over_people_and_seeds_and_says_so(tmp_path: Path) -> None:
    study = load(tmp_path, [("a", "1-6", "fixed")], steps=4)
    for number in range(6):
        run = enter(study, f"P{number}", tmp_path)
        with run.file:
            walk(run)
    for seed in range(1, 7):
        eater = Eater("openai:eater", "eater")
        eater.dose = 3 + seed % 3
        run_agent("homeostasis", eater, seed=seed, steps=4, data=tmp_path)
    files = sorted((tmp_path / "trials").iterdir(), key=lambda path: "human" in path.name)
    (compared,) = (
        table
        for group in report(read_trials(files, References(), lambda line: None)).groups
        for table in group.figures
        if table.caption.startswith("Compared with")
    )
    rows = {row[0]: row for row in compared.rows}
    assert rows["consumption"][1] == "6"
    assert rows["consumption"][4] == "people and seeds"
    # Undersatiation was never met: of three dimensions two have a p value.
    made = sum(row[5] != "–" for row in compared.rows)
    assert f"{made} contrast" in compared.caption
    for row in compared.rows:
        assert (row[5] == "–") == (row[6] == "–")
    for part in (
        "bootstrap-t",
        "people and seeds, both drawn anew",
        "adjusted by Holm",
        "may still depend on the noise",
    ):
        assert part in compared.caption


def test_without_people_the_first_group_is_what_others_are_held_against(tmp_path: Path) -> None:
    for seed in (1, 2):
        run_agent("homeostasis", ScriptedAgent("thermostat", seed), seed=seed, steps=4, data=tmp_path)
        run_agent("homeostasis", Eater("openai:eater", "eater"), seed=seed, steps=4, data=tmp_path)
    files = sorted((tmp_path / "trials").iterdir(), key=lambda path: "eater" in path.name)
    groups = report(read_trials(files, References(), lambda line: None)).groups
    captions = [
        [table.caption for table in group.figures if table.caption.startswith("Compared with")] for group in groups
    ]
    assert captions[0] == []
    assert "thermostat" in captions[1][0]


def test_what_was_stopped_is_left_out_of_comparisons_and_that_is_told(tmp_path: Path) -> None:
    for seed in (1, 2, 3):
        for agent in (ScriptedAgent("thermostat", seed), Eater("openai:eater", "eater"), ScriptedAgent("random", seed)):
            run_agent("homeostasis", agent, seed=seed, steps=4, data=tmp_path)
    order = ["random", "thermostat", "eater"]
    names = (tmp_path / "trials").iterdir()
    files = sorted(names, key=lambda path: next(n for n, who in enumerate(order) if who in path.name))
    # Nobody is held against the first group, for none of it was played to its end; of the last one a trial was not.
    for path in (*files[:3], files[-1]):
        path.write_text("".join(path.read_text(encoding="utf-8").splitlines(keepends=True)[:-4]), encoding="utf-8")
    first, second, third = report(read_trials(files, References(), lambda line: None)).groups
    compared = [[t.caption for t in g.figures if t.caption.startswith("Compared with")] for g in (first, second, third)]
    assert compared[:2] == [[], []]
    assert "thermostat" in compared[2][0]
    assert any(
        row[0] == "mean of 2 trials, 1 left out, not played to the end: 1 interrupted"
        for t in third.figures
        for row in t.foot
    )
    assert f"Of the 3 of {third.title} 1 left out, not played to the end: 1 interrupted. " in compared[2][0]


def test_a_runaway_beyond_measure_is_said_in_its_place(tmp_path: Path) -> None:
    for seed in (1, 2):
        run_agent("homeostasis", ScriptedAgent("thermostat", seed), seed=seed, steps=2, data=tmp_path)
        session = run_agent("homeostasis", Eater("openai:eater", "eater"), seed=seed, steps=2, data=tmp_path)
        text = session.path.read_text(encoding="utf-8")
        session.path.write_text(
            text.replace('"totals":{"consumption":10', '"totals":{"consumption":1' + "0" * 200), "utf-8"
        )
    files = sorted((tmp_path / "trials").iterdir(), key=lambda path: "eater" in path.name)
    groups = report(read_trials(files, References(), lambda line: None)).groups
    (compared,) = (t for group in groups for t in group.figures if t.caption.startswith("Compared with"))
    rows = {row[0]: row for row in compared.rows}
    assert rows["consumption"] == ("consumption", "2", "–", "–", "sums too large to compare", *["–"] * 6)
    assert rows["undersatiation"][2] == "0", "the other sums are compared"
    assert "contrast" not in compared.caption, "there is no p value that could be adjusted"


def test_all_figures_of_a_row_are_over_the_same_trials_and_the_method_is_told_once(tmp_path: Path) -> None:
    """The thermostat's further seeds are harder: they make no effect of what is equal on the seeds that both have."""
    for seed in (1, 2, 3, 4, 5, 6, 7, 8):
        run_agent("homeostasis", ScriptedAgent("thermostat", seed), seed=seed, steps=12, data=tmp_path)
        if seed < 6:
            for agent in (Same("openai:same", "same"), Eater("openai:eater", "eater")):
                run_agent("homeostasis", agent, seed=seed, steps=12, data=tmp_path)
    order = ["thermostat", "same", "eater"]
    names = (tmp_path / "trials").iterdir()
    files = sorted(names, key=lambda path: next(n for n, who in enumerate(order) if who in path.name))
    trials = read_trials(files, References(), lambda line: None)
    groups = report(trials).groups
    same, eater = (t for group in groups for t in group.figures if t.caption.startswith("Compared with"))
    for row in same.rows:
        assert row[1:5] == ("5", "0", "–", "all equal")
        assert row[7:] == ("–", "–", "0", "–"), "nothing spreads where every trial has its equal"
    assert "on seeds that both have: 5 of homeostasis · same, 5 of homeostasis · thermostat." in same.caption
    assert "Of the 8 of homeostasis · thermostat 3 left out, on seeds that only one side has." in same.caption
    assert ["jackknife" in table.caption for table in (same, eater)] == [True, False]


class Same(BaseAgent):
    """Does what the thermostat does."""

    async def answer(self, turn: Turn) -> Answer:
        return Answer(str(max(0, 100 - int(turn.state.levels[0]))))
