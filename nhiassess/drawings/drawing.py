"""The contract of a drawing: a look (colours, fonts, icons) and plain values in, one `<svg>` element out."""

from __future__ import annotations

import io
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

from fontTools.ttLib import TTFont

from nhiassess.signs import GONE, calm

WIDTH = 487.5  # the width of the text in points; one unit of a drawing is one point
SANS, MONO = "IBM Plex Sans", "IBM Plex Mono"
# no text that a report may carry on: control characters, those that turn the reading direction around, and those that
# nobody sees, by which two names look like one; what joins letters or tells the direction of one is text
_UNFIT = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u200b\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff"
    "\ufffe\uffff\U000e0000-\U000e0fff]"
)

_BREAK = re.compile(r"(?<=[-_/@ ])(?=[^-_/@ ])|(?<=[^.])(?=\.[^.])")  # after a separator, or before a suffix


@dataclass(frozen=True, slots=True)
class Face:
    """The advance widths of one font, in thousandths of its size."""

    widths: Mapping[int, float]

    def width(self, text: str, size: float) -> float:
        """Give the width of a text in points; characters that the font lacks are estimated."""
        return sum(self.widths.get(ord(sign)) or _estimate(sign) for sign in text) * size / 1000

    def fit(self, text: str, size: float, room: float, *, end: bool = False) -> str:
        """Shorten a text to the room, at its start when `end` is what matters (as of a path)."""
        text = " ".join(text.split())
        if self.width(text, size) <= room:
            return text
        ellipsis = self.width("…", size)
        kept, used = [], ellipsis
        for sign in reversed(text) if end else text:
            used += self.width(sign, size)
            if used > room:
                break
            kept.append(sign)
        return "…" + "".join(reversed(kept)).strip() if end else "".join(kept).strip() + "…"

    def lines(self, text: str, size: float, room: float, most: int = 2, *, end: bool = False) -> list[str]:
        """Break a text after its separators into as many lines as it may have; the last one is shortened."""
        made: list[str] = []
        rest = " ".join(text.split())
        while rest and len(made) < most - 1 and self.width(rest, size) > room:
            cuts = [found.start() for found in _BREAK.finditer(rest) if found.start()]
            cut = max((at for at in cuts if self.width(rest[:at].rstrip(), size) <= room), default=0)
            if not cut:
                break
            made.append(rest[:cut].rstrip())
            rest = rest[cut:]
        return [*made, self.fit(rest, size, room, end=end)] if rest else made

    def missing(self, text: str) -> set[str]:
        """Give the characters of a text that the font has no shape for."""
        return {sign for sign in text if ord(sign) not in self.widths and not sign.isspace()}


class Look(Protocol):
    """What a drawing needs: a colour by its token, a face by weight, the shape of an icon or mark."""

    def colour(self, token: str) -> str:
        """Give the value of a colour token, such as ``ink``."""

    def face(self, family: str, weight: int) -> Face:
        """Give the widths of a font."""

    def shape(self, name: str, ink: str | None = None) -> str:
        """Give the inner markup of a mark or icon of marks.svg, with its ink replaced."""


@lru_cache(maxsize=16)
def face(font: bytes) -> Face:
    """Read the advance widths of a font file.

    Parameters
    ----------
    font:
        The bytes of a TrueType font.

    Returns
    -------
    Face
        The widths of all characters that it maps, scaled to an em of 1,000.
    """
    with TTFont(io.BytesIO(font), lazy=True) as opened:
        scale = 1000 / opened["head"].unitsPerEm
        metrics = opened["hmtx"].metrics
        return Face({code: metrics[glyph][0] * scale for code, glyph in opened.getBestCmap().items()})


def clean(text: str) -> str:
    """Replace characters that are no printable text, so that hostile names stay readable and harmless.

    Examples
    --------
    >>> clean("a" + chr(0) + "b")
    'a\ufffdb'
    """
    return _UNFIT.sub(GONE, calm(text))


def escape(text: str) -> str:
    """Escape a text for markup, attributes too.

    Examples
    --------
    >>> escape('<b>"x"')
    '&lt;b&gt;&quot;x&quot;'
    """
    text = clean(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return text.replace('"', "&quot;").replace("'", "&#39;")


def number(value: float) -> str:
    """Write a coordinate in the shortest way.

    Examples
    --------
    >>> number(12.0), number(3.14159), number(-0.001)
    ('12', '3.14', '0')
    """
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def svg(width: float, height: float, title: str, parts: Iterable[str], describe: str = "") -> str:
    """Put parts into one drawing with its name as the first child, which is what screen readers say."""
    more = f"<desc>{escape(describe)}</desc>" if describe else ""
    w, h = number(width), number(height)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" width="{w}pt" height="{h}pt" '
        f'viewBox="0 0 {w} {h}"><title>{escape(title)}</title>{more}{"".join(parts)}</svg>'
    )


def text(
    look: Look,
    x: float,
    y: float,
    words: str,
    *,
    size: float = 7,
    weight: int = 400,
    colour: str = "ink",
    anchor: str = "start",
    family: str = SANS,
) -> str:
    """Write words at a place; they do not wrap, so fit them first."""
    placed = "" if anchor == "start" else f' text-anchor="{anchor}"'
    return (
        f'<text x="{number(x)}" y="{number(y)}" font-family="{family}" font-size="{number(size)}" '
        f'font-weight="{weight}" fill="{look.colour(colour)}"{placed}>{escape(words)}</text>'
    )


def rectangle(look: Look, x: float, y: float, w: float, h: float, fill: str, stroke: str = "", extra: str = "") -> str:
    """Draw a rectangle, filled with a token and outlined with another."""
    line = f' stroke="{look.colour(stroke)}" stroke-width="0.5"' if stroke else ""
    return (
        f'<rect x="{number(x)}" y="{number(y)}" width="{number(w)}" height="{number(h)}" '
        f'fill="{look.colour(fill) if fill != "none" else "none"}"{line}{extra}/>'
    )


def line(look: Look, path: str, colour: str = "ink", width: float = 1, extra: str = "") -> str:
    """Draw a path that is not filled."""
    stroke = look.colour(colour)
    return f'<path d="{path}" fill="none" stroke="{stroke}" stroke-width="{number(width)}"{extra}/>'


def hatched(look: Look, x: float, y: float, w: float, h: float, *, gap: float = 4.2, outline: bool = True) -> str:
    """Draw a rectangle that is hatched, which means unknown; the lines are cut here, so that no pattern is needed."""
    if w <= 0:
        return ""
    strokes = []
    at = gap / 2
    while at < w + h:
        x0, y0 = (at, 0.0) if at <= w else (w, at - w)
        x1, y1 = (0.0, at) if at <= h else (at - h, h)
        strokes.append(f"M{number(x + x0)} {number(y + y0)}L{number(x + x1)} {number(y + y1)}")
        at += gap
    parts = [rectangle(look, x, y, w, h, "ground")]
    parts.append(line(look, "".join(strokes), "not-determined", 0.7))
    if outline:
        parts.append(rectangle(look, x + 0.25, y + 0.25, max(w - 0.5, 0.1), h - 0.5, "none", "not-determined"))
    return "".join(parts)


def dotted(look: Look, x: float, y: float, w: float, h: float) -> str:
    """Draw a rectangle that is dotted, which means that a resource is needed first."""
    dots = []
    row = y + 1.5
    while row < y + h - 0.5:
        column = x + 1.5
        while column < x + w - 0.5:
            dots.append(f"M{number(column)} {number(row)}h.01")
            column += 3
        row += 3
    parts = rectangle(look, x, y, w, h, "ground") + line(
        look, "".join(dots) or "M0 0", "not-determined", 1.4, ' stroke-linecap="round"'
    )
    return parts + rectangle(look, x + 0.25, y + 0.25, max(w - 0.5, 0.1), h - 0.5, "none", "not-determined")


def placed(shape: str, x: float, y: float, scale: float) -> str:
    """Put the shape of a mark or icon at a place."""
    return f'<g transform="translate({number(x)} {number(y)}) scale({scale:.4f})">{shape}</g>'


def ticks(most: float, wanted: int = 4) -> tuple[int, ...]:
    """Give round steps from zero that cover a value.

    Examples
    --------
    >>> ticks(98), ticks(3), ticks(0)
    ((0, 50, 100), (0, 1, 2, 3), (0, 1))
    """
    step, ten = 1, 1
    while step * wanted < most:
        step = next((size for size in (ten, 2 * ten, 5 * ten) if size * wanted >= most), step)
        ten *= 10
    return tuple(range(0, max(step, -(-int(most) // step) * step) + 1, step))


def _estimate(sign: str) -> float:
    if unicodedata.combining(sign) or unicodedata.category(sign) == "Cf":
        return 0.0
    return 1000.0 if unicodedata.east_asian_width(sign) in "WF" else 620.0
