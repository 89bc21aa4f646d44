"""Who holds a credential, and what yields one to whoever reaches it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from nhiassess.edges.edge import short, stated
from nhiassess.model.inventory import Credential, Inventory
from nhiassess.model.knowledge import Knowledge
from nhiassess.model.reach import Edge

_UNSAID = "\N{REPLACEMENT CHARACTER}"
WORDS = {"holds": _UNSAID, "yields": "{target} can be read there"}


@dataclass(frozen=True, slots=True)
class Holds:
    """Where credentials lie."""

    name: str = "holds"

    def derive(self, inventory: Inventory, knowledge: Knowledge) -> Iterable[Edge]:
        """Give an edge for each such relation that a file states, and say how the credential gets there."""
        credentials = {each.id: each for each in inventory.credentials}
        for each in stated(inventory, WORDS):
            yield replace(each, reason=_how(each, credentials)) if each.reason == _UNSAID else each


def _how(edge: Edge, credentials: Mapping[str, Credential]) -> str:
    credential = credentials.get(edge.target)
    name = (credential.name if credential else None) or short(edge.target)
    store = (credential.store if credential else None) or ""
    if store == "plaintext":
        return f"has {name} in clear in its configuration"
    if store == "env_reference":
        return f"gets {name} from the environment that it is started in"
    if store == "workload_api":
        return f"may ask its platform for {name}"
    if store.startswith("secret_manager:"):
        return f"gets {name} from {store.removeprefix('secret_manager:')}"
    return f"has {name}"


EDGE = Holds()
