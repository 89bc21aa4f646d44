"""Operations of an OpenAPI description become tools of the server that an agent or plugin reaches through it.

Methods say what HTTP says of them (RFC 9110): GET, HEAD and OPTIONS are safe, DELETE removes. Whether a POST or PUT can
be undone, and whether an answer holds private or untrusted text, no description tells.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from nhiassess.formats.format import Node
from nhiassess.model.inventory import Location, Tool
from nhiassess.sources.clients.agent_settings import leaf_text
from nhiassess.sources.clients.mcp_servers import setting, tool_id
from nhiassess.sources.gathering import Gathering
from nhiassess.sources.services.security_schemes import demanded, required_scopes, weakest
from nhiassess.sources.source import ReadFile, link

METHODS = ("get", "head", "options", "post", "put", "patch", "delete", "trace")
SAFE = frozenset({"get", "head", "options", "trace"})
_IRREVERSIBLE: dict[str, bool] = {**dict.fromkeys(SAFE, False), "delete": True}
# what an API keeps is most often rows of a database; nothing in the description says so, hence low, and what else an
# operation that is not safe may do stays unknown
_CAPABILITIES: dict[str, tuple[tuple[str, str], ...]] = {
    **dict.fromkeys(("get", "head"), (("queries_database", "low"),)),
    **dict.fromkeys(("post", "put", "patch", "delete"), (("writes_database", "low"), ("unknown", "low"))),
}
# extensions that only agents read, and the approval that each value asks for
_APPROVALS: dict[str, dict[str, str]] = {
    "x-openai-isConsequential": {"true": "each_call", "false": "once"},
    "x-oai-isConsequential": {"true": "each_call", "false": "once"},
    "x-requireConfirmation": {"ENABLED": "each_call", "DISABLED": "never"},
}
_OTHER_SIGNS = ("x-ms-agentic-protocol",)
# the key of the whole document: a template that holds a description deeper down is another kind of file
_OPENAPI = re.compile(
    r"""(?m)\A\s*\{\s*"(?:openapi|swagger)"\s*:\s*"[23]\.|^(?:\t| {1,4})"(?:openapi|swagger)"\s*:\s*"[23]\."""
    r"""|^(?:openapi|swagger)\s*:\s*["']?[23]\."""
)


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation: its name, method and what the file says of it."""

    name: str
    method: str
    dotted: str
    node: Node
    place: Location


def is_openapi(path: str, head: str) -> bool:
    """Tell from the path and the first characters whether a file is an OpenAPI description."""
    named = path.lower().endswith((".json", ".yaml", ".yml"))
    return named and ("openapi" in head or "swagger" in head) and bool(_OPENAPI.search(head))


def operations(file: ReadFile, found: Gathering) -> Iterator[Operation]:
    """Give the operations of a description; an operation without an id goes by its method and path."""
    paths = file.document.root.get("paths")
    if paths is None or not paths.is_mapping:
        found.skip(Location(file.path), "paths", "OpenAPI description", "it has no mapping of paths")
        return
    for path, entry in paths.items():
        if entry.get("$ref") is not None:
            found.skip(file.at_key(entry), f"paths.{path}", "path", "it refers to another place, which is not followed")
        for method in METHODS:
            node = entry.get(method)
            if node is None:
                continue
            dotted = f"paths.{path}.{method}"
            if not node.is_mapping:
                found.skip(file.at_key(node), dotted, "operation", "the operation is no mapping")
                continue
            stated = node.get("operationId")
            name = (leaf_text(stated) if stated is not None else None) or f"{method.upper()} {path}"
            place = file.at(stated) if stated is not None else file.at_key(node)
            yield Operation(name, method, dotted, node, place)


def is_for_agents(file: ReadFile) -> bool:
    """Tell whether a description holds an extension that only agents read."""
    root = file.document.root
    if any(root.get(each) is not None for each in _OTHER_SIGNS):
        return True
    signs = (*_APPROVALS, *_OTHER_SIGNS)
    entries = (root.get("paths") or Node(None)).items()
    return any(
        node is not None and any(node.get(sign) is not None for sign in signs)
        for _, entry in entries
        for node in map(entry.get, METHODS)
    )


def address(root: Node) -> tuple[str, Node] | None:
    """Give the first address that a description names, as it stands, and the value that holds it; relative ones don't.

    Examples
    --------
    >>> from types import MappingProxyType
    >>> root = Node(MappingProxyType({"host": Node("api.example"), "basePath": Node("/v1")}))
    >>> address(root)[0]
    'https://api.example/v1'
    """
    servers = root.get("servers")
    for each in servers.elements() if servers is not None else ():
        url = each.get("url")
        text = url.text() if url is not None else None
        if url is not None and text and "://" in text:
            return text, url
    host = root.get("host")
    if host is not None and (name := host.text()):
        schemes = [leaf_text(each) for each in (root.get("schemes") or Node(None)).elements()]
        scheme = "http" if "http" in schemes and "https" not in schemes else "https"
        return f"{scheme}://{name}{leaf_text(root.get('basePath') or Node(None)) or ''}", host
    return None


def auth(root: Node, found_operations: Mapping[str, Operation]) -> str:
    """Tell how the server authenticates its callers; "none" only where every operation lets anybody in by name."""
    schemes = _schemes(root)
    whole = demanded(root.get("security"), schemes)
    ways = [_way(each, schemes, whole) for each in found_operations.values()]
    known = [each for each in ways if each not in (None, "none")]
    if known:
        return weakest(each for each in known if each is not None) or "unknown"
    return "none" if ways and all(each == "none" for each in ways) else "unknown"


def _schemes(root: Node) -> Node | None:
    return root.get("components", "securitySchemes") or root.get("securityDefinitions")


def _way(operation: Operation, schemes: Node | None, whole: str | None) -> str | None:
    """Give what one operation demands: "none" when it says so, what the whole description does when it is silent."""
    own = operation.node.get("security")
    if own is not None and own.is_sequence:
        return demanded(own, schemes) if own.elements() else "none"
    return whole


def scopes(root: Node, found_operations: Mapping[str, Operation]) -> tuple[str, ...]:
    """Give the scopes that callers are asked for, in the order of their first mention."""
    asked: dict[str, None] = {}
    for node in (root, *(each.node for each in found_operations.values())):
        for _, scope in required_scopes(node.get("security")):
            if (text := leaf_text(scope)) is not None:
                asked[text] = None
    return tuple(asked)


def add_tools(
    file: ReadFile,
    server: str,
    called: Mapping[str, Operation],
    found: Gathering,
    facts: Callable[[Operation], Mapping[str, Any]] = lambda _: {},
) -> list[str]:
    """Add a tool for each operation.

    Parameters
    ----------
    file, server:
        The description, and the id of the server that serves its operations.
    called:
        The operations by name, those only that can be called.
    found:
        What was gathered; it is added to.
    facts:
        What else is known of an operation, by the fields of a tool; its own sign of approval goes before.

    Returns
    -------
    list of str
        The ids of the tools.
    """
    root = file.document.root
    open_to_all = auth(root, called) == "none"
    made = []
    for name, each in called.items():
        id = tool_id(server, name)
        stated, sign = asks(each)
        places = (each.place,) if sign is None else (each.place, file.at(sign))
        by_method = {"irreversible": _IRREVERSIBLE.get(each.method), "capabilities": _CAPABILITIES.get(each.method)}
        told: dict[str, Any] = {**by_method, **facts(each)}
        if stated is not None:
            told["approval"] = stated
        found.tools.append(Tool(id, server, name, **told, locations=places))
        found.links.append(link(id, "served_by", server, each.place))
        made.append(id)
        own = each.node.get("security")
        if own is not None and not open_to_all and _way(each, _schemes(root), None) == "none":
            found.settings.append(setting(file, own, f"{each.dotted}.security", "none", None, "project"))
    return made


def asks(operation: Operation) -> tuple[str | None, Node | None]:
    """Give the approval that the operation itself asks for, and the value that says so."""
    for key, meanings in _APPROVALS.items():
        node = operation.node.get(key)
        if node is not None:
            return meanings.get(leaf_text(node) or "", "unknown"), node
    return None, None
