"""Tool servers that Python code starts or calls: each becomes an entry of a server map, and is read as one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from types import MappingProxyType

from nhiassess.formats.code import arguments, called
from nhiassess.formats.format import Node
from nhiassess.model.inventory import Tool
from nhiassess.sources.clients.agent_settings import scope_of
from nhiassess.sources.clients.mcp_servers import Client, read_server
from nhiassess.sources.code.files import CodeFile, Place, argument, last
from nhiassess.sources.gathering import Gathering

# calls that say how a server is started or reached, and the names of their positional arguments
_DIRECT = {
    "StdioServerParameters": ("command", "args"), "StdioServerParams": ("command", "args"),
    "MCPServerStdio": ("command", "args"), "MCPServerSse": (), "MCPServerSSE": ("url",), "MCPServerHTTP": ("url",),
    "MCPServerStreamableHttp": (), "MCPServerStreamableHTTP": ("url",), "SseConnectionParams": ("url",),
    "StreamableHTTPConnectionParams": ("url",), "StreamableHTTPServerParams": ("url",), "SseServerParams": ("url",),
    "StreamableHttpServerParams": ("url",), "MCPServerTool": ("id", "url"), "sse_client": ("url",),
    "streamablehttp_client": ("url",), "streamable_http_client": ("url",), "FastMCPToolset": ("url",),
    "MCPServerAdapter": (), "McpToolset": (), "MCPToolset": (), "McpWorkbench": (), "mcp_server_tools": (),
    "from_mcp": (), "MCPClient": (), "StdioConnectionParams": (), "stdio_client": (), "MultiServerMCPClient": (),
    "HostedMCPTool": (), "MCPStdioTool": ("name",), "MCPStreamableHTTPTool": ("name",),
}  # fmt: skip
# arguments that hold what another call, or a mapping, says of the server
_INNER = ("params", "connection_params", "server_params", "serverparams", "connections", "tool_config")
_POSITIONAL_INNER = frozenset({
    "MCPServerAdapter", "McpToolset", "MCPToolset", "McpWorkbench", "mcp_server_tools", "from_mcp", "MCPClient",
    "StdioConnectionParams", "stdio_client", "MultiServerMCPClient",
})  # fmt: skip
_RENAMED = {
    "server_url": "url", "server_label": "name", "authorization": "bearer_token", "authorization_token": "bearer_token",
    "allowed_tools": "tools", "tool_filter": "tools", "id": "name",
}  # fmt: skip
_APPROVALS = {"never": "never", "always": "each_call", "false": "never", "true": "each_call"}
# a server within a client within a toolset
_MAX_DEPTH = 6


@dataclass(frozen=True, slots=True)
class Server:
    """One server as the code states it: its name where it has one, and its entry."""

    name: str | None
    entry: Node
    place: Place


def is_server(node: Node) -> bool:
    """Tell whether a call makes a tool server, or a client of one.

    Examples
    --------
    >>> is_server(Node({}, tag="call agents.mcp.MCPServerStdio")), is_server(Node({}, tag="call open"))
    (True, False)
    """
    return last(called(node)) in _DIRECT


def servers(place: Place, depth: int = 0) -> Iterator[Server]:
    """Give the servers that a call makes."""
    if depth > _MAX_DEPTH:
        return
    code, node, within = place.code, place.node, place.within
    if node.is_sequence:
        for each in code.elements(node, within):
            yield from servers(each, depth + 1)
        return
    verb = last(called(node))
    if called(node) is None:
        entry = _entry(code, node, within)
        if entry.is_mapping and any(entry.get(key) is not None for key in ("command", "url")):
            yield Server(code.text(entry.get("name"), within), entry, place)
        else:  # a mapping of names to servers, as MultiServerMCPClient takes it
            for key, value in node.items():
                for one in servers(code.follow(value, within), depth + 1):
                    yield replace(one, name=key, place=replace(place, node=value))
        return
    if verb not in _DIRECT:
        return
    inner = argument(node, *_INNER) or (node.get("0") if verb in _POSITIONAL_INNER else None)
    outer = {key: each for key, each in arguments(node).items() if key not in _INNER}
    outer |= {name: given for at, name in enumerate(_DIRECT[verb]) if (given := node.get(str(at))) is not None}
    own = _entry(code, Node(MappingProxyType(outer), node.line, node.column, node.line, node.column), within)
    if inner is None:
        if any(own.get(key) is not None for key in ("command", "url")):
            yield Server(code.text(own.get("name"), within), own, place)
        return
    for one in servers(code.follow(inner, within), depth + 1):
        entry = Node(MappingProxyType({**dict(own.items()), **dict(one.entry.items())}), node.line, node.column)
        entry = replace(entry, key_line=one.place.node.line, key_column=one.place.node.column)
        yield replace(one, name=code.text(own.get("name"), within) or one.name, entry=entry)


def add_server(server: Server, name: str, agent: str | None, found: Gathering) -> tuple[Tool, ...]:
    """Read one server as the entry of a map; give its tools.

    Parameters
    ----------
    server, name:
        The server, and the name that nothing else of its file has.
    agent:
        The agent that calls it; None when the code does not say.
    found:
        What was gathered; it is added to.
    """
    file = server.place.code.file
    known = len(found.tools)
    client = Client(agent, scope_of(server.place.code.folder))
    read_server(file, name, server.entry, name, client, found)
    stated = server.entry.get("require_approval") or Node(None)
    approval = _APPROVALS.get(str(stated.value).lower())
    made = tuple(replace(each, approval=approval) if approval else each for each in found.tools[known:])
    found.tools[known:] = made
    return made


def _entry(code: CodeFile, node: Node, within: str) -> Node:
    """Give a mapping whose names were followed; a name that leads nowhere reads as a reference."""
    members = {}
    for key, each in node.items():
        value = code.follow(each, within).node
        members[_RENAMED.get(key, key)] = replace(
            _plain(code, value, within), key_line=each.key_line, key_column=each.key_column
        )
    return replace(node, value=MappingProxyType(members), tag=None)


def _plain(code: CodeFile, node: Node, within: str, depth: int = 0) -> Node:
    if depth > _MAX_DEPTH:
        return Node(None, node.line, node.column)
    if called(node) is None and node.is_mapping:
        members = {
            key: replace(
                _plain(code, code.follow(each, within).node, within, depth + 1),
                key_line=each.key_line,
                key_column=each.key_column,
            )
            for key, each in node.items()
            if not key.startswith("**")
        }
        return replace(node, value=MappingProxyType(members))
    if node.is_sequence:
        elements = tuple(_plain(each.code, each.node, each.within, depth + 1) for each in code.elements(node, within))
        return replace(node, value=elements)
    if called(node) is not None:
        only = node.get("0")  # `SecretStr("...")`, `str(path)`
        names = argument(node, "allowed_tool_names")
        return _plain(code, names or only or Node(None, node.line, node.column), within, depth + 1)
    if node.tag == "name" or (node.tag == "expression" and not str(node.value).startswith("os.environ")):
        return replace(node, value="${" + str(node.value) + "}", tag="template")
    return node
