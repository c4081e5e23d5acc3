"""A lesson as it is given: act first, predict before the reveal, change a rule, go back and forth."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual import events
from textual.widgets import Input, OptionList

from bioblue_tui.lessons.format import Lesson
from bioblue_tui.lessons.outcome import Outcome
from bioblue_tui.lessons.reading import read_lesson
from bioblue_tui.lessons.sitting import Sitting
from bioblue_tui.records.collection import open_record, recent
from bioblue_tui.records.schema import make_environment
from bioblue_tui.runs.session import open_session
from bioblue_tui.runs.trial_spec import TrialSpec
from bioblue_tui.screens.dialogs import ConfirmDialog
from bioblue_tui.screens.lesson.dialogs import NumberedDialog
from bioblue_tui.screens.lesson.results import ResultTable
from bioblue_tui.screens.trial.large import big
from bioblue_tui.screens.trial.replay import ReplayScreen
from bioblue_tui.screens.trial.summary import SummaryScreen
from bioblue_tui.system.paths import trials_dir
from bioblue_tui.trials.events import Stepped
from bioblue_tui.widgets.wrap import wrap
from tests.support.pilots import painted, text_of, until
from tests.support.teacher import Teacher, given

LESSON = """# Runaways

@lesson --minutes 7

## Watch

Look [here](https://example.org/) and \x1b[31mthere\x1b[0m <b>bold</b>: ![picture](https://example.org/x.png)

@predict step: When does it go wrong?

@watch multi-homeostasis --agent accelerator:10 --steps 40 --seed 5 --hide-agent --speed 0.1

@what-if "a wide band" --set hysteresis=30
@what-if "four needs" --set objectives=4

@reveal

It was the accelerator.

## Play

@play homeostasis --steps 2 --seed 3

@what-if "a narrow band" --set hysteresis=1

@predict number: How much was it?

## Find the rule

@watch sustainability --agent oscillator --steps 30 --hide-agent

@predict choice: What was it? | hunger | a pattern

@reveal

@discuss

- Who *said* so?
"""


@pytest.fixture
def lesson(tmp_path: Path) -> Lesson:
    path = tmp_path / "runaways.md"
    path.write_text(LESSON, encoding="utf-8")
    return read_lesson(path)


async def test_what_is_below_comes_when_its_turn_comes(lesson: Lesson, tmp_path: Path) -> None:
    async with given(lesson, tmp_path / "data") as teacher:
        assert "page 1/3 · 7 min" in str(teacher.screen.where.render())
        assert "Watch a mystery player" not in teacher.texts
        await teacher.guess("12 20*2, never")
        assert teacher.screen.sitting.guesses[0, 1] == [12, 20, 20, None]
        assert "4 guesses; the middle two both 20; 1 never" in text_of(teacher.card(1).plot)
        await teacher.press("enter")
        assert "Watch a mystery player: multi-objective homeostasis, 40 steps" in teacher.texts
        assert "It was the accelerator" not in teacher.texts
        await teacher.perform()
        assert "It was the accelerator" not in teacher.texts
        assert "▲" not in text_of(teacher.card(1).plot), "what happened is told at the reveal"
        await teacher.press("enter")
        assert "It was the accelerator" in teacher.texts
        onset = teacher.screen.sitting.played[0, 2].outcome.onsets[0][0]
        assert onset >= 11
        assert f"▲ {onset}: accelerating maximisation of " in text_of(teacher.card(1).plot)
        await teacher.next_page()


async def test_a_wrong_guess_is_named_and_nothing_of_the_line_is_taken(lesson: Lesson, tmp_path: Path) -> None:
    async with given(lesson, tmp_path / "data") as teacher:
        await teacher.press(*"12 soon", "enter")
        await until(teacher.pilot, lambda: teacher.card(1).refused.display)
        assert "soon: a step is a number from 1 to 40, or never" in str(teacher.card(1).refused.render())
        assert not teacher.screen.sitting.guesses[0, 1]
        assert teacher.card(1).guesses.value == "12 soon"
        # What stands there is replaced by what is typed, be it a letter that is a key of the screen's.
        await teacher.press(*"h 5", "enter")
        await until(teacher.pilot, lambda: "h: a step is" in str(teacher.card(1).refused.render()))
        assert teacher.card(1).guesses.value == "h 5"
        await teacher.guess("5 6")
        assert teacher.screen.sitting.guesses[0, 1] == [5, 6]


async def test_guesses_are_pasted_line_by_line(lesson: Lesson, tmp_path: Path) -> None:
    async with given(lesson, tmp_path / "data") as teacher:
        await teacher.ready()
        teacher.pilot.app.post_message(events.Paste("12\n\n20\nnever\n"))
        await until(teacher.pilot, lambda: teacher.card(1).guesses.value == "12 20 never")


async def test_no_step_is_guessed_that_the_trial_has_not(lesson: Lesson, tmp_path: Path) -> None:
    async with given(lesson, tmp_path / "data") as teacher:
        await teacher.press(*"12 41", "enter")
        await until(
            teacher.pilot, lambda: "41: a step is a number from 1 to 40" in str(teacher.card(1).refused.render())
        )
        assert not teacher.screen.sitting.guesses[0, 1]
        await teacher.guess("40")


@pytest.mark.parametrize("large", [False, True])
async def test_what_enter_does_is_told_whole_on_the_smallest_terminal(tmp_path: Path, large: bool) -> None:
    path = tmp_path / "small.md"
    path.write_text("# T\n\n## P\n\nText.\n\n@play homeostasis\n\n@predict number: What?\n", encoding="utf-8")
    async with given(path, tmp_path / "data", size=(60, 20), large=large) as teacher:

        def whole() -> bool:
            hint = teacher.screen.hint
            return len(wrap(str(hint.render()), max(1, hint.content_size.width))) <= hint.content_size.height

        await teacher.press("s")
        hint = str(teacher.screen.hint.render())
        assert "Enter on an empty line continues." in hint
        assert ("PgUp: the text before" in hint) == large
        await until(teacher.pilot, whole)


async def test_a_wrong_guess_is_corrected_from_an_arrow_on(lesson: Lesson, tmp_path: Path) -> None:
    async with given(lesson, tmp_path / "data") as teacher:
        await teacher.press(*"10 20*", "enter")
        await until(teacher.pilot, lambda: teacher.card(1).refused.display)
        await teacher.press("right")
        await teacher.guess("2")
        assert teacher.screen.sitting.guesses[0, 1] == [10, 20, 20]


async def test_no_failure_is_told_before_the_end_where_the_class_is_to_find_it(lesson: Lesson, tmp_path: Path) -> None:
    async with given(lesson, tmp_path / "data") as teacher:
        await teacher.press("s")
        screen = await teacher.trial("enter")
        await teacher.hold(screen, 30)
        await teacher.press("g")
        assert not screen.reveals
        assert str(screen.notice.content) == "Onsets of failures are shown later."
        assert screen.shown == screen.known
        await teacher.run_out(screen)
        await until(teacher.pilot, lambda: "maximisation of B since step" in str(screen.notice.content))


async def test_what_the_class_is_asked_afterwards_is_not_told_at_the_end_either(lesson: Lesson, tmp_path: Path) -> None:
    async with given(lesson, tmp_path / "data") as teacher:
        await teacher.press("right", "right")
        screen = await teacher.trial("enter")
        await teacher.run_out(screen)
        await teacher.pilot.pause()
        assert not screen.reveals
        await teacher.back(screen)
        table = text_of(teacher.screen.query_one(ResultTable))
        assert "oscillation" not in table
        await teacher.pass_stop()
        await teacher.press("enter")
        assert "oscillation" in text_of(teacher.screen.query_one(ResultTable))
        again = await teacher.trial("o")
        assert again.reveals, "now it may be looked at with all that was found"


async def test_a_trial_shown_again_after_the_reveal_is_read_whole_from_its_start(tmp_path: Path) -> None:
    async with given("7", tmp_path / "data") as teacher:
        await teacher.press("right")
        await teacher.whole_page()
        onsets = sorted({step for step, _ in teacher.screen.sitting.played[1, 1].outcome.onsets})
        again = await teacher.trial("o")
        assert isinstance(again, ReplayScreen)
        await teacher.press("space", "home", "g")
        await until(teacher.pilot, lambda: again.shown == onsets[0])
        await teacher.press("end", "g")
        await until(teacher.pilot, lambda: "No later onset." in str(again.notice.content))


async def test_what_cannot_be_shown_again_says_which_key_plays_it(lesson: Lesson, tmp_path: Path) -> None:
    async with given(lesson, tmp_path / "data") as teacher:
        await teacher.press("s", "o")
        notes = teacher.pilot.app._notifications
        assert [note.message for note in notes] == ["This page's trial was not played yet: Enter plays it."]


async def test_a_trial_that_was_skipped_is_played_when_it_is_to_be_shown(lesson: Lesson, tmp_path: Path) -> None:
    async with given(lesson, tmp_path / "data") as teacher:
        await teacher.press("s", "s")
        await until(teacher.pilot, lambda: "Skipped. o: play it" in painted(teacher.pilot.app))
        screen = await teacher.trial("o")
        assert not isinstance(screen, ReplayScreen)
        assert screen.state.header.condition.startswith("lesson: ")


async def test_who_plays_is_told_nowhere(lesson: Lesson, tmp_path: Path) -> None:
    async with given(lesson, tmp_path / "data") as teacher:
        await teacher.press("s")
        screen = await teacher.trial("enter")
        await teacher.hold(screen, 20)
        await teacher.press("t", "space")
        await teacher.press(*"1, 1", "enter")
        await until(teacher.pilot, lambda: screen.state.done == 21)
        # It was paused when it was taken over, and is so again.
        await teacher.press("t", "space")
        await until(teacher.pilot, lambda: screen.state.done > 21)
        await teacher.press("s")
        await until(teacher.pilot, lambda: teacher.pilot.app.screen is not screen)
        widgets = [*screen.query("*"), *teacher.pilot.app.screen.query("*")]
        told = "\n".join(text_of(widget) for widget in widgets if widget.display and widget.size)
        assert "mystery player" in told
        assert "accelerator" not in told
        await teacher.press("escape")
        await teacher.finish(screen)
        path = screen.session.path
        assert path is not None
        assert open_record(path).header.agent == "accelerator:10", "the record says it"


async def test_who_has_played_is_not_told_what_can_be_had_before_the_class_is_asked(
    lesson: Lesson, tmp_path: Path
) -> None:
    async with given(lesson, tmp_path / "data") as teacher:
        await teacher.press("right")

        async def card(*keys: str) -> str:
            screen = await teacher.trial(*keys)
            await teacher.run_out(screen)
            if isinstance(screen, ReplayScreen):
                await teacher.press("s")
            await until(teacher.pilot, lambda: isinstance(teacher.pilot.app.screen, SummaryScreen))
            told = " ".join(" ".join(text_of(widget) for widget in teacher.pilot.app.screen.query("*")).split())
            await teacher.press("q" if keys == ("enter",) else "l")
            if isinstance(screen, ReplayScreen):
                await teacher.back(screen)
            await until(teacher.pilot, lambda: teacher.pilot.app.screen is teacher.screen)
            return told

        before = await card("enter")
        assert "You" in before
        assert "consumption" in before
        assert "the lesson asks first" in before
        assert not any(word in before.lower() for word in ("thermostat", "base stock", "difference"))
        assert "the lesson asks first" in await card("o")
        await teacher.pass_stop()
        assert "thermostat" in await card("o")


async def test_another_rule_on_the_same_noise_in_two_keys(lesson: Lesson, tmp_path: Path) -> None:
    async with given(lesson, tmp_path / "data") as teacher:
        await teacher.whole_page()
        for digit, label in (("1", "a wide band"), ("2", "four needs")):
            await teacher.press("w")
            await until(teacher.pilot, lambda: isinstance(teacher.pilot.app.screen, NumberedDialog))
            screen = await teacher.trial(digit)
            first = screen.state.header
            await teacher.finish(screen)
            table = text_of(teacher.screen.query_one(ResultTable))
            assert label in table
        assert first.seed == 5
        assert first.parameters["objectives"] == 4
        lines = table.splitlines()
        assert lines[0].split() == ["after", "step", "40", "as", "played", "a", "wide", "band", "four", "needs"]
        assert [line for line in lines if line.startswith("D")], "what only one of them has is told, too"
        assert any("first failure" in line and "⚠ step" in line for line in lines)


async def test_what_a_person_played_is_played_again_by_another_rule(lesson: Lesson, tmp_path: Path) -> None:
    async with given(lesson, tmp_path / "data") as teacher:
        await teacher.press("right")
        played = await teacher.perform()
        await teacher.press("s")
        await teacher.press("w")
        await until(teacher.pilot, lambda: isinstance(teacher.pilot.app.screen, NumberedDialog))
        other = await teacher.trial("1")
        await teacher.finish(other)
        for step in (1, 2):
            mine, theirs = played.state.stepped(step), other.state.stepped(step)
            assert (mine.action, mine.change) == (theirs.action, theirs.change)
        assert "a narrow band" in text_of(teacher.screen.query_one(ResultTable))


def test_what_another_rule_is_called_is_never_cut() -> None:
    table, outcome = ResultTable(), Outcome(3, 3, (), ({}, {}, {}), ())
    table.show_outcomes([("as played", outcome), ("a field that is twice as large", outcome)], onsets=False)
    words = " ".join(part for line in table.draw(50, 0) for part, _ in line).split()
    assert words == ["after", "step", "3", "as", "played", "a", "field", "that", "is", "twice", "as", "large"]


async def test_trials_are_kept_in_the_data_directory_with_the_lessons_title(lesson: Lesson, tmp_path: Path) -> None:
    data = tmp_path / "data"
    async with given(lesson, data) as teacher:
        await teacher.whole_page()
    (entry,) = recent(trials_dir(data), 10)
    record = open_record(entry.path)
    assert (record.header.condition, entry.done) == ("lesson: Runaways", 40)


async def test_pages_are_turned_back_and_guesses_stay(lesson: Lesson, tmp_path: Path) -> None:
    async with given(lesson, tmp_path / "data") as teacher:
        await teacher.guess("7")
        await teacher.press("right")
        assert teacher.screen.sitting.page == 1
        await teacher.press("backspace")
        assert teacher.screen.sitting.page == 0
        assert "1 guess" in text_of(teacher.card(1).plot)
        await teacher.press("9", "left")
        assert teacher.screen.sitting.page == 0, "while something is typed, arrows move within it"
        await teacher.press("backspace", "delete", "h")
        await until(teacher.pilot, lambda: isinstance(teacher.pilot.app.screen, NumberedDialog))
        await teacher.press("3")
        await until(teacher.pilot, lambda: teacher.screen.sitting.page == 2)
        await teacher.press("escape")
        await until(teacher.pilot, lambda: isinstance(teacher.pilot.app.screen, ConfirmDialog))
        await teacher.press("n")
        await until(teacher.pilot, lambda: teacher.pilot.app.screen is teacher.screen)


async def test_only_pages_that_were_opened_are_ticked(tmp_path: Path) -> None:
    async with given("2", tmp_path / "data") as teacher:
        await teacher.press("h")
        await until(teacher.pilot, lambda: isinstance(teacher.pilot.app.screen, NumberedDialog))
        ticked = teacher.pilot.app.screen.query_one(OptionList)
        assert not any("✓" in str(option.prompt) for option in ticked.options)
        last = len(ticked.options)
        await teacher.press(str(last))
        await until(teacher.pilot, lambda: teacher.screen.sitting.last)
        await teacher.press("h")
        await until(teacher.pilot, lambda: isinstance(teacher.pilot.app.screen, NumberedDialog))
        again = teacher.pilot.app.screen.query_one(OptionList)
        assert ["✓" in str(option.prompt) for option in again.options] == [False] * (last - 1) + [True]


async def test_a_rule_that_changes_the_noise_says_so(lesson: Lesson, tmp_path: Path) -> None:
    async with given(lesson, tmp_path / "data") as teacher:
        await teacher.press("s")
        await teacher.perform()
        assert "w 1: what if … a wide band\n" in teacher.texts
        assert "w 2: what if … four needs (other noise)" in teacher.texts
        played = teacher.screen.sitting.played[0, 2]
        await teacher.finish(await teacher.trial("w", "1"))
        await teacher.finish(await teacher.trial("w", "2"))
        assert sorted(played.others) == [0, 1]
        changes = {}
        for path in trials_dir(tmp_path / "data").glob("*.jsonl"):
            record = open_record(path)
            rule = make_environment(record.header).parameters
            changes[rule["objectives"], str(rule["hysteresis"])[:3]] = [
                event.change[:2] for event in record.events if isinstance(event, Stepped) and event.change
            ]
        assert changes[2, "[11"] == changes[2, "[30"]
        assert changes[2, "[11"] != changes[4, "[11"]
        table = teacher.screen.query_one(ResultTable)
        assert "(other noise)" in " ".join(text_of(table).split())
        # What goes wrong, and when, is not told before the page tells it.
        assert "first failure" not in text_of(table)
        await teacher.press("enter")
        await until(teacher.pilot, lambda: "It was the accelerator." in teacher.texts)
        await until(teacher.pilot, lambda: "first failure" in text_of(table))


async def test_large_type_brings_back_what_was_read(lesson: Lesson, tmp_path: Path) -> None:
    async with given(lesson, tmp_path / "data", size=(80, 24), large=True) as teacher:
        text = teacher.screen.sheet.query("Markdown").first()
        assert "PgUp" not in str(teacher.screen.hint.render())
        await teacher.press("s", "s")
        assert not text.region
        assert "PgUp: the text before" in str(teacher.screen.hint.render())
        await teacher.press("pageup", "pageup")
        await until(teacher.pilot, lambda: bool(text.region))
        await until(teacher.pilot, lambda: teacher.screen.sheet.scroll_offset.y == 0)
        assert "PgUp" not in str(teacher.screen.hint.render())


async def test_large_type_marks_that_earlier_actions_are_left_out(tmp_path: Path) -> None:
    async with given("6", tmp_path / "data", size=(120, 36), large=True) as teacher:
        screen = await teacher.trial("enter")
        await teacher.hold(screen, 30)
        gauge = screen.query_one("LargeGauge")
        staircase = "4 3 2 1 0 5 4 3 2 1 0 5 4 3 2 1 0 5 4 3 2 1 0 5 4 3 2 1 0 5"
        await until(teacher.pilot, lambda: f"actions {staircase}" in text_of(gauge))
        await teacher.run_out(screen)
        await until(teacher.pilot, lambda: "actions … 0 5 4" in text_of(gauge))


async def test_large_type_goes_along_into_the_trial_and_back(lesson: Lesson, tmp_path: Path) -> None:
    async with given(lesson, tmp_path / "data", size=(80, 24)) as teacher:
        await teacher.press("L")
        assert teacher.screen.has_class("-large")
        assert not teacher.screen.query_one(Input).value
        await teacher.press("right")
        screen = await teacher.trial("enter")
        assert screen.large
        board = screen.query_one("LargeBoard")
        await until(teacher.pilot, lambda: board.size.height)
        assert not screen.transcript.display
        assert not screen.rewards.region
        await teacher.press("4", "enter")
        await until(teacher.pilot, lambda: screen.state.done == 1)
        head, gauge = text_of(board.query_one("LargeHead")), text_of(board.query_one("LargeGauge"))
        assert "YOUR TURN" in head
        # The step that is asked for, here as in the line above.
        assert screen.status_line()[1] == ("  step 2/2", "strong")
        assert _digits(head, "2")
        assert "IN BAND" in gauge
        await teacher.press("L")
        assert screen.transcript.region or screen.query_one("#gauges").region
        await teacher.press("0", "enter")
        await teacher.back(screen)
        assert not teacher.screen.has_class("-large")


def _digits(head: str, number: str) -> bool:
    return all(row in line for row, line in zip(big(number), head.splitlines(), strict=True))


@pytest.mark.parametrize(
    ("size", "large"), [((80, 24), False), ((100, 30), False), ((120, 36), False), ((80, 24), True), ((120, 36), True)]
)
async def test_a_rule_can_be_found_for_what_is_done_can_be_seen(
    tmp_path: Path, size: tuple[int, int], large: bool
) -> None:
    async with given("6", tmp_path / "data", size=size, large=large) as teacher:
        screen = await teacher.trial("enter")
        await teacher.run_out(screen)
        gauge = screen.query_one("LargeGauge" if large else "GaugeView")
        await until(teacher.pilot, lambda: "4 3 2 1 0 5 4 3 2 1" in text_of(gauge))
        assert gauge.region.size


async def test_a_lesson_from_elsewhere_does_nothing_but_show_text(lesson: Lesson, tmp_path: Path) -> None:
    opened: list[str] = []
    async with given(lesson, tmp_path / "data") as teacher:
        teacher.pilot.app.open_url = lambda url, *, new_tab=True: opened.append(url)  # type: ignore[method-assign]
        paragraph = teacher.screen.sheet.query("MarkdownParagraph").first()
        assert "there" in text_of(paragraph)
        assert "␛[31mthere" in text_of(paragraph)
        assert "<b>bold</b>" in text_of(paragraph)
        for x in range(40):
            await teacher.pilot.click(paragraph, offset=(x, 0))
        assert not opened


async def _whole(teacher: Teacher) -> None:
    while True:
        await teacher.whole_page()
        if teacher.screen.sitting.last:
            break
        await teacher.next_page()


async def test_a_whole_lesson(lesson: Lesson, tmp_path: Path) -> None:
    async with given(lesson, tmp_path / "data", size=(60, 20)) as teacher:
        await _whole(teacher)
        assert "The end of the lesson" in str(teacher.screen.hint.render())
        await teacher.press("escape")
        await until(teacher.pilot, lambda: isinstance(teacher.pilot.app.screen, ConfirmDialog))
        await teacher.press("y")
        await until(teacher.pilot, lambda: not teacher.pilot.app.is_running)


RECORD = """# A record

## First look

@replay records/one.jsonl

## When?

@predict step: When?

@replay records/one.jsonl --pause-on any

@reveal

There.

## Later

Once more.
"""


async def test_a_record_is_given_away_on_no_page_before_the_class_has_guessed(tmp_path: Path) -> None:
    (tmp_path / "records").mkdir()
    source = open_session(TrialSpec("multi-homeostasis", "accelerator:10", steps=40), tmp_path / "made")
    await source.run()
    original = tmp_path / "records" / "one.jsonl"
    original.write_bytes(source.path.read_bytes())
    before = original.read_bytes()
    (tmp_path / "lesson.md").write_text(RECORD, encoding="utf-8")
    async with given(tmp_path / "lesson.md", tmp_path / "data") as teacher:
        first = await teacher.trial("enter")
        await teacher.run_out(first)
        assert not first.reveals, "it is asked on the next page"
        await teacher.press("m")
        await until(teacher.pilot, lambda: teacher.pilot.app.screen is not first)
        await teacher.press(*"odd", "enter")
        await until(teacher.pilot, lambda: len(first.state.notes) == 1)
        await teacher.back(first)
        await teacher.next_page()
        await teacher.pass_stop()
        second = await teacher.trial("enter")
        assert isinstance(second, ReplayScreen)
        second.replay.trial.speed = 20
        await until(teacher.pilot, lambda: second.replay.trial.paused)
        assert second.known < 40
        assert "maximisation" in str(second.notice.render()), "now that it was guessed, the onset pauses it"
        await teacher.back(second)
        await teacher.whole_page()
        await teacher.next_page()
        third = await teacher.trial("o")
        assert third.reveals
        assert not third.check_action("resume", ()), "a lesson's record is not gone on with"
    assert original.read_bytes() == before, "notes go into a copy in the data directory"


async def test_enter_shows_all_of_a_page_before_it_turns_it(tmp_path: Path) -> None:
    text = "\n\n".join(f"Paragraph {number}." for number in range(40))
    (tmp_path / "long.md").write_text(f"# Long\n\n## One\n\n{text}\n\n## Two\n\nEnd.\n", encoding="utf-8")
    async with given(tmp_path / "long.md", tmp_path / "data", size=(80, 24)) as teacher:
        sheet = teacher.screen.sheet
        await until(teacher.pilot, lambda: "read on" in str(teacher.screen.hint.render()))
        while "read on" in str(teacher.screen.hint.render()):
            seen = sheet.scroll_offset.y
            await teacher.press("enter")
            assert teacher.screen.sitting.page == 0
            assert sheet.scroll_offset.y - seen < sheet.size.height, "no line is left out"
            assert sheet.scroll_offset.y > seen
        assert sheet.scroll_offset.y == sheet.max_scroll_y
        await teacher.press("enter")
        assert teacher.screen.sitting.page == 1


ASKED_HOW_MUCH = "@predict number: How much?"
TRIAL, ASKED, HIDDEN = "@watch multi-homeostasis --agent accelerator:9", "@predict step: When?", "@reveal"


@pytest.mark.parametrize(
    ("blocks", "about"),
    [
        ([ASKED, TRIAL, HIDDEN, "Text"], [1]),
        ([TRIAL, ASKED, HIDDEN, "Text"], [0]),
        ([TRIAL, ASKED, HIDDEN, TRIAL], [0]),
        ([TRIAL, TRIAL, ASKED, ASKED, HIDDEN, TRIAL], [1, 1]),
        ([ASKED, TRIAL, ASKED, TRIAL, HIDDEN, TRIAL], [1, 3]),
        ([TRIAL, HIDDEN, "Text", ASKED, TRIAL], [4]),
        ([TRIAL, HIDDEN, TRIAL, ASKED], [2]),
        ([TRIAL, ASKED, TRIAL], [2]),
        ([ASKED, HIDDEN, TRIAL], [2]),
        ([ASKED_HOW_MUCH, HIDDEN, "Text"], [None]),
    ],
)
def test_a_question_is_about_the_trial_that_its_reader_has_in_mind(
    tmp_path: Path, blocks: list[str], about: list[int | None]
) -> None:
    path = tmp_path / "asked.md"
    path.write_text("# T\n\n## P\n\n" + "\n\n".join(blocks) + "\n", encoding="utf-8")
    sitting = Sitting(read_lesson(path))
    asked = [sitting.about((0, n)) for n, block in enumerate(blocks) if block in (ASKED, ASKED_HOW_MUCH)]
    assert asked == [None if n is None else (0, n) for n in about]


@pytest.mark.parametrize(("behind", "held"), [(TRIAL, False), ("@play homeostasis", False)])
def test_another_trials_question_does_not_hold_back_what_came_of_an_own_one(
    tmp_path: Path, behind: str, held: bool
) -> None:
    path = tmp_path / "own.md"
    path.write_text(f"# T\n\n## P\n\n@play homeostasis\n\n## Q\n\n{ASKED}\n\n{behind}\n", encoding="utf-8")
    assert Sitting(read_lesson(path)).secret((0, 0)) is held


async def test_what_was_asked_after_a_trial_is_told_of_it_whatever_is_behind_the_reveal(tmp_path: Path) -> None:
    path = tmp_path / "seen.md"
    first, second = (f"multi-homeostasis --agent accelerator:{good} --steps 40 --seed 5" for good in (5, 20))
    text = f"# T\n\n## P\n\n@watch {first}\n\n{ASKED}\n\n@reveal\n\nStep {{= onset {first} }}.\n\n@watch {second}\n"
    path.write_text(text, encoding="utf-8")
    async with given(path, tmp_path / "data") as teacher:
        await teacher.perform()
        await teacher.guess("6")
        await teacher.press("enter", "enter")
        onset = teacher.screen.sitting.played[0, 0].outcome.onsets[0][0]
        assert f"Step {onset}." in teacher.texts
        assert f"▲ {onset}: accelerating maximisation of " in text_of(teacher.card(1).plot)
