"""Below the strips: when failures begin, by mode, and means, each with its single trials."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import bioblue_envs
from bioblue_envs import Number
from bioblue_envs.base import mean

from bioblue_tui.analysis.comparison import told
from bioblue_tui.analysis.digest import Digest
from bioblue_tui.analysis.intervals import FEW, TOO_FEW, Interval, alone, attained, interval, why_none
from bioblue_tui.analysis.modes.base import Mode, words
from bioblue_tui.analysis.sameness import apart, condition_of, group_key, kin
from bioblue_tui.analysis.statistics import known_of, possible, possible_difference
from bioblue_tui.analysis.words import UNREAD, left_out, over_all
from bioblue_tui.formatting.numbers import amount, counted, ends
from bioblue_tui.formatting.text import one_line
from bioblue_tui.widgets.lines import Line, Lines
from bioblue_tui.widgets.strips_cells import LEGENDS, fit
from bioblue_tui.widgets.trend import BLOCKS
from bioblue_tui.widgets.wrap import fitting, wrap
from bioblue_tui.wordings.collection import unusual

_MODE = 29
"""Columns of a mode's name, where there is room."""

_BARS = 12
"""Least columns of a histogram; names are shortened for it."""

_INDENT = "  "
"""Before the further lines of a wrapped sentence."""


class Legend(Lines):
    """What the signs in the strips mean, in the longest text that fits."""

    def draw(self, width: int, height: int) -> Sequence[Line]:
        """Draw one line."""
        return [[(fitting(LEGENDS, width, 1), "text")]]


class Foot(Lines):
    """Lines that are wrapped to the width; the widget is as high as they need."""

    DEFAULT_CSS = """
    Foot { height: auto; }
    """

    def renew(self) -> None:
        """Show the present content, on as many lines as it takes."""
        self.redraw()
        if self.get_content_height(self.size, self.size, self.size.width) != self.size.height:
            self.refresh(layout=True)


class Onsets(Foot):
    """A small histogram for each mode: the step at which it first begins, over the trials played to their end."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's word
        super().__init__(id=id)
        self._digests: Sequence[Digest] = ()
        self._unread = 0

    def show(self, digests: Sequence[Digest], unread: int = 0) -> None:
        """Show these trials, and how many more can't be read."""
        self._digests, self._unread = digests, unread
        self.renew()

    @property
    def _whole(self) -> list[Digest]:
        """The trials that count, as in means: one that was stopped before any failure might have failed later.

        Of a record and its copies only one counts: they are one trial.
        """
        counting = [digest for digest in self._digests if not digest.figures.unaveraged]
        return list({_trial(digest): digest for digest in reversed(counting)}.values())[::-1]

    def _first(self) -> dict[Mode, list[int]]:
        """Return, by mode, the first onset in each trial that has the mode, the most frequent mode first."""
        found: dict[Mode, list[int]] = {}
        for digest in self._whole:
            first: dict[Mode, int] = {}
            for finding in digest.failures:
                first.setdefault(finding.mode, finding.onset)
            for mode, onset in first.items():
                found.setdefault(mode, []).append(onset)
        return dict(sorted(found.items(), key=lambda pair: (-len(pair[1]), pair[0])))

    def draw(self, width: int, height: int) -> Sequence[Line]:
        """Draw a line for each mode."""
        left = left_out((digest.figures for digest in self._digests), {UNREAD: self._unread})
        whole = self._whole
        copies = sum(not digest.figures.unaveraged for digest in self._digests) - len(whole)
        once = f"{counted(copies, 'record')} left out, {'a copy' if copies == 1 else 'copies'} of others"
        out = [line for text in (left, once if copies else "") for line in _wrapped(text, width, "dim")]
        if not whole:
            return out
        name = max(10, min(_MODE, width - 8 - _BARS))
        steps = max(digest.header.steps for digest in self._digests)
        cells = max(8, width - name - 8)
        axis = f"1{steps:>{cells - 1}}"
        lines: list[Line] = [[(f" {'first onset':<{name - 1}}trials  {axis}"[:width], "dim")]]
        for mode, onsets in self._first().items():
            counts = Counter(min(cells - 1, (onset - 1) * cells // steps) for onset in onsets)
            most = max(counts.values())
            bars = "".join(BLOCKS[-(-7 * counts[cell] // most)] if counts[cell] else "·" for cell in range(cells))
            text = fit(words(mode), name - 1)
            lines.append([(f" {text:<{name - 1}}", "text"), (f"{len(onsets):>6}  ", "strong"), (bars, "warn")])
        free = sum(not digest.failures for digest in whole)
        none = "none of its own" if any(digest.header.forked_after for digest in whole) else "no failure"
        none = fit(none, name - 1)
        lines.append([(f" {none:<{name - 1}}", "dim"), (f"{free:>6}", "strong"), (f"  of {len(whole)}", "dim")])
        return [*lines, *out]


def _trial(digest: Digest) -> object:
    """Return a key that a record and its copies share; for a log, whose id is not unique, its path."""
    header = digest.header
    return header.id if header.id and header.source == "live" else digest.path


def _wrapped(text: str, width: int, style: str) -> list[Line]:
    """Return a sentence wrapped to lines, those after the first indented; no lines for an empty text."""
    parts = wrap(text, width - 1 - len(_INDENT)) if text else []
    return [[(f" {_INDENT if at else ''}{part}", style)] for at, part in enumerate(parts)]


@dataclass(frozen=True, slots=True)
class Average:
    """One quantity of the trials of one environment and agent.

    Attributes:
        label: Its name; empty for a line that only names the trials.
        title: Which trials these are.
        values: The value of each trial.
        mean: Their mean, in which trials that belong together count as one.
        interval: Interval of the mean; None where there is none.
        why_none: Why there is none.
        aside: Whether the title is a remark, such as how intervals were made.
    """

    label: str
    title: str
    values: tuple[Number, ...] = ()
    mean: Number = 0
    interval: Interval | None = None
    why_none: str = ""
    aside: bool = False


def averages(digests: Sequence[Digest], *, beside: bool, unread: int = 0) -> list[Average]:
    """Return every reward dimension's mean by environment and agent; may take some time for many trials.

    Args:
        digests: The trials.
        beside: True for totals minus the reference policy's on the same noise, False for the totals themselves.
        unread: How many more trials can't be read.
    """
    groups: dict[str, list[Digest]] = {}
    for digest in digests:
        groups.setdefault(group_key(digest.header, digest.figures.trace), []).append(digest)
    found = [Average("", line, aside=True) for line in (left_out([], {UNREAD: unread}),) if line]
    titles = [f"{_world(m[0])} · {m[0].who}{m[0].figures.trace.more}" for m in groups.values()]
    titles = apart(titles, [members[0].header for members in groups.values()])
    for title, members in zip(titles, groups.values(), strict=True):
        first = members[0]
        every, members = members, [member for member in members if not member.figures.unaveraged]
        alike = kin([member.figures.trace for member in members])
        found.append(Average("", f"{title} · {counted(len(members), 'trial')}"))
        out, over = left_out([one.figures for one in every]), over_all(one.figures.inherited for one in every)
        noisy = any(member.figures.trace.noise for member in members)
        asides = [out, over.strip(), *_asides(len(members), len(set(alike)), beside and noisy)]
        found += [Average("", line, aside=True) for line in asides if line]
        for dimension in first.environment.dimensions:
            label = f"{dimension.objective} {dimension.label}" if dimension.objective else dimension.label
            key, figures = dimension.key, [member.figures for member in members]
            values = [each.difference(key) if beside else each.totals[key] for each in figures]
            known, whose = known_of(values, alike)
            if known:
                limits = possible_difference(first.environment, dimension, figures) if beside else possible(dimension)
                between, why = interval(known, whose, *limits), why_none(known, whose)
                found.append(Average(label, "", tuple(known), mean(alone(known, whose)), between, why))
    return found


def _asides(trials: int, n: int, differences: bool) -> list[str]:
    """Return remarks on intervals over ``trials`` trials, of which ``n`` are independent."""
    told = (
        [f"means are of {counted(n, 'independent trial')}; those that share noise, actions or first steps are one"]
        if n < trials
        else []
    )
    if n >= FEW:
        least = f"≥ {min(attained(n)):.0%}".replace("%", " %")
        told.append(f"interval: bootstrap-t, n = {n}, 95 % ({least} if a fifth run away)")
    elif trials > 1:
        told.append("too few for an interval")
    return [*told, "differences may still depend on the noise"] if differences and trials > 1 else told


def _world(digest: Digest) -> str:
    """Return environment, unusual settings and condition: only trials alike in these are averaged."""
    usual = bioblue_envs.make(digest.environment.id).parameters
    parameters = digest.environment.parameters.items()
    other = [f"{name} {told(value)}" for name, value in parameters if value != usual.get(name)]
    condition = one_line(condition_of(digest.header), 40)
    words = unusual(*digest.header.told)
    return " · ".join(filter(None, (digest.environment.id, *other, condition, words)))


class Averages(Foot):
    """Means with their intervals, each on a line with its single trials."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's word
        super().__init__(id=id)
        self._averages: Sequence[Average] = ()

    def show(self, found: Sequence[Average]) -> None:
        """Show these averages."""
        self._averages = found
        self.renew()

    def draw(self, width: int, height: int) -> Sequence[Line]:
        """Draw a line for each average; titles take as many lines as they need."""
        lines: list[Line] = []
        for average in self._averages:
            titled = _wrapped(average.title, width, "dim" if average.aside else "strong")
            lines += titled or [self._line(average, width)]
        return lines

    def _line(self, average: Average, width: int) -> Line:
        text = amount(_short(average.mean), 8)
        found = average.interval
        # After a difference, "too few" could be read as a judgement of the action.
        why = "no interval" if average.why_none == TOO_FEW else average.why_none
        spread = f"[{', '.join(ends(found.low, found.high, 7, _short))}]" if found else why
        head: Line = [(f" {average.label:<16}", "text"), (f"{text:>8} ", "strong"), (f"{spread:<18}", "dim")]
        cells = width - sum(len(part) for part, _ in head) - 2
        return head if cells < 8 else [*head, *_dots(average, cells)]


def _dots(average: Average, cells: int) -> Line:
    """Draw the single trials as dots on a line from the least to the greatest, with the interval and the mean."""
    try:
        values = [float(value) for value in average.values]
        middle = float(average.mean)
    except OverflowError:
        return []
    between = average.interval
    shown = [*values, between.low, between.high] if between else values
    low, high = min(shown), max(shown)
    if low == high:
        return [(" all the same" if len(values) > 1 else "", "dim")]

    def place(value: float) -> int:
        return max(0, min(cells - 1, round((value - low) / (high - low) * (cells - 1))))

    line = [("─", "dim")] * cells
    if between:
        for cell in range(place(between.low), place(between.high) + 1):
            line[cell] = ("━", "band")
    counts = Counter(map(place, values))
    line[place(middle)] = ("┃", "strong")
    for cell, count in counts.items():
        sign = "•" if count == 1 else "2" if count == 2 else str(count) if count < 10 else "#"
        line[cell] = (sign, f"accent{'+band' if line[cell][1] == 'band' else ''}")
    return [(" ", "text"), *line]


def _short(value: Number) -> Number:
    """Return a mean with as many decimals as matter for its size."""
    if isinstance(value, int) or abs(value) < 100:
        return round(value, 2)
    return round(value)
