"""One entry of a server map becomes a tool server, with its credentials and what of its host it may touch."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from nhiassess.formats.format import Node
from nhiassess.model.inventory import (
    Location,
    Resource,
    Setting,
    Skipped,
    Tool,
    ToolServer,
)
from nhiassess.sources.clients.launch import Launch, Word, launch, split
from nhiassess.sources.gathering import Gathering
from nhiassess.sources.source import ReadFile, folder, link, quote, variable

_TRANSPORTS = {
    "stdio": "stdio", "local": "stdio", "http": "http", "streamable-http": "http", "streamable_http": "http",
    "streamablehttp": "http", "remote": "http", "sse": "sse", "ws": "websocket", "websocket": "websocket",
}  # fmt: skip
_URLS = ("url", "serverUrl", "httpUrl", "uri", "endpoint")
_ENVIRONMENTS = ("env", "environment", "envs")
_HEADERS = ("headers", "http_headers", "httpHeaders")
# lists that say which tools of a server are on, used unasked, or off; the joins apply them
ONLY = ("allowedTools", "allowed_tools", "includeTools", "enabled_tools", "enabledTools", "tools")
UNASKED = ("autoApprove", "alwaysAllow")
OFF = ("disabledTools", "disabled_tools", "excludeTools")
_SWITCHES = ("trust", "default_tools_approval_mode")
# by custom, the address where a server of the older transport listens, with what tells its clients apart
_SSE = re.compile(r"/sse(?=[/?#]|$)")
_QUERY = re.compile(r"[?&]([\w.-]*(?:key|token|secret|auth|sig|pat)[\w.-]*)=", re.I)


@dataclass(frozen=True, slots=True)
class Client:
    """Whose server map it is: the agent, None when no client reads the file, and the scope of the file."""

    agent: str | None
    scope: str = "project"


def server_id(path: str, name: str) -> str:
    """Give the id of a tool server."""
    return f"tool_server:{quote(path)}#{quote(name)}"


def tool_id(server: str, tool: str) -> str:
    """Give the id of a tool of a server.

    Examples
    --------
    >>> tool_id("tool_server:.mcp.json#github", "get_me")
    'tool:.mcp.json#github/get_me'
    """
    return f"tool:{server.removeprefix('tool_server:')}/{quote(tool)}"


def setting(
    file: ReadFile,
    node: Node,
    key: str,
    value: str | None,
    agent: str | None,
    scope: str,
    listed: bool = False,
) -> Setting:
    """Make the setting that one scalar states; an element of a list has its value in the id."""
    id = f"setting:{quote(file.path)}#{quote(key)}" + (f"={quote(value or '')}" if listed else "")
    return Setting(id, agent=agent, scope=scope, key=key, value=value, locations=(file.at(node),))


def read_server(file: ReadFile, name: str, node: Node, dotted: str, client: Client, found: Gathering) -> None:
    """Read one entry of a server map.

    Parameters
    ----------
    file, name, node, dotted:
        The file, the name of the server, its entry, and the path of the entry in the file.
    client:
        Who starts the server.
    found:
        What was gathered; it is added to.

    Notes
    -----
    A server that is switched off gives the setting that says so, and the secrets that still lie in its entry:
    no server, tool or link.
    """
    id = server_id(file.path, name)
    off = _switched_off(node)
    if off:
        key, switch = off
        found.settings.append(setting(file, switch, f"{dotted}.{key}", _text(switch), client.agent, client.scope))
        kept = Gathering()
        _credentials(file, node, dotted, id, _words(node, dotted), kept)
        found.credentials += [each for each in kept.credentials if each.store == "plaintext"]
        found.fingerprints += kept.fingerprints
        return
    words = _words(node, dotted)
    started = launch(words) if words else None
    url = next((each for key in _URLS if (each := node.get(key)) is not None and each.text()), None)
    if not words and url is None and _text(node.get("type")) not in ("builtin", "platform"):
        reason = f"the server {name} names neither a command nor an address"
        place = file.at_key(node)
        found.skipped.append(Skipped(f"skipped:{quote(file.path)}#{quote(dotted)}", reason, "tool server", (place,)))
        return
    found.tool_servers.append(_server(file, id, name, node, words, started, url))
    _settings(file, node, dotted, client, found)
    _credentials(file, node, dotted, id, words, found)
    if started:
        for flag, value, word in started.opened:
            key = f"{dotted}.{word.dotted.partition('.')[0]}.{flag}"
            found.settings.append(setting(file, word.node, key, value, client.agent, client.scope, listed=True))
        for variable_name, word in started.passed:
            if not _given(node, variable_name):
                _add_variable(file, word.node, f"{dotted}.{word.dotted}", id, variable_name, found)
    _tools(file, id, node, started, client, found)


def entries(node: Node, dotted: str) -> Iterator[tuple[str, Node, str]]:
    """Give the entries of a server map, or of a list of named entries, with their paths in the file."""
    if node.is_mapping:
        for name, entry in node.items():
            if entry.is_mapping:
                yield name, entry, f"{dotted}.{name}"
    for place, entry in enumerate(node.elements()):
        stated = _text(entry.get("name"))
        if entry.is_mapping:
            yield stated or str(place), entry, f"{dotted}.{place}"


def _switched_off(node: Node) -> tuple[str, Node] | None:
    for key, meaning in (("disabled", True), ("enabled", False), ("isActive", False)):
        switch = node.get(key)
        if switch is not None and switch.flag() is meaning:
            return key, switch
    return None


def _words(node: Node, dotted: str) -> list[Word]:
    """Give the command and arguments in any dialect: text and list, one list, or a mapping of its own."""
    command = node.get("command") or node.get("cmd") or node.get("path")
    args = node.get("args") or node.get("arguments")
    if command is not None and command.is_mapping:
        args, command = command.get("args") or args, command.get("path") or command.get("command")
    if command is None:
        return []
    if command.is_sequence:
        return [
            Word(text, each, f"command.{at}") for at, each in enumerate(command.elements()) if (text := _text(each))
        ]
    if not command.text():
        return []
    given = args.listed() if args is not None else ()
    first = [Word(command.text() or "", command, "command")] if given else split(command, "command")
    return first + [
        Word(text, each, f"args.{at}") for at, each in enumerate(given) if (text := _text(each)) is not None
    ]


def _text(node: Node | None) -> str | None:
    if node is None or node.value is None or node.is_mapping or node.is_sequence:
        return None
    if isinstance(node.value, bool):
        return str(node.value).lower()
    return str(node.value)


def _server(
    file: ReadFile,
    id: str,
    name: str,
    node: Node,
    words: list[Word],
    started: Launch | None,
    url: Node | None,
) -> ToolServer:
    reached = url or (started.url_node if started else None)
    address = url.text() if url is not None else (started.url if started else None)
    stated = _text(node.get("type") or node.get("transport") or node.get("transportType"))
    transport = _TRANSPORTS.get((stated or "").lower()) if url is not None or not reached else None
    if transport is None or (transport == "stdio" and url is not None):
        guess = "sse" if _SSE.search(address or "") else "http"
        transport = guess if address else "stdio" if words else None
    builtin = stated in ("builtin", "platform")
    places = [file.at_key(node)]
    places += [file.at(each) for each in (started.package_node if started else None, reached) if each is not None]
    places += [file.at(words[-1].node)] if words and not (started and started.package_node) else []
    return ToolServer(
        id,
        name=name,
        transport=None if builtin else transport,
        url=address,
        command=started.command if started else None,
        package=f"builtin/{name}" if builtin else (started.package if started else None),
        pinned=started.pinned if started else None,
        auth=None if transport == "stdio" else _auth(node, words, address),
        locations=tuple(dict.fromkeys(places)),
    )


def _auth(node: Node, words: list[Word], address: str | None) -> str:
    """Tell how a server that is called over a network is authenticated to; a file that is silent says "unknown"."""
    stated = node.get("auth")
    names = [key for each in _HEADERS if (given := node.get(each)) is not None for key, _ in given.items()]
    asked = node.get("requestOptions", "headers") or node.get("requestInit", "headers")
    names += [key for key, _ in asked.items()] if asked is not None else []
    names += [key for key, _ in (node.get("env_http_headers") or Node(None)).items()]
    names += [word.text.split(":")[0] for at, word in enumerate(words) if at and words[at - 1].text == "--header"]
    for name in names:
        if name.lower() in ("authorization", "proxy-authorization"):
            return "bearer"
        if re.search(r"(?i)key|token|secret|auth", name):
            return "key"
    if node.get("bearer_token_env_var") is not None or node.get("bearer_token") is not None:
        return "bearer"
    if any(node.get(key) is not None for key in ("oauth", "oauth2")) or (stated is not None and (
        stated.get("oauth") is not None or _text(stated.get("type") or stated) in ("oauth", "oauth2")
    )):  # fmt: skip
        return "oauth"
    if any("mcp-proxy-for-aws" in word.text for word in words):
        return "iam"
    return "key" if _QUERY.search(address or "") else "unknown"


def _settings(file: ReadFile, node: Node, dotted: str, client: Client, found: Gathering) -> None:
    for key in (*ONLY, *UNASKED, *OFF):
        for each in (node.get(key) or Node(None)).listed():
            if (value := _text(each)) is not None:
                found.settings.append(
                    setting(file, each, f"{dotted}.{key}", value, client.agent, client.scope, listed=True)
                )
    for key in _SWITCHES:
        switch = node.get(key)
        if switch is not None and (value := _text(switch)) is not None:
            found.settings.append(setting(file, switch, f"{dotted}.{key}", value, client.agent, client.scope))
    for tool, stated in (node.get("tools") or Node(None)).items():
        mode = stated.get("approval_mode")
        if mode is not None:
            key = f"{dotted}.tools.{tool}.approval_mode"
            found.settings.append(setting(file, mode, key, _text(mode), client.agent, client.scope))


def _credentials(file: ReadFile, node: Node, dotted: str, id: str, words: list[Word], found: Gathering) -> None:
    for key in _ENVIRONMENTS:
        given = node.get(key)
        if given is None:
            continue
        for name, value in given.items():
            found.hold(file, value, f"{dotted}.{key}.{name}", id, name)
        for place, value in enumerate(given.elements()):
            name, _, _ = (value.text() or "").partition("=")
            found.hold(file, value, f"{dotted}.{key}.{place}", id, name)
    for path in (*((key,) for key in _HEADERS), ("requestOptions", "headers"), ("requestInit", "headers")):
        for name, value in (node.get(*path) or Node(None)).items():
            found.hold(file, value, ".".join((dotted, *path, name)), id, name)
    for key in (*_URLS, "bearer_token", "apiKey", "api_key"):
        value_node = node.get(key)
        if value_node is not None:
            query = _QUERY.search(value_node.text() or "")
            found.hold(file, value_node, f"{dotted}.{key}", id, query[1] if query else key)
    for place, word in enumerate(words):
        found.hold(file, word.node, f"{dotted}.{word.dotted}", id, _known_as(words, place))
    for name, value in (node.get("env_http_headers") or Node(None)).items():
        _add_variable(file, value, f"{dotted}.env_http_headers.{name}", id, value.text() or "", found)
    for key in ("bearer_token_env_var", "env_vars", "env_keys"):
        for value in (node.get(key) or Node(None)).listed():
            _add_variable(file, value, f"{dotted}.{key}", id, value.text() or "", found)


def _known_as(words: list[Word], place: int) -> str:
    """Name an argument by what stands before its value: a flag, a variable or a header."""
    text = words[place].text
    if named := re.match(r"-{0,2}([A-Za-z_][\w.-]*)[=:]", text):
        return named[1]
    before = words[place - 1].text if place else ""
    return before.lstrip("-") if before.startswith("-") else words[place].dotted


def _given(node: Node, name: str) -> bool:
    return any(node.get(key, name) is not None for key in _ENVIRONMENTS)


def _add_variable(file: ReadFile, node: Node, dotted: str, holder: str, name: str, found: Gathering) -> None:
    held = variable(file, node, dotted, holder, name)
    if held is not None:
        found.credentials.append(held[0])
        found.links.append(held[1])


def _tools(file: ReadFile, id: str, node: Node, started: Launch | None, client: Client, found: Gathering) -> None:
    """Add the tools that the entry names, and "*" for those that it does not; none for a file that no client reads."""
    if client.agent is None:
        return
    place = file.at_key(node)
    places: dict[str, Location] = {}
    for key in (*ONLY, *UNASKED):
        for each in (node.get(key) or Node(None)).elements():
            if (value := each.text()) and "*" not in value:
                places.setdefault(value, file.at(each))
    only = [_text(each) or "" for key in ONLY for each in (node.get(key) or Node(None)).elements()]
    if not only or any("*" in each for each in only):
        places["*"] = place
    for name, at in places.items():
        tool = tool_id(id, name)
        found.tools.append(Tool(tool, id, name, locations=(at,)))
        found.links.append(link(tool, "served_by", id, place))
        found.links.append(link(client.agent, "invokes", tool, place))
        for why, word in started.roots if started else ():
            host = f"resource:host/{folder(file.path)}"
            found.resources.append(Resource(host, provider="host", locations=(file.at(word.node),)))
            reason = f"its server is given {why} of the host"
            found.links.append(link(tool, "executes_on", host, file.at(word.node), reason=reason))
