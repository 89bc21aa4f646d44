"""An AWS user whom a boundary or Deny of its own limits has the statements of its groups as statements of its own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from nhiassess.model.inventory import Grant, Inventory, Link
from nhiassess.model.knowledge import Knowledge


@dataclass(frozen=True, slots=True)
class MemberStatements:
    """Tells what a limited member has of its group apart from what the group gives to others."""

    name: str = "member_statements"
    order: int = 75

    def join(self, inventory: Inventory, knowledge: Knowledge) -> Inventory:
        """Give the inventory with a statement of the member for each that allows in a group of it.

        What a statement opens is an edge from the statement. Were it the group's, a limited member would reach by it
        what only the others reach, or, left without it, not what it does reach.
        """
        stated: dict[str, list[Grant]] = {}
        limited: set[str] = set()
        for grant in inventory.grants:
            if grant.identity is None or not grant.identity.startswith("identity:aws/"):
                continue
            if grant.scope == "boundary" or (grant.scope == "identity" and grant.effect == "deny"):
                limited.add(grant.identity)
            elif grant.scope == "identity":
                stated.setdefault(grant.identity, []).append(grant)
        known = {grant.id for grant in inventory.grants}
        made = {
            grant.id: grant
            for link in inventory.links
            if link.verb == "member_of" and link.source in limited
            for grant in _of_member(link, stated.get(link.target, ()))
            if grant.id not in known
        }
        if not made:
            return inventory
        return replace(inventory, grants=tuple(sorted((*inventory.grants, *made.values()), key=lambda each: each.id)))


def _of_member(link: Link, grants: list[Grant] | tuple[()]) -> Iterator[Grant]:
    member = link.source.removeprefix("identity:")
    for grant in grants:
        _, _, rest = grant.id.split("/", 2)
        places = tuple(dict.fromkeys((*grant.locations, *link.locations)))
        yield replace(grant, id=f"grant:{member}/{rest}", identity=link.source, locations=places)


JOIN = MemberStatements()
