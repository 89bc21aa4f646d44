"""Relations whose end no file describes: the end becomes a value known by name only, or the relation is set aside."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from nhiassess.model.inventory import (
    Credential,
    Destination,
    Identity,
    Input,
    Inventory,
    Link,
    Locations,
    Resource,
    Skipped,
)
from nhiassess.model.knowledge import Knowledge

# what may be outside of the files that were handed over, and still be reached or become someone
_BY_NAME: dict[str, tuple[str, type]] = {
    "identity": ("identities", Identity),
    "credential": ("credentials", Credential),
    "resource": ("resources", Resource),
    "input": ("inputs", Input),
    "destination": ("destinations", Destination),
}
_TABLES = (
    *(table for table, _ in _BY_NAME.values()),
    *("agents", "tools", "tool_servers", "workflows", "grants", "settings"),
)


@dataclass(frozen=True, slots=True)
class LooseEnds:
    """Leaves no relation with an end that is not in the inventory."""

    name: str = "loose_ends"
    order: int = 80

    def join(self, inventory: Inventory, knowledge: Knowledge) -> Inventory:
        """Give the inventory with every end of every relation in it, and what was set aside as skipped."""
        known = {value.id for table in _TABLES for value in getattr(inventory, table)}
        made: dict[str, dict[str, Any]] = {}
        kept: list[Link] = []
        skipped: list[Skipped] = []
        for link in inventory.links:
            missing = [end for end in (link.source, link.target) if end not in known]
            unnamed = [end for end in missing if end.split(":", 1)[0] not in _BY_NAME]
            if unnamed:
                skipped.append(_set_aside(link, unnamed[0]))
                continue
            for end in missing:
                table, kind = _BY_NAME[end.split(":", 1)[0]]
                made.setdefault(table, {}).setdefault(end, _named(kind, end, link.locations))
            kept.append(link)
        if not made and not skipped:
            return inventory
        changes: dict[str, Any] = {
            table: tuple(sorted((*getattr(inventory, table), *new.values()), key=lambda value: str(value.id)))
            for table, new in made.items()
        }
        listed = tuple(sorted((*inventory.skipped, *skipped), key=lambda each: each.id))
        return replace(inventory, links=tuple(kept), skipped=listed, **changes)


def _named(kind: type, id: str, locations: Locations) -> Any:
    native = id.split(":", 1)[1]
    provider, _, rest = native.partition("/")
    if kind is Identity and provider == "aws" and "/" in rest:
        rest = "arn:aws:iam::" + rest.replace("/", ":", 1)
    if kind is Identity and provider == "kubernetes":
        rest = rest.partition("/")[2]  # namespace/name, in the cluster
    if kind in (Identity, Resource):
        return kind(id, name=rest or native, provider=provider, locations=locations[:1])
    return kind(id, locations=locations[:1])


def _set_aside(link: Link, missing: str) -> Skipped:
    reason = f"says {link.source} {link.verb.replace('_', ' ')} {link.target}, but no file describes {missing}"
    return Skipped(f"skipped:{link.id}", reason, "relation", link.locations)


JOIN = LooseEnds()
