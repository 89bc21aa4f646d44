"""The contract of a join: an inventory in, an inventory out, with what only several files together can tell."""

from __future__ import annotations

from typing import Protocol

from nhiassess.model.inventory import Inventory
from nhiassess.model.knowledge import Knowledge


class Join(Protocol):
    """One relation between values of different files."""

    @property
    def name(self) -> str:
        """The name, which also says what is joined."""

    @property
    def order(self) -> int:
        """The place in the sequence of joins, since one may need what another made; lowest first."""

    def join(self, inventory: Inventory, knowledge: Knowledge) -> Inventory:
        """Give the inventory with what follows from several files together."""
