"""The five by five grid of NIST SP 800-30, Table I-2, with a disc for each finding at what holds today."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from nhiassess.drawings.drawing import Look, number, rectangle, svg, text

WORDS = ("Very low", "Low", "Moderate", "High", "Very high")
_SHORT = ("VL", "L", "M", "H", "VH")


@dataclass(frozen=True, slots=True)
class Dot:
    """One finding: its short label and the two indices, 0 to 4, of its cell."""

    label: str
    likelihood: int
    impact: int


def risk_grid(look: Look, levels: Sequence[Sequence[int]], dots: Sequence[Dot], title: str) -> str:
    """Draw the grid.

    Parameters
    ----------
    look:
        Colours and fonts.
    levels:
        The level, 0 to 4, of each cell: rows by likelihood from very low, columns by impact from very low.
    dots:
        The findings; more than a cell has room for become one disc with their number.
    title:
        What the drawing shows.
    """
    w, h, left = 47.0, 30.0, 52.0
    bottom = 6 + 5 * h
    parts = []
    for likelihood in range(5):
        y = 6 + (4 - likelihood) * h
        parts.append(text(look, 47, y + 17, WORDS[likelihood], size=6.6, colour="ink-2", anchor="end"))
        for impact in range(5):
            x = left + impact * w
            level = levels[likelihood][impact]
            parts.append(rectangle(look, x, y, w - 1.4, h - 1.4, f"risk-{level + 1}"))
            ink = f"on-risk-{level + 1}"
            parts.append(text(look, x + w - 4, y + 8.3, _SHORT[level], size=6.2, colour=ink, anchor="end"))
            here = [dot.label for dot in dots if (dot.likelihood, dot.impact) == (likelihood, impact)]
            parts.append(_discs(look, x, y, here))
    parts += [
        text(look, left + (impact + 0.5) * w, bottom + 10, WORDS[impact], size=6.6, colour="ink-2", anchor="middle")
        for impact in range(5)
    ]
    parts.append(text(look, left + 2.5 * w, bottom + 21, "Impact", size=7, weight=600, anchor="middle"))
    parts.append(
        f'<g transform="translate(8 {number(6 + 2.5 * h)}) rotate(-90)">'
        f"{text(look, 0, 0, 'Likelihood', weight=600, anchor='middle')}</g>"
    )
    return svg(left + 5 * w, bottom + 24, title, parts, "Each finding and its cell stand in the table of findings.")


def _discs(look: Look, x: float, y: float, labels: Sequence[str]) -> str:
    if len(labels) > 6:
        return _disc(look, x + 17, y + 15.5, f"{len(labels)} findings", wide=True)
    parts = []
    top = y + (15.5 if len(labels) <= 3 else 8.6)
    for index, label in enumerate(labels):
        column, row = index % 3, index // 3
        parts.append(_disc(look, x + 7.5 + column * 12, top + row * 11.8, label))
    return "".join(parts)


def _disc(look: Look, x: float, y: float, label: str, *, wide: bool = False) -> str:
    ink, ground = look.colour("ink"), look.colour("ground")
    edge = f'fill="{ink}" stroke="{ground}" stroke-width="0.9"'
    if wide:
        shape = f'<rect x="{number(x - 14)}" y="{number(y - 5.5)}" width="41" height="11" rx="5.5" {edge}/>'
        return shape + text(look, x + 6.5, y + 2.2, label, size=6.2, weight=600, colour="ground", anchor="middle")
    shape = f'<circle cx="{number(x)}" cy="{number(y)}" r="5.7" {edge}/>'
    return shape + text(look, x, y + 2.2, label, size=6.2, weight=600, colour="ground", anchor="middle")
