"""An AWS identity becomes a role that trusts it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from nhiassess.edges.edge import edge, short
from nhiassess.model.inventory import Inventory, Trust
from nhiassess.model.knowledge import Knowledge
from nhiassess.model.reach import Edge
from nhiassess.permissions.aws import arn, principals
from nhiassess.permissions.aws_trust import assumes

# the id under which pathfinding.cloud lists the assumption of a role
TECHNIQUE = "sts-001"


@dataclass(frozen=True, slots=True)
class Assumes:
    """From users and roles to roles, by trust policy and permission."""

    name: str = "assumes"

    def derive(self, inventory: Inventory, knowledge: Knowledge) -> Iterable[Edge]:
        """Give an edge for each role that a user or role may assume."""
        by_role: dict[str, list[Trust]] = {}
        for trust in inventory.trusts:
            if trust.truster and trust.mechanism in (None, "aws"):
                by_role.setdefault(trust.truster, []).append(trust)
        everybody = principals(inventory)
        for role, trusts in sorted(by_role.items()):
            if role not in everybody:
                continue
            for id, principal in sorted(everybody.items()):
                if id == role or principal.kind == "group":
                    continue
                decision = assumes(principal, arn(role), trusts)
                if decision.verdict != "no":
                    reason = f"{short(role)} trusts it, and it may assume the role"
                    more = {"verdict": decision.verdict, "conditions": decision.conditions, "technique": TECHNIQUE}
                    yield edge(id, "assumes", role, reason, decision.locations, **more)


EDGE = Assumes()
