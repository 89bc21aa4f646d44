"""Code that an agent or tool runs has what lies on its host: ambient credentials that no configuration hands to it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from nhiassess.edges.edge import edge, short, stated
from nhiassess.model.inventory import Inventory
from nhiassess.model.knowledge import Knowledge
from nhiassess.model.reach import Edge

WORDS = {"executes_on": "runs on {target}"}
_HOST = "resource:host/"


@dataclass(frozen=True, slots=True)
class Ambient:
    """From an agent or a tool to its host, and from the host to the credentials that lie on it."""

    name: str = "ambient"

    def derive(self, inventory: Inventory, knowledge: Knowledge) -> Iterable[Edge]:
        """Give an edge for each host that a file states, and for each credential in clear below the host's folder."""
        yield from stated(inventory, WORDS)
        hosts = sorted((each.id for each in inventory.resources if each.id.startswith(_HOST)), key=len, reverse=True)
        said = {(link.source, link.target) for link in inventory.links if link.verb == "yields"}
        yield from _found(inventory, hosts, said)


def _found(inventory: Inventory, hosts: Iterable[str], said: set[tuple[str, str]]) -> Iterator[Edge]:
    for credential in inventory.credentials:
        if credential.store != "plaintext":
            continue
        for place in credential.locations:
            host = next((each for each in hosts if _below(place.path, each.removeprefix(_HOST))), None)
            if host is not None and (host, credential.id) not in said:
                reason = f"keeps {credential.name or short(credential.id)} in clear in {place.path}"
                yield edge(host, "yields", credential.id, reason, (place,))


def _below(path: str, folder: str) -> bool:
    return folder != "-" and path.startswith(folder + "/")


EDGE = Ambient()
