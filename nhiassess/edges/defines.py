"""Who can change a thing decides what it defines: a repository its workflows, an image its pods."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from nhiassess.edges.edge import stated
from nhiassess.model.inventory import Inventory
from nhiassess.model.knowledge import Knowledge
from nhiassess.model.reach import Edge

WORDS = {"can_change": "may change {target}", "defines": "{source} says what it does"}


@dataclass(frozen=True, slots=True)
class Defines:
    """From an identity to what it can change, and to what that defines."""

    name: str = "defines"

    def derive(self, inventory: Inventory, knowledge: Knowledge) -> Iterable[Edge]:
        """Give an edge for each such relation that a file states."""
        return stated(inventory, WORDS)


EDGE = Defines()
