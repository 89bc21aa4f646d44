"""Every drawing is one well-formed element that names itself, stays inside its frame and needs nothing outside."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pytest

from nhiassess.drawings.bars import Bar, before_after, interval_bar, ledger_bar, small_bar, stacked_bars
from nhiassess.drawings.donut import donut
from nhiassess.drawings.drawing import MONO, SANS, hatched, ticks
from nhiassess.drawings.dumbbell import Span, dumbbell
from nhiassess.drawings.motif import motif
from nhiassess.drawings.path import Leg, Stop, key, path
from nhiassess.drawings.risk_grid import Dot, risk_grid
from nhiassess.drawings.theme import Theme, contrast, style, theme

TEMPLATES = Path(__file__).resolve().parents[2] / "templates"
ASSETS = {p.relative_to(TEMPLATES).as_posix(): p.read_bytes() for p in TEMPLATES.rglob("*") if p.is_file()}
LOOK = theme(ASSETS)
STATES = (("satisfied", 5), ("not-determined", 3), ("not-satisfied", 2), ("not-applicable", 0))
GRID = ((0, 0, 0, 1, 1), (0, 1, 1, 1, 2), (0, 1, 2, 2, 3), (0, 1, 2, 3, 4), (0, 1, 2, 3, 4))
NAME = "<b>" + "支" * 60


def stops(number: int) -> list[Stop]:
    return [
        Stop("i-agent", "Agent", NAME, "more", "settings.json:22", "payments/.claude", "agent") for _ in range(number)
    ]


def legs(number: int) -> list[Leg]:
    verdicts = ("yes", "conditional", "needs_resource", "unknown")
    gates = ("none", "human_approval", "policy", "sandbox", "jit")
    return [Leg("assumes", verdicts[n % 4], gates[n % 5], n % 2 == 0, "open: " + NAME) for n in range(number - 1)]


DRAWINGS: dict[str, Callable[[Theme], str]] = {
    "interval bar": lambda look: interval_bar(look, STATES, "t"),
    "interval bar of nothing": lambda look: interval_bar(look, (), "t"),
    "stacked bars": lambda look: stacked_bars(look, [Bar(NAME, STATES, "5–8", "of 10"), Bar("b", ())], "t"),
    "small bar": lambda look: small_bar(look, STATES, "t"),
    "ledger bar": lambda look: ledger_bar(look, 3, 1, 4, "t"),
    "before and after": lambda look: before_after(look, 9, 0, 9, "t"),
    "donut": lambda look: donut(look, STATES, ("A", "B", "C", "D"), "50–80 %", "of 10", "Objectives"),
    "donut of nothing": lambda look: donut(look, [(s, 0) for s, _ in STATES], ("A", "B", "C", "D"), "–", "", "None"),
    "donut of one state": lambda look: donut(look, [("not-determined", 7)], ("A",), "0–7", "of 7", "Objectives"),
    "dumbbell": lambda look: dumbbell(
        look, [Span(NAME, ((1, 90), None)), Span("b", ((0, 0), (5, 5)))], ("B", "I"), "t"
    ),
    "dumbbell of nothing": lambda look: dumbbell(look, [], ("B", "I"), "t"),
    "risk grid": lambda look: risk_grid(look, GRID, [Dot(f"{n:02}", n % 5, 3) for n in range(40)], "t"),
    "path of two": lambda look: path(look, stops(2), legs(2), "t"),
    "path of twelve": lambda look: path(look, stops(12), legs(12), "t"),
    "small path of eight": lambda look: path(look, stops(8), legs(8), "t", small=True),
    "path of one": lambda look: path(look, stops(1), [], "t"),
    "key": key,
    "motif": motif,
}


@pytest.mark.parametrize("live", [False, True], ids=["fixed", "live"])
@pytest.mark.parametrize("name", DRAWINGS)
def test_drawing(name: str, live: bool) -> None:
    markup = DRAWINGS[name](theme(ASSETS, live=live))
    root = ElementTree.fromstring(markup)
    assert root.tag.endswith("}svg")
    assert root[0].tag.endswith("}title")
    assert root[0].text
    assert ("var(--" in markup) == (live and len(root) > 1)
    assert not re.search(r"nan|inf\b|currentColor|class=|href|url\(", markup)


@pytest.mark.parametrize("name", DRAWINGS)
def test_words_stay_inside(name: str) -> None:
    root = ElementTree.fromstring(DRAWINGS[name](LOOK))
    width = float(root.attrib["viewBox"].split()[2])
    for words in root.iter("{http://www.w3.org/2000/svg}text"):
        if "transform" in words.attrib or (float(words.attrib["x"]) == 0 and words.text == "Likelihood"):
            continue
        face = LOOK.face(words.attrib["font-family"], int(words.attrib["font-weight"]))
        room = face.width(words.text or "", float(words.attrib["font-size"]))
        anchor = words.attrib.get("text-anchor", "start")
        left = float(words.attrib["x"]) - {"start": 0, "middle": room / 2, "end": room}[anchor]
        assert left >= -1, words.text
        assert left + room <= width + 1, words.text


def test_a_long_path_goes_on_in_a_second_row() -> None:
    one = ElementTree.fromstring(path(LOOK, stops(7), legs(7), "t"))
    two = ElementTree.fromstring(path(LOOK, stops(8), legs(8), "t"))
    assert float(one.attrib["viewBox"].split()[3]) * 2 == float(two.attrib["viewBox"].split()[3])


def test_verdicts_differ_by_dash() -> None:
    dashes = {
        verdict: re.findall(
            r'stroke-width="1.5"( stroke-dasharray="[^"]*")?', path(LOOK, stops(2), [Leg("v", verdict)], "t")
        )
        for verdict in ("yes", "conditional", "needs_resource", "unknown")
    }
    assert len({str(each) for each in dashes.values()}) == 4


def test_a_gate_that_does_not_hold_is_struck() -> None:
    held = path(LOOK, stops(2), [Leg("v", gate="policy", holds=True)], "t")
    off = path(LOOK, stops(2), [Leg("v", gate="policy", holds=False)], "t")
    assert LOOK.colour("not-satisfied") not in held
    assert LOOK.colour("not-satisfied") in off
    assert "gate does not hold" in off


def test_hatching_stays_in_its_rectangle() -> None:
    numbers = re.findall(r"[ML](-?[\d.]+) (-?[\d.]+)", hatched(LOOK, 10, 20, 33, 9))
    assert len(numbers) > 10
    assert all(10 <= float(x) <= 43 and 20 <= float(y) <= 29 for x, y in numbers)


def test_widths_are_those_of_the_font() -> None:
    assert LOOK.face(MONO, 400).width("settings", 10) == pytest.approx(48)
    assert LOOK.face(SANS, 400).width("i", 10) < LOOK.face(SANS, 400).width("m", 10)


@pytest.mark.parametrize("end", [False, True])
def test_a_text_is_shortened_to_its_room(end: bool) -> None:
    face = LOOK.face(SANS, 400)
    short = face.fit("a very long name indeed", 7, 40, end=end)
    assert "…" in short
    assert face.width(short, 7) <= 40
    assert face.fit("short", 7, 400) == "short"


@pytest.mark.parametrize("most", [0, 1, 7, 98, 1000, 123456])
def test_ticks_cover_the_most(most: int) -> None:
    steps = ticks(most)
    assert steps[0] == 0
    assert steps[-1] >= most
    assert len(steps) <= 8


@pytest.mark.parametrize("dark", [False, True])
def test_colours_can_be_read(dark: bool) -> None:
    look = theme(ASSETS, dark=dark)
    ground = look.colour("ground")
    for token in ("ink", "ink-2", "ink-3", "brand", "satisfied-text", "not-satisfied-text", "not-determined-text"):
        assert contrast(look.colour(token), ground) >= 4.5, token
    for token in ("satisfied", "not-satisfied", "not-determined"):
        assert contrast(look.colour(token), ground) >= 3, token


def test_the_style_sheet_holds_every_mark_and_font() -> None:
    sheet = style(ASSETS, suffix="woff2", screen=True)
    for mark in ("satisfied", "exposed", "weakened", "hold", "risk-not-determined", "accepted", "level-5"):
        assert f".mark.{mark}::before" in sheet
    assert sheet.count("@font-face") == 5
    assert "http" not in sheet.replace("http://www.w3.org/2000/svg", "")
