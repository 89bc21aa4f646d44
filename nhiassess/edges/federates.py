"""A token of an outside issuer becomes a cloud role, when the role's trust admits it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from nhiassess.edges.edge import edge, short
from nhiassess.model.inventory import Inventory, Link, Trust
from nhiassess.model.knowledge import Knowledge
from nhiassess.model.reach import Edge
from nhiassess.permissions.federation import admits


@dataclass(frozen=True, slots=True)
class Federates:
    """From CI jobs and service accounts to the roles that trust their issuer."""

    name: str = "federates"

    def derive(self, inventory: Inventory, knowledge: Knowledge) -> Iterable[Edge]:
        """Give an edge for each match of a subject that the trust admits, and for each role that a file names."""
        trusts = {trust.id: trust for trust in inventory.trusts}
        trusting = {trust.truster for trust in inventory.trusts}
        matched = set()
        rest = []
        for link in inventory.links:
            if link.verb != "federates_to":
                continue
            trust = trusts.get(link.id.rpartition("|")[2])
            if trust is None:
                rest.append(link)
                continue
            matched.add((link.source, link.target))
            yield from _admitted(link, trust)
        for link in rest:
            # where the trust policy is in scope it alone decides
            if (link.source, link.target) not in matched and link.target not in trusting:
                yield _unseen(link)


def _admitted(link: Link, trust: Trust) -> Iterator[Edge]:
    decision = admits(trust, link.conditions)
    if decision.verdict != "no":
        more = {"verdict": decision.verdict, "conditions": decision.conditions}
        reason = link.reason or f"{short(link.target)} trusts its issuer"
        yield edge(link.source, "federates_to", link.target, reason, link.locations, **more)


def _unseen(link: Link) -> Edge:
    reason = link.reason or f"a file names {short(link.target)}"
    conditions = (f"the trust policy of {short(link.target)} is not in scope",)
    more = {"verdict": "needs_resource", "conditions": conditions}
    return edge(link.source, "federates_to", link.target, reason, link.locations, **more)


EDGE = Federates()
