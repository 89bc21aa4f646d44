"""The rows between two frameworks as an OSCAL mapping collection: those that state a set relation, and no others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from nhiassess.errors import RenderError
from nhiassess.model.knowledge import Catalog
from nhiassess.model.rows import CrosswalkRow
from nhiassess.renderers.oscal import (
    NAMESPACE,
    Part,
    cited,
    counted,
    document,
    filled,
    line,
    metadata,
    own,
    prose,
    tokens,
    uuid,
)

# our word to NIST's
_RELATIONSHIPS = {
    "equal": "equivalent-to",
    "subset-of": "subset-of",
    "superset-of": "superset-of",
    "intersects-with": "intersects-with",
    "no-relationship": "no-relationship",
}
_LEFT_OUT = (
    "Left out: {parts}. mitigates is no relation between requirements; related is a publisher's word without a set "
    "relation; a jointly row speaks of several sources together; a group is no control, and a map names nothing else."
)
_UNMATCHED = "No row says how the texts were matched. semantic stands there because OSCAL asks for a word."
_DERIVED = (
    "Nobody states these rows. Each follows from two that are stated, by the composition of set relations, and its "
    "remarks name the two. intersects-with says here that they share something, and no more."
)


def mapping_collection(
    rows: Sequence[CrosswalkRow], catalogs: Mapping[str, Catalog], now: str, described: Sequence[str] = ()
) -> Part:
    """Write the rows between two frameworks as an OSCAL mapping collection.

    Parameters
    ----------
    rows:
        Of one pair of frameworks, in either direction.
    catalogs:
        Id to catalog; a framework that is absent is none of ours, and its ids stand as they are.
    now:
        When the document is written, ISO 8601 with a time zone.
    described:
        How the crosswalks were made, in the words of their files.

    Returns
    -------
    dict
        Plain data with the root ``mapping-collection``, one mapping for each direction; equal for equal input.

    Raises
    ------
    RenderError
        When no row states a set relation, since a mapping of OSCAL must hold one.

    Notes
    -----
    ``equal`` is OSCAL's equivalent-to, and equal-to where the wording itself was compared. OSCAL has no strength: it is
    a property of our namespace, from 1 to 10, and says how alike two texts are. It is not OSCAL's confidence score,
    which says how sure somebody is. The method is ``automation`` where rows were composed and ``hybrid`` where they are
    stated: no file says that a person made each of its rows alone.

    References
    ----------
    NIST, OSCAL 1.2.3, control mapping model. NIST IR 8477, section 4.3.
    """
    ends = _Ends(catalogs)
    pairs = list(dict.fromkeys((row.source_catalog, row.target_catalog) for row in rows))
    kept = [row for row in rows if row.relationship in _RELATIONSHIPS and ends.nameable(row)]
    if not kept:
        what = f"no row of {len(rows)} states a set relation, and OSCAL maps nothing else"
        raise RenderError(what, " to ".join(pairs[0]) if pairs else "", "Ask for json or csv, which hold every row.")
    both = list(dict.fromkeys(end for pair in pairs for end in pair))
    title = " and ".join(catalogs[end].title if end in catalogs else end for end in both)
    version = ", ".join(f"{end} {catalogs[end].version}" if end in catalogs else end for end in both)
    text = prose("\n\n".join([f"How the statements of {title} relate.", *described]))
    body = {
        "metadata": metadata(f"Mapping of {title}", version, now, {}),
        "provenance": {**_provenance(rows, kept), "mapping-description": text},
        "mappings": [_mapping(pair, found, ends) for pair in pairs if (found := _of(pair, kept))],
        "back-matter": {"resources": [_resource(end, catalogs.get(end)) for end in both]},
    }
    return document("mapping-collection", body)


class _Ends:
    """What the ends of rows are in OSCAL, looked up once."""

    def __init__(self, catalogs: Mapping[str, Catalog]) -> None:
        self._ids = {id: tokens(each) for id, each in catalogs.items()}
        self._groups = {(id, group.id) for id, each in catalogs.items() for group in each.groups}
        self._items = {(id, each.id) for id, catalog in catalogs.items() for each in catalog.controls if each.part_of}

    def nameable(self, row: CrosswalkRow) -> bool:
        """Say whether a map can name both ends: one source, and no group, for which it has no type."""
        ends = (row.source_catalog, row.sources[0]), (row.target_catalog, row.target)
        return len(row.sources) == 1 and not any(end in self._groups for end in ends)

    def entry(self, catalog: str, id: str) -> Part:
        """Name a control, or the item of a statement that a lettered part is."""
        kind = "statement" if (catalog, id) in self._items else "control"
        return {"type": kind, "id-ref": self._ids.get(catalog, {}).get(id, id)}


def _of(pair: tuple[str, str], rows: Sequence[CrosswalkRow]) -> list[CrosswalkRow]:
    return [row for row in rows if (row.source_catalog, row.target_catalog) == pair]


def _provenance(rows: Sequence[CrosswalkRow], kept: Sequence[CrosswalkRow]) -> Part:
    derived = all(row.basis == "derived" for row in kept)
    matched = Counter(row.matching for row in kept if row.matching)
    told = [
        f"{len(kept)} of {len(rows)} rows.",
        *([_LEFT_OUT.format(parts=_left(rows, kept))] if len(kept) < len(rows) else []),
        *([] if matched else [_UNMATCHED]),
        *([_DERIVED] if derived else []),
    ]
    return {
        "method": "automation" if derived else "hybrid",
        # each map that states its own overrides it
        "matching-rationale": min(matched, key=lambda each: (-matched[each], each)) if matched else "semantic",
        "status": "draft" if derived else "complete" if len(kept) == len(rows) else "not-complete",
        "props": [own("rows", str(len(rows))), own("rows-mapped", str(len(kept)))],
        "remarks": prose("\n\n".join(told)),
    }


def _left(rows: Sequence[CrosswalkRow], kept: Sequence[CrosswalkRow]) -> str:
    unnamed = sum(row.relationship in _RELATIONSHIPS for row in rows) - len(kept)
    words = Counter(row.relationship for row in rows if row.relationship not in _RELATIONSHIPS)
    return counted([*sorted(words.items()), ("jointly or at a group", unnamed)])


def _mapping(pair: tuple[str, str], rows: Sequence[CrosswalkRow], ends: _Ends) -> Part:
    first, last = ({"type": "catalog", "href": f"#{uuid('framework', end)}"} for end in pair)
    return {
        "uuid": uuid("mapping", *pair),
        "source-resource": first,
        "target-resource": last,
        "maps": [_map(row, ends) for row in rows],
    }


def _map(row: CrosswalkRow, ends: _Ends) -> Part:
    worded = row.relationship == "equal" and row.matching == "syntactic"
    # OSCAL's coverage is one number; a share that is known in bounds only stands in two properties
    exact = row.coverage[0] if row.coverage and row.coverage[0] == row.coverage[1] else None
    told = {
        "uuid": uuid("map", row.id),
        "matching-rationale": row.matching,
        "relationship": "equal-to" if worded else _RELATIONSHIPS[row.relationship],
        "sources": [ends.entry(row.source_catalog, row.sources[0])],
        "targets": [ends.entry(row.target_catalog, row.target)],
        "coverage": None if exact is None else {"target-coverage": exact},
        "props": _props(row, bounds=exact is None),
        "remarks": prose("\n\n".join(filter(None, (row.rationale, *row.chain)))),
    }
    return filled(told)


def _props(row: CrosswalkRow, *, bounds: bool) -> list[Part]:
    least, most = row.coverage if row.coverage and bounds else (None, None)
    values = {
        "basis": row.basis,
        "strength": row.strength,
        "published-as": row.published_as,
        "published-in": row.published_in,
        "coverage-at-least": least,
        "coverage-at-most": most,
    }
    return [own(name, str(value)) for name, value in values.items() if value is not None]


def _resource(framework: str, catalog: Catalog | None) -> Part:
    """Cite a framework, and our own document of it, which `frameworks show` writes beside this one."""
    if catalog is not None:
        return cited(catalog, {"href": f"{framework}.json", "media-type": "application/json"})
    return {
        "uuid": uuid("framework", framework),
        "title": line(framework),
        "document-ids": [{"scheme": NAMESPACE, "identifier": framework}],
        "remarks": "None of the frameworks that nhiassess carries; its ids stand as they were published.",
    }
