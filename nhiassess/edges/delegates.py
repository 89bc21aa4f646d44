"""An agent hands work to another, with that one's tools."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from nhiassess.edges.edge import stated
from nhiassess.model.inventory import Inventory
from nhiassess.model.knowledge import Knowledge
from nhiassess.model.reach import Edge

WORDS = {"delegates_to": "may hand work to {target}"}


@dataclass(frozen=True, slots=True)
class Delegates:
    """From an agent to the agents it hands work to."""

    name: str = "delegates"

    def derive(self, inventory: Inventory, knowledge: Knowledge) -> Iterable[Edge]:
        """Give an edge for each such relation that a file states."""
        return stated(inventory, WORDS)


EDGE = Delegates()
