"""Colours, fonts and marks from the shipped assets: what drawings use, and the style sheet that says the same."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import quote

from nhiassess.drawings.drawing import MONO, SANS, Face, face

FACES: tuple[tuple[str, int, str], ...] = (
    (SANS, 300, "fonts/plex-sans-300"),
    (SANS, 400, "fonts/plex-sans-400"),
    (SANS, 600, "fonts/plex-sans-600"),
    (MONO, 400, "fonts/plex-mono-400"),
    (MONO, 600, "fonts/plex-mono-600"),
)
# the classes of marks.svg and the tokens that they stand for
_FILLS = {
    "f-sat": "satisfied",
    "f-ns": "not-satisfied",
    "f-nd": "not-determined",
    "f-na": "not-applicable",
    "f-ground": "ground",
    "f-lv": "risk-4",
}
_STROKES = {
    "s-ns": "not-satisfied",
    "s-nd": "not-determined",
    "s-ink": "ink",
    "s-ground": "ground",
    "s-rs": "rule-strong",
}
_SYMBOL = re.compile(r'<symbol id="([a-z0-9-]+)" viewBox="0 0 (\d+) \d+">(.*?)</symbol>', re.DOTALL)
_TOKEN = re.compile(r"--([a-z0-9-]+):\s*([^;]+);")
_COLOUR = re.compile(r"#[0-9A-Fa-f]{6}")
_NAMED = re.compile(r"var\(--([a-z0-9-]+)\)")
_CLASSED = re.compile(r'<(\w+)([^<>]*?) class="([a-z -]+)"(/?)>')


@dataclass(frozen=True, slots=True)
class Theme:
    """One look: colours by token, shapes by name, faces by weight."""

    colours: Mapping[str, str]
    shapes: Mapping[str, tuple[int, str]]
    faces: Mapping[tuple[str, int], Face] = field(repr=False)
    live: bool = False  # colours follow the style sheet of the page, for screens with a dark theme

    def colour(self, token: str) -> str:
        """Give the value of a colour token; a live one names the variable of the page."""
        return f"var(--{token})" if self.live else self.colours[token]

    def face(self, family: str, weight: int) -> Face:
        """Give the widths of a font."""
        return self.faces[family, weight]

    def shape(self, name: str, ink: str | None = None) -> str:
        """Give the inner markup of a mark (``m-``) or icon (``i-``), drawn in this look's colours."""
        markup = _coloured(self.shapes[name][1], self)
        return markup.replace("#17202B", self.colour(ink or "ink"))


def theme(assets: Mapping[str, bytes], *, live: bool = False, dark: bool = False, brand: str | None = None) -> Theme:
    """Read the look from the shipped assets.

    Parameters
    ----------
    assets:
        The files of templates/ by name: tokens.css, marks.svg and the fonts.
    live:
        Whether colours name CSS variables, which a page in a browser sees and WeasyPrint does not.
    dark:
        Whether the dark values stand instead of the light ones.
    brand:
        A colour ``#rrggbb`` that replaces the one of the house.

    Returns
    -------
    Theme
        What drawings take as their look.
    """
    light, night = tokens(assets, brand)
    colours = {**light, **night} if dark else light
    shapes = {name: (int(box), inner) for name, box, inner in _SYMBOL.findall(assets["marks.svg"].decode("utf-8"))}
    faces = {(family, weight): face(assets[f"{stem}.ttf"]) for family, weight, stem in FACES}
    return Theme(colours, shapes, faces, live)


def tokens(assets: Mapping[str, bytes], brand: str | None = None) -> tuple[dict[str, str], dict[str, str]]:
    """Read the light and the dark values from tokens.css; a client's brand colour replaces the light one."""
    sheet = assets["tokens.css"].decode("utf-8")
    head, _, tail = sheet.partition('[data-theme="dark"]')
    light, night = dict(_TOKEN.findall(head)), dict(_TOKEN.findall(tail))
    if brand and _COLOUR.fullmatch(brand) and contrast(brand, light["ground"]) >= 4.5:
        light["brand"] = brand.upper()
        light["brand-tint"] = mixed(brand, light["ground"], 0.1)
    return light, night


def style(assets: Mapping[str, bytes], *, suffix: str, brand: str | None = None, screen: bool = False) -> str:
    """Write the style sheet of fonts, marks and, for a screen, tokens, with everything inside it.

    Parameters
    ----------
    assets:
        The files of templates/ by name.
    suffix:
        Of the fonts to carry: ``ttf`` for print, which is faster there, ``woff2`` for a page, which is smaller.
    brand:
        A colour that replaces the one of the house.
    screen:
        Whether a dark theme is carried too, for ``data-theme="dark"`` and for people who prefer it.

    Returns
    -------
    str
        CSS without a single reference to the outside.
    """
    light, night = tokens(assets, brand)
    parts = [_face(assets, *each, suffix) for each in FACES]
    if screen:
        parts.append(":root{" + "".join(f"--{name}:{value};" for name, value in light.items()) + "}")
    parts.append(_marks(theme(assets, brand=brand), ""))
    if screen:
        values = "".join(f"--{name}:{value};" for name, value in night.items())
        dark = theme(assets, dark=True)
        chosen, preferred = ':root[data-theme="dark"]', ':root:not([data-theme="light"])'
        parts.append("@media screen{" + f"{chosen}{{{values}}}" + _marks(dark, chosen) + "}")
        parts.append("@media screen and (prefers-color-scheme:dark){" + f"{preferred}{{{values}}}")
        parts.append(_marks(dark, preferred) + "}")
    return "\n".join(parts)


def plain(sheet: str, assets: Mapping[str, bytes], brand: str | None = None) -> str:
    """Write the values of tokens where a style sheet names them, which makes layout for print much faster."""
    light, _ = tokens(assets, brand)
    for _ in range(2):  # a token may name another
        sheet = _NAMED.sub(lambda found: light[found.group(1)], sheet)
    return sheet


def contrast(one: str, other: str) -> float:
    """Give the contrast of two colours as WCAG 2 defines it.

    Examples
    --------
    >>> contrast("#000000", "#FFFFFF")
    21.0
    """
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return round((lighter + 0.05) / (darker + 0.05), 2)


def mixed(one: str, other: str, share: float) -> str:
    """Mix two colours, so that `share` of the first remains.

    Examples
    --------
    >>> mixed("#000000", "#FFFFFF", 0.5)
    '#808080'
    """
    pairs = zip(_channels(one), _channels(other), strict=True)
    return "#" + "".join(f"{int(a * share + b * (1 - share) + 0.5):02X}" for a, b in pairs)


def _face(assets: Mapping[str, bytes], family: str, weight: int, stem: str, suffix: str) -> str:
    kind = "truetype" if suffix == "ttf" else suffix
    font = base64.b64encode(assets[f"{stem}.{suffix}"]).decode("ascii")
    return (
        f'@font-face{{font-family:"{family}";font-weight:{weight};'
        f'src:url("data:font/{suffix};base64,{font}") format("{kind}")}}'
    )


def _marks(look: Theme, scope: str) -> str:
    rules = []
    for name, (box, _) in look.shapes.items():
        kind, _, word = name.partition("-")
        if kind != "m":
            continue  # icons stand in drawings only
        inner = look.shape(name)
        markup = f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {box} {box}'>{inner}</svg>".replace('"', "'")
        image = quote(markup, safe=" ='/:()-.,")
        rules.append(f'{scope} .mark.{word}::before{{background-image:url("data:image/svg+xml,{image}")}}')
    hatch = (
        "<svg xmlns='http://www.w3.org/2000/svg' width='5' height='5'><path d='M-1 6L6 -1M-1 1L1 -1M4 6L6 4' "
        f"stroke='{look.colours['not-determined']}' stroke-width='.7' stroke-opacity='.55'/></svg>"
    )
    image = quote(hatch, safe=" ='/:()-.,")
    rules.append(
        f'{scope} td.hatch,{scope} .swatch.hatch::before{{background-image:url("data:image/svg+xml,{image}")}}'
    )
    return "\n".join(rules)


def _coloured(markup: str, look: Theme) -> str:
    def replaced(found: re.Match[str]) -> str:
        tag, rest, classes, end = found.groups()
        for name in classes.split():
            if name in _FILLS:
                rest = re.sub(r'fill="#[^"]*"', f'fill="{look.colour(_FILLS[name])}"', rest)
            if name in _STROKES:
                rest = re.sub(r'stroke="#[^"]*"', f'stroke="{look.colour(_STROKES[name])}"', rest)
        return f"<{tag}{rest}{end}>"

    return _CLASSED.sub(replaced, markup)


def _channels(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _luminance(colour: str) -> float:
    linear = [c / 255 / 12.92 if c <= 10 else ((c / 255 + 0.055) / 1.055) ** 2.4 for c in _channels(colour)]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
