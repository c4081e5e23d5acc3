"""Seeds as people write them."""

from __future__ import annotations

from bioblue_tui.formatting.text import one_line

MAX_TRIALS = 10_000
"""The most trials of one command: more than any experiment has, and few enough to refuse a typing error."""

MAX_SEED = 2**63
"""The greatest seed."""


def parse_seeds(text: str) -> tuple[int, ...]:
    """Read single seeds and ranges, such as ``1,4,7-9``, in their order.

    Raises:
        ValueError: For anything else, a seed that is there twice, or too many; the message is for a person.
    """
    seeds: dict[int, None] = {}
    for part in text.split(","):
        first, last = _ends(part)
        # Counted before the range is spelled out: it may be of any size.
        if len(seeds) + last - first + 1 > MAX_TRIALS:
            raise ValueError(f"{_quoted(part)}: more than {MAX_TRIALS} trials")
        for seed in range(first, last + 1):
            if seed in seeds:
                raise ValueError(f"{_quoted(part)}: seed {seed} is there twice")
            seeds[seed] = None
    return tuple(seeds)


def _ends(part: str) -> tuple[int, int]:
    first, dash, last = (end.strip() for end in part.partition("-"))
    ends = (first, last if dash else first)
    if not all(end.isascii() and end.isdigit() and len(end) < 20 for end in ends):
        raise ValueError(f"{_quoted(part)}: seeds are written 3, 1-10 or 1,4,7-9")
    low, high = map(int, ends)
    if max(low, high) > MAX_SEED:
        raise ValueError(f"{_quoted(part)}: seeds go up to {MAX_SEED}")
    if low > high:
        raise ValueError(f"{_quoted(part)}: a range goes up; write {high}-{low}")
    return low, high


def _quoted(text: str) -> str:
    return f"'{one_line(text, 40)}'"
