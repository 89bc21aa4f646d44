"""nhiassess frameworks crosswalk: how the statements of two frameworks relate, who says so, and where."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import click

from nhiassess import answers, pipeline
from nhiassess.analysis.between import DERIVED, between
from nhiassess.commands.command import FORMATS, NOW, at, example, say, show, write
from nhiassess.knowledge.resolve import framework
from nhiassess.model.knowledge import Knowledge
from nhiassess.model.rows import CrosswalkRow
from nhiassess.printing import table
from nhiassess.renderers.csv import sheet
from nhiassess.renderers.oscal import written
from nhiassess.renderers.oscal_mapping import mapping_collection

CSV = (
    *("source_catalog", "sources", "source_title", "relationship", "published_as"),
    *("target_catalog", "target", "target_title", "role", "strength", "matching", "basis"),
    *("published_in", "reviewed_by", "external", "rationale", "chain"),
)
RELATED = "related: the publisher states no set relation, so no result goes from one side to the other."
COMPOSED = (
    "Nobody states a row between the two. Each of these follows from two rows that are stated, by the composition of "
    "set relations; nobody assessed it. intersects-with says here that the two share something, and no more."
)


@click.command("crosswalk", epilog=example("nhiassess frameworks crosswalk nhi-objectives-1 nist-ai-rmf-1.0 --long"))
@click.argument("one", metavar="A")
@click.argument("other", metavar="B")
@click.option("--long", "whole", is_flag=True, help="Print below each row why it stands.")
@FORMATS
@NOW
def crosswalk(one: str, other: str, whole: bool, shown: str, now: str | None) -> None:
    """Show the rows between two frameworks, in either direction.

    A and B are ids, short names or titles. Where nobody states a row, what composes over a third framework is shown and
    marked derived, with the two rows of each chain.
    """
    known = pipeline.knowledge()
    ends = framework(known, one), framework(known, other)
    rows = between(known, *ends)
    answer = answers.related(rows)
    if shown == "json":
        show(shown, answer, {}, "")
    elif shown == "csv":
        write(sheet(answer["rows"], CSV))
    elif shown == "oscal":
        catalogs = {catalog.id: catalog for catalog in known.catalogs}
        write(written(mapping_collection(rows, catalogs, at(now), _described(known, ends))))
    else:
        say("\n\n".join([*_tables(rows, whole), *_counted(rows, ends)]))


def _described(known: Knowledge, ends: tuple[str, str]) -> list[str]:
    return [each.method for each in known.crosswalks if {each.source, each.target} == set(ends) and each.method]


def _tables(rows: Sequence[CrosswalkRow], whole: bool) -> list[str]:
    """Print one table for each direction in which rows are stated, or one paragraph for each row."""
    if whole:
        return [paragraph(row) for row in rows]
    pairs = dict.fromkeys((row.source_catalog, row.target_catalog) for row in rows)
    return [
        table(
            [_cells(row) for row in rows if (row.source_catalog, row.target_catalog) == pair],
            {"source": pair[0], "said": "Relationship", "target": pair[1], **COLUMNS},
        )
        for pair in pairs
    ]


COLUMNS = {"strength": "Strength", "basis": "Basis", "where": "Published in, or over"}


def _cells(row: CrosswalkRow) -> dict[str, Any]:
    target = f"{row.target} (external)" if row.external else row.target
    return {
        "source": " + ".join(row.sources),
        "said": said(row),
        "target": target,
        "strength": weight(row) or "-",
        "basis": row.basis,
        "where": "; ".join(row.chain) or row.published_in or "-",
    }


def said(row: CrosswalkRow) -> str:
    """Say how the two relate, with the publisher's word beside ours."""
    return f"{row.relationship} ({row.published_as})" if row.published_as else row.relationship


def weight(row: CrosswalkRow) -> str:
    """Say how alike two texts are, and how much a mitigation counts."""
    return ", ".join(str(each) for each in (row.role, row.strength) if each is not None)


def paragraph(row: CrosswalkRow) -> str:
    """Write a row with the reason for it below."""
    ends = f"{row.source_catalog}/{' + '.join(row.sources)}", f"{row.target_catalog}/{row.target}"
    told = [weight(row), row.matching, row.basis, "external" if row.external else "", row.published_in]
    place = str(row.locations[0]) if row.locations else ""
    below = [f"{row.source_title or '-'} / {row.target_title or '-'}", row.rationale, *row.chain, place]
    first = f"{ends[0]} {said(row)} {ends[1]}  [{', '.join(filter(None, told))}]"
    return "\n".join([first, *(f"  {text}" for text in below if text)])


def _counted(rows: Sequence[CrosswalkRow], ends: tuple[str, str]) -> list[str]:
    """Say how many there are of each kind, and what a reader must know of them."""
    if not rows:
        return [f"No row is stated between {ends[0]} and {ends[1]}, and none follows from two others."]
    of = len(rows)
    bases, relations = Counter(row.basis for row in rows), Counter(row.relationship for row in rows)
    lines = [
        f"{of} of {of} rows: " + ", ".join(f"{count} {name}" for name, count in sorted(bases.items())) + ".",
        "Relationships: " + ", ".join(f"{count} {name}" for name, count in relations.most_common()) + ".",
        f"External, in none of our catalogs: {sum(row.external for row in rows)} of {of}.",
    ]
    if "related" in relations:
        lines.append(RELATED)
    if DERIVED in bases:
        lines.append(COMPOSED)
    return ["\n".join(lines)]
