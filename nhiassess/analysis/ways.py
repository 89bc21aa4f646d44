"""How our objectives bear on the controls of every catalog: over one crosswalk row, or over two that compose."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from nhiassess.analysis.relations import (
    EQUAL,
    OVERLAP,
    SET_RELATIONS,
    SUBSET,
    SUPERSET,
    Share,
    compose,
    converse,
    covered,
)
from nhiassess.model.knowledge import Knowledge, Row

CARRIES_PASS = frozenset({EQUAL, SUPERSET})
CARRIES_FAIL = frozenset({EQUAL, SUBSET})
MITIGATES = "mitigates"
# of one statement, and of several together
_SAID = {
    EQUAL: ("says the same as", "say the same as"),
    SUBSET: ("is a part of", "are a part of"),
    SUPERSET: ("includes all of", "include all of"),
    OVERLAP: ("overlaps", "overlap"),
    MITIGATES: ("mitigates", "mitigate"),
}

Node = tuple[str, str]  # the ids of a catalog and of a control in it


@dataclass(frozen=True, slots=True)
class Hop:
    """One row, read from its source to its target or the other way round."""

    relationship: str
    row: Row
    target: Node


@dataclass(frozen=True, slots=True)
class Way:
    """How objectives bear on a target: over one row, or over two that compose."""

    sources: tuple[str, ...]  # one, or several that say it jointly
    relationship: str
    hops: tuple[Hop, ...]
    role: str | None = None  # of mitigates: primary | supporting

    @property
    def direct(self) -> bool:
        """Whether somebody stated it, and nothing was composed."""
        return len(self.hops) == 1

    @property
    def carries(self) -> bool:
        """Whether it can carry a state: several sources do so jointly only where somebody reviewed it."""
        return len(self.sources) == 1 or bool(self.hops[0].row.reviewed_by)

    @property
    def share(self) -> Share:
        """The share of the target that the sources cover, at least and at most."""
        return covered(self.relationship, self.hops[0].row.coverage if self.direct else None)

    def sentence(self, holds: bool) -> str:
        """Say hop by hop what it means for the target that the sources hold, or that they don't."""
        several = len(self.sources) > 1
        names = " and ".join(self.sources) + (" together" if several else "")
        verb = (("holds", "does not hold"), ("hold", "do not hold"))[several][not holds]
        first, *more = self.hops
        said = f"{names} {verb} and {_SAID.get(first.relationship, ('bears on', 'bear on'))[several]}"
        for before, hop in zip(self.hops, more, strict=False):
            said += f" {before.target[0]}/{before.target[1]}, which {_SAID[hop.relationship][0]}"
        return f"{said} it"


def ways(knowledge: Knowledge) -> dict[Node, tuple[Way, ...]]:
    """Find every way from our objectives to a control of any catalog, over two rows at most.

    Parameters
    ----------
    knowledge:
        Catalogs and crosswalks. A row that states no set relation (``related``) leads no further.

    Returns
    -------
    dict
        (catalog, control) to its ways, direct ones first.

    Notes
    -----
    Linear in the rows that leave objectives, times the rows that leave each of their targets.
    """
    hubs = {catalog.id for catalog in knowledge.catalogs if catalog.reads_as == "objectives"}
    onward: dict[Node, list[Hop]] = {}
    for crosswalk in knowledge.crosswalks:
        if crosswalk.source not in hubs:
            for row in crosswalk.rows:
                for start, hop in ends(crosswalk.source, crosswalk.target, row):
                    onward.setdefault(start, []).append(hop)
    found: dict[Node, list[Way]] = {}
    for crosswalk in knowledge.crosswalks:
        if crosswalk.source not in hubs:
            continue
        for row in crosswalk.rows:
            first = Hop(row.relationship, row, (crosswalk.target, row.target))
            way = Way(row.sources, row.relationship, (first,), row.role)
            found.setdefault(first.target, []).append(way)
            for hop in onward.get(first.target, ()):
                longer = extended(way, hop)
                if longer is not None and hop.target[0] not in hubs:
                    found.setdefault(hop.target, []).append(longer)
    return {target: tuple(sorted(each, key=_order)) for target, each in found.items()}


def equivalents(knowledge: Knowledge) -> tuple[frozenset[Node], ...]:
    """Gather the statements of all catalogs that say the same, so that a total over catalogs counts each once.

    Returns
    -------
    tuple of frozenset
        Every control of every catalog stands in exactly one; most stand alone.
    """
    leader = {(each.catalog, each.id): (each.catalog, each.id) for c in knowledge.catalogs for each in c.controls}

    def root(node: Node) -> Node:
        while leader[node] != node:
            leader[node] = node = leader[leader[node]]
        return node

    for crosswalk in knowledge.crosswalks:
        for row in crosswalk.rows:
            pair = [(crosswalk.source, source) for source in row.sources] + [(crosswalk.target, row.target)]
            if row.relationship == EQUAL and len(pair) == 2 and all(end in leader for end in pair):
                leader[root(pair[0])] = root(pair[1])
    classes: dict[Node, set[Node]] = {}
    for node in leader:
        classes.setdefault(root(node), set()).add(node)
    return tuple(frozenset(classes[each]) for each in sorted(classes))


def ends(source: str, target: str, row: Row) -> Iterator[tuple[Node, Hop]]:
    """Read a row from each end at which it says something; a jointly row says nothing of one source alone.

    Parameters
    ----------
    source, target:
        The ids of the catalogs that the row stands between.
    row:
        Its set relation is read from both ends; ``mitigates`` from its source only, ``related`` from none.

    Yields
    ------
    tuple of Node and Hop
        Where it begins, and how it leads on.

    Examples
    --------
    >>> [(start[1], hop.relationship) for start, hop in ends("a", "b", Row(("A1",), "B1", "subset-of", "why"))]
    [('A1', 'subset-of'), ('B1', 'superset-of')]
    """
    if len(row.sources) != 1 or row.external:
        return
    first, last = (source, row.sources[0]), (target, row.target)
    if row.relationship in SET_RELATIONS:
        yield first, Hop(row.relationship, row, last)
        yield last, Hop(converse(row.relationship), row, first)
    elif row.relationship == MITIGATES:
        yield first, Hop(MITIGATES, row, last)


def extended(way: Way, hop: Hop) -> Way | None:
    """Lead a way of one row on over a second one.

    Parameters
    ----------
    way:
        Of one row.
    hop:
        A row that begins where the way ends.

    Returns
    -------
    Way or None
        None when nothing follows from the two.

    Examples
    --------
    >>> row = Row(("A1",), "B1", "intersects-with", "why")
    >>> first, second = Hop("intersects-with", row, ("b", "B1")), Hop("superset-of", row, ("c", "C1"))
    >>> extended(Way(("A1",), "intersects-with", (first,)), second) is None
    True
    """
    if hop.relationship == MITIGATES:
        # who does all of a mitigation does what it does against the technique; how much that is, nobody states
        return Way(way.sources, MITIGATES, (*way.hops, hop), "supporting") if way.relationship in CARRIES_PASS else None
    if way.relationship not in SET_RELATIONS:
        return None
    relation = compose(way.relationship, hop.relationship)
    return Way(way.sources, relation, (*way.hops, hop)) if relation else None


def _order(way: Way) -> tuple[int, str, tuple[str, ...], tuple[Node, ...]]:
    return len(way.hops), way.relationship, way.sources, tuple(hop.target for hop in way.hops)
