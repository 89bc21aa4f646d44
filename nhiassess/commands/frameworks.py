"""nhiassess frameworks: list, show and verify what is known."""

from __future__ import annotations

from pathlib import Path

import click

from nhiassess import answers, pipeline
from nhiassess.commands.command import FORMAT, Row, at, example, say, show, warn
from nhiassess.errors import KnowledgeError
from nhiassess.knowledge.lint import lint
from nhiassess.knowledge.resolve import resolve
from nhiassess.model.knowledge import Catalog, Knowledge

LISTED = {
    "id": "Framework",
    "title": "Title",
    "controls": "Controls",
    "mapped": "Mapped",
    "by_interview": "By interview",
    "outside": "Outside",
}
CONTROL = {"id": "Control", "title": "Title", "kind": "Kind", "level": "Level", "assessable": "Assessable"}


@click.group("frameworks")
def command() -> None:
    """List, show and verify the frameworks."""


@command.command("list", epilog=example("nhiassess frameworks list"))
@FORMAT
def listed(shown: str) -> None:
    """List the frameworks, and how many of their controls are mapped."""
    show(shown, answers.catalogs(pipeline.knowledge()), LISTED, "No framework came with this package.")


@command.command("show", epilog=example("nhiassess frameworks show ASI03"))
@click.argument("id")
@FORMAT
def shown_(id: str, shown: str) -> None:
    """Show a framework, or one control by any published spelling of its id."""
    found = resolve(pipeline.knowledge(), id)
    if isinstance(found, Catalog):
        show(shown, answers.controls(found.controls), CONTROL, "It has no controls.")
        return
    for warning in found.warnings:
        warn(f"warning: {warning}")
    answer = {**answers.controls(found.controls + found.beside), "warnings": list(found.warnings)}
    if shown == "json":
        show(shown, answer, {}, "")
        return
    beside = {control.node for control in found.beside}
    for control in (*found.controls, *found.beside):
        also = "See also " if control.node in beside else ""
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
        {"what": "scenarios", "count": len(known.scenarios)},
    ]


def _brought(path: Path) -> list[Row]:
    own, said = pipeline.verify(path, at(None))
    return [
        *_counts(own),
        {"what": "examples of checks", "count": sum(len(check.examples) for check in own.checks)},
        {"what": "licensed titles", "count": sum(len(each.titles) for each in own.titles)},
        {"what": "attestations", "count": len(said.declared.attestations)},
        {"what": "accepted exceptions", "count": len(said.deviations)},
    ]


COMMAND = command
