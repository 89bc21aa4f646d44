"""nhiassess frameworks: list, show, relate, compare and verify what is known."""

from __future__ import annotations

from pathlib import Path

import click

from nhiassess import answers, pipeline
from nhiassess.analysis.between import DERIVED, reaching
from nhiassess.analysis.ways import equivalents
from nhiassess.commands.command import FORMAT, FORMATS, NOW, Row, at, example, say, show, warn, write
from nhiassess.commands.frameworks_crosswalk import crosswalk, said, weight
from nhiassess.commands.frameworks_diff import diff
from nhiassess.errors import KnowledgeError, UsageError
from nhiassess.knowledge.lint import lint
from nhiassess.knowledge.resolve import Found, resolve
from nhiassess.model.knowledge import Control, Knowledge
from nhiassess.model.rows import CrosswalkRow
from nhiassess.printing import table
from nhiassess.renderers.csv import sheet
from nhiassess.renderers.oscal import written
from nhiassess.renderers.oscal_catalog import catalog as as_oscal

LISTED = {
    "id": "Framework",
    "short": "Short name",
    "controls": "Controls",
    "mapped": "Mapped",
    "by_interview": "By interview",
    "outside": "Outside",
}
CONTROL = {"id": "Control", "title": "Title", "kind": "Kind", "level": "Level", "assessable": "Assessable"}
ROW = {
    "source": "Source",
    "said": "Relationship",
    "target": "Target",
    "weight": "Strength",
    "basis": "Basis",
    "why": "Why",
}
CSV = (
    *("catalog", "id", "title", "kind", "level", "parent", "part_of", "refines", "statement", "summary", "aliases"),
    *("agent_relevant", "guidance", "assessable", "outside", "question", "evidence", "methods"),
)


@click.group("frameworks")
def command() -> None:
    """List, show, relate, compare and verify the frameworks."""


command.add_command(crosswalk)
command.add_command(diff)


@command.command("list", epilog=example("nhiassess frameworks list"))
@FORMAT
def listed(shown: str) -> None:
    """List the frameworks, and how many of their controls are mapped."""
    known = pipeline.knowledge()
    show(shown, answers.catalogs(known), LISTED, "No framework came with this package.")
    if shown == "table":
        say(_statements(known))


@command.command("show", epilog=example("nhiassess frameworks show ASI03"))
@click.argument("id")
@FORMATS
@NOW
def shown_(id: str, shown: str, now: str | None) -> None:
    """Show a framework, or one control by any published spelling of its id.

    A control is shown with the rows that reach it, so that one sees why it counts as mapped.
    """
    known = pipeline.knowledge()
    found = resolve(known, id)
    if isinstance(found, Found):
        _show_controls(known, found, shown)
    elif shown == "oscal":
        write(written(as_oscal(found, at(now))))
    elif shown == "csv":
        write(_sheet(found.controls))
    else:
        show(shown, answers.controls(found.controls), CONTROL, "It has no controls.")


@command.command("verify", epilog=example("nhiassess frameworks verify assessments/acme"))
@click.argument("path", required=False, type=click.Path(path_type=Path))
@FORMAT
def verify(path: Path | None, shown: str) -> None:
    """Hold catalogs, crosswalks, checks and scenarios against themselves; exit 3 with every complaint at its place.

    With the PATH of an assessment folder: what the folder brings of its own, its plan, and what stands beside it.
    """
    known = pipeline.knowledge()
    if path is None and (complaints := lint(known)):
        raise KnowledgeError(complaints)
    rows = [*(_counts(known) if path is None else _brought(path)), {"what": "complaints", "count": 0}]
    show(shown, answers.answer("frameworks-verify", rows), {"what": "Verified", "count": "Count"}, "")


def _counts(known: Knowledge) -> list[Row]:
    return [
        {"what": "catalogs", "count": len(known.catalogs)},
        {"what": "controls", "count": sum(len(catalog.controls) for catalog in known.catalogs)},
        {"what": "crosswalk rows", "count": sum(len(crosswalk.rows) for crosswalk in known.crosswalks)},
        {"what": "checks", "count": len(known.checks)},
        {"what": "techniques", "count": len(known.techniques)},
        {"what": "remedies", "count": len(known.remedies)},
        {"what": "scenarios", "count": len(known.scenarios)},
    ]


def _brought(path: Path) -> list[Row]:
    own, said = pipeline.verify(path, at(None))
    return [
        *_counts(own),
        {"what": "examples of checks", "count": sum(len(check.examples) for check in own.checks)},
        {"what": "examples of techniques", "count": sum(len(each.examples) for each in own.techniques)},
        {"what": "licensed titles", "count": sum(len(each.titles) for each in own.titles)},
        {"what": "attestations", "count": len(said.declared.attestations)},
        {"what": "accepted exceptions", "count": len(said.deviations)},
    ]


def _statements(known: Knowledge) -> str:
    total, classes = sum(len(catalog.controls) for catalog in known.catalogs), len(equivalents(known))
    return (
        f"{total} statements in {len(known.catalogs)} catalogs; "
        f"{classes} after those that say the same are counted once."
    )


def _show_controls(known: Knowledge, found: Found, shown: str) -> None:
    for warning in found.warnings:
        warn(f"warning: {warning}")
    everything = (*found.controls, *found.beside)
    if shown == "oscal":
        named = ", ".join(dict.fromkeys(control.catalog for control in everything))
        raise UsageError(
            "OSCAL writes a whole catalog, and this is a control of one", hint=f"Name the catalog: {named}."
        )
    if shown == "csv":
        write(_sheet(everything))
        return
    reached = {control.node: reaching(known, control) for control in everything}
    if shown == "json":
        rows = [row for each in reached.values() for row in each]
        show(shown, answers.explained(everything, rows, found.warnings), {}, "")
        return
    for control in everything:
        _say_control("" if control in found.controls else "See also ", control)
        _say_rows(reached[control.node], known)


def _say_control(also: str, control: Control) -> None:
    say(f"{also}{control.catalog}/{control.id}  {control.title}  ({control.kind}, {control.level} level)")
    for name, text in (
        ("Statement", control.statement),
        ("Summary", control.summary),
        ("Outside", control.outside),
    ):
        if text:
            say(f"  {name}: {text}")
    if control.ask:
        say(f"  Ask: {control.ask.question}\n  Evidence: {'; '.join(control.ask.evidence)}")


def _say_rows(rows: tuple[CrosswalkRow, ...], known: Knowledge) -> None:
    if not rows:
        say("  No crosswalk row reaches it.\n")
        return
    hubs = {catalog.id for catalog in known.catalogs if catalog.reads_as == "objectives"}
    ours = [row for row in rows if row.source_catalog in hubs and row.relationship != "no-relationship"]
    derived = sum(row.basis == DERIVED for row in ours)
    stated = len(ours) - derived
    say(f"  Rows from our objectives that map: {stated} stated, {derived} derived. Others: {len(rows) - len(ours)}.")
    cells = [
        {
            "source": f"{row.source_catalog}/{' + '.join(row.sources)}",
            "said": said(row),
            "target": f"{row.target_catalog}/{row.target}",
            "weight": weight(row) or "-",
            "basis": row.basis,
            "why": row.rationale or "; ".join(row.chain) or row.published_in,
        }
        for row in rows
    ]
    say(f"\n{table(cells, ROW)}\n")


def _sheet(found: tuple[Control, ...]) -> bytes:
    rows = answers.controls(found)["rows"]
    asked = [{**row, **(row["ask"] or {})} for row in rows]
    return sheet(asked, CSV)


COMMAND = command
