"""The picture and the table of the documentation are those that the sample and the knowledge give today."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from xml.etree import ElementTree

from nhiassess import answers, installed, shelf
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


def frameworks() -> str:
    """Lay out how much of each framework is mapped, asked for or left out, and by whose rows."""
    known = shelf.knowledge()
    hubs = {catalog.id for catalog in known.catalogs if catalog.reads_as == "objectives"}
    lines = ["| framework | statements | mapped | by interview | outside | our rows | rows of others |"]
    lines.append("|---|--:|--:|--:|--:|--:|--:|")
    for row in answers.catalogs(known)["rows"]:
        if row["id"] in hubs:
            continue
        ends = [each for each in known.crosswalks if row["id"] in (each.source, each.target)]
        ours = sum(len(each.rows) for each in ends if each.source in hubs)
        theirs = sum(len(each.rows) for each in ends if each.source not in hubs)
        counts = " | ".join(str(row[name]) for name in ("controls", "mapped", "by_interview", "outside"))
        lines.append(f"| {row['short']} (`{row['id']}`) | {counts} | {ours} | {theirs} |")
    return "\n".join(lines) + "\n"


def test_the_table_of_frameworks_is_todays(tmp_path: Path) -> None:
    page = (DOCS / "frameworks.md").read_text("utf-8")
    table = "".join(line for line in page.splitlines(keepends=True) if line.startswith("|"))
    assert table == frameworks(), f"write this table:\n{frameworks()}"


def test_every_statement_is_mapped_asked_for_or_outside() -> None:
    for row in answers.catalogs(shelf.knowledge())["rows"]:
        if not row["id"].startswith("nhi-objectives"):
            assert row["mapped"] + row["by_interview"] + row["outside"] == row["controls"], row["id"]


def kinds(folder: str, constant: str) -> str:
    """Lay out what each source or log reads, in the words of its own first sentence."""
    lines = [f"| {folder.removesuffix('s')} | reads |", "|---|---|"]
    for each in installed.plugins(folder, constant):
        sentence = str(sys.modules[type(each).__module__].__doc__).strip().split("\n\n")[0]
        lines.append(f"| `{each.name}` | {' '.join(sentence.split())} |")
    return "\n".join(lines) + "\n"


def test_the_tables_of_sources_and_logs_are_todays() -> None:
    page = (DOCS / "sources.md").read_text("utf-8")
    for table in (kinds("sources", "SOURCE"), kinds("logs", "LOG")):
        assert table in page, f"write this table:\n{table}"


def test_the_table_of_techniques_counts_them_and_their_examples() -> None:
    counted: dict[str, list[int]] = {}
    for technique in shelf.knowledge().techniques:
        row = counted.setdefault(technique.domain, [0, 0])
        row[0] += 1
        row[1] += len(technique.examples)
    told = re.findall(r"^\| (\w+) \| (\d+) \| (\d+) \|$", (DOCS / "privileges.md").read_text(), re.MULTILINE)
    assert {domain: [int(techniques), int(examples)] for domain, techniques, examples in told} == counted
