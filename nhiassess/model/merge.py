"""Inventories become one: values of one id are joined field by field, and what they state differently is kept."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields, replace
from typing import Any

from nhiassess.model.inventory import TABLES, Conflict, Inventory, Location, Locations

# each observer sees a part of what happened
_LATEST = frozenset({"last_used"})
UNKNOWN = "unknown"  # the word of a field in which a source says that the file does not tell


def merge(inventories: Iterable[Inventory]) -> Inventory:
    """Join inventories into one, sorted by id, so that the order of reading never shows.

    Parameters
    ----------
    inventories:
        Any number, in any order; the same value may stand in several.

    Returns
    -------
    Inventory
        One value for each id. A field that only one states is taken from it ("unknown" states nothing), and of two
        times of last use the later one: no two observers see the same. Of two other claims that differ the one
        declared in the plan wins, then that of managed settings, then the nearest path, then path order; a `Conflict`
        keeps both.

    Notes
    -----
    Commutative and idempotent; associative over inventories that agree, and in what conflicts are kept of any.
    O(n log n) in the number of values.

    Examples
    --------
    >>> from nhiassess.model.inventory import Agent
    >>> one, two = Inventory(agents=(Agent("a", owner="Ops"),)), Inventory(agents=(Agent("a", name="triage"),))
    >>> merge([one, two]).agents
    (Agent(id='a', name='triage', platform=None, owner='Ops', purpose=None, environment=None, autonomy=None, \
sandbox=None, model=None, endpoint_auth=None, limits=None, status=None, last_used=None, locations=()),)
    """
    parts = list(inventories)
    conflicts: dict[str, Conflict] = {}
    merged: dict[str, Any] = {}
    for table in TABLES:
        if table == "conflicts":
            continue
        groups: dict[str, list[Any]] = {}
        for part in parts:
            for value in getattr(part, table):
                groups.setdefault(value.id, []).append(value)
        merged[table] = tuple(_joined(groups[key], conflicts) for key in sorted(groups))
    for part in parts:
        for conflict in part.conflicts:
            conflicts[conflict.id] = _both(conflicts.get(conflict.id), conflict)
    fingerprints = tuple(sorted({pair for part in parts for pair in part.fingerprints}))
    return Inventory(**merged, conflicts=tuple(conflicts[key] for key in sorted(conflicts)), fingerprints=fingerprints)


def _joined(values: list[Any], conflicts: dict[str, Conflict]) -> Any:
    first = values[0]
    if len(values) == 1 or all(value == first for value in values[1:]):
        return first
    values = sorted(values, key=_nearness)
    claims: dict[str, Any] = {"locations": tuple(sorted({place for value in values for place in value.locations}))}
    for name, default in _fields(type(first)):
        stated = [value for value in values if getattr(value, name) != default]
        # a file that can't tell takes nothing from one that can
        stated = [value for value in stated if getattr(value, name) != UNKNOWN] or stated
        if not stated:
            continue
        if name in _LATEST:
            claims[name] = max(getattr(value, name) for value in stated)
            continue
        claims[name] = getattr(stated[0], name)
        different = sorted({str(getattr(value, name)) for value in stated})
        if len(different) > 1:
            places: Locations = tuple(sorted({place for value in stated for place in value.locations}))
            id = f"conflict:{first.id}#{name}"
            conflicts[id] = Conflict(id, first.id, name, tuple(different), places)
    return replace(first, **claims)


def _both(one: Conflict | None, other: Conflict) -> Conflict:
    if one is None:
        return other
    claims, places = {*one.claims, *other.claims}, {*one.locations, *other.locations}
    return replace(other, claims=tuple(sorted(claims)), locations=tuple(sorted(places)))


def _nearness(value: Any) -> tuple[int, int, Locations, str]:
    """Order claims by their best place: in the plan, then managed settings, then the nearest path, then path order."""
    return (*min((_rank(place) for place in value.locations), default=(2, 0, ())), repr(value))


def _rank(place: Location) -> tuple[int, int, Locations]:
    managed = any(part.startswith("managed") for part in place.path.split("/"))
    return (0 if place.path == "plan.yaml" else 1 if managed else 2, -place.path.count("/"), (place,))


def _fields(kind: Any) -> tuple[tuple[str, Any], ...]:
    return tuple((f.name, f.default) for f in fields(kind) if f.name not in ("id", "locations"))
