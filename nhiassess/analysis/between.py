"""The rows between two frameworks: those that somebody states, and those that compose where nobody states any."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from nhiassess.analysis.ways import MITIGATES, Hop, Node, Way, ends, extended, ways
from nhiassess.model.knowledge import Control, Crosswalk, Knowledge, Row
from nhiassess.model.rows import CrosswalkRow

DERIVED = "derived"


def between(knowledge: Knowledge, one: str, other: str) -> tuple[CrosswalkRow, ...]:
    """Give the rows between two frameworks in either direction; where nobody states any, what composes.

    Parameters
    ----------
    knowledge:
        Catalogs and crosswalks.
    one, other:
        The ids of the two.

    Returns
    -------
    tuple of CrosswalkRow
        Stated ones as their files give them, those from `one` first; else derived ones, in the order of `one`.
    """
    stated = _stated(knowledge, one, other)
    # a statement relates to others of its own framework as its publisher says, and no detour adds to that
    return stated if stated or one == other else _composed(knowledge, one, other)


def reaching(knowledge: Knowledge, control: Control) -> tuple[CrosswalkRow, ...]:
    """Give the rows that end or begin at a control, and what composes to it from our objectives.

    Parameters
    ----------
    knowledge:
        Catalogs and crosswalks.
    control:
        Of one of the catalogs.

    Returns
    -------
    tuple of CrosswalkRow
        Rows from objectives first, since these are why it counts as mapped; then derived ones, then what others state.
    """
    titles = _titles(knowledge)
    hubs = {catalog.id: catalog for catalog in knowledge.catalogs if catalog.reads_as == "objectives"}
    own: list[CrosswalkRow] = []
    others: list[CrosswalkRow] = []
    for crosswalk in knowledge.crosswalks:
        for row in crosswalk.rows:
            is_target = (crosswalk.target, row.target) == (control.catalog, control.id)
            if is_target or (crosswalk.source == control.catalog and control.id in row.sources):
                (own if crosswalk.source in hubs else others).append(_row(crosswalk, row, titles))
    owner = {each.id: hub.id for hub in hubs.values() for each in hub.controls}
    longer = [way for way in ways(knowledge).get((control.catalog, control.id), ()) if not way.direct]
    derived = _gathered(((owner.get(way.sources[0], ""), way.sources[0]), way) for way in longer)
    return (*own, *(_derived(*each, titles) for each in derived.items()), *others)


def _stated(knowledge: Knowledge, one: str, other: str) -> tuple[CrosswalkRow, ...]:
    titles = _titles(knowledge)
    pairs = dict.fromkeys(((one, other), (other, one)))
    return tuple(
        _row(crosswalk, row, titles)
        for pair in pairs
        for crosswalk in knowledge.crosswalks
        if (crosswalk.source, crosswalk.target) == pair
        for row in crosswalk.rows
    )


def _composed(knowledge: Knowledge, one: str, other: str) -> tuple[CrosswalkRow, ...]:
    """Lead every row of one framework on over each row that begins at its end, as far as the other."""
    onward: dict[Node, list[Hop]] = {}
    for crosswalk in knowledge.crosswalks:
        for row in crosswalk.rows:
            for start, hop in ends(crosswalk.source, crosswalk.target, row):
                onward.setdefault(start, []).append(hop)
    titles = _titles(knowledge)
    there = list(_ways(onward, one, other))
    # read from the other side a set relation says the same once more; only what mitigates says something of its own
    back = [each for each in _ways(onward, other, one) if each[1].relationship == MITIGATES]
    places = {node: place for place, node in enumerate(titles)}
    found = sorted(
        _gathered([*there, *back]).items(),
        key=lambda each: (each[0][0][0] != one, places.get(each[0][0], 0), places.get(each[0][2], 0), each[0][1]),
    )
    return tuple(_derived(*each, titles) for each in found)


def _ways(onward: Mapping[Node, list[Hop]], source: str, target: str) -> Iterator[tuple[Node, Way]]:
    for start, hops in onward.items():
        if start[0] != source:
            continue
        for first in hops:
            way = Way((start[1],), first.relationship, (first,), first.row.role)
            for hop in onward.get(first.target, ()):
                longer = extended(way, hop) if hop.target[0] == target else None
                if longer is not None:
                    yield start, longer


Said = tuple[Node, str, Node]  # where it begins, how they relate, where it ends


def _gathered(found: Iterable[tuple[Node, Way]]) -> dict[Said, list[Way]]:
    """Gather the ways that say the same of the same two, so that it is one row however often it follows."""
    gathered: dict[Said, list[Way]] = {}
    for start, way in found:
        gathered.setdefault((start, way.relationship, way.hops[-1].target), []).append(way)
    return gathered


def _derived(said: Said, found: list[Way], titles: Mapping[Node, str]) -> CrosswalkRow:
    start, relationship, target = said
    return CrosswalkRow(
        source_catalog=start[0],
        sources=(start[1],),
        source_title=titles.get(start, ""),
        relationship=relationship,
        target_catalog=target[0],
        target=target[1],
        target_title=titles.get(target, ""),
        basis=DERIVED,
        role=found[0].role,
        chain=tuple(dict.fromkeys(_chain(way) for way in found)),
    )


def _chain(way: Way) -> str:
    said = " + ".join(way.sources)
    for hop in way.hops:
        said += f" {hop.relationship} {hop.target[0]}/{hop.target[1]}"
    return said


def _row(crosswalk: Crosswalk, row: Row, titles: Mapping[Node, str]) -> CrosswalkRow:
    return CrosswalkRow(
        source_catalog=crosswalk.source,
        sources=row.sources,
        source_title="; ".join(filter(None, (titles.get((crosswalk.source, each), "") for each in row.sources))),
        relationship=row.relationship,
        target_catalog=crosswalk.target,
        target=row.target,
        target_title=titles.get((crosswalk.target, row.target), ""),
        basis=row.basis,
        role=row.role,
        matching=row.matching,
        strength=row.strength,
        coverage=row.coverage,
        published_as=row.published_as,
        published_in=row.published_in,
        reviewed_by=row.reviewed_by,
        rationale=row.rationale,
        external=row.external,
        locations=row.locations,
    )


def _titles(knowledge: Knowledge) -> dict[Node, str]:
    return {(catalog.id, each.id): each.title for catalog in knowledge.catalogs for each in catalog.entries}
