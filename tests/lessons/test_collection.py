"""The lessons that come with the program: all are there, in order, short enough, and can be given to the end."""

from __future__ import annotations

from pathlib import Path

import pytest

from bioblue_tui.lessons.collection import built_in, built_in_files, find
from bioblue_tui.lessons.reading import LessonError
from bioblue_tui.screens.lesson.collection import LessonsScreen
from bioblue_tui.screens.lesson.screen import LessonScreen
from tests.support.pilots import until
from tests.support.teacher import given

NUMBERS = [int(path.name[0]) for path in built_in_files()]


def test_there_are_seven_in_their_order() -> None:
    entries = built_in()
    assert [entry.number for entry in entries] == [1, 2, 3, 4, 5, 6, 7]
    assert [entry.problem for entry in entries] == [""] * 7


@pytest.mark.parametrize("number", NUMBERS)
def test_a_lesson_takes_a_quarter_of_an_hour_at_most(number: int) -> None:
    lesson = find(str(number))
    assert 5 <= lesson.minutes <= 15
    assert any("researchers" in page.title for page in lesson.pages)


@pytest.mark.parametrize("number", NUMBERS)
async def test_a_lesson_from_start_to_end(number: int, tmp_path: Path) -> None:
    async with given(str(number), tmp_path / "data") as teacher:
        pages = len(teacher.lesson.pages)
        for page in range(pages):
            assert f"page {page + 1}/{pages}" in str(teacher.screen.where.render())
            await teacher.whole_page()
            if page < pages - 1:
                await teacher.next_page()
        assert "The end of the lesson" in str(teacher.screen.hint.render())


def test_a_number_that_there_is_not() -> None:
    with pytest.raises(LessonError, match="no lesson 12; there are 1 to"):
        find("12")


async def test_one_is_chosen_from_the_list_and_leads_back_to_it(tmp_path: Path) -> None:
    from bioblue_tui.app.bioblue import BioBlueApp

    screen = LessonsScreen(built_in())
    app = BioBlueApp(tmp_path, screen)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.screen is screen and screen.is_mounted)
        await pilot.press("3")
        await until(pilot, lambda: isinstance(app.screen, LessonScreen))
        assert isinstance(app.screen, LessonScreen)
        assert app.screen.sitting.lesson.title == "Two needs at once"
        await pilot.press("escape")
        await pilot.press("y")
        await until(pilot, lambda: app.screen is screen)
        await pilot.press("escape")
        await until(pilot, lambda: not app.is_running)
