"""What each verb answers, as rows that scripts can rely on: the contract of every --format json."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from nhiassess.model.assessment import ControlCoverage
from nhiassess.model.codec import encode
from nhiassess.model.difference import FrameworkChange
from nhiassess.model.improvement import Cut, Drift, Effect, Improvement
from nhiassess.model.inventory import TABLES, Inventory
from nhiassess.model.knowledge import Catalog, Check, Control, Knowledge
from nhiassess.model.reach import BlastRadius, Chokepoint, Escalation, Hop, Path
from nhiassess.model.replay import NeedAnswer, Replay
from nhiassess.model.request import Requests
from nhiassess.model.rows import CrosswalkRow
from nhiassess.model.scenario import Scenario

Row = dict[str, Any]
COVERAGE = (
    "framework",
    "control",
    "state",
    "objectives",
    "checks",
    "observed",
    "denominator",
    "lower",
    "upper",
)


def answer(verb: str, rows: Iterable[Any]) -> Row:
    """Wrap the rows of a verb with the name of their schema.

    Examples
    --------
    >>> answer("paths", [])
    {'schema': 'nhiassess/paths/1', 'rows': []}
    """
    return {"schema": f"nhiassess/{verb}/1", "rows": list(rows)}


def observed(inventory: Inventory) -> Row:
    """Give every table of an inventory as rows, which are made when they are read."""
    tables = {table: map(encode, getattr(inventory, table)) for table in TABLES}
    return {"schema": "nhiassess/observe/1", **tables}


def escalated(rows: Sequence[Escalation]) -> Row:
    """Give the identities that are, or can become, administrators, each with its way hop by hop."""
    return answer("escalations", ({**encode(row), "hops": [_hop(hop) for hop in row.hops]} for row in rows))


def radii(rows: Sequence[BlastRadius]) -> Row:
    """Give the blast radius of each agent under both threat models, gated and not."""
    return answer(
        "blast-radius", ({**encode(row), "crown_jewels": list(map(_jewel, row.crown_jewels))} for row in rows)
    )


def ways(rows: Sequence[Path]) -> Row:
    """Give privilege paths hop by hop."""
    return answer("paths", map(_way, rows))


def chokes(rows: Sequence[Chokepoint]) -> Row:
    """Give what to remove first, with the pairs reached before and after."""
    return answer("chokepoints", map(encode, rows))


def improved(rows: Sequence[Improvement]) -> Row:
    """Give changes in order, with the extent before and after each and what it touches."""
    return answer("improvements", map(encode, rows))


def cured(rows: Sequence[Improvement]) -> Row:
    """Give what each remedy would do by itself, with the objectives that hold where it is done."""
    return answer("remedies", map(encode, rows))


def supposed(found: Effect, words: Sequence[str]) -> Row:
    """Give what a what-if changes: each agent, all of them together, what is supposed, and what it touches."""
    together = {name: list(map(encode, getattr(found, name))) for name in ("before", "after")}
    return {**answer("what-if", map(encode, found.agents)), **together, "cost": encode(found.cost), "supposed": words}


def severed(found: Cut) -> Row:
    """Give what a minimum cut takes out, what all of it touches, and the paths that no cut closes."""
    figures = {"jewels_before": found.jewels_before, "jewels_after": found.jewels_after, "cost": encode(found.cost)}
    return {**answer("minimum-cut", map(encode, found.elements)), **figures, "open": list(map(_way, found.open))}


def drifted(found: Drift) -> Row:
    """Give each agent whose reach changed, with the paths to what it gained, and all that appeared and disappeared."""
    there = {name: getattr(found, name) for name in ("appeared", "disappeared", "edges_appeared", "edges_disappeared")}
    agents = ({**encode(row), "gained": list(map(_way, row.gained))} for row in found.agents)
    return {**answer("drift", agents), **there}


def requested(found: Requests) -> Row:
    """Give what to ask for next, and what no request settles."""
    left = {"checks": dict(found.left_checks), "skipped": list(found.left_skipped)}
    open_ = {
        "determinations": found.open_determinations,
        "determinations_left": found.left_determinations,
        "edges": found.open_edges,
        "edges_left": found.left_edges,
    }
    return {**answer("requests", map(encode, found.requests)), "open": open_, "left": left}


def covered(rows: Sequence[ControlCoverage]) -> Row:
    """Give how each control stands, with its bounds over its denominator."""
    return answer("coverage", ({"id": row.id, **_ordered(encode(row), COVERAGE)} for row in rows))


def replayed(rows: Sequence[Replay]) -> Row:
    """Give what a replay says of each agent, step by step, with the paths hop by hop."""
    return answer("replay-scenario", map(_replay, rows))


def incidents(found: Sequence[Scenario]) -> Row:
    """Give scenarios as they stand in their files."""
    return answer("scenarios", map(encode, found))


def catalogs(knowledge: Knowledge) -> Row:
    """Give one row for each framework there is."""
    return answer("frameworks", (_catalog(catalog, knowledge) for catalog in knowledge.catalogs))


def controls(found: Sequence[Control]) -> Row:
    """Give controls as they stand in their catalogs."""
    return answer("frameworks-show", ({**encode(control), "id": control.id} for control in found))


def explained(found: Sequence[Control], rows: Sequence[CrosswalkRow], warnings: Sequence[str]) -> Row:
    """Give controls with the rows that reach them, and what to know about the spelling that was asked for."""
    return {**controls(found), "mappings": list(map(encode, rows)), "warnings": list(warnings)}


def related(rows: Sequence[CrosswalkRow]) -> Row:
    """Give the rows between two frameworks."""
    return answer("frameworks-crosswalk", map(encode, rows))


def changed(rows: Sequence[FrameworkChange]) -> Row:
    """Give what is otherwise in the new version of a framework."""
    return answer("frameworks-diff", map(encode, rows))


def questions(found: Sequence[Check]) -> Row:
    """Give checks as they stand in their files."""
    return answer("checks", map(encode, found))


def _way(path: Path) -> Row:
    return {**encode(path), "hops": list(map(_hop, path.hops))}


def _jewel(path: Path) -> Row:
    return {
        "id": path.target,
        "verdict": path.verdict,
        "hops": len(path.hops),
        "path": [_hop(hop) for hop in path.hops],
    }


def _replay(row: Replay) -> Row:
    steps = ({**encode(step), "needs": list(map(_need, step.needs))} for step in row.steps)
    return {**encode(row), "steps": list(steps)}


def _need(need: NeedAnswer) -> Row:
    return {**encode(need), "path": [_hop(hop) for hop in need.path]}


def _hop(hop: Hop) -> Row:
    gate = {**encode(hop.gate), "holds": hop.gate_holds} if hop.gate is not None else None
    return {**encode(hop), "gate": gate}


def _ordered(row: Mapping[str, Any], first: Sequence[str]) -> Row:
    return {
        **{name: row[name] for name in first},
        **{name: each for name, each in row.items() if name not in first},
    }


def _catalog(catalog: Catalog, knowledge: Knowledge) -> Row:
    hubs = {each.id for each in knowledge.catalogs if each.reads_as == "objectives"}
    mapped = {
        row.target
        for crosswalk in knowledge.crosswalks
        if crosswalk.target == catalog.id and crosswalk.source in hubs
        for row in crosswalk.rows
        if row.relationship != "no-relationship"
    }
    outside = sum(control.assessable == "outside" for control in catalog.controls)
    interview = sum(control.assessable == "by_interview" and control.id not in mapped for control in catalog.controls)
    return {
        "id": catalog.id,
        "title": catalog.title,
        "short": catalog.short,
        "version": catalog.version,
        "published": catalog.published,
        "publisher": catalog.publisher,
        "licence": catalog.licence,
        "controls": len(catalog.controls),
        "mapped": len(mapped),
        "by_interview": interview,
        "outside": outside,
    }
