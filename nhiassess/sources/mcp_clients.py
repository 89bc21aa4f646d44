"""Configurations of MCP clients: which agent starts which tool servers, in each client's dialect."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from posixpath import basename

from nhiassess.formats.format import Node
from nhiassess.model.inventory import Agent, Credential, Inventory, Location, Skipped, Tool
from nhiassess.sources.agent_settings import is_comment, is_fixture, leaf_text, read_settings, scope_of
from nhiassess.sources.gathering import Gathering
from nhiassess.sources.mcp_servers import Client, entries, read_server
from nhiassess.sources.source import ReadFile, folder, link, quote

Path = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Dialect:
    """How one client writes its configuration.

    Parameters
    ----------
    platform:
        The client, None for a server map that no client reads where it lies.
    path:
        The paths of its files.
    maps:
        Where server maps stand in them; ``*`` is any key.
    sign:
        What the beginning of the file must hold when the path alone does not tell.
    settings:
        Top-level keys whose leaves are settings of the agent.
    tools:
        Tools of the client's own, when the file is that of an agent rather than of an extension.
    """

    platform: str | None
    path: re.Pattern[str]
    maps: tuple[Path, ...] = (("mcpServers",),)
    sign: re.Pattern[str] | None = None
    settings: tuple[str, ...] = ()
    tools: tuple[str, ...] = ()


def _path(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"(?:^|/)(?:{pattern})$", re.I)


_EDITOR = r"(?:\.vscode|Code(?: - Insiders)?/User|VSCodium/User)"
_MODELS = ("openai", "anthropic", "google", "azure", "bedrock", "models", "provider")
DIALECTS = (
    Dialect("claude-desktop", _path(r"claude_desktop_config[^/]*\.json")),
    Dialect("claude-code", _path(r"\.claude\.json"), (("mcpServers",), ("projects", "*", "mcpServers"))),
    Dialect("claude-code", _path(r"\.mcp\.json"), (("mcpServers",), ())),
    Dialect("cursor", _path(r"\.cursor/mcp\.json")),
    Dialect("vscode", _path(rf"{_EDITOR}/mcp\.json"), (("servers",), ("mcpServers",))),
    Dialect(
        "vscode",
        _path(rf"{_EDITOR}/settings\.json|[^/]+\.code-workspace"),
        (("mcp", "servers"), ("mcp.servers",), ("settings", "mcp", "servers"), ("settings", "mcp.servers")),
        re.compile(r'"(?:mcp(?:\.servers)?|chat\.(?:tools|mcp|agent)[\w.]*)"\s*:'),
        ("chat.tools", "chat.mcp", "chat.agent"),
    ),
    Dialect("windsurf", _path(r"\.?(?:codeium/)?windsurf(?:-next)?/mcp_config\.json")),
    Dialect("antigravity", _path(r"\.?antigravity/mcp_config\.json")),
    Dialect("cline", _path(r"cline_mcp_settings\.json")),
    Dialect("roo", _path(r"\.roo/mcp\.json|mcp_settings\.json")),
    Dialect(
        "continue",
        _path(r"\.continue/(?:config\.(?:ya?ml|json)|(?:mcpServers|agents)/[^/]+\.ya?ml)"),
        (("mcpServers",), ("experimental", "modelContextProtocolServers")),
        settings=("models",),
    ),
    Dialect(
        "zed", _path(r"\.?zed/settings\.json"), (("context_servers",),), re.compile(r'"context_servers"'), ("agent",)
    ),
    Dialect("goose", _path(r"goose/(?:config|profiles)\.ya?ml"), (("extensions",),), settings=("GOOSE_",)),
    Dialect("kiro", _path(r"\.kiro/settings/mcp\.json|kiro_power/mcp\.json")),
    Dialect(
        "amazon-q",
        _path(r"\.?(?:amazonq|kiro)/(?:mcp\.json|default\.json|(?:cli-)?agents/[^/]+\.json)"),
        settings=("allowedTools", "tools", "toolsSettings", "model", "hooks", "useLegacyMcpJson"),
    ),
    Dialect(
        "opencode",
        _path(r"opencode\.jsonc?"),
        (("mcp",),),
        settings=("permission", "tools", "agent", "provider", "plugin", "model", "instructions"),
        tools=("bash", "edit", "read", "webfetch"),
    ),
    Dialect("junie", _path(r"\.junie/mcp/mcp\.json")),
    Dialect(
        "gemini",
        _path(r"\.gemini/settings\.json"),
        settings=(
            *("tools", "coreTools", "excludeTools", "allowedTools", "autoAccept", "general.defaultApprovalMode"),
            *("security", "mcp", "sandbox", "hooks", "model"),
        ),
        tools=("google_web_search", "read_file", "replace", "run_shell_command", "web_fetch", "write_file"),
    ),
    Dialect("gemini", _path(r"gemini-extension\.json"), settings=("excludeTools",)),
    Dialect("copilot", _path(r"\.copilot/mcp-config\.json")),
    Dialect("mcp-agent", _path(r"mcp_agent\.(?:config|secrets)\.ya?ml"), (("mcp", "servers"),), settings=_MODELS),
    # a server map in a file that no client reads by this name: servers that somebody may copy, and no agent
    Dialect(
        None,
        re.compile(r"\.(?:json|jsonc|json5)$", re.I),
        (("mcpServers",), ("servers",), ("mcp", "servers")),
        re.compile(r'"mcpServers"\s*:\s*[{\[]|"servers"\s*:\s*\{\s*"[^"]+"\s*:\s*\{\s*"(?:type|command|url)"'),
    ),
    Dialect(
        None,
        re.compile(r"\.ya?ml$", re.I),
        (("mcpServers",), ("mcp", "servers")),
        re.compile(r"(?m)^mcpServers:\s*$|^mcp:\s*\n\s+servers:\s*$"),
    ),
)
# files of Claude Code with server maps of their own are read by claude_code
_OTHERS = re.compile(r"(?:^|/)\.claude/settings(?:\.local)?\.json$|(?:^|/)managed-settings\.json$")
_HEAD = 4096


class McpClients:
    """Configurations of MCP clients."""

    name = "mcp_clients"

    def recognises(self, path: str, head: str) -> bool:
        """Recognise a client's file by its path, another server map by its sign."""
        return _dialect(path, head) is not None

    def group(self, path: str) -> str:
        """Let each file stand alone."""
        return path

    def read(self, files: Sequence[ReadFile]) -> Inventory:
        """Read the servers of each file, the agent that starts them, and its settings."""
        found = Gathering()
        for file in files:
            dialect = _dialect(file.path, file.document.text[:_HEAD])
            if dialect is None:
                continue
            if is_fixture(file.path):
                reason = "test data: no client reads it where it lies"
                found.skipped.append(
                    Skipped(f"skipped:{quote(file.path)}#fixture", reason, "fixture", (Location(file.path),))
                )
                continue
            _read_file(file, dialect, found)
        return found.inventory()


def _dialect(path: str, head: str) -> Dialect | None:
    if _OTHERS.search(path):
        return None
    for dialect in DIALECTS:
        if dialect.path.search(path):
            # the sign may stand behind the beginning of a long file that the path names
            named = dialect.platform is not None
            return (
                dialect if dialect.sign is None or dialect.sign.search(head) or (named and len(head) >= _HEAD) else None
            )
    return None


def _read_file(file: ReadFile, dialect: Dialect, found: Gathering) -> None:
    root = file.document.root
    scope = scope_of(folder(file.path))
    maps = list(_maps(root, dialect))
    agent = _agent(file, dialect, root, maps, found)
    client = Client(agent, scope)
    for node, dotted in maps:
        for name, entry, where in entries(node, dotted):
            if not name.startswith("//"):
                read_server(file, name, entry, where.removeprefix("."), client, found)
    within = (each for each in root.items() if any(_related(each[0], prefix) for prefix in dialect.settings))
    read_settings(file, within, agent, scope, found, lambda key: any(_under(key, each) for each in dialect.settings))
    _extension_settings(file, root, found)


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


def _agent(file: ReadFile, dialect: Dialect, root: Node, maps: list[tuple[Node, str]], found: Gathering) -> str | None:
    """Add the agent that reads the file, when it names a server or is a settings file of its own."""
    names_servers = any(True for node, dotted in maps for _ in entries(node, dotted))
    stated = any(_related(key, prefix) for key, _ in root.items() for prefix in dialect.settings)
    if dialect.platform is None or not (names_servers or stated or dialect.tools):
        return None
    extension = basename(file.path) == "gemini-extension.json"
    if extension and not names_servers:
        return None
    name = dialect.platform
    if "agents/" in file.path and dialect.platform == "amazon-q":
        name = leaf_text(root.get("name") or Node(None)) or basename(file.path).rsplit(".", 1)[0]
    id = f"agent:{dialect.platform}/{folder(file.path)}/{quote(name)}"
    places = [file.at_key(node) for node, dotted in maps if dotted]
    first = next((file.at_key(node) for key, node in root.items() if not is_comment(key)), Location(file.path))
    found.agents.append(Agent(id, name, dialect.platform, locations=tuple(places[:1]) or (first,)))
    for tool in dialect.tools:
        here = f"tool:{id.removeprefix('agent:')}/{tool}"
        found.tools.append(Tool(here, None, tool, locations=(first,)))
        found.links.append(link(id, "invokes", here, first))
    return id


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
