"""The pictures of the documentation are those that the sample gives today."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree

from nhiassess import installed
from nhiassess.assessment.figures import figures
from nhiassess.drawings.drawing import MONO, SANS, WIDTH, number
from nhiassess.drawings.path import path
from nhiassess.drawings.theme import theme
from nhiassess.model.assessment import Assessment
from nhiassess.renderers.report import legs, stops

DOCS = Path(__file__).resolve().parents[1] / "docs"
MARGIN = 14
# a page that shows the picture has none of the report's fonts; these are as wide
FALLBACK = {SANS: f"{SANS}, Segoe UI, Helvetica, Arial, sans-serif", MONO: f"{MONO}, Consolas, Menlo, monospace"}


def picture(assessment: Assessment) -> str:
    """Draw the first path on a white ground of its own, so that it reads on a dark page too."""
    assets = {name.removeprefix("templates/"): installed.read(name) for name in installed.names("templates")}
    look = theme(assets)
    first = figures(assessment).paths[0]
    drawn = path(look, stops(first), legs(first), first.sentence)
    head, begin, rest = drawn.partition("<title>")
    height = float(re.findall(r'viewBox="0 0 \S+ ([\d.]+)"', head)[0]) + 2 * MARGIN
    width = WIDTH + 2 * MARGIN
    for name, families in FALLBACK.items():
        rest = rest.replace(f'font-family="{name}"', f'font-family="{families}"')
    title, end, shapes = rest.partition("</title>")
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" width="{number(2 * width)}" '
        f'height="{number(2 * height)}" viewBox="{-MARGIN} {-MARGIN} {number(width)} {number(height)}">'
        f'{begin}{title}{end}<rect x="{-MARGIN}" y="{-MARGIN}" width="{number(width)}" height="{number(height)}" '
        f'rx="6" fill="{look.colour("ground")}"/>{shapes}\n'
    )


def test_the_picture_of_the_readme_is_todays(ostermere: Assessment, tmp_path: Path) -> None:
    made = tmp_path / "path.svg"
    made.write_text(picture(ostermere), encoding="utf-8")
    kept = DOCS / "path.svg"
    assert kept.is_file() and kept.read_text("utf-8") == made.read_text("utf-8"), f"copy {made} to {kept}"


def test_the_picture_loads_nothing() -> None:
    root = ElementTree.fromstring((DOCS / "path.svg").read_text("utf-8"))
    assert root[0].tag.endswith("}title")
    assert "Payments ledger" in (root[0].text or "")
    assert not any("href" in name or "url(" in value for node in root.iter() for name, value in node.attrib.items())
