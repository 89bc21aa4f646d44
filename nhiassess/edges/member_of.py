"""An identity has what its groups have, unless statements of its own take some of that away."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from nhiassess.edges.edge import stated
from nhiassess.model.inventory import Inventory
from nhiassess.model.knowledge import Knowledge
from nhiassess.model.reach import Edge
from nhiassess.permissions.aws.held import held

WORDS = {"member_of": "is a member of {target}"}


@dataclass(frozen=True, slots=True)
class MemberOf:
    """From an identity to its groups."""

    name: str = "member_of"

    def derive(self, inventory: Inventory, knowledge: Knowledge) -> Iterable[Edge]:
        """Give an edge for each membership, but for users who are limited more than the group is.

        What the group gives such a user, joins/member_statements.py makes statements of the user's own.
        """
        users = held(inventory)
        for each in stated(inventory, WORDS):
            user = users.get(each.source)
            if user is None or not user.limited:
                yield each


EDGE = MemberOf()
