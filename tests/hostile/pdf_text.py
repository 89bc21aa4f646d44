"""The words that a PDF shows, read from its pages with nothing but its own fonts, and where each begins and ends."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import pikepdf

Matrix = tuple[float, float, float, float, float, float]
_START: Matrix = (1, 0, 0, 1, 0, 0)


@dataclass(frozen=True)
class Run:
    """A run of text: its page, what it says, and its ends in points from the lower left corner."""

    page: int
    text: str
    left: float
    right: float
    base: float
    size: float


@dataclass(frozen=True)
class _Font:
    signs: Mapping[int, str]
    widths: Mapping[int, float]

    def width(self, code: int) -> float:
        return self.widths.get(code, 1000.0)


def runs(content: bytes) -> list[Run]:
    """Give every run of text of a PDF, in the order in which it is drawn."""
    with pikepdf.open(BytesIO(content)) as pdf:
        return [
            run for number, page in enumerate(pdf.pages, 1) for run in _stream(page, page.Resources, number, _START)
        ]


def text(content: bytes) -> str:
    """Give all that a PDF says: its pages, and as written what else stands in it, such as titles and outlines."""
    assert b"/ObjStm" not in content, "something in it is compressed"
    lines: dict[tuple[int, float], list[str]] = {}
    for run in runs(content):
        lines.setdefault((run.page, round(run.base)), []).append(run.text)
    shown = ["".join(parts) for parts in lines.values()]
    # of two bytes for each sign the first is empty
    return "\n".join([*shown, "".join(shown), content.replace(b"\0", b"").decode("latin-1")])


def _font(font: Any) -> _Font:
    mapped = font.ToUnicode.read_bytes().decode("latin-1")
    signs = {}
    for block in re.findall(r"beginbfchar(.*?)endbfchar", mapped, re.DOTALL):
        signs |= {int(code, 16): _sign(to) for code, to in re.findall(r"<(\w+)>\s*<(\w*)>", block)}
    for block in re.findall(r"beginbfrange(.*?)endbfrange", mapped, re.DOTALL):
        for first, last, to in re.findall(r"<(\w+)>\s*<(\w+)>\s*<(\w+)>", block):
            at = int(first, 16)
            signs |= {code: chr(int(to, 16) + code - at) for code in range(at, int(last, 16) + 1)}
    widths: dict[int, float] = {}
    parts = list(font.DescendantFonts[0].get("/W", ()))
    while parts:
        first, second = int(parts.pop(0)), parts.pop(0)
        if isinstance(second, pikepdf.Array):
            widths |= {first + place: float(each) for place, each in enumerate(second)}
        else:
            widths |= dict.fromkeys(range(first, int(second) + 1), float(parts.pop(0)))
    return _Font(signs, widths)


def _sign(code: str) -> str:
    return bytes.fromhex(code).decode("utf-16-be", "replace")


def _times(a: Matrix, b: Matrix) -> Matrix:
    return (
        *(a[0] * b[0] + a[1] * b[2], a[0] * b[1] + a[1] * b[3]),
        *(a[2] * b[0] + a[3] * b[2], a[2] * b[1] + a[3] * b[3]),
        *(a[4] * b[0] + a[5] * b[2] + b[4], a[4] * b[1] + a[5] * b[3] + b[5]),
    )


def _stream(stream: Any, resources: Any, page: int, outer: Matrix) -> Iterator[Run]:
    fonts: dict[str, _Font] = {}
    here, kept, placed, font, size = outer, [], _START, _Font({}, {}), 1.0
    for given, operator in pikepdf.parse_content_stream(stream):
        name = str(operator)
        if name == "q":
            kept.append((here, font, size))
        elif name == "Q":
            here, font, size = kept.pop()
        elif name == "cm":
            here = _times(tuple(map(float, given)), here)  # type: ignore[arg-type]  # six of them
        elif name == "Tm":
            placed = tuple(map(float, given))  # type: ignore[assignment]  # six of them
        elif name == "BT":
            placed = _START
        elif name == "Tf":
            known = str(given[0])
            font = fonts.setdefault(known, fonts.get(known) or _font(resources.Font[known]))
            size = float(given[1])
        elif name in ("TJ", "Tj"):
            yield _run(given[0] if name == "TJ" else given, font, size, _times(placed, here), page)
        elif name == "Do":
            drawn = resources.XObject[str(given[0])]
            if drawn.get("/Subtype") == "/Form":
                matrix = tuple(map(float, drawn.get("/Matrix", _START)))
                inner = drawn.get("/Resources", resources)
                yield from _stream(drawn, inner, page, _times(matrix, here))  # type: ignore[arg-type]  # six of them


def _run(parts: Any, font: _Font, size: float, matrix: Matrix, page: int) -> Run:
    said, along = [], 0.0
    for part in parts:
        if not isinstance(part, pikepdf.String):
            along -= float(part) * size / 1000
            continue
        codes = bytes(part)
        for code in (int.from_bytes(codes[at : at + 2], "big") for at in range(0, len(codes), 2)):
            said.append(font.signs.get(code, "\ufffd"))
            along += font.width(code) * size / 1000
    ends = sorted((matrix[4], matrix[4] + along * matrix[0]))
    return Run(page, "".join(said), ends[0], ends[1], matrix[5], abs(size * matrix[3]))
