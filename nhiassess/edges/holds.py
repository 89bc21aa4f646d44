"""Who holds a credential, and what yields one to whoever reaches it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from nhiassess.edges.edge import stated
from nhiassess.model.inventory import Inventory
from nhiassess.model.knowledge import Knowledge
from nhiassess.model.reach import Edge

WORDS = {"holds": "{target} lies in its configuration", "yields": "{target} can be read there"}


@dataclass(frozen=True, slots=True)
class Holds:
    """Where credentials lie."""

    name: str = "holds"

    def derive(self, inventory: Inventory, knowledge: Knowledge) -> Iterable[Edge]:
        """Give an edge for each such relation that a file states."""
        return stated(inventory, WORDS)


EDGE = Holds()
