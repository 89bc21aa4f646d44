"""Tool servers that are known get their tools and what each can do; the others are named as unknown."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from functools import cache
from posixpath import basename
from typing import Any
from urllib.parse import quote

from nhiassess.joins.server_names import subjects as subjects
from nhiassess.model.inventory import Inventory, Link, Resource, Tool, ToolServer
from nhiassess.model.knowledge import Knowledge, KnownServer

UNKNOWN = (("unknown", "low"),)
_FIELDS = ("sees_untrusted", "reads_private", "sends_out", "irreversible")
_TOUCHES_HOST = frozenset({"reads_files", "writes_files", "executes_code"})
_CONTAINERS = frozenset({"docker", "podman", "nerdctl", "container"})
# agents that run on nobody's own machine
_ELSEWHERE = frozenset({"azure-pipelines", "circleci", "github-actions", "gitlab-ci", "jenkins", "kubernetes"})


@dataclass(frozen=True, slots=True)
class KnownServers:
    """Says what the tools of well-known servers and agents can do."""

    name: str = "known_servers"
    order: int = 10

    def join(self, inventory: Inventory, knowledge: Knowledge) -> Inventory:
        """Give the inventory with the tools of known servers in the place of "*", and trust on every server."""
        recognise = recogniser(knowledge.servers)
        matched = {server.id: recognise(subjects(server)) for server in inventory.tool_servers}
        servers = tuple(_trusted(each, matched[each.id]) for each in inventory.tool_servers)
        observed = {server.id for server in inventory.tool_servers if subjects(server)}
        present: dict[str | None, set[str]] = {}
        for tool in inventory.tools:
            present.setdefault(tool.server, set()).add(tool.name or "")
        became: dict[str, tuple[Tool, ...]] = {}
        for tool in inventory.tools:
            known = matched.get(tool.server or "") or built_in(tool, recognise)
            became[tool.id] = tuple(_described(tool, known, present[tool.server], tool.server in observed))
        tools = {each.id: each for made in became.values() for each in made}
        links = [made for link in inventory.links for made in _moved(link, became)]
        resources, started = _hosts(servers, tools, links)
        return replace(
            inventory,
            tool_servers=servers,
            tools=tuple(tools[id] for id in sorted(tools)),
            links=tuple({each.id: each for each in (*links, *started)}.values()),
            resources=(*inventory.resources, *_new(resources, inventory.resources)),
        )


Recogniser = Callable[[tuple[str, ...]], tuple[KnownServer, ...]]


def recogniser(known: Iterable[KnownServer]) -> Recogniser:
    """Give the function that tells which known servers go by one of several names, the closest pattern first.

    Parameters
    ----------
    known:
        The known servers.

    Returns
    -------
    callable
        From names in small letters to servers; each name is compared once, however often it is asked for. A ``*``
        stands for no slash, so that no path passes for a host; at the end of a pattern it stands for anything.
    """
    exact: dict[str, list[KnownServer]] = {}
    patterns: list[tuple[re.Pattern[str], int, KnownServer]] = []
    for server in known:
        for each in server.matches:
            if "*" in each:
                patterns.append((_glob(each.lower()), len(each), server))
            else:
                exact.setdefault(each.lower(), []).append(server)

    @cache
    def closeness(name: str) -> tuple[tuple[int, KnownServer], ...]:
        fitting = ((length, server) for pattern, length, server in patterns if pattern.fullmatch(name))
        return (*((len(name), server) for server in exact.get(name, ())), *fitting)

    @cache
    def recognise(names: tuple[str, ...]) -> tuple[KnownServer, ...]:
        found: dict[str, tuple[int, KnownServer]] = {}
        for length, server in (each for name in names for each in closeness(name)):
            if length > found.get(server.id, (0, server))[0]:
                found[server.id] = length, server
        return tuple(server for _, server in sorted(found.values(), key=lambda each: (-each[0], each[1].id)))

    return recognise


def _glob(pattern: str) -> re.Pattern[str]:
    *parts, last = (re.escape(each) for each in pattern.split("*"))
    return re.compile("[^/]*".join((*parts, last)) if last else "[^/]*".join(parts) + ".*", re.S)


def built_in(tool: Tool, recognise: Recogniser) -> tuple[KnownServer, ...]:
    """Give what is known of the agent that a tool without a server comes with."""
    if tool.server is not None:
        return ()
    return recognise((tool.id.removeprefix("tool:").split("/", 1)[0],))


def abilities(name: str, known: Sequence[KnownServer]) -> Mapping[str, Any] | None:
    """Look up what a tool can do: by its name, then by a pattern, then as one of the others.

    Parameters
    ----------
    name:
        The name of the tool, such as ``get_me`` or ``Bash(git push:*)``.
    known:
        The servers that it may belong to, the closest first.

    Returns
    -------
    mapping or None
        The fields as the knowledge base states them; None when nothing is known of the tool.
    """
    for server in known:
        if name != "*" and name in server.tools:
            return server.tools[name]
    patterns = [
        (-len(pattern), place, fields)
        for place, server in enumerate(known)
        for pattern, fields in server.tools.items()
        if pattern != "*" and "*" in pattern and name != "*" and fnmatchcase(name, pattern)
    ]
    if patterns:
        return min(patterns, key=lambda each: each[:2])[2]
    return next((server.tools["*"] for server in known if "*" in server.tools), None)


def described(tool: Tool, fields: Mapping[str, Any] | None) -> Tool:
    """Fill what a tool leaves open, and let what is known overrule what is declared harmless.

    Parameters
    ----------
    tool:
        A tool, with what its schema or its configuration declares of it.
    fields:
        What is known of it; None when nothing is.

    Returns
    -------
    Tool
        Harm that is declared stays, whatever is known. Harmlessness that is declared is the word of the server, which
        the specification of the protocol calls a hint that clients must not trust: it stands only where nothing worse
        is known. Capabilities that are declared come first, those that are known for sure are added.

    Examples
    --------
    >>> tool = Tool("t", sends_out=True, irreversible=False)
    >>> told = described(tool, {"sends_out": False, "irreversible": True, "capabilities": [["pays", "high"]]})
    >>> told.sends_out, told.irreversible, told.capabilities
    (True, True, (('pays', 'high'),))
    """
    if fields is None:
        return tool if tool.capabilities is not None else replace(tool, capabilities=UNKNOWN)
    stated: dict[str, Any] = {
        key: fields[key] for key in _FIELDS if getattr(tool, key) is not True and fields.get(key) is not None
    }
    known = tuple((str(name), str(sure)) for name, sure in fields.get("capabilities", UNKNOWN))
    able = known if tool.capabilities is None else _joined(tool.capabilities, known)
    return replace(tool, capabilities=able, **stated)


def _joined(declared: Sequence[tuple[str, str]], known: Sequence[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """Add what is known for sure to what is declared, in the place of a guess at the same."""
    certain = {name: sure for name, sure in known if sure == "high"}
    kept = tuple((name, certain.get(name, sure)) for name, sure in declared)
    there = {name for name, _ in kept}
    return (*kept, *((name, sure) for name, sure in certain.items() if name not in there))


def _trusted(server: ToolServer, known: Sequence[KnownServer]) -> ToolServer:
    if server.trust is not None or not subjects(server):
        return server
    return replace(server, trust="known" if known else "unknown")


def _described(tool: Tool, known: Sequence[KnownServer], present: set[str], observed: bool) -> Iterator[Tool]:
    if not known:
        yield described(tool, None) if observed or tool.name == "*" else tool
        return
    if tool.name != "*":
        yield described(tool, abilities(tool.name or "", known))
        return
    for name in known[0].tools:
        if "*" not in name and name not in present:
            new = replace(tool, id=tool.id.removesuffix("*") + quote(name, safe="-._~@:/*+=,()[]"), name=name)
            yield described(new, known[0].tools[name])
    if "*" in known[0].tools:
        yield described(tool, known[0].tools["*"])


def _moved(link: Link, became: Mapping[str, Sequence[Tool]]) -> Iterator[Link]:
    """Give a link for each tool that a tool became; a link to the host only for those that touch files or run code."""
    if link.source in became:
        for tool in became[link.source]:
            able = {name for name, _ in tool.capabilities or ()}
            if link.verb != "executes_on" or able & (_TOUCHES_HOST | {"unknown"}) or tool.id == link.source:
                yield _between(link, tool.id, link.target)
    elif link.target in became:
        for tool in became[link.target]:
            yield _between(link, link.source, tool.id)
    else:
        yield link


def _between(link: Link, source: str, target: str) -> Link:
    if (source, target) == (link.source, link.target):
        return link
    place = link.locations[0] if link.locations else "-"
    return replace(link, id=f"{source}|{link.verb}|{target}|{place}", source=source, target=target)


def _hosts(
    servers: Sequence[ToolServer], tools: Mapping[str, Tool], links: Sequence[Link]
) -> tuple[list[Resource], list[Link]]:
    """Link the tools that run code to the machine that their server was started on."""
    local = {each.id: each for each in servers if each.transport == "stdio" and not _contained(each)}
    there = {link.source for link in links if link.verb == "executes_on"}
    resources: list[Resource] = []
    made: list[Link] = []
    for link in links:
        tool = tools.get(link.target) if link.verb == "invokes" else None
        platform, _, rest = link.source.removeprefix("agent:").partition("/")
        if tool is None or tool.server not in local or tool.id in there or platform in _ELSEWHERE:
            continue
        if "executes_code" in {name for name, _ in tool.capabilities or ()}:
            host = f"resource:host/{rest.rpartition('/')[0]}"
            place = tool.locations[0] if tool.locations else "-"
            resources.append(Resource(host, provider="host", locations=tool.locations))
            id = f"{tool.id}|executes_on|{host}|{place}"
            reason = "its server runs on the machine of the agent"
            made.append(Link(id, tool.id, "executes_on", host, reason=reason, locations=tool.locations))
    return resources, made


def _contained(server: ToolServer) -> bool:
    words = (server.command or "").split()
    return bool(words) and basename(words[0]).lower().removesuffix(".exe") in _CONTAINERS


def _new(found: Iterable[Resource], there: Iterable[Resource]) -> tuple[Resource, ...]:
    ids = {each.id for each in there}
    return tuple({each.id: each for each in found if each.id not in ids}.values())


JOIN = KnownServers()
