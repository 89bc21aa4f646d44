"""Applications of Entra are one wherever they are named: with their tenant in one file, without it in another.

A client id is a GUID, which Entra gives once: whoever names it without a tenant means the application of the one tenant
that another file names it with. Where files name several, nothing is joined.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from nhiassess.joins.renaming import renamed
from nhiassess.model.inventory import Inventory
from nhiassess.model.knowledge import Knowledge

_ID = re.compile(r"identity:azure/(?P<tenant>[^/]+)/(?P<client>[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12})")


@dataclass(frozen=True, slots=True)
class AzureTenants:
    """Gives one id to each application of Entra."""

    name: str = "azure_tenants"
    order: int = 5

    def join(self, inventory: Inventory, knowledge: Knowledge) -> Inventory:
        """Give the inventory with the tenant in the id of every application whose tenant a file tells."""
        named = {id: found for id in _ids(inventory) if (found := _ID.fullmatch(id))}
        tenants: dict[str, set[str]] = {}
        for found in named.values():
            if found["tenant"] != "-":
                tenants.setdefault(found["client"].lower(), set()).add(found["tenant"].lower())
        now: dict[str, str] = {}
        for id, found in named.items():
            client = found["client"].lower()
            known = tenants.get(client, set())
            tenant = found["tenant"].lower() if len(known) != 1 else next(iter(known))
            if (new := f"identity:azure/{tenant}/{client}") != id:
                now[id] = new
        return renamed(inventory, now)


def _ids(inventory: Inventory) -> Iterator[str]:
    """Give every id of an identity that a value has or refers to."""
    yield from (each.id for each in inventory.identities)
    for link in inventory.links:
        yield from (link.source, link.target)
    yield from (each.identity for each in inventory.grants if each.identity)
    yield from (each.truster for each in inventory.trusts if each.truster)


JOIN = AzureTenants()
