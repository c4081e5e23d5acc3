"""A figure is text wherever it stands: it makes no list, no table and no emphasis, and none is left unread."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.widget import Widget
from textual.widgets import Markdown

from tests.lessons.test_figures import written
from tests.support.pilots import text_of
from tests.support.teacher import given

TWO = "{= action balancing --plays 2,7 --at 1 --of A }"
SEVEN = "{= action balancing --plays 2,7 --at 1 --of B }"
LOST = "{= total balancing --plays 0,10 }"


@pytest.mark.parametrize(
    ("text", "blocks"),
    [
        (f"{SEVEN}. That is B's.\n\n{TWO}. That is A's.", ["7. That is B's.", "2. That is A's."]),
        (f"{TWO}) That is A's.", ["2) That is A's."]),
        (f"{LOST} in all", ["−25 426 in all"]),
        (f"*{TWO}* **{SEVEN}** `{TWO}` ~~{SEVEN}~~", ["2 7 2 7"]),
        (f"[{TWO}](https://example.org) ![{SEVEN}](x.png)", ["2 🖼  7"]),
        (f"- {TWO}. one\n- {SEVEN}", ["• ", "2. one", "• ", "7"]),
        (f"> {TWO}. one", ["2. one"]),
        (f"| a | b |\n|---|---|\n| {TWO} | {SEVEN}. |", ["a", "b", "2", "7."]),
        # The author's own list stays one, and code is shown as it is written.
        ("7. a\n8. b", [" 7. ", "a", " 8. ", "b"]),
        (f"```\n{TWO}\n```\n\n{TWO}\tis", [TWO, "2 is"]),
        (TWO.replace(" --at", "\t--at"), ["2"]),
    ],
)
async def test_a_figure_is_text_in_every_kind_of_block(tmp_path: Path, text: str, blocks: list[str]) -> None:
    async with given(written(tmp_path, text), tmp_path / "data") as teacher:
        sheet = teacher.screen.query_one(Markdown)
        leaves = [child for child in sheet.query(Widget) if not child.children]
        assert [str(leaf.render()).replace(" ", " ") for leaf in leaves] == blocks


async def test_figures_in_questions_and_their_answers_are_reckoned(tmp_path: Path) -> None:
    text = f"@predict choice: {SEVEN}. Or? | {TWO} | *more*\n\n@discuss\n\n- {TWO}. Why?"
    async with given(written(tmp_path, text), tmp_path / "data") as teacher:
        assert [str(block.render()) for block in teacher.screen.query("#asked MarkdownBlock, .asked *")] == ["7. Or?"]
        assert text_of(teacher.card(0).plot).split() == ["a", "2", "b", "*more*"]
        await teacher.press("enter")
        assert "1. 2. Why?" in teacher.texts
