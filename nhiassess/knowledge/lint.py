"""Holds all knowledge against itself: dead targets, missing citations, statements that nobody can determine."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields
from difflib import get_close_matches
from hashlib import sha256
from typing import get_args, get_type_hints

from nhiassess.errors import Complaint
from nhiassess.model.inventory import TABLES, Inventory, Locations
from nhiassess.model.knowledge import Catalog, Control, Crosswalk, Group, Knowledge
from nhiassess.model.scenario import Scenario

_KINDS = get_type_hints(Inventory)
# of all values that an edge may begin or end at
FIELDS = {each.name for table in TABLES for each in fields(get_args(_KINDS[table])[0])}
SET_RELATIONS = frozenset({"equal", "subset-of", "superset-of"})
SHORTEST_REASON = 60  # a rationale below this restates two titles
ATLAS = "mitre-atlas-2026.09"  # the catalog that scenarios name their techniques from
# relations that can be undecided; those of the graph, whose room lies beside this one
VERBS = frozenset((
    "invokes", "served_by", "holds", "authenticates_as", "runs_as", "member_of", "assumes", "federates_to",
    "escalates_to", "granted", "reads", "writes", "administers", "executes_on", "yields", "can_change", "defines",
    "delegates_to", "triggers", "taints", "sends_to",
))  # fmt: skip


def lint(knowledge: Knowledge) -> tuple[Complaint, ...]:
    """Give every complaint about catalogs, crosswalks, checks, scenarios, exports and remedies at once.

    Parameters
    ----------
    knowledge:
        Loaded without complaint.

    Returns
    -------
    tuple of Complaint
        Each with file, line and column.
    """
    found = [
        *_catalogs(knowledge),
        *_aliases(knowledge),
        *_crosswalks(knowledge),
        *_objectives(knowledge),
        *_controls(knowledge),
        *_scenarios(knowledge),
        *_exports(knowledge),
        *_remedies(knowledge),
    ]
    return tuple(sorted(found, key=lambda complaint: (complaint.where, complaint.what)))


def checksum(catalog: Catalog) -> str:
    """Compute the checksum of a catalog's ids and titles, in the order of the ids.

    Examples
    --------
    >>> len(checksum(Catalog("c", *[""] * 12)))
    64
    """
    rows = sorted((each.id, each.title) for each in catalog.entries)
    return sha256("".join(f"{id}\t{title}\n" for id, title in rows).encode()).hexdigest()


def parents(catalog: Catalog) -> Iterator[Complaint]:
    """Give a complaint for each parent that is no group of the catalog, and each group that is its own ancestor."""
    groups = {group.id: group for group in catalog.groups}
    for each in catalog.entries:
        if each.parent and each.parent not in groups:
            yield Complaint(f"{each.id}: its parent {each.parent!r} is no group", _where(each.locations))
    for cycle in _cycles({group.id: group.parent for group in catalog.groups}):
        what = f"{catalog.id}: {cycle} is its own ancestor"
        yield Complaint(what, _where(groups[cycle].locations), "Mend the parents.")


def _catalogs(knowledge: Knowledge) -> Iterator[Complaint]:
    for catalog in knowledge.catalogs:
        where = _where(catalog.locations)
        if not catalog.source_url or not catalog.retrieved:
            yield Complaint(f"{catalog.id}: cites no source", where, "Add source_url and retrieved.")
        if catalog.checksum and catalog.checksum != checksum(catalog):
            what = f"{catalog.id}: ids and titles differ from the list they were checked against"
            yield Complaint(what, where, f"Restore them, or check again and write {checksum(catalog)}.")
        yield from parents(catalog)


def _aliases(knowledge: Knowledge) -> Iterator[Complaint]:
    there = {(control.catalog, control.id) for catalog in knowledge.catalogs for control in catalog.controls}
    seen: set[str] = set()
    for alias in knowledge.aliases:
        for id in (alias.id, *alias.see_also):
            if (alias.catalog, id) not in there:
                what = f"the alias {alias.alias}: {alias.catalog}/{id} is in no catalog"
                yield Complaint(what, _where(alias.locations), "Correct the id.")
        if alias.alias.casefold() in seen:
            what = f"the alias {alias.alias}: stands there twice"
            yield Complaint(what, _where(alias.locations), "Delete one of the two.")
        seen.add(alias.alias.casefold())


def _crosswalks(knowledge: Knowledge) -> Iterator[Complaint]:
    catalogs = {catalog.id: {each.id: each for each in catalog.entries} for catalog in knowledge.catalogs}
    for crosswalk in knowledge.crosswalks:
        where = _where(crosswalk.locations)
        if crosswalk.source not in catalogs:
            yield Complaint(f"{crosswalk.id}: {crosswalk.source!r} is no catalog", where)
        if crosswalk.target not in catalogs and not crosswalk.external:
            hint = "Correct it, or say `external: true` when it is none of ours."
            yield Complaint(f"{crosswalk.id}: {crosswalk.target!r} is no catalog", where, hint)
        if crosswalk.target in catalogs and crosswalk.external:
            yield Complaint(f"{crosswalk.id}: {crosswalk.target!r} is a catalog of ours", where, "Drop `external`.")
        if crosswalk.source in catalogs and (crosswalk.target in catalogs or crosswalk.external):
            yield from _rows(crosswalk, catalogs[crosswalk.source], catalogs.get(crosswalk.target, {}))


def _rows(
    crosswalk: Crosswalk, sources: Mapping[str, Group | Control], targets: Mapping[str, Group | Control]
) -> Iterator[Complaint]:
    seen: dict[tuple[tuple[str, ...], str, str | None], str] = {}
    reasons: dict[str, str] = {}
    for row in crosswalk.rows:
        where = _where(row.locations)
        name = f"{' + '.join(row.sources)} {row.relationship} {row.target}"
        ends = [sources[id] for id in row.sources if id in sources]
        ends += [targets[id] for id in (row.target,) if id in targets]
        dead = [id for id in row.sources if id not in sources]
        if row.target not in targets and not row.external:
            dead.append(row.target)
        for id in dead:
            yield Complaint(f"{name}: {id!r} is in no catalog", where, "Correct the id, or delete the row.")
        if row.external and row.target in targets:
            yield Complaint(f"{name}: {row.target!r} stands in a catalog of ours", where, "It is not external.")
        within = crosswalk.source == crosswalk.target and not dead and not row.external
        if within and len({each.kind for each in ends}) == 1:
            hint = "Within a catalog a row relates controls of two kinds, such as a mitigation and a technique."
            yield Complaint(f"{name}: maps a catalog onto itself", where, hint)
        levels = {each.level for each in ends if isinstance(each, Control)}
        if row.relationship in SET_RELATIONS and len(levels) > 1:
            hint = "Across levels a row is intersects-with at most."
            yield Complaint(f"{name}: a set relation across levels ({', '.join(sorted(levels))})", where, hint)
        if row.basis == "published":
            if not row.published_in:
                yield Complaint(f"{name}: is published, but says not where", where, "Add published_in.")
        elif len(row.rationale) < SHORTEST_REASON:
            yield Complaint(f"{name}: the rationale is too short to say why", where)
        elif row.rationale in reasons:
            yield Complaint(f"{name}: repeats the rationale of {reasons[row.rationale]}", where)
        reasons.setdefault(row.rationale, where)
        # two publications may relate the same two, each in its own word
        pair = (row.sources, row.target, row.published_as)
        if pair in seen:
            yield Complaint(f"{name}: these two are related at {seen[pair]} already", where)
        seen.setdefault(pair, where)


def _objectives(knowledge: Knowledge) -> Iterator[Complaint]:
    tested = {objective for check in knowledge.checks for objective in check.objectives}
    mapped = {source for crosswalk in knowledge.crosswalks for row in crosswalk.rows for source in row.sources}
    every = [each for catalog in knowledge.catalogs if catalog.reads_as == "objectives" for each in catalog.controls]
    objectives: dict[str, Control] = {}
    for control in every:
        if control.id in objectives:
            # checks and crosswalks name an objective by its id alone
            what = f"{control.id}: is an objective of {objectives[control.id].catalog} already"
            yield Complaint(what, _where(control.locations), "Give it another id.")
        objectives.setdefault(control.id, control)
    parents = {control.part_of for control in every if control.part_of}
    for check in knowledge.checks:
        for objective in check.objectives:
            if objective not in objectives:
                yield Complaint(f"{check.id}: tests {objective!r}, which is no objective", _where(check.locations))
            elif objective in parents:
                hint = "Name the part that it tests."
                yield Complaint(f"{check.id}: tests {objective}, which has parts", _where(check.locations), hint)
    for id, control in objectives.items():
        where = _where(control.locations)
        whole = objectives.get(control.part_of or "")
        asked = control.ask or (whole and whole.ask)
        if id not in parents and id not in tested and not asked:
            yield Complaint(f"{id}: has no check and asks no question", where, "Add a check, or `ask`.")
        parts = {each.id for each in every if each.part_of == id}
        if id not in mapped and (control.part_of or "") not in mapped and not (parts & mapped):
            yield Complaint(f"{id}: no crosswalk leads from it", where, "Map it to a framework.")
        for other in (*control.implies, *control.depends_on, *([control.part_of] if control.part_of else [])):
            if other not in objectives:
                yield Complaint(f"{id}: names {other!r}, which is no objective", where)


def _controls(knowledge: Knowledge) -> Iterator[Complaint]:
    hubs = {catalog.id for catalog in knowledge.catalogs if catalog.reads_as == "objectives"}
    mapped = {
        (crosswalk.target, row.target)
        for crosswalk in knowledge.crosswalks
        if crosswalk.source in hubs  # a determination is made of an objective, and comes from nowhere else
        for row in crosswalk.rows
        if row.relationship not in ("no-relationship", "related")
    }
    for catalog in knowledge.catalogs:
        for control in catalog.controls:
            where = _where(control.locations)
            if catalog.reads_as == "objectives":
                continue
            if catalog.reads_as == "reference" and control.assessable != "outside":
                hint = "A catalog that is carried for reference assesses nothing: say why it is outside."
                yield Complaint(f"{control.id}: is assessed, but its catalog is for reference", where, hint)
            if (catalog.id, control.id) not in mapped and control.assessable not in (
                "outside",
                "by_interview",
            ):
                hint = "Map it, ask for it, or say why it is outside."
                yield Complaint(f"{control.id}: is not mapped, asked for or outside", where, hint)
            if control.is_risk and control.assessable != "outside" and control.applies_when is None:
                yield Complaint(f"{control.id}: says not when it applies", where, "Add applies_when.")


def _scenarios(knowledge: Knowledge) -> Iterator[Complaint]:
    hubs = [catalog for catalog in knowledge.catalogs if catalog.reads_as == "objectives"]
    objectives = {control.id for hub in hubs for control in hub.controls}
    atlas = knowledge.catalog(ATLAS)
    techniques = None if atlas is None else {control.id for control in atlas.controls}
    for scenario in knowledge.scenarios:
        if techniques is not None:
            for id in sorted({*scenario.case_studies} - techniques):
                yield Complaint(f"{scenario.id}: {id!r} is not in {ATLAS}", _where(scenario.locations))
        yield from _steps(scenario, objectives, techniques)
        cited = {id for step in scenario.steps for id in step.sources}
        for source in scenario.sources:
            if source.id not in cited:
                what = f"{scenario.id}: no step cites the source {source.id!r}"
                yield Complaint(what, _where(scenario.locations), "Cite it, or delete it.")


def _steps(scenario: Scenario, objectives: set[str], techniques: set[str] | None) -> Iterator[Complaint]:
    known = {source.id for source in scenario.sources}
    for number, step in enumerate(scenario.steps, 1):
        name, where = f"{scenario.id}, step {number}", _where(step.locations)
        if not step.needs:
            yield Complaint(f"{name}: needs nothing", where, "Leave out what asks nothing of the estate.")
        if not step.sources:
            yield Complaint(f"{name}: cites no source", where, "Cite one, or leave the step out.")
        for id in step.sources:
            if id not in known:
                yield Complaint(f"{name}: cites {id!r}, which is no source of it", where)
        for id in step.atlas:
            if techniques is not None and id not in techniques:
                yield Complaint(f"{name}: {id!r} is not in {ATLAS}", where, "Correct the id.")
        for each in step.broken_by:
            if each.objective not in objectives:
                what = f"{name}: is broken by {each.objective!r}, which is no objective"
                yield Complaint(what, where, "Correct the id.")


def _exports(knowledge: Knowledge) -> Iterator[Complaint]:
    known = {"checks": {check.id for check in knowledge.checks}, "edges": VERBS}
    one = {"checks": "check", "edges": "relation"}
    for export in knowledge.exports:
        for each in export.settles:
            # which constructs are left out is a matter of the sources
            for name in each.names if each.kind in known else ():
                if name not in known[each.kind]:
                    what = f"{export.id}: settles {name!r}, which is no {one[each.kind]}"
                    yield Complaint(what, _where(export.locations), "Correct the name.")


def _remedies(knowledge: Knowledge) -> Iterator[Complaint]:
    hubs = [catalog for catalog in knowledge.catalogs if catalog.reads_as == "objectives"]
    objectives = {control.id for hub in hubs for control in hub.controls}
    for remedy in knowledge.remedies:
        for id in remedy.objectives:
            if id not in objectives:
                yield Complaint(f"{remedy.id}: {id!r} is no objective", _where(remedy.locations), "Correct the id.")
        # what no value holds would fit nothing, or with null everything
        for name in sorted({name for each in remedy.edges for name in (*each.source, *each.target)} - FIELDS):
            near = get_close_matches(name, sorted(FIELDS), 1)
            hint = f"Did you mean {near[0]}?" if near else "`nhiassess checks tables` lists columns."
            yield Complaint(f"{remedy.id}: {name!r} is a field of no value", _where(remedy.locations), hint)


def _cycles(parents: dict[str, str | None]) -> Iterator[str]:
    for start in parents:
        at, steps = parents[start], 0
        while at is not None and at != start and steps <= len(parents):
            at, steps = parents.get(at), steps + 1
        if at == start:
            yield start


def _where(locations: Locations) -> str:
    return f"{locations[0].path}:{locations[0].line}:{locations[0].column}" if locations else ""
