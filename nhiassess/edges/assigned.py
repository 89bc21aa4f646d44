"""What a file states of identities outright: whom one becomes, and what a grant gives to whom."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from nhiassess.edges.edge import edge, short, stated
from nhiassess.model.inventory import Inventory
from nhiassess.model.knowledge import Knowledge
from nhiassess.model.reach import Edge

WORDS = {
    "assumes": "may become {target}",
    "escalates_to": "may make itself {target}",
    "granted": "{target} is given to it",
    "reads": "may read it",
    "writes": "may change it",
    "administers": "may do everything to it",
}
# the role that a permission set becomes in an account: its name, and sixteen signs that tell it from others
_RESERVED = re.compile(r"identity:aws/(?P<account>\d+)/role/.*\bAWSReservedSSO_(?P<name>.+)_[0-9a-f]{16}\Z")


@dataclass(frozen=True, slots=True)
class Assigned:
    """From identities to those that they are assigned, and from grants to resources, where a file says just that."""

    name: str = "assigned"

    def derive(self, inventory: Inventory, knowledge: Knowledge) -> Iterable[Edge]:
        """Give an edge for each such relation, and for each permission set whose role in its account is in scope.

        Notes
        -----
        AWS, "Referencing permission sets in resource policies, Amazon EKS Cluster config maps, and AWS KMS key
        policies": the role of a permission set is named AWSReservedSSO, the set, and a suffix.
        """
        yield from stated(inventory, WORDS)
        yield from _reserved(inventory)


def _reserved(inventory: Inventory) -> Iterator[Edge]:
    known = {each.id for each in inventory.identities}
    for role in inventory.identities:
        if named := _RESERVED.match(role.id):
            permission_set = f"identity:aws/{named['account']}/permission_set/{named['name']}"
            if permission_set in known:
                reason = f"is the role {short(role.id)} in account {named['account']}"
                yield edge(permission_set, "assumes", role.id, reason, role.locations[:1])


EDGE = Assigned()
