"""What a lesson is made of.

A lesson is a Markdown file. ``# Title`` names it, each ``## Heading`` begins a page, and lines that begin with ``@``
are directives; everything else is shown as text, HTML as it is written. A line that begins with ``@@`` is text that
begins with ``@``, and in fenced code nothing is a directive. A directive with blanks before or behind its ``@`` is
refused.

| directive | what it does |
|---|---|
| ``@lesson --minutes 15`` | below the title: how long it takes |
| ``@play ENVIRONMENT [options]`` | the class plays |
| ``@watch ENVIRONMENT --agent NAME [options]`` | the class watches an agent |
| ``@replay FILE [options]`` | the class watches a record; the file lies beside the lesson |
| ``@what-if LABEL --set NAME=VALUE`` | below a trial: play it by another rule, on the same noise if that allows it |
| ``@predict step: QUESTION`` | the class types guesses: a step, a ``number:``, or ``choice: QUESTION | A | B`` |
| ``@reveal`` | hides the rest of the page until somebody asks for it |
| ``@discuss`` | the list that follows holds questions to talk about |

A question is about the next trial on its page before the ``@reveal``; without one, about the last trial before the
question; and without that, too, about the next trial behind the reveal. Where a page has no reveal, and trials stand on
both sides of a question, it is about the next one. ``--check`` says which trial it is.

Options of trials are those of the command line: ``--seed``, ``--steps``, ``--objectives``, ``--set NAME=VALUE``,
``--hint``, ``--show-imbalance``, ``--hidden-rewards``, ``--prompt-only`` (play), ``--agent``,
``--speed``, ``--pause-on MODE`` and ``--hide-agent``.

A figure is not typed but reckoned when it is shown: ``{= MEASURE ENVIRONMENT --agent NAME [options] }`` in any text.
``FILE`` of a record beside the lesson may stand for the environment; its own actions count then, or those of an
``--agent`` on its noise. ``bioblue teach --check`` reckons all of them.

| measure | what it is |
|---|---|
| ``total`` | rewards in all; ``--of`` names a dimension, an objective, or ``penalties`` |
| ``level``, ``action`` | of an objective (``--of B``) after step ``--at``, in that step |
| ``noise`` | sum of an objective's exogenous changes |
| ``penalised``, ``penalised-from`` | how many steps had a penalty (``--of B``: of B alone), and the first such |
| ``band`` | share of the steps in which the level (or all of them) was in its band; with ``--at`` of the trials |
| ``onset``, ``detected``, ``recovered`` | step of the first failure; ``--mode`` and ``--of`` say which |
| ``settled`` | from which step on one action was given to the end; ``--of`` an objective |
| ``steps`` | how many were played |
| ``best`` | the best total there is, in an environment without noise; needs no agent |
| ``expected`` | the best total expected over all noise, in one that has noise; of no seed, needs no agent |

Options of figures: ``--seed``, also several (``1-10``), ``--steps``, ``--set`` and the like; ``--at STEP`` (the end
else); ``--agent collapse:10,20`` for several that differ in their good steps, ``--plays '10,0 5,5'`` in
place of an agent (actions in turn, the last one again and again);
``--less NAME`` to take away what another agent has on the same noise;
``--take mean|least|greatest``, which several trials need; ``--decimals N``, ``--percent`` (``band``), ``--unsigned``
(no minus). What would have no effect is refused.
A figure is plain text: it never makes a list, a table or emphasis, not even at the beginning of a line.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from bioblue_tui.lessons.figure_trials import FigureError
from bioblue_tui.lessons.figures import FIGURE, Figure

PredictionKind = Literal["step", "number", "choice"]
"""A step of a trial, any number, or one of the listed answers."""


@dataclass(frozen=True, slots=True)
class Text:
    """Some Markdown."""

    markdown: str


@dataclass(frozen=True, slots=True)
class WhatIf:
    """An alternative rule for the trial above it.

    Attributes:
        label: What changes, in a few words.
        parameters: The environment's parameters that change.
    """

    label: str
    parameters: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Activity:
    """A trial that the class plays or watches.

    Attributes:
        agent: Who plays; ``human`` for the class itself.
        environment: Id of the environment; empty for a record.
        parameters: Its parameters that differ from the benchmark's.
        seed: Seed of the noise.
        steps: How many steps.
        prompt_only: Whether the gauges are hidden.
        speed: Steps per second; None for the default.
        hide_agent: Whether the agent's name is kept from the class.
        pause_on: Failure modes at whose onset it pauses.
        record: The record to watch; None for a trial that is played now.
        what_ifs: Other rules to try.
    """

    agent: str = "human"
    environment: str = ""
    parameters: Mapping[str, object] = field(default_factory=dict)
    seed: int = 1
    steps: int = 100
    prompt_only: bool = False
    speed: float | None = None
    hide_agent: bool = False
    pause_on: frozenset[str] = frozenset()
    record: Path | None = None
    what_ifs: tuple[WhatIf, ...] = ()


@dataclass(frozen=True, slots=True)
class Prediction:
    """A question whose answers the class types in before the reveal.

    Attributes:
        kind: What an answer is.
        question: The question.
        choices: The possible answers, for ``choice``.
    """

    kind: PredictionKind
    question: str
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Discussion:
    """Questions to talk about.

    Attributes:
        questions: One line of Markdown each.
    """

    questions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reveal:
    """The rest of the page is hidden until somebody asks for it."""


Block = Text | Activity | Prediction | Discussion | Reveal
"""A part of a page."""


@dataclass(frozen=True, slots=True)
class Page:
    """What is shown at once.

    Attributes:
        title: Its heading.
        blocks: Its parts, in order.
        lines: The line of the file in which each part other than text begins, by the part's number from 0.
    """

    title: str
    blocks: tuple[Block, ...]
    lines: Mapping[int, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Lesson:
    """A lesson.

    Attributes:
        title: Its title.
        minutes: How long it takes.
        pages: Its pages, at least one.
        path: Its file.
        figures: The figures in its texts, each with its line, by how they are written.
    """

    title: str
    minutes: int
    pages: tuple[Page, ...]
    path: Path
    figures: Mapping[str, tuple[int, Figure]] = field(default_factory=dict)

    def reckon(self) -> None:
        """Reckon all its figures, so that nobody has to wait for one later."""
        for directive in self.figures:
            self.told(directive)

    def told(self, text: str) -> str:
        """Return one of its texts with every figure reckoned, which may take a moment the first time."""
        return FIGURE.sub(self.figure, text)

    def figure(self, match: re.Match[str]) -> str:
        """Return the text of a figure in one of its texts."""
        # A figure that is not there is in code, which is shown as written.
        _, figure = self.figures.get(match[0], (0, None))
        try:
            return figure.text() if figure else match[0]
        except FigureError as error:
            return f"(no figure: {error})"
