"""The stopwatch: what counts and what does not, whatever comes when."""

from hypothesis import given
from hypothesis import strategies as st

from bioblue_tui.studies.measuring import Stopwatch

WHYS = ("pause", "focus", "leaving")
MOVES = st.sampled_from(["hold", "release", "wait", "read"])
steps = st.lists(st.tuples(MOVES, st.sampled_from(WHYS), st.integers(0, 9)), max_size=30)


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_a_pause_does_not_count() -> None:
    clock = Clock()
    watch = Stopwatch(clock)
    clock.now += 2
    watch.hold("pause")
    clock.now += 5
    assert watch.release("pause") == 5
    clock.now += 1
    assert watch.read() == (3, {"pause": 5})
    watch.start()
    assert watch.read() == (0, {})


def test_who_is_away_when_it_begins_stays_away() -> None:
    clock = Clock()
    watch = Stopwatch(clock)
    watch.hold("focus")
    clock.now += 4
    watch.start()
    clock.now += 3
    assert watch.read() == (0, {"focus": 3})


def test_being_away_twice_counts_once() -> None:
    clock = Clock()
    watch = Stopwatch(clock)
    watch.hold("pause")
    clock.now += 1
    watch.hold("focus")
    clock.now += 1
    watch.release("pause")
    clock.now += 1
    watch.release("focus")
    clock.now += 1
    assert watch.read() == (1, {"pause": 2, "focus": 1})


def test_a_pause_is_as_long_as_it_was_however_often_the_watch_is_read() -> None:
    clock = Clock()
    watch = Stopwatch(clock)
    assert watch.hold("pause")
    assert not watch.hold("pause")
    for _ in range(6):
        clock.now += 0.25
        assert watch.read()[0] == 0
    assert watch.release("pause") == 1.5
    assert watch.release("pause") is None
    assert watch.read() == (0, {"pause": 1.5})


@given(steps)
def test_what_counts_and_what_does_not_are_all_the_time(moves: list[tuple[str, str, int]]) -> None:
    clock = Clock()
    watch = Stopwatch(clock)
    held: set[str] = set()
    counted = 0
    for what, why, seconds in moves:
        if what == "hold":
            watch.hold(why)
            held.add(why)
        elif what == "release":
            watch.release(why)
            held.discard(why)
        elif what == "read":
            assert watch.read() == watch.read(), "looking at the watch changes nothing"
        else:
            counted += seconds * (not held)
            clock.now += seconds
    net, away = watch.read()
    assert net == counted
    assert net + sum(away.values()) == clock.now - 100
