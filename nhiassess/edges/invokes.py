"""An agent invokes tools, and a server serves them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from nhiassess.edges.edge import stated
from nhiassess.model.inventory import Inventory
from nhiassess.model.knowledge import Knowledge
from nhiassess.model.reach import Edge

WORDS = {"invokes": "may call {target}", "served_by": "{source} is served by {target}"}


@dataclass(frozen=True, slots=True)
class Invokes:
    """What an agent can call, with the gate before the call."""

    name: str = "invokes"

    def derive(self, inventory: Inventory, knowledge: Knowledge) -> Iterable[Edge]:
        """Give an edge for each such relation that a file states."""
        return stated(inventory, WORDS)


EDGE = Invokes()
