"""Code that an agent or tool runs has what its host has."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from nhiassess.edges.edge import stated
from nhiassess.model.inventory import Inventory
from nhiassess.model.knowledge import Knowledge
from nhiassess.model.reach import Edge

WORDS = {"executes_on": "runs on {target}"}


@dataclass(frozen=True, slots=True)
class Executes:
    """From an agent or a tool to its host."""

    name: str = "executes"

    def derive(self, inventory: Inventory, knowledge: Knowledge) -> Iterable[Edge]:
        """Give an edge for each such relation that a file states."""
        return stated(inventory, WORDS)


EDGE = Executes()
