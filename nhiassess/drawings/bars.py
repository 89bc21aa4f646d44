"""Bars that show shares and counts, always in the order satisfied, not determined, not satisfied, not applicable."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from nhiassess.drawings.drawing import SANS, WIDTH, Look, hatched, line, number, rectangle, svg, text

# what a state looks like: the token of its fill and of the text on it; hatching has no fill
_LOOKS: dict[str, tuple[str, str]] = {
    "satisfied": ("satisfied", "on-satisfied"),
    "mitigations hold": ("satisfied", "on-satisfied"),
    "evidence supports": ("satisfied", "on-satisfied"),
    "not-satisfied": ("not-satisfied", "on-not-satisfied"),
    "exposed": ("not-satisfied", "on-not-satisfied"),
    "evidence contradicts": ("not-satisfied", "on-not-satisfied"),
    "weakened": ("not-satisfied-cell", "not-satisfied-text"),
    "not-applicable": ("not-applicable", "ink"),
    "not applicable": ("not-applicable", "ink"),
    "outside": ("not-applicable", "ink"),
}

Counts = Sequence[tuple[str, int]]


@dataclass(frozen=True, slots=True)
class Bar:
    """One row of a chart: its label, how many in each state, and what stands at its right."""

    label: str
    counts: tuple[tuple[str, int], ...]
    figure: str = ""
    of: str = ""


def segment(look: Look, x: float, y: float, w: float, h: float, state: str) -> str:
    """Draw the part of a bar that stands for one state."""
    if state not in _LOOKS:
        return hatched(look, x, y, w, h)
    fill, _ = _LOOKS[state]
    outline = "not-satisfied" if state == "weakened" else ""
    if outline:
        return rectangle(look, x + 0.4, y + 0.4, max(w - 0.8, 0.2), h - 0.8, fill, outline)
    return rectangle(look, x, y, w, h, fill)


def interval_bar(look: Look, counts: Counts, title: str, *, width: float = 108, bounds: bool = True) -> str:
    """Draw one share as a bar with two ticks at its bounds."""
    total = sum(count for _, count in counts) or 1
    parts, x, edges = [], 0.0, [0.0]
    for state, count in counts:
        w = width * count / total
        parts.append(segment(look, x, 2, w, 9, state))
        x += w
        edges.append(x)
    if bounds and len(edges) > 2:
        for edge in sorted({edges[1], edges[2]}):
            at = number(min(max(edge, 0.45), width - 0.45))
            parts.append(line(look, f"M{at} 0V13", "ink", 0.9))
    return svg(width, 13, title, parts)


def stacked_bars(look: Look, bars: Sequence[Bar], title: str, *, left: float = 104, width: float = WIDTH) -> str:
    """Draw one stacked bar for each row, with the count in each part that has room for it."""
    step = 16.25 if len(bars) <= 8 else 13
    right = width - 86
    parts = []
    sans, strong = look.face(SANS, 400), look.face(SANS, 600)
    for index, bar in enumerate(bars):
        y = 3 + index * step
        parts.append(text(look, 0, y + 8.4, sans.fit(bar.label, 7.6, left - 6), size=7.6))
        total = sum(count for _, count in bar.counts)
        x, span = left, right - left
        if not total:
            parts.append(line(look, f"M{number(left)} {number(y + 5.5)}H{number(right)}", "rule", 0.5))
        for state, count in bar.counts:
            if not count:
                continue
            w = span * count / total
            parts.append(segment(look, x, y, w, 11, state))
            words = str(count)
            room = strong.width(words, 6.8)
            if w > room + 5:
                middle = x + w / 2
                if state not in _LOOKS:
                    parts.append(rectangle(look, middle - room / 2 - 2, y + 1.6, room + 4, 7.8, "ground"))
                ink = _LOOKS.get(state, ("", "ink"))[1]
                parts.append(text(look, middle, y + 8, words, size=6.8, weight=600, colour=ink, anchor="middle"))
            x += w
        parts.append(text(look, right + 9, y + 8.4, bar.figure, size=7.6, weight=600))
        parts.append(text(look, width - 0.5, y + 8.4, bar.of, size=7.2, colour="ink-2", anchor="end"))
    return svg(width, 3 + step * len(bars), title, parts)


def small_bar(look: Look, counts: Counts, title: str, *, width: float = 29) -> str:
    """Draw a bar small enough for the cell of a matrix."""
    total = sum(count for _, count in counts)
    parts, x = [], 0.0
    for state, count in counts:
        if count:
            w = width * count / total
            if state in _LOOKS:
                parts.append(rectangle(look, x, 1, w, 6, _LOOKS[state][0]))
            else:
                parts.append(hatched(look, x, 1, w, 6, gap=3.4, outline=False))
            x += w
    parts.append(rectangle(look, 0.25, 1.25, width - 0.5, 5.5, "none", "rule-strong"))
    return svg(width, 8, title, parts)


def ledger_bar(look: Look, read: int, skipped: int, most: int, title: str, *, width: float = 120) -> str:
    """Draw how many files were read, solid, and skipped, hatched, on the scale of the longest row."""
    scale = width / (most or 1)
    parts = [rectangle(look, 0, 1, max(read * scale, 1) if read else 0, 7, "brand")]
    if skipped:
        parts.append(hatched(look, read * scale + 0.6, 1, max(skipped * scale, 2.2), 7, gap=3.2))
    return svg(width + 4, 9, title, parts)


def before_after(look: Look, before: int, after: int, most: int, title: str, *, width: float = 112) -> str:
    """Draw what remains, solid, inside the outline of what was."""
    scale = width / (most or 1)
    parts = [
        rectangle(
            look,
            0.4,
            1.4,
            before * scale - 0.8 if before else 0.1,
            9.2,
            "none",
            "ink-2",
            ' stroke-dasharray="3 2"',
        ),
        rectangle(look, 0, 1, after * scale, 10, "brand"),
    ]
    return svg(width, 12, title, parts)
