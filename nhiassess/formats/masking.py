"""Stretches of a text, and how they are masked in it: what redaction does once it knows where the secrets stand."""

from __future__ import annotations

import re
import sys
from bisect import bisect_right
from collections.abc import Collection, Iterable, Sequence

from nhiassess.formats.format import REDACTED
from nhiassess.formats.secrets import Span

# as many as a hand-written file could hold; a dump with more is masked place by place only
MAX_LITERALS = 400
Stretch = tuple[int, int]


def masked(value: str, spans: Sequence[Span]) -> str:
    """Give a text with its spans masked.

    Examples
    --------
    >>> masked("key=hunter2", [Span(4, 11, "password", "high", "prefix")])
    'key=[redacted]'
    """
    parts, reached = [], 0
    for span in spans:
        if span.start >= reached:
            parts += [value[reached : span.start], REDACTED]
        reached = max(reached, span.end)
    return "".join((*parts, value[reached:]))


def joined(stretches: Iterable[Stretch]) -> list[Stretch]:
    """Give stretches in order, those that overlap as one and the empty ones left out.

    Examples
    --------
    >>> joined([(5, 9), (1, 3), (2, 4), (7, 7)])
    [(1, 4), (5, 9)]
    """
    found: list[Stretch] = []
    for start, end in sorted(stretches):
        if found and start < found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        elif end > start:
            found.append((start, end))
    return found


def end_of(place: int, stretches: Sequence[Stretch]) -> int:
    """Give where the stretch ends that a place lies in; 0 when it lies in none.

    Examples
    --------
    >>> end_of(2, [(1, 4), (5, 9)]), end_of(4, [(1, 4), (5, 9)])
    (4, 0)
    """
    found = bisect_right(stretches, (place, sys.maxsize))
    return stretches[found - 1][1] if found and place < stretches[found - 1][1] else 0


def any_of(literals: Collection[str]) -> re.Pattern[str] | None:
    """Give the pattern of any of these texts, the longest first; None when there are none, or too many."""
    if not literals or len(literals) > MAX_LITERALS:
        return None
    return re.compile("|".join(re.escape(each) for each in sorted(literals, key=lambda each: (-len(each), each))))


def line_ends(text: str) -> str:
    r"""Give the line ends of a text, which stay when it is masked.

    Examples
    --------
    >>> line_ends("a\r\nb\n")
    '\r\n\n'
    """
    return "".join(re.findall(r"\r?\n|\r", text))


def free(key: str, taken: Collection[str]) -> str:
    """Give a key that is not taken, for when two masked keys look alike.

    Examples
    --------
    >>> free("[redacted]", {"[redacted]"})
    '[redacted] (2)'
    """
    number, found = 2, key
    while found in taken:
        found, number = f"{key} ({number})", number + 1
    return found
