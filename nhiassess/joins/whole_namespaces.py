"""Where many service accounts stand, whoever gains all of them gains one identity, which stands for any of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from nhiassess.model.inventory import Identity, Inventory
from nhiassess.model.knowledge import Knowledge

# fewer are told one by one, which reads better and costs nothing
_MANY = 12


@dataclass(frozen=True, slots=True)
class WholeNamespaces:
    """Adds what stands for any service account of a namespace or of the cluster, and for any that a pod runs as."""

    name: str = "whole_namespaces"
    order: int = 75

    def join(self, inventory: Inventory, knowledge: Knowledge) -> Inventory:
        """Give the inventory with two such identities for the cluster and each namespace that has many accounts."""
        known = {each.id for each in inventory.identities}
        added = [each for each in _made(inventory) if each.id not in known]
        if not added:
            return inventory
        identities = sorted((*inventory.identities, *added), key=lambda each: each.id)
        return replace(inventory, identities=tuple(identities))


def _made(inventory: Inventory) -> Iterator[Identity]:
    counted: dict[str, int] = {}
    for each in inventory.identities:
        if each.provider == "kubernetes" and each.kind == "service_account":
            for scope in ("-", each.id.split("/")[2]):
                counted[scope] = counted.get(scope, 0) + 1
    for scope, count in sorted(counted.items()):
        if count >= _MANY:
            where = f"of {scope}" if scope != "-" else "of the cluster"
            id = f"identity:kubernetes/-/{scope}/*"
            # no group of Kubernetes: a member of those gains nothing from the others
            yield Identity(id, "group", f"any service account {where}", "kubernetes")
            yield Identity(f"{id}/pods", "group", f"any service account {where} that a pod runs as", "kubernetes")


JOIN = WholeNamespaces()
