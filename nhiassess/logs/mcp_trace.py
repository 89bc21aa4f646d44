"""Traces of the Model Context Protocol: which tool a client called and which resource it read, message by message.

Messages are JSON-RPC as the protocol's specification has them, bare or within a record that tells time, direction and
server; lines of a client's log may have words before the message. A bare message names neither client nor server.
Only requests count: an answer says nothing that its request does not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from nhiassess.formats.format import EMPTY, Node
from nhiassess.logs.log import DATA_ACCESS, TOOL_CALLS, Action, moment, text
from nhiassess.model.ids import quote

_SIGN = re.compile(r'"jsonrpc\\?"\s*:\s*\\?"2\.0')
_METHOD = re.compile(
    r'"method\\?"\s*:\s*\\?"(?:initialize|(?:tools|resources|prompts|notifications|sampling|completion|roots)/)'
)
_MESSAGES = ("message", "msg", "data", "payload", "request", "body", "params", "frame", "rpc")
_SERVERS = ("server", "serverName", "server_name", "mcpServer", "mcp_server")
_CLIENTS = ("client", "clientName", "client_name", "agent", "agentName", "agent_name")
_SESSIONS = ("sessionId", "session_id", "session", "mcp_session_id")
_TIMES = ("timestamp", "time", "ts", "@timestamp", "created_at")
_METHODS = frozenset({"initialize", "tools/call", "tools/list", "resources/read", "resources/list", "prompts/get"})


class McpTrace:
    """Messages between a client and a tool server."""

    name = "mcp_trace"

    def recognises(self, path: str, head: str) -> bool:
        """Recognise JSON-RPC with a method of the protocol."""
        return bool(_SIGN.search(head) and _METHOD.search(head))

    def actions(self, record: Node) -> Iterator[Action]:
        """Give what a client asked for."""
        message = _message(record)
        method = None if message is None else text(message, "method")
        if message is None or method not in _METHODS:
            return
        asked = message.get("params") or EMPTY
        client = _said(record, _CLIENTS) or text(asked, "clientInfo", "name")
        server = _said(record, _SERVERS)
        tool = resource = None
        if method == "tools/call" and (name := text(asked, "name")):
            tool = f"tool:mcp/{quote(server or '-')}/{quote(name)}"
        elif method == "resources/read" and (address := text(asked, "uri")):
            resource = f"resource:mcp/{quote(address)}"
        time = next((record.get(name) for name in _TIMES if record.get(name) is not None), None)
        yield Action(
            None,
            f"agent:mcp/-/{quote(client)}" if client else None,
            tool,
            method,
            resource,
            None,
            _said(record, _SESSIONS),
            moment(time),
            ((TOOL_CALLS,) if tool else ()) + ((DATA_ACCESS,) if resource else ()),
        )


def _message(record: Node) -> Node | None:
    if text(record, "jsonrpc"):
        return record
    for name in _MESSAGES:
        within = record.get(name)
        if within is not None and text(within, "jsonrpc"):
            return within
    return None


def _said(record: Node, names: tuple[str, ...]) -> str | None:
    for name in names:
        if found := (text(record, name) or text(record, name, "name")):
            return found
    return None


LOG = McpTrace()
