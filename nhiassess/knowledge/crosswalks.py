"""Crosswalk files become values: each row with its relationship, role, strength and reason."""

from __future__ import annotations

from collections.abc import Iterator

from nhiassess.formats.record import Record
from nhiassess.model.inventory import Location
from nhiassess.model.knowledge import Crosswalk, Row

RELATIONSHIPS = (
    *("equal", "subset-of", "superset-of", "intersects-with"),
    *("no-relationship", "mitigates", "related"),
)


def crosswalk(record: Record, id: str) -> Crosswalk:
    """Read one crosswalk; what is wrong with it is added to the record's complaints."""
    basis = record.text("basis", among=("assessed", "published"))
    external = record.flag("external", False)
    rows = [_row(each, (each.text("source"),), basis) for each in record.records("rows")]
    rows += [_row(each, each.texts("sources"), basis) for each in record.records("jointly")]
    published_in, published_as = record.optional_text("published_in"), record.optional_text("published_as")
    for each in record.records("published"):
        rows += _published(each, published_in, published_as, external)
    found = Crosswalk(
        id=id,
        source=record.text("source"),
        target=record.text("target"),
        basis=basis,
        method=record.optional_text("method"),
        external=external,
        rows=tuple(rows),
        locations=(Location(*record.place),),
    )
    if found.source == found.target and basis != "published":
        record.complain(None, "maps a catalog onto itself", "Name two different catalogs.")
    record.done()
    return found


def _row(record: Record, sources: tuple[str, ...], basis: str) -> Row:
    strength = record.integer("strength", 1, 10)
    found = Row(
        sources=sources,
        target=record.text("target"),
        relationship=record.text("relationship", among=RELATIONSHIPS),
        rationale=record.text("rationale"),
        role=record.optional_text("role", among=("primary", "supporting")),
        matching=record.optional_text("matching", among=("syntactic", "semantic", "functional")),
        strength=strength,
        coverage=_share(record),
        basis=record.optional_text("basis", among=("assessed", "published")) or basis,
        published_in=record.optional_text("published_in"),
        published_as=record.optional_text("published_as"),
        reviewed_by=record.optional_text("reviewed_by"),
        locations=(Location(*record.place),),
    )
    if (found.relationship == "mitigates") != (found.role is not None):
        record.complain(None, "`role` goes with `mitigates`, and only with it", "Give primary or supporting.")
    record.done()
    return found


def _published(record: Record, where: str | None, word: str | None, external: bool) -> Iterator[Row]:
    """Read what a publisher relates one source to: a row for each target, with the publisher's own word kept."""
    source = record.text("source")
    published_in = record.optional_text("published_in") or where
    published_as = record.optional_text("published_as") or word
    relationship = record.optional_text("relationship", among=RELATIONSHIPS) or "related"
    if not published_in or not published_as:
        what = "says not where it is published, and in which word"
        record.complain(None, what, "Add published_in and published_as, here or for the whole file.")
    if not record.has("targets") and not record.has("external"):
        record.complain(None, "relates its source to nothing", "Add targets, or external for what is in no catalog.")
    for key in ("targets", "external"):
        for target, node in record.placed_texts(key):
            yield Row(
                sources=(source,),
                target=target,
                relationship=relationship,
                rationale="",
                basis="published",
                published_in=published_in,
                published_as=published_as,
                external=external or key == "external",
                locations=(Location(record.path, node.line, node.column),),
            )
    record.done()


def _share(record: Record) -> tuple[float, float] | None:
    """Read which share of the target a source covers, at least and at most, when somebody states it."""
    if not record.has("coverage"):
        return None
    node = record.node.get("coverage")
    shares = node.plain() if node else None
    if isinstance(shares, list) and len(shares) == 2 and all(type(each) in (int, float) for each in shares):
        least, most = float(shares[0]), float(shares[1])
        if 0 <= least <= most <= 1:
            return least, most
    hint = "Write `coverage: [0.2, 0.5]`: at least, at most, both from 0 to 1."
    record.complain(node, "is no share", hint, "coverage")
    return None
