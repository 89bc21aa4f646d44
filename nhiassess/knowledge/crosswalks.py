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
    joins_nothing = "joins nothing", "Name the sources that say it together in `sources`."
    rows += [_row(each, each.texts("sources", none=joins_nothing), basis) for each in record.records("jointly")]
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
    found = Row(
        sources=sources,
        target=record.text("target"),
        relationship=record.text("relationship", among=RELATIONSHIPS),
        rationale=record.text("rationale"),
        role=record.optional_text("role", among=("primary", "supporting")),
        matching=record.optional_text("matching", among=("syntactic", "semantic", "functional")),
        strength=record.integer("strength", 1, 10),
        coverage=record.share("coverage"),
        basis=record.optional_text("basis", among=("assessed", "published")) or basis,
        published_in=record.optional_text("published_in"),
        published_as=record.optional_text("published_as"),
        reviewed_by=record.optional_text("reviewed_by"),
        locations=(Location(*record.place),),
    )
    mismatched = "`role` goes with `mitigates`, and only with it", "Give primary or supporting."
    record.goes_with("role", "relationship", "mitigates", *mismatched, only=True)
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
    nothing = "relates its source to nothing", "Add targets, or external for what is in no catalog."
    record.one_of(("targets", "external"), *nothing, several=True)
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
