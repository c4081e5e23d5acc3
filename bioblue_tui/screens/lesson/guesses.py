"""A class's guesses, as dots over an axis or next to each answer, and what really happened."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from math import ceil
from string import ascii_lowercase

from rich.cells import cell_len

from bioblue_tui.formatting.numbers import amount
from bioblue_tui.formatting.text import one_line
from bioblue_tui.lessons.format import Prediction
from bioblue_tui.lessons.guesses import Guess, middle
from bioblue_tui.widgets.lines import Line, Lines
from bioblue_tui.widgets.wrap import wrap

_TALLEST = 5
"""Most rows of dots over the axis; where there are more guesses, they share dots."""

_MARGIN = 2


class GuessPlot(Lines):
    """The guesses of one prediction.

    Args:
        prediction: What was asked.
    """

    def __init__(self, prediction: Prediction) -> None:
        super().__init__()
        self._prediction = prediction
        self._guesses: Sequence[Guess] = ()
        self._truths: Sequence[tuple[int, str]] | None = None
        self._steps = 1
        self._until: int | None = None

    def show_guesses(
        self,
        guesses: Sequence[Guess],
        truths: Sequence[tuple[int, str]] | None,
        steps: int,
        until: int | None = None,
    ) -> None:
        """Show what was guessed.

        Args:
            guesses: The guesses.
            truths: Step and name of each failure that was found; None while that may not be told.
            steps: Steps of the trial in question.
            until: The step after which the trial was left; None where it was played to its end.
        """
        self._guesses, self._steps, self._until = list(guesses), steps, until
        # Only a question about a step has an axis of steps.
        self._truths = truths if self._prediction.kind == "step" else None
        self.refresh(layout=True)
        self.notify_style_update()

    def draw(self, width: int, height: int) -> Sequence[Line]:
        """Draw the guesses in the form for this kind of question."""
        if self._prediction.kind == "choice":
            return self._choices(width)
        return [*self._dots(width), *self._told(width)]

    def _choices(self, width: int) -> list[Line]:
        counts, lines = Counter(self._guesses), []
        texts = [one_line(choice, 300) for choice in self._prediction.choices]
        column = min(max(map(cell_len, texts)), max(10, width - 24))
        room = max(1, width - column - 12)
        share = ceil(max([1, *counts.values()]) / room)
        for index, text in enumerate(texts):
            count = counts[index]
            style = "strong" if count else "text"
            first, *rest = wrap(text, column)
            line: Line = [
                (f" {ascii_lowercase[index]}  ", "key"),
                (first + " " * (column - cell_len(first) + 2), style),
                ("●" * ceil(count / share), "accent"),
                (f" {count}" if count else "", "dim"),
            ]
            lines += [line, *([(f"    {more}", style)] for more in rest)]
        return lines

    def _dots(self, width: int) -> list[Line]:
        numbers = [guess for guess in self._guesses if guess is not None]
        never = len(self._guesses) - len(numbers)
        if not self._guesses:
            return []
        lines: list[Line] = []
        if numbers:
            low, high = self._ends(numbers)
            cells = max(10, width - 2 * _MARGIN)
            counts = Counter(self._cell(number, low, high, cells) for number in numbers)
            share = ceil(max(counts.values()) / _TALLEST)
            for row in reversed(range(min(_TALLEST, ceil(max(counts.values()) / share)))):
                dots = "".join("●" if counts[cell] > row * share else " " for cell in range(cells))
                lines.append([(" " * _MARGIN, "text"), (dots, "accent")])
            lines += self._axis(low, high, cells)
            each = f", a dot for up to {share}" if share > 1 else ""
        else:
            each = ""
        said = f"{len(self._guesses)} {'guess' if len(self._guesses) == 1 else 'guesses'}{each}"
        said += f"; {_middle(self._guesses)}" if len(self._guesses) > 1 else ""
        said += f"; {never} never" if never else ""
        return [*lines, *_wrapped(said, width, "dim")]

    def _ends(self, numbers: Sequence[float]) -> tuple[float, float]:
        truths = [step for step, _ in self._truths or ()]
        if self._prediction.kind == "step":
            return 1, max([self._steps, *numbers, *truths, 2])
        low, high = min(numbers), max(numbers)
        return (low, high) if high > low else (low - 1, high + 1)

    def _cell(self, number: float, low: float, high: float, cells: int) -> int:
        return round((number - low) / (high - low) * (cells - 1))

    def _axis(self, low: float, high: float, cells: int) -> list[Line]:
        axis = ["─"] * cells
        for step, _ in self._truths or ():
            axis[self._cell(step, low, high, cells)] = "▲"
        ends = f"{amount(low)}{amount(high):>{max(1, cells - len(amount(low)))}}"
        parts = [(character, "bad" if character == "▲" else "dim") for character in axis]
        return [[(" " * _MARGIN, "text"), *parts], [(" " * _MARGIN + ends, "dim")]]

    def _told(self, width: int) -> list[Line]:
        if self._truths is None:
            return []
        if not self._truths:
            where = "in this trial" if self._until is None else f"up to step {self._until}, after which it was left"
            return _wrapped(f"No failure was found {where}.", width, "good" if self._until is None else "dim")
        return [line for step, name in self._truths for line in _wrapped(f"▲ {step}: {name}", width, "bad")]


def _wrapped(text: str, width: int, style: str) -> list[Line]:
    """Wrap text below the dots: a number that is cut off would be another number."""
    return [[(" " * _MARGIN + line, style)] for line in wrap(text, max(10, width - _MARGIN))]


def _middle(guesses: Sequence[Guess]) -> str:
    low, high = (["never" if guess is None else amount(guess) for guess in middle(guesses)] * 2)[:2]
    if len(guesses) % 2:
        return f"the middle one {low}"
    return f"the middle two both {low}" if low == high else f"the middle two {low} and {high}"
