"""What goes into an agent from outside, and what its tools send out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from nhiassess.edges.edge import stated
from nhiassess.model.inventory import Inventory
from nhiassess.model.knowledge import Knowledge
from nhiassess.model.reach import Edge

WORDS = {
    "taints": "{source} reaches what it reads",
    "triggers": "{source} starts it",
    "sends_to": "can send to {target}",
}


@dataclass(frozen=True, slots=True)
class Taints:
    """Inputs, triggers and destinations."""

    name: str = "taints"

    def derive(self, inventory: Inventory, knowledge: Knowledge) -> Iterable[Edge]:
        """Give an edge for each such relation that a file states."""
        return stated(inventory, WORDS)


EDGE = Taints()
