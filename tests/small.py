"""Small knowledge that tests are written against: catalogs, controls, checks and rows with nothing but what matters."""

from __future__ import annotations

from typing import Any

from nhiassess.analysis.ways import Hop, Way
from nhiassess.model.assessment import Determination
from nhiassess.model.knowledge import Ask, Catalog, Check, Control, Crosswalk, Group, Knowledge, Row

HUB = "hub"


def catalog(id: str, reads_as: str, *controls: Control, groups: tuple[Group, ...] = ()) -> Catalog:
    """Make a catalog that cites a source."""
    stated = (id, id, "1", "2026", id, id, id, "https://example.org", "2026-11-23", "", "")
    return Catalog(id, *stated, reads_as=reads_as, groups=groups, controls=controls)


def objective(id: str, *methods: str, asks: bool = False, **more: Any) -> Control:
    """Make an objective; by EXAMINE when no method is named."""
    ask = Ask("Who says so?", ("minutes",)) if asks else None
    return Control(id, HUB, id, "objective", "configuration", methods=methods or ("EXAMINE",), ask=ask, **more)


def control(catalog: str, id: str, kind: str = "outcome", **more: Any) -> Control:
    """Make a control of a framework."""
    return Control(id, catalog, id, kind, "configuration", **more)


def check(id: str, *objectives: str, **more: Any) -> Check:
    """Make a check of agents."""
    stated = {"about": "agents", "severity": "high", "confidence": "high", "sql": "", "why": "why", "cannot_know": ""}
    return Check(id=id, title=f"Title of {id}", objectives=objectives, remediation=("mend it",), **{**stated, **more})


def row(sources: str, relationship: str, target: str, role: str | None = None, **more: Any) -> Row:
    """Make a row; several sources stand with a plus between them."""
    return Row(tuple(sources.split("+")), target, relationship, f"{sources} {relationship} {target}", role, **more)


def way(stated: Row) -> Way:
    """Make the way that a row from objectives is."""
    return Way(
        stated.sources, stated.relationship, (Hop(stated.relationship, stated, ("c", stated.target)),), stated.role
    )


def crosswalk(target: str, *rows: Row, source: str = HUB) -> Crosswalk:
    """Make a crosswalk from the objectives."""
    return Crosswalk(f"{source}--{target}", source, target, "assessed", None, rows)


def known(*objectives: Control, checks: tuple[Check, ...] = (), **more: Any) -> Knowledge:
    """Make knowledge of these objectives."""
    catalogs = (catalog(HUB, "objectives", *objectives), *more.pop("catalogs", ()))
    return Knowledge(catalogs=catalogs, checks=checks, **more)


def determined(objective: str, state: str, subject: str = "*", method: str = "EXAMINE", **more: Any) -> Determination:
    """Make a determination of an objective."""
    return Determination(f"control:{HUB}/{objective}", subject, state, more.pop("reason", ""), method, **more)
