"""What relations, grants and trusts name and no file describes is known by name only, or what names it is set aside."""

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
    """Leaves no relation, grant or trust that names what is not in the inventory."""

    name: str = "loose_ends"
    order: int = 80

    def join(self, inventory: Inventory, knowledge: Knowledge) -> Inventory:
        """Give the inventory with everything in it that something names, and what was set aside as skipped."""
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
        of_nobody = []
        spoken = [(each.id, each.identity, each.locations) for each in inventory.grants]
        spoken += [(each.id, each.truster, each.locations) for each in inventory.trusts]
        for id, whose, places in spoken:
            if whose is not None and not whose.startswith("identity:"):
                reason = f"says what {whose} may do or who may become it, and that is no identity"
                skipped.append(Skipped(f"skipped:{id}", reason, id.split(":", 1)[0], places))
                of_nobody.append(id)
            elif whose is not None and whose not in known:
                made.setdefault("identities", {}).setdefault(whose, _named(Identity, whose, places))
        if not made and not skipped:
            return inventory
        changes: dict[str, Any] = {
            table: tuple(sorted((*getattr(inventory, table), *new.values()), key=lambda value: str(value.id)))
            for table, new in made.items()
        }
        listed = tuple(sorted((*inventory.skipped, *skipped), key=lambda each: each.id))
        aside = frozenset(of_nobody)
        grants = tuple(each for each in inventory.grants if each.id not in aside)
        trusts = tuple(each for each in inventory.trusts if each.id not in aside)
        return replace(inventory, links=tuple(kept), skipped=listed, grants=grants, trusts=trusts, **changes)


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
