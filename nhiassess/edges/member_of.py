"""An identity has what its groups have."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from nhiassess.edges.edge import stated
from nhiassess.edges.grants import cut
from nhiassess.model.inventory import Inventory
from nhiassess.model.knowledge import Knowledge
from nhiassess.model.reach import Edge
from nhiassess.permissions.aws import principals

WORDS = {"member_of": "is a member of {target}"}


@dataclass(frozen=True, slots=True)
class MemberOf:
    """From an identity to its groups."""

    name: str = "member_of"

    def derive(self, inventory: Inventory, knowledge: Knowledge) -> Iterable[Edge]:
        """Give an edge for each membership, but for members whose own statements cut what the group gives.

        What is left to those is their own edge to the group's statements.
        """
        members = principals(inventory)
        for each in stated(inventory, WORDS):
            if each.source not in members or not cut(members[each.source]):
                yield each


EDGE = MemberOf()
