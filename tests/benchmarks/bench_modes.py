"""Failure modes: how well they are found, what a step costs a detector, how long a hundred published trials take."""

from __future__ import annotations

import csv
import random
import statistics
import subprocess
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial

import bioblue_envs

from bioblue_tui.analysis.analysed import Analysis
from bioblue_tui.analysis.modes.base import NOISE, Detector, Finding, Mode, words
from bioblue_tui.analysis.modes.catalogue import MODES
from bioblue_tui.analysis.modes.detector_set import DetectorSet, watch
from bioblue_tui.records.collection import open_record
from bioblue_tui.records.schema import make_environment
from bioblue_tui.trials.events import Stepped
from tests.benchmarks.report import Figure, at_most, ratio
from tests.support.flips import flipping, healthy, steps_of
from tests.support.odd_agents import FAILING, HEALTHY, UNSOUND, odd
from tests.support.records import PUBLISHED, header_for, published_files

SEEDS = 60
"""Planted failures a mode; the test of the same name has more."""

ODD_SEEDS = 200
"""Trials of each odd agent."""

SHORT, LONG = 100, 10_000
"""Steps of history."""

BLOCK, ROUNDS = 50, 9
"""Steps timed together, and how often."""

TRIALS = 100
"""Trials analysed in one process: the sample over and over."""


@dataclass
class Score:
    """How a mode was found."""

    right: int = 0
    wrong: int = 0
    missed: int = 0
    errors: list[int] = field(default_factory=list)

    def __str__(self) -> str:
        found, true = self.right + self.wrong, self.right + self.missed
        precision = f"{self.right / found:.2f}" if found else "–"
        recall = f"{self.right / true:.2f}" if true else "–"
        error = f"{statistics.mean(self.errors):.1f}" if self.errors else "–"
        return f"P {precision}, R {recall}, onset ±{error} (n {true})"


Labels = list[tuple[str, str | None, int]]
"""Mode, objective and onset of what is in a trial."""


def measure() -> Iterator[Figure]:
    """Score the detectors on the labelled sample and on made-up agents, then time them."""
    yield from scores("sample", sample_trials())
    yield from odd_figures()
    yield from planted_figures()
    yield from step_figures()
    if published_files():
        yield at_most(f"{TRIALS} published trials, start included", analysis_seconds(), 2, "s")


def scores(kind: str, trials: Iterable[tuple[Labels, list[Finding]]]) -> Iterator[Figure]:
    """Count what was found of what is in the trials, a figure a mode."""
    counted: defaultdict[str, Score] = defaultdict(Score)
    for labels, findings in trials:
        left = list(findings)
        for mode, objective, onset in labels:
            match = next((f for f in left if (f.mode, f.objective) == (mode, objective)), None)
            if match is None:
                counted[mode].missed += 1
                continue
            left.remove(match)
            counted[mode].right += 1
            counted[mode].errors.append(abs(match.onset - onset))
        for finding in left:
            counted[finding.mode].wrong += 1
    for name in MODES:
        if name in counted:
            yield Figure(f"{kind}: {words(name)}", str(counted[name]))


def sample_trials() -> Iterator[tuple[Labels, list[Finding]]]:
    """Yield labels and findings of the published sample; nothing where it is not beside the project."""
    file = PUBLISHED / "labels.csv"
    if not file.is_file():
        return
    with file.open(encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            record = open_record(PUBLISHED / row["file"])
            reading = Analysis(record.header, make_environment(record.header)).feed(record.events)
            yield [label(text) for text in row["modes"].split(";") if text], reading.findings


def label(text: str) -> tuple[str, str | None, int]:
    """Read ``mode@onset:objective``."""
    mode, _, where = text.partition("@")
    onset, _, objective = where.partition(":")
    return mode, objective or None, int(onset)


def odd_figures() -> Iterator[Figure]:
    """Yield how many odd but healthy agents are accused, of what, and in how many failing ones which mode is found."""
    for name in (*HEALTHY, *FAILING, *UNSOUND):
        modes: Counter[str] = Counter()
        verdicts: Counter[str] = Counter()
        accused = unnamed = 0
        for seed in range(ODD_SEEDS):
            played = odd(name, seed)
            reading = Analysis(header_for(played.environment, len(played.steps)), played.environment)
            verdict = reading.feed(played.steps).verdict()
            found = {words(failure.mode) for failure in reading.watch.failures}
            modes.update(found)
            verdicts[verdict.word if verdict else "none"] += 1
            accused += bool(found) and verdict is not None and verdict.word == "ok"
            unnamed += not found and verdict is not None and verdict.word == "fail"
        shares = ", ".join(f"{mode} {count / ODD_SEEDS:.1%}" for mode, count in modes.most_common()) or "nothing"
        judged = ", ".join(f"{word} {count}" for word, count in sorted(verdicts.items()))
        yield Figure(f"odd: {name}", f"{shares} ({judged}; ok and accused {accused}; failed unnamed {unnamed})")


def planted_figures() -> Iterator[Figure]:
    """Yield recall and onset error of planted failures by mode, and alarms of healthy agents.

    A planted failure may rightly be found in other modes, too; precision is what healthy agents tell.
    """
    for mode in [mode for mode in MODES if mode != NOISE]:
        yield planted_figure(mode)
    alarms = 0
    for seed in range(SEEDS * 5):
        rng = random.Random(seed)
        _, environment, policy = healthy(rng)
        alarms += bool(watch(environment, steps_of(environment, policy, seed)).failures)
    yield at_most(f"healthy trials with an alarm, of {SEEDS * 5}", alarms, 0, "trials")


def planted_figure(mode: Mode) -> Figure:
    """Return recall, onset error and delay of one mode."""
    planted = [flipping(mode, seed) for seed in range(SEEDS)]
    found = [failure for failure in planted if failure.found]
    recall = len(found) / SEEDS
    error = statistics.mean(abs(failure.found[0].onset - failure.onset) for failure in found)
    delay = statistics.median(failure.found[0].alarm - failure.onset for failure in found)
    told = f"R {recall:.2f}, onset ±{error:.1f}, sure after {delay:g}"
    return Figure(f"planted: {words(mode)}", told, "R 0.95", recall >= 0.95)


def step_figures() -> Iterator[Figure]:
    """Yield what a step costs after a long history beside a short one, for each kind of detector and for all."""
    for kind, parameters in (("multi-homeostasis", {"objectives": 6}), ("sustainability", {}), ("balancing", {})):
        environment = bioblue_envs.make(kind, **parameters)
        rng = random.Random(1)
        steps = steps_of(environment, partial(settled, environment, rng), 1, LONG + BLOCK)
        names = {type(detector).__name__ for detector in detectors(DetectorSet(environment))}
        for name in sorted(names):
            short, long = (detector_times(environment, steps, name, history) for history in (SHORT, LONG))
            yield ratio(f"{kind}: a step of {name}, {LONG} beside {SHORT}", long, short, 2.0, "µs")


def settled(
    environment: bioblue_envs.Environment, rng: random.Random, state: bioblue_envs.State, step: int
) -> Sequence[float]:
    """Act as the reference policy, in one of five steps at random: late states are then like early ones."""
    action = environment.reference_action(state)
    return action if step % 5 else [amount + rng.randint(0, 3) for amount in action]


def detectors(watching: DetectorSet) -> list[Detector]:
    """Return the detectors of a watch."""
    return watching._detectors


def detector_times(environment: bioblue_envs.Environment, steps: list[Stepped], name: str, history: int) -> float:
    """Return microseconds a step of one kind of detector after so much history."""
    times = []
    for _ in range(ROUNDS):
        watching = DetectorSet(environment)
        timed = [detector for detector in detectors(watching) if type(detector).__name__ == name]
        others = [d for d in detectors(watching) if type(d).__name__ == "Collapse" and name == "Drift"]
        for step in steps[:history]:
            for detector in (*others, *timed):
                detector.feed(step)
        begun = time.perf_counter()
        for step in steps[history : history + BLOCK]:
            for detector in timed:
                detector.feed(step)
        times.append((time.perf_counter() - begun) / BLOCK / len(timed) * 1e6)
    return min(times)


def analysis_seconds() -> float:
    """Return seconds of one process that analyses a hundred published trials."""
    sample = [str(path) for path in published_files()]
    files = (sample * (TRIALS // len(sample) + 1))[:TRIALS]
    command = [sys.executable, "-c", "from bioblue_tui.cli import main; main()", "analyse", "--json", *files]
    times = []
    for _ in range(3):
        begun = time.perf_counter()
        subprocess.run(command, check=True, capture_output=True, timeout=120)
        times.append(time.perf_counter() - begun)
    return min(times)
