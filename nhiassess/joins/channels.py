"""What tools see and send becomes the inputs of agents and the destinations of data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from nhiassess.joins.known_servers import abilities, built_in, recogniser, subjects
from nhiassess.model.inventory import Destination, Input, Inventory, Link, Resource, Tool
from nhiassess.model.knowledge import Knowledge, KnownServer

_ANYWHERE = frozenset({"browses_web", "executes_code"})


@dataclass(frozen=True, slots=True)
class Channels:
    """Names where untrusted text comes from and where data can go, tool by tool."""

    name: str = "channels"
    order: int = 25

    def join(self, inventory: Inventory, knowledge: Knowledge) -> Inventory:
        """Give the inventory with inputs and destinations of the tools that are known to see and send."""
        recognise = recogniser(knowledge.servers)
        servers = {each.id: recognise(subjects(each)) for each in inventory.tool_servers}
        tools = {each.id: each for each in inventory.tools}
        platforms = {each.platform for each in inventory.agents}
        ends: dict[str, str] = {}
        for tool in inventory.tools:
            known = servers.get(tool.server or "") or built_in(tool, recognise)
            # the tools of an agent's own platform speak with the web, or with nobody in particular
            end = _end(tool, [each for each in known if each.id not in platforms])
            if end is not None:
                ends[tool.id] = end
        inputs: dict[str, Input] = {each.id: each for each in inventory.inputs}
        destinations: dict[str, Destination] = {each.id: each for each in inventory.destinations}
        links: dict[str, Link] = {each.id: each for each in inventory.links}
        for tool_id, end in ends.items():
            tool = tools[tool_id]
            if tool.sends_out:
                id = "destination:internet" if end == "web" else f"destination:{end}"
                trust = "untrusted" if end == "web" else "unknown"
                kind = "internet" if end == "web" else end
                destinations.setdefault(id, Destination(id, kind, trust, tool.locations))
                made = _link(tool_id, "sends_to", id, tool)
                links.setdefault(made.id, made)
        for link in inventory.links:
            called = tools.get(link.target) if link.verb == "invokes" else None
            if called is None or called.id not in ends or not called.sees_untrusted:
                continue
            id = f"input:{ends[called.id]}"
            inputs.setdefault(id, Input(id, ends[called.id], "untrusted", link.locations))
            place = link.locations[0] if link.locations else "-"
            reason = f"what {called.name} returns may be written by strangers"
            # the places of the call itself: whoever asks before the call also asks before its answer is read
            made = Link(
                f"{id}|taints|{link.source}|{called.id}|{place}",
                id,
                "taints",
                link.source,
                gate=link.gate,
                reason=reason,
                locations=link.locations,
            )
            links.setdefault(made.id, made)
        return replace(
            inventory,
            inputs=tuple(inputs[id] for id in sorted(inputs)),
            destinations=tuple(destinations[id] for id in sorted(destinations)),
            links=tuple(links.values()),
            resources=tuple(_host(each) for each in inventory.resources),
        )


def _end(tool: Tool, known: Sequence[KnownServer]) -> str | None:
    """Give the short name of what a tool speaks with; None when nobody can tell."""
    if {name for name, _ in tool.capabilities or ()} & _ANYWHERE:
        return "web"
    listing = next((each.id for each in known if abilities(tool.name or "", (each,)) is not None), None)
    # what a server declares of a tool that is not listed speaks with that server all the same
    return listing or (known[0].id if known and tool.server else None)


def _link(source: str, verb: str, target: str, tool: Tool) -> Link:
    place = tool.locations[0] if tool.locations else "-"
    return Link(f"{source}|{verb}|{target}|{place}", source, verb, target, locations=tool.locations)


def _host(resource: Resource) -> Resource:
    """Call the machine of an agent a host, where nobody calls it anything else."""
    if resource.id.startswith("resource:host/") and resource.kind is None:
        name = resource.name or resource.id.removeprefix("resource:host/")
        return replace(resource, kind="host", name=name)
    return resource


JOIN = Channels()
