"""Configurations of MCP clients: which agent starts which tool servers, in each client's dialect."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from posixpath import basename

from nhiassess.formats.format import Node
from nhiassess.model.inventory import Agent, Credential, Inventory, Location, Resource, Tool
from nhiassess.sources.clients import mcp_dialects
from nhiassess.sources.clients.agent_settings import is_comment, leaf_text, read_settings
from nhiassess.sources.clients.mcp_dialects import DIALECTS, Dialect, Path
from nhiassess.sources.clients.mcp_servers import Client, entries, read_server, setting
from nhiassess.sources.gathering import Gathering
from nhiassess.sources.source import ReadFile, link, quote

# files of Claude Code with server maps of their own are read by claude_code
_OTHERS = re.compile(r"(?:^|/)\.claude/settings(?:\.local)?\.json$|(?:^|/)managed-settings\.json$")
_HEAD = 4096


# what the agents of a command line have when their file says all tools, or all that come with it
_EVERY: Mapping[str, tuple[str, ...]] = {
    "amazon-q": ("execute_bash", "fs_read", "fs_write", "use_aws"),
    "kiro": ("aws", "read", "shell", "web", "write"),
}
_SHELLS = frozenset({"bash", "execute_bash", "execute_cmd", "run_shell_command", "shell"})
_OF_AGENT = re.compile(r"(?:^|/)(?:(?:cli-)?agents?|(?P<mode>modes?))/(?P<name>[^/]+(?:/[^/]+)*)\.(?:json|md)$")


class McpClients:
    """Configurations of MCP clients."""

    name = "mcp_clients"

    def recognises(self, path: str, head: str) -> bool:
        """Recognise a client's file by its path, another server map by its sign."""
        return bool(_dialects(path, head))

    def group(self, path: str) -> str:
        """Let each file stand alone."""
        return path

    def read(self, files: Sequence[ReadFile]) -> Inventory:
        """Read the servers of each file, the agent that starts them, and its settings."""
        found = Gathering()
        for file in files:
            dialects = _dialects(file.path, file.document.text[:_HEAD])
            for dialect in dialects:
                _read_file(file, dialect, found)
        return found.inventory()


def _dialects(path: str, head: str) -> list[Dialect]:
    """Give the dialects of a file: several products keep their settings in that of an editor."""
    if _OTHERS.search(path):
        return []
    # the sign may stand behind the beginning of a long file that the path names
    by_path = [each for each in DIALECTS if each.path.search(path)]
    fitting = [
        each
        for each in by_path
        if each.sign is None or each.sign.search(head) or (each.platform is not None and len(head) >= _HEAD)
    ]
    named = [each for each in fitting if each.platform is not None]
    known = any(each.platform is not None for each in by_path)
    return named if known else fitting[:1]


def _read_file(file: ReadFile, dialect: Dialect, found: Gathering) -> None:
    root = file.document.root
    where, scope = mcp_dialects.place(file.path, dialect)
    maps = list(_maps(root, dialect))
    agent = _agent(file, dialect, root, maps, where, found)
    client = Client(agent, scope)
    for node, dotted in maps:
        for name, entry, at in entries(node, dotted):
            if not name.startswith("//"):
                read_server(file, name, entry, at.removeprefix("."), client, found)
    if dialect.under is not None:
        read_settings(file, ((dialect.under, root),), agent, scope, found)
        return
    within = (each for each in root.items() if any(_related(each[0], prefix) for prefix in dialect.settings))
    read_settings(file, within, agent, scope, found, lambda key: any(_under(key, each) for each in dialect.settings))
    _extension_settings(file, root, found)
    if dialect.platform == "opencode" and agent is not None:
        _further_agents(file, root, Main(agent, where, scope), found)
    if basename(file.path) == "managed-mcp.json":
        # it is the file that keeps all other servers from being started, whatever it holds
        found.settings.append(setting(file, root, "managed-mcp.json", "exclusive", agent, scope))


def _under(key: str, prefix: str) -> bool:
    return key == prefix or key.startswith(prefix if prefix.endswith("_") else prefix + ".")


def _related(key: str, prefix: str) -> bool:
    return not is_comment(key) and (_under(key, prefix) or prefix.startswith(key + "."))


def _maps(root: Node, dialect: Dialect) -> Iterator[tuple[Node, str]]:
    for path in dialect.maps:
        found = list(_walk(root, path))
        if path or not any(root.get(*other) is not None for other in dialect.maps if other and "*" not in other):
            yield from (each for each in found if path or _is_bare(each[0]))


def _walk(node: Node, path: Path, dotted: str = "") -> Iterator[tuple[Node, str]]:
    if not path:
        yield node, dotted
        return
    for key, inner in node.items():
        if path[0] in ("*", key):
            yield from _walk(inner, path[1:], f"{dotted}.{key}".removeprefix("."))


def _is_bare(root: Node) -> bool:
    """Whether a mapping is a server map with no key around it."""
    values = [node for key, node in root.items() if not is_comment(key)]
    return bool(values) and all(
        node.is_mapping and any(node.get(key) is not None for key in ("command", "url", "httpUrl", "serverUrl"))
        for node in values
    )


def _agent(
    file: ReadFile, dialect: Dialect, root: Node, maps: list[tuple[Node, str]], where: str, found: Gathering
) -> str | None:
    """Add the agent that reads the file, when it names a server or is a settings file of its own."""
    names_servers = any(True for node, dotted in maps for _ in entries(node, dotted))
    stated = any(_related(key, prefix) for key, _ in root.items() for prefix in dialect.settings)
    if dialect.platform is None:
        return None
    name, of_agent = dialect.platform, _OF_AGENT.search(file.path)
    if dialect.platform in _EVERY and of_agent is not None:
        name = leaf_text(root.get("name") or Node(None)) or of_agent["name"]
    id = f"agent:{dialect.platform}/{where}/{_one_step(name)}"
    if dialect.scope is not None and not names_servers:
        return id  # what an administrator or a person states in advance starts no agent by itself
    extension = basename(file.path) == "gemini-extension.json"
    if not (names_servers or stated or (dialect.tools and dialect.sign is None)) or (extension and not names_servers):
        return None
    places = [file.at_key(node) for node, dotted in maps if dotted]
    first = next((file.at_key(node) for key, node in root.items() if not is_comment(key)), Location(file.path))
    found.agents.append(Agent(id, name, dialect.platform, locations=tuple(places[:1]) or (first,)))
    own = dict.fromkeys(dialect.tools, first)
    if dialect.platform in _EVERY and of_agent is not None:
        own |= _stated_tools(file, dialect.platform, root)
    _own_tools(id, where, own, found)
    return id


@dataclass(frozen=True, slots=True)
class Main:
    """The agent that one starts with in a folder, and the scope of its file."""

    id: str
    where: str
    scope: str


def _further_agents(file: ReadFile, root: Node, main: Main, found: Gathering) -> None:
    """Add the agents that a file of opencode describes, or the one that a text of opencode is."""
    if own := _OF_AGENT.search(file.path):
        name = leaf_text(root.get("name") or Node(None)) or own["name"]
        _further_agent(file, ("mode" if own["mode"] else "agent", name), root, main, found)
        return
    for kind in ("agent", "mode"):
        for name, node in (root.get(kind) or Node(None)).items():
            _further_agent(file, (kind, name), node, main, found)


def _further_agent(file: ReadFile, named: tuple[str, str], node: Node, main: Main, found: Gathering) -> None:
    """Add an agent beside `build`, which is the one that one starts with, and what is stated of it."""
    kind, name = named
    id, off = main.id, node.get("disable")
    if name != "build" and node.is_mapping and not (off is not None and off.flag()):
        id = f"agent:opencode/{main.where}/{_one_step(name)}"
        at = file.at_key(node)
        model = leaf_text(node.get("model") or Node(None))
        found.agents.append(Agent(id, name, "opencode", model=model, locations=(at,)))
        if kind != "mode" and leaf_text(node.get("mode") or Node(None)) != "primary":
            found.links.append(link(main.id, "delegates_to", id, at))
        _own_tools(id, main.where, dict.fromkeys(mcp_dialects.OPENCODE_TOOLS, at), found)
    read_settings(file, ((f"{kind}.{name}", node),), id, main.scope, found, _is_no_prompt)


def _one_step(name: str) -> str:
    """Give a name as one step of an id, though it may hold those of folders."""
    return quote(name).replace("/", "%2F")


def _is_no_prompt(key: str) -> bool:
    return key.rsplit(".", 1)[-1] not in ("prompt", "description", "color")


def _stated_tools(file: ReadFile, platform: str, root: Node) -> Mapping[str, Location]:
    """Give the tools of its own that the file of an agent says it has."""
    given: dict[str, Location] = {}
    for each in (root.get("tools") or Node(None)).listed():
        text = each.text() or ""
        for name in _EVERY.get(platform, ()) if text in ("*", "@builtin") else (text,):
            if name and not name.startswith("@"):
                given.setdefault(name, file.at(each))
    return given


def _own_tools(agent: str, where: str, tools: Mapping[str, Location], found: Gathering) -> None:
    for name, at in tools.items():
        id = f"tool:{agent.removeprefix('agent:')}/{quote(name)}"
        found.tools.append(Tool(id, None, name, locations=(at,)))
        found.links.append(link(agent, "invokes", id, at))
        if name in _SHELLS:
            host = f"resource:host/{where}"
            found.resources.append(Resource(host, provider="host", locations=(at,)))
            found.links.append(link(id, "executes_on", host, at, reason=f"{name} runs on the machine of its user"))


def _extension_settings(file: ReadFile, root: Node, found: Gathering) -> None:
    """Read the variables that an extension asks its user for, and keeps in the keychain of the system."""
    if basename(file.path) != "gemini-extension.json":
        return
    for place, each in enumerate((root.get("settings") or Node(None)).elements()):
        name = leaf_text(each.get("envVar") or Node(None))
        secret = each.get("sensitive")
        if name and secret is not None and secret.flag():
            id = f"credential:{quote(file.path)}#settings.{place}"
            found.credentials.append(
                Credential(id, "api_key", "secret_manager:keychain", name, locations=(file.at(each),))
            )
            found.links += [link(server.id, "holds", id, file.at(each)) for server in found.tool_servers]


SOURCE = McpClients()
