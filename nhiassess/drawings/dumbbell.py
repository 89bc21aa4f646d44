"""How far each agent reaches with gates holding (filled disc) and without (open disc), for both threat models."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from nhiassess.drawings.drawing import SANS, WIDTH, Look, line, number, rectangle, svg, text, ticks


@dataclass(frozen=True, slots=True)
class Span:
    """What one agent reaches, with gates and without, or None where nothing was computed."""

    label: str
    pairs: tuple[tuple[int, int] | None, ...]  # (gated, ungated), one for each panel


def dumbbell(look: Look, spans: Sequence[Span], panels: Sequence[str], title: str) -> str:
    """Draw one row for each agent and one panel for each threat model, on one scale.

    Parameters
    ----------
    look:
        Colours and fonts.
    spans:
        The agents, in the order of the table that carries the same numbers.
    panels:
        The names of the panels, as many as each span has pairs.
    title:
        What the drawing shows.
    """
    left, gap = 122.0, 60.0
    each = (WIDTH - left - gap * len(panels)) / len(panels)
    most = max((max(pair) for span in spans for pair in span.pairs if pair), default=1)
    steps = ticks(most, 3)
    bottom = 24 + 10 * len(spans)
    parts = []
    sans = look.face(SANS, 400)
    for index, panel in enumerate(panels):
        x0 = left + index * (each + gap)
        scale = each / steps[-1]
        parts.append(text(look, x0, 8, panel, size=7.6, weight=600))
        for step in steps:
            x = x0 + step * scale
            parts.append(line(look, f"M{number(x)} 22V{number(bottom)}", "rule", 0.5))
            parts.append(text(look, x, 19, str(step), size=6.4, colour="ink-2", anchor="middle"))
        for row, span in enumerate(spans):
            y = 33 + row * 10
            pair = span.pairs[index]
            if pair:
                parts.append(_pair(look, x0 + pair[0] * scale, x0 + pair[1] * scale, y, pair))
            else:
                parts.append(text(look, x0 + 4, y + 2.5, "not computed", size=6.8, colour="ink-2"))
    for row, span in enumerate(spans):
        parts.append(text(look, 0, 35.5 + row * 10, sans.fit(span.label, 7, left - 6), size=7))
    parts.append(_legend(look, left, bottom + 12))
    return svg(WIDTH, bottom + 18, title, parts, "The figures stand in the table below.")


def _pair(look: Look, gated: float, free: float, y: float, pair: tuple[int, int]) -> str:
    ink, ground = look.colour("ink"), look.colour("ground")
    at = number(y)
    words = f"{pair[0]} to {pair[1]}" if pair[0] != pair[1] else f"{pair[1]}, nothing held back"
    if pair == (0, 0):
        words = "0"
    label = free + 7
    room = look.face(SANS, 400).width(words, 6.8)
    parts = [rectangle(look, label - 1.5, y - 4.5, room + 3, 9, "ground")]
    if pair[0] == pair[1]:
        parts.append(
            f'<circle cx="{number(free)}" cy="{at}" r="3.6" fill="{ground}" stroke="{ink}" stroke-width="1.2"/>'
        )
        parts.append(f'<circle cx="{number(free)}" cy="{at}" r="1.7" fill="{ink}"/>')
    else:
        parts.append(line(look, f"M{number(gated)} {at}H{number(free)}", "rule-strong", 3.2))
        parts.append(
            f'<circle cx="{number(free)}" cy="{at}" r="3.6" fill="{ground}" stroke="{ink}" stroke-width="1.2"/>'
        )
        parts.append(f'<circle cx="{number(gated)}" cy="{at}" r="3.6" fill="{ink}"/>')
    parts.append(text(look, label, y + 2.5, words, size=6.8, colour="ink-2"))
    return "".join(parts)


def _legend(look: Look, x: float, y: float) -> str:
    ink, ground = look.colour("ink"), look.colour("ground")
    at = number(y)
    parts = [
        f'<circle cx="{number(x + 4)}" cy="{at}" r="3.6" fill="{ink}"/>',
        text(look, x + 11, y + 2.5, "gates hold", size=6.8, colour="ink-2"),
        f'<circle cx="{number(x + 60)}" cy="{at}" r="3.6" fill="{ground}" stroke="{ink}" stroke-width="1.2"/>',
        text(look, x + 67, y + 2.5, "gates crossed", size=6.8, colour="ink-2"),
        line(look, f"M{number(x + 124)} {at}h16", "rule-strong", 3.2),
        text(look, x + 145, y + 2.5, "what the gates hold back", size=6.8, colour="ink-2"),
    ]
    return "".join(parts)
