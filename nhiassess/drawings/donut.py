"""A ring of the four states of a determination, with the interval in its middle and the counts beside it."""

from __future__ import annotations

import math
from collections.abc import Sequence

from nhiassess.drawings.drawing import Look, line, number, placed, svg, text

_FILLS = {"satisfied": "satisfied", "not-satisfied": "not-satisfied", "not-applicable": "not-applicable"}
_MARKS = {
    "satisfied": "m-satisfied",
    "not-determined": "m-not-determined",
    "not-satisfied": "m-not-satisfied",
    "not-applicable": "m-not-applicable",
}


def donut(
    look: Look, counts: Sequence[tuple[str, int]], words: Sequence[str], middle: str, below: str, total: str
) -> str:
    """Draw the ring.

    Parameters
    ----------
    look:
        Colours, fonts and marks.
    counts:
        State and number, in the order in which the ring goes round.
    words:
        The name of each state, in the same order.
    middle, below:
        The figure in the ring and what it is of.
    total:
        What all of them are together, such as ``Objectives``.

    Returns
    -------
    str
        The drawing; the counts are text in it.
    """
    whole = sum(number for _, number in counts)
    said = ", ".join(f"{count} {word.lower()}" for (_, count), word in zip(counts, words, strict=True))
    parts, at = [], 0.0
    for state, count in counts:
        if count:
            share = count / whole
            parts.append(_wedge(look, at, at + share, state))
            at += share
    if not whole:
        parts.append(f'<circle cx="62" cy="64" r="50" fill="none" stroke="{look.colour("rule")}" stroke-width="20"/>')
    size = 17 if len(middle) <= 9 else 13
    parts.append(text(look, 62, 65, middle, size=size, weight=300, anchor="middle"))
    parts.append(text(look, 62, 77, below, size=7, colour="ink-2", anchor="middle"))
    y = 27.0
    for (state, count), word in zip(counts, words, strict=True):
        parts.append(placed(look.shape(_MARKS[state]), 138, y, 0.75))
        parts.append(text(look, 152, y + 7, word, size=8))
        parts.append(text(look, 226, y + 7, str(count) if count else "–", size=8, weight=600, anchor="end"))
        y += 17
    parts.append(line(look, f"M138 {number(y - 3)}H226", "ink", 0.8))
    parts.append(text(look, 152, y + 9, total, size=8, colour="ink-2"))
    parts.append(text(look, 226, y + 9, str(whole), size=8, weight=600, anchor="end"))
    return svg(228, 128, f"Ring of {whole}: {said}", parts)


def _wedge(look: Look, start: float, end: float, state: str) -> str:
    end = min(end, start + 0.9999)  # an arc from a point to itself draws nothing
    outline = f"M{_point(start, 60)}A60 60 0 {int(end - start > 0.5)} 1 {_point(end, 60)}"
    outline += f"L{_point(end, 40)}A40 40 0 {int(end - start > 0.5)} 0 {_point(start, 40)}Z"
    if state in _FILLS:
        ground = look.colour("ground")
        return f'<path d="{outline}" fill="{look.colour(_FILLS[state])}" stroke="{ground}" stroke-width="1.4"/>'
    edge = line(look, outline, "not-determined", 0.6)
    return edge + line(look, _hatch(start, end), "not-determined", 0.7)


def _hatch(start: float, end: float) -> str:
    """Cut the lines of a hatching to the wedge, by walking each in steps of half a point."""
    parts = []
    for offset in range(-168, 169, 6):
        since: tuple[float, float] | None = None
        last = (0.0, 0.0)
        for step in range(241):
            x = -60 + step / 2
            y = offset / 2**0.5 - x
            share = (math.atan2(y, x) / (2 * math.pi) + 0.25) % 1
            if 40 <= math.hypot(x, y) <= 60 and start <= share <= end:
                since = since or (x, y)
                last = (x, y)
            elif since:
                parts.append(_segment(since, last))
                since = None
        if since:
            parts.append(_segment(since, last))
    return "".join(parts) or "M62 4"


def _segment(one: tuple[float, float], other: tuple[float, float]) -> str:
    return f"M{number(62 + one[0])} {number(64 + one[1])}L{number(62 + other[0])} {number(64 + other[1])}"


def _point(share: float, radius: float) -> str:
    angle = 2 * math.pi * share - math.pi / 2
    return f"{number(62 + radius * math.cos(angle))} {number(64 + radius * math.sin(angle))}"
