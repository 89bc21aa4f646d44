"""Two versions of a framework against each other: what changed, which rows lost an end, and what would follow."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from nhiassess.knowledge.follow import plain
from nhiassess.model.difference import Followed, FrameworkChange
from nhiassess.model.knowledge import Catalog, Control, Crosswalk, Knowledge, Row

CHANGES = ("removed", "added", "renumbered", "retitled", "restated", "kind", "level", "assessable")
Moves = Mapping[str, Followed]


def changes(old: Catalog, new: Catalog, followed: Moves) -> tuple[FrameworkChange, ...]:
    """Tell what became of each control.

    Parameters
    ----------
    old, new:
        The two versions.
    followed:
        Which control is which, as `follow` gives it.

    Returns
    -------
    tuple of FrameworkChange
        By kind of change, then in the order of the catalogs; a control that changed in several ways has several.
    """
    entries = {each.id: each for each in new.controls}
    kept = {each.new for each in followed.values()}
    found = [FrameworkChange("control", "removed", c.id, None, c.title) for c in old.controls if c.id not in followed]
    found += [FrameworkChange("control", "added", None, c.id, None, c.title) for c in new.controls if c.id not in kept]
    for each in old.controls:
        if each.id in followed:
            found += _changed(each, entries[followed[each.id].new], followed[each.id].why)
    return tuple(sorted(found, key=lambda change: CHANGES.index(change.change)))


def consequences(old: Catalog, new: Catalog, followed: Moves, knowledge: Knowledge) -> tuple[FrameworkChange, ...]:
    """Tell which crosswalk rows lose an end, and which controls no row from our objectives reaches any more.

    Parameters
    ----------
    old, new, followed:
        As for `changes`.
    knowledge:
        The crosswalks; they are written for the old version, unless the new one is what is known by its id.

    Returns
    -------
    tuple of FrameworkChange
        Rows whose end is gone, has another id, or whose id names another control now; then the controls that a check
        should tell and that are new, or were mapped before and are not as the rows stand.
    """
    if knowledge.catalog(new.id) == new and new.id == old.id:
        return tuple(_unmapped(new, followed, set(), _mapped(knowledge, new.id)))
    known, there, now = _ids(old), _ids(new), _now(old, new, followed)
    lost = []
    for crosswalk in knowledge.crosswalks:
        led = _renamed(crosswalk, old.id, new.id)
        for row in crosswalk.rows:
            ends = (id for id in _ends(crosswalk, row, old.id) if id in known and now.get(id) != id)
            if moved := {id: now.get(id) for id in ends}:
                after = None if None in moved.values() else _said(led, _moved(crosswalk, row, old.id, moved))
                lost.append(_lost(_said(crosswalk, row), after, moved, set(moved) & there, row))
    once = _mapped(knowledge, old.id)
    own = _mapped(knowledge, new.id) if new.id != old.id else set()
    return (*lost, *_unmapped(new, followed, once, own or {id for id in once if now.get(id) == id}))


def carried(old: Catalog, new: Catalog, followed: Moves, knowledge: Knowledge) -> Knowledge:
    """Put the new version beside the old or in place of it, with rows led on to where their ends are now.

    Parameters
    ----------
    old, new, followed:
        As for `changes`.
    knowledge:
        What is known with the old version; where rows from our objectives to the new one are among it, these stand.

    Returns
    -------
    Knowledge
        Nobody has assessed a row that was led on: it shows what would follow if it still held.
    """
    catalogs = (*(each for each in knowledge.catalogs if each.id != new.id), new)
    touching = [each for each in knowledge.crosswalks if old.id in (each.source, each.target)]
    crosswalks: tuple[Crosswalk, ...] = knowledge.crosswalks
    now = _now(old, new, followed)
    if new.id == old.id:
        others = (each for each in crosswalks if each not in touching)
        crosswalks = (*others, *(_led(each, old.id, new.id, now) for each in touching))
    elif not _mapped(knowledge, new.id):
        ours = (each for each in touching if each.source in _hubs(knowledge))
        crosswalks = (*crosswalks, *(_led(each, old.id, new.id, now) for each in ours))
    return replace(knowledge, catalogs=catalogs, crosswalks=crosswalks)


def _changed(old: Control, new: Control, why: str) -> Iterator[FrameworkChange]:
    if old.id != new.id:
        yield FrameworkChange("control", "renumbered", old.id, new.id, old.title, new.title, why)
    pairs = {
        # a title that is the id changes with the id, which is told already
        "retitled": (old.title, new.title) if plain(new.title) != plain(new.id) else (None, None),
        "restated": (_words(old.statement), _words(new.statement)),
        "kind": (old.kind, new.kind),
        "level": (old.level, new.level),
        "assessable": (old.assessable, new.assessable),
    }
    for change, (before, after) in pairs.items():
        if before != after:
            yield FrameworkChange("control", change, old.id, new.id, before, after)


def _unmapped(new: Catalog, followed: Moves, once: set[str], mapped: set[str]) -> Iterator[FrameworkChange]:
    """Name the controls that a check should tell, that no row reaches, and that are new or were mapped once."""
    before = {each.new: each.old for each in followed.values()}
    for control in new.controls:
        was = before.get(control.id)
        if control.assessable in ("automated", "partly") and control.id not in mapped and (was is None or was in once):
            why = "new in this version" if was is None else f"was mapped as {was}"
            yield FrameworkChange("mapping", "unmapped", was, control.id, None, control.title, why)


def _words(text: str | None) -> str | None:
    return " ".join(text.split()) if text else None


def _lost(
    before: str, after: str | None, moved: Mapping[str, str | None], reused: set[str], row: Row
) -> FrameworkChange:
    """Tell what became of the ends of one row; what weighs most names the change."""
    change = "end gone" if None in moved.values() else "end reused" if reused else "end renumbered"
    told = [f"{id} is {now} now" if now else f"{id} stands in the old version only" for id, now in moved.items()]
    told += [f"{id} names another control now" for id in sorted(reused)]
    place = f"{row.locations[0]}: " if row.locations else ""
    ends, now = ", ".join(moved), ", ".join(each or "-" for each in moved.values())
    return FrameworkChange("crosswalk row", change, before, after, ends, now, place + "; ".join(told))


def _said(crosswalk: Crosswalk, row: Row) -> str:
    word = f", published as {row.published_as}" if row.published_as else ""
    return f"{crosswalk.source}/{'+'.join(row.sources)} {row.relationship}{word} {crosswalk.target}/{row.target}"


def _ends(crosswalk: Crosswalk, row: Row, catalog: str) -> list[str]:
    """Name the ends of a row that lie in a catalog."""
    found = list(row.sources) if crosswalk.source == catalog else []
    return [*found, row.target] if crosswalk.target == catalog and not row.external else found


def _moved(crosswalk: Crosswalk, row: Row, catalog: str, now: Mapping[str, str | None]) -> Row:
    """Write the ends of a row that lie in a catalog as they are called now."""
    sources, target = row.sources, row.target
    if crosswalk.source == catalog:
        sources = tuple(now.get(each) or each for each in sources)
    if crosswalk.target == catalog and not row.external:
        target = now.get(target) or target
    return replace(row, sources=sources, target=target)


def _led(crosswalk: Crosswalk, old: str, new: str, now: Mapping[str, str | None]) -> Crosswalk:
    """Lead a crosswalk on to the new version, without the rows that lost an end."""
    rows = (row for row in crosswalk.rows if all(now.get(id) for id in _ends(crosswalk, row, old)))
    moved = tuple(_moved(crosswalk, row, old, now) for row in rows)
    return replace(_renamed(crosswalk, old, new), rows=moved)


def _renamed(crosswalk: Crosswalk, old: str, new: str) -> Crosswalk:
    """Set a crosswalk from or to another version; its rows stay as they are."""
    source, target = (new if each == old else each for each in (crosswalk.source, crosswalk.target))
    return replace(crosswalk, id=f"{source}--{target}", source=source, target=target)


def _now(old: Catalog, new: Catalog, followed: Moves) -> dict[str, str | None]:
    """Say where each entry of the old version is now; a group is known by its id alone."""
    groups = {each.id for each in new.groups}
    found: dict[str, str | None] = {each.id: each.id if each.id in groups else None for each in old.groups}
    return {**found, **{each.id: followed[each.id].new if each.id in followed else None for each in old.controls}}


def _ids(catalog: Catalog) -> set[str]:
    return {each.id for each in catalog.entries}


def _hubs(knowledge: Knowledge) -> set[str]:
    return {catalog.id for catalog in knowledge.catalogs if catalog.reads_as == "objectives"}


def _mapped(knowledge: Knowledge, catalog: str) -> set[str]:
    """Name the controls of a catalog that a row from our objectives reaches."""
    hubs = _hubs(knowledge)
    return {
        row.target
        for crosswalk in knowledge.crosswalks
        if crosswalk.target == catalog and crosswalk.source in hubs
        for row in crosswalk.rows
        if row.relationship != "no-relationship"
    }
