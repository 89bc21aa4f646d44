"""Crosswalk files become values: each row with its relationship, role, strength and reason."""

from __future__ import annotations

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
    rows = [_row(each, (each.text("source"),), basis) for each in record.records("rows")]
    rows += [_row(each, each.texts("sources"), basis) for each in record.records("jointly")]
    found = Crosswalk(
        id=id,
        source=record.text("source"),
        target=record.text("target"),
        basis=basis,
        method=record.optional_text("method"),
        rows=tuple(rows),
        locations=(Location(*record.place),),
    )
    if found.source == found.target:
        record.complain(None, "maps a catalog onto itself", "Name two different catalogs.")
    record.done()
    return found


def _row(record: Record, sources: tuple[str, ...], basis: str) -> Row:
    strength = record.integer("strength")
    found = Row(
        sources=sources,
        target=record.text("target"),
        relationship=record.text("relationship", among=RELATIONSHIPS),
        rationale=record.text("rationale"),
        role=record.optional_text("role", among=("primary", "supporting")),
        matching=record.optional_text("matching", among=("syntactic", "semantic", "functional")),
        strength=strength,
        basis=record.optional_text("basis", among=("assessed", "published")) or basis,
        published_in=record.optional_text("published_in"),
        reviewed_by=record.optional_text("reviewed_by"),
        locations=(Location(*record.place),),
    )
    if strength is not None and not 1 <= strength <= 10:
        record.complain(record.node.get("strength"), "is from 1 to 10", "", "strength")
    if (found.relationship == "mitigates") != (found.role is not None):
        record.complain(None, "`role` goes with `mitigates`, and only with it", "Give primary or supporting.")
    record.done()
    return found
