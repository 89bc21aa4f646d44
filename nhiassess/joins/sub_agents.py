"""Sub-agents of Claude Code get the tools of servers that they name, or inherit from their main agent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from urllib.parse import quote

from nhiassess.joins.claude_permissions import server_name
from nhiassess.joins.known_servers import Recogniser, abilities, described, recogniser, subjects
from nhiassess.model.inventory import Inventory, Link, Locations, Setting, Tool, ToolServer
from nhiassess.model.knowledge import Knowledge

_SUB_AGENT = "agent:claude-code/"


@dataclass(frozen=True, slots=True)
class SubAgents:
    """Links sub-agents to tools of the servers that their main agent starts."""

    name: str = "sub_agents"
    order: int = 15

    def join(self, inventory: Inventory, knowledge: Knowledge) -> Inventory:
        """Give the inventory with what each sub-agent may call of the servers of its main agent."""
        recognise = recogniser(knowledge.servers)
        servers = {each.id: each for each in inventory.tool_servers}
        tools = {each.id: each for each in inventory.tools}
        called: dict[str, list[tuple[Link, Tool]]] = {}
        stated: dict[str, list[Setting]] = {}
        for each in inventory.links:
            if each.verb == "invokes" and each.target in tools and tools[each.target].server in servers:
                called.setdefault(each.source, []).append((each, tools[each.target]))
        for rule in inventory.settings:
            if rule.key == "tools" and rule.agent is not None:
                stated.setdefault(rule.agent, []).append(rule)
        links = {each.id: each for each in inventory.links}
        for delegation in inventory.links:
            if delegation.verb != "delegates_to" or not delegation.target.startswith(_SUB_AGENT):
                continue
            agent, offered = delegation.target, called.get(delegation.source, [])
            for tool, places in _chosen(stated.get(agent, []), offered, servers, recognise):
                if tool.id not in tools:
                    tools[tool.id] = tool
                    served = _link(tool.id, "served_by", tool.server or "", places)
                    links[served.id] = served
                made = _link(agent, "invokes", tool.id, places)
                links[made.id] = made
        return replace(inventory, tools=tuple(tools[id] for id in sorted(tools)), links=tuple(links.values()))


def rule_name(tool: Tool, servers: Mapping[str, ToolServer]) -> str:
    """Give the name by which the rules of Claude Code call a tool.

    Examples
    --------
    >>> rule_name(Tool("t", "s", "get_me"), {"s": ToolServer("s", name="git hub")})
    'mcp__git_hub__get_me'
    """
    server = servers.get(tool.server or "")
    if server is None:
        return tool.name or ""
    return f"mcp__{server_name(server.name or '')}__{tool.name}"


def _chosen(
    stated: Sequence[Setting],
    offered: Sequence[tuple[Link, Tool]],
    servers: Mapping[str, ToolServer],
    recognise: Recogniser,
) -> Iterator[tuple[Tool, Locations]]:
    """Give the tools that a sub-agent may call, with the places that say so."""
    if not stated or any(each.value == "*" for each in stated):
        yield from ((tool, link.locations) for link, tool in offered)
        return
    for rule in stated:
        named = rule.value or ""
        if not named.startswith("mcp__"):
            continue
        whole = named.removesuffix("*").removesuffix("__") + "__"
        names = {tool.id: rule_name(tool, servers) for _, tool in offered}
        fitting = [tool for _, tool in offered if names[tool.id] == named or names[tool.id].startswith(whole)]
        for tool in fitting or _named(rule, offered, servers, recognise):
            yield tool, rule.locations


def _named(
    rule: Setting, offered: Sequence[tuple[Link, Tool]], servers: Mapping[str, ToolServer], recognise: Recogniser
) -> Iterator[Tool]:
    """Make the tool that a rule names and that no list of the server has."""
    for id in dict.fromkeys(tool.server or "" for _, tool in offered):
        prefix = f"mcp__{server_name(servers[id].name or '')}__"
        name = (rule.value or "").removeprefix(prefix)
        if (rule.value or "").startswith(prefix) and name:
            new = Tool(f"tool:{id.removeprefix('tool_server:')}/{quote(name)}", id, name, locations=rule.locations)
            yield described(new, abilities(name, recognise(subjects(servers[id]))))


def _link(source: str, verb: str, target: str, locations: Locations) -> Link:
    place = locations[0] if locations else "-"
    return Link(f"{source}|{verb}|{target}|{place}", source, verb, target, locations=locations)


JOIN = SubAgents()
