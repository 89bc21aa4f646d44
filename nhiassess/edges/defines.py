"""Who can change a thing decides what it defines: a repository its workflows, an image its pods."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from nhiassess.edges.edge import stated
from nhiassess.model.inventory import Inventory
from nhiassess.model.knowledge import Knowledge
from nhiassess.model.reach import Edge
from nhiassess.permissions.code_rules import reviewers, reviews

WORDS = {"can_change": "may change {target}", "defines": "{source} says what it does"}


@dataclass(frozen=True, slots=True)
class Defines:
    """From an identity to what it can change, and to what that defines."""

    name: str = "defines"

    def derive(self, inventory: Inventory, knowledge: Knowledge) -> Iterable[Edge]:
        """Give an edge for each such relation that a file states, with what the code host asks before it."""
        of_branches, of_environments = reviews(inventory.settings), reviewers(inventory.settings)
        environments = {each.id: each.environment for each in inventory.identities if each.environment}
        jobs = {link.source: environments.get(link.target, "") for link in inventory.links if link.verb == "runs_as"}
        for each in stated(inventory, WORDS):
            if each.verb == "can_change":
                asked = of_branches.get(each.target)
            else:
                asked = of_environments.get((each.source, jobs.get(each.target, "")))
            yield each if each.gate is not None or asked is None else replace(each, gate=asked)


EDGE = Defines()
