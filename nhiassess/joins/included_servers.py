"""Agents that a file describes get the tools of the servers of their folder, when the file includes these."""

from __future__ import annotations

from dataclasses import dataclass, replace

from nhiassess.joins.products import includes_servers
from nhiassess.model.inventory import Inventory, Link, Setting
from nhiassess.model.knowledge import Knowledge

_PLATFORMS = ("amazon-q", "kiro", "roo")


@dataclass(frozen=True, slots=True)
class IncludedServers:
    """Links agents of Amazon Q and Kiro, and modes of Roo Code, to the tools of the server map of their folder."""

    name: str = "included_servers"
    order: int = 15

    def join(self, inventory: Inventory, knowledge: Knowledge) -> Inventory:
        """Give the inventory with what agents may call of the servers that they include."""
        own: dict[str, list[Setting]] = {}
        for stated in inventory.settings:
            own.setdefault(stated.agent or "", []).append(stated)
        tools = {each.id for each in inventory.tools if each.server is not None}
        called: dict[str, list[Link]] = {}
        for link in inventory.links:
            if link.verb == "invokes" and link.target in tools:
                called.setdefault(link.source, []).append(link)
        made = {each.id: each for each in inventory.links}
        for agent in inventory.agents:
            including = includes_servers(own.get(agent.id, ())) if agent.platform in _PLATFORMS else None
            main = f"{agent.id.rpartition('/')[0]}/{agent.platform}"
            for link in called.get(main, ()) if including is not None and main != agent.id else ():
                places = tuple(dict.fromkeys((*including.locations, *link.locations))) if including else ()
                id = f"{agent.id}|invokes|{link.target}|{places[0] if places else '-'}"
                made.setdefault(id, Link(id, agent.id, "invokes", link.target, locations=places))
        return replace(inventory, links=tuple(made.values()))


JOIN = IncludedServers()
