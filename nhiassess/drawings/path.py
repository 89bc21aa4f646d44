"""A privilege path as a line: an icon for each stop, the verb above, the gate on the line, the file below."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from nhiassess.drawings.drawing import MONO, SANS, WIDTH, Look, line, number, placed, svg, text

DASHES = {"yes": "", "conditional": "7 3", "needs_resource": "1.6 2.8", "unknown": "1 5"}
GATES = {
    "human_approval": "i-gate-human",
    "policy": "i-gate-policy",
    "sandbox": "i-gate-sandbox",
    "jit": "i-gate-jit",
}
MOST = 7  # stops in one row; a longer path goes on in the next


@dataclass(frozen=True, slots=True)
class Stop:
    """One node of a path: its icon, what it is, its name, a word more, and where that is stated."""

    icon: str
    kind: str
    name: str
    more: str = ""
    place: str = ""
    folder: str = ""
    role: str = "plain"  # plain | agent | jewel


@dataclass(frozen=True, slots=True)
class Leg:
    """What leads from one stop to the next."""

    verb: str
    verdict: str = "yes"
    gate: str = "none"
    holds: bool = False
    note: str = ""


def path(look: Look, stops: Sequence[Stop], legs: Sequence[Leg], title: str, *, small: bool = False) -> str:
    """Draw the path, over several rows when it has more stops than one row holds.

    Parameters
    ----------
    look:
        Colours, fonts and icons.
    stops, legs:
        The nodes in order, and one leg fewer.
    title:
        The path as a sentence.
    small:
        Whether to leave out kinds and folders.
    """
    rows = -(-len(stops) // MOST)
    each = -(-len(stops) // rows) if rows else 1
    step = WIDTH / max(each, 4)
    said = [_said(look, stop, step - 5, small) for stop in stops]
    names = max((len(lines.name) for lines in said), default=1)
    places = max((len(lines.place) for lines in said), default=1)
    height = 28 + 8.0 * (names + places) + 8 if small else 109 + 9.5 * names + 8.0 * places
    parts = []
    for index, stop in enumerate(stops):
        row, column = divmod(index, each)
        x, y = step * (column + 0.5), row * height
        if index and column:
            parts.append(_leg(look, legs[index - 1], x - step, x, y, step, small))
        elif index:
            parts.append(_leg(look, legs[index - 1], x - step, x, y, step, small, begin=0.0))
        if index + 1 < len(stops) and column == each - 1 and row + 1 < rows:
            middle = number(y + (20 if small else 36))
            parts.append(line(look, f"M{number(x + (13 if small else 19))} {middle}H{number(WIDTH)}", "rule-strong", 1))
        parts.append(_stop(look, stop, said[index], names, x, y, step, small))
    return svg(WIDTH, height * max(rows, 1), title, parts)


def key(look: Look) -> str:
    """Draw the key: what the dashes and the boxes on the line mean."""
    parts, x = [], 0.0
    sans = look.face(SANS, 400)
    for verdict, words in (
        ("yes", "permitted"),
        ("conditional", "conditional"),
        ("needs_resource", "needs a resource"),
        ("unknown", "unknown"),
    ):
        parts.append(_dash(look, x, x + 18, 8, verdict))
        parts.append(text(look, x + 23, 10.3, words, size=6.6, colour="ink-2"))
        x += 27.5 + sans.width(words, 6.6)
    for gate, words in (
        ("human_approval", "approval"),
        ("policy", "policy"),
        ("sandbox", "sandbox"),
        ("jit", "just in time"),
        ("off", "not holding"),
    ):
        parts.append(_gate(look, x + 6, 8, "human_approval" if gate == "off" else gate, gate != "off", 6))
        parts.append(text(look, x + 15.5, 10.3, words, size=6.6, colour="ink-2"))
        x += 20.5 + sans.width(words, 6.6)
    return svg(
        WIDTH,
        16,
        "Key: dashes are verdicts, boxes are gates, a struck box is a gate that does not hold",
        parts,
    )


def _leg(
    look: Look,
    leg: Leg,
    start: float,
    end: float,
    y: float,
    step: float,
    small: bool,
    begin: float | None = None,
) -> str:
    radius, middle = (9.5, y + 20) if small else (15.0, y + 36)
    x0 = start + radius + 1.5 if begin is None else begin
    x1 = end - radius - 2
    centre = (start + end) / 2 if begin is None else (begin + end) / 2 - 6
    room = step - 6 if begin is None else step / 2 + 20
    anchor = "middle"
    if begin is not None:
        centre = max(centre, 7)
    parts = [_dash(look, x0, x1 - 4, middle, leg.verdict)]
    parts.append(f'<path d="M{number(x1)} {number(middle)}l-5 -3v6z" fill="{look.colour("ink")}"/>')
    sans, strong = look.face(SANS, 400), look.face(SANS, 600)
    if small:
        words = sans.fit(leg.verb, 6.4, room)
        at = centre if begin is None else max(sans.width(words, 6.4) / 2, centre)
        parts.append(text(look, at, y + 8, words, size=6.4, colour="ink-2", anchor=anchor))
    else:
        words = strong.fit(leg.verb, 7.8, room)
        at = centre if begin is None else max(strong.width(words, 7.8) / 2, centre)
        parts.append(text(look, at, y + 14, words, size=7.8, weight=600, anchor=anchor))
    if leg.gate in GATES:
        parts.append(
            _gate(
                look,
                centre if begin is None else max(centre, 7),
                middle,
                leg.gate,
                leg.holds,
                6 if small else 7.5,
            )
        )
    if not small:
        said, colour = ("gate holds", "satisfied-text") if leg.holds else ("gate does not hold", "not-satisfied-text")
        if leg.gate not in GATES:
            said, colour = "no gate", "ink-2"
        said = strong.fit(said, 6.8, room)
        at = centre if begin is None else max(strong.width(said, 6.8) / 2, centre)
        parts.append(text(look, at, y + 60, said, size=6.8, weight=600, colour=colour, anchor=anchor))
        if leg.note:
            note = sans.fit(leg.note, 6.2, room)
            at = centre if begin is None else max(sans.width(note, 6.2) / 2, centre)
            parts.append(text(look, at, y + 68, note, size=6.2, colour="ink-2", anchor=anchor))
    return "".join(parts)


@dataclass(frozen=True, slots=True)
class _Said:
    """The words below one stop, broken into lines."""

    name: list[str]
    place: list[str]


def _said(look: Look, stop: Stop, room: float, small: bool) -> _Said:
    strong, mono = look.face(SANS, 600), look.face(MONO, 400 if small else 600)
    if small:
        return _Said(strong.lines(stop.name, 6.6, room), mono.lines(stop.place, 6.2, room, end=True))
    return _Said(strong.lines(stop.name, 8, room), mono.lines(stop.place, 6.4, room, end=True))


def _stop(look: Look, stop: Stop, said: _Said, names: int, x: float, y: float, step: float, small: bool) -> str:
    radius, middle = (9.5, y + 20) if small else (15.0, y + 36)
    fill, ink = {"agent": ("brand", "on-brand"), "jewel": ("ink", "ground")}.get(stop.role, ("ground", "ink"))
    edge = "ink" if stop.role == "plain" else fill
    size = radius * 1.24
    parts = [
        f'<circle cx="{number(x)}" cy="{number(middle)}" r="{number(radius)}" fill="{look.colour(fill)}" '
        f'stroke="{look.colour(edge)}" stroke-width="1.1"/>',
        placed(look.shape(stop.icon, ink), x - size / 2, middle - size / 2, size / 24),
    ]

    def write(at: float, words: str, size: float, weight: int = 400, colour: str = "ink-2", family: str = SANS) -> None:
        parts.append(text(look, x, at, words, size=size, weight=weight, colour=colour, anchor="middle", family=family))

    if small:
        for index, words in enumerate(said.name):
            write(y + 39 + 8 * index, words, 6.6, 600, "ink")
        for index, words in enumerate(said.place):
            write(y + 39 + 8 * (names + index), words, 6.2, family=MONO)
        return "".join(parts)
    sans, room = look.face(SANS, 400), step - 5
    write(y + 83, sans.fit(stop.kind, 6.8, room), 6.8)
    for index, words in enumerate(said.name):
        write(y + 93 + 9.5 * index, words, 8, 600, "ink")
    below = y + 83.5 + 9.5 * (names + 1)
    if stop.more:
        write(below, sans.fit(stop.more, 6.8, room), 6.8)
    if stop.place:
        parts.append(line(look, f"M{number(x - 8)} {number(below + 5)}h16", "rule-strong", 0.5))
        for index, words in enumerate(said.place):
            write(below + 14 + 8 * index, words, 6.4, 600, "ink", MONO)
        mono, folder = look.face(MONO, 400), stop.folder
        while mono.width(folder, 6.2) > room and "/" in folder.removeprefix("…/"):
            folder = "…/" + folder.removeprefix("…/").partition("/")[2]  # the last folders say most
        folder = mono.fit(folder, 6.2, room, end=True)
        write(below + 14 + 8 * len(said.place), folder, 6.2, family=MONO)
    return "".join(parts)


def _dash(look: Look, x0: float, x1: float, y: float, verdict: str) -> str:
    dash = DASHES.get(verdict, DASHES["unknown"])
    extra = f' stroke-dasharray="{dash}"' if dash else ""
    return line(look, f"M{number(x0)} {number(y)}H{number(x1)}", "ink", 1.5, extra)


def _gate(look: Look, x: float, y: float, kind: str, holds: bool, half: float) -> str:
    ink = "ink" if holds else "ink-2"
    size = half * 1.47
    parts = [
        f'<rect x="{number(x - half)}" y="{number(y - half)}" width="{number(2 * half)}" height="{number(2 * half)}" '
        f'rx="2.5" fill="{look.colour("ground")}" stroke="{look.colour(ink)}" stroke-width="1.1"/>',
        placed(look.shape(GATES[kind], ink), x - size / 2, y - size / 2, size / 24),
    ]
    if not holds:
        reach = half * 1.4
        strike = f"M{number(x - reach)} {number(y + reach)}L{number(x + reach)} {number(y - reach)}"
        parts.append(line(look, strike, "ground", 2.8))
        parts.append(line(look, strike, "not-satisfied", 1.4))
    return "".join(parts)
