"""As whom a credential is accepted, and as whom software runs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from nhiassess.edges.edge import stated
from nhiassess.model.inventory import Inventory
from nhiassess.model.knowledge import Knowledge
from nhiassess.model.reach import Edge

WORDS = {"authenticates_as": "is accepted as {target}", "runs_as": "runs as {target}"}


@dataclass(frozen=True, slots=True)
class Authenticates:
    """From software and credentials to identities."""

    name: str = "authenticates"

    def derive(self, inventory: Inventory, knowledge: Knowledge) -> Iterable[Edge]:
        """Give an edge for each such relation that a file states."""
        return stated(inventory, WORDS)


EDGE = Authenticates()
