"""Whoever acts as any service account of a namespace acts as each one of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from nhiassess.edges.edge import edge
from nhiassess.model.inventory import Inventory
from nhiassess.model.knowledge import Knowledge
from nhiassess.model.reach import Edge
from nhiassess.permissions.kubernetes.cluster import cluster, standing_for


@dataclass(frozen=True, slots=True)
class KubernetesOneOf:
    """From what stands for any service account of a namespace or cluster to those that it stands for."""

    name: str = "kubernetes_one_of"

    def derive(self, inventory: Inventory, knowledge: Knowledge) -> Iterable[Edge]:
        """Give an edge for each account, and for each namespace that the cluster's stands for."""
        found = cluster(inventory)
        for whole, one in standing_for(found):
            places = found.pods.get(one.id) if whole.id.endswith("/pods") else None
            reason = f"{one.name or one.id} is one of them"
            yield edge(whole.id, "escalates_to", one.id, reason, places or one.locations[:1])


EDGE = KubernetesOneOf()
